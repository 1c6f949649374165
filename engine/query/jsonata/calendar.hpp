#pragma once

/// JavaScript's calendar: milliseconds since 1970 in UTC, as doubles; NaN is no time.
/// ECMA-262, "Time-related Constants" and the sections after it.
namespace stepwell::jsonata {

inline constexpr double kMillisPerDay = 86'400'000;

struct CalendarTime {
    double year;
    double month;  ///< from 0
    double day;    ///< of the month, from 1
    double hour;
    double minute;
    double second;
    double millisecond;
};

/// Every part is NaN outside the 100 million days around 1970 that a JavaScript Date can hold.
CalendarTime calendar_time(double millis);

/// Date.UTC: parts may be beyond their ranges and carry over; the years 0 to 99 mean 1900 to 1999.
double utc_millis(const CalendarTime& time);
double utc_millis(double year, double month, double day = 1);

/// 1 is Monday, 7 Sunday.
double weekday(double millis);

/// The number of the week within the year, ISO 8601.
double week_of_year(double millis);
/// The year that the week belongs to.
double week_year(double millis);
/// The number of the week within the month, counted as ISO 8601 does within a year.
double week_of_month(double millis);
/// The month, 1 to 12, that the week belongs to.
double week_month(double millis);
/// From 1.
double day_of_year(double millis);

}  // namespace stepwell::jsonata
