// Hostile paths and documents: an evaluation may fail, but neither hang nor exhaust the stack or
// the memory.

#include "tests/engine/query/query_testing.hpp"

namespace stepwell {
namespace {

std::string repeated(std::string_view text, std::size_t count) {
    std::string out;
    for (std::size_t i = 0; i < count; ++i) out += text;
    return out;
}

Json nested_arrays(std::size_t depth) {
    Json value = Json::array();
    for (std::size_t i = 1; i < depth; ++i) {
        Json outer = Json::array();
        outer.push_back(std::move(value));
        value = std::move(outer);
    }
    return value;
}

Json wide_tree(std::size_t depth, std::size_t width) {
    Json value = "leaf";
    for (std::size_t i = 0; i < depth; ++i) value = Json(Json::array_t(width, value));
    return value;
}

TEST(JsonPathLimits, ManyDescentsFailInsteadOfHanging) {
    const auto selected = JsonPath::compile("$..*..*..*..*")->select(wide_tree(6, 8));
    ASSERT_FALSE(selected);
    EXPECT_EQ(selected.error().kind, EvaluationFailure::Kind::path);
    EXPECT_EQ(selected.error().message, "The path takes too long to evaluate");
}

struct WideCase {
    const char* name;
    std::string path;
};
class JsonPathLimitsWork : public testing::TestWithParam<WideCase> {};

TEST_P(JsonPathLimitsWork, ByWhatIsTriedOnEachNode) {
    const auto path = JsonPath::compile(GetParam().path);
    ASSERT_TRUE(path) << path.error().message;
    const auto selected = path->select(Json(Json::array_t(2'000, json(R"([{"a":1}])"))));
    ASSERT_FALSE(selected);
    EXPECT_EQ(selected.error().message, "The path takes too long to evaluate");
}

INSTANTIATE_TEST_SUITE_P(
    Paths, JsonPathLimitsWork,
    testing::Values(WideCase{"Indexes", "$[*][" + repeated("0,", 2'000) + "0]"},
                    WideCase{"Names", "$[*][0][" + repeated("'a',", 2'000) + "'a']"},
                    WideCase{"NamesBelowDescend", "$..[" + repeated("'a',", 2'000) + "'a']"},
                    WideCase{"Criteria", "$[*][?(" + repeated("@.b || ", 2'000) + "@.b)]"}),
    testing_query::case_name);

TEST(JsonPathLimits, RepeatedSubtreesFailInsteadOfFillingTheMemory) {
    Json document = nested_arrays(400);
    Json* innermost = &document;
    while (!innermost->empty()) innermost = &(*innermost)[0];
    innermost->push_back(std::string(200'000, 'x'));
    const auto selected = JsonPath::compile("$..*")->select(document);
    ASSERT_FALSE(selected);
    EXPECT_EQ(selected.error().message, "The path selects too much data");
}

TEST(JsonPathLimits, DeepDocumentsAreWalked) {
    const auto selected = JsonPath::compile("$..a")->select(nested_arrays(500));
    ASSERT_TRUE(selected);
    EXPECT_TRUE(selected->value().empty());
}

TEST(JsonPathLimits, DocumentsDeeperThanAnyAreRefused) {
    const auto selected = JsonPath::compile("$..a")->select(nested_arrays(4'000));
    ASSERT_FALSE(selected);
    EXPECT_EQ(selected.error().message, "The path takes too long to evaluate");
}

TEST(JsonPathLimits, FiltersInARowDoNotDeepenWithoutBound) {
    const Json document = json(R"({"a":1})");
    EXPECT_TRUE(JsonPath::compile("$" + repeated("[?(@.a)]", 512))->select(document));
    EXPECT_FALSE(JsonPath::compile("$" + repeated("[?(@.a)]", 513)));
}

TEST(JsonPathLimits, LongPathsAreRefused) {
    EXPECT_TRUE(JsonPath::compile("$" + repeated(".a", 512)));
    EXPECT_FALSE(JsonPath::compile("$" + repeated(".a", 100'000)));
}

TEST(JsonPathLimits, NestedBracketsAreRefused) {
    EXPECT_FALSE(JsonPath::compile("$" + repeated("[", 100'000)));
    EXPECT_FALSE(JsonPath::compile("$" + repeated("[?(@", 50'000) + repeated(")]", 50'000)));
    EXPECT_FALSE(JsonPath::compile("$[?(" + repeated("(", 100'000) + ")]"));
}

TEST(JsonPathLimits, NumbersOfAnySizeAreComparedOrRefused) {
    Json document = json(R"({"items":[1]})");
    document["b"] = std::string(100'000, '1');
    const auto selected = JsonPath::compile("$.items[?(@ == $.b)]")->select(document);
    ASSERT_FALSE(selected);
    EXPECT_EQ(selected.error().message, "Too many digits.");
    const auto literal = JsonPath::compile("$.items[?(@ < " + std::string(10'000, '9') + ")]");
    EXPECT_EQ(literal->select(document)->value(), json("[1]"));
}

TEST(JsonPathLimits, HugeSliceBoundsDoNotLoop) {
    const Json document = json("[1,2]");
    EXPECT_EQ(JsonPath::compile("$[0:2147483647]")->select(document)->value(), document);
    EXPECT_EQ(JsonPath::compile("$[-2147483648:]")->select(document)->value(), document);
    EXPECT_EQ(JsonPath::compile("$[:-2147483648]")->select(document)->value(), json("[]"));
    EXPECT_FALSE(JsonPath::compile("$[-2147483648:2]")->select(document));
}

/// Every prefix of paths that have everything: refused or compiled, but never read past their end.
TEST(JsonPathLimits, EveryPrefixOfAPathIsRefusedOrCompiled) {
    const Json document = json(R"({"a":[{"b":1}]})");
    for (const std::string path :
         {"$..a[?(@['b'] == 'x' && !@.c || @.d >= $.e)][(@.length-1)]['f','g'].*",
          "$.a[0,-1][:2][1:][1:2:3][?, ?]..['h']"}) {
        for (std::size_t length = 0; length <= path.size(); ++length) {
            const auto compiled = JsonPath::compile(path.substr(0, length));
            if (compiled) (void)compiled->select(document);
        }
        EXPECT_TRUE(JsonPath::compile(path));
    }
}

}  // namespace
}  // namespace stepwell
