// States whose query language is JSONata, played by hand: what their fields come to, what history
// says of it, and how they fail.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/engine/machine/drive.hpp"

namespace stepwell::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr const char* kLambda = "arn:aws:lambda:us-east-1:123456789012:function:f";

/// A JSONata machine of these states, beginning with `S`.
std::string machine(const std::string& states) {
    return R"({"QueryLanguage":"JSONata","StartAt":"S","States":{)" + states + "}}";
}
/// Of one state `S`, which ends it.
std::string one(const std::string& members) {
    return machine(R"("S":{"End":true,)" + members + "}");
}
std::string failure_of(const Drive& drive) {
    const Failure& failure = drive.execution->failure;
    return failure.error.value_or("-") + ": " + failure.cause.value_or("-");
}
/// The failure of state `S`, entered as event 2.
std::string in_s(const std::string& what) {
    return "States.QueryEvaluationError: An error occurred while executing the state 'S' (entered "
           "at the event id #2). " +
           what;
}
const EvaluationFailedDetails& evaluation_failed(const Drive& drive) {
    for (const Entry& entry : drive.journal) {
        if (!entry.event) continue;
        if (const auto* found = std::get_if<EvaluationFailedDetails>(&entry.event->details))
            return *found;
    }
    throw std::out_of_range("no EvaluationFailed");
}

struct Given {
    const char* name;
    const char* state;
    const char* input;
    const char* output;
};
class JsonataState : public testing::TestWithParam<Given> {};

TEST_P(JsonataState, Gives) {
    Drive drive(one(GetParam().state), GetParam().input, Cut::after_every_step);
    drive.run_to_end();
    EXPECT_EQ(drive.output(), GetParam().output) << failure_of(drive);
}
INSTANTIATE_TEST_SUITE_P(
    Fields, JsonataState,
    testing::Values(
        Given{"ItsInput", R"("Type":"Pass")", R"({"a":1})", R"({"a":1})"},
        Given{"Literals", R"("Type":"Pass","Output":{"a":["$.x",null],"b.$":"$"})", "{}",
              R"({"a":["$.x",null],"b.$":"$"})"},
        Given{"ExpressionsAtAnyDepth",
              R"("Type":"Pass","Output":{"z":[{"y":"{% $states.input.a + 1 %}"},"{% 'x' %}"]})",
              R"({"a":1})", R"({"z":[{"y":2},"x"]})"},
        Given{"AWholeExpression", R"("Type":"Pass","Output":"{%$states.input.a%}")", R"({"a":[3]})",
              "[3]"},
        Given{"TheContext", R"("Type":"Pass","Output":"{% $states.context.State.Name %}")", "{}",
              "\"S\""},
        Given{"MapOfItems",
              R"("Type":"Map","Items":"{% $states.input.a %}","ItemSelector":
                 {"i":"{% $states.context.Map.Item.Index %}","v":"{% $states.context.Map.Item.Value %}",
                  "all":"{% $count($states.input.a) %}"},"MaxConcurrency":"{% 1 %}","ItemProcessor":{
                 "StartAt":"I","States":{"I":{"Type":"Pass","End":true}}})",
              R"({"a":["x","y"]})", R"([{"i":0,"v":"x","all":2},{"i":1,"v":"y","all":2}])"},
        Given{"MapOfItsInput",
              R"("Type":"Map","ItemProcessor":{"StartAt":"I","States":{
                 "I":{"Type":"Pass","Output":"{% $states.input * 2 %}","End":true}}},
                 "Output":"{% $sum($states.result) %}")",
              "[1,2,3]", "12"},
        Given{
            "ParallelWithArguments",
            R"("Type":"Parallel","Arguments":{"n":"{% $states.input.a %}"},"Branches":[{"StartAt":"I",
                 "States":{"I":{"Type":"Pass","End":true}}}],"Output":{"r":"{% $states.result %}","i":"{% $states.input %}"})",
            R"({"a":1})", R"({"r":[{"n":1}],"i":{"a":1}})"},
        Given{"WaitOfComputedLength",
              R"("Type":"Wait","Seconds":"{% $states.input.s %}","Output":"{% 'waited' %}")",
              R"({"s":3})", "\"waited\""},
        Given{"WaitUntilAComputedTime",
              R"("Type":"Wait","Timestamp":"{% '2016-03-14T01:59:00Z' %}")", "{}", "{}"}),
    [](const auto& c) { return c.param.name; });

