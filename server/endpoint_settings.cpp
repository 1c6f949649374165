#include "server/endpoint_settings.hpp"

#include <algorithm>
#include <filesystem>
#include <stdexcept>
#include <utility>

#include "engine/base/ascii.hpp"
#include "integrations/http_url.hpp"
#include "integrations/models/service_models.hpp"

namespace stepwell::server {
namespace {

using Problem = std::optional<std::string>;

/// Step Functions Developer Guide, "Setting Configuration Options for Step Functions Local".
struct LocalToolName {
    std::string_view variable;
    std::string_view option;
    std::string_view java_option;
    std::string_view service;
};
constexpr LocalToolName kLocalTool[] = {
    {"ATHENA_ENDPOINT", "--athena-endpoint", "-athenaEndpoint", "athena"},
    {"BATCH_ENDPOINT", "--batch-endpoint", "-batchEndpoint", "batch"},
    {"DYNAMODB_ENDPOINT", "--dynamodb-endpoint", "-dynamodbEndpoint", "dynamodb"},
    {"ECS_ENDPOINT", "--ecs-endpoint", "-ecsEndpoint", "ecs"},
    {"EKS_ENDPOINT", "--eks-endpoint", "-eksEndpoint", "eks"},
    {"EVENTS_ENDPOINT", "--events-endpoint", "-eventsEndpoint", "eventbridge"},
    {"GLUE_ENDPOINT", "--glue-endpoint", "-glueEndpoint", "glue"},
    {"SAGE_MAKER_ENDPOINT", "--sage-maker-endpoint", "-sageMakerEndpoint", "sagemaker"},
    {"SNS_ENDPOINT", "--sns-endpoint", "-snsEndpoint", "sns"},
    {"SQS_ENDPOINT", "--sqs-endpoint", "-sqsEndpoint", "sqs"},
    {"STEP_FUNCTIONS_ENDPOINT", "--step-functions-endpoint", "-stepFunctionsEndpoint", "sfn"},
    // As the Developer Guide spells them.
    {"", "--dynamodb-endpoint", "-dynamoDBEndpoint", "dynamodb"},
    {"", "--sagemaker-endpoint", "-sageMakerEndpoint", "sagemaker"},
};

std::optional<std::string> variable(const Environment& environment, const std::string& name) {
    auto value = environment(name);
    if (value && value->empty()) return std::nullopt;
    return value;
}

/// `Cognito Identity Provider` as `COGNITO_IDENTITY_PROVIDER`. AWS SDKs and Tools Reference Guide,
/// "Service-specific endpoints".
std::string variable_of(std::string_view service_id) {
    std::string name = "AWS_ENDPOINT_URL_";
    for (const char c : service_id) {
        name += c == ' ' || c == '-' ? '_' : ascii_upper(c);
    }
    return name;
}

Problem read_variable(aws::AwsOptions& options, const Environment& environment,
                      const std::string& name, std::string_view service) {
    const auto value = variable(environment, name);
    if (!value) return std::nullopt;
    if (const auto problem = set_endpoint(options, service, *value))
        return name + " \"" + *value + "\" " + *problem;
    return std::nullopt;
}

/// Functions are invoked at Lambda's endpoint, however that was said, and the rest of Lambda's API
/// is asked there, too.
void share_lambda_endpoint(Settings& settings) {
    constexpr const char* kLambda = "lambda";
    const std::string* endpoint = settings.aws.endpoint_of(kLambda);
    if (endpoint != nullptr && !settings.lambda.endpoint) {
        settings.lambda.endpoint = *endpoint;
    } else if (settings.lambda.endpoint && !settings.aws.endpoints.contains(kLambda) &&
               !settings.lambda.endpoint->ends_with("/invocations")) {
        settings.aws.endpoints[kLambda] = *settings.lambda.endpoint;
    }
}

bool is_this_server(const std::string& url, const Settings& settings) {
    const auto parsed = parse_http_url(url);
    if (!parsed || parsed->tls || parsed->port != settings.port) return false;
    return parsed->host == "localhost" || parsed->host == "127.0.0.1" || parsed->host == "::1" ||
           parsed->host == settings.address;
}

}  // namespace

std::optional<std::string> set_endpoint(aws::AwsOptions& options, std::string_view service,
                                        const std::string& url) {
    const std::string key = aws::endpoint_key(service);
    if (key.empty()) return "names no service";
    if (const auto problem = aws::check_endpoint_url(url))
        return "cannot be used: " + *problem + "; give http://HOST:PORT";
    options.endpoints[key] = url;
    return std::nullopt;
}

std::optional<std::string> read_endpoint_argument(aws::AwsOptions& options,
                                                  const std::string& text) {
    const std::size_t equals = text.find('=');
    if (equals == std::string::npos)
        return "--endpoint \"" + text +
               "\" is not SERVICE=URL, such as dynamodb=http://127.0.0.1:8000";
    if (const auto problem = set_endpoint(options, std::string_view(text).substr(0, equals),
                                          text.substr(equals + 1)))
        return "--endpoint \"" + text + "\" " + *problem;
    return std::nullopt;
}

std::optional<std::string> read_aws_environment(Settings& settings,
                                                const Environment& environment) {
    for (const LocalToolName& name : kLocalTool) {
        if (name.variable.empty()) continue;
        if (auto problem =
                read_variable(settings.aws, environment, std::string(name.variable), name.service))
            return problem;
    }
    for (const std::string& id : models::ServiceModels().service_ids()) {
        if (auto problem = read_variable(settings.aws, environment, variable_of(id), id))
            return problem;
    }
    if (auto bundle = variable(environment, "AWS_CA_BUNDLE"))
        settings.aws.ca_bundle = *std::move(bundle);
    auto key_id = variable(environment, "AWS_ACCESS_KEY_ID");
    auto secret = variable(environment, "AWS_SECRET_ACCESS_KEY");
    if (key_id && secret) {
        settings.aws.credentials =
            aws::Credentials{*std::move(key_id), *std::move(secret),
                             variable(environment, "AWS_SESSION_TOKEN").value_or("")};
    }
    return std::nullopt;
}

void spell_endpoint_options(std::vector<std::string>& arguments) {
    for (std::size_t at = 0; at < arguments.size(); ++at) {
        std::string& argument = arguments[at];
        const std::size_t equals = argument.find('=');
        const std::string_view option = std::string_view(argument).substr(0, equals);
        const auto* known = std::ranges::find_if(kLocalTool, [&](const LocalToolName& name) {
            return name.option == option || name.java_option == option;
        });
        if (known == std::end(kLocalTool)) continue;
        const std::string service(known->service);
        if (equals != std::string::npos) {
            argument = "--endpoint=" + service + argument.substr(equals);
        } else if (at + 1 < arguments.size()) {
            argument = "--endpoint";
            arguments[at + 1] = service + '=' + arguments[at + 1];
            ++at;
        }
    }
}

std::optional<std::string> check_aws_options(Settings& settings) {
    aws::AwsOptions& options = settings.aws;
    models::ServiceModels models;
    if (!options.service_models.empty()) {
        try {
            models.add_folder(options.service_models);
        } catch (const std::runtime_error& error) {
            return std::string("service-models: ") + error.what();
        }
    }
    for (const auto& [key, url] : options.endpoints) {
        // The APIs of API Gateway's customers and of Kubernetes clusters have no model.
        if (key != "executeapi" && key != "kubernetes" && models.find(key) == nullptr)
            return "endpoint: there is no service \"" + key +
                   "\"; give the name that stands behind aws-sdk: in a Resource, such as dynamodb "
                   "or cloudwatchlogs, or its model with --service-models";
    }
    std::error_code ec;
    if (!options.ca_bundle.empty() && !std::filesystem::is_regular_file(options.ca_bundle, ec))
        return "AWS_CA_BUNDLE \"" + options.ca_bundle + "\" is not a file";
    if (options.allow_real_aws && !options.credentials)
        return "allow-real-aws needs credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY";
    // The variables are often set for clients, which mean this server.
    if (options.endpoint_all && is_this_server(*options.endpoint_all, settings))
        options.endpoint_all.reset();
    std::erase_if(options.endpoints,
                  [&](const auto& pair) { return is_this_server(pair.second, settings); });
    share_lambda_endpoint(settings);
    return std::nullopt;
}

EndpointLayer::EndpointLayer(aws::AwsOptions& options) : options_(options) {
    before_.endpoints = std::exchange(options.endpoints, {});
    before_.endpoint_all = std::exchange(options.endpoint_all, std::nullopt);
}

EndpointLayer::~EndpointLayer() {
    if (options_.endpoint_all) return;  // it stands for every service that the place left open
    options_.endpoint_all = std::move(before_.endpoint_all);
    options_.endpoints.merge(before_.endpoints);
}

}  // namespace stepwell::server
