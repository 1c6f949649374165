#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/api/service.hpp"

// What is said to be recorded stands in the conformance family teststate.
namespace stepwell::api {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::MatchesRegex;
using testing::UnorderedElementsAre;

/// A request for TestState: texts are sent as texts, the rest as it is.
class Trial {
public:
    explicit Trial(std::string definition) { text("definition", std::move(definition)); }
    Trial& text(const char* member, std::string value) {
        body_[member] = std::move(value);
        return *this;
    }
    Trial& with(const char* member, std::string_view value) {
        body_[member] = json(value);
        return *this;
    }
    Trial& input(std::string value) { return text("input", std::move(value)); }
    Trial& trace() { return text("inspectionLevel", "TRACE"); }
    Trial& result(std::string_view value) {
        body_["mock"]["result"] = std::string(value);
        return *this;
    }
    Trial& fails(std::string_view error, std::string_view cause) {
        body_["mock"]["errorOutput"] =
            Json{{"error", std::string(error)}, {"cause", std::string(cause)}};
        return *this;
    }

    Json answer() const { return Service().ask("TestState", write_json(body_)); }
    std::string refusal() const { return Service().refusal("TestState", write_json(body_)); }

private:
    Json body_ = Json::object();
};

/// The value of an answer's member that holds JSON text.
Json value_of(const Json& answer, const char* member) {
    return answer.contains(member) ? json(answer.at(member).get<std::string>()) : Json();
}
Json seen(const Json& answer, const char* member) {
    return value_of(answer.at("inspectionData"), member);
}

constexpr const char* kInvoke =
    R"({"Type":"Task","Resource":"arn:aws:states:::lambda:invoke","Parameters":{"FunctionName":"f","Payload.$":"$"},"End":true})";

TEST(TestState, RunsAStateThatStandsAlone) {
    const Json answer =
        Trial(R"({"Type":"Pass","Result":{"a":1},"Next":"Anywhere"})").input("{}").answer();
    EXPECT_EQ(answer["status"], "SUCCEEDED");
    EXPECT_EQ(answer["nextState"], "Anywhere");
    EXPECT_EQ(value_of(answer, "output"), json(R"({"a":1})"));
    EXPECT_THAT(names_of(answer), UnorderedElementsAre("output", "status", "nextState"));
}

TEST(TestState, FollowsWhatTheStateChooses) {
    const char* choice =
        R"({"Type":"Choice","Choices":[{"Variable":"$.n","NumericGreaterThan":1,"Next":"Big"}],"Default":"Small"})";
    EXPECT_EQ(Trial(choice).input(R"({"n":2})").answer()["nextState"], "Big");
    EXPECT_EQ(Trial(choice).input(R"({"n":1})").answer()["nextState"], "Small");
}

TEST(TestState, RunsTheNamedStateOfAMachineAndNoneBehindIt) {
    const char* machine =
        R"({"StartAt":"A","States":{"A":{"Type":"Pass","Next":"B"},"B":{"Type":"Pass","Result":2,"Next":"C"},"C":{"Type":"Fail"}}})";
    const Json answer = Trial(machine).text("stateName", "B").answer();
    EXPECT_EQ(answer["output"], "2");
    EXPECT_EQ(answer["nextState"], "C");
    EXPECT_EQ(answer["status"], "SUCCEEDED");
}

TEST(TestState, TriesAnActivityWithAMockOnly) {
    const char* activity =
        R"({"Type":"Task","Resource":"arn:aws:states:us-east-1:123456789012:activity:a","End":true})";
    const Json answer = Trial(activity).result(R"({"done":1})").answer();
    EXPECT_EQ(answer["status"], "SUCCEEDED");
    EXPECT_EQ(value_of(answer, "output"), json(R"({"done":1})"));
    EXPECT_THAT(Trial(activity).text("roleArn", std::string(kRole)).refusal(),
                HasSubstr("does not support Activity tasks"));
}

TEST(TestState, FindsStatesInsideOfOthers) {
    const char* machine =
        R"({"StartAt":"M","States":{"M":{"Type":"Map","End":true,"ItemProcessor":{"StartAt":"I","States":{"I":{"Type":"Pass","Next":"J"},"J":{"Type":"Succeed"}}}}}})";
    const Json answer = Trial(machine).text("stateName", "I").input("7").answer();
    EXPECT_EQ(answer["output"], "7");
    EXPECT_EQ(answer["nextState"], "J");
}

TEST(TestState, AFailStateFails) {
    const Json answer = Trial(R"({"Type":"Fail","Error":"E","Cause":"C"})").trace().answer();
    EXPECT_EQ(answer["status"], "FAILED");
    EXPECT_EQ(answer["error"], "E");
    EXPECT_EQ(answer["cause"], "C");
    EXPECT_FALSE(answer.contains("output"));
    EXPECT_FALSE(answer.contains("nextState"));
}

TEST(TestState, CallsTheTask) {
    const Json answer = Trial(kInvoke).text("roleArn", std::string(kRole)).input("[1]").answer();
    EXPECT_EQ(answer["status"], "SUCCEEDED");
    EXPECT_EQ(value_of(answer, "output"), json(R"({"FunctionName":"f","Payload":[1]})"));
}

TEST(TestState, SaysThatARetryWouldFollow) {
    const Json answer =
        Trial(
            R"({"Type":"Task","Resource":"arn:aws:states:::lambda:invoke","Parameters":{"FunctionName":"f"},"End":true,
                "Retry":[{"ErrorEquals":["Other"]},{"ErrorEquals":["E"],"IntervalSeconds":3,"BackoffRate":2,"MaxAttempts":2}]})")
            .fails("E", "C")
            .with("stateConfiguration", R"({"retrierRetryCount":1})")
            .trace()
            .answer();
    EXPECT_EQ(answer["status"], "RETRIABLE");
    EXPECT_EQ(answer["error"], "E");
    EXPECT_EQ(answer["cause"], "C");
    EXPECT_EQ(answer["inspectionData"]["errorDetails"],
              json(R"({"retryIndex":1,"retryBackoffIntervalSeconds":6})"));
}

