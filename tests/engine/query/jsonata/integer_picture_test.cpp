#include "engine/query/jsonata/integer_picture.hpp"

#include <cmath>

#include "tests/engine/query/jsonata/library_case.hpp"

namespace stepwell::jsonata {
namespace {

struct Case {
    double value;
    const char* picture;
    const char* want;
};

TEST(FormatInteger, FollowsThePicture) {
    for (const auto& [value, picture, want] : {
             Case{7, "000", "007"},
             Case{-3.2, "0000", "-0004"},
             Case{1234567, "#,##0", "1,234,567"},
             Case{1234567890, "##,##,##0", "12345,67,890"},
             Case{123456, ",0", "1,2,3,4,5,6"},
             Case{12345, "#,#-0", "123,4-5"},
             Case{2021, "\uFF11", "\uFF12\uFF10\uFF12\uFF11"},
             Case{1e21, "#,##0", "1e,+21"},
             Case{113, "0;o", "113th"},
             Case{22, "#0;o", "22nd"},
             Case{5, "0;c", "5"},
             Case{703, "a", "aaa"},
             Case{0, "A", ""},
             Case{1999, "I", "MCMXCIX"},
             Case{4, "i", "iv"},
             Case{0, "w", "zero"},
             Case{555, "Ww", "Five Hundred and Fifty-Five"},
             Case{3731, "w;o", "three thousand, seven hundred and thirty-first"},
             Case{40, "w;o", "fortieth"},
             Case{1000, "W;o", "ONE THOUSANDTH"},
             Case{1e15, "w", "one thousand trillion"},
             Case{1e46, "w", "ten billion trillion trillion trillion"},
             Case{12340, "##0\uFF10",
                  "D3131: In a decimal digit pattern, all digits must be from the same decimal "
                  "group"},
             Case{1, "\u03B1",
                  "D3130: Formatting or parsing an integer as a sequence starting with \"\u03B1\" "
                  "is "
                  "not supported by this implementation"},
             Case{
                 1e9, "I",
                 ": Expression evaluation memory limit exceeded: Check for excessive memory usage"},
             Case{
                 HUGE_VAL, "a",
                 ": Expression evaluation memory limit exceeded: Check for excessive memory usage"},
             Case{HUGE_VAL, "0", "Infinity"},
         }) {
        EXPECT_EQ(outcome(format_integer(value, picture)), want) << picture;
    }
}

TEST(ParseInteger, ReadsWhatFormattingWrites) {
    for (const char* picture : {"0", "0000", "#,##0", "0;o", "#,##0;o", "A", "a", "I", "i", "w",
                                "W", "Ww", "w;o", "Ww;o", "\u0660", "#,##0"}) {
        for (const double value : {1.0, 2.0, 13.0, 20.0, 99.0, 100.0, 342.0, 1000.0, 3999.0}) {
            const std::string text = outcome(format_integer(value, picture));
            const auto back = parse_integer(text, picture);
            ASSERT_TRUE(back) << text;
            EXPECT_EQ(*back, value) << text;
        }
    }
}

TEST(ParseInteger, GivesNoNumberForOtherTexts) {
    EXPECT_TRUE(std::isnan(*parse_integer("abc", "w")));
    EXPECT_TRUE(std::isnan(*parse_integer("x1", "0")));
    EXPECT_TRUE(std::isnan(*parse_integer("", "0")));
    EXPECT_TRUE(std::isnan(*parse_integer("MZ", "I")));
    EXPECT_EQ(*parse_integer("1.234", "#.##0"), 1);
    EXPECT_EQ(*parse_integer("12abc", "0"), 12);
    EXPECT_EQ(parse_integer("50", "#").error().code, "D3130");
    EXPECT_EQ(parse_integer("4", "\uFF11").error().message, "Invalid code point -65196");
}

}  // namespace
}  // namespace stepwell::jsonata
