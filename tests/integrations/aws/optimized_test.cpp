#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <mutex>

#include "engine/asl/integration_table.hpp"
#include "integrations/aws/job_fields.hpp"
#include "integrations/aws/optimized_shapes.hpp"
#include "integrations/aws/optimized_tasks.hpp"
#include "integrations/registry.hpp"
#include "tests/integrations/aws/optimized_fixture.hpp"
#include "tests/integrations/items/temporary_buckets.hpp"
#include "tests/integrations/test_server.hpp"
#include "tests/integrations/waiting.hpp"

namespace stepwell::aws {
namespace {

using stepwell::testing::Awaited;
using stepwell::testing::eventually;
using stepwell::testing::ServedConnection;
using stepwell::testing::ServedRequest;
using stepwell::testing::TestServer;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST_F(OptimizedTest, AResultHasTheSdksMetadata) {
    service_.answers("GetItem", {R"({"Item":{"id":{"S":"1"}}})"});
    const TaskResult result =
        run(call("dynamodb", "getItem", R"({"TableName":"t","Key":{"id":{"S":"1"}}})"));
    ASSERT_TRUE(result);
    const Json& output = result->value();
    EXPECT_EQ(write_json(output["Item"]), R"({"id":{"S":"1"}})");
    EXPECT_EQ(output["SdkHttpMetadata"]["HttpStatusCode"], 200);
    EXPECT_EQ(write_json(output["SdkHttpMetadata"]["AllHttpHeaders"]["x-amzn-RequestId"]),
              R"(["R"])");
    EXPECT_EQ(output["SdkResponseMetadata"]["RequestId"], "R");
}

TEST_F(OptimizedTest, FailsWithTheNamesOfTheFirstSdkForJava) {
    service_.answers(
        "PutItem",
        {R"({"__type":"x#ResourceNotFoundException","message":"Cannot do operations on a non-existent table"})"},
        400);
    const TaskResult result =
        run(call("dynamodb", "putItem", R"({"TableName":"t","Item":{"id":{"S":"1"}}})"));
    EXPECT_EQ(result.error(),
              (StateError{"DynamoDB.ResourceNotFoundException",
                          "Cannot do operations on a non-existent table (Service: "
                          "AmazonDynamoDBv2; Status Code: 400; Error Code: "
                          "ResourceNotFoundException; Request ID: R; Proxy: null)"}));
}

TEST_F(OptimizedTest, WithoutEndpointTheTaskFailsAndSaysWhatToSet) {
    use({});
    const TaskResult result =
        run(call("sqs", "sendMessage", R"({"QueueUrl":"q","MessageBody":"b"})"));
    EXPECT_EQ(
        result.error(),
        (StateError{"States.Runtime",
                    "Stepwell cannot reach what the state 'Call' calls "
                    "(arn:aws:states:::sqs:sendMessage): there is no endpoint for the service "
                    "'sqs': say where it is with --endpoint sqs=URL"}));
}

TEST_F(OptimizedTest, RefusesParametersInAwsWords) {
    EXPECT_EQ(
        run(call("sns", "publish", R"({"Massage":"m"})")).error(),
        (StateError{"States.Runtime",
                    R"(The Parameters '{"Massage":"m"}' could not be used to start the Task: )"
                    "[The field 'Massage' is not supported by Step Functions]"}));
}

TEST_F(OptimizedTest, EventsSayWhoSendsThemAndFailWithTheirEntries) {
    service_.answers("PutEvents",
                     {R"({"FailedEntryCount":0,"Entries":[{"EventId":"e"}]})",
                      R"({"FailedEntryCount":1,"Entries":[{"ErrorCode":"MalformedDetail"}]})"});
    const std::string entries =
        R"({"Entries":[{"Detail":{"a":1},"DetailType":"d","Source":"s","Resources":["r"]}]})";
    const TaskResult sent = run(call("events", "putEvents", entries));
    ASSERT_TRUE(sent);
    EXPECT_EQ(sent->text(), R"({"Entries":[{"EventId":"e"}],"FailedEntryCount":0})");
    const Json body = json(service_.last_body("PutEvents"));
    EXPECT_EQ(body["Entries"][0]["Detail"], R"({"a":1})");
    EXPECT_EQ(write_json(body["Entries"][0]["Resources"]),
              R"(["r","arn:aws:states:us-east-1:123456789012:stateMachine:machine",)"
              R"("arn:aws:states:us-east-1:123456789012:execution:machine:run"])");
    EXPECT_EQ(
        run(call("events", "putEvents", entries)).error(),
        (StateError{"EventBridge.FailedEntry",
                    R"({"Entries":[{"ErrorCode":"MalformedDetail"}],"FailedEntryCount":1})"}));
}

TEST_F(OptimizedTest, AJobIsWatchedUntilItEnds) {
    service_.answers("StartJobRun", {R"({"JobRunId":"jr_1"})"});
    service_.answers("GetJobRun", {R"({"JobRun":{"Id":"jr_1","JobRunState":"RUNNING"}})",
                                   R"({"JobRun":{"Id":"jr_1","JobRunState":"SUCCEEDED"}})"});
    const TaskCall task = call("glue", "startJobRun", R"({"JobName":"j"})", asl::Pattern::sync);
    const TaskResult submitted = run(task);
    ASSERT_TRUE(submitted);
    EXPECT_EQ(submitted->value()["JobRunId"], "jr_1");
    const TaskResult result = watch(task, submitted->text())->get();
    ASSERT_TRUE(result);
    EXPECT_EQ(result->text(), R"({"Id":"jr_1","JobRunState":"SUCCEEDED"})");
    EXPECT_EQ(service_.last_body("GetJobRun"), R"({"JobName": "j", "RunId": "jr_1"})");
    EXPECT_THAT(service_.asked(), ElementsAre("StartJobRun", "GetJobRun", "GetJobRun"));
}

TEST_F(OptimizedTest, AFailedJobFailsTheTaskWithItsDescription) {
    service_.answers("GetJobRun", {R"({"JobRun":{"ErrorMessage":"no","JobRunState":"FAILED"}})"});
    const TaskResult result =
        watch(call("glue", "startJobRun", R"({"JobName":"j"})", asl::Pattern::sync),
              R"({"JobRunId":"jr_1"})")
            ->get();
    EXPECT_EQ(result.error(),
              (StateError{"States.TaskFailed", R"({"ErrorMessage":"no","JobRunState":"FAILED"})"}));
}

TEST_F(OptimizedTest, ALookThatFailsForAMomentIsRepeated) {
    TestServer server([](ServedConnection& c) {
        for (int i = 0; c.read_request(); ++i) {
            if (i < 4) {
                c.answer(503, "{}");
            } else {
                c.answer(200, R"({"JobRun":{"JobRunState":"SUCCEEDED"}})");
            }
        }
    });
    AwsOptions options;
    options.endpoints["glue"] = server.url();
    use(options);
    EXPECT_TRUE(watch(call("glue", "startJobRun", R"({"JobName":"j"})", asl::Pattern::sync),
                      R"({"JobRunId":"jr_1"})")
                    ->get());
}

TEST_F(OptimizedTest, AnEcsTaskFailsWithItsContainers) {
    service_.answers("DescribeTasks",
                     {R"({"tasks":[{"lastStatus":"STOPPED","containers":[{"exitCode":1}]}]})"});
    const TaskCall task =
        call("ecs", "runTask", R"({"TaskDefinition":"t","Cluster":"c"})", asl::Pattern::sync);
    const std::string submitted = R"({"Tasks":[{"TaskArn":"arn:t","ClusterArn":"arn:c"}]})";
    const TaskResult result = watch(task, submitted)->get();
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().error, "States.TaskFailed");
    EXPECT_THAT(result.error().cause, HasSubstr(R"("ExitCode":1)"));
    EXPECT_EQ(service_.last_body("DescribeTasks"), R"({"cluster": "arn:c", "tasks": ["arn:t"]})");
    service_.answers("DescribeTasks",
                     {R"({"tasks":[{"lastStatus":"STOPPED","containers":[{"exitCode":0}]}]})"});
    EXPECT_TRUE(watch(task, submitted)->get());
}

TEST_F(OptimizedTest, AnEcsTaskThatFindsNoPlaceFails) {
    service_.answers("RunTask", {R"({"tasks":[],"failures":[{"reason":"RESOURCE:MEMORY"}]})"});
    const TaskResult result =
        run(call("ecs", "runTask", R"({"TaskDefinition":"t"})", asl::Pattern::sync));
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().error, "AmazonECS.Unknown");
    EXPECT_THAT(result.error().cause, HasSubstr("RESOURCE:MEMORY"));
    EXPECT_THAT(service_.last_body("RunTask"),
                HasSubstr(R"("startedBy": "11111111-2222-4333-8444-555555555555")"));
}

TEST_F(OptimizedTest, AnEcsTaskThatFindsNoPlaceIsAnAnswerWhereNobodyWaits) {
    service_.answers("RunTask", {R"({"tasks":[],"failures":[{"reason":"RESOURCE:MEMORY"}]})"});
    const TaskResult result = run(call("ecs", "runTask", R"({"TaskDefinition":"t"})"));
    ASSERT_TRUE(result);
    EXPECT_EQ(result->value()["Failures"][0]["Reason"], "RESOURCE:MEMORY");
    EXPECT_FALSE(run(
        call("ecs", "runTask", R"({"TaskDefinition":"t"})", asl::Pattern::wait_for_task_token)));
}

TEST_F(OptimizedTest, AStoppedTaskStopsItsJob) {
    service_.answers("GetJobRun", {R"({"JobRun":{"JobRunState":"RUNNING"}})"});
    service_.answers("BatchStopJobRun", {"{}"});
    TaskCall task = call("glue", "startJobRun", R"({"JobName":"j"})", asl::Pattern::sync);
    watch(task, R"({"JobRunId":"jr_1"})");
    ASSERT_TRUE(eventually([&] { return !service_.asked().empty(); }));
    task.submitted = Payload::from_text(R"({"JobRunId":"jr_1"})");
    stop(task);
    EXPECT_EQ(service_.last_body("BatchStopJobRun"), R"({"JobName": "j", "JobRunIds": ["jr_1"]})");
}

TEST_F(OptimizedTest, AJobThatMayHaveBeenStartedIsFoundAndStopped) {
    service_.answers("GetJobRuns",
                     {R"({"JobRuns":[{"Id":"mine","JobName":"j","StartedOn":2000}]})"});
    service_.answers("BatchStopJobRun", {"{}"});
    TaskCall task = call("glue", "startJobRun", R"({"JobName":"j"})", asl::Pattern::sync);
    task.scheduled_time = TimePoint{Milliseconds{1'000'000}};
    stop(task);
    EXPECT_EQ(service_.last_body("BatchStopJobRun"), R"({"JobName": "j", "JobRunIds": ["mine"]})");
    EXPECT_THAT(service_.asked(), ElementsAre("GetJobRuns", "BatchStopJobRun"));
}

TEST_F(OptimizedTest, AJobThatWasNeverStartedIsNotStartedToBeStopped) {
    service_.answers("GetJobRuns", {R"({"JobRuns":[]})"});
    stop(call("glue", "startJobRun", R"({"JobName":"j"})", asl::Pattern::sync));
    EXPECT_THAT(service_.asked(), ElementsAre("GetJobRuns"));
}

TEST_F(OptimizedTest, AJobWhoseStartWasLostIsFoundAgain) {
    service_.answers("GetJobRuns", {R"({"JobRuns":[{"Id":"old","JobName":"j","StartedOn":1},)"
                                    R"({"Id":"mine","JobName":"j","StartedOn":2000}]})"});
    TaskCall task = call("glue", "startJobRun", R"({"JobName":"j"})", asl::Pattern::sync);
    task.repeated = true;
    task.scheduled_time = TimePoint{Milliseconds{1'000'000}};
    const TaskResult found = run(task);
    ASSERT_TRUE(found);
    EXPECT_EQ(found->value()["JobRunId"], "mine");
    EXPECT_THAT(service_.asked(), ElementsAre("GetJobRuns"));
}

TEST_F(OptimizedTest, AJobThatWasNeverStartedIsStarted) {
    service_.answers("GetJobRuns", {R"({"JobRuns":[]})"});
    service_.answers("StartJobRun", {R"({"JobRunId":"jr_1"})"});
    TaskCall task = call("glue", "startJobRun", R"({"JobName":"j"})", asl::Pattern::sync);
    task.repeated = true;
    ASSERT_TRUE(run(task));
    EXPECT_THAT(service_.asked(), ElementsAre("GetJobRuns", "StartJobRun"));
}

TEST_F(OptimizedTest, WhatIsDeletedIsAwaitedUntilItIsGone) {
    service_.answers("DELETE /clusters/c", {R"({"cluster":{"name":"c","status":"DELETING"}})"});
    const TaskCall task = call("eks", "deleteCluster", R"({"Name":"c"})", asl::Pattern::sync);
    const TaskResult submitted = run(task);
    ASSERT_TRUE(submitted);
    const TaskResult result = watch(task, submitted->text())->get();
    ASSERT_TRUE(result);
    EXPECT_EQ(result->text(), R"({"Cluster":{"Name":"c","Status":"DELETING"}})");
}

TEST_F(OptimizedTest, StepsOfAClusterAreAddedOneByOne) {
    service_.answers("AddJobFlowSteps", {R"({"StepIds":["s-1"]})"});
    const TaskResult result =
        run(call("elasticmapreduce", "addStep",
                 R"({"ClusterId":"j-1","Step":{"Name":"n","HadoopJarStep":{"Jar":"x"}}})"));
    ASSERT_TRUE(result);
    EXPECT_EQ(result->value()["StepId"], "s-1");
    EXPECT_EQ(json(service_.last_body("AddJobFlowSteps")),
              json(R"({"JobFlowId":"j-1","Steps":[{"Name":"n","HadoopJarStep":{"Jar":"x"}}]})"));
}

TEST_F(OptimizedTest, AStepIsCancelledByItsId) {
    service_.answers("CancelSteps",
                     {R"({"CancelStepsInfoList":[{"StepId":"s-1","Status":"SUBMITTED"}]})"});
    const TaskResult result =
        run(call("elasticmapreduce", "cancelStep", R"({"ClusterId":"j-1","StepId":"s-1"})"));
    ASSERT_TRUE(result);
    EXPECT_EQ(result->value()["CancelStepsInfo"], json(R"({"StepId":"s-1","Status":"SUBMITTED"})"));
    EXPECT_EQ(json(service_.last_body("CancelSteps")),
              json(R"({"ClusterId":"j-1","StepIds":["s-1"]})"));
}

TEST_F(OptimizedTest, RunsOnEksAndServerlessAreShownWithoutTheirFrame) {
    service_.answers("GET /virtualclusters/v/jobruns/r",
                     {R"({"jobRun":{"id":"r","virtualClusterId":"v","state":"COMPLETED"}})"});
    const TaskResult on_eks = watch(call("emr-containers", "startJobRun",
                                         R"({"VirtualClusterId":"v"})", asl::Pattern::sync),
                                    R"({"Id":"r"})")
                                  ->get();
    ASSERT_TRUE(on_eks);
    EXPECT_EQ(on_eks->value()["VirtualClusterId"], "v");
    service_.answers("GET /applications/a/jobruns/r",
                     {R"({"jobRun":{"jobRunId":"r","state":"FAILED"}})"});
    const TaskResult failed =
        watch(call("emr-serverless", "startJobRun", R"({"ApplicationId":"a"})", asl::Pattern::sync),
              R"({"JobRunId":"r"})")
            ->get();
    EXPECT_EQ(failed.error(),
              (StateError{"States.TaskFailed", R"({"JobRunId":"r","State":"FAILED"})"}));
    service_.answers("GET /applications/a",
                     {R"({"application":{"applicationId":"a","state":"CREATED"}})"});
    const TaskResult created = watch(call("emr-serverless", "createApplication",
                                          R"({"Type":"SPARK"})", asl::Pattern::sync),
                                     R"({"ApplicationId":"a"})")
                                   ->get();
    ASSERT_TRUE(created);
    EXPECT_EQ(created->value()["ApplicationId"], "a");
}

TEST_F(OptimizedTest, AFargateProfileIsAwaited) {
    service_.answers("GET /clusters/c/fargate-profiles/f",
                     {R"({"fargateProfile":{"status":"CREATING"}})",
                      R"({"fargateProfile":{"fargateProfileName":"f","status":"ACTIVE"}})"});
    const TaskResult result =
        watch(call("eks", "createFargateProfile", R"({"ClusterName":"c","FargateProfileName":"f"})",
                   asl::Pattern::sync),
              "{}")
            ->get();
    ASSERT_TRUE(result);
    EXPECT_EQ(result->text(), R"({"FargateProfile":{"FargateProfileName":"f","Status":"ACTIVE"}})");
}

TEST_F(OptimizedTest, AClusterIsKnownByItsIdWhenItIsThere) {
    service_.answers("RunJobFlow", {R"({"JobFlowId":"j-1","ClusterArn":"arn:c"})"});
    service_.answers("DescribeCluster",
                     {R"({"Cluster":{"Id":"j-1","Status":{"State":"WAITING"}}})"});
    const TaskCall task = call("elasticmapreduce", "createCluster",
                               R"({"Name":"n","Instances":{}})", asl::Pattern::sync);
    const TaskResult submitted = run(task);
    ASSERT_TRUE(submitted);
    EXPECT_EQ(submitted->value()["ClusterId"], "j-1");
    const TaskResult result = watch(task, submitted->text())->get();
    ASSERT_TRUE(result);
    EXPECT_EQ(result->value()["ClusterId"], "j-1");
    EXPECT_EQ(result->value()["Cluster"]["Status"]["State"], "WAITING");
}

TEST_F(OptimizedTest, AGroupIsChangedByItsName) {
    service_.answers("ListInstanceGroups",
                     {R"({"InstanceGroups":[{"Id":"ig-0","Name":"a"},{"Id":"ig-1","Name":"g"}]})"});
    service_.answers("ModifyInstanceGroups", {"{}"});
    const std::string parameters =
        R"({"ClusterId":"j-1","InstanceGroupName":"g","InstanceGroup":{"InstanceCount":8}})";
    ASSERT_TRUE(run(call("elasticmapreduce", "modifyInstanceGroupByName", parameters)));
    EXPECT_EQ(
        json(service_.last_body("ModifyInstanceGroups")),
        json(
            R"({"ClusterId":"j-1","InstanceGroups":[{"InstanceCount":8,"InstanceGroupId":"ig-1"}]})"));
}

TEST_F(OptimizedTest, AModelIsInvokedWithJsonAndAnswersIt) {
    service_.answers("POST /model/some.model%3A1/invoke", {R"({"completion":"hi"})"});
    const TaskResult result = run(
        call("bedrock", "invokeModel", R"({"ModelId":"some.model:1","Body":{"prompt":"hello"}})"));
    ASSERT_TRUE(result);
    EXPECT_EQ(write_json(result->value()["Body"]), R"({"completion":"hi"})");
    EXPECT_EQ(service_.last_body("POST /model/some.model%3A1/invoke"), R"({"prompt":"hello"})");
}

// Developer Guide, "Invoke and customize Amazon Bedrock models with Step Functions": Input, Output.
TEST_F(OptimizedTest, AModelReadsAndWritesObjectsOfS3) {
    service_.answers("GET /bucket/in.json", {R"({"prompt":"hello"})"});
    service_.answers("POST /model/m/invoke", {"\"" + std::string(300'000, 'x') + "\""});
    service_.answers("PUT /bucket/out.json", {""});
    const TaskResult result = run(call("bedrock", "invokeModel", R"({"ModelId":"m",
        "Input":{"S3Uri":"s3://bucket/in.json"},"Output":{"S3Uri":"s3://bucket/out.json"}})"));
    ASSERT_TRUE(result) << result.error().cause;
    EXPECT_EQ(result->value()["Body"], "s3://bucket/out.json");
    EXPECT_EQ(service_.last_body("POST /model/m/invoke"), R"({"prompt":"hello"})");
    EXPECT_EQ(service_.last_body("PUT /bucket/out.json").size(), 300'002U);
}

TEST_F(OptimizedTest, AModelsObjectsAreReadAndWrittenInItsRegion) {
    std::mutex mutex;
    std::vector<std::string> signed_as;
    TestServer server([&](ServedConnection& c) {
        while (const auto request = c.read_request()) {
            {
                const std::lock_guard lock(mutex);
                signed_as.push_back(request->headers.at("authorization"));
            }
            c.answer(200, "{}");
        }
    });
    AwsOptions options;
    options.endpoint_all = server.url();
    use(options);
    ASSERT_TRUE(run(call("bedrock", "invokeModel", R"({"ModelId":"m",
        "Input":{"S3Uri":"s3://b/i"},"Output":{"S3Uri":"s3://b/o"}})")));
    EXPECT_THAT(signed_as,
                ElementsAre(HasSubstr("/us-east-1/s3/"), HasSubstr("/us-east-1/bedrock/"),
                            HasSubstr("/us-east-1/s3/")));
}

TEST_F(OptimizedTest, AModelReadsAndWritesFilesWhereS3IsAFolder) {
    items::TemporaryBuckets buckets;
    buckets.write("bucket/in.json", R"({"prompt":"hello"})");
    IntegrationOptions options;
    options.aws.endpoint_all = service_.url();
    options.items.s3_folder = buckets.path().string();
    registry_ = std::make_unique<TaskRegistry>(options, own_);
    service_.answers("POST /model/m/invoke", {R"({"completion":"hi"})"});
    const auto invoke = [&](const std::string& from) {
        return run(call("bedrock", "invokeModel",
                        R"({"ModelId":"m","Input":{"S3Uri":"s3://bucket/)" + from +
                            R"("},"Output":{"S3Uri":"s3://bucket/out.json"}})"));
    };
    EXPECT_TRUE(invoke("in.json"));
    EXPECT_EQ(service_.last_body("POST /model/m/invoke"), R"({"prompt":"hello"})");
    EXPECT_EQ(buckets.read("bucket/out.json"), R"({"completion":"hi"})");
    EXPECT_EQ(invoke("missing.json").error().error, "S3.NoSuchKeyException");
}

TEST_F(OptimizedTest, AModelNeedsOneInputAndObjectsThatAreSome) {
    const auto why = [&](const std::string& parameters) {
        return run(call("bedrock", "invokeModel", parameters)).error().cause;
    };
    EXPECT_THAT(why(R"({"ModelId":"m"})"),
                HasSubstr("[The field 'Body' is required but was missing]"));
    EXPECT_THAT(why(R"({"ModelId":"m","Body":{},"Input":{"S3Uri":"s3://b/k"}})"),
                HasSubstr("[Only one of the fields 'Body' and 'Input' is supported]"));
    EXPECT_THAT(why(R"({"ModelId":"m","Input":{"S3Uri":"b/k"}})"),
                HasSubstr("[The value of the field 'Input' has an invalid format]"));
    EXPECT_THAT(why(R"({"ModelId":"m","Body":{},"Output":{"S3Uri":"s3://b"}})"),
                HasSubstr("[The value of the field 'Output' has an invalid format]"));
}

TEST_F(OptimizedTest, AnExecutionOfAnotherServerIsStartedAndAwaited) {
    service_.answers("StartExecution", {R"({"executionArn":"arn:e","startDate":1700000000.5})"});
    service_.answers(
        "DescribeExecution",
        {R"({"executionArn":"arn:e","status":"RUNNING"})",
         R"({"executionArn":"arn:e","status":"SUCCEEDED","input":"{}","output":"{\"a\":1}"})"});
    AwsOptions options;
    options.endpoints["sfn"] = service_.url();
    use(options);
    const TaskCall task =
        call("states", "startExecution", R"({"StateMachineArn":"arn:m","Input":{"x":1}})",
             asl::Pattern::sync2);
    const TaskResult submitted = run(task);
    ASSERT_TRUE(submitted);
    EXPECT_EQ(submitted->value()["StartDate"], 1'700'000'000'500);
    EXPECT_EQ(json(service_.last_body("StartExecution")),
              json(R"({"stateMachineArn":"arn:m","input":"{\"x\":1}",)"
                   R"("name":"11111111-2222-4333-8444-555555555555"})"));
    const TaskResult result = watch(task, submitted->text())->get();
    ASSERT_TRUE(result);
    EXPECT_EQ(write_json(result->value()["Output"]), R"({"a":1})");
}

TEST_F(OptimizedTest, AJobThatItsServiceHasForgottenFails) {
    service_.answers("DescribeTasks", {R"({"tasks":[],"failures":[{"reason":"MISSING"}]})"});
    const TaskCall task = call("ecs", "runTask", R"({"TaskDefinition":"d"})", asl::Pattern::sync);
    const TaskResult result = watch(task, R"({"Tasks":[{"ClusterArn":"c","TaskArn":"t"}]})")->get();
    EXPECT_EQ(result.error(), (StateError{"States.TaskFailed",
                                          R"({"Failures":[{"Reason":"MISSING"}],"Tasks":[]})"}));
}

TEST_F(OptimizedTest, AJobIsWaitedForThoughItsLooksAreThrottled) {
    std::atomic<int> looks = 0;
    TestServer server([&](ServedConnection& c) {
        while (c.read_request()) {
            // All attempts of the first look: Athena's own name for it, with status 400.
            if (++looks <= 3) {
                c.answer(400, R"({"__type":"TooManyRequestsException","Message":"slow down"})");
            } else {
                c.answer(200, R"({"QueryExecution":{"Status":{"State":"SUCCEEDED"}}})");
            }
        }
    });
    AwsOptions options;
    options.endpoint_all = server.url();
    use(options);
    const TaskCall task =
        call("athena", "startQueryExecution", R"({"QueryString":"SELECT 1"})", asl::Pattern::sync);
    EXPECT_TRUE(watch(task, R"({"QueryExecutionId":"q"})")->get());
}

TEST_F(OptimizedTest, AJobThatIsShownLateIsWaitedFor) {
    service_.answers("DescribeTasks",
                     {R"({"tasks":[]})", R"({"tasks":[]})",
                      R"({"tasks":[{"taskArn":"t","lastStatus":"STOPPED","containers":[]}]})"});
    const TaskCall task = call("ecs", "runTask", R"({"TaskDefinition":"d"})", asl::Pattern::sync);
    EXPECT_TRUE(watch(task, R"({"Tasks":[{"ClusterArn":"c","TaskArn":"t"}]})")->get());
}

TEST_F(OptimizedTest, AnApiIsInvokedAtItsEndpoint) {
    Awaited<ServedRequest> seen;
    TestServer server([&](ServedConnection& c) {
        seen.give(*c.read_request());
        c.answer(201, R"({"id":1})", "X-Kind: a\r\n");
        c.read_request();
        c.answer(403, R"({"message":"Forbidden"})");
    });
    AwsOptions options;
    options.endpoints["executeapi"] = server.url();
    use(options);
    const TaskCall task = call(
        "apigateway", "invoke",
        R"({"ApiEndpoint":"x.execute-api.us-east-1.amazonaws.com","Method":"POST","Stage":"prod",)"
        R"("Path":"/pets/1","QueryParameters":{"q":["a b"]},"Headers":{"X-A":["1"]},)"
        R"("RequestBody":{"k":1}})");
    const TaskResult result = run(task);
    ASSERT_TRUE(result);
    EXPECT_EQ(write_json(result->value()["ResponseBody"]), R"({"id":1})");
    EXPECT_EQ(result->value()["StatusCode"], 201);
    EXPECT_EQ(write_json(result->value()["Headers"]["X-Kind"]), R"(["a"])");
    const ServedRequest sent = seen.get();
    EXPECT_EQ(sent.method, "POST");
    EXPECT_EQ(sent.target, "/prod/pets/1?q=a%20b");
    EXPECT_EQ(sent.headers.at("host"), "x.execute-api.us-east-1.amazonaws.com");
    EXPECT_EQ(sent.headers.at("x-a"), "1");
    EXPECT_EQ(sent.body, R"({"k":1})");
    TaskCall again = task;
    again.id = ++last_id_;
    EXPECT_EQ(run(again).error(), (StateError{"ApiGateway.403", R"({"message":"Forbidden"})"}));
}

TEST_F(OptimizedTest, AnApiAtAwsIsNotCalledUnasked) {
    use({});
    const TaskResult result =
        run(call("apigateway", "invoke",
                 R"({"ApiEndpoint":"x.execute-api.us-east-1.amazonaws.com","Method":"GET"})"));
    EXPECT_THAT(result.error().cause, HasSubstr("--endpoint execute-api=URL"));
    EXPECT_THAT(run(call("apigateway", "invoke",
                         R"({"ApiEndpoint":"h","Method":"GET","Headers":{"a":"b"}})"))
                    .error()
                    .cause,
                HasSubstr("[The value of the field 'Headers' has an invalid format]"));
}

TEST_F(OptimizedTest, AnApiIsNotSentWhatAwsLeavesOut) {
    Awaited<ServedRequest> seen;
    TestServer server([&](ServedConnection& c) {
        seen.give(*c.read_request());
        c.answer(200, "{}");
    });
    AwsOptions options;
    options.endpoints["executeapi"] = server.url();
    use(options);
    ASSERT_TRUE(run(call("apigateway", "invoke",
                         R"({"ApiEndpoint":"x.execute-api.us-east-1.amazonaws.com",)"
                         R"("Method":"POST","RequestBody":{"a":null,"b":{"c":null,"d":1}}})")));
    EXPECT_EQ(seen.get().body, R"({"b":{"d":1}})");
    EXPECT_THAT(run(call("apigateway", "invoke",
                         R"({"ApiEndpoint":"x.execute-api.us-east-1.amazonaws.com","Method":"GET",)"
                         R"("Headers":{"Host":["a"]}})"))
                    .error()
                    .cause,
                HasSubstr("[The 'Headers' field contains unsupported values: [host]]"));
}

// --- the tables

/// Carried out elsewhere than in OptimizedTasks.
bool has_own_integration(const asl::Integration& known) {
    return known.service == "lambda" || known.service == "states" || known.service == "http" ||
           known.service == "apigateway";
}

TEST(OptimizedTable, CoversWhatDefinitionsMayName) {
    for (const asl::Integration& known : asl::integrations()) {
        if (has_own_integration(known)) continue;
        const OptimizedAction* action = find_optimized(known.service, known.action);
        if (known.action == "call" || known.action == "runJob") {
            EXPECT_EQ(action, nullptr);
            continue;
        }
        ASSERT_NE(action, nullptr) << known.service << ":" << known.action;
        EXPECT_EQ(action->job != nullptr, (known.ways & asl::kSync) != 0)
            << known.service << ":" << known.action;
        EXPECT_NE(find_optimized_service(known.service), nullptr) << known.service;
    }
}

TEST(OptimizedTable, EveryActionThatItNamesIsInTheModels) {
    const models::ServiceModels models;
    for (const OptimizedAction& action : optimized_actions()) {
        const OptimizedService* names = find_optimized_service(action.service);
        ASSERT_NE(names, nullptr);
        const models::Service* service =
            models.find(action.action == "invokeModel" ? "bedrockruntime"
                        : names->model.empty()         ? names->service
                                                       : names->model);
        ASSERT_NE(service, nullptr) << action.service;
        std::vector<std::string_view> needed = {action.operation.empty() ? action.action
                                                                         : action.operation};
        if (action.job != nullptr) {
            needed.push_back(action.job->look);
            if (!action.job->stop.empty()) needed.push_back(action.job->stop);
        }
        if (action.search != nullptr) needed.push_back(action.search->look);
        for (const std::string_view name : needed)
            EXPECT_NE(service->find_operation(name), nullptr) << action.service << ":" << name;
    }
}

TEST(OptimizedTable, EveryFieldOfAJobIsInTheModels) {
    const models::ServiceModels models;
    for (const OptimizedAction& action : optimized_actions()) {
        if (action.job == nullptr) continue;
        const OptimizedService* names = find_optimized_service(action.service);
        const models::Service* service =
            models.find(names->model.empty() ? names->service : names->model);
        const auto check = [&](std::string_view operation_name, const JobFields& fields) {
            if (operation_name.empty()) return;
            const models::Operation* operation = service->find_operation(operation_name);
            for (const JobField& field : fields) {
                if (field.name.empty()) continue;
                const std::string_view name = field.name.substr(0, field.name.find_first_of("[."));
                EXPECT_NE(find_member(service->shapes.at(*operation->input), name), nullptr)
                    << action.service << ":" << operation_name << " " << name;
            }
        };
        check(action.job->look, action.job->look_fields);
        check(action.job->stop, action.job->stop_fields);
        if (action.search != nullptr) check(action.search->look, action.search->fields);
    }
}

TEST(JobFields, FindsValuesAndBuildsParameters) {
    const Json in = json(R"({"Cluster":"c","Deep":{"List":[{"A":1},{"A":2}]}})");
    const Json out = json(R"({"Tasks":[{"TaskArn":"t"}]})");
    EXPECT_EQ(*value_at(in, "Deep.List.1.A"), 2);
    EXPECT_EQ(value_at(in, "Deep.List.2.A"), nullptr);
    EXPECT_EQ(value_at(in, "Cluster.X"), nullptr);
    EXPECT_EQ(value_at(in, ""), &in);
    const JobFields fields = {
        {{"Tasks[]", "out.Tasks.0.TaskArn"}, {"Reason", "why"}, {"X", "in.X"}}};
    EXPECT_EQ(write_json(fill_fields(fields, {in, out, in})), R"({"Tasks":["t"],"Reason":"why"})");
    const JobFields nested = {
        {{"Filters[].Name", "JOB_NAME"}, {"Filters[].Values[]", "in.Cluster"}}};
    EXPECT_EQ(write_json(fill_fields(nested, {in, out, in})),
              R"({"Filters":[{"Name":"JOB_NAME","Values":["c"]}]})");
    EXPECT_TRUE(is_among("A|B", "B"));
    EXPECT_FALSE(is_among("A|B", ""));
    EXPECT_FALSE(is_among("", "A"));
}

TEST(JobFields, AWholeSecondMayStandForAllOfIt) {
    const Json second = json("1000000");
    const Json moment = json("1000400.5");
    EXPECT_TRUE(is_since(&second, 1'000'700));
    EXPECT_FALSE(is_since(&second, 1'001'000));
    EXPECT_FALSE(is_since(&moment, 1'000'700));
    EXPECT_TRUE(is_since(&moment, 1'000'400));
    EXPECT_FALSE(is_since(nullptr, 0));
}

}  // namespace
}  // namespace stepwell::aws
