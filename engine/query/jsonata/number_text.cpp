#include "engine/query/jsonata/number_text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <utility>

#include "engine/base/json.hpp"

namespace stepwell::jsonata {
namespace {

/// A positive finite number as 0.DIGITS times ten to the power of `point`.
struct Decimal {
    std::array<char, 24> digits;
    int count = 0;
    int point = 0;

    std::string_view view() const { return {digits.data(), static_cast<std::size_t>(count)}; }
};

/// Takes apart what to_chars writes in scientific notation: `d.ddde+xx`.
Decimal shortest_decimal(double positive) {
    char text[40];
    const auto end =
        std::to_chars(text, text + sizeof text, positive, std::chars_format::scientific).ptr;
    Decimal decimal;
    const char* at = text;
    for (; at < end && *at != 'e'; ++at) {
        if (*at != '.') decimal.digits[static_cast<std::size_t>(decimal.count++)] = *at;
    }
    int exponent = 0;
    at += at[1] == '+' ? 2 : 1;
    std::from_chars(at, end, exponent);
    decimal.point = exponent + 1;
    return decimal;
}

void append_exponential(std::string& out, const Decimal& decimal) {
    const std::string_view digits = decimal.view();
    out += digits[0];
    if (digits.size() > 1) {
        out += '.';
        out += digits.substr(1);
    }
    const int exponent = decimal.point - 1;
    out += exponent < 0 ? "e-" : "e+";
    out += std::to_string(std::abs(exponent));
}

bool is_small_integer(double value) { return std::abs(value) < 1e15 && value == std::trunc(value); }

void append_integer(std::string& out, double value) {
    char text[24];
    const auto end = std::to_chars(text, text + sizeof text, static_cast<std::int64_t>(value)).ptr;
    out.append(text, end);
}

/// What from_chars makes of a text that is known to be a decimal number.
double nearest_double(std::string_view text) {
    double value = 0;
    const bool negative = text.starts_with('-');
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc::result_out_of_range) return value;
    // Too large or too small: from_chars does not say which.
    const std::size_t e = text.find_first_of("eE");
    const std::string_view mantissa = text.substr(0, e);
    const std::size_t lead = mantissa.find_first_of("123456789");
    if (lead == std::string_view::npos) return negative ? -0.0 : 0.0;
    long long exponent = 0;
    if (e != std::string_view::npos) {
        std::string_view power = text.substr(e + 1);
        if (power.starts_with('+')) power.remove_prefix(1);
        const auto parsed = std::from_chars(power.data(), power.data() + power.size(), exponent).ec;
        if (parsed == std::errc::result_out_of_range)
            exponent = power.starts_with('-') ? -1'000'000'000 : 1'000'000'000;
    }
    const std::size_t point = std::min(mantissa.find('.'), mantissa.size());
    const long long magnitude =
        exponent + static_cast<long long>(point) - static_cast<long long>(lead);
    const double size = magnitude > 0 ? std::numeric_limits<double>::infinity() : 0.0;
    return negative ? -size : size;
}

std::size_t skip_digits(std::string_view text, std::size_t at) {
    while (at < text.size() && text[at] >= '0' && text[at] <= '9') ++at;
    return at;
}

/// value times ten to the power of `digits`, in text.
double shifted(double value, double digits) {
    const std::string text = number_text(value);
    const std::size_t e = text.find('e');
    double exponent = digits;
    if (e != std::string::npos)
        exponent += nearest_double(text.substr(text[e + 1] == '+' ? e + 2 : e + 1));
    if (std::isnan(exponent) || exponent != std::trunc(exponent))
        return std::numeric_limits<double>::quiet_NaN();
    const auto bounded = static_cast<int>(std::clamp(exponent, -100'000.0, 100'000.0));
    return nearest_double(text.substr(0, e) + 'e' + std::to_string(bounded));
}

/// Math.round: halves go up.
double js_round(double value) {
    const double down = std::floor(value);
    return value - down < 0.5 ? down : down + 1;
}

/// The digits of an integer in another base; those that a double does not hold are zeros.
std::string integer_in_base(double value, unsigned radix) {
    static constexpr char kDigits[] = "0123456789abcdefghijklmnopqrstuvwxyz";
    // OBSERVED: Node.js 18 and 20 begin to write zeros about here, earlier in small bases.
    static constexpr double kExact = 144'115'188'075'855'872.0;  // 2^57
    std::string reversed;
    double rest = std::abs(value);
    while (rest >= kExact) {
        rest /= radix;
        reversed += '0';
    }
    do {
        const double digit = std::fmod(rest, radix);
        reversed += kDigits[static_cast<std::size_t>(digit)];
        rest = (rest - digit) / radix;
    } while (rest > 0);
    if (value < 0) reversed += '-';
    return {reversed.rbegin(), reversed.rend()};
}

std::string quoted(std::string_view text) { return write_json(Json(std::string(text))); }

int digit_value(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return 99;
}

int radix_of(char prefix) {
    switch (prefix) {
        case 'x':
        case 'X':
            return 16;
        case 'o':
        case 'O':
            return 8;
        case 'b':
        case 'B':
            return 2;
        default:
            return 0;
    }
}

bool all_digits(std::string_view text, int radix) {
    return !text.empty() && std::all_of(text.begin(), text.end(),
                                        [radix](char c) { return digit_value(c) < radix; });
}

/// Digits in a base that is a power of two, to the nearest double.
double nearest_double(std::string_view digits, int radix) {
    const int bits = radix == 16 ? 4 : radix == 8 ? 3 : 1;
    const std::size_t lead = std::min(digits.find_first_not_of('0'), digits.size());
    digits.remove_prefix(lead);
    // Fifteen hexadecimal digits fit; of the rest only the size, and whether any is not zero.
    std::uint64_t head = 0;
    std::size_t used = 0;
    for (; used < digits.size() && head < std::uint64_t{1} << 59U; ++used) {
        head = head << static_cast<unsigned>(bits) |
               static_cast<std::uint64_t>(digit_value(digits[used]));
    }
    const std::string_view rest = digits.substr(used);
    if (rest.find_first_not_of('0') != std::string_view::npos) head |= 1U;  // "sticky"
    const std::size_t shift =
        std::min<std::size_t>(rest.size() * static_cast<std::size_t>(bits), 10'000);
    return std::ldexp(static_cast<double>(head), static_cast<int>(shift));
}

/// Whether the reference implementation leaves it to JavaScript's Number() to read the text: its
/// expression anchors 0x at the beginning only, 0b at the end only, and 0o nowhere.
bool holds_prefixed_integer(std::string_view text) {
    for (std::size_t at = text.find('0'); at + 2 < text.size() && at < text.size();
         at = text.find('0', at + 1)) {
        const int radix = radix_of(text[at + 1]);
        if (radix == 0) continue;
        const std::string_view rest = text.substr(at + 2);
        if (radix == 2 ? all_digits(rest, 2)
                       : digit_value(rest[0]) < radix && (radix == 8 || at == 0))
            return true;
    }
    return false;
}

/// Without the white space that Number() overlooks, as far as it is ASCII.
std::string_view trimmed(std::string_view text) {
    static constexpr std::string_view kSpace = " \t\n\v\f\r";
    const std::size_t from = std::min(text.find_first_not_of(kSpace), text.size());
    const std::size_t last = text.find_last_not_of(kSpace);
    return last == std::string_view::npos ? std::string_view() : text.substr(from, last + 1 - from);
}

double prefixed_integer(std::string_view text) {
    const int radix = text.size() > 2 && text[0] == '0' ? radix_of(text[1]) : 0;
    if (radix == 0 || !all_digits(text.substr(2), radix))
        return std::numeric_limits<double>::quiet_NaN();
    return nearest_double(text.substr(2), radix);
}

}  // namespace

void append_number_text(std::string& out, double value) {
    if (is_small_integer(value)) {
        append_integer(out, value);
        return;
    }
    if (std::isnan(value)) {
        out += "NaN";
        return;
    }
    if (value < 0) out += '-';
    if (std::isinf(value)) {
        out += "Infinity";
        return;
    }
    const Decimal decimal = shortest_decimal(std::abs(value));
    const std::string_view digits = decimal.view();
    if (decimal.point > 21 || decimal.point < -5) {
        append_exponential(out, decimal);
    } else if (decimal.point <= 0) {
        out += "0.";
        out.append(static_cast<std::size_t>(-decimal.point), '0');
        out += digits;
    } else if (decimal.point >= decimal.count) {
        out += digits;
        out.append(static_cast<std::size_t>(decimal.point - decimal.count), '0');
    } else {
        const auto point = static_cast<std::size_t>(decimal.point);
        out += digits.substr(0, point);
        out += '.';
        out += digits.substr(point);
    }
}

std::string number_text(double value) {
    std::string out;
    append_number_text(out, value);
    return out;
}

double round_to_15_digits(double value) {
    if (is_small_integer(value) || !std::isfinite(value)) return value;
    if (shortest_decimal(std::abs(value)).count <= 15) return value;
    char text[40];
    auto end =
        std::to_chars(text, text + sizeof text, value, std::chars_format::scientific, 16).ptr;
    // to_chars rounds an exact half to even, toPrecision away from zero. A half has a 5 as its
    // sixteenth digit and nothing after it.
    const std::string_view more(text, static_cast<std::size_t>(end - text));
    const std::size_t sixteenth = more.find('.') + 15;
    if (more.substr(sixteenth, 2) == "50") {
        char exact[1100];
        const auto exact_end =
            std::to_chars(exact, exact + sizeof exact, value, std::chars_format::scientific, 800)
                .ptr;
        const std::string_view all(exact, static_cast<std::size_t>(exact_end - exact));
        const std::size_t e = all.find('e');
        if (all.substr(sixteenth + 1, e - sixteenth - 1).find_first_not_of('0') ==
            std::string_view::npos) {
            std::string up(all.substr(0, sixteenth));
            up += '6';
            up += all.substr(e);
            end = std::to_chars(text, text + sizeof text, nearest_double(up),
                                std::chars_format::scientific, 14)
                      .ptr;
            return nearest_double({text, static_cast<std::size_t>(end - text)});
        }
    }
    end = std::to_chars(text, text + sizeof text, value, std::chars_format::scientific, 14).ptr;
    return nearest_double({text, static_cast<std::size_t>(end - text)});
}

std::string fixed_text(double value, int digits) {
    if (!std::isfinite(value) || std::abs(value) >= 1e21) return number_text(value);
    // A double has at most 1074 digits after the point, so with these nothing has been rounded.
    char exact[1200];
    const auto exact_end =
        std::to_chars(exact, exact + sizeof exact, std::abs(value), std::chars_format::fixed, 1100)
            .ptr;
    std::string_view all(exact, static_cast<std::size_t>(exact_end - exact));
    const std::size_t point = all.find('.');
    const std::size_t kept = point + 1 + static_cast<std::size_t>(digits);
    std::string text(all.substr(0, digits == 0 ? point : kept));
    if (all[kept] >= '5') {
        std::size_t at = text.size();
        while (at > 0 && (text[at - 1] == '9' || text[at - 1] == '.')) {
            --at;
            if (text[at] == '9') text[at] = '0';
        }
        if (at == 0) {
            text.insert(0, 1, '1');
        } else {
            ++text[at - 1];
        }
    }
    const bool zero = text.find_first_not_of("0.") == std::string::npos;
    // (-0.4).toFixed(0) is "-0", (-0).toFixed(0) is "0".
    if (value < 0 || (zero && value < 0)) text.insert(0, 1, '-');
    return text;
}

double round_half_even(double value, double digits) {
    const bool shifts = digits != 0;  // also for NaN
    const double scaled = shifts ? shifted(value, digits) : value;
    if (!std::isfinite(scaled)) return shifts ? std::numeric_limits<double>::quiet_NaN() : scaled;
    double result = js_round(scaled);
    if (std::abs(result - scaled) == 0.5 && std::abs(std::fmod(result, 2)) == 1) result -= 1;
    if (shifts) result = shifted(result, -digits);
    return result == 0 ? 0 : result;
}

Result<std::string, Error> format_base(double value, double radix) {
    const double base = round_half_even(radix);
    if (base < 2 || base > 36) {
        return Error{
            "D3100",
            "The radix of the formatBase function must be between 2 and 36.  It was given " +
                (std::isfinite(base) ? number_text(base) : "null")};
    }
    const double integer = round_half_even(value);
    if (!std::isfinite(integer) || base == 10 || std::isnan(base)) return number_text(integer);
    return integer_in_base(integer, static_cast<unsigned>(base));
}

std::optional<double> parse_decimal(std::string_view text) {
    std::size_t at = text.starts_with('-') ? 1 : 0;
    const auto digits = [&] {
        const std::size_t from = at;
        at = skip_digits(text, at);
        return at > from;
    };
    if (!digits()) return std::nullopt;
    if (at < text.size() && text[at] == '.') {
        ++at;
        if (!digits()) return std::nullopt;
    }
    if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
        ++at;
        if (at < text.size() && (text[at] == '+' || text[at] == '-')) ++at;
        if (!digits()) return std::nullopt;
    }
    if (at != text.size()) return std::nullopt;
    return nearest_double(text);
}

Result<double, Error> parse_number(std::string_view text) {
    const auto decimal = parse_decimal(text);
    if (decimal && std::isfinite(*decimal)) return *decimal;
    if (holds_prefixed_integer(text)) return prefixed_integer(trimmed(text));
    return Error("D3030", "Unable to cast value to a number: " + quoted(text));
}

double parse_int(std::string_view text) {
    text.remove_prefix(std::min(text.find_first_not_of(" \t\n\v\f\r"), text.size()));
    const bool negative = text.starts_with('-');
    if (negative || text.starts_with('+')) text.remove_prefix(1);
    double value = std::numeric_limits<double>::quiet_NaN();
    if (text.starts_with("0x") || text.starts_with("0X")) {
        const std::size_t end =
            std::min(text.find_first_not_of("0123456789abcdefABCDEF", 2), text.size());
        if (end > 2) value = nearest_double(text.substr(2, end - 2), 16);
    } else {
        const std::size_t end = std::min(text.find_first_not_of("0123456789"), text.size());
        if (end > 0) value = parse_decimal(text.substr(0, end)).value_or(value);
    }
    return negative ? -value : value;
}

}  // namespace stepwell::jsonata