TEST(TestState, CatchesOnceRetriesAreUsedUp) {
    const Json answer =
        Trial(
            R"({"Type":"Task","Resource":"arn:aws:states:::lambda:invoke","Parameters":{"FunctionName":"f"},"End":true,
                "Retry":[{"ErrorEquals":["E"],"MaxAttempts":2}],
                "Catch":[{"ErrorEquals":["Other"],"Next":"X"},{"ErrorEquals":["States.ALL"],"Next":"Y","ResultPath":"$.e"}]})")
            .fails("E", "C")
            .input(R"({"a":1})")
            .with("stateConfiguration", R"({"retrierRetryCount":2})")
            .trace()
            .answer();
    EXPECT_EQ(answer["status"], "CAUGHT_ERROR");
    EXPECT_EQ(answer["nextState"], "Y");
    EXPECT_EQ(answer["error"], "E");
    EXPECT_EQ(value_of(answer, "output"), json(R"({"a":1,"e":{"Error":"E","Cause":"C"}})"));
    EXPECT_EQ(answer["inspectionData"]["errorDetails"], json(R"({"catchIndex":1,"retryIndex":0})"));
}

TEST(TestState, ShowsEachStepOfTheData) {
    const Json answer =
        Trial(
            R"({"Type":"Task","Resource":"arn:aws:states:::lambda:invoke","InputPath":"$.in","Parameters":{"FunctionName":"f","Payload.$":"$.p"},
                "ResultSelector":{"s.$":"$.Payload"},"ResultPath":"$.out","OutputPath":"$.out","Next":"N"})")
            .input(R"({"in":{"p":1}})")
            .result(R"({"Payload":"r"})")
            .trace()
            .answer();
    EXPECT_EQ(seen(answer, "input"), json(R"({"in":{"p":1}})"));
    EXPECT_EQ(seen(answer, "afterInputPath"), json(R"({"p":1})"));
    EXPECT_EQ(seen(answer, "afterParameters"), json(R"({"FunctionName":"f","Payload":1})"));
    EXPECT_EQ(seen(answer, "result"), json(R"({"Payload":"r"})"));
    EXPECT_EQ(seen(answer, "afterResultSelector"), json(R"({"s":"r"})"));
    EXPECT_EQ(seen(answer, "afterResultPath"), json(R"({"in":{"p":1},"out":{"s":"r"}})"));
    EXPECT_EQ(value_of(answer, "output"), json(R"({"s":"r"})"));
}

