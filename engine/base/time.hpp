#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace stepwell {

/// A moment as AWS tells time: UTC, whole milliseconds.
using TimePoint = std::chrono::sys_time<std::chrono::milliseconds>;
using Milliseconds = std::chrono::milliseconds;
using Seconds = std::chrono::seconds;

/// `2024-02-07T13:52:02.1Z`: what the Context Object shows (no trailing zeros of the fraction; none
/// if whole).
std::string to_iso8601(TimePoint time);

/// An ISO-8601 extended offset date-time (`T` and `Z` upper case, or an offset; up to 9 fractional
/// digits, cut to milliseconds), or nullopt. Checks the calendar. ASL specification, "Timestamps"
/// (RFC 3339 profile).
std::optional<TimePoint> parse_rfc3339(std::string_view text);

/// Seconds since 1970 with three decimals, as AWS JSON 1.0 writes dates: `1707313922.123`.
std::string to_epoch_seconds(TimePoint time);

/// What time it is. Implemented by the wall clock, and by ManualClock in tests.
class Clock {
public:
    virtual ~Clock() = default;
    virtual TimePoint now() const = 0;
};

}  // namespace stepwell
