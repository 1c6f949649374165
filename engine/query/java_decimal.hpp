#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "engine/base/result.hpp"

namespace stepwell {

/// A decimal number of any size, for comparing only: 0.<digits> x 10^exponent.
struct JavaDecimal {
    bool negative = false;
    /// Without leading and trailing zeros; empty for zero.
    std::string digits;
    std::int64_t exponent = 0;
};

/// Why a text is no number, in the words of java.math.BigDecimal ("null" where it says nothing):
/// the service's JSONPath library lets them through to the user.
struct NumberFormatError {
    std::string message;
};

/// Reads what `new java.math.BigDecimal(String)` reads. Only ASCII digits: a departure nobody has
/// met.
Result<JavaDecimal, NumberFormatError> parse_java_decimal(std::string_view text);

/// By value: 1, 1.0 and 10E-1 are equal.
std::strong_ordering compare_decimals(const JavaDecimal& a, const JavaDecimal& b);

}  // namespace stepwell
