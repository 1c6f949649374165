#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "engine/base/result.hpp"
#include "engine/query/jsonata/expression.hpp"

/// Numbers as text and back, as JavaScript does it.
namespace stepwell::jsonata {

/// Number::toString: the shortest digits that give the same double, `1e+21`, `1e-7`, `-0` as `0`,
/// `NaN`, `Infinity`. ECMA-262, "Number::toString ( x, radix )".
void append_number_text(std::string& out, double value);
std::string number_text(double value);

/// `Number(x.toPrecision(15))`: what `$string` does with a number before it writes it (2.0.6 with
/// any, later versions with non-integers only).
double round_to_15_digits(double value);

/// toFixed: `digits` after the point, an exact half away from zero; from 1e21 on as number_text.
/// `digits` is at most 100.
std::string fixed_text(double value, int digits);

/// `$round`: half to even, by moving the point in the text of the number; never -0.
/// NaN if `digits` is no integer.
double round_half_even(double value, double digits = 0);

/// `$formatBase`. D3100 unless the rounded radix is 2 to 36.
Result<std::string, Error> format_base(double value, double radix = 10);

/// `$number` of a text: a JSON number, or an integer with 0x, 0b or 0o (either case). D3030.
/// NaN where the reference implementation finds a prefixed number within other text.
Result<double, Error> parse_number(std::string_view text);

/// The number that a decimal literal means (`-1.5e3`), to the nearest double, infinity where it is
/// too large; nullopt if that is not what the whole text is.
std::optional<double> parse_decimal(std::string_view text);

/// parseInt: white space, a sign, decimal digits or 0x and hexadecimal ones, and whatever follows;
/// NaN if no digit is there.
double parse_int(std::string_view text);

}  // namespace stepwell::jsonata