TEST(TestState, ShowsHowFarTheDataCame) {
    const Json answer =
        Trial(R"({"Type":"Pass","InputPath":"$.a","Parameters":{"x.$":"$.b"},"End":true})")
            .input(R"({"a":{}})")
            .trace()
            .answer();
    EXPECT_EQ(answer["status"], "FAILED");
    EXPECT_EQ(answer["error"], "States.Runtime");
    EXPECT_THAT(answer["cause"].get<std::string>(), HasSubstr("The JSONPath '$.b' specified for"));
    EXPECT_THAT(names_of(answer["inspectionData"]),
                UnorderedElementsAre("input", "afterInputPath"));
}

TEST(TestState, MocksAMapOverItsItems) {
    Trial map(
        R"({"Type":"Map","ItemsPath":"$.v","ItemSelector":{"i.$":"$$.Map.Item.Index","v.$":"$$.Map.Item.Value"},"MaxConcurrency":2,
            "ItemProcessor":{"StartAt":"P","States":{"P":{"Type":"Pass","End":true}}},"End":true})");
    map.input(R"({"v":["a","b"]})").result("[1,2]").trace();
    const Json answer = map.answer();
    EXPECT_EQ(value_of(answer, "output"), json("[1,2]"));
    EXPECT_EQ(seen(answer, "afterItemsPath"), json(R"(["a","b"])"));
    EXPECT_EQ(seen(answer, "afterItemSelector"), json(R"([{"i":0,"v":"a"},{"i":1,"v":"b"}])"));
    EXPECT_EQ(answer["inspectionData"]["maxConcurrency"], 2);
    map.with("stateConfiguration", R"({"mapIterationFailureCount":3})");
    EXPECT_EQ(map.refusal(),
              "ValidationException: Map iteration failure count must be less than or equal to the "
              "number of Map iterations");
}

TEST(TestState, SelectsItemsWithExpressionsThatTakeLong) {
    Trial map(R"({"Type":"Map","QueryLanguage":"JSONata","Items":"{% $states.input.v %}",
            "ItemSelector":{"n":"{% $states.context.Map.Item.Value + $sum($map([1..20000], function($x){ $x })) %}"},
            "ItemProcessor":{"StartAt":"P","States":{"P":{"Type":"Pass","End":true}}},"End":true})");
    const Json answer = map.input(R"({"v":[1,2,3]})").result("[1,2,3]").trace().answer();
    EXPECT_EQ(value_of(answer, "output"), json("[1,2,3]"));
    EXPECT_EQ(seen(answer, "afterItemSelector"),
              json(R"([{"n":200010001},{"n":200010002},{"n":200010003}])"));
}

