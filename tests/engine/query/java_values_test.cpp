#include "engine/query/java_values.hpp"

#include <cmath>
#include <limits>

#include "tests/engine/query/query_testing.hpp"

namespace stepwell {
namespace {

using testing_query::case_name;

struct TextCase {
    const char* name;
    const char* value;
    const char* text;
};
class JavaText : public testing::TestWithParam<TextCase> {};

TEST_P(JavaText, IsWhatStringValueOfGives) {
    EXPECT_EQ(java_text(json(GetParam().value)), GetParam().text);
}

INSTANTIATE_TEST_SUITE_P(
    Values, JavaText,
    testing::Values(TextCase{"Null", "null", "null"}, TextCase{"String", R"("a\"b")", "a\"b"},
                    TextCase{"Integer", "-7", "-7"}, TextCase{"Double", "1.5", "1.5"},
                    TextCase{"WholeDouble", "1.0", "1.0"},
                    TextCase{"LargeDouble", "1e20", "1.0E20"}, TextCase{"Boolean", "true", "true"},
                    TextCase{"EmptyObject", "{}", "{}"},
                    TextCase{"Object", R"({"b":1,"a":[]})", "{b=1, a=[]}"},
                    TextCase{"Nested", R"([1,{"a":{"b":"x y"}},null])", "[1, {a={b=x y}}, null]"}),
    case_name);

TEST(JavaOrder, IsByUtf16CodeUnit) {
    EXPECT_TRUE(compare_utf16("a", "b") < 0);
    EXPECT_TRUE(compare_utf16("a", "a") == 0);
    EXPECT_TRUE(compare_utf16("ab", "a") > 0);
    EXPECT_TRUE(compare_utf16("Z", "a") < 0);
    EXPECT_TRUE(compare_utf16("z", "é") < 0);
    // U+1F602 is a pair of surrogates and so comes before U+FF01, though its code point is larger.
    EXPECT_TRUE(compare_utf16("😂", "！") < 0);
    EXPECT_TRUE(compare_utf16("！", "😂") > 0);
    EXPECT_TRUE(compare_utf16("日", "😂") < 0);
}

TEST(JavaHash, IsThatOfString) {
    EXPECT_EQ(java_hash(""), 0U);
    EXPECT_EQ(java_hash("a"), 97U);
    EXPECT_EQ(java_hash("hello"), 99162322U);
    EXPECT_EQ(java_hash("é"), 233U);
    EXPECT_EQ(java_hash("日"), 26085U);
    EXPECT_EQ(java_hash("😂"), 0xD83DU * 31U + 0xDE02U);
}

TEST(CanonicalText, IgnoresTheOrderOfMembersAndTellsNumberTypesApart) {
    const auto canonical = [](const char* text) {
        std::string out;
        append_canonical(out, json(text));
        return out;
    };
    EXPECT_EQ(canonical(R"({"a":1,"b":[{"d":1,"c":2}]})"),
              canonical(R"({"b":[{"c":2,"d":1}],"a":1})"));
    EXPECT_NE(canonical("1"), canonical("1.0"));
    EXPECT_NE(canonical("1"), canonical(R"("1")"));
    EXPECT_NE(canonical("[1,2]"), canonical("[2,1]"));
    EXPECT_NE(canonical("[[1],2]"), canonical("[[1,2]]"));
    EXPECT_NE(canonical("[]"), canonical("{}"));
}

TEST(JavaRound, RoundsHalvesUp) {
    EXPECT_EQ(java_round(1.5), 2);
    EXPECT_EQ(java_round(-1.5), -1);
    EXPECT_EQ(java_round(-1.51), -2);
    EXPECT_EQ(java_round(0.49999999999999994), 0);
    EXPECT_EQ(java_round(4503599627370497.0), 4503599627370497);
    EXPECT_EQ(java_round(1e300), std::numeric_limits<std::int64_t>::max());
    EXPECT_EQ(java_round(-1e300), std::numeric_limits<std::int64_t>::min());
    EXPECT_EQ(java_round(std::nan("")), 0);
}

}  // namespace
}  // namespace stepwell
