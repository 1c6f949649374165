#include <gtest/gtest.h>

#include "engine/base/ascii.hpp"
#include "engine/base/percent.hpp"

namespace stepwell {
namespace {

TEST(Ascii, NamesAreComparedWithoutCase) {
    EXPECT_EQ(ascii_lower("X-Amz-Ünïcode"), "x-amz-Ünïcode");
    EXPECT_TRUE(equals_ignoring_case("Content-Type", "content-TYPE"));
    EXPECT_FALSE(equals_ignoring_case("Content-Type", "Content-Typ"));
    EXPECT_TRUE(less_ignoring_case("Content-Type", "date"));
    EXPECT_FALSE(less_ignoring_case("Date", "date"));
    EXPECT_TRUE(starts_with_ignoring_case("HTTP://x", "http://"));
    EXPECT_FALSE(starts_with_ignoring_case("http", "http://"));
    EXPECT_TRUE(ends_with_ignoring_case("a.LOCALHOST", ".localhost"));
}

TEST(Percent, EncodesWhatIsReserved) {
    EXPECT_EQ(percent_encode("arn:aws:lambda:us-east-1:1:function:a_b-c.d~e/$LATEST"),
              "arn%3Aaws%3Alambda%3Aus-east-1%3A1%3Afunction%3Aa_b-c.d~e%2F%24LATEST");
    EXPECT_EQ(percent_encode("a/b c%\xC3", "/"), "a/b%20c%25%C3");
}

}  // namespace
}  // namespace stepwell