TEST(TestState, AMapToleratesSoManyFailures) {
    const auto status = [](const std::string& tolerance, int failures) {
        return Trial(
                   R"({"Type":"Map",)" + tolerance +
                   R"("ItemProcessor":{"ProcessorConfig":{"Mode":"DISTRIBUTED","ExecutionType":"STANDARD"},
                         "StartAt":"P","States":{"P":{"Type":"Pass","End":true}}},"End":true})")
            .input("[1,2,3,4]")
            .result("[1,2,3,4]")
            .with("stateConfiguration",
                  R"({"mapIterationFailureCount":)" + std::to_string(failures) + "}")
            .answer()["status"];
    };
    EXPECT_EQ(status("", 4), "SUCCEEDED") << "recorded: map_state_failure_count, BASE_MAP_STATE";
    EXPECT_EQ(status(R"("ToleratedFailureCount":2,)", 2), "SUCCEEDED");
    EXPECT_EQ(status(R"("ToleratedFailureCount":2,)", 3), "FAILED");
    EXPECT_EQ(status(R"("ToleratedFailurePercentage":50,)", 2), "SUCCEEDED");
    EXPECT_EQ(status(R"("ToleratedFailurePercentage":50,)", 3), "FAILED");
}

std::string batched(const std::string& batcher, const std::string& fields) {
    return R"({"Type":"Map","ItemBatcher":)" + batcher + "," + fields +
           R"("ItemProcessor":{"ProcessorConfig":{"Mode":"DISTRIBUTED","ExecutionType":"STANDARD"},
                 "StartAt":"P","States":{"P":{"Type":"Pass","End":true}}},"End":true})";
}

// Developer Guide, "ItemBatcher (Map)".
TEST(TestState, ShowsTheBatchesOfAMap) {
    const auto batches = [](const std::string& definition, const std::string& input) {
        return seen(Trial(definition).input(input).result("[]").trace().answer(),
                    "afterItemBatcher");
    };
    EXPECT_EQ(batches(batched(R"({"MaxItemsPerBatch":2,"BatchInput":{"k.$":"$.k"}})",
                              R"("ItemsPath":"$.v",)"),
                      R"({"k":7,"v":[1,2,3]})"),
              json(R"([{"BatchInput":{"k":7},"Items":[1,2]},{"BatchInput":{"k":7},"Items":[3]}])"));
    EXPECT_EQ(batches(batched(R"({"MaxItemsPerBatchPath":"$.n"})",
                              R"("ItemsPath":"$.v","ItemSelector":{"i.$":"$$.Map.Item.Value"},)"),
                      R"({"n":2,"v":[1,2,3]})"),
              json(R"([{"Items":[{"i":1},{"i":2}]},{"Items":[{"i":3}]}])"));
    // Each of the texts takes 43 bytes with its comma, what stands around them 27.
    const std::string text(40, 'x');
    const Json by_size = batches(batched(R"({"MaxInputBytesPerBatch":120})", ""),
                                 write_json(Json{text, text, text, text, text}));
    ASSERT_EQ(by_size.size(), 3U);
    EXPECT_EQ(by_size[0]["Items"].size(), 2U);
    EXPECT_EQ(by_size[2]["Items"].size(), 1U);
    EXPECT_EQ(
        batches(batched(R"({"MaxItemsPerBatch":"{% $states.input.n %}",
                                  "BatchInput":{"k":"{% $states.input.k %}"}})",
                        R"("QueryLanguage":"JSONata","Items":"{% $states.input.v %}",)"),
                R"({"n":1,"k":"b","v":[1,2]})"),
        json(R"([{"BatchInput":{"k":"b"},"Items":[1]},{"BatchInput":{"k":"b"},"Items":[2]}])"));
}

TEST(TestState, ABatchOfNothingFailsTheMap) {
    const Json answer = Trial(batched(R"({"MaxItemsPerBatchPath":"$.n"})", R"("ItemsPath":"$.v",)"))
                            .input(R"({"n":0,"v":[1]})")
                            .result("[]")
                            .answer();
    EXPECT_EQ(answer["status"], "FAILED");
    EXPECT_THAT(answer["cause"].get<std::string>(),
                HasSubstr("MaxItemsPerBatch must be positive."));
}

struct ReaderCase {
    const char* name;
    const char* config;
    const char* data;
    const char* items;
};
class ItemReaderData : public testing::TestWithParam<ReaderCase> {};

