#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "engine/base/result.hpp"
#include "engine/query/jsonata/expression.hpp"

/// `$fromMillis`, `$toMillis`, `$now`: pictures as in XPath and XQuery Functions and Operators 3.1,
/// section 9.8, English only. The two dialects read adjacent numbers and fractions of a second
/// differently.
namespace stepwell::jsonata {

/// Without a picture as `2018-03-23T10:33:36.617Z`. The timezone is `+hhmm`; like the reference
/// implementation's, half an hour west of Greenwich counts further west than it should.
Result<std::string, Error> format_date_time(double millis, std::optional<std::string_view> picture,
                                            std::optional<std::string_view> timezone,
                                            Dialect dialect);

/// Milliseconds since 1970; nullopt where the text does not match the picture; NaN for a date that
/// does not exist. Without a picture an ISO 8601 timestamp (D3110). `now` gives the parts that lie
/// above those of the picture: the year of a day and a month.
Result<std::optional<double>, Error> parse_date_time(std::string_view text,
                                                     std::optional<std::string_view> picture,
                                                     TimePoint now, Dialect dialect);

}  // namespace stepwell::jsonata
