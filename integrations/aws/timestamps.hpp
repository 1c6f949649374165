#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// Dates as AWS's protocols write them; all are milliseconds since 1970.
/// Smithy specification, "timestampFormat trait".
namespace stepwell::aws {

/// `2015-01-25T08:00:00Z`, with six digits of a fraction where there is one.
std::string to_date_time(std::int64_t millis);
/// `Sun, 25 Jan 2015 08:00:00 GMT`.
std::string to_http_date(std::int64_t millis);
/// `1422172800`, with three digits of a fraction where there is one.
std::string to_epoch(std::int64_t millis);

/// Any of these three; nullopt where it is none.
std::optional<std::int64_t> parse_timestamp(std::string_view text);

}  // namespace stepwell::aws
