#include "engine/query/java_decimal.hpp"

#include "tests/engine/query/query_testing.hpp"

namespace stepwell {
namespace {

using testing_query::case_name;

struct ComparisonCase {
    const char* name;
    const char* a;
    const char* b;
    int order;
};
class JavaDecimalCompares : public testing::TestWithParam<ComparisonCase> {};

TEST_P(JavaDecimalCompares, ByValue) {
    const ComparisonCase& c = GetParam();
    const auto a = parse_java_decimal(c.a);
    const auto b = parse_java_decimal(c.b);
    ASSERT_TRUE(a && b);
    const auto order = compare_decimals(*a, *b);
    EXPECT_EQ(order < 0 ? -1 : order > 0 ? 1 : 0, c.order);
    const auto reverse = compare_decimals(*b, *a);
    EXPECT_EQ(reverse < 0 ? -1 : reverse > 0 ? 1 : 0, -c.order);
}

INSTANTIATE_TEST_SUITE_P(
    Numbers, JavaDecimalCompares,
    testing::Values(
        ComparisonCase{"ScaleDoesNotMatter", "1.0", "1", 0},
        ComparisonCase{"ExponentDoesNotMatter", "1E2", "100.00", 0},
        ComparisonCase{"NegativeZeroIsZero", "-0.0", "0e7", 0},
        ComparisonCase{"LeadingZeros", "007", "7", 0}, ComparisonCase{"PlusSign", "+5", "5", 0},
        ComparisonCase{"Larger", "10", "9.99", 1}, ComparisonCase{"Fractions", "0.1", "0.09", 1},
        ComparisonCase{"Negative", "-2", "-1", -1},
        ComparisonCase{"AcrossZero", "-1", "1e-300", -1},
        ComparisonCase{"BeyondDoubles", "1e400", "1e401", -1},
        ComparisonCase{"BeyondLongs", "12345678901234567890123", "12345678901234567890124", -1},
        ComparisonCase{"LongestExponent", "1e2147483647", "1e2147483646", 1}),
    case_name);

struct MalformedCase {
    const char* name;
    const char* text;
    const char* message;
};
class JavaDecimalRefuses : public testing::TestWithParam<MalformedCase> {};

TEST_P(JavaDecimalRefuses, InTheWordsOfBigDecimal) {
    const auto number = parse_java_decimal(GetParam().text);
    ASSERT_FALSE(number);
    EXPECT_EQ(number.error().message, GetParam().message);
}

INSTANTIATE_TEST_SUITE_P(
    Texts, JavaDecimalRefuses,
    testing::Values(MalformedCase{"Empty", "", "null"},
                    MalformedCase{"OnlyASign", "-", "No digits found."},
                    MalformedCase{"OnlyAPoint", ".", "No digits found."},
                    MalformedCase{"TwoPoints", "5.1.26",
                                  "Character array contains more than one decimal point."},
                    MalformedCase{"ALetter", "s",
                                  "Character s is neither a decimal digit number, decimal point, "
                                  "nor \"e\" notation exponential "
                                  "mark."},
                    MalformedCase{"NotAscii", "1é",
                                  "Character é is neither a decimal digit number, decimal point, "
                                  "nor \"e\" notation exponential "
                                  "mark."},
                    MalformedCase{"LetterInALongText", "12345678901234567890x",
                                  "Character array is missing \"exponent\" mark 'e' or 'E'."},
                    MalformedCase{"NoExponent", "1e", "null"},
                    MalformedCase{"OnlyTheSignOfAnExponent", "1e-", "null"},
                    MalformedCase{"ExponentIsNoNumber", "1ex", "Not a digit."},
                    MalformedCase{"ExponentTooLong", "1e12345678901",
                                  "Too many nonzero exponent digits."},
                    MalformedCase{"ExponentTooLarge", "1e2147483648", "Exponent overflow."}),
    case_name);

}  // namespace
}  // namespace stepwell