struct Broken {
    const char* name;
    const char* state;
    const char* input;
    const char* cause;
    const char* location;
};
class JsonataFailure : public testing::TestWithParam<Broken> {};

TEST_P(JsonataFailure, IsRecordedWithItsPlace) {
    Drive drive(one(GetParam().state), GetParam().input, Cut::after_every_step);
    drive.run_to_end();
    EXPECT_EQ(failure_of(drive), in_s(GetParam().cause));
    EXPECT_EQ(evaluation_failed(drive).location, GetParam().location);
    EXPECT_EQ(evaluation_failed(drive).state, "S");
}
INSTANTIATE_TEST_SUITE_P(
    Fields, JsonataFailure,
    testing::Values(
        Broken{"Undefined", R"("Type":"Pass","Output":{"a":["{% $none %}"]})", "{}",
               "The JSONata expression '$none' specified for the field 'Output/a[0]' returned "
               "nothing (undefined).",
               "Output/a[0]"},
        Broken{"Thrown", R"("Type":"Pass","Assign":{"x":"{% $none() %}"})", "{}",
               "The JSONata expression '$none()' specified for the field 'Assign/x' threw an error "
               "during evaluation. T1006: Attempted to invoke a non-function",
               "Assign/x"},
        Broken{
            "AFunction", R"("Type":"Pass","Output":"{% function($x){$x} %}")", "{}",
            "The JSONata expression 'function($x){$x}' specified for the field 'Output' returned "
            "an unsupported result type.",
            "Output"},
        Broken{
            "ItemsOfAnotherType",
            R"("Type":"Map","Items":"{% 1 %}","ItemProcessor":{"StartAt":"I","States":{"I":{"Type":"Succeed"}}})",
            "{}",
            "The JSONata expression '1' specified for the field 'Items' returned an unexpected "
            "result type. Expected 'array', but was 'number' for value: 1",
            "Items"},
        Broken{"MapOfWhatIsNoArray",
               R"("Type":"Map","ItemProcessor":{"StartAt":"I","States":{"I":{"Type":"Succeed"}}})",
               R"("text")", "Map state input must be an array but was: \"text\"", ""},
        Broken{
            "NegativeConcurrency",
            R"("Type":"Map","Items":[1],"MaxConcurrency":"{% -1 %}","ItemProcessor":{"StartAt":"I","States":{"I":{"Type":"Succeed"}}})",
            "{}", "MaxConcurrency cannot be negative.", "MaxConcurrency"},
        Broken{"NoTimestamp", R"("Type":"Wait","Timestamp":"{% 'soon' %}")", "{}",
               "The Timestamp field cannot be parsed as an ISO-8601 extended offset date-time "
               "format string: soon",
               "Timestamp"},
        Broken{"NoSeconds", R"("Type":"Wait","Seconds":"{% 'soon' %}")", "{}",
               "The JSONata expression ''soon'' specified for the field 'Seconds' returned an "
               "unexpected result type. Expected 'number', but was 'string' for value: \"soon\"",
               "Seconds"}),
    [](const auto& c) { return c.param.name; });

TEST(JsonataChoice, TakesTheFirstConditionThatIsTrueWithItsOutputAndAssign) {
    const std::string definition = machine(
        R"("S":{"Type":"Choice","Default":"E","Output":"{% 'default' %}","Assign":{"by":"default"},"Choices":[
             {"Condition":"{% $states.input.n = 1 %}","Next":"E","Output":"{% 'first' %}"},
             {"Condition":true,"Next":"E","Assign":{"by":"{% 'second' %}"}}]},
           "E":{"Type":"Pass","Output":{"in":"{% $states.input %}","by":"{% $exists($by) ? $by : 'none' %}"},"End":true})");
    EXPECT_EQ(Drive(definition, R"({"n":1})").run_to_end().output(),
              R"({"in":"first","by":"none"})");
    EXPECT_EQ(Drive(definition, R"({"n":2})").run_to_end().output(),
              R"({"in":{"n":2},"by":"second"})");
}

