#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "engine/base/result.hpp"
#include "engine/query/jsonata/expression.hpp"
#include "engine/query/jsonata/integer_picture.hpp"

namespace stepwell::jsonata {

enum class NameCase { lower, upper, title };

/// `[M01]`, `[FNn,3-3]`: one component of a date and how it is written.
struct DateMarker {
    char32_t component = 0;
    std::optional<NameCase> names;         ///< written as a name, not as a number
    std::optional<IntegerPicture> number;  ///< of a component that is a number, or a timezone
    bool zulu = false;                     ///< `t`: Greenwich is written `Z`
    double year_digits = -1;               ///< as many last digits of the year; -1: all
    std::optional<double> max_width;
    /// How many digits a parser takes, at least and at most; 0: any number.
    std::size_t min_parsed_digits = 0;
    std::size_t max_parsed_digits = 0;

    bool is(char wanted) const { return component == static_cast<char32_t>(wanted); }
    bool is_one_of(std::string_view components) const;
};

using DatePart = std::variant<std::string, DateMarker>;  ///< literal text, or a component

/// Refused with D3131 to D3135; widths beyond a bound with the memory limit's error.
Result<std::vector<DatePart>, Error> parse_date_picture(std::string_view picture, Dialect dialect);

Error no_name_error(const DateMarker& marker);  ///< D3133

inline constexpr std::array<std::string_view, 12> kMonthNames = {
    "January", "February", "March",     "April",   "May",      "June",
    "July",    "August",   "September", "October", "November", "December"};
inline constexpr std::array<std::string_view, 7> kDayNames = {
    "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"};

}  // namespace stepwell::jsonata
