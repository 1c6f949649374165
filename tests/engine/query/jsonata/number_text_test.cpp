#include "engine/query/jsonata/number_text.hpp"

#include <cmath>
#include <limits>

#include "tests/engine/query/jsonata/library_case.hpp"

namespace stepwell::jsonata {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

TEST(NumberText, IsJavaScripts) {
    struct Case {
        double value;
        const char* want;
    };
    for (const auto& [value, want] : {
             Case{0, "0"},
             Case{-0.0, "0"},
             Case{1, "1"},
             Case{-17, "-17"},
             Case{0.1 + 0.2, "0.30000000000000004"},
             Case{1e20, "100000000000000000000"},
             Case{1e21, "1e+21"},
             Case{1.5e-10, "1.5e-10"},
             Case{0.000001, "0.000001"},
             Case{1e-7, "1e-7"},
             Case{123456789012345680000.0, "123456789012345680000"},
             Case{5e-324, "5e-324"},
             Case{1.7976931348623157e308, "1.7976931348623157e+308"},
             Case{9007199254740993.0, "9007199254740992"},
             Case{-kInfinity, "-Infinity"},
             Case{std::nan(""), "NaN"},
         }) {
        EXPECT_EQ(number_text(value), want);
    }
}

TEST(NumberText, RoundsTo15DigitsAwayFromZeroAtAHalf) {
    EXPECT_EQ(number_text(round_to_15_digits(0.1 + 0.2)), "0.3");
    EXPECT_EQ(number_text(round_to_15_digits(22.0 / 7)), "3.14285714285714");
    EXPECT_EQ(number_text(round_to_15_digits(123456789012344.5)), "123456789012345");
    EXPECT_EQ(number_text(round_to_15_digits(-123456789012344.5)), "-123456789012345");
    EXPECT_EQ(number_text(round_to_15_digits(5890840712243076)), "5890840712243080");
    EXPECT_EQ(number_text(round_to_15_digits(435)), "435");
}

TEST(NumberText, WritesFixedDigits) {
    EXPECT_EQ(fixed_text(0.5, 0), "1");
    EXPECT_EQ(fixed_text(2.5, 0), "3");
    EXPECT_EQ(fixed_text(1.005, 2), "1.00");
    EXPECT_EQ(fixed_text(99.995, 1), "100.0");
    EXPECT_EQ(fixed_text(-1.45, 1), "-1.4");
    EXPECT_EQ(fixed_text(1e21, 2), "1e+21");
}

TEST(Rounding, IsHalfToEvenInDecimalDigits) {
    struct Case {
        double value;
        double digits;
        double want;
    };
    for (const auto& [value, digits, want] : {
             Case{2.5, 0, 2},
             Case{3.5, 0, 4},
             Case{-0.5, 0, 0},
             Case{-7.5, 0, -8},
             Case{4.525, 2, 4.52},
             Case{2.675, 2, 2.68},
             Case{12450, -2, 12400},
             Case{6.022e-23, 24, 6e-23},
             Case{5, -400, 0},
         }) {
        EXPECT_EQ(round_half_even(value, digits), want) << value;
    }
    EXPECT_FALSE(std::signbit(round_half_even(-0.3)));
    EXPECT_TRUE(std::isnan(round_half_even(1.5, 1.5)));
    EXPECT_TRUE(std::isnan(round_half_even(1e308, 10)));
}

TEST(FormatBase, WritesInBases2To36) {
    EXPECT_EQ(outcome(format_base(100, 2)), "1100100");
    EXPECT_EQ(outcome(format_base(-255, 16)), "-ff");
    EXPECT_EQ(outcome(format_base(99.5, 2.5)), "1100100");
    EXPECT_EQ(outcome(format_base(10.5)), "10");
    EXPECT_EQ(outcome(format_base(kInfinity, 2)), "Infinity");
    EXPECT_EQ(
        outcome(format_base(5, 37)),
        "D3100: The radix of the formatBase function must be between 2 and 36.  It was given 37");
    EXPECT_EQ(
        outcome(format_base(5, kInfinity)),
        "D3100: The radix of the formatBase function must be between 2 and 36.  It was given null");
}

TEST(ParseNumber, TakesJsonNumbersAndPrefixes) {
    EXPECT_EQ(*parse_number("-1.5E-2"), -0.015);
    EXPECT_EQ(*parse_number("0x1F"), 31);
    EXPECT_EQ(*parse_number("0b101"), 5);
    EXPECT_EQ(*parse_number("0O17"), 15);
    EXPECT_EQ(*parse_number("0xffffffffffffffffff"), 4722366482869645213695.0);
    EXPECT_EQ(*parse_number("1e-400"), 0);
    EXPECT_TRUE(std::isnan(*parse_number("0x1Fzz")));
    for (const char* text :
         {"", "1.", ".5", "  12", "abc", "Infinity", "1e400", "0x", "-0x1F", "+1"})
        EXPECT_EQ(parse_number(text).error().code, "D3030") << text;
    EXPECT_EQ(parse_number("a\"b").error().message, "Unable to cast value to a number: \"a\\\"b\"");
}

}  // namespace
}  // namespace stepwell::jsonata
