#include "engine/query/java_decimal.hpp"

namespace stepwell {
namespace {

constexpr std::size_t kMaxCompactDigits =
    18;  // BigDecimal has a second loop, with other words, beyond.
constexpr std::size_t kMaxExponentDigits = 10;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// The UTF-8 sequence that begins at `at`.
std::string_view character_at(std::string_view text, std::size_t at) {
    std::size_t end = at + 1;
    while (end < text.size() && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) ++end;
    return text.substr(at, end - at);
}

std::string not_a_number(std::string_view text, std::size_t at, bool compact) {
    if (!compact) return "Character array is missing \"exponent\" mark 'e' or 'E'.";
    return "Character " + std::string(character_at(text, at)) +
           " is neither a decimal digit number, decimal point, nor \"e\" notation exponential "
           "mark.";
}

/// What follows the `e`.
Result<std::int64_t, NumberFormatError> parse_exponent(std::string_view text) {
    if (text.empty()) return NumberFormatError{"null"};
    const bool negative = text.front() == '-';
    if (negative || text.front() == '+') text.remove_prefix(1);
    if (text.empty()) return NumberFormatError{"null"};
    while (text.size() > kMaxExponentDigits && text.front() == '0') text.remove_prefix(1);
    if (text.size() > kMaxExponentDigits)
        return NumberFormatError{"Too many nonzero exponent digits."};
    std::int64_t value = 0;
    for (const char c : text) {
        if (!is_digit(c)) return NumberFormatError{"Not a digit."};
        value = value * 10 + (c - '0');
    }
    if (negative) value = -value;
    if (value > INT32_MAX || value < INT32_MIN) return NumberFormatError{"Exponent overflow."};
    return value;
}

void strip_zeros(JavaDecimal& number) {
    const std::size_t first = number.digits.find_first_not_of('0');
    if (first == std::string::npos) {
        number = {};
        return;
    }
    number.digits.erase(0, first);
    number.exponent -= static_cast<std::int64_t>(first);
    number.digits.erase(number.digits.find_last_not_of('0') + 1);
}

}  // namespace

Result<JavaDecimal, NumberFormatError> parse_java_decimal(std::string_view text) {
    if (text.empty()) return NumberFormatError{"null"};
    JavaDecimal number;
    number.negative = text.front() == '-';
    std::size_t at = number.negative || text.front() == '+' ? 1 : 0;
    const bool compact = text.size() - at <= kMaxCompactDigits;
    bool point = false;
    std::int64_t exponent = 0;
    for (; at < text.size(); ++at) {
        const char c = text[at];
        if (is_digit(c)) {
            number.digits.push_back(c);
            if (!point) ++number.exponent;
        } else if (c == '.') {
            if (point)
                return NumberFormatError{"Character array contains more than one decimal point."};
            point = true;
        } else if (c == 'e' || c == 'E') {
            exponent = TRY(parse_exponent(text.substr(at + 1)));
            break;
        } else {
            return NumberFormatError{not_a_number(text, at, compact)};
        }
    }
    if (number.digits.empty()) return NumberFormatError{"No digits found."};
    number.exponent += exponent;
    strip_zeros(number);
    return number;
}

std::strong_ordering compare_decimals(const JavaDecimal& a, const JavaDecimal& b) {
    const int sign_a = a.digits.empty() ? 0 : (a.negative ? -1 : 1);
    const int sign_b = b.digits.empty() ? 0 : (b.negative ? -1 : 1);
    if (sign_a != sign_b || sign_a == 0) return sign_a <=> sign_b;
    const JavaDecimal& low = sign_a > 0 ? a : b;
    const JavaDecimal& high = sign_a > 0 ? b : a;
    // Both without leading zeros: the exponent decides, then the digits from the left.
    if (low.exponent != high.exponent) return low.exponent <=> high.exponent;
    return low.digits <=> high.digits;
}

}  // namespace stepwell
