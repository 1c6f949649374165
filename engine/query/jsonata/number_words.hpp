#pragma once

#include <string>
#include <string_view>

/// Numbers in English words and as Roman numerals.
namespace stepwell::jsonata {

/// `Three Thousand, Seven Hundred and Thirty-First`: a not negative integer; beyond a thousand
/// trillion `One Trillion Trillion`.
std::string number_words(double value, bool ordinal);

/// Cardinals and ordinals in lower case; NaN where a word is none.
double parse_number_words(std::string_view text);

/// All words, for a regular expression: `zero|one|…`.
std::string number_word_alternatives();

/// Lower case; nothing for 0. `value` is at most kMaxRoman.
std::string roman_numeral(double value);
inline constexpr double kMaxRoman = 1'000'000;

/// Upper case; NaN where a letter is no numeral.
double parse_roman(std::string_view text);

}  // namespace stepwell::jsonata
