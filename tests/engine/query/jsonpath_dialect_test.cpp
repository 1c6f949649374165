// The dialect of JSONPath, rule by rule. The whole of it is in the shared suite
// (tests/suites/jsonpath_suite.cpp).

#include "tests/engine/query/query_testing.hpp"

namespace stepwell {
namespace {

using testing_query::case_name;

constexpr const char* kStore = R"({
  "a": {"b": 1, "n": null, "x y": 2, "p": {"q": 3}},
  "list": [{"k": 1, "t": "2020"}, {"k": 2}, {"k": null, "t": "x"}],
  "nums": [10, 20, 30, 40],
  "limit": 2, "text": "abc", "yes": true, "name": "it's"})";

struct SelectionCase {
    const char* name;
    const char* path;
    const char* want;
};
class JsonPathSelects : public testing::TestWithParam<SelectionCase> {};

TEST_P(JsonPathSelects, Value) {
    const SelectionCase& c = GetParam();
    const auto path = JsonPath::compile(c.path);
    ASSERT_TRUE(path) << path.error().message;
    const Json document = json(kStore);
    const auto selected = path->select(document);
    ASSERT_TRUE(selected) << selected.error().message;
    EXPECT_EQ(write_json(selected->value()), write_json(json(c.want)));
}

INSTANTIATE_TEST_SUITE_P(
    DefinitePaths, JsonPathSelects,
    testing::Values(
        SelectionCase{"Field", "$.a.b", "1"}, SelectionCase{"Brackets", "$['a']['b']", "1"},
        SelectionCase{"DotBeforeBrackets", "$.a.['b']", "1"},
        SelectionCase{"NameWithABlank", "$.a['x y']", "2"},
        SelectionCase{"Index", "$.nums[1]", "20"},
        SelectionCase{"IndexThenField", "$.list[1].k", "2"}, SelectionCase{"Null", "$.a.n", "null"},
        SelectionCase{"FromTheEnd", "$.nums[(@.length-1)]", "40"},
        SelectionCase{"FromTheEndBySize", "$.nums[(@.size() - 2)]", "30"},
        SelectionCase{"SeveralNamesAreOneObject", "$.a['b','p']", R"({"b":1,"p":{"q":3}})"},
        SelectionCase{"SeveralNamesLeaveOutTheMissing", "$.a['b','zzz']", R"({"b":1})"},
        SelectionCase{"WhatIsNotUnderstoodIsSkipped", "$.nums[+1]", "20"},
        SelectionCase{"TrailingBlank", "$.a.b ", "1"}),
    case_name);
INSTANTIATE_TEST_SUITE_P(
    IndefinitePaths, JsonPathSelects,
    testing::Values(SelectionCase{"WildcardOverArray", "$.list[*].k", "[1,2,null]"},
                    SelectionCase{"WildcardLeavesOutTheMissing", "$.list[*].t", R"(["2020","x"])"},
                    SelectionCase{"WildcardOverObject", "$.a.*", R"([1,null,2,{"q":3}])"},
                    SelectionCase{"WildcardOverScalar", "$.limit[*]", "[]"},
                    SelectionCase{"OneMatchIsAnArray", "$.nums[0:1]", "[10]"},
                    SelectionCase{"Slice", "$.nums[1:3]", "[20,30]"},
                    SelectionCase{"SliceFrom", "$.nums[2:]", "[30,40]"},
                    SelectionCase{"SliceFromTheEnd", "$.nums[-1:]", "[40]"},
                    SelectionCase{"SliceTo", "$.nums[:2]", "[10,20]"},
                    SelectionCase{"SliceToTheEnd", "$.nums[:-3]", "[10]"},
                    SelectionCase{"StepOfASliceIsIgnored", "$.nums[0:4:2]", "[10,20,30,40]"},
                    SelectionCase{"SliceBehindTheEnd", "$.nums[9:]", "[]"},
                    SelectionCase{"SeveralIndexes", "$.nums[3,0]", "[40,10]"},
                    SelectionCase{"Descend", "$..q", "[3]"},
                    SelectionCase{"DescendParentsFirst", "$..k", "[1,2,null]"},
                    SelectionCase{"DescendAll", "$.a..*", R"([1,null,2,{"q":3},3])"},
                    SelectionCase{"MissingPrefixGivesNothing", "$.no.such[*]", "[]"},
                    SelectionCase{"MissingPrefixBeforeASlice", "$.no[1:].such", "[]"}),
    case_name);
