#include "engine/query/jsonata/calendar.hpp"

#include <chrono>
#include <cmath>
#include <cstdint>
#include <limits>

namespace stepwell::jsonata {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kMaxMillis = 8.64e15;

struct Month {
    double year;
    double month;  ///< from 0

    Month next() const { return month == 11 ? Month{year + 1, 0} : Month{year, month + 1}; }
    Month previous() const { return month == 0 ? Month{year - 1, 11} : Month{year, month - 1}; }
    Month next_year() const { return {year + 1, month}; }
    Month previous_year() const { return {year - 1, month}; }
};

/// The days from 1970-01-01 to the first of that month; |year| is below 10^6.
double days_to(double year, double month) {
    namespace chrono = std::chrono;
    // std::chrono's years end at 32767; the calendar repeats every 400 years of 146,097 days.
    const double cycles = std::floor(year / 400);
    const chrono::year_month_day first{chrono::year{static_cast<int>(year - cycles * 400) + 2000} /
                                       chrono::month{static_cast<unsigned>(month) + 1} /
                                       chrono::day{1}};
    return static_cast<double>(chrono::sys_days{first}.time_since_epoch().count()) +
           (cycles - 5) * 146'097;
}

/// The Monday of the week that holds the first Thursday from the beginning of that month on.
double first_week(Month month) {
    const double first = utc_millis(month.year, month.month);
    const double day = weekday(first);
    return first + (day > 4 ? 8 - day : 1 - day) * kMillisPerDay;
}

double weeks_between(double start, double end) { return (end - start) / (kMillisPerDay * 7) + 1; }

/// Which week of the period beginning at `this_period`; the last weeks may be the next period's
/// first, the first days in the previous period's last.
double week_within(double today, Month this_period, Month next, Month previous, double full_weeks) {
    double week = weeks_between(first_week(this_period), today);
    if (week > full_weeks) {
        if (today >= first_week(next)) week = 1;
    } else if (week < 1) {
        week = weeks_between(first_week(previous), today);
    }
    return std::floor(week);
}

double truncated(double value) { return std::trunc(value); }

}  // namespace

CalendarTime calendar_time(double millis) {
    namespace chrono = std::chrono;
    millis = std::trunc(millis);
    if (!(std::abs(millis) <= kMaxMillis)) return {kNaN, kNaN, kNaN, kNaN, kNaN, kNaN, kNaN};
    const double days = std::floor(millis / kMillisPerDay);
    // Into the range of std::chrono's years: 146,097 days are 400 years.
    const double cycles = std::floor(days / 146'097);
    const chrono::year_month_day date{
        chrono::sys_days{chrono::days{static_cast<int>(days - cycles * 146'097)}}};
    double rest = millis - days * kMillisPerDay;
    const auto take = [&rest](double unit) {
        const double count = std::floor(rest / unit);
        rest -= count * unit;
        return count;
    };
    CalendarTime time{};
    time.year = static_cast<double>(static_cast<int>(date.year())) + cycles * 400;
    time.month = static_cast<double>(static_cast<unsigned>(date.month())) - 1;
    time.day = static_cast<double>(static_cast<unsigned>(date.day()));
    time.hour = take(3'600'000);
    time.minute = take(60'000);
    time.second = take(1'000);
    time.millisecond = rest;
    return time;
}

double utc_millis(const CalendarTime& time) {
    double year = truncated(time.year);
    double month = truncated(time.month);
    if (year >= 0 && year <= 99) year += 1900;
    const double carried = std::floor(month / 12);
    year += carried;
    month -= carried * 12;
    if (!(std::abs(year) < 400'000)) return kNaN;
    const double days = days_to(year, month) + truncated(time.day) - 1;
    const double millis = days * kMillisPerDay + truncated(time.hour) * 3'600'000 +
                          truncated(time.minute) * 60'000 + truncated(time.second) * 1'000 +
                          truncated(time.millisecond);
    return std::abs(millis) <= kMaxMillis ? millis : kNaN;
}

double utc_millis(double year, double month, double day) {
    return utc_millis(CalendarTime{year, month, day, 0, 0, 0, 0});
}

double weekday(double millis) {
    const double days = std::floor(millis / kMillisPerDay);
    const double since_monday = days + 3;  // 1970-01-01 was a Thursday.
    return since_monday - std::floor(since_monday / 7) * 7 + 1;
}

double week_of_year(double millis) {
    const CalendarTime time = calendar_time(millis);
    const Month year{time.year, 0};
    const double today = utc_millis(time.year, time.month, time.day);
    return week_within(today, year, year.next_year(), year.previous_year(), 52);
}

double week_year(double millis) {
    const Month year{calendar_time(millis).year, 0};
    if (millis < first_week(year)) return year.year - 1;
    return millis >= first_week(year.next_year()) ? year.year + 1 : year.year;
}

double week_of_month(double millis) {
    const CalendarTime time = calendar_time(millis);
    const Month month{time.year, time.month};
    const double today = utc_millis(time.year, time.month, time.day);
    return week_within(today, month, month.next(), month.previous(), 4);
}

double week_month(double millis) {
    const CalendarTime time = calendar_time(millis);
    const Month month{time.year, time.month};
    if (millis < first_week(month)) return month.previous().month + 1;
    return (millis >= first_week(month.next()) ? month.next() : month).month + 1;
}

double day_of_year(double millis) {
    const CalendarTime time = calendar_time(millis);
    const double today = utc_millis(time.year, time.month, time.day);
    return (today - utc_millis(time.year, 0)) / kMillisPerDay + 1;
}

}  // namespace stepwell::jsonata
