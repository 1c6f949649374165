#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/api/service.hpp"

namespace stepwell::api {
namespace {

constexpr std::string_view kCallback =
    R"({"StartAt":"T","States":{"T":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke.waitForTaskToken",)"
    R"("Parameters":{"FunctionName":"f","Payload":{"token.$":"$$.Task.Token"}},"End":true}}})";

/// An execution that waits for a token.
class TaskToken : public testing::Test {
protected:
    Service service;
    std::string arn = service.start(service.create("m", kCallback));
    std::string token = service.tasks.token();
};

TEST_F(TaskToken, SuccessIsTheTasksOutput) {
    service.ask("SendTaskHeartbeat", object({{"taskToken", token}}));
    EXPECT_TRUE(
        service.ask("SendTaskSuccess", object({{"taskToken", token}, {"output", R"({"done": 1})"}}))
            .empty());
    const Json execution = service.await_end(arn);
    EXPECT_EQ(execution.value("status", ""), "SUCCEEDED");
    EXPECT_EQ(json(execution.value("output", "")), json(R"({"done":1})"));
}

TEST_F(TaskToken, FailureIsTheTasksError) {
    EXPECT_TRUE(
        service
            .ask("SendTaskFailure", object({{"taskToken", token}, {"error", "E"}, {"cause", "C"}}))
            .empty());
    const Json execution = service.await_end(arn);
    EXPECT_EQ(execution.value("status", ""), "FAILED");
    EXPECT_EQ(execution.value("error", ""), "E");
    EXPECT_EQ(execution.value("cause", ""), "C");
}

TEST_F(TaskToken, OfATaskThatIsOverIsRefused) {
    service.ask("SendTaskSuccess", object({{"taskToken", token}, {"output", "1"}}));
    const std::string refusal =
        "TaskTimedOut: Task Timed Out: 'Provided task does not exist anymore'";
    EXPECT_EQ(service.refusal("SendTaskSuccess", object({{"taskToken", token}, {"output", "1"}})),
              refusal);
    EXPECT_EQ(service.refusal("SendTaskFailure", object({{"taskToken", token}})), refusal);
    EXPECT_EQ(service.refusal("SendTaskHeartbeat", object({{"taskToken", token}})), refusal);
}

TEST_F(TaskToken, OfAnExecutionThatIsGoneIsRefused) {
    service.ask("StopExecution", object({{"executionArn", arn}}));
    service.ask("DeleteStateMachine",
                object({{"stateMachineArn", std::string(kArnPrefix) + "stateMachine:m"}}));
    service.runtime.settle();
    EXPECT_EQ(service.refusal("SendTaskHeartbeat", object({{"taskToken", token}})),
              "TaskDoesNotExist: Task Does Not Exist: 'Provided task does not exist anymore'");
}

TEST_F(TaskToken, ThatIsForgedIsRefused) {
    const std::string refusal = "InvalidToken: Invalid Token: 'Invalid token'";
    EXPECT_EQ(
        service.refusal("SendTaskSuccess", object({{"taskToken", "forged"}, {"output", "1"}})),
        refusal);
    EXPECT_EQ(service.refusal("SendTaskFailure", object({{"taskToken", "forged"}})), refusal);
    EXPECT_EQ(service.refusal("SendTaskHeartbeat", object({{"taskToken", "forged"}})), refusal);
}

TEST_F(TaskToken, OutputMustBeJson) {
    EXPECT_EQ(
        service.refusal("SendTaskSuccess", object({{"taskToken", token}, {"output", "not json"}})),
        "InvalidOutput: Invalid Output: 'Unrecognized token 'not': was expecting (JSON String, "
        "Number, Array, "
        "Object or token 'null', 'true' or 'false')'");
    EXPECT_THAT(service.refusal("SendTaskSuccess", object({{"taskToken", token}, {"output", ""}})),
                testing::StartsWith("InvalidOutput: "));
}

}  // namespace
}  // namespace stepwell::api