INSTANTIATE_TEST_SUITE_P(
    Filters, JsonPathSelects,
    testing::Values(SelectionCase{"Equal", "$.list[?(@.k == 2)].k", "[2]"},
                    SelectionCase{"NotEqual", "$.list[?(@.k != 2)].k", "[1,null]"},
                    SelectionCase{"Less", "$.nums[?(@ < 20)]", "[10]"},
                    SelectionCase{"LessOrEqual", "$.nums[?(@ <= 20)]", "[10,20]"},
                    SelectionCase{"Greater", "$.nums[?(@ > 30)]", "[40]"},
                    SelectionCase{"GreaterOrEqual", "$.nums[?(@ >= 30)]", "[30,40]"},
                    SelectionCase{"Decimals", "$.nums[?(@ > 29.5)]", "[30,40]"},
                    SelectionCase{"NumbersLikeText", "$.list[?(@.t == 2020)].k", "[1]"},
                    SelectionCase{"TextLikeNumbers", "$.nums[?(@ == '10')]", "[10]"},
                    SelectionCase{"Existence", "$.list[?(@.t)].k", "[1,null]"},
                    SelectionCase{"NullDoesNotExist", "$.list[?(@.k)].k", "[1,2]"},
                    SelectionCase{"Absence", "$.list[?(!@.t)].k", "[2]"},
                    SelectionCase{"IsNull", "$.list[?(@.k == null)].t", R"(["x"])"},
                    SelectionCase{"AndBindsTighter", "$.nums[?(@ == 10 || @ > 20 && @ < 40)]",
                                  "[10,30]"},
                    SelectionCase{"ParenthesesDoNotGroup",
                                  "$.nums[?((@ == 10 || @ > 20) && @ < 40)]", "[10,30]"},
                    SelectionCase{"RootOnTheRight", "$.list[?(@.k == $.limit)].k", "[2]"},
                    SelectionCase{"RootOnTheLeft", "$.list[?($.limit == @.k)].k", "[2]"},
                    SelectionCase{"MissingNeverMatches", "$.list[?(@.zzz != 1)]", "[]"},
                    SelectionCase{"OtherTypesNeverMatch", "$.list[?(@.k == $.a)]", "[]"},
                    SelectionCase{"DoubleQuotesAreNoQuotes", R"($.list[?(@.t == "x")])", "[]"},
                    SelectionCase{"EscapedQuote", R"($[?(@.name == 'it\'s')].limit)", "[2]"},
                    SelectionCase{"ParenthesisInAText", "$.list[?(@.t == 'x)')]", "[]"},
                    SelectionCase{"Boolean", "$[?(@.yes == true)].limit", "[2]"},
                    SelectionCase{"BooleanAsText", "$[?(@.yes == 'TRUE')].limit", "[2]"},
                    SelectionCase{"SameNodeIsEqual", "$[?(@.a == @.a)].limit", "[2]"},
                    SelectionCase{"SeveralNames", "$.list[?(@['k','t'])].k", "[1,null]"},
                    SelectionCase{"OnAnObject", "$.a[?(@.b == 1)].b", "[1]"},
                    SelectionCase{"BelowDescend", "$..[?(@.q)].q", "[3]"}),
    case_name);

struct FailureCase {
    const char* name;
    const char* path;
    EvaluationFailure::Kind kind;
    const char* message;
};
class JsonPathFails : public testing::TestWithParam<FailureCase> {};

TEST_P(JsonPathFails, InTheWordsOfJayway) {
    const FailureCase& c = GetParam();
    const auto path = JsonPath::compile(c.path);
    ASSERT_TRUE(path) << path.error().message;
    const Json document = json(kStore);
    const auto selected = path->select(document);
    ASSERT_FALSE(selected) << write_json(selected->value());
    EXPECT_EQ(selected.error().kind, c.kind);
    EXPECT_EQ(selected.error().message, c.message);
    EXPECT_EQ(selected.error().path, c.path);
}

