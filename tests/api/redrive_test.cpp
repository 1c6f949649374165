#include <gmock/gmock.h>

#include "tests/api/service.hpp"

// RedriveExecution, and what the other operations say of it. API Reference; Developer Guide,
// "Restarting state machine executions with redrive".
namespace stepwell::api {
namespace {

using testing::ElementsAre;
using testing::StartsWith;

std::string body_of(const std::string& arn, const std::string& token = {}) {
    return R"({"executionArn":")" + arn + '"' +
           (token.empty() ? "" : R"(,"clientToken":")" + token + '"') + '}';
}

TEST(RedriveExecution, IsRefusedWhereAsManyExecutionsRunAsMay) {
    Service service;
    const std::string arn = service.start(service.create("m", kWait), "x");
    service.ask("StopExecution", body_of(arn));
    service.store.full = true;
    EXPECT_EQ(service.refusal("RedriveExecution", body_of(arn)),
              "ExecutionLimitExceeded: Execution Limit Exceeded: '" + arn + "'");
    EXPECT_EQ(service.ask("DescribeExecution", body_of(arn)).value("status", ""), "ABORTED");
    service.store.full = false;
    service.ask("RedriveExecution", body_of(arn));
    EXPECT_EQ(service.ask("DescribeExecution", body_of(arn)).value("status", ""), "RUNNING");
}

TEST(RedriveExecution, OpensAStoppedExecutionAgain) {
    Service service;
    const std::string machine = service.create("m", kWait);
    const std::string arn = service.start(machine, "x");
    service.ask("StopExecution", body_of(arn));
    const Json redriven = service.ask("RedriveExecution", body_of(arn));
    EXPECT_THAT(names_of(redriven), ElementsAre("redriveDate"));
    const Json execution = service.ask("DescribeExecution", body_of(arn));
    EXPECT_THAT(names_of(execution),
                ElementsAre("executionArn", "input", "inputDetails", "name", "redriveCount",
                            "redriveDate", "redriveStatus", "redriveStatusReason", "startDate",
                            "stateMachineArn", "status"));
    EXPECT_EQ(execution.value("status", ""), "RUNNING");
    EXPECT_EQ(execution["redriveCount"], 1);
    EXPECT_EQ(execution["redriveDate"], redriven["redriveDate"]);
    EXPECT_EQ(execution.value("redriveStatusReason", ""),
              "Execution is RUNNING and cannot be redriven");
    const Json listed = service.ask(
        "ListExecutions", R"({"stateMachineArn":")" + machine + R"(","statusFilter":"RUNNING"})");
    ASSERT_EQ(listed["executions"].size(), 1U);
    EXPECT_EQ(listed["executions"][0]["redriveCount"], 1);
    EXPECT_EQ(listed["executions"][0]["redriveDate"], redriven["redriveDate"]);
    EXPECT_FALSE(listed["executions"][0].contains("stopDate"));
    // It is the execution of that name: started again, it is what is there.
    EXPECT_EQ(service.start(machine, "x"), arn);
}

TEST(RedriveExecution, StandsInTheHistory) {
    Service service;
    const std::string arn = service.run(service.create("m", kFail));
    service.ask("RedriveExecution", body_of(arn));
    service.await_end(arn);
    const Json events = service.ask("GetExecutionHistory", body_of(arn))["events"];
    ASSERT_EQ(events.size(), 6U);
    EXPECT_EQ(events[3].value("type", ""), "ExecutionRedriven");
    EXPECT_EQ(events[3]["executionRedrivenEventDetails"], json(R"({"redriveCount":1})"));
    EXPECT_EQ(events[5].value("type", ""), "ExecutionFailed");
}

TEST(RedriveExecution, WithTheSameTokenIsDoneOnce) {
    Service service;
    const std::string arn = service.run(service.create("m", kFail));
    const Json first = service.ask("RedriveExecution", body_of(arn, "token"));
    service.await_end(arn);
    EXPECT_EQ(service.ask("RedriveExecution", body_of(arn, "token")), first);
    EXPECT_EQ(service.await_end(arn)["redriveCount"], 1);
    service.ask("RedriveExecution", body_of(arn, "other"));
    EXPECT_EQ(service.await_end(arn)["redriveCount"], 2);
}

TEST(RedriveExecution, IsRefusedInTheWordsOfDescribeExecution) {
    Service service;
    const std::string succeeded = service.run(service.create("p", kPass));
    EXPECT_EQ(service.refusal("RedriveExecution", body_of(succeeded)),
              "ExecutionNotRedrivable: Execution is SUCCEEDED and cannot be redriven");
    const std::string machine = service.create("m", kWait);
    const std::string running = service.start(machine);
    EXPECT_EQ(service.refusal("RedriveExecution", body_of(running)),
              "ExecutionNotRedrivable: Execution is RUNNING and cannot be redriven");
    const std::string stopped = service.start(machine);
    service.ask("StopExecution", body_of(stopped));
    service.ask("DeleteStateMachine", R"({"stateMachineArn":")" + machine + R"("})");
    EXPECT_EQ(service.refusal("RedriveExecution", body_of(stopped)),
              "ExecutionNotRedrivable: State machine is in DELETING status");
    EXPECT_EQ(service.ask("DescribeExecution", body_of(stopped)).value("redriveStatusReason", ""),
              "State machine is in DELETING status");
}

TEST(RedriveExecution, IsRefusedWhenItsTimeIsOver) {
    Service service;
    const std::string arn = service.run(service.create("m", kFail));
    service.clock.set_forward(std::chrono::hours(14 * 24 + 1));
    EXPECT_EQ(service.refusal("RedriveExecution", body_of(arn)),
              "ExecutionNotRedrivable: Execution redrivable period exceeded");
}

