#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "engine/asl/expressions.hpp"
#include "engine/asl/own_operations.hpp"
#include "engine/asl/resource.hpp"
#include "engine/asl/sdk_actions.hpp"
#include "engine/asl/states.hpp"
#include "engine/asl/task_headers.hpp"
#include "engine/base/overloaded.hpp"

namespace stepwell::asl {
namespace {

constexpr auto kBoth = FieldRule::In::both;

/// Developer Guide, "Task workflow state".
constexpr IntegerRange kTimeoutSeconds{1, 99'999'999};

constexpr FieldRule kCredentialsFields[] = {{"RoleArn", kBoth},
                                            {"RoleArn.$", FieldRule::In::json_path}};

/// The request members of Lambda's Invoke (AWS Lambda API reference) that the integration takes.
constexpr std::string_view kInvokeParameters[] = {"FunctionName",  "InvocationType", "LogType",
                                                  "ClientContext", "Payload",        "Qualifier"};

/// OBSERVED: what else ValidateStateMachineDefinition misses where it is not there
/// (badmintoncryer/cdk-preflight, measured 2026-09-05): what the request's API model requires.
/// docs/observed.md
struct RequiredParameter {
    std::string_view service;
    std::string_view action;
    std::string_view name;
};
constexpr RequiredParameter kRequiredParameters[] = {
    {"dynamodb", "getItem", "TableName"}, {"dynamodb", "getItem", "Key"},
    {"dynamodb", "putItem", "TableName"}, {"dynamodb", "putItem", "Item"},
    {"ecs", "runTask", "TaskDefinition"}, {"events", "putEvents", "Entries"},
    {"glue", "startJobRun", "JobName"},   {"sns", "publish", "Message"},
    {"sqs", "sendMessage", "QueueUrl"},   {"sqs", "sendMessage", "MessageBody"}};

bool has_dynamic(const Fields& fields, std::string_view name) {
    return fields.has(name) || fields.has(std::string(name) + ".$");
}

void require_member(const Fields& fields, std::string_view name) {
    if (has_dynamic(fields, name)) return;
    fields.problems().schema("The field '" + std::string(name) + "' is required but was missing",
                             fields.where());
}

SecondsField read_seconds(const Fields& fields, std::string_view literal, std::string_view path) {
    const auto present = fields.at_most_one({literal, path});
    if (!present) return {};
    if (*present == path) {
        if (auto expression = reference_path(fields, path)) return *std::move(expression);
        return {};
    }
    if (auto expression = jsonata_expression(fields, literal)) return *std::move(expression);
    if (const auto seconds = fields.integer(literal, kTimeoutSeconds)) return Seconds{*seconds};
    return {};
}

/// ASL specification, "Task State": a heartbeat interval must be smaller than the time-out.
void check_heartbeat(const TaskState& task, const Fields& fields) {
    const auto* timeout = std::get_if<Seconds>(&task.timeout);
    const auto* heartbeat = std::get_if<Seconds>(&task.heartbeat);
    if (timeout == nullptr || heartbeat == nullptr || *heartbeat < *timeout) return;
    fields.problems().schema("The value of 'HeartbeatSeconds' must be less than 'TimeoutSeconds'",
                             fields.at("HeartbeatSeconds"));
}

std::optional<Computed> read_credentials(const Fields& state) {
    const Json* value = state.find("Credentials");
    if (value == nullptr) return std::nullopt;
    const Location where = state.at("Credentials");
    const auto fields = Fields::of(*value, where, state.language(), state.problems());
    if (!fields) return std::nullopt;
    fields->allow_only(kCredentialsFields);
    require_member(*fields, "RoleArn");
    fields->string("RoleArn");
    return computed(state, "Credentials", "Credentials", StatesMembers::plain);
}

/// What AWS checks of `lambda:invoke` before it runs. A `Name.$` that Invoke does not have fails
/// when the task starts (OBSERVED: `TaskToken.$` passes ValidateStateMachineDefinition).
void check_invoke_parameters(const Fields& parameters) {
    require_member(parameters, "FunctionName");
    for (const auto& [name, unused] : parameters.members()) {
        if (name.ends_with(".$")) continue;
        if (std::find(std::begin(kInvokeParameters), std::end(kInvokeParameters), name) !=
            std::end(kInvokeParameters)) {
            continue;
        }
        parameters.problems().schema(
            "The field \"" + name + "\" is not supported by Step Functions", parameters.where());
    }
}

/// The same of an operation of Step Functions itself.
void check_own_parameters(const Fields& parameters, const OwnOperation& operation) {
    for (const OwnParameter& parameter : operation.parameters) {
        if (parameter.required) require_member(parameters, parameter.name);
    }
    for (const auto& [name, unused] : parameters.members()) {
        if (name.ends_with(".$") || operation.find(name) != nullptr) continue;
        parameters.problems().schema(
            "The field \"" + name + "\" is not supported by Step Functions", parameters.where());
    }
}

/// The same of other optimized integrations, as far as it was measured.
void check_required_parameters(const Fields& parameters, const ServiceResource& service) {
    for (const RequiredParameter& required : kRequiredParameters) {
        if (service.resource_type == required.service && service.action == required.action)
            require_member(parameters, required.name);
    }
}

/// OBSERVED: AWS refuses such headers when a machine is saved
/// (dev.classmethod.jp/articles/tsnote-step-functions-api-gateway-call-fails-to-save-state-machine).
void check_headers(const Fields& parameters, const ServiceResource& service) {
    const Json* headers = parameters.find("Headers");
    if (headers == nullptr || !headers->is_object()) return;
    std::vector<std::string> names;
    for (const auto& [name, unused] : headers->get_ref<const Json::object_t&>())
        names.push_back(name);
    if (auto wrong = unsupported_headers(service.resource_type, names))
        parameters.problems().schema(*std::move(wrong), parameters.where());
}

void check_service_parameters(const StateReader& state, const ServiceResource& service,
                              const std::string& arn) {
    const std::string_view name = state.json_path() ? "Parameters" : "Arguments";
    const Json* value = state.fields.find(name);
    if (value == nullptr) {
        state.problems().schema(std::string(name) + " field is required for resource ARN: " + arn,
                                state.fields.at("Resource"));
        return;
    }
    if (state.flow.definition().stored) return;
    const bool own = service.resource_type == "states" || service.resource_type == "aws-sdk:sfn";
    const bool lambda = service.resource_type == "lambda";
    if (!lambda && !own && !value->is_object()) return;
    if (!state.json_path() && value->is_string()) return;
    const Location where = state.fields.at(name);
    const auto parameters = Fields::of(*value, where, state.fields.language(), state.problems());
    if (!parameters) return;
    if (own) {
        check_own_parameters(*parameters, *find_own_operation(service.action));
    } else if (lambda) {
        check_invoke_parameters(*parameters);
    } else {
        check_required_parameters(*parameters, service);
        check_headers(*parameters, service);
    }
}

/// Developer Guide, "Choosing workflow type in Step Functions": what Express workflows do not take.
bool check_express(const StateReader& state, Pattern pattern) {
    if (state.flow.context().type != WorkflowType::express) return true;
    if (pattern == Pattern::sync || pattern == Pattern::sync2) {
        state.problems().schema(
            "Express state machine does not support '.sync' service integration",
            state.fields.at("Resource"));
        return false;
    }
    if (pattern == Pattern::wait_for_task_token) {
        // The blank at the end is AWS's.
        state.problems().schema(
            "Express state machine does not support '.waitForTaskToken' service integration ",
            state.fields.at("Resource"));
        return false;
    }
    return true;
}

/// Developer Guide, "Choosing workflow type in Step Functions", and Task state, "Credentials".
void check_activity(const StateReader& state) {
    const Location where = state.fields.at("Resource");
    if (state.flow.context().type == WorkflowType::express) {
        state.problems().schema("Express state machine does not support Activity ARN", where);
        return;
    }
    if (state.fields.has("Credentials")) {
        state.problems().schema("The field 'Credentials' is not supported for activities",
                                state.fields.at("Credentials"));
    }
}

/// Whether there is such an action of `aws-sdk:`, as far as anybody here knows.
/// DIFFERS: what only no model knows is taken, with a warning. docs/differences.md
bool check_sdk_action(const StateReader& state, const ServiceResource& service,
                      const std::string& arn) {
    constexpr std::string_view kSdk = "aws-sdk:";
    const SdkActions* actions = state.flow.definition().sdk_actions;
    if (actions == nullptr || !service.resource_type.starts_with(kSdk)) return true;
    const std::string name = service.resource_type.substr(kSdk.size());
    if (name == "sfn") return true;  // parse_resource knows them all
    const Location where = state.fields.at("Resource");
    switch (actions->look_up(name, service.action)) {
        case SdkAction::known:
            return true;
        case SdkAction::wrong:
            state.problems().schema(unrecognized_resource(arn).message, where);
            return false;
        case SdkAction::unknown_service:
            state.problems().warning(codes::kInvalidResource,
                                     "Stepwell has no API model of the service '" + name +
                                         "': it cannot be called without --service-models",
                                     where);
            return true;
        case SdkAction::unknown_action:
            state.problems().warning(codes::kInvalidResource,
                                     "Stepwell's API model of the service '" + name +
                                         "' has no action '" + service.action +
                                         "': it cannot be called without --service-models",
                                     where);
            return true;
    }
    return true;
}

void read_resource(const StateReader& state, TaskState& task) {
    const std::string* arn = state.fields.string("Resource");
    if (arn == nullptr) return;
    const Location where = state.fields.at("Resource");
    auto resource = parse_resource(*arn);
    if (!resource) return state.problems().schema(resource.error().message, where);
    task.resource_arn = *arn;
    std::visit(Overloaded{
                   [&](LambdaResource& lambda) { task.resource = std::move(lambda); },
                   [&](ActivityResource& activity) {
                       check_activity(state);
                       task.resource = std::move(activity);
                   },
                   [&](ServiceResource& service) {
                       if (!check_sdk_action(state, service, *arn)) return;
                       if (!check_express(state, service.pattern)) return;
                       check_service_parameters(state, service, *arn);
                       task.resource = std::move(service);
                   },
               },
               *resource);
}

}  // namespace

TaskState read_task(const StateReader& state) {
    const Fields& fields = state.fields;
    fields.require({"Resource"});
    TaskState out;
    read_resource(state, out);
    out.parameters = payload_template(fields, "Parameters");
    out.arguments = jsonata_value(fields, "Arguments", "Arguments");
    out.credentials = read_credentials(fields);
    out.result_selector = payload_template(fields, "ResultSelector");
    out.result_path = result_path(fields);
    out.timeout = read_seconds(fields, "TimeoutSeconds", "TimeoutSecondsPath");
    out.heartbeat = read_seconds(fields, "HeartbeatSeconds", "HeartbeatSecondsPath");
    check_heartbeat(out, fields);
    out.retry = read_retry(state);
    out.catchers = read_catch(state);
    out.then = state.transition();
    return out;
}

}  // namespace stepwell::asl
