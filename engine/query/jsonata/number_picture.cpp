#include "engine/query/jsonata/number_picture.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <numeric>
#include <optional>
#include <vector>

#include "engine/query/jsonata/number_text.hpp"
#include "engine/query/jsonata/utf16.hpp"

namespace stepwell::jsonata {
namespace {

constexpr std::size_t kNone = std::u32string_view::npos;

std::u32string code_points(std::string_view text) {
    std::u32string points;
    for (std::size_t at = 0; at < text.size();) {
        const CodePoint point = code_point_at(text, at);
        points += point.value;
        at += point.bytes;
    }
    return points;
}

/// Which characters are active in a picture. An option of several characters is never one of them.
class Alphabet {
public:
    explicit Alphabet(const DecimalFormat& format) : format_(format) {}

    bool is_digit(char32_t c) const {
        return !format_.zero_digit.empty() && c - format_.zero_digit[0] < 10;
    }
    bool is_optional(char32_t c) const { return is(c, format_.digit); }
    bool is_grouping(char32_t c) const { return is(c, format_.grouping_separator); }
    bool is_exponent(char32_t c) const { return is(c, format_.exponent_separator); }
    bool is_active(char32_t c) const {
        return is_digit(c) || is_optional(c) || is_grouping(c) || is_exponent(c) ||
               is(c, format_.decimal_separator) || is(c, format_.pattern_separator);
    }
    std::size_t count_digits(std::u32string_view text) const {
        return static_cast<std::size_t>(
            std::count_if(text.begin(), text.end(), [this](char32_t c) { return is_digit(c); }));
    }
    std::size_t count_places(std::u32string_view text) const {
        return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [this](char32_t c) {
            return is_digit(c) || is_optional(c);
        }));
    }

private:
    static bool is(char32_t c, const std::u32string& wanted) {
        return wanted.size() == 1 && wanted[0] == c;
    }
    const DecimalFormat& format_;
};

/// A picture for the positive or the negative numbers, and its parts.
struct SubPicture {
    std::u32string_view text;
    std::u32string_view prefix;
    std::u32string_view suffix;
    std::u32string_view active;
    std::u32string_view mantissa;
    std::u32string_view integer;
    std::u32string_view fraction;
    std::optional<std::u32string_view> exponent;
};

SubPicture split(std::u32string_view text, const DecimalFormat& format, const Alphabet& alphabet) {
    const auto begins = [&alphabet](char32_t c) {
        return alphabet.is_active(c) && !alphabet.is_exponent(c);
    };
    SubPicture part{.text = text,
                    .prefix = {},
                    .suffix = {},
                    .active = {},
                    .mantissa = {},
                    .integer = {},
                    .fraction = {},
                    .exponent = {}};
    const auto first = std::find_if(text.begin(), text.end(), begins);
    if (first != text.end()) {
        part.prefix = text.substr(0, static_cast<std::size_t>(first - text.begin()));
        const auto last = std::find_if(text.rbegin(), text.rend(), begins);
        part.suffix = text.substr(text.size() - static_cast<std::size_t>(last - text.rbegin()));
    }
    part.active =
        text.substr(part.prefix.size(), text.size() - part.prefix.size() - part.suffix.size());
    const std::size_t exponent = text.find(format.exponent_separator, part.prefix.size());
    if (exponent == kNone || exponent > text.size() - part.suffix.size()) {
        part.mantissa = part.active;
    } else {
        // The reference implementation counts from the beginning of the prefix here, so a picture
        // with both a prefix and an exponent is refused.
        part.mantissa = part.active.substr(0, exponent);
        part.exponent = part.active.substr(std::min(exponent + 1, part.active.size()));
    }
    const std::size_t point = part.mantissa.find(format.decimal_separator);
    part.integer = part.mantissa.substr(0, point);
    if (point != kNone) part.fraction = part.mantissa.substr(point + 1);
    return part;
}

bool twice(std::u32string_view text, std::u32string_view what) {
    return text.find(what) != text.rfind(what);
}
bool contains(std::u32string_view text, std::u32string_view what) {
    return text.find(what) != kNone;
}

