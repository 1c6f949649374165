#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/api/service.hpp"

// ListMapRuns, DescribeMapRun, UpdateMapRun, and what others show of a Map Run's children.
namespace stepwell::api {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

std::string map_of(const std::string& fields, const std::string& state,
                   const std::string& type = "STANDARD") {
    return R"({"StartAt":"M","States":{"M":{"Type":"Map","Label":"L",)" + fields +
           R"("End":true,"ItemProcessor":{"ProcessorConfig":{"Mode":"DISTRIBUTED","ExecutionType":")" +
           type + R"("},"StartAt":"P","States":{"P":)" + state + "}}}}}";
}
const std::string kPassItem = R"({"Type":"Pass","End":true})";
const std::string kWaitItem = R"({"Type":"Wait","Seconds":3600,"End":true})";

std::string machine_and_input(std::string_view arn, std::string_view input) {
    return object({{"stateMachineArn", arn}, {"name", "x"}, {"input", input}});
}
std::string of_execution(std::string_view arn) { return object({{"executionArn", arn}}); }
std::string of_run(std::string_view arn) { return object({{"mapRunArn", arn}}); }

/// A service with one execution of a distributed Map.
struct WithRun {
    explicit WithRun(const std::string& definition, const std::string& input = "[1,2,3]") {
        const std::string machine = service.create("m", definition);
        execution = service.ask("StartExecution", machine_and_input(machine, input))
                        .value("executionArn", "");
        service.runtime.settle();
        run = service.ask("ListMapRuns", of_execution(execution))["mapRuns"][0].value("mapRunArn",
                                                                                      "");
    }
    Json describe() { return service.ask("DescribeMapRun", of_run(run)); }

    Service service;
    std::string execution;
    std::string run;
};

TEST(ListMapRuns, ShowsTheRunsOfAnExecution) {
    WithRun with(map_of("", kPassItem));
    const Json listed = with.service.ask("ListMapRuns", of_execution(with.execution));
    EXPECT_THAT(names_of(listed), ElementsAre("mapRuns"));
    ASSERT_EQ(listed["mapRuns"].size(), 1U);
    const Json& item = listed["mapRuns"][0];
    EXPECT_THAT(names_of(item), ElementsAre("executionArn", "mapRunArn", "startDate",
                                            "stateMachineArn", "stopDate"));
    EXPECT_EQ(item.value("executionArn", ""), with.execution);
    EXPECT_THAT(item.value("mapRunArn", ""), StartsWith(std::string(kArnPrefix) + "mapRun:m/L:"));
    EXPECT_EQ(item.value("stateMachineArn", ""), std::string(kArnPrefix) + "stateMachine:m/L");
}

TEST(ListMapRuns, RefusesWhatDoesNotFit) {
    Service service;
    const std::string other = std::string(kArnPrefix) + "execution:m:other";
    EXPECT_EQ(service.refusal("ListMapRuns", of_execution(other)),
              "ExecutionDoesNotExist: Execution Does Not Exist: '" + other + "'");
    EXPECT_EQ(service.refusal("ListMapRuns", of_execution("x")),
              "InvalidArn: Invalid Arn: 'Invalid ARN prefix: x'");
    EXPECT_THAT(service.refusal("ListMapRuns", "{}"), StartsWith("ValidationException: "));
}

TEST(DescribeMapRun, ShowsWhatBecameOfItsItems) {
    WithRun with(map_of(R"("MaxConcurrency":2,"ToleratedFailurePercentage":12.5,)", kPassItem));
    const Json described = with.describe();
    EXPECT_THAT(names_of(described),
                ElementsAre("executionArn", "executionCounts", "itemCounts", "mapRunArn",
                            "maxConcurrency", "redriveCount", "startDate", "status", "stopDate",
                            "toleratedFailureCount", "toleratedFailurePercentage"));
    EXPECT_EQ(described.value("status", ""), "SUCCEEDED");
    EXPECT_EQ(described.value("maxConcurrency", 0), 2);
    EXPECT_EQ(described.value("toleratedFailurePercentage", 0.0), 12.5);
    EXPECT_EQ(described["itemCounts"],
              *parse_json(R"({"pending":0,"running":0,"succeeded":3,"failed":0,"timedOut":0,
                  "aborted":0,"total":3,"resultsWritten":3})"));
    EXPECT_EQ(described["executionCounts"], described["itemCounts"]);
}

