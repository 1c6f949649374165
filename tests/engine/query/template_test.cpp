#include "engine/query/template.hpp"

#include "tests/engine/query/query_testing.hpp"

namespace stepwell {
namespace {

using testing::ElementsAre;
using testing_query::case_name;
using testing_query::Data;
using testing_query::text_of;

struct TemplateCase {
    const char* name;
    const char* source;
    const char* want;
};
class TemplateGives : public testing::TestWithParam<TemplateCase> {};

TEST_P(TemplateGives, Value) {
    Data data(R"({"a":1,"list":[{"k":1},{"k":2}],"o":{"x":null}})");
    const auto compiled = Template::compile(json(GetParam().source));
    ASSERT_TRUE(compiled) << compiled.error()[0].message;
    const auto value = compiled->evaluate(data.scope());
    ASSERT_TRUE(value) << value.error().cause;
    EXPECT_EQ(write_json(*value), GetParam().want);
}

INSTANTIATE_TEST_SUITE_P(
    Sources, TemplateGives,
    testing::Values(
        TemplateCase{"Constant", R"({"b":[1,{"c":"$.a"}]})", R"({"b":[1,{"c":"$.a"}]})"},
        TemplateCase{"Scalar", "7", "7"}, TemplateCase{"Path", R"({"v.$":"$.a"})", R"({"v":1})"},
        TemplateCase{"WholeInput", R"({"v.$":"$"})",
                     R"({"v":{"a":1,"list":[{"k":1},{"k":2}],"o":{"x":null}}})"},
        TemplateCase{"Context", R"({"v.$":"$$.Execution.Name"})", R"({"v":"run-1"})"},
        TemplateCase{"Call", R"JSON({"v.$":"States.Format('{}', $.a)"})JSON", R"({"v":"1"})"},
        TemplateCase{"NullResult", R"({"v.$":"$.o.x"})", R"({"v":null})"},
        TemplateCase{"IndefinitePath", R"({"v.$":"$.list[*].k"})", R"({"v":[1,2]})"},
        TemplateCase{"Nested", R"({"p":{"q":{"v.$":"$.a"}}})", R"({"p":{"q":{"v":1}}})"},
        TemplateCase{"InArrays", R"({"p":[1,{"v.$":"$.a"},[{"w.$":"$.o"}]]})",
                     R"({"p":[1,{"v":1},[{"w":{"x":null}}]]})"},
        // Recorded: {"FunctionName.$", "Payload"} became {"Payload", "FunctionName"}.
        TemplateCase{"ComputedComesLast", R"({"n.$":"$.a","p":{"m.$":"$.a","q":2},"r":3})",
                     R"({"p":{"q":2,"m":1},"r":3,"n":1})"},
        // Recorded: base assign_from_value__BASE_ASSIGN_FROM_INTRINSIC_FUNCTION.
        TemplateCase{"ComputedComesInTheOrderOfAHashMap",
                     R"({"simpleArray.$":"$.a","partitionedArray.$":"$.a","containsElement.$":"$.a",
                         "numberRange.$":"$.a","thirdElement.$":"$.a","arraySize.$":"$.a","uniqueValues.$":"$.a"})",
                     R"({"uniqueValues":1,"simpleArray":1,"thirdElement":1,"partitionedArray":1,)"
                     R"("arraySize":1,"containsElement":1,"numberRange":1})"},
        TemplateCase{"ResultIsNotATemplate",
                     R"JSON({"v.$":"States.StringToJson('{\"w.$\":\"$.a\"}')"})JSON",
                     R"({"v":{"w.$":"$.a"}})"},
        TemplateCase{"DollarElsewhereInAName", R"({"a.$b":"$.a"})", R"({"a.$b":"$.a"})"}),
    case_name);

struct ProblemCase {
    const char* name;
    const char* source;
    const char* message;
};
class TemplateRefuses : public testing::TestWithParam<ProblemCase> {};

TEST_P(TemplateRefuses, InTheServicesWords) {
    const auto compiled = Template::compile(json(GetParam().source));
    ASSERT_FALSE(compiled);
    ASSERT_EQ(compiled.error().size(), 1U);
    EXPECT_EQ(compiled.error()[0].message, GetParam().message);
}

