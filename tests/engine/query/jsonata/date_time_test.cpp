#include "engine/query/jsonata/date_time.hpp"

#include <cmath>
#include <optional>

#include "engine/query/jsonata/calendar.hpp"
#include "tests/engine/query/jsonata/library_case.hpp"

namespace stepwell::jsonata {
namespace {

constexpr double kFriday = 1521801216617;                            // 2018-03-23T10:33:36.617Z
constexpr TimePoint kNow{std::chrono::milliseconds{1795326042721}};  // 2026-11-22T05:40:42.721Z

struct Case {
    double millis;
    const char* picture;
    const char* timezone;
    const char* want;
};

std::string formatted(const Case& c, Dialect dialect = Dialect::aws) {
    std::optional<std::string_view> timezone;
    if (c.timezone != nullptr) timezone = c.timezone;
    return outcome(format_date_time(c.millis, c.picture, timezone, dialect));
}

TEST(FromMillis, FollowsThePicture) {
    for (const Case& c : {
             Case{kFriday, "[M01]/[D01]/[Y0001] [h#1]:[m01][P]", nullptr, "03/23/2018 10:33am"},
             Case{kFriday, "[FNn], the [Dwo] of [MNn] [Y] [E]", nullptr,
                  "Friday, the twenty-third of March 2018 ISO"},
             Case{kFriday, "[F0] [FN,*-3] [MN,*-3] [PN]", nullptr, "5 FRI MAR AM"},
             Case{kFriday, "[Y,2-2] [YI] [YA] [Y9,999,*]", nullptr, "18 MMXVIII BYP 2,018"},
             Case{kFriday, "[X0001]-W[W01]-[F1] [w] of [xNn], day [d]", nullptr,
                  "2018-W12-5 4 of March, day 82"},
             Case{kFriday, "[[x]] [Y]", nullptr, "[x] 2018"},
             Case{kFriday, "[ M01 ] [f0 01]", nullptr, "03 617"},
             Case{kFriday, "[H01]:[m][Z]", "+0530", "16:03+05:30"},
             Case{kFriday, "[H01]:[m][Z]", "-0800", "02:33-08:00"},
             Case{kFriday, "[Z0] [z] [Z0101t]", "+0530", "+5:30 GMT+05:30 +0530"},
             Case{kFriday, "[Z01:01t]", nullptr, "Z"},
             Case{1483272000000, "Week: [w] of [xNn]", nullptr, "Week: 5 of December"},
             Case{1451563200000, "[W] [X]", nullptr, "53 2015"},
             Case{-62198755200000, "[Y] [Y0001]", nullptr, "-1 -0001"},
             Case{kFriday, "[YN]", nullptr,
                  "D3133: The 'name' modifier can only be applied to months and days in the "
                  "date/time "
                  "picture string, not \"Y\""},
             Case{kFriday, "[q]", nullptr,
                  "D3132: Unknown component specifier \"q\" in date/time picture string"},
             Case{kFriday, "[Y", nullptr,
                  "D3135: No matching closing bracket ']' in date/time picture string"},
             Case{kFriday, "[Z010101]", nullptr,
                  "D3134: The timezone integer format specifier cannot have more than four digits"},
             Case{
                 kFriday, "[Y,2000000000]", nullptr,
                 ": Expression evaluation memory limit exceeded: Check for excessive memory usage"},
         }) {
        EXPECT_EQ(formatted(c), c.want) << c.picture;
    }
}

TEST(FromMillis, WritesIsoWithoutAPicture) {
    const auto iso = [](double millis, std::optional<std::string_view> timezone = {}) {
        return outcome(format_date_time(millis, std::nullopt, timezone, Dialect::aws));
    };
    EXPECT_EQ(iso(1), "1970-01-01T00:00:00.001Z");
    EXPECT_EQ(iso(-62135596800001), "0000-12-31T23:59:59.999Z");
    EXPECT_EQ(iso(kFriday, "+0100"), "2018-03-23T11:33:36.617+01:00");
    EXPECT_EQ(iso(1e300), "0NaN-NaN-NaNTNaN:NaN:NaN.NaNZ");
}

/// A number, `none` where the text does not match, `NaN`, or the code of the error.
std::string parsed(const char* text, std::optional<std::string_view> picture = {},
                   Dialect dialect = Dialect::aws) {
    const auto result = parse_date_time(text, picture, kNow, dialect);
    if (!result) return result.error().code;
    if (!*result) return "none";
    return std::isnan(**result) ? "NaN" : std::to_string(static_cast<long long>(**result));
}

TEST(ToMillis, ReadsIso) {
    EXPECT_EQ(parsed("2018"), "1514764800000");
    EXPECT_EQ(parsed("2018-03-23"), "1521763200000");
    EXPECT_EQ(parsed("2018-03-23T10:33:36.617Z"), "1521801216617");
    EXPECT_EQ(parsed("2018-03-23T10:33:36+0100"), "1521797616000");
    EXPECT_EQ(parsed("2018-02-31"), "1520035200000");
    EXPECT_EQ(parsed("0000-01-01T00:00:00Z"), "-62167219200000");
    EXPECT_EQ(parsed("2018-03-23T24:00:00Z"), "1521849600000");
    for (const char* text : {"2018-13-01", "2018-03-23T25:00:00Z", "2018-03-23T10:00:00+24:00"})
        EXPECT_EQ(parsed(text), "NaN") << text;
    for (const char* text : {"foo", "2018-03-23T10:33", "1521801216617", "2018-01-01-01-01", ""})
        EXPECT_EQ(parsed(text), "D3110") << text;
}

TEST(ToMillis, ReadsByAPicture) {
    struct Parse {
        const char* text;
        const char* picture;
        const char* want;
    };
    for (const auto& [text, picture, want] : {
             Parse{"23/03/2018", "[D01]/[M01]/[Y0001]", "1521763200000"},
             Parse{"MARCH 23rd, 2018", "[MNn] [D1o], [Y]", "D3136"},
             Parse{"March 23rd, 2018", "[MNn] [D1o], [Y]", "1521763200000"},
             Parse{"2018-082", "[Y]-[d001]", "1521763200000"},
             Parse{"20180323", "[Y0001][M01][D01]", "1521763200000"},
             Parse{"MMXVIII", "[YI]", "1514764800000"},
             Parse{"twenty-third", "[Dwo]", "1795392000000"},
             Parse{"12:00 am", "[h]:[m] [P]", "1795305600000"},
             Parse{"99", "[Y,2]", "915148800000"},
             Parse{"2018 +05:30", "[Y] [Z]", "1514745000000"},
             Parse{"2018 GMT+01:00", "[Y] [z]", "1514761200000"},
             Parse{"xx", "[D01]", "none"},
             Parse{"x", "x", "none"},
             Parse{"2018 5", "[X] [W]", "D3136"},
             Parse{"2018 5", "[Y] [m]", "D3136"},
             Parse{"ISO", "[E]", "D3133"},
             Parse{"foo", "[Y", "D3135"},
             Parse{"a.c", "a.c[Y]", "none"},
         }) {
        EXPECT_EQ(parsed(text, picture), want) << picture;
    }
}

TEST(ToMillis, ReadsAdjacentNumbersAndFractionsByItsVersion) {
    const char* const iso = "[Y0001]-[M01]-[D01]T[H01]:[m01]:[s01].[f1]";
    EXPECT_EQ(parsed("2026-04-08T19:05:04.01987", iso, Dialect::aws), "1775675105987");
    EXPECT_EQ(parsed("2026-04-08T19:05:04.01987", iso, Dialect::standard), "1775675104019");
    EXPECT_EQ(parsed("20180323", "[Y][M01][D01]", Dialect::aws), "1521763200000");
    EXPECT_EQ(parsed("20180323", "[Y][M01][D01]", Dialect::standard), "4793904000000");
}

TEST(Calendar, CarriesOverAndEndsWhereJavaScriptDoes) {
    EXPECT_EQ(utc_millis(2018, 13, 1), utc_millis(2019, 1, 1));
    EXPECT_EQ(utc_millis(50, 0), utc_millis(1950, 0));
    EXPECT_EQ(calendar_time(8.64e15).year, 275760);
    EXPECT_TRUE(std::isnan(calendar_time(8.64e15 + 1).year));
    EXPECT_TRUE(std::isnan(utc_millis(300000, 0)));
    EXPECT_TRUE(std::isnan(utc_millis(std::nan(""), 0)));
}

}  // namespace
}  // namespace stepwell::jsonata