TEST(DescribeMapRun, CountsWhatIsPending) {
    WithRun with(map_of(R"("MaxConcurrency":1,"ItemBatcher":{"MaxItemsPerBatch":2},)", kWaitItem),
                 "[1,2,3,4,5]");
    const Json described = with.describe();
    EXPECT_EQ(described.value("status", ""), "RUNNING");
    EXPECT_FALSE(described.contains("stopDate"));
    EXPECT_EQ(described["itemCounts"].value("running", 0), 2);
    EXPECT_EQ(described["itemCounts"].value("pending", 0), 3);
    EXPECT_EQ(described["itemCounts"].value("total", 0), 5);
    EXPECT_EQ(described["executionCounts"].value("running", 0), 1);
    EXPECT_EQ(described["executionCounts"].value("pending", 0), 2);
    EXPECT_EQ(described["executionCounts"].value("total", 0), 3);
}

TEST(DescribeMapRun, RefusesWhatIsNotThere) {
    Service service;
    EXPECT_EQ(service.refusal("DescribeMapRun", of_run(std::string(kArnPrefix) + "mapRun:m/L:x")),
              "ResourceNotFound: Request references a resource that does not exist.");
    EXPECT_EQ(service.refusal("DescribeMapRun", of_run(std::string(kArnPrefix) + "execution:m:x")),
              "InvalidArn: Invalid Arn: 'Resource type not valid in this context: execution'");
}

TEST(UpdateMapRun, ChangesTheLimitsAtOnce) {
    WithRun with(map_of(R"("MaxConcurrency":1,)", kWaitItem));
    EXPECT_EQ(
        with.service.ask("UpdateMapRun", R"({"mapRunArn":")" + with.run +
                                             R"(","maxConcurrency":2,"toleratedFailureCount":1,)" +
                                             R"("toleratedFailurePercentage":50.5})"),
        Json::object());
    with.service.runtime.settle();
    const Json described = with.describe();
    EXPECT_EQ(described["executionCounts"].value("running", 0), 2);
    EXPECT_EQ(described.value("maxConcurrency", 0), 2);
    EXPECT_EQ(described.value("toleratedFailureCount", 0), 1);
    EXPECT_EQ(described.value("toleratedFailurePercentage", 0.0), 50.5);
}

TEST(UpdateMapRun, RefusesWhatDoesNotFit) {
    WithRun with(map_of("", kPassItem));
    EXPECT_THAT(with.service.refusal("UpdateMapRun",
                                     R"({"mapRunArn":")" + with.run + R"(","maxConcurrency":2})"),
                StartsWith("ValidationException: "));
    EXPECT_THAT(with.service.refusal("UpdateMapRun", of_run(with.run)),
                StartsWith("ValidationException: "));
    EXPECT_EQ(
        with.service.refusal("UpdateMapRun",
                             R"({"mapRunArn":"arn:aws:states:us-east-1:123456789012:mapRun:m/L:x",)"
                             R"("maxConcurrency":2})"),
        "ResourceNotFound: Request references a resource that does not exist.");
    EXPECT_EQ(with.service.refusal("UpdateMapRun",
                                   R"({"mapRunArn":")" + with.run + R"(","maxConcurrency":-1})"),
              "ValidationException: 1 validation error detected: Value '-1' at 'maxConcurrency' "
              "failed to satisfy constraint: Member must have value greater than or equal to 0");
    EXPECT_EQ(
        with.service.refusal("UpdateMapRun", R"({"mapRunArn":")" + with.run +
                                                 R"(","toleratedFailurePercentage":100.5})"),
        "ValidationException: 1 validation error detected: Value '100.5' at "
        "'toleratedFailurePercentage' failed to satisfy constraint: Member must have value less "
        "than or equal to 100");
    EXPECT_THAT(with.service.refusal("UpdateMapRun", R"({"mapRunArn":")" + with.run +
                                                         R"(","toleratedFailurePercentage":"5"})"),
                StartsWith("SerializationException: "));
}