std::u32string_view from_last_optional(std::u32string_view text, const DecimalFormat& format) {
    const std::size_t at = text.rfind(format.digit);
    return at == kNone ? std::u32string_view() : text.substr(at);
}
std::u32string_view before_first_optional(std::u32string_view text, const DecimalFormat& format) {
    const std::size_t at = text.find(format.digit);
    return at == kNone ? std::u32string_view() : text.substr(0, at);
}

struct Rule {
    const char* code;
    const char* message;
    bool broken;
};

/// The rules of section 4.7.3; where several are broken, the reference reports the last.
std::optional<Error> validate(const SubPicture& part, const DecimalFormat& format,
                              const Alphabet& alphabet) {
    const bool percent = contains(part.text, format.percent);
    const bool per_mille = contains(part.text, format.per_mille);
    const std::size_t point = part.text.find(format.decimal_separator);
    const auto grouping_at = [&](std::size_t at) {
        return at < part.text.size() && alphabet.is_grouping(part.text[at]);
    };
    const bool beside_point =
        point != kNone && ((point > 0 && grouping_at(point - 1)) || grouping_at(point + 1));
    const bool passive = !std::all_of(part.active.begin(), part.active.end(),
                                      [&](char32_t c) { return alphabet.is_active(c); });
    const Rule rules[] = {
        {"D3081",
         "The sub-picture must not contain more than one instance of the 'decimal-separator' "
         "character",
         twice(part.text, format.decimal_separator)},
        {"D3082",
         "The sub-picture must not contain more than one instance of the 'percent' character",
         twice(part.text, format.percent)},
        {"D3083",
         "The sub-picture must not contain more than one instance of the 'per-mille' character",
         twice(part.text, format.per_mille)},
        {"D3084", "The sub-picture must not contain both a 'percent' and a 'per-mille' character",
         percent && per_mille},
        {"D3085",
         "The mantissa part of a sub-picture must contain at least one character that is either an "
         "'optional digit character' or a member of the 'decimal digit family'",
         alphabet.count_places(part.mantissa) == 0},
        {"D3086",
         "The sub-picture must not contain a passive character that is preceded by an active "
         "character and that is followed by another active character",
         passive},
        {"D3087",
         "The sub-picture must not contain a 'grouping-separator' character that appears adjacent "
         "to a 'decimal-separator' character",
         beside_point},
        {"D3088",
         "The sub-picture must not contain a 'grouping-separator' at the end of the integer part",
         point == kNone && !part.integer.empty() && alphabet.is_grouping(part.integer.back())},
        {"D3089",
         "The sub-picture must not contain two adjacent instances of the 'grouping-separator' "
         "character",
         contains(part.text, format.grouping_separator + format.grouping_separator)},
        {"D3090",
         "The integer part of the sub-picture must not contain a member of the 'decimal digit "
         "family' that is followed by an instance of the 'optional digit character'",
         alphabet.count_digits(before_first_optional(part.integer, format)) > 0},
        {"D3091",
         "The fractional part of the sub-picture must not contain an instance of the 'optional "
         "digit character' that is followed by a member of the 'decimal digit family'",
         alphabet.count_digits(from_last_optional(part.fraction, format)) > 0},
        {"D3092",
         "A sub-picture that contains a 'percent' or 'per-mille' character must not contain a "
         "character treated as an 'exponent-separator'",
         part.exponent && !part.exponent->empty() && (percent || per_mille)},
        {"D3093",
         "The exponent part of the sub-picture must comprise only of one or more characters that "
         "are members of the 'decimal digit family'",
         part.exponent && (part.exponent->empty() ||
                           alphabet.count_digits(*part.exponent) != part.exponent->size())},
    };
    const auto broken = std::find_if(std::rbegin(rules), std::rend(rules),
                                     [](const Rule& rule) { return rule.broken; });
    if (broken == std::rend(rules)) return std::nullopt;
    return Error(broken->code, broken->message);
}

/// What section 4.7.4 derives from a sub-picture.
struct Layout {
    std::vector<std::size_t> integer_groups;   ///< digits to the right of each separator
    std::size_t repeated_group = 0;            ///< if they repeat
    std::vector<std::size_t> fraction_groups;  ///< digits to the left of each separator
    std::size_t min_integer = 0;
    std::size_t scaling = 0;  ///< digits before the point of a number with an exponent
    std::size_t min_fraction = 0;
    std::size_t max_fraction = 0;
    std::size_t min_exponent = 0;
};

