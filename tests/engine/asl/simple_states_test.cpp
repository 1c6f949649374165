#include "tests/engine/asl/findings.hpp"

namespace stepwell::asl {
namespace {

const std::string kTimings = "[SecondsPath, Seconds, TimestampPath, Timestamp]";

INSTANTIATE_TEST_SUITE_P(
    Transitions, StateIs,
    testing::Values(
        StateCase{"BothNextAndEnd",
                  R"({"Type":"Pass","Next":"S","End":true})",
                  {schema("There should only be one of the following fields: [Next, End]")}},
        StateCase{
            "NeitherNextNorEnd",
            R"({"Type":"Pass"})",
            {schema("This object should have only one of the following fields: [Next, End]")}},
        StateCase{
            "EndOfFalse",
            R"({"Type":"Pass","End":false})",
            {schema("This object should have only one of the following fields: [Next, End]")}},
        StateCase{"EndOfText",
                  R"({"Type":"Pass","End":"true"})",
                  {schema("Expected value of type Boolean", "/End")}},
        StateCase{"NextOfNumber",
                  R"({"Type":"Pass","Next":1})",
                  {schema("Expected value of type String", "/Next")}},
        StateCase{
            "NextOfChoice",
            R"({"Type":"Choice","Next":"S","Choices":[{"Variable":"$.a","IsNull":true,"Next":"S"}]})",
            {schema("Field 'Next' is not supported")}},
        StateCase{"EndOfSucceed",
                  R"({"Type":"Succeed","End":true})",
                  {schema("Field 'End' is not supported")}},
        StateCase{"NextOfFail",
                  R"({"Type":"Fail","Next":"S"})",
                  {schema("Field 'Next' is not supported")}}),
    case_name);

INSTANTIATE_TEST_SUITE_P(
    Wait, StateIs,
    testing::Values(
        StateCase{"Seconds", R"({"Type":"Wait","Seconds":0,"End":true})", {}},
        StateCase{"MostSeconds", R"({"Type":"Wait","Seconds":99999999,"End":true})", {}},
        StateCase{"SecondsPath", R"({"Type":"Wait","SecondsPath":"$.s","End":true})", {}},
        StateCase{"SecondsPathOfContext",
                  R"({"Type":"Wait","SecondsPath":"$$.Execution.Input.s","End":true})",
                  {}},
        StateCase{"TimestampPath", R"({"Type":"Wait","TimestampPath":"$.t","End":true})", {}},
        StateCase{"TooManySeconds",
                  R"({"Type":"Wait","Seconds":10000000000000000,"End":true})",
                  {schema("Maximum value is 99999999", "/Seconds")}},
        StateCase{"NegativeSeconds",
                  R"({"Type":"Wait","Seconds":-1,"End":true})",
                  {schema("Minimum value is 0", "/Seconds")}},
        StateCase{"FractionOfSeconds",
                  R"({"Type":"Wait","Seconds":1.5,"End":true})",
                  {schema("Expected value of type Integer", "/Seconds")}},
        StateCase{"SecondsAsText",
                  R"({"Type":"Wait","Seconds":"1","End":true})",
                  {schema("Expected value of type Integer", "/Seconds")}},
        StateCase{
            "None",
            R"({"Type":"Wait","End":true})",
            {schema("This object should have only one of the following fields: " + kTimings)}},
        StateCase{"Two",
                  R"({"Type":"Wait","Seconds":1,"TimestampPath":"$.t","End":true})",
                  {schema("There should only be one of the following fields: " + kTimings)}},
        StateCase{"PathThatIsNone",
                  R"({"Type":"Wait","SecondsPath":"s","End":true})",
                  {schema("Value must be a valid JSONPath.", "/SecondsPath")}},
        StateCase{"PathOfMany",
                  R"({"Type":"Wait","SecondsPath":"$.a[*]","End":true})",
                  {schema("Value is not a Reference Path", "/SecondsPath")}}),
    case_name);

// Recorded: base_scenarios__wait_timestamp_invalid.
class WaitTimestamp : public testing::TestWithParam<const char*> {};
TEST_P(WaitTimestamp, IsRefused) {
    EXPECT_THAT(findings(machine_of(std::string(R"({"Type":"Wait","End":true,"Timestamp":")") +
                                    GetParam() + "\"}")),
                ElementsAre(schema("String does not match RFC3339 timestamp", "/Timestamp")));
}
INSTANTIATE_TEST_SUITE_P(Invalid, WaitTimestamp,
                         testing::Values("2016-03-14 01:59:00Z", "2016-03-14T01:59:00",
                                         "2016-14-14T01:59:00Z", "2016-03-14T25:59:00Z",
                                         "05 Mar 2016", "{% $now() %}", "",
                                         "2016-03-14t01:59:00z"));

TEST(WaitState, KeepsEachForm) {
    const auto seconds = accepted(machine_of(R"({"Type":"Wait","Seconds":7,"End":true})"));
    EXPECT_EQ(std::get<Seconds>(body_of<WaitState>(*seconds).until), Seconds{7});
    const auto until =
        accepted(machine_of(R"({"Type":"Wait","Timestamp":"1970-01-01T00:00:01.5Z","End":true})"));
    EXPECT_EQ(std::get<TimePoint>(body_of<WaitState>(*until).until).time_since_epoch(),
              Milliseconds{1500});
    const auto path = accepted(machine_of(R"({"Type":"Wait","TimestampPath":"$.t","End":true})"));
    EXPECT_EQ(std::get<TimestampPath>(body_of<WaitState>(*path).until).path.text(), "$.t");
}

INSTANTIATE_TEST_SUITE_P(
    Fail, StateIs,
    testing::Values(
        StateCase{"Bare", R"({"Type":"Fail"})", {}},
        StateCase{"Literals", R"({"Type":"Fail","Error":"E","Cause":""})", {}},
        StateCase{
            "Paths", R"({"Type":"Fail","ErrorPath":"$.e","CausePath":"$$.Execution.Name"})", {}},
        StateCase{
            "Intrinsics",
            R"x({"Type":"Fail","ErrorPath":"States.Format('{}', $.e)","CausePath":"States.UUID()"})x",
            {}},
        StateCase{"TwoErrors",
                  R"({"Type":"Fail","Error":"E","ErrorPath":"$.e"})",
                  {schema("There should only be one of the following fields: [Error, ErrorPath]")}},
        StateCase{"TwoCauses",
                  R"({"Type":"Fail","Cause":"E","CausePath":"$.e"})",
                  {schema("There should only be one of the following fields: [Cause, CausePath]")}},
        StateCase{"ErrorOfNumber",
                  R"({"Type":"Fail","Error":1})",
                  {schema("Expected value of type String", "/Error")}},
        StateCase{"NoPath",
                  R"({"Type":"Fail","CausePath":"no path"})",
                  {schema("The value for the field 'CausePath' must be a valid JSONPath or a valid "
                          "intrinsic function call",
                          "/CausePath")}},
        StateCase{"IntrinsicThatGivesAList",
                  R"x({"Type":"Fail","ErrorPath":"States.Array('a')"})x",
                  {schema("The value for the field 'ErrorPath' must be a valid JSONPath or a valid "
                          "intrinsic function call",
                          "/ErrorPath")}}),
    case_name);

TEST(FailState, KeepsLiteralsAndPaths) {
    const auto machine = accepted(machine_of(R"({"Type":"Fail","Error":"E","CausePath":"$.c"})"));
    const auto& fail = body_of<FailState>(*machine);
    EXPECT_EQ(std::get<std::string>(fail.error), "E");
    EXPECT_EQ(std::get<Expression>(fail.cause).text(), "$.c");
}

TEST(PassState, KeepsResultOfAnyKind) {
    const auto null = accepted(machine_of(R"({"Type":"Pass","Result":null,"End":true})"));
    ASSERT_TRUE(body_of<PassState>(*null).result);
    EXPECT_EQ(body_of<PassState>(*null).result->text(), "null");
    const auto none = accepted(machine_of(R"({"Type":"Pass","End":true})"));
    EXPECT_FALSE(body_of<PassState>(*none).result);
}

}  // namespace
}  // namespace stepwell::asl
