#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.hpp"
#include "engine/query/jsonata/expression.hpp"

/// Pictures of `$formatInteger`, `$parseInteger` and the numbers in dates: XPath and XQuery
/// Functions and Operators 3.1, section 4.6 (fn:format-integer), English only.
namespace stepwell::jsonata {

struct IntegerPicture {
    enum class Style { decimal, letters, roman, words, sequence };
    enum class Case { upper, lower, title };
    struct Separator {
        std::size_t position;  ///< digits to its right
        char32_t character;
    };

    Style style = Style::decimal;
    Case letter_case = Case::lower;
    bool ordinal = false;
    // Of the decimal style:
    std::size_t mandatory_digits = 0;
    std::size_t optional_digits = 0;
    char32_t zero = U'0';               ///< of the family of digits
    std::size_t group = 0;              ///< digits between separators that repeat; 0: they do not
    std::vector<Separator> separators;  ///< from the right; just one where they repeat
    std::string token = {};  ///< of the style sequence, which no number can be written in
};

/// D3131 if digits of two families are mixed.
Result<IntegerPicture, Error> parse_integer_picture(std::string_view picture);

/// `value` rounded down. D3130 for a sequence (`α`); the memory limit's error for a Roman number
/// beyond a million, whose text would be as long as the number is large.
Result<std::string, Error> format_integer(double value, const IntegerPicture& picture);
Result<std::string, Error> format_integer(double value, std::string_view picture);

/// NaN for a text that the picture does not describe: the reference implementation checks nothing.
/// D3130 for a sequence.
Result<double, Error> parse_integer(std::string_view text, const IntegerPicture& picture);
Result<double, Error> parse_integer(std::string_view text, std::string_view picture);

/// A JavaScript regular expression for the texts that a number in this style may have, without
/// regard to case; with `min` to `max` decimal digits if `max` is not 0.
Result<std::string, Error> integer_pattern(const IntegerPicture& picture, std::size_t min,
                                           std::size_t max);

}  // namespace stepwell::jsonata