std::size_t repeated_group(const std::vector<std::size_t>& groups) {
    std::size_t group = 0;
    for (const std::size_t position : groups) group = std::gcd(group, position);
    for (std::size_t k = 1; k <= groups.size(); ++k) {
        if (std::find(groups.begin(), groups.end(), k * group) == groups.end()) return 0;
    }
    return group;
}

Layout analyse(const SubPicture& part, const Alphabet& alphabet) {
    Layout layout;
    for (std::size_t at = 0; at < part.integer.size(); ++at) {
        if (alphabet.is_grouping(part.integer[at]))
            layout.integer_groups.push_back(alphabet.count_places(part.integer.substr(at)));
    }
    layout.repeated_group = repeated_group(layout.integer_groups);
    for (std::size_t at = 0; at < part.fraction.size(); ++at) {
        if (alphabet.is_grouping(part.fraction[at]))
            layout.fraction_groups.push_back(alphabet.count_places(part.fraction.substr(0, at)));
    }
    layout.min_integer = layout.scaling = alphabet.count_digits(part.integer);
    layout.min_fraction = alphabet.count_digits(part.fraction);
    layout.max_fraction = alphabet.count_places(part.fraction);
    if (layout.min_integer == 0 && layout.max_fraction == 0) {
        if (part.exponent) {
            layout.min_fraction = layout.max_fraction = 1;
        } else {
            layout.min_integer = 1;
        }
    }
    if (part.exponent && layout.min_integer == 0 && alphabet.count_places(part.integer) > 0)
        layout.min_integer = 1;
    if (layout.min_integer == 0 && layout.min_fraction == 0) layout.min_fraction = 1;
    if (part.exponent) layout.min_exponent = alphabet.count_digits(*part.exponent);
    return layout;
}

/// value = mantissa times ten to the power of `exponent`.
struct Scaled {
    double mantissa;
    int exponent = 0;
};

Scaled scale(double value, std::size_t digits) {
    Scaled scaled{value};
    if (value == 0 || !std::isfinite(value)) return scaled;
    const double most = std::pow(10, static_cast<double>(digits));
    const double least = std::pow(10, static_cast<double>(digits) - 1);
    while (std::abs(scaled.mantissa) < least) {
        scaled.mantissa *= 10;
        --scaled.exponent;
    }
    while (std::abs(scaled.mantissa) > most) {
        scaled.mantissa /= 10;
        ++scaled.exponent;
    }
    return scaled;
}

/// toFixed of the size of a number, in the format's digits.
std::u32string digits_of(double value, std::size_t fraction, const DecimalFormat& format) {
    const std::string text = fixed_text(std::abs(value), static_cast<int>(fraction));
    std::u32string digits(text.begin(), text.end());
    if (format.zero_digit == U"0" || format.zero_digit.empty()) return digits;
    for (char32_t& c : digits) {
        if (c >= U'0' && c <= U'9') c += format.zero_digit[0] - U'0';
    }
    return digits;
}

/// Puts separators into a number whose integer part has `point` digits. Those that do not repeat
/// come where the reference implementation puts them, by JavaScript's slice: with a negative place
/// (fewer digits than the picture has) they are counted from the end of the number.
void insert_groups(std::u32string& number, std::size_t point, const Layout& layout,
                   const DecimalFormat& format) {
    const std::u32string& separator = format.grouping_separator;
    std::size_t inserted = 0;
    if (layout.repeated_group != 0) {
        for (std::size_t at = point; at > layout.repeated_group; ++inserted) {
            at -= layout.repeated_group;
            number.insert(at, separator);
        }
    } else {
        for (const std::size_t group : layout.integer_groups) {
            const std::size_t end = point + inserted++;
            const std::size_t from_end = std::min(group - std::min(end, group), number.size());
            number.insert(group <= end ? end - group : number.size() - from_end, separator);
        }
    }
    for (const std::size_t group : layout.fraction_groups) {
        const std::size_t at = point + inserted++ + group + 1;
        number.insert(std::min(at, number.size()), separator);
    }
}

