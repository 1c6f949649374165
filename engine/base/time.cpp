#include "engine/base/time.hpp"

#include <charconv>
#include <cstdio>

namespace stepwell {
namespace {

/// Reads exactly `width` decimal digits.
std::optional<int> digits(std::string_view& text, std::size_t width) {
    if (text.size() < width) return std::nullopt;
    int value = 0;
    for (std::size_t i = 0; i < width; ++i) {
        if (text[i] < '0' || text[i] > '9') return std::nullopt;
        value = value * 10 + (text[i] - '0');
    }
    text.remove_prefix(width);
    return value;
}

bool take(std::string_view& text, char c) {
    if (text.empty() || text.front() != c) return false;
    text.remove_prefix(1);
    return true;
}

}  // namespace

std::string to_iso8601(TimePoint time) {
    const auto day = std::chrono::floor<std::chrono::days>(time);
    const std::chrono::year_month_day date{day};
    const std::chrono::hh_mm_ss clock{time - day};
    char buffer[40];
    int length =
        std::snprintf(buffer, sizeof buffer, "%04d-%02u-%02uT%02d:%02d:%02d", int(date.year()),
                      unsigned(date.month()), unsigned(date.day()), int(clock.hours().count()),
                      int(clock.minutes().count()), int(clock.seconds().count()));
    std::string text(buffer, static_cast<std::size_t>(length));
    if (const int millis = int(clock.subseconds().count()); millis != 0) {
        length = std::snprintf(buffer, sizeof buffer, ".%03d", millis);
        std::string_view fraction(buffer, static_cast<std::size_t>(length));
        while (fraction.back() == '0') fraction.remove_suffix(1);
        text += fraction;
    }
    return text + "Z";
}

std::optional<TimePoint> parse_rfc3339(std::string_view text) {
    using namespace std::chrono;
    const auto y = digits(text, 4);
    if (!y || !take(text, '-')) return std::nullopt;
    const auto mo = digits(text, 2);
    if (!mo || !take(text, '-')) return std::nullopt;
    const auto d = digits(text, 2);
    if (!d || !take(text, 'T')) return std::nullopt;
    const auto h = digits(text, 2);
    if (!h || !take(text, ':')) return std::nullopt;
    const auto mi = digits(text, 2);
    if (!mi || !take(text, ':')) return std::nullopt;
    const auto s = digits(text, 2);
    if (!s) return std::nullopt;
    int millis = 0;
    if (take(text, '.')) {
        std::size_t count = 0;
        int scale = 100;
        while (count < text.size() && text[count] >= '0' && text[count] <= '9') {
            millis += (text[count] - '0') * scale;
            scale /= 10;
            ++count;
        }
        if (count == 0 || count > 9) return std::nullopt;
        text.remove_prefix(count);
    }
    minutes offset{0};
    if (!take(text, 'Z')) {
        if (text.empty()) return std::nullopt;
        const int sign = text.front() == '-' ? -1 : 1;
        if (!take(text, '+') && !take(text, '-')) return std::nullopt;
        const auto oh = digits(text, 2);
        if (!oh || !take(text, ':')) return std::nullopt;
        const auto om = digits(text, 2);
        if (!om || *oh > 18 || *om > 59) return std::nullopt;
        offset = minutes{sign * (*oh * 60 + *om)};
    }
    if (!text.empty()) return std::nullopt;
    const year_month_day date{year{*y}, month{unsigned(*mo)}, day{unsigned(*d)}};
    if (!date.ok() || *h > 23 || *mi > 59 || *s > 59) return std::nullopt;
    return TimePoint{sys_days{date}} + hours{*h} + minutes{*mi} + seconds{*s} +
           milliseconds{millis} - offset;
}

std::string to_epoch_seconds(TimePoint time) {
    // Twice in each execution of a list, once in each event of a history: printf would be a part of
    // what a page costs.
    const auto millis = time.time_since_epoch().count();
    char buffer[24];
    char* end = std::to_chars(buffer, buffer + 20, millis / 1000).ptr;
    const auto rest = static_cast<int>(millis % 1000);
    *end++ = '.';
    for (const int unit : {100, 10, 1}) *end++ = static_cast<char>('0' + rest / unit % 10);
    return {buffer, end};
}

}  // namespace stepwell