TEST_P(ItemReaderData, AreTheItems) {
    const ReaderCase& c = GetParam();
    const Json answer =
        Trial(
            std::string(
                R"({"Type":"Map","ItemReader":{"Resource":"arn:aws:states:::s3:getObject","ReaderConfig":)") +
            c.config +
            R"(,"Parameters":{"Bucket":"b","Key":"k"}},"ItemSelector":{"v.$":"$$.Map.Item.Value"},
                  "ItemProcessor":{"ProcessorConfig":{"Mode":"DISTRIBUTED","ExecutionType":"STANDARD"},
                  "StartAt":"P","States":{"P":{"Type":"Pass","End":true}}},"End":true})")
            .result("[]")
            .with("stateConfiguration", write_json(Json{{"mapItemReaderData", c.data}}))
            .trace()
            .answer();
    Json want = Json::array();
    for (const Json& item : json(c.items)) want.push_back(Json{{"v", item}});
    EXPECT_EQ(seen(answer, "afterItemSelector"), want);
    const bool pointed = std::string_view(c.config).find("ItemsPointer") != std::string_view::npos;
    EXPECT_EQ(seen(answer, "afterItemsPointer"), pointed ? json(c.items) : Json());
}

INSTANTIATE_TEST_SUITE_P(
    Formats, ItemReaderData,
    testing::Values(
        ReaderCase{"Json", R"({"InputType":"JSON"})", "[1,{\"a\":2}]", R"([1,{"a":2}])"},
        ReaderCase{"JsonAtAPointer", R"({"InputType":"JSON","ItemsPointer":"/a/b"})",
                   R"({"a":{"b":[1]}})", "[1]"},
        ReaderCase{"JsonLines", R"({"InputType":"JSONL"})", "{\"a\":1}\n\n{\"a\":2}\n",
                   R"([{"a":1},{"a":2}])"},
        ReaderCase{"CsvWithHeaders", R"({"InputType":"CSV","CSVHeaderLocation":"FIRST_ROW"})",
                   "a,b\r\n1,\"x, \"\"y\"\"\"\n", R"([{"a":"1","b":"x, \"y\""}])"},
        ReaderCase{
            "CsvWithGivenHeaders",
            R"({"InputType":"CSV","CSVHeaderLocation":"GIVEN","CSVHeaders":["k","l"],"CSVDelimiter":"PIPE"})",
            "1|2\n3", R"([{"k":"1","l":"2"},{"k":"3","l":""}])"},
        ReaderCase{"MaxItems", R"({"InputType":"JSON","MaxItems":2})", "[1,2,3]", "[1,2]"}),
    [](const auto& test) { return std::string(test.param.name); });

TEST(TestState, MocksAParallelAndItsErrors) {
    const char* parallel =
        R"({"Type":"Parallel","Branches":[{"StartAt":"A","States":{"A":{"Type":"Pass","End":true}}}],
            "Catch":[{"ErrorEquals":["E"],"Next":"X"}],"ResultPath":"$.r","Next":"N"})";
    const Json answer = Trial(parallel).result("[5]").answer();
    EXPECT_EQ(value_of(answer, "output"), json(R"({"r":[5]})"));
    EXPECT_EQ(answer["nextState"], "N");
    const Json caught = Trial(parallel)
                            .fails("E", "")
                            .with("stateConfiguration", R"({"errorCausedByState":"A"})")
                            .answer();
    EXPECT_EQ(caught["status"], "CAUGHT_ERROR");
    EXPECT_EQ(caught["nextState"], "X");
}

TEST(TestState, TheContextObjectIsTheGivenOne) {
    const Json answer =
        Trial(
            R"({"Type":"Task","Resource":"arn:aws:states:::sqs:sendMessage.waitForTaskToken","End":true,
                "Parameters":{"QueueUrl":"q","MessageBody":{"t.$":"$$.Task.Token","c.$":"$$"}}})")
            .text("context", R"({"Task":{"Token":"T"},"State":{"RetryCount":3}})")
            .result(R"("done")")
            .trace()
            .answer();
    EXPECT_EQ(answer["output"], R"("done")");
    EXPECT_EQ(seen(answer, "afterParameters")["MessageBody"],
              json(R"({"t":"T","c":{"Task":{"Token":"T"},"State":{"RetryCount":3}}})"));
}