constexpr auto kNotFound = EvaluationFailure::Kind::not_found;
constexpr auto kOther = EvaluationFailure::Kind::path;
INSTANTIATE_TEST_SUITE_P(
    Messages, JsonPathFails,
    testing::Values(
        FailureCase{"LastProperty", "$.a.zzz", kNotFound, "No results for path: $['a']['zzz']"},
        FailureCase{"PropertyOnTheWay", "$.zzz.b", kNotFound, "Missing property in path $['zzz']"},
        FailureCase{"NotAnObject", "$.limit.b", kNotFound,
                    "Property ['b'] not found in path $['limit']"},
        FailureCase{"ArrayIsNoObject", "$.nums.b", kNotFound,
                    "Property ['b'] not found in path $['nums']"},
        FailureCase{"NullIsNoObject", "$.a.n.b", kNotFound,
                    "Property ['b'] not found in path $['a']['n']"},
        FailureCase{"FunctionsAreNames", "$.nums.length()", kNotFound,
                    "Property ['length()'] not found in path $['nums']"},
        FailureCase{"Index", "$.nums[4]", kNotFound,
                    "Index out of bounds when evaluating path $['nums'][4]"},
        FailureCase{"NegativeIndex", "$.nums[-1]", kNotFound,
                    "Index out of bounds when evaluating path $['nums'][-1]"},
        FailureCase{"LargestIndex", "$.nums[2147483647]", kNotFound,
                    "Index out of bounds when evaluating path $['nums'][2147483647]"},
        FailureCase{"NegativeSliceBound", "$.nums[-3:-1]", kNotFound,
                    "Index out of bounds when evaluating path $['nums'][-3]"},
        FailureCase{"OneOfSeveralIndexes", "$.nums[0,9]", kNotFound,
                    "Index out of bounds when evaluating path $['nums'][9]"},
        FailureCase{"IndexIntoNull", "$.a.n[0]", kNotFound, "The path $['a']['n'] is null"},
        FailureCase{"IndexIntoScalar", "$.limit[0]", kOther,
                    "Filter: [0] can only be applied to arrays. Current context is: 2"},
        FailureCase{"IndexIntoObject", "$.a.p[0].z", kOther,
                    "Filter: [0]['z'] can only be applied to arrays. Current context is: {q=3}"},
        FailureCase{"SliceOfObject", "$.a.p[1:]", kOther,
                    "Filter: [1:] can only be applied to arrays. Current context is: {q=3}"},
        FailureCase{"FilterOnScalar", "$.limit[?(@.a)].b", kOther,
                    "Filter: [?]['b'] can not be applied to primitives. Current context is: 2"},
        FailureCase{"IndexInAFilter", "$.nums[?(@[0] == 1)]", kOther,
                    "Filter: [0] can only be applied to arrays. Current context is: 10"},
        FailureCase{"TextAgainstNumber", "$.nums[?(@ == 'x')]", kOther,
                    "Character x is neither a decimal digit number, decimal point, nor \"e\" "
                    "notation exponential mark."},
        FailureCase{"NothingToCompareWith", "$.nums[?(@ ==)]", kOther, "null"},
        FailureCase{"SeveralNamesNotLast", "$.a['b','p'].q", kOther,
                    "Multi properties can only be used as path leafs: $['a']['b', 'p']"},
        FailureCase{"SliceDoesNotLeaveOut", "$.list[0:2].t", kNotFound,
                    "No results for path: $['list'][1]['t']"},
        FailureCase{"ObjectWildcardDoesNotLeaveOut", "$.a.*.q", kNotFound,
                    "Property ['q'] not found in path $['a']['b']"},
        FailureCase{"PlaceholderFilter", "$.nums[?]", kOther,
                    "Cannot invoke "
                    "\"com.jayway.jsonpath.Predicate.apply(com.jayway.jsonpath.Predicate$"
                    "PredicateContext)\" "
                    "because \"<local7>\" is null"}),
    case_name);

struct RefusedCase {
    const char* name;
    const char* path;
};
class JsonPathRefuses : public testing::TestWithParam<RefusedCase> {};

TEST_P(JsonPathRefuses, Syntax) { EXPECT_FALSE(JsonPath::compile(GetParam().path)); }

INSTANTIATE_TEST_SUITE_P(
    Syntax, JsonPathRefuses,
    testing::Values(
        RefusedCase{"Empty", ""}, RefusedCase{"NoDollar", "a.b"}, RefusedCase{"AtSign", "@.a"},
        RefusedCase{"LeadingBlank", " $.a"}, RefusedCase{"Variable", "$name"},
        RefusedCase{"ContextTwice", "$$.a"}, RefusedCase{"TrailingDot", "$.a."},
        RefusedCase{"OnlyADot", "$."}, RefusedCase{"TrailingDescend", "$.a.."},
        RefusedCase{"Blank", "$.a .b"}, RefusedCase{"BlankBehindTheDot", "$. a"},
        RefusedCase{"OpenBracket", "$.a["}, RefusedCase{"EmptyBrackets", "$.a[]"},
        RefusedCase{"UnterminatedName", "$['a"}, RefusedCase{"UnterminatedIndex", "$[0"},
        RefusedCase{"NameWithoutQuotes", "$[name]"}, RefusedCase{"DoubleQuotes", R"($["a"])"},
        RefusedCase{"BlankInAWildcard", "$[ * ]"}, RefusedCase{"EmptySlice", "$[:]"},
        RefusedCase{"OnlyAStep", "$[::2]"}, RefusedCase{"TwoMinuses", "$[--1]"},
        RefusedCase{"IndexTooLarge", "$[2147483648]"},
        RefusedCase{"IndexWithoutEnd", "$[99999999999999999999999]"},
        RefusedCase{"PlusFromTheEnd", "$[(@.length+1)]"},
        RefusedCase{"OtherFunctionFromTheEnd", "$[(@.count-1)]"},
        RefusedCase{"UnterminatedFromTheEnd", "$[(@.length-1]"},
        RefusedCase{"EmptyFilter", "$[?()]"},
        RefusedCase{"FilterWithoutParentheses", "$[?@.a == 1]"},
        RefusedCase{"UnterminatedFilter", "$[?(@.a == 1)"},
        RefusedCase{"UnterminatedText", "$[?(@.a == 'x)]"},
        RefusedCase{"WordsAsOperators", "$[?(@.a in ['x'])]"},
        RefusedCase{"RegularExpression", "$[?(@.a =~ /x/)]"},
        RefusedCase{"AndInAText", "$[?(@.a == 'x && y')]"},
        RefusedCase{"TrailingAnd", "$[?(@.a &&)]"}, RefusedCase{"LeadingOr", "$[?(|| @.a)]"},
        RefusedCase{"ThreeAmpersands", "$[?(@.a &&& @.b)]"},
        RefusedCase{"IndefiniteInAFilter", "$[?(@.a[*] == 1)]"},
        RefusedCase{"FilterInAFilter", "$[?(@.a[?(@.b)] == 1)]"},
        RefusedCase{"LiteralAlone", "$[?('x')]"},
        RefusedCase{"NegationOnTheRight", "$[?(@.a == !@.b)]"},
        RefusedCase{"OneQuote", "$[?(@.a == ')]"}),
    case_name);

