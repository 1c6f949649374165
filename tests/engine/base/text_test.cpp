#include <gtest/gtest.h>

#include "engine/base/ascii.hpp"
#include "engine/base/percent.hpp"
#include "engine/base/utf8.hpp"

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

TEST(Utf8, WhatIsNoneBecomesTheReplacementCharacter) {
    EXPECT_EQ(to_valid_utf8("a\xC3\xA9\xE2\x98\x83\xF0\x9F\x98\x80"),
              "a\xC3\xA9\xE2\x98\x83\xF0\x9F\x98\x80");
    EXPECT_EQ(to_valid_utf8("a\xFFz"), "a\xEF\xBF\xBDz");
    EXPECT_EQ(to_valid_utf8("\xC0\x80"), "\xEF\xBF\xBD\xEF\xBF\xBD");
    EXPECT_EQ(to_valid_utf8("\xE2\x98"), "\xEF\xBF\xBD");
    EXPECT_EQ(to_valid_utf8("\xED\xA0\x80"), "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD");
}

TEST(Utf8, IsKnown) {
    for (const char* text :
         {"", "a", "\xC3\xA9", "\xED\x9F\xBF", "\xEE\x80\x80", "\xF4\x8F\xBF\xBF"})
        EXPECT_TRUE(is_utf8(text)) << text;
    for (const char* text : {"\xFF", "\xC0\x80", "\xE0\x9F\xBF", "\xED\xA0\x80", "\xF0\x8F\xBF\xBF",
                             "\xF4\x90\x80\x80", "\xE2\x98", "a\x80"})
        EXPECT_FALSE(is_utf8(text)) << text;
}

}  // namespace
}  // namespace stepwell