TEST(TestState, TheContextObjectNamesAnExpressExecution) {
    const Json context = value_of(
        Trial(R"({"Type":"Pass","Parameters":{"c.$":"$$"},"End":true})").input("[1]").answer(),
        "output")["c"];
    EXPECT_THAT(
        context["Execution"]["Id"].get<std::string>(),
        MatchesRegex("arn:aws:states:us-east-1:123456789012:express:[0-9a-f-]+:[0-9a-f-]+"));
    EXPECT_EQ(context["Execution"]["RoleArn"], Json());
    EXPECT_EQ(context["Execution"]["Input"], json("[1]"));
    EXPECT_EQ(context["State"]["Name"], "StateName");
}

TEST(TestState, ReadsAndAssignsVariables) {
    const Json answer =
        Trial(
            R"({"Type":"Pass","Parameters":{"s.$":"$a"},"Assign":{"b.$":"$.s","c":3},"End":true})")
            .text("variables", R"({"a":1,"b":2})")
            .trace()
            .answer();
    EXPECT_EQ(value_of(answer, "output"), json(R"({"s":1})"));
    EXPECT_EQ(seen(answer, "variables"), json(R"({"a":1,"b":1,"c":3})"));
}

TEST(TestState, ShowsNoVariablesWhereThereAreNone) {
    const Json answer = Trial(R"({"Type":"Succeed"})").text("variables", "{}").trace().answer();
    EXPECT_FALSE(answer["inspectionData"].contains("variables"));
}

struct RefusalCase {
    const char* name;
    Trial trial;
    const char* says;
};
class TestStateRefuses : public testing::TestWithParam<RefusalCase> {};

TEST_P(TestStateRefuses, InAwssWords) {
    EXPECT_THAT(GetParam().trial.refusal(), HasSubstr(GetParam().says));
}

constexpr const char* kPassMachine = R"({"StartAt":"A","States":{"A":{"Type":"Pass","End":true}}})";
constexpr const char* kMap =
    R"({"Type":"Map","End":true,"ItemProcessor":{"StartAt":"P","States":{"P":{"Type":"Pass","End":true}}}})";

