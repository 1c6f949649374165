#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>
#include <thread>

#include "tests/api/service.hpp"

namespace stepwell::api {
namespace {

template <class Case>
std::string case_name(const testing::TestParamInfo<Case>& tested) {
    return tested.param.name;
}

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::MatchesRegex;
using testing::StartsWith;

std::string machine_body(std::string_view arn) { return object({{"stateMachineArn", arn}}); }
std::string execution_body(std::string_view arn) { return object({{"executionArn", arn}}); }
std::string start_body(std::string_view arn, std::string_view name, std::string_view input) {
    return object({{"stateMachineArn", arn}, {"name", name}, {"input", input}});
}
constexpr const char* kUuid = "[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}";

TEST(StartExecution, AnswersArnAndDate) {
    Service service;
    const std::string arn = service.create("m", kPass);
    const Json started = service.ask("StartExecution", start_body(arn, "x", "{}"));
    EXPECT_THAT(names_of(started), ElementsAre("executionArn", "startDate"));
    EXPECT_EQ(started.value("executionArn", ""), std::string(kArnPrefix) + "execution:m:x");
    EXPECT_TRUE(started["startDate"].is_number());
}

TEST(StartExecution, WithoutANameGetsAUuid) {
    Service service;
    const std::string arn = service.create("m", kPass);
    EXPECT_THAT(service.start(arn), MatchesRegex(std::string(kArnPrefix) + "execution:m:" + kUuid));
    EXPECT_NE(service.start(arn), service.start(arn));
}

TEST(StartExecution, IsRefusedWhereAsManyExecutionsRunAsMay) {
    Service service;
    const std::string machine = service.create("m", kPass);
    service.store.full = true;
    EXPECT_EQ(
        service.refusal("StartExecution", object({{"stateMachineArn", machine}, {"name", "x"}})),
        "ExecutionLimitExceeded: Execution Limit Exceeded: '" + std::string(kArnPrefix) +
            "execution:m:x'");
}

TEST(StartExecution, OfTheSameNameAndInputIsTheSameWhileItRuns) {
    Service service;
    const std::string arn = service.create("m", kWait);
    const Json first = service.ask("StartExecution", start_body(arn, "x", R"({"a":1})"));
    EXPECT_EQ(service.ask("StartExecution", start_body(arn, "x", R"({"a":1})")), first);
    const std::string refusal = "ExecutionAlreadyExists: Execution Already Exists: '" +
                                first.value("executionArn", "") + "'";
    // Inputs are compared as texts.
    EXPECT_EQ(service.refusal("StartExecution", start_body(arn, "x", R"({"a": 1})")), refusal);
    EXPECT_EQ(service.refusal("StartExecution", object({{"stateMachineArn", arn}, {"name", "x"}})),
              refusal);
    service.ask("StopExecution", execution_body(first.value("executionArn", "")));
    EXPECT_EQ(service.refusal("StartExecution", start_body(arn, "x", R"({"a":1})")), refusal);
}

TEST(StartExecution, OfTheSameNameByManyMakesOne) {
    Service service;
    const std::string arn = service.create("m", kWait);
    std::vector<std::future<Json>> starts;
    for (int i = 0; i < 4; ++i) {
        starts.push_back(std::async(std::launch::async, [&] {
            return service.ask("StartExecution", start_body(arn, "x", "{}"));
        }));
    }
    const Json first = starts[0].get();
    for (std::size_t i = 1; i < starts.size(); ++i) EXPECT_EQ(starts[i].get(), first);
    EXPECT_EQ(service.ask("ListExecutions", machine_body(arn))["executions"].size(), 1U);
}

struct RefusedInput {
    const char* name;
    const char* input;
    const char* message;
};
class InputIsRefused : public testing::TestWithParam<RefusedInput> {};
TEST_P(InputIsRefused, InTheServicesWords) {
    Service service;
    const std::string arn = service.create("m", kPass);
    EXPECT_EQ(service.refusal("StartExecution", start_body(arn, "x", GetParam().input)),
              std::string("InvalidExecutionInput: Invalid State Machine Execution Input: '") +
                  GetParam().message + "'");
}
INSTANTIATE_TEST_SUITE_P(
    StartExecution, InputIsRefused,
    testing::Values(RefusedInput{"Empty", "", "Invalid execution input."},
                    RefusedInput{"Blank", " \n", "Invalid execution input."},
                    RefusedInput{"Words", "not some json",
                                 "Unrecognized token 'not': was expecting (JSON String, Number, "
                                 "Array, Object or token 'null', "
                                 "'true' or 'false')"},
                    RefusedInput{"SingleQuotes", "{'not': 'json'",
                                 "Unexpected character (''' (code 39)): was expecting double-quote "
                                 "to start field name"}),
    case_name<RefusedInput>);

TEST(StartExecution, TakesAnyJsonAndKeepsItsText) {
    Service service;
    const std::string arn = service.create("m", kPass);
    for (const char* input : {"2", "\"some text\"", "null", "[1, 2]", R"({ "a" : 1.50 })"}) {
        const Json started =
            service.ask("StartExecution", object({{"stateMachineArn", arn}, {"input", input}}));
        EXPECT_EQ(service.await_end(started.value("executionArn", "")).value("input", ""), input);
    }
}

TEST(StartExecution, RefusesWhatIsNotThere) {
    Service service;
    const std::string arn = service.create("m", kPass);
    for (const std::string& other :
         {std::string(kArnPrefix) + "stateMachine:other", arn + ":1", arn + ":PROD"}) {
        EXPECT_EQ(service.refusal("StartExecution", machine_body(other)),
                  "StateMachineDoesNotExist: State Machine Does Not Exist: '" + other + "'");
    }
    EXPECT_EQ(
        service.refusal("StartExecution", machine_body(std::string(kArnPrefix) + "execution:m:x")),
        "InvalidArn: Invalid Arn: 'Resource type not valid in this context: execution'");
    EXPECT_THAT(service.refusal("StartExecution", machine_body(arn + "/label")),
                StartsWith("ValidationException: "));
    EXPECT_EQ(service.refusal("StartExecution", start_body(arn, "a b", "{}")),
              "InvalidName: Invalid Name: 'a b'");
}

TEST(StartExecution, OfAnExpressMachineIsNeverTheSame) {
    Service service;
    const std::string arn = service.create("m", kPass, "EXPRESS");
    const std::string first = service.start(arn, "x");
    const std::string second = service.start(arn, "x");
    EXPECT_NE(first, second);
    EXPECT_THAT(first, MatchesRegex(std::string(kArnPrefix) + "express:m:x:" + kUuid));
    for (const char* operation : {"DescribeExecution", "StopExecution", "GetExecutionHistory",
                                  "DescribeStateMachineForExecution"}) {
        EXPECT_EQ(service.refusal(operation, execution_body(first)),
                  "InvalidArn: Invalid Arn: 'Resource type not valid in this context: express'");
    }
    EXPECT_EQ(service.refusal("ListExecutions", machine_body(arn)),
              "StateMachineTypeNotSupported: This operation is not supported by this type of state "
              "machine");
}

TEST(StartSyncExecution, AnswersWhenItHasEnded) {
    Service service;
    const std::string arn = service.create("m", kPass, "EXPRESS");
    const Json ended = service.ask("StartSyncExecution", start_body(arn, "x", "{ }"));
    EXPECT_THAT(names_of(ended), ElementsAre("billingDetails", "executionArn", "input",
                                             "inputDetails", "name", "output", "outputDetails",
                                             "startDate", "stateMachineArn", "status", "stopDate"));
    EXPECT_EQ(ended.value("status", ""), "SUCCEEDED");
    EXPECT_EQ(ended.value("name", ""), "x");
    EXPECT_EQ(ended.value("input", ""), "{ }");
    EXPECT_EQ(ended.value("output", ""), R"({"a":1})");
    EXPECT_EQ(ended["outputDetails"], json(R"({"included":true})"));
    EXPECT_EQ(ended["billingDetails"]["billedMemoryUsedInMB"], 64);
    EXPECT_EQ(ended["billingDetails"]["billedDurationInMilliseconds"].get<int>() % 100, 0);
}

TEST(StartSyncExecution, ThatFailsIsAnsweredWith200) {
    Service service;
    const std::string arn = service.create("m", kFail, "EXPRESS");
    const Json ended = service.ask("StartSyncExecution", machine_body(arn));
    EXPECT_THAT(names_of(ended), ElementsAre("billingDetails", "cause", "error", "executionArn",
                                             "input", "inputDetails", "name", "outputDetails",
                                             "startDate", "stateMachineArn", "status", "stopDate"));
    EXPECT_EQ(ended.value("status", ""), "FAILED");
    EXPECT_EQ(ended.value("error", ""), "E");
    EXPECT_EQ(ended.value("cause", ""), "because");
    EXPECT_EQ(ended.value("input", ""), "{}");
}

TEST(StartSyncExecution, LeavesDataOutWhereOnlyMetadataIsAskedFor) {
    Service service;
    const std::string arn = service.create("m", kPass, "EXPRESS");
    const Json ended =
        service.ask("StartSyncExecution",
                    object({{"stateMachineArn", arn}, {"includedData", "METADATA_ONLY"}}));
    EXPECT_FALSE(ended.contains("input"));
    EXPECT_FALSE(ended.contains("output"));
    EXPECT_EQ(ended["inputDetails"], json(R"({"included":false})"));
}

TEST(StartSyncExecution, IsForExpressMachinesOnly) {
    Service service;
    const std::string arn = service.create("m", kPass);
    EXPECT_EQ(service.refusal("StartSyncExecution", machine_body(arn)),
              "StateMachineTypeNotSupported: This operation is not supported by this type of state "
              "machine");
}

TEST(StartSyncExecution, EndsWithItsClient) {
    Service service;
    const std::string arn = service.create("m", kWait, "EXPRESS");
    const Api::Cancel cancel = service.api.handle({"AWSStepFunctions.StartSyncExecution",
                                                   "application/x-amz-json-1.0",
                                                   {},
                                                   machine_body(arn),
                                                   "id"},
                                                  [](const Response&) {});
    ASSERT_TRUE(cancel);
    // A reader thread compiles the definition first; settle() waits for the runtime only.
    while (service.runtime.statistics().live_executions == 0) std::this_thread::yield();
    cancel();
    // The reader thread may still be on its way from the start to what cancels it, and does it
    // then.
    while (service.runtime.statistics().live_executions != 0) std::this_thread::yield();
    service.runtime.settle();
    EXPECT_EQ(service.runtime.statistics().live_executions, 0U);
}

TEST(DescribeExecution, OfOneThatSucceeded) {
    Service service;
    const std::string machine = service.create("m", kPass);
    const Json execution = service.await_end(service.start(machine, "x"));
    EXPECT_THAT(names_of(execution),
                ElementsAre("executionArn", "input", "inputDetails", "name", "output",
                            "outputDetails", "redriveCount", "redriveStatus", "redriveStatusReason",
                            "startDate", "stateMachineArn", "status", "stopDate"));
    EXPECT_EQ(execution.value("stateMachineArn", ""), machine);
    EXPECT_EQ(execution.value("output", ""), R"({"a":1})");
    EXPECT_EQ(execution["inputDetails"], json(R"({"included":true})"));
    EXPECT_EQ(execution["redriveCount"], 0);
    EXPECT_EQ(execution.value("redriveStatus", ""), "NOT_REDRIVABLE");
    EXPECT_EQ(execution.value("redriveStatusReason", ""),
              "Execution is SUCCEEDED and cannot be redriven");
}

TEST(DescribeExecution, OfOneThatFailed) {
    Service service;
    const std::string arn = service.start(service.create("m", kFail));
    const Json execution = service.await_end(arn);
    EXPECT_THAT(names_of(execution),
                ElementsAre("cause", "error", "executionArn", "input", "inputDetails", "name",
                            "redriveCount", "redriveStatus", "startDate", "stateMachineArn",
                            "status", "stopDate"));
    EXPECT_EQ(execution.value("status", ""), "FAILED");
    EXPECT_EQ(execution.value("redriveStatus", ""), "REDRIVABLE");
    service.clock.set_forward(std::chrono::hours(14 * 24 + 1));
    EXPECT_EQ(
        service.ask("DescribeExecution", execution_body(arn)).value("redriveStatusReason", ""),
        "Execution redrivable period exceeded");
}

TEST(DescribeExecution, OfOneThatRuns) {
    Service service;
    const std::string arn = service.start(service.create("m", kWait));
    const Json execution = service.ask("DescribeExecution", execution_body(arn));
    EXPECT_THAT(names_of(execution),
                ElementsAre("executionArn", "input", "inputDetails", "name", "redriveCount",
                            "redriveStatus", "redriveStatusReason", "startDate", "stateMachineArn",
                            "status"));
    EXPECT_EQ(execution.value("status", ""), "RUNNING");
    EXPECT_EQ(execution.value("redriveStatusReason", ""),
              "Execution is RUNNING and cannot be redriven");
}

TEST(DescribeExecution, KeepsTheTraceHeader) {
    Service service;
    const std::string machine = service.create("m", kPass);
    const Json started = service.ask(
        "StartExecution", object({{"stateMachineArn", machine}, {"traceHeader", "Root=1"}}));
    EXPECT_EQ(service.await_end(started.value("executionArn", "")).value("traceHeader", ""),
              "Root=1");
}

TEST(DescribeExecution, LeavesDataOutWhereOnlyMetadataIsAskedFor) {
    Service service;
    const std::string arn = service.run(service.create("m", kFail));
    const Json execution = service.ask(
        "DescribeExecution", object({{"executionArn", arn}, {"includedData", "METADATA_ONLY"}}));
    for (const char* member : {"input", "output", "error", "cause"})
        EXPECT_FALSE(execution.contains(member)) << member;
    EXPECT_EQ(execution["inputDetails"], json(R"({"included":false})"));
}

TEST(DescribeExecution, RefusesWhatIsNotThere) {
    Service service;
    const std::string arn = std::string(kArnPrefix) + "execution:m:x";
    for (const char* operation : {"DescribeExecution", "StopExecution", "GetExecutionHistory"}) {
        EXPECT_EQ(service.refusal(operation, execution_body(arn)),
                  "ExecutionDoesNotExist: Execution Does Not Exist: '" + arn + "'");
        EXPECT_EQ(service.refusal(operation, execution_body("x")),
                  "InvalidArn: Invalid Arn: 'Invalid ARN prefix: x'");
    }
}

TEST(StopExecution, EndsItWithErrorAndCause) {
    Service service;
    const std::string arn = service.start(service.create("m", kWait));
    const Json stopped = service.ask(
        "StopExecution", object({{"executionArn", arn}, {"error", "E"}, {"cause", "C"}}));
    EXPECT_THAT(names_of(stopped), ElementsAre("stopDate"));
    const Json execution = service.await_end(arn);
    EXPECT_EQ(execution.value("status", ""), "ABORTED");
    EXPECT_EQ(execution.value("error", ""), "E");
    EXPECT_EQ(execution.value("cause", ""), "C");
    EXPECT_EQ(execution["stopDate"], stopped["stopDate"]);
    // Stopped again, it was stopped when it was.
    EXPECT_EQ(service.ask("StopExecution", execution_body(arn)), stopped);
}

TEST(ListExecutions, AnswersTheNewestFirstPageByPage) {
    Service service;
    const std::string machine = service.create("m", kPass);
    std::vector<std::string> names;
    for (const char* name : {"a", "b", "c"}) service.run(machine, name);
    const Json all = service.ask("ListExecutions", machine_body(machine));
    EXPECT_THAT(names_of(all), ElementsAre("executions"));
    for (const Json& execution : all["executions"]) names.push_back(execution.value("name", ""));
    EXPECT_THAT(names, ElementsAre("c", "b", "a"));
    EXPECT_THAT(names_of(all["executions"][0]),
                ElementsAre("executionArn", "name", "redriveCount", "startDate", "stateMachineArn",
                            "status", "stopDate"));

    const std::string first_page = R"({"stateMachineArn":")" + machine + R"(","maxResults":2})";
    const Json first = service.ask("ListExecutions", first_page);
    EXPECT_EQ(first["executions"].size(), 2U);
    const std::string token = first.value("nextToken", "");
    const Json second =
        service.ask("ListExecutions", object({{"stateMachineArn", machine}, {"nextToken", token}}));
    ASSERT_EQ(second["executions"].size(), 1U);
    EXPECT_EQ(second["executions"][0], all["executions"][2]);
    EXPECT_FALSE(second.contains("nextToken"));
    // All other arguments must stay unchanged.
    EXPECT_EQ(service.refusal("ListExecutions", object({{"stateMachineArn", machine},
                                                        {"nextToken", token},
                                                        {"statusFilter", "SUCCEEDED"}})),
              "InvalidToken: Invalid Token: 'Invalid token'");
}

TEST(ListExecutions, OfOneStatus) {
    Service service;
    const std::string machine = service.create("m", kWait);
    const std::string arn = service.start(machine);
    const auto count = [&](std::string_view status) {
        return service
            .ask("ListExecutions",
                 object({{"stateMachineArn", machine}, {"statusFilter", status}}))["executions"]
            .size();
    };
    EXPECT_EQ(count("RUNNING"), 1U);
    EXPECT_EQ(count("ABORTED"), 0U);
    service.ask("StopExecution", execution_body(arn));
    EXPECT_EQ(count("RUNNING"), 0U);
    EXPECT_EQ(count("ABORTED"), 1U);
    EXPECT_EQ(count("SUCCEEDED"), 0U);
}

TEST(ListExecutions, RefusesWhatDoesNotFit) {
    Service service;
    const std::string machine = service.create("m", kPass);
    const std::string run =
        std::string(kArnPrefix) + "mapRun:m/label:4e6bd6f4-4e6b-4e6b-8e6b-4e6bd6f44e6b";
    const std::string other = std::string(kArnPrefix) + "stateMachine:other";
    EXPECT_EQ(service.refusal("ListExecutions", machine_body(other)),
              "StateMachineDoesNotExist: State Machine Does Not Exist: '" + other + "'");
    EXPECT_THAT(service.refusal("ListExecutions", "{}"), StartsWith("ValidationException: "));
    EXPECT_THAT(service.refusal("ListExecutions",
                                object({{"stateMachineArn", machine}, {"mapRunArn", run}})),
                StartsWith("ValidationException: "));
    EXPECT_THAT(service.refusal("ListExecutions", object({{"stateMachineArn", machine},
                                                          {"statusFilter", "PENDING_REDRIVE"}})),
                StartsWith("ValidationException: "));
    EXPECT_THAT(service.refusal("ListExecutions", object({{"stateMachineArn", machine},
                                                          {"redriveFilter", "REDRIVEN"}})),
                StartsWith("ValidationException: "));
    EXPECT_EQ(service.refusal("ListExecutions", object({{"mapRunArn", run}})),
              "ResourceNotFound: Request references a resource that does not exist.");
    EXPECT_EQ(service.refusal("ListExecutions", object({{"mapRunArn", machine}})),
              "InvalidArn: Invalid Arn: 'Resource type not valid in this context: stateMachine'");
}

}  // namespace
}  // namespace stepwell::api
