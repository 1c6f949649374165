#include "integrations/aws/optimized_table.hpp"

#include <algorithm>

namespace stepwell::aws {
namespace {

constexpr OptimizedService kServices[] = {
    {"athena", "", {"Athena", "AmazonAthena", "AmazonAthenaException"}},
    {"batch", "", {"Batch", "AWSBatch", "AWSBatchException"}},
    {"bedrock", "", {"Bedrock", "Bedrock", "BedrockException"}},
    {"codebuild", "", {"CodeBuild", "AWSCodeBuild", "AWSCodeBuildException"}},
    {"databrew", "", {"DataBrew", "AWSGlueDataBrew", "AWSGlueDataBrewException"}},
    {"dynamodb", "", {"DynamoDB", "AmazonDynamoDBv2", "AmazonDynamoDBException"}},
    {"ecs", "", {"ECS", "AmazonECS", "AmazonECSException"}},
    {"eks", "", {"EKS", "AmazonEKS", "AmazonEKSException"}},
    {"elasticmapreduce",
     "emr",
     {"EMR", "AmazonElasticMapReduce", "AmazonElasticMapReduceException"}},
    {"emr-containers",
     "emrcontainers",
     {"EMRContainers", "AmazonEMRContainers", "AmazonEMRContainersException"}},
    {"emr-serverless",
     "emrserverless",
     {"EMRServerless", "EMRServerless", "EMRServerlessException"}},
    {"events", "eventbridge", {"EventBridge", "AmazonEventBridge", "AmazonEventBridgeException"}},
    {"glue", "", {"Glue", "AWSGlue", "AWSGlueException"}},
    {"mediaconvert", "", {"MediaConvert", "AWSMediaConvert", "AWSMediaConvertException"}},
    {"sagemaker", "", {"SageMaker", "AmazonSageMaker", "AmazonSageMakerException"}},
    {"sns", "", {"SNS", "AmazonSNS", "AmazonSNSException"}},
    {"states", "sfn", {"StepFunctions", "AWSStepFunctions", "AWSStepFunctionsException"}},
    {"sqs", "", {"SQS", "AmazonSQS", "AmazonSQSException"}},
};

constexpr JobKind kAthenaQuery = {.look = "getQueryExecution",
                                  .look_fields = {{{"QueryExecutionId", "out.QueryExecutionId"}}},
                                  .status = "QueryExecution.Status.State",
                                  .succeeded = "SUCCEEDED",
                                  .failed = "FAILED|CANCELLED",
                                  .result = "",
                                  .stop = "stopQueryExecution",
                                  .stop_fields = {{{"QueryExecutionId", "out.QueryExecutionId"}}}};
constexpr JobKind kBatchJob = {
    .look = "describeJobs",
    .look_fields = {{{"Jobs[]", "out.JobId"}}},
    .status = "Jobs.0.Status",
    .succeeded = "SUCCEEDED",
    .failed = "FAILED",
    .result = "Jobs.0",
    .stop = "terminateJob",
    .stop_fields = {{{"JobId", "out.JobId"}, {"Reason", "Aborted by Step Functions"}}}};
constexpr JobKind kCustomization = {.look = "getModelCustomizationJob",
                                    .look_fields = {{{"JobIdentifier", "out.JobArn"}}},
                                    .status = "Status",
                                    .succeeded = "Completed",
                                    .failed = "Failed|Stopped",
                                    .result = "",
                                    .stop = "stopModelCustomizationJob",
                                    .stop_fields = {{{"JobIdentifier", "out.JobArn"}}}};
constexpr JobKind kBuild = {.look = "batchGetBuilds",
                            .look_fields = {{{"Ids[]", "out.Build.Id"}}},
                            .status = "Builds.0.BuildStatus",
                            .succeeded = "SUCCEEDED",
                            .failed = "FAILED|FAULT|TIMED_OUT|STOPPED",
                            .result = "Builds.0",
                            .stop = "stopBuild",
                            .stop_fields = {{{"Id", "out.Build.Id"}}},
                            .wrap = "Build"};
constexpr JobKind kBuildBatch = {.look = "batchGetBuildBatches",
                                 .look_fields = {{{"Ids[]", "out.BuildBatch.Id"}}},
                                 .status = "BuildBatches.0.BuildBatchStatus",
                                 .succeeded = "SUCCEEDED",
                                 .failed = "FAILED|FAULT|TIMED_OUT|STOPPED",
                                 .result = "BuildBatches.0",
                                 .stop = "stopBuildBatch",
                                 .stop_fields = {{{"Id", "out.BuildBatch.Id"}}},
                                 .wrap = "BuildBatch"};
constexpr JobKind kDataBrewRun = {.look = "describeJobRun",
                                  .look_fields = {{{"Name", "in.Name"}, {"RunId", "out.RunId"}}},
                                  .status = "State",
                                  .succeeded = "SUCCEEDED",
                                  .failed = "FAILED|STOPPED|TIMEOUT",
                                  .result = "",
                                  .stop = "stopJobRun",
                                  .stop_fields = {{{"Name", "in.Name"}, {"RunId", "out.RunId"}}}};
constexpr JobKind kEcsTask = {
    .look = "describeTasks",
    .look_fields = {{{"Cluster", "out.Tasks.0.ClusterArn"}, {"Tasks[]", "out.Tasks.0.TaskArn"}}},
    .status = "Tasks.0.LastStatus",
    .succeeded = "STOPPED",
    .failed = "",
    .result = "Tasks.0",
    .stop = "stopTask",
    .stop_fields = {{{"Cluster", "out.Tasks.0.ClusterArn"},
                     {"Task", "out.Tasks.0.TaskArn"},
                     {"Reason", "Aborted by Step Functions"}}}};
constexpr JobKind kEksCluster = {.look = "describeCluster",
                                 .look_fields = {{{"Name", "in.Name"}}},
                                 .status = "Cluster.Status",
                                 .succeeded = "ACTIVE",
                                 .failed = "FAILED",
                                 .result = "",
                                 .stop = "deleteCluster",
                                 .stop_fields = {{{"Name", "in.Name"}}}};
constexpr JobKind kEksClusterGone = {.look = "describeCluster",
                                     .look_fields = {{{"Name", "in.Name"}}},
                                     .status = "Cluster.Status",
                                     .succeeded = "",
                                     .failed = "FAILED",
                                     .result = "",
                                     .stop = "",
                                     .stop_fields = {},
                                     .until_gone = true};
constexpr JobKind kNodegroup = {
    .look = "describeNodegroup",
    .look_fields = {{{"ClusterName", "in.ClusterName"}, {"NodegroupName", "in.NodegroupName"}}},
    .status = "Nodegroup.Status",
    .succeeded = "ACTIVE",
    .failed = "CREATE_FAILED|DEGRADED",
    .result = "",
    .stop = "deleteNodegroup",
    .stop_fields = {{{"ClusterName", "in.ClusterName"}, {"NodegroupName", "in.NodegroupName"}}}};
constexpr JobKind kNodegroupGone = {
    .look = "describeNodegroup",
    .look_fields = {{{"ClusterName", "in.ClusterName"}, {"NodegroupName", "in.NodegroupName"}}},
    .status = "Nodegroup.Status",
    .succeeded = "",
    .failed = "DELETE_FAILED",
    .result = "",
    .stop = "",
    .stop_fields = {},
    .until_gone = true};
constexpr JobKind kFargateProfile = {
    .look = "describeFargateProfile",
    .look_fields = {{{"ClusterName", "in.ClusterName"},
                     {"FargateProfileName", "in.FargateProfileName"}}},
    .status = "FargateProfile.Status",
    .succeeded = "ACTIVE",
    .failed = "CREATE_FAILED|DELETE_FAILED",
    .result = "",
    .stop = "deleteFargateProfile",
    .stop_fields = {
        {{"ClusterName", "in.ClusterName"}, {"FargateProfileName", "in.FargateProfileName"}}}};
constexpr JobKind kFargateProfileGone = {
    .look = "describeFargateProfile",
    .look_fields = {{{"ClusterName", "in.ClusterName"},
                     {"FargateProfileName", "in.FargateProfileName"}}},
    .status = "FargateProfile.Status",
    .succeeded = "",
    .failed = "DELETE_FAILED",
    .result = "",
    .stop = "",
    .stop_fields = {},
    .until_gone = true};
constexpr JobKind kEmrCluster = {.look = "describeCluster",
                                 .look_fields = {{{"ClusterId", "out.ClusterId"}}},
                                 .status = "Cluster.Status.State",
                                 .succeeded = "WAITING|TERMINATED",
                                 .failed = "TERMINATED_WITH_ERRORS",
                                 .result = "",
                                 .stop = "terminateJobFlows",
                                 .stop_fields = {{{"JobFlowIds[]", "out.ClusterId"}}}};
constexpr JobKind kEmrClusterGone = {.look = "describeCluster",
                                     .look_fields = {{{"ClusterId", "in.ClusterId"}}},
                                     .status = "Cluster.Status.State",
                                     .succeeded = "TERMINATED|TERMINATED_WITH_ERRORS",
                                     .failed = "",
                                     .result = "",
                                     .stop = "",
                                     .stop_fields = {}};
constexpr JobKind kEmrStep = {
    .look = "describeStep",
    .look_fields = {{{"ClusterId", "in.ClusterId"}, {"StepId", "out.StepId"}}},
    .status = "Step.Status.State",
    .succeeded = "COMPLETED",
    .failed = "FAILED|CANCELLED|INTERRUPTED",
    .result = "",
    .stop = "cancelSteps",
    .stop_fields = {{{"ClusterId", "in.ClusterId"}, {"StepIds[]", "out.StepId"}}}};
constexpr JobKind kVirtualClusterGone = {.look = "describeVirtualCluster",
                                         .look_fields = {{{"Id", "in.Id"}}},
                                         .status = "VirtualCluster.State",
                                         .succeeded = "TERMINATED",
                                         .failed = "ARRESTED",
                                         .result = "VirtualCluster",
                                         .stop = "",
                                         .stop_fields = {},
                                         .until_gone = true};
// AWS's sample "EMR on EKS" goes on with `$.job.VirtualClusterId` of the result.
constexpr JobKind kContainerRun = {
    .look = "describeJobRun",
    .look_fields = {{{"VirtualClusterId", "in.VirtualClusterId"}, {"Id", "out.Id"}}},
    .status = "JobRun.State",
    .succeeded = "COMPLETED",
    .failed = "FAILED|CANCELLED",
    .result = "JobRun",
    .stop = "cancelJobRun",
    .stop_fields = {{{"VirtualClusterId", "in.VirtualClusterId"}, {"Id", "out.Id"}}}};
constexpr JobKind kServerlessCreated = {.look = "getApplication",
                                        .look_fields = {{{"ApplicationId", "out.ApplicationId"}}},
                                        .status = "Application.State",
                                        .succeeded = "CREATED|STARTED",
                                        .failed = "TERMINATED",
                                        .result = "Application",
                                        .stop = "deleteApplication",
                                        .stop_fields = {{{"ApplicationId", "out.ApplicationId"}}}};
constexpr JobKind kServerlessStarted = {.look = "getApplication",
                                        .look_fields = {{{"ApplicationId", "in.ApplicationId"}}},
                                        .status = "Application.State",
                                        .succeeded = "STARTED",
                                        .failed = "TERMINATED",
                                        .result = "Application",
                                        .stop = "stopApplication",
                                        .stop_fields = {{{"ApplicationId", "in.ApplicationId"}}}};
constexpr JobKind kServerlessStopped = {.look = "getApplication",
                                        .look_fields = {{{"ApplicationId", "in.ApplicationId"}}},
                                        .status = "Application.State",
                                        .succeeded = "STOPPED",
                                        .failed = "TERMINATED",
                                        .result = "Application",
                                        .stop = "",
                                        .stop_fields = {}};
constexpr JobKind kServerlessDeleted = {.look = "getApplication",
                                        .look_fields = {{{"ApplicationId", "in.ApplicationId"}}},
                                        .status = "Application.State",
                                        .succeeded = "TERMINATED",
                                        .failed = "",
                                        .result = "Application",
                                        .stop = "",
                                        .stop_fields = {},
                                        .until_gone = true};
constexpr JobKind kServerlessRun = {
    .look = "getJobRun",
    .look_fields = {{{"ApplicationId", "in.ApplicationId"}, {"JobRunId", "out.JobRunId"}}},
    .status = "JobRun.State",
    .succeeded = "SUCCESS",
    .failed = "FAILED|CANCELLED",
    .result = "JobRun",
    .stop = "cancelJobRun",
    .stop_fields = {{{"ApplicationId", "in.ApplicationId"}, {"JobRunId", "out.JobRunId"}}}};
constexpr JobKind kServerlessCancelled = {
    .look = "getJobRun",
    .look_fields = {{{"ApplicationId", "in.ApplicationId"}, {"JobRunId", "in.JobRunId"}}},
    .status = "JobRun.State",
    .succeeded = "CANCELLED|SUCCESS|FAILED",
    .failed = "",
    .result = "JobRun",
    .stop = "",
    .stop_fields = {}};
constexpr JobKind kExecution = {.look = "describeExecution",
                                .look_fields = {{{"ExecutionArn", "out.ExecutionArn"}}},
                                .status = "Status",
                                .succeeded = "SUCCEEDED",
                                .failed = "FAILED|TIMED_OUT|ABORTED",
                                .result = "",
                                .stop = "stopExecution",
                                .stop_fields = {{{"ExecutionArn", "out.ExecutionArn"}}}};
constexpr JobKind kGlueRun = {
    .look = "getJobRun",
    .look_fields = {{{"JobName", "in.JobName"}, {"RunId", "out.JobRunId"}}},
    .status = "JobRun.JobRunState",
    .succeeded = "SUCCEEDED",
    .failed = "FAILED|ERROR|TIMEOUT|STOPPED|EXPIRED",
    .result = "JobRun",
    .stop = "batchStopJobRun",
    .stop_fields = {{{"JobName", "in.JobName"}, {"JobRunIds[]", "out.JobRunId"}}}};
constexpr JobKind kMediaConvertJob = {.look = "getJob",
                                      .look_fields = {{{"Id", "out.Job.Id"}}},
                                      .status = "Job.Status",
                                      .succeeded = "COMPLETE",
                                      .failed = "ERROR|CANCELED",
                                      .result = "",
                                      .stop = "cancelJob",
                                      .stop_fields = {{{"Id", "out.Job.Id"}}}};
constexpr JobKind kTuningJob = {
    .look = "describeHyperParameterTuningJob",
    .look_fields = {{{"HyperParameterTuningJobName", "in.HyperParameterTuningJobName"}}},
    .status = "HyperParameterTuningJobStatus",
    .succeeded = "Completed",
    .failed = "Failed|Stopped",
    .result = "",
    .stop = "stopHyperParameterTuningJob",
    .stop_fields = {{{"HyperParameterTuningJobName", "in.HyperParameterTuningJobName"}}}};
constexpr JobKind kLabelingJob = {.look = "describeLabelingJob",
                                  .look_fields = {{{"LabelingJobName", "in.LabelingJobName"}}},
                                  .status = "LabelingJobStatus",
                                  .succeeded = "Completed",
                                  .failed = "Failed|Stopped",
                                  .result = "",
                                  .stop = "stopLabelingJob",
                                  .stop_fields = {{{"LabelingJobName", "in.LabelingJobName"}}}};
constexpr JobKind kProcessingJob = {
    .look = "describeProcessingJob",
    .look_fields = {{{"ProcessingJobName", "in.ProcessingJobName"}}},
    .status = "ProcessingJobStatus",
    .succeeded = "Completed",
    .failed = "Failed|Stopped",
    .result = "",
    .stop = "stopProcessingJob",
    .stop_fields = {{{"ProcessingJobName", "in.ProcessingJobName"}}}};
constexpr JobKind kTrainingJob = {.look = "describeTrainingJob",
                                  .look_fields = {{{"TrainingJobName", "in.TrainingJobName"}}},
                                  .status = "TrainingJobStatus",
                                  .succeeded = "Completed",
                                  .failed = "Failed|Stopped",
                                  .result = "",
                                  .stop = "stopTrainingJob",
                                  .stop_fields = {{{"TrainingJobName", "in.TrainingJobName"}}}};
constexpr JobKind kTransformJob = {.look = "describeTransformJob",
                                   .look_fields = {{{"TransformJobName", "in.TransformJobName"}}},
                                   .status = "TransformJobStatus",
                                   .succeeded = "Completed",
                                   .failed = "Failed|Stopped",
                                   .result = "",
                                   .stop = "stopTransformJob",
                                   .stop_fields = {{{"TransformJobName", "in.TransformJobName"}}}};

// Without a filter only running jobs are listed.
constexpr JobSearch kFindBatchJob = {
    .look = "listJobs",
    .fields = {{{"JobQueue", "in.JobQueue"},
                {"Filters[].Name", "JOB_NAME"},
                {"Filters[].Values[]", "in.JobName"}}},
    .list = "JobSummaryList",
    .name = "JobName",
    .wanted = "in.JobName",
    .created = "CreatedAt",
    .answer = {{{"JobArn", "it.JobArn"}, {"JobId", "it.JobId"}, {"JobName", "it.JobName"}}}};
constexpr JobSearch kFindDataBrewRun = {.look = "listJobRuns",
                                        .fields = {{{"Name", "in.Name"}}},
                                        .list = "JobRuns",
                                        .name = "JobName",
                                        .wanted = "in.Name",
                                        .created = "StartedOn",
                                        .answer = {{{"RunId", "it.RunId"}}}};
constexpr JobSearch kFindEcsTask = {
    .look = "listTasks",
    .fields = {{{"Cluster", "in.Cluster"}, {"StartedBy", "in.StartedBy"}}},
    .list = "TaskArns",
    .name = "",
    .wanted = "",
    .created = "",
    .answer = {}};
constexpr JobSearch kFindEmrCluster = {
    .look = "listClusters",
    .fields = {},
    .list = "Clusters",
    .name = "Name",
    .wanted = "in.Name",
    .created = "Status.Timeline.CreationDateTime",
    .answer = {{{"ClusterArn", "it.ClusterArn"}, {"ClusterId", "it.Id"}}}};
constexpr JobSearch kFindEmrStep = {.look = "listSteps",
                                    .fields = {{{"ClusterId", "in.ClusterId"}}},
                                    .list = "Steps",
                                    .name = "Name",
                                    .wanted = "in.Step.Name",
                                    .created = "Status.Timeline.CreationDateTime",
                                    .answer = {{{"StepIds[]", "it.Id"}}}};
constexpr JobSearch kFindGlueRun = {.look = "getJobRuns",
                                    .fields = {{{"JobName", "in.JobName"}}},
                                    .list = "JobRuns",
                                    .name = "JobName",
                                    .wanted = "in.JobName",
                                    .created = "StartedOn",
                                    .answer = {{{"JobRunId", "it.Id"}}}};
constexpr JobSearch kFindHyperParameterTuningJob = {
    .look = "describeHyperParameterTuningJob",
    .fields = {{{"HyperParameterTuningJobName", "in.HyperParameterTuningJobName"}}},
    .list = "",
    .name = "",
    .wanted = "",
    .created = "CreationTime",
    .answer = {{{"HyperParameterTuningJobArn", "it.HyperParameterTuningJobArn"}}}};
constexpr JobSearch kFindLabelingJob = {.look = "describeLabelingJob",
                                        .fields = {{{"LabelingJobName", "in.LabelingJobName"}}},
                                        .list = "",
                                        .name = "",
                                        .wanted = "",
                                        .created = "CreationTime",
                                        .answer = {{{"LabelingJobArn", "it.LabelingJobArn"}}}};
constexpr JobSearch kFindProcessingJob = {
    .look = "describeProcessingJob",
    .fields = {{{"ProcessingJobName", "in.ProcessingJobName"}}},
    .list = "",
    .name = "",
    .wanted = "",
    .created = "CreationTime",
    .answer = {{{"ProcessingJobArn", "it.ProcessingJobArn"}}}};
constexpr JobSearch kFindTrainingJob = {.look = "describeTrainingJob",
                                        .fields = {{{"TrainingJobName", "in.TrainingJobName"}}},
                                        .list = "",
                                        .name = "",
                                        .wanted = "",
                                        .created = "CreationTime",
                                        .answer = {{{"TrainingJobArn", "it.TrainingJobArn"}}}};
constexpr JobSearch kFindTransformJob = {.look = "describeTransformJob",
                                         .fields = {{{"TransformJobName", "in.TransformJobName"}}},
                                         .list = "",
                                         .name = "",
                                         .wanted = "",
                                         .created = "CreationTime",
                                         .answer = {{{"TransformJobArn", "it.TransformJobArn"}}}};

constexpr OptimizedAction kActions[] = {
    {"athena", "getQueryExecution", "", nullptr, ""},
    {"athena", "getQueryResults", "", nullptr, ""},
    {"athena", "startQueryExecution", "", &kAthenaQuery, ""},
    {"athena", "stopQueryExecution", "", nullptr, ""},
    {"batch", "submitJob", "", &kBatchJob, "", &kFindBatchJob},
    {"bedrock", "createModelCustomizationJob", "", &kCustomization, ""},
    {"bedrock", "invokeModel", "", nullptr, ""},
    {"codebuild", "batchDeleteBuilds", "", nullptr, ""},
    {"codebuild", "batchGetReports", "", nullptr, ""},
    {"codebuild", "deleteBuildBatch", "", nullptr, ""},
    {"codebuild", "retryBuildBatch", "", &kBuildBatch, "IdempotencyToken"},
    {"codebuild", "startBuild", "", &kBuild, "IdempotencyToken"},
    {"codebuild", "startBuildBatch", "", &kBuildBatch, "IdempotencyToken"},
    {"codebuild", "stopBuild", "", nullptr, ""},
    {"codebuild", "stopBuildBatch", "", nullptr, ""},
    {"databrew", "startJobRun", "", &kDataBrewRun, "", &kFindDataBrewRun},
    {"dynamodb", "deleteItem", "", nullptr, ""},
    {"dynamodb", "getItem", "", nullptr, ""},
    {"dynamodb", "putItem", "", nullptr, ""},
    {"dynamodb", "updateItem", "", nullptr, ""},
    {"ecs", "runTask", "", &kEcsTask, "StartedBy", &kFindEcsTask},
    {"eks", "createCluster", "", &kEksCluster, ""},
    {"eks", "createFargateProfile", "", &kFargateProfile, ""},
    {"eks", "createNodegroup", "", &kNodegroup, ""},
    {"eks", "deleteCluster", "", &kEksClusterGone, ""},
    {"eks", "deleteFargateProfile", "", &kFargateProfileGone, ""},
    {"eks", "deleteNodegroup", "", &kNodegroupGone, ""},
    {"elasticmapreduce", "addStep", "AddJobFlowSteps", &kEmrStep, "", &kFindEmrStep},
    {"elasticmapreduce", "cancelStep", "CancelSteps", nullptr, ""},
    {"elasticmapreduce", "createCluster", "RunJobFlow", &kEmrCluster, "", &kFindEmrCluster},
    {"elasticmapreduce", "modifyInstanceFleetByName", "ModifyInstanceFleet", nullptr, ""},
    {"elasticmapreduce", "modifyInstanceGroupByName", "ModifyInstanceGroups", nullptr, ""},
    {"elasticmapreduce", "setClusterTerminationProtection", "SetTerminationProtection", nullptr,
     ""},
    {"elasticmapreduce", "terminateCluster", "TerminateJobFlows", &kEmrClusterGone, ""},
    {"emr-containers", "createVirtualCluster", "", nullptr, ""},
    {"emr-containers", "deleteVirtualCluster", "", &kVirtualClusterGone, ""},
    {"emr-containers", "startJobRun", "", &kContainerRun, ""},
    {"emr-serverless", "cancelJobRun", "", &kServerlessCancelled, ""},
    {"emr-serverless", "createApplication", "", &kServerlessCreated, ""},
    {"emr-serverless", "deleteApplication", "", &kServerlessDeleted, ""},
    {"emr-serverless", "startApplication", "", &kServerlessStarted, ""},
    {"emr-serverless", "startJobRun", "", &kServerlessRun, ""},
    {"emr-serverless", "stopApplication", "", &kServerlessStopped, ""},
    {"events", "putEvents", "", nullptr, ""},
    {"glue", "startJobRun", "", &kGlueRun, "", &kFindGlueRun},
    {"mediaconvert", "createJob", "", &kMediaConvertJob, ""},
    {"sagemaker", "createEndpoint", "", nullptr, ""},
    {"sagemaker", "createEndpointConfig", "", nullptr, ""},
    {"sagemaker", "createHyperParameterTuningJob", "", &kTuningJob, "",
     &kFindHyperParameterTuningJob},
    {"sagemaker", "createLabelingJob", "", &kLabelingJob, "", &kFindLabelingJob},
    {"sagemaker", "createModel", "", nullptr, ""},
    {"sagemaker", "createProcessingJob", "", &kProcessingJob, "", &kFindProcessingJob},
    {"sagemaker", "createTrainingJob", "", &kTrainingJob, "", &kFindTrainingJob},
    {"sagemaker", "createTransformJob", "", &kTransformJob, "", &kFindTransformJob},
    {"sagemaker", "updateEndpoint", "", nullptr, ""},
    {"sns", "publish", "", nullptr, ""},
    {"sqs", "sendMessage", "", nullptr, ""},
    {"states", "startExecution", "", &kExecution, "Name"},
};

}  // namespace

std::span<const OptimizedAction> optimized_actions() { return kActions; }

const OptimizedAction* find_optimized(std::string_view service, std::string_view action) {
    const auto* found = std::ranges::find_if(kActions, [&](const OptimizedAction& row) {
        return row.service == service && row.action == action;
    });
    return found == std::end(kActions) ? nullptr : found;
}

const OptimizedService* find_optimized_service(std::string_view service) {
    const auto* found = std::ranges::find(kServices, service, &OptimizedService::service);
    return found == std::end(kServices) ? nullptr : found;
}

std::string_view model_of(const OptimizedAction& action) {
    // The one action that another service than its own carries out.
    if (action.action == "invokeModel") return "bedrockruntime";
    const OptimizedService* service = find_optimized_service(action.service);
    return service->model.empty() ? service->service : service->model;
}

std::string_view operation_of(const OptimizedAction& action) {
    return action.operation.empty() ? action.action : action.operation;
}

}  // namespace stepwell::aws
