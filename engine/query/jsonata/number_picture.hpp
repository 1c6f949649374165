#pragma once

#include <string>
#include <string_view>

#include "engine/base/result.hpp"
#include "engine/query/jsonata/expression.hpp"

/// `$formatNumber`: XPath and XQuery Functions and Operators 3.1, section 4.7 (fn:format-number).
namespace stepwell::jsonata {

/// The characters that mean something in a picture, and what numbers are written with.
struct DecimalFormat {
    std::u32string decimal_separator = U".";
    std::u32string grouping_separator = U",";
    std::u32string exponent_separator = U"e";
    std::u32string minus_sign = U"-";
    std::u32string percent = U"%";
    std::u32string per_mille = U"\u2030";
    std::u32string zero_digit = U"0";
    std::u32string digit = U"#";  ///< an optional one
    std::u32string pattern_separator = U";";

    /// An option of `$formatNumber`: `grouping-separator`. Unknown ones are ignored.
    void set(std::string_view option, std::string_view value);
};

/// `value` written by `picture`, which has a second part for negative numbers or not. Refused with
/// D3080 to D3093; more than 100 digits after the point with JavaScript's words.
Result<std::string, Error> format_number(double value, std::string_view picture,
                                         const DecimalFormat& format = {});

}  // namespace stepwell::jsonata
