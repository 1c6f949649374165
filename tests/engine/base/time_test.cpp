#include "engine/base/time.hpp"

#include <gtest/gtest.h>

#include <string>

namespace stepwell {
namespace {

TimePoint at_millis(std::int64_t millis) { return TimePoint{Milliseconds{millis}}; }

struct Stamp {
    const char* name;
    const char* text;
    std::int64_t millis;
};
std::string stamp_name(const testing::TestParamInfo<Stamp>& info) { return info.param.name; }

class Timestamp : public testing::TestWithParam<Stamp> {};
TEST_P(Timestamp, IsRead) {
    const auto time = parse_rfc3339(GetParam().text);
    ASSERT_TRUE(time) << GetParam().text;
    EXPECT_EQ(time->time_since_epoch().count(), GetParam().millis);
}
INSTANTIATE_TEST_SUITE_P(Texts, Timestamp,
                         testing::Values(Stamp{"Epoch", "1970-01-01T00:00:00Z", 0},
                                         Stamp{"Fraction", "1970-01-01T00:00:00.1Z", 100},
                                         Stamp{"NineDigits", "1970-01-01T00:00:00.123456789Z", 123},
                                         Stamp{"OffsetAhead", "1970-01-01T02:00:00+02:00", 0},
                                         Stamp{"OffsetBehind", "1969-12-31T18:30:00-05:30", 0},
                                         Stamp{"LeapDay", "2024-02-29T12:00:00Z", 1709208000000},
                                         Stamp{"BeforeTheEpoch", "1969-12-31T23:59:59.999Z", -1},
                                         Stamp{"FarFuture", "9999-12-31T23:59:59Z",
                                               253402300799000}),
                         stamp_name);

class NotATimestamp : public testing::TestWithParam<const char*> {};
TEST_P(NotATimestamp, IsRefused) { EXPECT_FALSE(parse_rfc3339(GetParam())) << GetParam(); }
INSTANTIATE_TEST_SUITE_P(
    Texts, NotATimestamp,
    testing::Values("", "2016-03-14", "2016-03-14 01:59:00Z", "2016-03-14t01:59:00Z",
                    "2016-03-14T01:59:00z", "2016-03-14T01:59:00", "2016-03-14T01:59Z",
                    "2016-3-14T01:59:00Z", "2016-13-14T01:59:00Z", "2016-00-14T01:59:00Z",
                    "2016-02-30T01:59:00Z", "2023-02-29T01:59:00Z", "2016-03-14T24:00:00Z",
                    "2016-03-14T01:60:00Z", "2016-03-14T01:59:60Z", "2016-03-14T01:59:00.Z",
                    "2016-03-14T01:59:00.1234567890Z", "2016-03-14T01:59:00+0200",
                    "2016-03-14T01:59:00+19:00", "2016-03-14T01:59:00+02:60",
                    "2016-03-14T01:59:00Z ", " 2016-03-14T01:59:00Z", "{% $now() %}"));

TEST(Iso8601, DropsTrailingZerosOfTheFraction) {
    EXPECT_EQ(to_iso8601(at_millis(0)), "1970-01-01T00:00:00Z");
    EXPECT_EQ(to_iso8601(at_millis(1707313922100)), "2024-02-07T13:52:02.1Z");
    EXPECT_EQ(to_iso8601(at_millis(1707313922120)), "2024-02-07T13:52:02.12Z");
    EXPECT_EQ(to_iso8601(at_millis(1707313922123)), "2024-02-07T13:52:02.123Z");
    EXPECT_EQ(to_iso8601(at_millis(1707313922001)), "2024-02-07T13:52:02.001Z");
}

TEST(Iso8601, IsReadBack) {
    for (const std::int64_t millis : {0LL, 999LL, 1707313922123LL, -86400001LL}) {
        EXPECT_EQ(parse_rfc3339(to_iso8601(at_millis(millis))), at_millis(millis)) << millis;
    }
}

TEST(EpochSeconds, HaveThreeDecimals) {
    EXPECT_EQ(to_epoch_seconds(at_millis(1707313922123)), "1707313922.123");
    EXPECT_EQ(to_epoch_seconds(at_millis(1707313922000)), "1707313922.000");
    EXPECT_EQ(to_epoch_seconds(at_millis(1707313922007)), "1707313922.007");
}

}  // namespace
}  // namespace stepwell
