#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <memory>

#include "integrations/own_call.hpp"
#include "tests/integrations/tasks_fixture.hpp"

// Conformance cases sfn_task_service__*, aws_sdk_task_service__sfn_*, callback__start_execution_*.
namespace stepwell::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

const std::string kMachine = "arn:aws:states:us-east-1:123456789012:stateMachine:child";
const std::string kChild = "arn:aws:states:us-east-1:123456789012:execution:child:c1";

Json request_of(const char* action, const char* parameters) {
    const auto request =
        own_request(*asl::find_own_operation(action), Payload::from_text(parameters));
    return request ? *request : Json(request.error().cause);
}

struct RequestCase {
    const char* name;
    const char* action;
    const char* parameters;
    const char* request;
};
class OwnRequest : public ::testing::TestWithParam<RequestCase> {};
INSTANTIATE_TEST_SUITE_P(
    , OwnRequest,
    ::testing::Values(
        RequestCase{"TextsStay", "sendTaskSuccess", R"({"TaskToken":"t","Output":"{\"a\":1}"})",
                    R"({"taskToken":"t","output":"{\"a\":1}"})"},
        RequestCase{"OtherValuesAreWrittenAsJson", "startExecution",
                    R"({"StateMachineArn":"m","Input":{"b":1,"a":[true]}})",
                    R"({"stateMachineArn":"m","input":"{\"b\":1,\"a\":[true]}"})"},
        RequestCase{"NumberAsJson", "startExecution", R"({"StateMachineArn":"m","Input":5})",
                    R"({"stateMachineArn":"m","input":"5"})"},
        RequestCase{"NullIsAbsent", "startExecution", R"({"StateMachineArn":"m","Input":null})",
                    R"({"stateMachineArn":"m"})"},
        RequestCase{"StructuresAtEveryDepth", "createStateMachine",
                    R"({"Name":"n","RoleArn":"r","Definition":{"StartAt":"A"},
                        "Tags":[{"Key":"K","Value":"V"}]})",
                    R"({"name":"n","roleArn":"r","definition":"{\"StartAt\":\"A\"}",
                        "tags":[{"key":"K","value":"V"}]})"},
        RequestCase{
            "UnknownParameter", "stopExecution", R"({"ExecutionArn":"x","Why":1})",
            R"j("The Parameters '{\"ExecutionArn\":\"x\",\"Why\":1}' could not be used to start the Task: [The field 'Why' is not supported by Step Functions]")j"},
        RequestCase{
            "MissingParameter", "stopExecution", "{}",
            R"j("The Parameters '{}' could not be used to start the Task: [The field 'ExecutionArn' is required but was missing]")j"},
        RequestCase{
            "WrongType", "stopExecution", R"({"ExecutionArn":7})",
            R"j("The Parameters '{\"ExecutionArn\":7}' could not be used to start the Task: [The value of the field 'ExecutionArn' has an invalid format]")j"}),
    [](const auto& tested) { return std::string(tested.param.name); });

TEST_P(OwnRequest, IsMadeOfParameters) {
    EXPECT_EQ(request_of(GetParam().action, GetParam().parameters), json(GetParam().request));
}

TEST(OwnResult, HasItsMembersInPascalCaseAndOrder) {
    const Json answer = json(
        R"({"startDate":1700000000.5,"executionArn":"x","inputDetails":{"included":true},"nothing":null,
            "variableReferences":{"a":["b"]}})");
    EXPECT_EQ(
        write_json(own_result(answer, SdkStyle::sdk)),
        R"({"ExecutionArn":"x","InputDetails":{"Included":true},"StartDate":"2023-11-14T22:13:20.5Z","VariableReferences":{"a":["b"]}})");
    EXPECT_EQ(own_result(answer, SdkStyle::optimized)["StartDate"], Json(1'700'000'000'500));
}