std::u32string mantissa_text(double mantissa, const Layout& layout, const DecimalFormat& format) {
    const double rounded = round_half_even(mantissa, static_cast<double>(layout.max_fraction));
    const std::u32string digits = digits_of(rounded, layout.max_fraction, format);
    const char32_t zero = format.zero_digit.empty() ? U'0' : format.zero_digit[0];
    const std::size_t point = std::min(digits.find(U'.'), digits.size());
    std::u32string integer = digits.substr(0, point);
    std::u32string fraction = point < digits.size() ? digits.substr(point + 1) : std::u32string();
    integer.erase(0, std::min(integer.find_first_not_of(zero), integer.size()));
    fraction.erase(fraction.find_last_not_of(zero) + 1);
    if (integer.size() < layout.min_integer)
        integer.insert(0, layout.min_integer - integer.size(), zero);
    if (fraction.size() < layout.min_fraction) fraction.resize(layout.min_fraction, zero);
    std::u32string number = integer + format.decimal_separator + fraction;
    insert_groups(number, integer.size(), layout, format);
    if (fraction.empty()) number.resize(number.size() - format.decimal_separator.size());
    return number;
}

std::u32string exponent_text(int exponent, const Layout& layout, const DecimalFormat& format) {
    std::u32string digits = digits_of(exponent, 0, format);
    const char32_t zero = format.zero_digit.empty() ? U'0' : format.zero_digit[0];
    if (digits.size() < layout.min_exponent)
        digits.insert(0, layout.min_exponent - digits.size(), zero);
    return format.exponent_separator + (exponent < 0 ? format.minus_sign : std::u32string()) +
           digits;
}

}  // namespace

void DecimalFormat::set(std::string_view option, std::string_view value) {
    static constexpr std::pair<std::string_view, std::u32string DecimalFormat::*> kOptions[] = {
        {"decimal-separator", &DecimalFormat::decimal_separator},
        {"grouping-separator", &DecimalFormat::grouping_separator},
        {"exponent-separator", &DecimalFormat::exponent_separator},
        {"minus-sign", &DecimalFormat::minus_sign},
        {"percent", &DecimalFormat::percent},
        {"per-mille", &DecimalFormat::per_mille},
        {"zero-digit", &DecimalFormat::zero_digit},
        {"digit", &DecimalFormat::digit},
        {"pattern-separator", &DecimalFormat::pattern_separator},
    };
    for (const auto& [name, member] : kOptions) {
        if (name == option) this->*member = code_points(value);
    }
}

Result<std::string, Error> format_number(double value, std::string_view picture,
                                         const DecimalFormat& format) {
    const std::u32string text = code_points(picture);
    const Alphabet alphabet(format);
    const std::u32string_view whole(text);
    const std::size_t separator =
        format.pattern_separator.empty() ? kNone : whole.find(format.pattern_separator);
    const bool has_second = separator != kNone;
    if (has_second &&
        whole.find(format.pattern_separator, separator + format.pattern_separator.size()) != kNone)
        return Error("D3080", "The picture string must only contain a maximum of two sub-pictures");

    const SubPicture first = split(whole.substr(0, separator), format, alphabet);
    if (auto error = validate(first, format, alphabet)) return *std::move(error);
    const bool positive = value >= 0;
    SubPicture part = first;
    if (has_second) {
        const SubPicture second =
            split(whole.substr(separator + format.pattern_separator.size()), format, alphabet);
        if (auto error = validate(second, format, alphabet)) return *std::move(error);
        if (!positive) part = second;
    }
    const Layout layout = analyse(part, alphabet);
    if (layout.max_fraction > 100)
        return Error("", "toFixed() digits argument must be between 0 and 100");
    if (contains(part.text, format.percent)) {
        value *= 100;
    } else if (contains(part.text, format.per_mille)) {
        value *= 1000;
    }
    Scaled scaled{value};
    if (part.exponent) scaled = scale(value, layout.scaling);
    std::u32string out = positive || has_second ? std::u32string() : format.minus_sign;
    out += part.prefix;
    out += mantissa_text(scaled.mantissa, layout, format);
    if (part.exponent) out += exponent_text(scaled.exponent, layout, format);
    out += part.suffix;
    std::string utf8;
    for (const char32_t c : out) append_code_point(utf8, c);
    return utf8;
}

}  // namespace stepwell::jsonata