INSTANTIATE_TEST_SUITE_P(
    Requests, TestStateRefuses,
    testing::Values(
        RefusalCase{
            "NotJson", Trial("oops"),
            "InvalidDefinition: Invalid State Machine Definition: 'INVALID_JSON_DESCRIPTION: "},
        RefusalCase{
            "NotAState", Trial("{}"),
            "InvalidDefinition: Invalid State Machine Definition: 'SCHEMA_VALIDATION_FAILED: "},
        RefusalCase{"AFieldTwice", Trial(R"({"Type":"Pass","Type":"Pass","End":true})"),
                    "Duplicate field 'Type'\n at [Source: (String)\"{\"Type\":\"Pass\""},
        RefusalCase{"TheStatesPlace", Trial(R"({"Type":"Parallel","Branches":[],"End":true})"),
                    "Value cannot be empty at /States/StateName/Branches"},
        RefusalCase{"UnknownState", Trial(kPassMachine).text("stateName", "B"),
                    "ValidationException: State not found in definition"},
        RefusalCase{"StateNameWithoutMachine",
                    Trial(R"({"Type":"Pass","End":true})").text("stateName", "StateName"),
                    "InvalidDefinition: "},
        RefusalCase{"TaskWithoutRole", Trial(kInvoke),
                    "ValidationException: RoleArn must be specified when testing a Task state"},
        RefusalCase{"NoRole", Trial(kInvoke).text("roleArn", "r"), "InvalidArn: "},
        RefusalCase{"Input", Trial(R"({"Type":"Succeed"})").input("{"), "InvalidExecutionInput: "},
        RefusalCase{"UnmockedMap", Trial(kMap),
                    "InvalidDefinition: TestState API does not support Map or Parallel states."},
        RefusalCase{
            "UnmockedToken",
            Trial(
                R"({"Type":"Task","Resource":"arn:aws:states:::sqs:sendMessage.waitForTaskToken",
                    "Parameters":{"QueueUrl":"q","MessageBody":"m"},"End":true})")
                .text("roleArn", std::string(kRole)),
            "InvalidDefinition: TestState API does not support"},
        RefusalCase{
            "MockedPass", Trial(R"({"Type":"Pass","End":true})").result("1"),
            "ValidationException: State type 'Pass' is not supported when a mock is specified"},
        RefusalCase{
            "MockedChoice",
            Trial(R"({"Type":"Choice","Choices":[{"Variable":"$","IsNull":true,"Next":"X"}]})")
                .result("1"),
            "ValidationException: State type 'Choice' is not supported when a mock is specified"},
        RefusalCase{"EmptyMock", Trial(kInvoke).with("mock", "{}"),
                    "ValidationException: A test mock should have only one of"},
        RefusalCase{"BothMocks", Trial(kInvoke).result("1").fails("E", "C"),
                    "ValidationException: A test mock should have only one of the following "
                    "fields: [result, errorOutput]."},
        RefusalCase{"MockNotJson", Trial(kInvoke).result("oops"),
                    "ValidationException: Mocked result must be valid JSON"},
        RefusalCase{"MapResult", Trial(kMap).result("{}"),
                    "ValidationException: Mocked result must be an array."},
        RefusalCase{"SecretsOfAMock", Trial(kInvoke).result("{}").with("revealSecrets", "true"),
                    "ValidationException: TestState does not support RevealSecrets when a mock is "
                    "specified."},
        RefusalCase{"FailuresWithoutMock",
                    Trial(kMap).with("stateConfiguration", R"({"mapIterationFailureCount":0})"),
                    "ValidationException: TestState does not support MapIterationFailureCount when "
                    "a mock is not specified."},
        RefusalCase{"ContextWithoutMock", Trial(kInvoke).text("context", "{}"),
                    "ValidationException: TestState does not support Context when a mock is not "
                    "specified."},
        RefusalCase{
            "CauseElsewhere",
            Trial(kMap).fails("E", "C").with("stateConfiguration", R"({"errorCausedByState":"Q"})"),
            "ValidationException: State not found in definition"},
        RefusalCase{
            "ContextField", Trial(kInvoke).result("{}").text("context", R"({"X":{}})"),
            "ValidationException: Invalid Context object provided: Field 'X' is not allowed"},
        RefusalCase{
            "ContextType", Trial(kInvoke).result("{}").text("context", R"({"Execution":{"Id":1}})"),
            "ValidationException: Invalid Context object provided: Execution.Id must be a string"},
        RefusalCase{"ContextMap", Trial(kInvoke).result("{}").text("context", R"({"Map":{}})"),
                    "'Map' field is not supported when mocking a Context object"},
        RefusalCase{"ContextToken",
                    Trial(kInvoke).result("{}").text("context", R"({"Task":{"Token":"t"}})"),
                    "Context object contains 'Task' when state is not a Task state with a '.sync' "
                    "or '.waitForTaskToken'"},
        RefusalCase{"Variables", Trial(kInvoke).result("{}").text("variables", "[1]"),
                    "ValidationException: Variables must be a valid JSON object"},
        RefusalCase{"Level", Trial(kInvoke).text("inspectionLevel", "LOUD"),
                    "Member must satisfy enum value set: [INFO, DEBUG, TRACE]"}),
    [](const auto& test) { return std::string(test.param.name); });

}  // namespace
}  // namespace stepwell::api
