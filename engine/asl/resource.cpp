#include "engine/asl/resource.hpp"

#include <algorithm>
#include <optional>

#include "engine/asl/own_operations.hpp"
#include "engine/base/arn.hpp"

namespace stepwell::asl {
namespace {

/// How an action may be called, beside request-response.
enum Ways : unsigned { kCall = 0, kSync = 1, kToken = 2, kSync2 = 4 };

struct Integration {
    std::string_view service;
    std::string_view action;
    unsigned ways;
};

/// Developer Guide, "Integrating optimized services with Step Functions", and each service's page.
constexpr Integration kIntegrations[] = {
    {"apigateway", "invoke", kToken},
    {"athena", "getQueryExecution", kCall},
    {"athena", "getQueryResults", kCall},
    {"athena", "startQueryExecution", kSync},
    {"athena", "stopQueryExecution", kCall},
    {"batch", "submitJob", kSync},
    {"bedrock", "createModelCustomizationJob", kSync},
    {"bedrock", "invokeModel", kToken},
    {"codebuild", "batchDeleteBuilds", kCall},
    {"codebuild", "batchGetReports", kCall},
    {"codebuild", "deleteBuildBatch", kCall},
    {"codebuild", "retryBuildBatch", kSync},
    {"codebuild", "startBuild", kSync},
    {"codebuild", "startBuildBatch", kSync},
    {"codebuild", "stopBuild", kCall},
    {"codebuild", "stopBuildBatch", kCall},
    {"databrew", "startJobRun", kSync},
    {"dynamodb", "deleteItem", kCall},
    {"dynamodb", "getItem", kCall},
    {"dynamodb", "putItem", kCall},
    {"dynamodb", "updateItem", kCall},
    {"ecs", "runTask", kSync | kToken},
    {"eks", "call", kCall},
    {"eks", "createCluster", kSync},
    {"eks", "createNodegroup", kSync},
    {"eks", "deleteCluster", kSync},
    {"eks", "deleteNodegroup", kSync},
    {"eks", "runJob", kSync | kToken},
    {"elasticmapreduce", "addStep", kSync},
    {"elasticmapreduce", "cancelStep", kCall},
    {"elasticmapreduce", "createCluster", kSync},
    {"elasticmapreduce", "modifyInstanceFleetByName", kCall},
    {"elasticmapreduce", "modifyInstanceGroupByName", kCall},
    {"elasticmapreduce", "setClusterTerminationProtection", kCall},
    {"elasticmapreduce", "terminateCluster", kSync},
    {"emr-containers", "createVirtualCluster", kCall},
    {"emr-containers", "deleteVirtualCluster", kSync},
    {"emr-containers", "startJobRun", kSync},
    {"emr-serverless", "cancelJobRun", kSync},
    {"emr-serverless", "createApplication", kSync},
    {"emr-serverless", "deleteApplication", kSync},
    {"emr-serverless", "startApplication", kSync},
    {"emr-serverless", "startJobRun", kSync},
    {"emr-serverless", "stopApplication", kSync},
    {"events", "putEvents", kToken},
    {"glue", "startJobRun", kSync},
    {"http", "invoke", kCall},
    {"lambda", "invoke", kToken},
    {"mediaconvert", "createJob", kSync},
    {"sagemaker", "createEndpoint", kCall},
    {"sagemaker", "createEndpointConfig", kCall},
    {"sagemaker", "createHyperParameterTuningJob", kSync},
    {"sagemaker", "createLabelingJob", kSync},
    {"sagemaker", "createModel", kCall},
    {"sagemaker", "createProcessingJob", kSync},
    {"sagemaker", "createTrainingJob", kSync},
    {"sagemaker", "createTransformJob", kSync},
    {"sagemaker", "updateEndpoint", kCall},
    {"sns", "publish", kToken},
    {"sqs", "sendMessage", kToken},
    {"states", "startExecution", kSync | kSync2 | kToken},
};

struct Suffix {
    std::string_view text;
    Pattern pattern;
    unsigned way;
};
constexpr Suffix kSuffixes[] = {{".sync:2", Pattern::sync2, kSync2},
                                {".sync", Pattern::sync, kSync},
                                {".waitForTaskToken", Pattern::wait_for_task_token, kToken}};

bool all_of(std::string_view text, bool (*allowed)(char)) {
    return !text.empty() && std::all_of(text.begin(), text.end(), allowed);
}
bool lower_or_digit(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }
bool alphanumeric(char c) { return lower_or_digit(c) || (c >= 'A' && c <= 'Z'); }
bool function_char(char c) { return alphanumeric(c) || c == '-' || c == '_'; }

/// `function:<name>[:<version or alias>]`. AWS Lambda API reference, "Invoke", FunctionName.
bool is_function(std::string_view resource) {
    constexpr std::string_view kPrefix = "function:";
    if (!resource.starts_with(kPrefix)) return false;
    resource.remove_prefix(kPrefix.size());
    const std::size_t colon = resource.find(':');
    if (!all_of(resource.substr(0, colon), function_char)) return false;
    if (colon == std::string_view::npos) return true;
    const std::string_view qualifier = resource.substr(colon + 1);
    return qualifier == "$LATEST" || all_of(qualifier, function_char);
}

bool is_sdk_action(std::string_view service, std::string_view action) {
    return all_of(service, lower_or_digit) && all_of(action, alphanumeric) &&
           lower_or_digit(action.front());
}

/// `<service>:<action>[suffix]` of an ARN without region and account.
std::optional<ServiceResource> parse_service(std::string_view resource) {
    ServiceResource out;
    const std::size_t sdk =
        resource.starts_with("aws-sdk:") ? std::string_view("aws-sdk:").size() : 0;
    const std::size_t colon = resource.find(':', sdk);
    if (colon == std::string_view::npos) return std::nullopt;
    const std::string_view service = resource.substr(sdk, colon - sdk);
    std::string_view action = resource.substr(colon + 1);
    out.resource_type = resource.substr(0, colon);
    out.resource = action;
    unsigned way = kCall;
    for (const Suffix& suffix : kSuffixes) {
        if (!action.ends_with(suffix.text)) continue;
        action.remove_suffix(suffix.text.size());
        out.pattern = suffix.pattern;
        way = suffix.way;
        break;
    }
    out.action = action;
    if (sdk != 0) {
        // Every action with a field for the token takes one; none waits for a job.
        if (way != kCall && way != kToken) return std::nullopt;
        if (service == "sfn" && find_own_operation(action) == nullptr) return std::nullopt;
        return is_sdk_action(service, action) ? std::optional(out) : std::nullopt;
    }
    for (const Integration& known : kIntegrations) {
        if (known.service == service && known.action == action && (known.ways & way) == way)
            return out;
    }
    return std::nullopt;
}

}  // namespace

Result<TaskResource, ResourceError> parse_resource(std::string_view text) {
    const auto arn = Arn::parse(text);
    if (!arn || arn->partition.empty() || arn->resource.empty())
        return ResourceError{"Value is not a valid resource ARN"};
    if (arn->service == "lambda" && is_function(arn->resource)) {
        return TaskResource{LambdaResource{std::string(text)}};
    }
    if (arn->service == "states") {
        if (arn->region.empty() && arn->account.empty()) {
            if (auto service = parse_service(arn->resource))
                return TaskResource{*std::move(service)};
        } else if (arn->resource.starts_with("activity:") && arn->resource.size() > 9) {
            return TaskResource{ActivityResource{std::string(text)}};
        }
    }
    return ResourceError{"The resource provided " + std::string(text) +
                         " is not recognized. The value is not a valid resource ARN, or the "
                         "resource is not available in "
                         "this region."};
}

}  // namespace stepwell::asl