TEST(OwnError, IsNamedAndWordedAsTheSdkDoes) {
    const OwnAnswer refusal{400, R"({"__type":"InvalidToken","message":"Invalid Token: 'x'"})",
                            "InvalidToken"};
    const StateError sdk = own_error(refusal, "R", SdkStyle::sdk);
    EXPECT_EQ(sdk.error, "Sfn.InvalidTokenException");
    EXPECT_EQ(sdk.cause,
              "Invalid Token: 'x' (Service: Sfn, Status Code: 400, Request ID: R) (SDK Attempt "
              "Count: 1)");
    const StateError optimized = own_error(refusal, "R", SdkStyle::optimized);
    EXPECT_EQ(optimized.error, "StepFunctions.InvalidTokenException");
    EXPECT_EQ(optimized.cause,
              "Invalid Token: 'x' (Service: AWSStepFunctions; Status Code: 400; Error Code: "
              "InvalidToken; Request ID: R; Proxy: null)");
    EXPECT_EQ(own_error({400, "{}", "ValidationException"}, "R", SdkStyle::sdk).error,
              "Sfn.ValidationException");
    EXPECT_EQ(own_error({500, "{}", "InternalFailure"}, "R", SdkStyle::sdk).error,
              "Sfn.SfnException");
}

class OwnTasks : public ::testing::Test {
protected:
    TaskCall call(const char* type, const char* action, std::string parameters,
                  asl::Pattern pattern = asl::Pattern::request_response) {
        TaskCall made = tasks.by_invoke(std::move(parameters));
        made.resource = asl::ServiceResource{type, action, action, pattern};
        made.execution_arn = "arn:aws:states:us-east-1:123456789012:execution:parent:p1";
        return made;
    }
    TaskCall start_call(asl::Pattern pattern = asl::Pattern::request_response) {
        return call("states", "startExecution",
                    R"({"StateMachineArn":")" + kMachine + R"(","Input":{"a":1}})", pattern);
    }
    TaskCall watch_call(asl::Pattern pattern) {
        TaskCall made = start_call(pattern);
        made.submitted = Payload::from_text(R"({"ExecutionArn":")" + kChild + R"("})");
        return made;
    }
    void child_is(const char* status, const std::string& more = "") {
        tasks.service.script("DescribeExecution", 200,
                             R"({"executionArn":")" + kChild + R"(","status":")" + status +
                                 R"(","startDate":1.5,"input":"{\"a\":1}")" + more + "}");
    }
    void machine_is(const char* type) {
        tasks.service.script("DescribeStateMachine", 200,
                             R"({"type":")" + std::string(type) + R"("})");
    }
    void starts() {
        tasks.service.script("StartExecution", 200,
                             R"({"executionArn":")" + kChild + R"(","startDate":1.5})");
    }
    /// Comes true when nothing is left to stop.
    Awaited<bool>& stop(TaskCall call) {
        const auto stopped = std::make_shared<Awaited<bool>>();
        stops.push_back(stopped);
        tasks.registry().stop_job(std::move(call), [stopped] { stopped->give(true); });
        return *stopped;
    }
    std::vector<std::shared_ptr<Awaited<bool>>> stops;
    Tasks tasks{LambdaOptions{}};
};

TEST_F(OwnTasks, SdkCallsAreCallsOfTheApi) {
    tasks.service.script("DescribeActivity", 200, R"({"activityArn":"a","creationDate":1.5})");
    const TaskResult result =
        tasks.start(call("aws-sdk:sfn", "describeActivity", R"({"ActivityArn":"a"})"))->get();
    ASSERT_TRUE(result);
    EXPECT_EQ(result->text(), R"({"ActivityArn":"a","CreationDate":"1970-01-01T00:00:01.5Z"})");
    const OwnCall asked = tasks.service.wait_for("DescribeActivity");
    EXPECT_EQ(asked.body, R"({"activityArn":"a"})");
    EXPECT_EQ(asked.caller, (Owner{"123456789012", "us-east-1"}));
}

TEST_F(OwnTasks, SdkCallThatIsGivenUpEndsItsLongPoll) {
    TaskCall poll = call("aws-sdk:sfn", "getActivityTask", R"({"ActivityArn":"a"})");
    const TaskCallId id = poll.id;
    tasks.start(std::move(poll));
    tasks.service.wait_for("GetActivityTask");
    tasks.registry().cancel(id);
    tasks.service.wait_until_given_up("GetActivityTask");
}