TEST(JsonataChoice, UsesItsOwnOutputAndAssignForTheDefault) {
    Drive drive(machine(
        R"("S":{"Type":"Choice","Default":"E","Output":"{% 'default' %}","Assign":{"by":"default"},"Choices":[
             {"Condition":"{% false %}","Next":"E"}]},
           "E":{"Type":"Pass","Output":"{% $states.input & $by %}","End":true})"));
    EXPECT_EQ(drive.run_to_end().output(), "\"defaultdefault\"");
}

TEST(JsonataChoice, NeedsBooleans) {
    Drive drive(machine(
        R"("S":{"Type":"Choice","Choices":[{"Condition":"{% false %}","Next":"E"},{"Condition":"{% 'yes' %}","Next":"E"}]},
           "E":{"Type":"Succeed"})"));
    drive.run_to_end();
    EXPECT_EQ(evaluation_failed(drive).location, "Choices[1]/Condition");
    EXPECT_THAT(failure_of(drive), HasSubstr("Expected 'boolean', but was 'string'"));
}

TEST(JsonataFail, HasComputedErrorAndCause) {
    Drive drive(
        machine(R"("S":{"Type":"Fail","Error":"{% 'E' & $states.input.n %}","Cause":"literal"})"),
        R"({"n":1})");
    drive.run_to_end();
    EXPECT_EQ(failure_of(drive), "E1: literal");
    EXPECT_THAT(drive.history(), ElementsAre("1 0 ExecutionStarted", "2 0 FailStateEntered S",
                                             "3 2 ExecutionFailed E1"));
}

TEST(JsonataTask, HasComputedArgumentsTimesAndRole) {
    Drive drive(one(R"("Type":"Task","Resource":"arn:aws:states:::lambda:invoke.waitForTaskToken",
        "Arguments":{"FunctionName":"f","Payload":{"t":"{% $states.context.Task.Token %}","v":"{% $states.input %}"}},
        "TimeoutSeconds":"{% 20 + 1 %}","HeartbeatSeconds":"{% 7 %}","Credentials":{"RoleArn":"{% 'r' %}"},
        "Output":{"result":"{% $states.result.v %}"})"),
                R"({"a":1})");
    drive.answer = [](const TaskCall& call) { return TaskResult(Payload(call.input)); };
    drive.begin();
    const auto& details = std::get<TaskScheduledDetails>(drive.event(3).details);
    EXPECT_EQ(details.timeout_in_seconds, 21);
    EXPECT_EQ(details.heartbeat_in_seconds, 7);
    EXPECT_EQ(details.credentials_role_arn, "r");
    const StartTask& call = drive.all_calls.at(0);
    EXPECT_EQ(details.parameters.value().at("Payload").at("t").get<std::string>(), call.call.token);
    drive.deliver(TokenCame{call.frame, call.scheduled, Payload::from_text(R"({"v":5})")});
    EXPECT_EQ(drive.output(), R"({"result":5})");
}

TEST(JsonataCatch, SeesTheErrorOutputAndAssignsInTheStatesScope) {
    Drive drive(machine(std::string(R"("S":{"Type":"Task","Resource":")") + kLambda +
                        R"(","End":true,"Catch":[{"ErrorEquals":["States.ALL"],"Next":"E",
              "Output":{"was":"{% $states.errorOutput.Error %}","in":"{% $states.input %}"},
              "Assign":{"why":"{% $states.errorOutput.Cause %}"}}]},
           "E":{"Type":"Pass","Output":[ "{% $states.input %}","{% $why %}" ],"End":true})"),
                "1", Cut::after_every_step);
    drive.answer = [](const TaskCall&) { return TaskResult(StateError{"Broke", "badly"}); };
    drive.run_to_end();
    EXPECT_EQ(drive.output(), R"([{"was":"Broke","in":1},"badly"])");
}