TEST(ListExecutions, ShowsTheChildrenOfAMapRun) {
    WithRun with(map_of("", kPassItem));
    const Json listed = with.service.ask("ListExecutions", of_run(with.run));
    ASSERT_EQ(listed["executions"].size(), 3U);
    const Json& child = listed["executions"][0];
    EXPECT_THAT(names_of(child),
                ElementsAre("executionArn", "itemCount", "mapRunArn", "name", "redriveCount",
                            "startDate", "stateMachineArn", "status", "stopDate"));
    EXPECT_EQ(child.value("mapRunArn", ""), with.run);
    EXPECT_EQ(child.value("itemCount", 0), 1);
    EXPECT_EQ(child.value("stateMachineArn", ""), std::string(kArnPrefix) + "stateMachine:m/L");
    EXPECT_THAT(child.value("executionArn", ""),
                StartsWith(std::string(kArnPrefix) + "execution:m/L:"));
    const auto of_status = [&](std::string_view status) {
        return with.service
            .ask("ListExecutions",
                 object({{"mapRunArn", with.run}, {"statusFilter", status}}))["executions"]
            .size();
    };
    EXPECT_EQ(of_status("SUCCEEDED"), 3U);
    EXPECT_EQ(of_status("FAILED"), 0U);
    EXPECT_EQ(of_status("PENDING_REDRIVE"), 0U);
    const auto redriven = [&](std::string_view filter) {
        return with.service
            .ask("ListExecutions",
                 object({{"mapRunArn", with.run}, {"redriveFilter", filter}}))["executions"]
            .size();
    };
    EXPECT_EQ(redriven("NOT_REDRIVEN"), 3U);
    EXPECT_EQ(redriven("REDRIVEN"), 0U);
    // The machine's own list has the parent alone.
    EXPECT_EQ(with.service
                  .ask("ListExecutions",
                       object({{"stateMachineArn",
                                std::string(kArnPrefix) + "stateMachine:m"}}))["executions"]
                  .size(),
              1U);
}

TEST(ListExecutions, ShowsTheChildrenPageByPage) {
    WithRun with(map_of("", kPassItem));
    const Json first =
        with.service.ask("ListExecutions", R"({"mapRunArn":")" + with.run + R"(","maxResults":2})");
    EXPECT_EQ(first["executions"].size(), 2U);
    const Json rest =
        with.service.ask("ListExecutions", R"({"mapRunArn":")" + with.run + R"(","nextToken":")" +
                                               first.value("nextToken", "") + "\"}");
    EXPECT_EQ(rest["executions"].size(), 1U);
    EXPECT_FALSE(rest.contains("nextToken"));
}

TEST(ListExecutions, IsNotForExpressChildren) {
    WithRun with(map_of("", kPassItem, "EXPRESS"));
    EXPECT_THAT(with.service.refusal("ListExecutions", of_run(with.run)),
                StartsWith("StateMachineTypeNotSupported: "));
    EXPECT_EQ(with.describe()["executionCounts"].value("succeeded", 0), 3);
}

TEST(ChildOfAMapRun, IsDescribedLikeAnyExecution) {
    WithRun with(map_of("", kPassItem));
    const std::string child =
        with.service.ask("ListExecutions", of_run(with.run))["executions"][0].value("executionArn",
                                                                                    "");
    const Json described = with.service.ask("DescribeExecution", of_execution(child));
    EXPECT_EQ(described.value("mapRunArn", ""), with.run);
    EXPECT_EQ(described.value("stateMachineArn", ""), std::string(kArnPrefix) + "stateMachine:m/L");
    EXPECT_EQ(described.value("status", ""), "SUCCEEDED");
    EXPECT_EQ(described.value("output", ""), described.value("input", "-"));
    const Json machine = with.service.ask("DescribeStateMachineForExecution", of_execution(child));
    EXPECT_EQ(machine.value("mapRunArn", ""), with.run);
    EXPECT_EQ(machine.value("label", ""), "L");
    const Json history = with.service.ask("GetExecutionHistory", of_execution(child));
    EXPECT_EQ(history["events"].size(), 4U);
    EXPECT_EQ(history["events"][0]["executionStartedEventDetails"].value("roleArn", ""), kRole);
    // The parent is nobody's child.
    EXPECT_FALSE(
        with.service.ask("DescribeExecution", of_execution(with.execution)).contains("mapRunArn"));
}

TEST(ChildOfAMapRun, IsRedrivenWithItsRunAlone) {
    WithRun with(map_of(R"("ToleratedFailureCount":3,)", R"({"Type":"Fail"})"));
    const std::string child =
        with.service.ask("ListExecutions", of_run(with.run))["executions"][0].value("executionArn",
                                                                                    "");
    EXPECT_EQ(with.service.ask("DescribeExecution", of_execution(child)).value("redriveStatus", ""),
              "REDRIVABLE_BY_MAP_RUN");
    EXPECT_THAT(with.service.refusal("RedriveExecution", of_execution(child)),
                StartsWith("ExecutionNotRedrivable: "));
    EXPECT_EQ(with.describe()["itemCounts"].value("failed", 0), 3);
}

TEST(StopExecution, StopsTheMapRunToo) {
    WithRun with(map_of("", kWaitItem));
    with.service.ask("StopExecution", of_execution(with.execution));
    with.service.runtime.settle();
    const Json described = with.describe();
    EXPECT_EQ(described.value("status", ""), "ABORTED");
    EXPECT_EQ(described["executionCounts"].value("aborted", 0), 3);
    EXPECT_EQ(described["executionCounts"].value("running", 0), 0);
}

}  // namespace
}  // namespace stepwell::api
