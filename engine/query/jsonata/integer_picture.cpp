#include "engine/query/jsonata/integer_picture.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <iterator>
#include <limits>
#include <numeric>
#include <optional>

#include "engine/base/json.hpp"
#include "engine/query/jsonata/failure.hpp"
#include "engine/query/jsonata/number_text.hpp"
#include "engine/query/jsonata/number_words.hpp"
#include "engine/query/jsonata/utf16.hpp"

namespace stepwell::jsonata {
namespace {

using Style = IntegerPicture::Style;
using Case = IntegerPicture::Case;

/// The zeros of Unicode's families of decimal digits in the Basic Multilingual Plane.
constexpr char32_t kZeros[] = {0x0030, 0x0660, 0x06F0, 0x07C0, 0x0966, 0x09E6, 0x0A66, 0x0AE6,
                               0x0B66, 0x0BE6, 0x0C66, 0x0CE6, 0x0D66, 0x0DE6, 0x0E50, 0x0ED0,
                               0x0F20, 0x1040, 0x1090, 0x17E0, 0x1810, 0x1946, 0x19D0, 0x1A80,
                               0x1A90, 0x1B50, 0x1BB0, 0x1C40, 0x1C50, 0xA620, 0xA8D0, 0xA900,
                               0xA9D0, 0xA9F0, 0xAA50, 0xABF0, 0xFF10};

std::optional<char32_t> zero_of(char32_t digit) {
    const auto next = std::upper_bound(std::begin(kZeros), std::end(kZeros), digit);
    if (next == std::begin(kZeros) || digit - *std::prev(next) > 9) return std::nullopt;
    return *std::prev(next);
}

std::vector<char32_t> code_points(std::string_view text) {
    std::vector<char32_t> points;
    points.reserve(text.size());
    for (std::size_t at = 0; at < text.size();) {
        const CodePoint point = code_point_at(text, at);
        points.push_back(point.value);
        at += point.bytes;
    }
    return points;
}

void change_case(std::string& text, Case wanted) {
    for (char& c : text) {
        if (wanted == Case::upper && c >= 'a' && c <= 'z') c = static_cast<char>(c - ('a' - 'A'));
        if (wanted == Case::lower && c >= 'A' && c <= 'Z') c = static_cast<char>(c + ('a' - 'A'));
    }
}

/// How many digits lie between two separators if they come at every multiple of it; else 0.
std::size_t repeated_group(const std::vector<IntegerPicture::Separator>& separators) {
    if (separators.empty()) return 0;
    std::size_t group = 0;
    for (const auto& separator : separators) {
        if (separator.character != separators.front().character) return 0;
        group = std::gcd(group, separator.position);
    }
    for (std::size_t k = 1; k <= separators.size(); ++k) {
        const auto at = [k, group](const auto& separator) {
            return separator.position == k * group;
        };
        if (std::none_of(separators.begin(), separators.end(), at)) return 0;
    }
    return group;
}

Result<IntegerPicture, Error> parse_digits(std::string_view text, IntegerPicture picture) {
    const std::vector<char32_t> points = code_points(text);
    std::optional<char32_t> zero;
    std::size_t position = 0;
    for (auto point = points.rbegin(); point != points.rend(); ++point) {
        if (const auto family = zero_of(*point)) {
            ++picture.mandatory_digits;
            ++position;
            if (zero && *zero != *family) {
                return Error("D3131",
                             "In a decimal digit pattern, all digits must be from the same decimal "
                             "group");
            }
            zero = family;
        } else if (*point == U'#') {
            ++picture.optional_digits;
            ++position;
        } else {
            picture.separators.push_back({position, *point});
        }
    }
    if (!zero) {
        picture.style = Style::sequence;
        picture.token = text;
        return picture;
    }
    picture.zero = *zero;
    picture.group = repeated_group(picture.separators);
    if (picture.group != 0) picture.separators.resize(1);
    return picture;
}

Error sequence_error(const IntegerPicture& picture) {
    return Error("D3130", "Formatting or parsing an integer as a sequence starting with " +
                              write_json(Json(picture.token)) +
                              " is not supported by this implementation");
}

std::string letters(double value, char first) {
    std::string reversed;
    while (value > 0) {
        reversed += static_cast<char>(first + static_cast<int>(std::fmod(value - 1, 26)));
        value = std::floor((value - 1) / 26);
    }
    return {reversed.rbegin(), reversed.rend()};
}

std::string_view ordinal_suffix(const std::u32string& digits) {
    const bool teen = digits.size() > 1 && digits[digits.size() - 2] == U'1';
    switch (teen ? U'0' : digits.back()) {
        case U'1':
            return "st";
        case U'2':
            return "nd";
        case U'3':
            return "rd";
        default:
            return "th";
    }
}

void insert_separators(std::u32string& digits, const IntegerPicture& picture) {
    if (picture.group != 0) {
        for (std::size_t at = digits.size(); at > picture.group;) {
            at -= picture.group;
            digits.insert(at, 1, picture.separators[0].character);
        }
        return;
    }
    for (auto separator = picture.separators.rbegin(); separator != picture.separators.rend();
         ++separator) {
        const std::size_t length = digits.size();
        if (separator->position <= length) {
            digits.insert(length - separator->position, 1, separator->character);
        } else {
            // The reference implementation takes what JavaScript's substr(-n) gives.
            const std::size_t back = std::min(separator->position - length, length);
            digits = separator->character + digits.substr(length - back);
        }
    }
}

std::string decimal_digits(double value, const IntegerPicture& picture) {
    const std::string text = number_text(value);
    std::u32string digits(text.begin(), text.end());
    if (digits.size() < picture.mandatory_digits)
        digits.insert(0, picture.mandatory_digits - digits.size(), U'0');
    if (picture.zero != U'0') {
        for (char32_t& digit : digits) digit += picture.zero - U'0';
    }
    insert_separators(digits, picture);
    std::string out;
    for (const char32_t digit : digits) append_code_point(out, digit);
    if (picture.ordinal) out += ordinal_suffix(digits);
    return out;
}

double parse_letters(std::string_view text, char first) {
    double sum = 0;
    double weight = 1;
    for (auto letter = text.rbegin(); letter != text.rend(); ++letter) {
        sum += (static_cast<unsigned char>(*letter) - first + 1) * weight;
        weight *= 26;
    }
    return sum;
}

Result<double, Error> parse_decimal_digits(std::string_view text, const IntegerPicture& picture) {
    std::vector<char32_t> points = code_points(text);
    if (picture.ordinal) points.resize(points.size() - std::min<std::size_t>(2, points.size()));
    std::string digits;
    for (const char32_t point : points) {
        const bool separator =
            picture.group != 0
                ? point == U','
                : std::any_of(picture.separators.begin(), picture.separators.end(),
                              [point](const auto& known) { return known.character == point; });
        if (separator) continue;
        const auto digit = static_cast<std::int64_t>(point) - picture.zero + U'0';
        if (digit < 0 || digit > 0x10FFFF)
            return Error("", "Invalid code point " + std::to_string(digit));
        append_code_point(digits, static_cast<char32_t>(digit));
    }
    return parse_int(digits);
}

}  // namespace

Result<IntegerPicture, Error> parse_integer_picture(std::string_view text) {
    IntegerPicture picture;
    std::string_view primary = text;
    const std::size_t semicolon = text.rfind(';');
    if (semicolon != std::string_view::npos) {
        primary = text.substr(0, semicolon);
        picture.ordinal = text.substr(semicolon + 1).starts_with('o');
    }
    const auto style = [&picture](Style wanted, Case letter_case) {
        picture.style = wanted;
        picture.letter_case = letter_case;
        return picture;
    };
    if (primary == "A") return style(Style::letters, Case::upper);
    if (primary == "a") return style(Style::letters, Case::lower);
    if (primary == "I") return style(Style::roman, Case::upper);
    if (primary == "i") return style(Style::roman, Case::lower);
    if (primary == "W") return style(Style::words, Case::upper);
    if (primary == "Ww") return style(Style::words, Case::title);
    if (primary == "w") return style(Style::words, Case::lower);
    return parse_digits(primary, std::move(picture));
}

Result<std::string, Error> format_integer(double value, const IntegerPicture& picture) {
    value = std::floor(value);
    const double size = std::abs(value);
    std::string out;
    switch (picture.style) {
        case Style::letters:
            if (!std::isfinite(size)) return memory_exceeded().error();
            out = letters(size, picture.letter_case == Case::upper ? 'A' : 'a');
            break;
        case Style::roman:
            if (size > kMaxRoman) return memory_exceeded().error();
            out = roman_numeral(size);
            change_case(out, picture.letter_case);
            break;
        case Style::words:
            if (!std::isfinite(size)) return stack_overflow().error();
            out = number_words(size, picture.ordinal);
            change_case(out, picture.letter_case);
            break;
        case Style::decimal:
            out = decimal_digits(size, picture);
            break;
        case Style::sequence:
            return sequence_error(picture);
    }
    if (value < 0) out.insert(0, 1, '-');
    return out;
}

Result<std::string, Error> format_integer(double value, std::string_view picture) {
    const IntegerPicture parsed = TRY(parse_integer_picture(picture));
    return format_integer(value, parsed);
}

Result<double, Error> parse_integer(std::string_view text, const IntegerPicture& picture) {
    std::string folded(text);
    switch (picture.style) {
        case Style::letters:
            return parse_letters(text, picture.letter_case == Case::upper ? 'A' : 'a');
        case Style::roman:
            if (picture.letter_case == Case::lower) change_case(folded, Case::upper);
            return parse_roman(folded);
        case Style::words:
            change_case(folded, Case::lower);
            return parse_number_words(folded);
        case Style::decimal:
            return parse_decimal_digits(text, picture);
        case Style::sequence:
            break;
    }
    return sequence_error(picture);
}

Result<double, Error> parse_integer(std::string_view text, std::string_view picture) {
    const IntegerPicture parsed = TRY(parse_integer_picture(picture));
    return parse_integer(text, parsed);
}

Result<std::string, Error> integer_pattern(const IntegerPicture& picture, std::size_t min,
                                           std::size_t max) {
    switch (picture.style) {
        case Style::letters:
            return std::string(picture.letter_case == Case::upper ? "[A-Z]+" : "[a-z]+");
        case Style::roman:
            return std::string(picture.letter_case == Case::upper ? "[MDCLXVI]+" : "[mdclxvi]+");
        case Style::words:
            return "(?:" + number_word_alternatives() + "|and|[\\-, ])+";
        case Style::decimal: {
            std::string pattern = "[0-9]";
            if (max == 0) {
                pattern += '+';
            } else {
                pattern += '{' + std::to_string(min) + ',' + std::to_string(max) + '}';
            }
            if (picture.ordinal) pattern += "(?:th|st|nd|rd)";
            return pattern;
        }
        case Style::sequence:
            break;
    }
    return sequence_error(picture);
}

}  // namespace stepwell::jsonata