TEST(JsonataCatch, TakesAFailedEvaluationButNotItsOwn) {
    const auto definition = [](const std::string& output) {
        return machine(std::string(R"("S":{"Type":"Task","Resource":")") + kLambda +
                       R"(","Arguments":"{% $none %}","End":true,"Catch":[
                {"ErrorEquals":["States.QueryEvaluationError"],"Next":"E","Output":)" +
                       output +
                       R"(},{"ErrorEquals":["States.ALL"],"Next":"E"}]},"E":{"Type":"Succeed"})");
    };
    Drive caught(definition(R"("{% $states.errorOutput.Error %}")"));
    caught.run_to_end();
    EXPECT_EQ(caught.output(), "\"States.QueryEvaluationError\"");
    EXPECT_THAT(caught.history(),
                ElementsAre("1 0 ExecutionStarted", "2 0 TaskStateEntered S",
                            "3 0 EvaluationFailed Arguments", "4 3 TaskStateExited S",
                            "5 4 SucceedStateEntered E", "6 5 SucceedStateExited E",
                            "7 6 ExecutionSucceeded"));
    Drive broken(definition(R"("{% $none %}")"));
    broken.run_to_end();
    EXPECT_EQ(broken.execution->status, ExecutionStatus::failed);
    EXPECT_THAT(failure_of(broken), HasSubstr("the field 'Catch[0]/Output'"));
}

TEST(EvaluationFailed, OfAMapIsFollowedByMapStateFailed) {
    Drive drive(one(
        R"("Type":"Map","Items":"{% 1 %}","ItemProcessor":{"StartAt":"I","States":{"I":{"Type":"Succeed"}}})"));
    drive.run_to_end();
    EXPECT_THAT(drive.history(), ElementsAre("1 0 ExecutionStarted", "2 0 MapStateEntered S",
                                             "3 0 EvaluationFailed Items", "4 3 MapStateFailed",
                                             "5 4 ExecutionFailed States.QueryEvaluationError"));
}

TEST(EvaluationFailed, OfAnItemFailsTheMap) {
    Drive drive(one(
        R"("Type":"Map","Items":[1],"ItemProcessor":{"StartAt":"I","States":{"I":{"Type":"Pass","Output":"{% $none %}","End":true}}})"));
    drive.run_to_end();
    EXPECT_THAT(
        drive.history(),
        ElementsAre("1 0 ExecutionStarted", "2 0 MapStateEntered S", "3 2 MapStateStarted",
                    "4 3 MapIterationStarted 0", "5 4 PassStateEntered I",
                    "6 4 EvaluationFailed Output", "7 6 MapIterationFailed 0", "8 6 MapStateFailed",
                    "9 8 ExecutionFailed States.QueryEvaluationError"));
}

TEST(EvaluationFailed, OfAWaitHangsOnItsEntry) {
    Drive drive(one(R"("Type":"Wait","Seconds":"{% $none %}")"));
    drive.run_to_end();
    EXPECT_THAT(drive.history(), ElementsAre("1 0 ExecutionStarted", "2 0 WaitStateEntered S",
                                             "3 2 EvaluationFailed Seconds",
                                             "4 3 ExecutionFailed States.QueryEvaluationError"));
}

TEST(JsonataVariables, AreThoseOfJsonPathStatesToo) {
    Drive drive(
        R"({"StartAt":"A","States":{"A":{"Type":"Pass","Assign":{"x":{"y":1}},"Next":"B"},
           "B":{"Type":"Pass","QueryLanguage":"JSONata","Assign":{"z":"{% $x.y + 1 %}"},"Next":"C"},
           "C":{"Type":"Pass","Parameters":{"z.$":"$z"},"End":true}}})",
        "{}", Cut::after_every_step);
    EXPECT_EQ(drive.run_to_end().output(), R"({"z":2})");
}

TEST(JsonataFolding, EvaluatesNothingAgain) {
    // Random values are as they were, though every Step is folded from its journal.
    const std::string definition = machine(
        R"("S":{"Type":"Pass","Assign":{"id":"{% $uuid() %}","n":"{% $random() %}"},"Next":"W"},
           "W":{"Type":"Wait","Seconds":5,"Next":"E"},
           "E":{"Type":"Pass","Output":["{% $id %}","{% $n %}"],"End":true})");
    Drive uncut(definition);
    Drive cut(definition, "{}", Cut::after_every_step);
    const std::string output = uncut.run_to_end().output();
    EXPECT_EQ(output.size() > 40, true);
    EXPECT_EQ(cut.run_to_end().output(), output);
}

}  // namespace
}  // namespace stepwell::test