TEST_F(OwnTasks, StartGivesTheExecutionWithTheSdksMetadata) {
    starts();
    const TaskCall start = start_call();
    const std::string request_id = start.request_id;
    const TaskResult result = tasks.start(start)->get();
    ASSERT_TRUE(result);
    const Json& output = result->value();
    EXPECT_EQ(output["ExecutionArn"], Json(kChild));
    EXPECT_EQ(output["StartDate"], Json(1500));
    EXPECT_EQ(output["SdkHttpMetadata"]["HttpStatusCode"], Json(200));
    EXPECT_EQ(output["SdkResponseMetadata"]["RequestId"],
              output["SdkHttpMetadata"]["HttpHeaders"]["x-amzn-RequestId"]);
    // Named after the request, so that a repetition finds it.
    EXPECT_EQ(json(tasks.service.wait_for("StartExecution").body)["name"], Json(request_id));
}

TEST_F(OwnTasks, StartThatIsRefusedIsAnError) {
    tasks.service.script("StartExecution", 400, R"({"message":"m"})", "StateMachineDoesNotExist");
    const TaskResult result = tasks.start(start_call())->get();
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().error, "StepFunctions.StateMachineDoesNotExistException");
    EXPECT_THAT(result.error().cause, StartsWith("m (Service: AWSStepFunctions; Status Code: 400"));
}

TEST_F(OwnTasks, RepeatedStartFindsTheExecutionThatTheFirstBegan) {
    tasks.service.script("StartExecution", 400, R"({"message":"m"})", "ExecutionAlreadyExists");
    child_is("SUCCEEDED");
    TaskCall start =
        call("states", "startExecution",
             R"({"StateMachineArn":")" + kMachine + R"(","Name":"c1","Input":{"a":1}})");
    start.scheduled_time = TimePoint{Milliseconds{1400}};
    EXPECT_FALSE(tasks.start(start)->get());  // not repeated: another's
    start.id += 100;
    start.repeated = true;
    const TaskResult found = tasks.start(start)->get();
    ASSERT_TRUE(found);
    EXPECT_EQ(found->value()["ExecutionArn"], Json(kChild));
    EXPECT_EQ(json(tasks.service.wait_for("DescribeExecution").body)["executionArn"], Json(kChild));
    // One that began before the task was scheduled is another's.
    start.id += 100;
    start.scheduled_time = TimePoint{Milliseconds{1600}};
    EXPECT_FALSE(tasks.start(start)->get());
}

TEST_F(OwnTasks, NobodyWaitsForAnExpressExecution) {
    machine_is("EXPRESS");
    starts();
    const TaskResult result = tasks.start(start_call(asl::Pattern::sync))->get();
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().error, "StepFunctions.StateMachineTypeNotSupportedException");
    EXPECT_EQ(tasks.service.count("StartExecution"), 0U);
}

