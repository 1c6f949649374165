// One job only, however often the server is killed between the call that starts it and the answer:
// by a token that was chosen before the call, or by looking for the job before it is started again.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <mutex>
#include <string>
#include <vector>

#include "integrations/aws/optimized_table.hpp"
#include "tests/integrations/aws/optimized_fixture.hpp"

namespace stepwell::aws {
namespace {

using stepwell::testing::ServedConnection;
using stepwell::testing::TestServer;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr const char* kRequestId = "11111111-2222-4333-8444-555555555555";

struct Start {
    const char* service;
    const char* action;
    const char* parameters;
};

std::string name_of(const ::testing::TestParamInfo<Start>& info) {
    std::string name = std::string(info.param.service) + '_' + info.param.action;
    std::ranges::replace(name, '-', '_');
    return name;
}

/// Starts that bear a token.
constexpr Start kByToken[] = {
    {"athena", "startQueryExecution", R"({"QueryString":"SELECT 1"})"},
    {"bedrock", "createModelCustomizationJob",
     R"({"JobName":"j","CustomModelName":"m","RoleArn":"r","BaseModelIdentifier":"b",)"
     R"("TrainingDataConfig":{"S3Uri":"s3://b/t"},"OutputDataConfig":{"S3Uri":"s3://b/o"},)"
     R"("HyperParameters":{}})"},
    {"codebuild", "retryBuildBatch", R"({"Id":"p:1"})"},
    {"codebuild", "startBuild", R"({"ProjectName":"p"})"},
    {"codebuild", "startBuildBatch", R"({"ProjectName":"p"})"},
    {"eks", "createCluster", R"({"Name":"c","RoleArn":"r","ResourcesVpcConfig":{}})"},
    {"eks", "createFargateProfile",
     R"({"ClusterName":"c","FargateProfileName":"f","PodExecutionRoleArn":"r"})"},
    {"eks", "createNodegroup",
     R"({"ClusterName":"c","NodegroupName":"n","NodeRole":"r","Subnets":[]})"},
    {"emr-containers", "startJobRun", R"({"VirtualClusterId":"v"})"},
    {"emr-serverless", "createApplication", R"({"Type":"SPARK","ReleaseLabel":"l"})"},
    {"emr-serverless", "startJobRun", R"({"ApplicationId":"a","ExecutionRoleArn":"r"})"},
    {"mediaconvert", "createJob", R"({"Role":"r","Settings":{}})"},
    {"states", "startExecution", R"({"StateMachineArn":"arn:m"})"},
};

class StartByToken : public OptimizedTest, public ::testing::WithParamInterface<Start> {};

TEST_P(StartByToken, SendsTheSameBytesAgain) {
    std::mutex mutex;
    std::vector<std::string> bodies;
    const TestServer server([&](ServedConnection& c) {
        while (auto request = c.read_request()) {
            {
                const std::lock_guard lock(mutex);
                bodies.push_back(request->method + ' ' + request->target + '\n' + request->body);
            }
            c.answer(200, "{}");
        }
    });
    AwsOptions options;
    options.endpoint_all = server.url();
    options.endpoints["sfn"] = server.url();
    use(options);
    const Start& start = GetParam();
    for (const bool repeated : {false, true}) {
        TaskCall task = call(start.service, start.action, start.parameters, asl::Pattern::sync);
        task.repeated = repeated;
        ASSERT_TRUE(run(std::move(task)));
    }
    ASSERT_EQ(bodies.size(), 2U);
    EXPECT_THAT(bodies[0], HasSubstr(kRequestId));
    EXPECT_EQ(bodies[0], bodies[1]);
}
INSTANTIATE_TEST_SUITE_P(, StartByToken, ::testing::ValuesIn(kByToken), name_of);

TEST_F(OptimizedTest, ATokenOfTheDefinitionIsKept) {
    service_.answers("StartBuild", {R"({"build":{"id":"p:1"}})"});
    ASSERT_TRUE(run(call("codebuild", "startBuild",
                         R"({"ProjectName":"p","IdempotencyToken":"mine"})", asl::Pattern::sync)));
    EXPECT_EQ(json(service_.last_body("StartBuild")),
              json(R"({"projectName":"p","idempotencyToken":"mine"})"));
}

/// Starts that are looked for: how the jobs are listed, what the list says, and what of the Task's
/// answer shows that the right one was found.
struct Search {
    Start start;
    const char* list;
    const char* answer;
    const char* found;
};

std::string name_of_search(const ::testing::TestParamInfo<Search>& info) {
    return name_of({info.param.start, info.index});
}

// The Task was scheduled at second 1000.
constexpr Search kBySearch[] = {
    {{"batch", "submitJob", R"({"JobName":"j","JobQueue":"q","JobDefinition":"d"})"},
     "POST /v1/listjobs",
     R"({"jobSummaryList":[{"jobId":"old","jobName":"j","createdAt":999999},)"
     R"({"jobId":"other","jobName":"k","createdAt":1000001},)"
     R"({"jobId":"mine","jobName":"j","createdAt":1000001}]})",
     R"("JobId":"mine")"},
    {{"databrew", "startJobRun", R"({"Name":"j"})"},
     "GET /jobs/j/jobRuns",
     R"({"JobRuns":[{"RunId":"old","JobName":"j","StartedOn":999},)"
     R"({"RunId":"mine","JobName":"j","StartedOn":1000}]})",
     R"("RunId":"mine")"},
    {{"elasticmapreduce", "createCluster", R"({"Name":"c","Instances":{}})"},
     "ListClusters",
     R"({"Clusters":[{"Id":"old","Name":"c","Status":{"Timeline":{"CreationDateTime":900}}},)"
     R"({"Id":"mine","Name":"c","Status":{"Timeline":{"CreationDateTime":1001}}}]})",
     R"("ClusterId":"mine")"},
    {{"elasticmapreduce", "addStep", R"({"ClusterId":"c","Step":{"Name":"s"}})"},
     "ListSteps",
     R"({"Steps":[{"Id":"old","Name":"s","Status":{"Timeline":{"CreationDateTime":900}}},)"
     R"({"Id":"mine","Name":"s","Status":{"Timeline":{"CreationDateTime":1000.5}}}]})",
     R"("StepId":"mine")"},
    {{"glue", "startJobRun", R"({"JobName":"j"})"},
     "GetJobRuns",
     R"({"JobRuns":[{"Id":"old","JobName":"j","StartedOn":999.9},)"
     R"({"Id":"mine","JobName":"j","StartedOn":1000.1}]})",
     R"("JobRunId":"mine")"},
    {{"sagemaker", "createHyperParameterTuningJob", R"({"HyperParameterTuningJobName":"j"})"},
     "DescribeHyperParameterTuningJob",
     R"({"HyperParameterTuningJobArn":"mine","CreationTime":1001})",
     R"("HyperParameterTuningJobArn":"mine")"},
    {{"sagemaker", "createLabelingJob", R"({"LabelingJobName":"j"})"},
     "DescribeLabelingJob",
     R"({"LabelingJobArn":"mine","CreationTime":1001})",
     R"("LabelingJobArn":"mine")"},
    {{"sagemaker", "createProcessingJob", R"({"ProcessingJobName":"j"})"},
     "DescribeProcessingJob",
     R"({"ProcessingJobArn":"mine","CreationTime":1001})",
     R"("ProcessingJobArn":"mine")"},
    {{"sagemaker", "createTrainingJob", R"({"TrainingJobName":"j"})"},
     "DescribeTrainingJob",
     R"({"TrainingJobArn":"mine","CreationTime":1001})",
     R"("TrainingJobArn":"mine")"},
    {{"sagemaker", "createTransformJob", R"({"TransformJobName":"j"})"},
     "DescribeTransformJob",
     R"({"TransformJobArn":"mine","CreationTime":1001})",
     R"("TransformJobArn":"mine")"},
};

class StartAgain : public OptimizedTest {
protected:
    TaskCall again(const Start& start) {
        TaskCall task = call(start.service, start.action, start.parameters, asl::Pattern::sync);
        task.repeated = true;
        task.scheduled_time = TimePoint{Milliseconds{1'000'000}};
        return task;
    }
};

class StartBySearch : public StartAgain, public ::testing::WithParamInterface<Search> {};

TEST_P(StartBySearch, FindsTheJobThatItHasStarted) {
    const Search& search = GetParam();
    service_.answers(search.list, {search.answer});
    const TaskResult found = run(again(search.start));
    ASSERT_TRUE(found);
    EXPECT_THAT(found->text(), HasSubstr(search.found));
    EXPECT_THAT(service_.asked(), ElementsAre(search.list));
}
INSTANTIATE_TEST_SUITE_P(, StartBySearch, ::testing::ValuesIn(kBySearch), name_of_search);

TEST_F(StartAgain, JobsOfBatchAreFoundWhateverTheirStatus) {
    service_.answers("POST /v1/listjobs", {R"({"jobSummaryList":[]})"});
    service_.answers("POST /v1/submitjob", {R"({"jobId":"1","jobName":"j"})"});
    ASSERT_TRUE(run(
        again({"batch", "submitJob", R"({"JobName":"j","JobQueue":"q","JobDefinition":"d"})"})));
    EXPECT_EQ(json(service_.last_body("POST /v1/listjobs")),
              json(R"({"jobQueue":"q","filters":[{"name":"JOB_NAME","values":["j"]}]})"));
    EXPECT_THAT(service_.asked(), ElementsAre("POST /v1/listjobs", "POST /v1/submitjob"));
}

TEST_F(StartAgain, ATaskOfEcsIsFoundThoughItHasStopped) {
    service_.answers("ListTasks", {R"({"taskArns":[]})", R"({"taskArns":["arn:t"]})"});
    service_.answers("DescribeTasks", {R"({"tasks":[{"taskArn":"arn:t"}]})"});
    const TaskResult found =
        run(again({"ecs", "runTask", R"({"TaskDefinition":"d","Cluster":"c"})"}));
    ASSERT_TRUE(found);
    EXPECT_EQ(found->value()["Tasks"][0]["TaskArn"], "arn:t");
    EXPECT_THAT(service_.asked(), ElementsAre("ListTasks", "ListTasks", "DescribeTasks"));
    EXPECT_EQ(json(service_.last_body("ListTasks")),
              json(R"({"cluster":"c","desiredStatus":"STOPPED",)"
                   R"("startedBy":"11111111-2222-4333-8444-555555555555"})"));
}

TEST_F(StartAgain, ATaskOfEcsThatOthersShareTheirNameWithIsToldByItsTime) {
    service_.answers("ListTasks", {R"({"taskArns":["arn:o","arn:t"]})"});
    service_.answers("DescribeTasks", {R"({"tasks":[{"taskArn":"arn:o","createdAt":900},)"
                                       R"({"taskArn":"arn:t","createdAt":1000.25}]})"});
    const TaskResult found =
        run(again({"ecs", "runTask", R"({"TaskDefinition":"d","StartedBy":"me"})"}));
    ASSERT_TRUE(found);
    ASSERT_EQ(found->value()["Tasks"].size(), 1U);
    EXPECT_EQ(found->value()["Tasks"][0]["TaskArn"], "arn:t");
    EXPECT_THAT(service_.last_body("ListTasks"), HasSubstr(R"("startedBy": "me")"));
}

TEST_F(StartAgain, ATaskOfEcsThatWasNotStartedIsStarted) {
    service_.answers("ListTasks", {R"({"taskArns":["arn:o"]})", R"({"taskArns":[]})"});
    service_.answers("DescribeTasks", {R"({"tasks":[{"taskArn":"arn:o","createdAt":900}]})"});
    service_.answers("RunTask", {R"({"tasks":[{"taskArn":"arn:t"}]})"});
    ASSERT_TRUE(run(again({"ecs", "runTask", R"({"TaskDefinition":"d","StartedBy":"me"})"})));
    EXPECT_THAT(service_.asked(),
                ElementsAre("ListTasks", "DescribeTasks", "ListTasks", "RunTask"));
}

TEST_F(StartAgain, WhatWasAlreadyRemovedIsGone) {
    const Start start{"eks", "deleteCluster", R"({"Name":"c"})"};
    const TaskResult submitted = run(again(start));
    ASSERT_TRUE(submitted);
    TaskCall task = again(start);
    const TaskResult result = watch(std::move(task), submitted->text())->get();
    ASSERT_TRUE(result);
    EXPECT_EQ(result->text(), "{}");
    // The first time it is an error.
    const TaskResult first =
        run(call("eks", "deleteCluster", R"({"Name":"c"})", asl::Pattern::sync));
    EXPECT_EQ(first.error().error, "EKS.ResourceNotFoundException");
}

TEST_F(StartAgain, AnExecutionThatHasEndedMeanwhileIsTheOneThatWasStarted) {
    AwsOptions options;
    options.endpoints["sfn"] = service_.url();
    use(options);
    service_.answers("StartExecution",
                     {R"({"__type":"ExecutionAlreadyExists","message":)"
                      R"("Execution Already Exists: 'arn:aws:states:::execution:m:1'"})"},
                     400);
    const TaskResult found = run(again({"states", "startExecution", R"({"StateMachineArn":"m"})"}));
    ASSERT_TRUE(found);
    EXPECT_EQ(found->text(), R"({"ExecutionArn":"arn:aws:states:::execution:m:1"})");
    // Where the definition names it, or the first time, it may be anybody's.
    const char* named = R"({"StateMachineArn":"m","Name":"n"})";
    EXPECT_EQ(run(again({"states", "startExecution", named})).error().error,
              "StepFunctions.ExecutionAlreadyExistsException");
    EXPECT_FALSE(run(call("states", "startExecution", R"({"StateMachineArn":"m"})")));
}

// What may be asked for twice: there is one of it, or none.
constexpr std::string_view kHarmless[] = {
    "cancelJobRun",         "deleteApplication", "deleteCluster",
    "deleteFargateProfile", "deleteNodegroup",   "deleteVirtualCluster",
    "startApplication",     "stopApplication",   "terminateCluster"};

TEST(OptimizedTable, EveryJobIsStartedOnce) {
    for (const OptimizedAction& action : optimized_actions()) {
        if (action.job == nullptr) continue;
        const auto is = [&](const Start& start) {
            return start.service == action.service && start.action == action.action;
        };
        const bool tested =
            std::ranges::any_of(kByToken, is) ||
            std::ranges::any_of(kBySearch, [&](const Search& s) { return is(s.start); }) ||
            action.service == "ecs" ||
            std::ranges::find(kHarmless, action.action) != std::end(kHarmless);
        EXPECT_TRUE(tested) << action.service << ':' << action.action;
    }
}

}  // namespace
}  // namespace stepwell::aws