TEST(RedriveExecution, RefusesWhatIsNoExecutionAndTokensThatDoNotFit) {
    Service service;
    const std::string prefix = "arn:aws:states:us-east-1:123456789012:";
    EXPECT_EQ(service.refusal("RedriveExecution", body_of(prefix + "execution:m:x")),
              "ExecutionDoesNotExist: Execution Does Not Exist: '" + prefix + "execution:m:x'");
    EXPECT_EQ(service.refusal("RedriveExecution", body_of(prefix + "express:m:x:y")),
              "InvalidArn: Invalid Arn: 'Resource type not valid in this context: express'");
    EXPECT_EQ(service.refusal("RedriveExecution", body_of("x")),
              "InvalidArn: Invalid Arn: 'Invalid ARN prefix: x'");
    EXPECT_THAT(service.refusal("RedriveExecution", "{}"), StartsWith("ValidationException: "));
    EXPECT_THAT(service.refusal("RedriveExecution",
                                body_of(prefix + "execution:m:x", std::string(65, 'a'))),
                StartsWith("ValidationException: "));
    EXPECT_EQ(
        service.refusal("RedriveExecution", body_of(prefix + "execution:m:x", "a b")),
        "ValidationException: 1 validation error detected: Value 'a b' at 'clientToken' failed "
        "to satisfy constraint: Member must satisfy regular expression pattern: [!-~]+");
}

std::string children_body(const std::string& run, const std::string& more = {}) {
    return R"({"mapRunArn":")" + run + '"' + more + '}';
}

TEST(RedriveExecution, RedrivesAMapRunAndTellsWhichChildrenWait) {
    Service service;
    const std::string machine = service.create("m", R"({"StartAt":"M","States":{"M":{
        "Type":"Map","Label":"L","MaxConcurrency":1,"ToleratedFailureCount":1,"End":true,
        "ItemProcessor":{"ProcessorConfig":{"Mode":"DISTRIBUTED","ExecutionType":"STANDARD"},
                         "StartAt":"W","States":{"W":{"Type":"Wait","Seconds":3600,"End":true}}}}}})");
    const Json started = service.ask("StartExecution",
                                     R"({"stateMachineArn":")" + machine + R"(","input":"[1,2]"})");
    const std::string arn = started.value("executionArn", "");
    service.runtime.settle();
    const std::string run =
        service.ask("ListMapRuns", body_of(arn))["mapRuns"][0].value("mapRunArn", "");
    const auto names = [&](const std::string& more) {
        std::vector<std::string> found;
        const Json page = service.ask("ListExecutions", children_body(run, more));
        for (const Json& child : page["executions"])
            found.push_back(child.value("status", "") + " " +
                            std::to_string(child["redriveCount"].get<int>()));
        return found;
    };
    for (int i = 0; i < 2; ++i) {
        const Json page =
            service.ask("ListExecutions", children_body(run, R"(,"statusFilter":"RUNNING")"));
        service.ask("StopExecution", body_of(page["executions"][0].value("executionArn", "")));
        service.runtime.settle();
    }
    EXPECT_EQ(service.ask("DescribeExecution", body_of(arn)).value("error", ""),
              "States.ExceedToleratedFailureThreshold");
    EXPECT_THAT(names(""), ElementsAre("ABORTED 0", "ABORTED 0"));
    const std::string child =
        service.ask("ListExecutions", children_body(run))["executions"][0].value("executionArn",
                                                                                 "");
    const Json described = service.ask("DescribeExecution", body_of(child));
    EXPECT_EQ(described.value("redriveStatus", ""), "REDRIVABLE_BY_MAP_RUN");
    EXPECT_FALSE(described.contains("redriveStatusReason"));
    EXPECT_THAT(service.refusal("RedriveExecution", body_of(child)),
                StartsWith("ExecutionNotRedrivable: "));

    service.ask("RedriveExecution", body_of(arn));
    service.runtime.settle();
    EXPECT_THAT(names(""), ElementsAre("PENDING_REDRIVE 0", "RUNNING 1"));
    EXPECT_THAT(names(R"(,"statusFilter":"PENDING_REDRIVE")"), ElementsAre("PENDING_REDRIVE 0"));
    EXPECT_THAT(names(R"(,"statusFilter":"ABORTED")"), ElementsAre());
    EXPECT_THAT(names(R"(,"redriveFilter":"REDRIVEN")"), ElementsAre("RUNNING 1"));
    EXPECT_THAT(names(R"(,"redriveFilter":"NOT_REDRIVEN")"), ElementsAre("PENDING_REDRIVE 0"));
    EXPECT_EQ(service.ask("DescribeExecution", body_of(child)).value("status", ""),
              "PENDING_REDRIVE");
    const Json after = service.ask("DescribeMapRun", children_body(run));
    EXPECT_EQ(after.value("status", ""), "RUNNING");
    EXPECT_EQ(after["redriveCount"], 1);
    EXPECT_TRUE(after.contains("redriveDate"));
    EXPECT_FALSE(after.contains("stopDate"));
    EXPECT_EQ(after["executionCounts"]["pendingRedrive"], 1);
    EXPECT_EQ(after["executionCounts"]["running"], 1);
    EXPECT_EQ(after["executionCounts"]["aborted"], 0);
    EXPECT_EQ(after["executionCounts"]["total"], 2);
    EXPECT_EQ(after["itemCounts"]["pendingRedrive"], 1);
    // While it goes on it can be updated, at once.
    service.ask("UpdateMapRun", children_body(run, R"(,"maxConcurrency":2)"));
    service.runtime.settle();
    EXPECT_THAT(names(""), ElementsAre("RUNNING 1", "RUNNING 1"));
}

}  // namespace
}  // namespace stepwell::api