struct NormalizedCase {
    const char* name;
    const char* path;
    const char* want;
};
class JsonPathNormalizes : public testing::TestWithParam<NormalizedCase> {};

TEST_P(JsonPathNormalizes, AsJaywayPrintsIt) {
    const auto path = JsonPath::compile(GetParam().path);
    ASSERT_TRUE(path);
    EXPECT_EQ(path->normalized(), GetParam().want);
    EXPECT_EQ(path->text(), GetParam().path);
}

INSTANTIATE_TEST_SUITE_P(
    Paths, JsonPathNormalizes,
    testing::Values(NormalizedCase{"Root", "$", "$"},
                    NormalizedCase{"Names", "$.a.['b']", "$['a']['b']"},
                    NormalizedCase{"SeveralNames", "$['a' ,'b']", "$['a', 'b']"},
                    NormalizedCase{"Indexes", "$[ 1 , 2 ][3]", "$[1,2][3]"},
                    NormalizedCase{"Slices", "$[1:][:2][1:2:3][-1:]", "$[1:][:2][1:2][-1:]"},
                    NormalizedCase{"FromTheEnd", "$[(@.length-1)][(@.length-0)]",
                                   "$[@.size()-1][@.size()0]"},
                    NormalizedCase{"Wildcards", "$.*[*]..*", "$[*][*]..[*]"},
                    NormalizedCase{"Filters", "$[?(@.a == 1)][?, ?]", "$[?][?,?]"},
                    NormalizedCase{"QuoteInAName", "$.s.concat('x')", "$['s']['concat(', ')']"},
                    NormalizedCase{"BracketInAName", "$['a[0]']", "$[]"}),
    case_name);

struct KindCase {
    const char* name;
    const char* path;
    bool definite;
    bool reference;
};
class JsonPathKnows : public testing::TestWithParam<KindCase> {};

TEST_P(JsonPathKnows, WhetherItIsDefiniteAndAReferencePath) {
    const auto path = JsonPath::compile(GetParam().path);
    ASSERT_TRUE(path);
    EXPECT_EQ(path->definite(), GetParam().definite);
    EXPECT_EQ(path->reference(), GetParam().reference);
}

INSTANTIATE_TEST_SUITE_P(Paths, JsonPathKnows,
                         testing::Values(KindCase{"Root", "$", true, true},
                                         KindCase{"Names", "$.a['b']", true, true},
                                         KindCase{"Index", "$.a[0].b", true, true},
                                         KindCase{"NegativeIndex", "$[-1]", true, false},
                                         KindCase{"FromTheEnd", "$[(@.length-1)]", true, false},
                                         KindCase{"SeveralNames", "$['a','b']", true, false},
                                         KindCase{"Slice", "$[0:1]", false, false},
                                         KindCase{"Indexes", "$[0,1]", false, false},
                                         KindCase{"Wildcard", "$.*", false, false},
                                         KindCase{"Descend", "$..a", false, false},
                                         KindCase{"Filter", "$[?(@.a)]", false, false}),
                         case_name);

TEST(JsonPath, SelectsADefiniteNodeWithoutACopy) {
    const Json document = json(kStore);
    const auto selected = JsonPath::compile("$.a.p")->select(document);
    EXPECT_EQ(&selected->value(), &document.at("a").at("p"));
}

}  // namespace
}  // namespace stepwell
