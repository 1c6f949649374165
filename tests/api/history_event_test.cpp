#include "api/history_event.hpp"

#include <gtest/gtest.h>

namespace stepwell::api {
namespace {

template <class Case>
std::string case_name(const testing::TestParamInfo<Case>& tested) {
    return tested.param.name;
}

std::string shown(EventType type, EventDetails details,
                  ExecutionData data = ExecutionData::include) {
    HistoryEvent event{2, 1, TimePoint(Milliseconds(1'700'000'000'123)), type, std::move(details)};
    std::string out;
    append_history_event(out, event, data);
    return out;
}

/// What stands behind the members that every event has.
struct EventCase {
    const char* name;
    EventType type;
    EventDetails details;
    const char* with_data;
    const char* without_data;
};

const Payload kPayload = Payload::from_text(R"({"a" : 1})");

class HistoryEventIsShown : public testing::TestWithParam<EventCase> {};

TEST_P(HistoryEventIsShown, AsTheApiModelShapesIt) {
    const EventCase& c = GetParam();
    const std::string head = R"({"timestamp":1700000000.123,"type":")" +
                             std::string(event_type_name(c.type)) +
                             R"(","id":2,"previousEventId":1)";
    EXPECT_EQ(shown(c.type, c.details), head + c.with_data + "}");
    EXPECT_EQ(shown(c.type, c.details, ExecutionData::leave_out), head + c.without_data + "}");
}

INSTANTIATE_TEST_SUITE_P(
    Details, HistoryEventIsShown,
    testing::Values(
        EventCase{
            "ExecutionStarted", EventType::execution_started,
            ExecutionStartedDetails{kPayload, "role", "", ""},
            R"(,"executionStartedEventDetails":{"input":"{\"a\" : 1}","inputDetails":{"truncated":false},"roleArn":"role"})",
            R"(,"executionStartedEventDetails":{"roleArn":"role"})"},
        EventCase{
            "ExecutionSucceeded", EventType::execution_succeeded, OutputDetails{kPayload},
            R"(,"executionSucceededEventDetails":{"output":"{\"a\" : 1}","outputDetails":{"truncated":false}})",
            R"(,"executionSucceededEventDetails":{})"},
        EventCase{"ExecutionFailed", EventType::execution_failed, FailureDetails{"E", "C"},
                  R"(,"executionFailedEventDetails":{"error":"E","cause":"C"})",
                  R"(,"executionFailedEventDetails":{"error":"E","cause":"C"})"},
        EventCase{"ExecutionAborted", EventType::execution_aborted, FailureDetails{},
                  R"(,"executionAbortedEventDetails":{})", R"(,"executionAbortedEventDetails":{})"},
        EventCase{
            "StateEntered", EventType::pass_state_entered, StateEnteredDetails{"S", kPayload},
            R"(,"stateEnteredEventDetails":{"name":"S","input":"{\"a\" : 1}","inputDetails":{"truncated":false}})",
            R"(,"stateEnteredEventDetails":{"name":"S"})"},
        EventCase{
            "StateExited", EventType::pass_state_exited, StateExitedDetails{"S", kPayload},
            R"(,"stateExitedEventDetails":{"name":"S","output":"{\"a\" : 1}","outputDetails":{"truncated":false}})",
            R"(,"stateExitedEventDetails":{"name":"S"})"},
        EventCase{
            "StateExitedWithVariables", EventType::pass_state_exited,
            StateExitedDetails{"S", kPayload, {{"n", Payload(Json(1))}, {"x", kPayload}}},
            R"(,"stateExitedEventDetails":{"name":"S","output":"{\"a\" : 1}","outputDetails":{"truncated":false},"assignedVariables":{"n":"1","x":"{\"a\" : 1}"},"assignedVariablesDetails":{"truncated":false}})",
            R"(,"stateExitedEventDetails":{"name":"S"})"},
        EventCase{
            "EvaluationFailed", EventType::evaluation_failed,
            EvaluationFailedDetails{"S", "E", "c", "Output/a"},
            R"(,"evaluationFailedEventDetails":{"state":"S","error":"E","cause":"c","location":"Output/a"})",
            R"(,"evaluationFailedEventDetails":{"state":"S","error":"E","cause":"c","location":"Output/a"})"},
        EventCase{
            "LambdaScheduled", EventType::lambda_function_scheduled,
            LambdaScheduledDetails{"arn", kPayload, 5, "r"},
            R"(,"lambdaFunctionScheduledEventDetails":{"resource":"arn","input":"{\"a\" : 1}","inputDetails":{"truncated":false},"timeoutInSeconds":5,"taskCredentials":{"roleArn":"r"}})",
            R"(,"lambdaFunctionScheduledEventDetails":{"resource":"arn","timeoutInSeconds":5,"taskCredentials":{"roleArn":"r"}})"},
        EventCase{"LambdaStarted", EventType::lambda_function_started, NoDetails{}, "", ""},
        EventCase{
            "TaskScheduled", EventType::task_scheduled,
            TaskScheduledDetails{"lambda", "invoke", "us-east-1", kPayload, std::nullopt, 7, ""},
            R"(,"taskScheduledEventDetails":{"resourceType":"lambda","resource":"invoke","region":"us-east-1","parameters":"{\"a\" : 1}","heartbeatInSeconds":7})",
            R"(,"taskScheduledEventDetails":{"resourceType":"lambda","resource":"invoke","region":"us-east-1","heartbeatInSeconds":7})"},
        EventCase{"TaskStarted", EventType::task_started, TaskDetails{"lambda", "invoke"},
                  R"(,"taskStartedEventDetails":{"resourceType":"lambda","resource":"invoke"})",
                  R"(,"taskStartedEventDetails":{"resourceType":"lambda","resource":"invoke"})"},
        EventCase{
            "TaskSucceeded", EventType::task_succeeded,
            TaskOutputDetails{"lambda", "invoke", kPayload},
            R"(,"taskSucceededEventDetails":{"resourceType":"lambda","resource":"invoke","output":"{\"a\" : 1}","outputDetails":{"truncated":false}})",
            R"(,"taskSucceededEventDetails":{"resourceType":"lambda","resource":"invoke"})"},
        EventCase{
            "TaskTimedOut", EventType::task_timed_out,
            TaskFailureDetails{"lambda", "invoke", "States.Timeout", {}},
            R"(,"taskTimedOutEventDetails":{"resourceType":"lambda","resource":"invoke","error":"States.Timeout"})",
            R"(,"taskTimedOutEventDetails":{"resourceType":"lambda","resource":"invoke","error":"States.Timeout"})"},
        EventCase{"MapStateStarted", EventType::map_state_started, MapStartedDetails{3},
                  R"(,"mapStateStartedEventDetails":{"length":3})",
                  R"(,"mapStateStartedEventDetails":{"length":3})"},
        EventCase{"MapIterationStarted", EventType::map_iteration_started,
                  MapIterationDetails{"M", 0},
                  R"(,"mapIterationStartedEventDetails":{"name":"M","index":0})",
                  R"(,"mapIterationStartedEventDetails":{"name":"M","index":0})"},
        EventCase{"ParallelStateStarted", EventType::parallel_state_started, NoDetails{}, "", ""}),
    case_name<EventCase>);

}  // namespace
}  // namespace stepwell::api
