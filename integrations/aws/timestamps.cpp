#include "integrations/aws/timestamps.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <ctime>

#include "engine/base/time.hpp"

namespace stepwell::aws {
namespace {

struct Split {
    std::int64_t seconds;
    int millis;
};

Split split(std::int64_t millis) {
    std::int64_t seconds = millis / 1000;
    auto rest = static_cast<int>(millis % 1000);
    if (rest < 0) {
        rest += 1000;
        --seconds;
    }
    return {seconds, rest};
}

std::string formatted(std::int64_t seconds, const char* format) {
    const auto time = static_cast<std::time_t>(seconds);
    std::tm parts{};
    ::gmtime_r(&time, &parts);
    std::array<char, 64> text{};
    return {text.data(), std::strftime(text.data(), text.size(), format, &parts)};
}

std::optional<std::int64_t> parse_http_date(const std::string& text) {
    for (const char* format :
         {"%a, %d %b %Y %H:%M:%S", "%A, %d-%b-%y %H:%M:%S", "%Y-%m-%dT%H:%M:%S"}) {
        std::tm parts{};
        const char* end = ::strptime(text.c_str(), format, &parts);
        if (end == nullptr) continue;
        const std::string_view rest(end);
        if (rest == " GMT" || rest == " UTC" || rest == " +0000" || rest.empty() || rest == "Z")
            return std::int64_t{::timegm(&parts)} * 1000;
    }
    return std::nullopt;
}

}  // namespace

std::string to_date_time(std::int64_t millis) {
    const auto [seconds, rest] = split(millis);
    std::string text = formatted(seconds, "%Y-%m-%dT%H:%M:%S");
    if (rest != 0) {
        std::array<char, 16> fraction{};
        std::snprintf(fraction.data(), fraction.size(), ".%03d000", rest);
        text += fraction.data();
    }
    return text + 'Z';
}

std::string to_http_date(std::int64_t millis) {
    return formatted(split(millis).seconds, "%a, %d %b %Y %H:%M:%S GMT");
}

std::string to_epoch(std::int64_t millis) {
    const auto [seconds, rest] = split(millis);
    if (rest == 0) return std::to_string(seconds);
    std::array<char, 48> text{};
    std::snprintf(text.data(), text.size(), "%.3f", static_cast<double>(millis) / 1000.0);
    return text.data();
}

std::optional<std::int64_t> parse_timestamp(std::string_view text) {
    if (const auto time = parse_rfc3339(text)) return time->time_since_epoch().count();
    double seconds = 0;
    const char* end = text.data() + text.size();
    const auto [stopped, ec] = std::from_chars(text.data(), end, seconds);
    if (ec == std::errc() && stopped == end) {
        if (!(std::abs(seconds) < 1e12)) return std::nullopt;
        return std::llround(seconds * 1000.0);
    }
    return parse_http_date(std::string(text));
}

}  // namespace stepwell::aws
