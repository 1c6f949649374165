#include "tests/engine/query/query_testing.hpp"

namespace stepwell {
namespace {

using testing_query::case_name;

struct WriteCase {
    const char* name;
    const char* document;
    const char* path;
    const char* want;
};
class ResultPathWrites : public testing::TestWithParam<WriteCase> {};

TEST_P(ResultPathWrites, TheResult) {
    const WriteCase& c = GetParam();
    const auto written = JsonPath::compile(c.path)->write(json(c.document), json(R"({"r":1})"));
    ASSERT_TRUE(written) << written.error().cause;
    EXPECT_EQ(write_json(*written), c.want);
}

INSTANTIATE_TEST_SUITE_P(
    Paths, ResultPathWrites,
    testing::Values(WriteCase{"Root", R"({"a":1})", "$", R"({"r":1})"},
                    WriteCase{"NewField", R"({"a":1})", "$.b", R"({"a":1,"b":{"r":1}})"},
                    WriteCase{"OldFieldInItsPlace", R"({"a":1,"z":2})", "$.a",
                              R"({"a":{"r":1},"z":2})"},
                    WriteCase{"ObjectsOnTheWay", R"({"a":{"x":1}})", "$.a.b['c d']",
                              R"({"a":{"x":1,"b":{"c d":{"r":1}}}})"},
                    WriteCase{"ItemOfAnArray", R"({"a":[1,2]})", "$.a[1]", R"({"a":[1,{"r":1}]})"},
                    WriteCase{"FieldOfAnItem", R"([{"k":0}])", "$[0].k", R"([{"k":{"r":1}}])"}),
    case_name);

struct MismatchCase {
    const char* name;
    const char* document;
    const char* path;
};
class ResultPathMismatches : public testing::TestWithParam<MismatchCase> {};

TEST_P(ResultPathMismatches, FailsWithResultPathMatchFailure) {
    const MismatchCase& c = GetParam();
    const auto written = JsonPath::compile(c.path)->write(json(c.document), json("1"));
    ASSERT_FALSE(written);
    EXPECT_EQ(written.error().error, "States.ResultPathMatchFailure");
    EXPECT_EQ(written.error().cause,
              std::string("Unable to apply ReferencePath ") + c.path + " to input " + c.document);
}

INSTANTIATE_TEST_SUITE_P(
    Documents, ResultPathMismatches,
    testing::Values(MismatchCase{"FieldOfANumber", R"({"a":1})", "$.a.b"},
                    MismatchCase{"FieldOfNull", R"({"a":null})", "$.a.b"},
                    MismatchCase{"FieldOfAnArray", R"({"a":[1]})", "$.a.b"},
                    MismatchCase{"FieldOfText", R"("text")", "$.a"},
                    MismatchCase{"FieldOfNullInput", "null", "$.a"},
                    MismatchCase{"IndexBehindTheEnd", R"({"a":[1]})", "$.a[1]"},
                    MismatchCase{"IndexOfAnObject", R"({"a":{}})", "$.a[0]"},
                    MismatchCase{"IndexOfNothing", "{}", "$.a[0]"},
                    MismatchCase{"NotAReferencePath", R"({"a":[1]})", "$.a[-1]"}),
    case_name);

}  // namespace
}  // namespace stepwell