TEST_F(OwnTasks, SyncGivesTheClosedExecutionWithItsDataAsTexts) {
    child_is("SUCCEEDED", R"(,"output":"{\"b\":2}")");
    const TaskResult result = tasks.start(watch_call(asl::Pattern::sync))->get();
    ASSERT_TRUE(result);
    EXPECT_EQ(result->value()["Input"], Json(R"({"a":1})"));
    EXPECT_EQ(result->value()["Output"], Json(R"({"b":2})"));
}

TEST_F(OwnTasks, Sync2GivesThemAsJson) {
    child_is("SUCCEEDED", R"(,"output":"{\"b\":2}")");
    const TaskResult result = tasks.start(watch_call(asl::Pattern::sync2))->get();
    ASSERT_TRUE(result);
    EXPECT_EQ(result->value()["Input"], json(R"({"a":1})"));
    EXPECT_EQ(result->value()["Output"], json(R"({"b":2})"));
}

TEST_F(OwnTasks, SyncWaitsUntilTheExecutionHasClosed) {
    child_is("RUNNING");
    const auto result = tasks.start(watch_call(asl::Pattern::sync));
    tasks.service.wait_for("DescribeExecution");
    EXPECT_FALSE(result->has_value());
    child_is("SUCCEEDED", R"(,"output":"1")");
    tasks.service.close(kChild);
    EXPECT_TRUE(result->get());
}

TEST_F(OwnTasks, SyncOfAnExecutionThatFailedFailsWithItsDescription) {
    child_is("FAILED", R"(,"error":"E","cause":"C")");
    const TaskResult result = tasks.start(watch_call(asl::Pattern::sync))->get();
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().error, "States.TaskFailed");
    EXPECT_THAT(result.error().cause,
                StartsWith(R"({"Cause":"C","Error":"E","ExecutionArn":")" + kChild + R"(")"));
}

TEST_F(OwnTasks, WhatIsWatchedIsStoppedWithItsParentOnly) {
    child_is("RUNNING");
    tasks.service.script("StopExecution", 200, R"({"stopDate":1})");
    TaskCall kept = watch_call(asl::Pattern::sync);
    TaskCall stopped = watch_call(asl::Pattern::sync);
    tasks.start(kept);
    tasks.start(stopped);
    tasks.service.wait_for("DescribeExecution", 1);
    tasks.registry().cancel(kept.id);
    stop(stopped).get();
    EXPECT_EQ(json(tasks.service.wait_for("StopExecution").body)["executionArn"], Json(kChild));
    EXPECT_EQ(tasks.service.count("StopExecution"), 1U);
}

TEST_F(OwnTasks, WhatIsBeingStartedIsStoppedOnceItHas) {
    machine_is("STANDARD");
    tasks.service.script("StopExecution", 200, R"({"stopDate":1})");
    const TaskCall start = start_call(asl::Pattern::sync);
    tasks.start(start);
    tasks.service.wait_for("StartExecution");
    Awaited<bool>& stopped = stop(start);
    // Behind the stop, on the loop's thread.
    tasks.service.answer("StartExecution",
                         {200, R"({"executionArn":")" + kChild + R"(","startDate":1})", {}});
    EXPECT_EQ(json(tasks.service.wait_for("StopExecution").body)["executionArn"], Json(kChild));
    stopped.get();
}

TEST_F(OwnTasks, WhatCouldNotBeStartedNeedNoStop) {
    machine_is("STANDARD");
    const TaskCall start = start_call(asl::Pattern::sync);
    tasks.start(start);
    tasks.service.wait_for("StartExecution");
    Awaited<bool>& stopped = stop(start);
    tasks.service.answer("StartExecution", {400, "{}", "StateMachineDoesNotExist"});
    stopped.get();
    EXPECT_EQ(tasks.service.count("StopExecution"), 0U);
}

// What a server that was killed may have started.

TEST_F(OwnTasks, WhatMayHaveBeenStartedIsFoundByItsNameAndStopped) {
    child_is("RUNNING");
    tasks.service.script("StopExecution", 200, R"({"stopDate":1})");
    const TaskCall call = start_call(asl::Pattern::sync);
    stop(call).get();
    const std::string arn =
        "arn:aws:states:us-east-1:123456789012:execution:child:" + call.request_id;
    EXPECT_EQ(json(tasks.service.wait_for("DescribeExecution").body)["executionArn"], Json(arn));
    EXPECT_EQ(json(tasks.service.wait_for("StopExecution").body)["executionArn"], Json(arn));
}

TEST_F(OwnTasks, WhatWasNeverStartedNeedNoStop) {
    tasks.service.script("DescribeExecution", 400, "{}", "ExecutionDoesNotExist");
    stop(start_call(asl::Pattern::sync)).get();
    EXPECT_EQ(tasks.service.count("StopExecution"), 0U);
}

TEST_F(OwnTasks, AnExecutionOfTheNameThatIsSomeoneElsesIsNotStopped) {
    child_is("RUNNING");
    TaskCall call = start_call(asl::Pattern::sync);
    call.scheduled_time = TimePoint{Seconds{2}};  // it began before
    stop(call).get();
    EXPECT_EQ(tasks.service.count("StopExecution"), 0U);
}

TEST_F(OwnTasks, AStopIsTriedAgainWhileTheServerCannotAnswer) {
    const auto asked = std::make_shared<std::atomic<int>>(0);
    tasks.service.script("StopExecution", [asked](const OwnCall&) {
        return ++*asked < 3 ? OwnAnswer{500, "{}", "InternalFailure"}
                            : OwnAnswer{200, R"({"stopDate":1})", {}};
    });
    stop(watch_call(asl::Pattern::sync)).get();
    EXPECT_EQ(tasks.service.count("StopExecution"), 3U);
}

}  // namespace
}  // namespace stepwell::testing