INSTANTIATE_TEST_SUITE_P(
    Sources, TemplateRefuses,
    testing::Values(ProblemCase{"Array", R"({"x.$":["$.a"]})",
                                "The value for the field 'x.$' must be a STRING that contains a "
                                "JSONPath but was an ARRAY"},
                    ProblemCase{"Object", R"({"x.$":{}})",
                                "The value for the field 'x.$' must be a STRING that contains a "
                                "JSONPath but was an OBJECT"},
                    ProblemCase{"Number", R"({"x.$":1})",
                                "The value for the field 'x.$' must be a STRING that contains a "
                                "JSONPath but was a NUMBER"},
                    ProblemCase{"Boolean", R"({"x.$":true})",
                                "The value for the field 'x.$' must be a STRING that contains a "
                                "JSONPath but was a BOOLEAN"},
                    ProblemCase{"Null", R"({"x.$":null})",
                                "The value for the field 'x.$' must be a STRING that contains a "
                                "JSONPath but was a NULL"},
                    ProblemCase{"NoPath", R"({"x.$":"text"})",
                                "The value for the field 'x.$' must be a valid JSONPath or a valid "
                                "intrinsic function call"},
                    ProblemCase{"BelowAnArray", R"({"p":[{"y.$":"$.a["}]})",
                                "The value for the field 'y.$' must be a valid JSONPath or a valid "
                                "intrinsic function call"},
                    ProblemCase{"IllegalEscape",
                                R"JSON({"parsed.$":"States.Format('\\\"{}\\\"', $.a)"})JSON",
                                "The value for the field 'parsed.$' must be a valid JSONPath or a "
                                "valid intrinsic function call"},
                    ProblemCase{"BothForms", R"({"x":1,"x.$":"$.a"})",
                                "The fields 'x' and 'x.$' cannot be specified at the same time"}),
    case_name);

TEST(Template, ReportsAllItsProblems) {
    const auto compiled = Template::compile(json(R"({"a.$":1,"p":{"b.$":"x"},"c":1,"c.$":"$"})"));
    ASSERT_FALSE(compiled);
    EXPECT_EQ(compiled.error().size(), 3U);
}

TEST(Template, KnowsWhetherItIsConstant) {
    EXPECT_TRUE(Template::compile(json(R"({"a":[{"b":"$.c"}]})"))->constant());
    EXPECT_FALSE(Template::compile(json(R"({"a":[{"b.$":"$.c"}]})"))->constant());
}

struct FailureCase {
    const char* name;
    const char* source;
    const char* error;
};
class TemplateFails : public testing::TestWithParam<FailureCase> {};

TEST_P(TemplateFails, InTheServicesWords) {
    Data data(R"({"int-literal":0})");
    const auto value = Template::compile(json(GetParam().source))->evaluate(data.scope());
    ASSERT_FALSE(value);
    EXPECT_EQ(text_of(value.error()), GetParam().error);
}

INSTANTIATE_TEST_SUITE_P(
    Sources, TemplateFails,
    testing::Values(FailureCase{"NotFound", R"({"p":{"value.$":"$.no_such_jsonpath"}})",
                                "States.Runtime: The JSONPath '$.no_such_jsonpath' specified for "
                                "the field 'value.$' could not be found "
                                "in the input '{\"int-literal\":0}'"},
                    FailureCase{"Call", R"JSON({"v.$":"States.ArrayLength($.int-literal)"})JSON",
                                "States.IntrinsicFailure: The function "
                                "'States.ArrayLength($.int-literal)' had the following error: The "
                                "array must be an array but was: 0"}),
    case_name);

TEST(Template, DoesNotMakeMoreThanAnybodyCanUse) {
    Data data("{}");
    data.input["text"] = std::string(200'000, 'x');
    Json source = Json::object();
    for (int i = 0; i < 1'000; ++i) source["f" + std::to_string(i) + ".$"] = "$";
    const auto value = Template::compile(source)->evaluate(data.scope());
    ASSERT_FALSE(value);
    EXPECT_EQ(value.error().error, "States.DataLimitExceeded");
}

}  // namespace
}  // namespace stepwell
