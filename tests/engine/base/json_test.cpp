#include "engine/base/json.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <string>

namespace stepwell {
namespace {

struct RoundTrip {
    const char* name;
    const char* text;
    const char* written;
};
template <class Case>
std::string case_name(const testing::TestParamInfo<Case>& info) {
    return info.param.name;
}

class JsonIsWritten : public testing::TestWithParam<RoundTrip> {};
TEST_P(JsonIsWritten, AsTheServiceDoes) {
    EXPECT_EQ(write_json(json(GetParam().text)), GetParam().written);
}
INSTANTIATE_TEST_SUITE_P(
    Texts, JsonIsWritten,
    testing::Values(
        RoundTrip{"Null", " null ", "null"}, RoundTrip{"Booleans", "[true, false]", "[true,false]"},
        RoundTrip{"OrderOfKeys", R"({"b": 1, "a": 2})", R"({"b":1,"a":2})"},
        RoundTrip{"LastOfDuplicatesInTheFirstPlace", R"({"a":1,"b":2,"a":3})", R"({"a":3,"b":2})"},
        RoundTrip{"Empty", "[[],{},\"\"]", "[[],{},\"\"]"},
        RoundTrip{"Integers", "[0,-1,9223372036854775807,18446744073709551615]",
                  "[0,-1,9223372036854775807,18446744073709551615]"},
        RoundTrip{"FractionOfAWholeNumber", "1.0", "1.0"}, RoundTrip{"Exponent", "1e-7", "1.0E-7"},
        RoundTrip{"BeyondIntegers", "100000000000000000000", "1.0E20"},
        RoundTrip{"NegativeZero", "-0.0", "-0.0"},
        RoundTrip{"Escapes", R"("\"\\\/\b\f\n\r\t")", R"("\"\\/\b\f\n\r\t")"},
        RoundTrip{"ControlCharacters", R"("\u0001\u001f")", R"("\u0001\u001F")"},
        RoundTrip{"Unicode", R"("\u00e9\u20ac\ud83d\ude00")",
                  "\"\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80\""}),
    case_name<RoundTrip>);

struct JavaDouble {
    double value;
    const char* text;
};
class DoubleIsWritten : public testing::TestWithParam<JavaDouble> {};
TEST_P(DoubleIsWritten, AsJavaDoes) {
    std::string out;
    append_java_double(out, GetParam().value);
    EXPECT_EQ(out, GetParam().text);
}
// java.lang.Double.toString: plain from 10^-3 up to 10^7, else scientific with one digit before the
// point at least.
INSTANTIATE_TEST_SUITE_P(
    Doubles, DoubleIsWritten,
    testing::Values(JavaDouble{0.0, "0.0"}, JavaDouble{-0.0, "-0.0"}, JavaDouble{1.0, "1.0"},
                    JavaDouble{1.5, "1.5"}, JavaDouble{-2.25, "-2.25"}, JavaDouble{100.0, "100.0"},
                    JavaDouble{0.001, "0.001"}, JavaDouble{0.00123, "0.00123"},
                    JavaDouble{0.000999, "9.99E-4"}, JavaDouble{9999999.0, "9999999.0"},
                    JavaDouble{10000000.0, "1.0E7"}, JavaDouble{12345678.9, "1.23456789E7"},
                    JavaDouble{1e20, "1.0E20"}, JavaDouble{1e-7, "1.0E-7"},
                    JavaDouble{1.7976931348623157e308, "1.7976931348623157E308"},
                    JavaDouble{0.1 + 0.2, "0.30000000000000004"},
                    JavaDouble{std::numeric_limits<double>::infinity(), "null"}));

TEST(ParseJson, BoundsTheDepthOfArraysAndObjects) {
    const auto nested = [](std::size_t depth) {
        return std::string(depth, '[') + std::string(depth, ']');
    };
    EXPECT_TRUE(parse_json(nested(5), {.max_depth = 5}));
    const auto refused = parse_json(nested(6), {.max_depth = 5});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().message,
              "Document nesting depth (6) exceeds the maximum allowed (5, from "
              "`StreamReadConstraints.getMaxNestingDepth()`)");
    EXPECT_FALSE(parse_json(std::string(1'000'000, '[')));
    EXPECT_FALSE(parse_json(std::string(1'000'000, '{')));
}

TEST(ParseJson, BoundsTheSize) {
    EXPECT_TRUE(parse_json("[1,2]", {.max_bytes = 5}));
    const auto refused = parse_json("[1,22]", {.max_bytes = 5});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().message,
              "Document length (6) exceeds the maximum allowed (5, from "
              "`StreamReadConstraints.getMaxDocumentLength()`)");
}

TEST(ParseJson, TellsIntegersFromOthers) {
    const Json value = json("[1, -1, 18446744073709551615, 1.0, 1e2, 18446744073709551616]");
    EXPECT_TRUE(value[0].is_number_integer());
    EXPECT_TRUE(value[1].is_number_integer());
    EXPECT_TRUE(value[2].is_number_integer());
    EXPECT_TRUE(value[3].is_number_float());
    EXPECT_TRUE(value[4].is_number_float());
    EXPECT_TRUE(value[5].is_number_float());
}

TEST(ParseJson, AnswersEveryMutilatedText) {
    const std::string text = R"({"a":[1,-2.5e3,"x\u00e9\n",true,null],"b":{"c":"é€😀"}})";
    for (std::size_t cut = 0; cut < text.size(); ++cut) {
        const auto shorter = parse_json(text.substr(0, cut));
        ASSERT_FALSE(shorter) << cut;
        EXPECT_FALSE(shorter.error().message.empty()) << cut;
        EXPECT_TRUE(shorter.error().location.starts_with("[Source: (String)\"")) << cut;
        for (const char wrong : {'\0', '"', '\\', '}', '\x80', '\xff', ','}) {
            std::string changed = text;
            changed[cut] = wrong;
            const auto result = parse_json(changed);
            if (!result) {
                EXPECT_NE(result.error().message, "The text is not valid JSON") << changed;
            }
        }
    }
}

TEST(Json, OfATextThatIsNoneThrows) { EXPECT_THROW(json("{"), std::invalid_argument); }

}  // namespace
}  // namespace stepwell
