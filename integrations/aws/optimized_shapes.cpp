#include "integrations/aws/optimized_shapes.hpp"

#include <algorithm>
#include <iterator>

#include "engine/base/arn.hpp"
#include "engine/base/ascii.hpp"
#include "engine/base/state_errors.hpp"
#include "integrations/aws/errors.hpp"
#include "integrations/aws/job_fields.hpp"
#include "integrations/aws/sdk_tasks.hpp"
#include "integrations/sdk_result.hpp"

namespace stepwell::aws {
namespace {

bool is(const OptimizedAction& action, std::string_view service, std::string_view name) {
    return action.service == service && action.action == name;
}

Json taken(Json& from, const char* member) {
    const auto found = from.find(member);
    if (found == from.end()) return Json();
    Json value = *found;
    from.erase(member);
    return value;
}

void move_into_list(Json& parameters, const char* member, const char* list) {
    Json value = taken(parameters, member);
    if (value.is_null()) return;
    parameters[list] = Json::array();
    parameters[list].push_back(std::move(value));
}

/// Whoever receives an event sees in its Resources who sent it. Developer Guide, "Add EventBridge
/// events with Step Functions".
void add_sender(Json& parameters, const std::string& execution) {
    const auto arn = Arn::parse(execution);
    const auto entries = parameters.find("Entries");
    if (!arn || entries == parameters.end() || !entries->is_array()) return;
    std::string name =
        arn->resource.substr(std::min(arn->resource.find(':'), arn->resource.size() - 1) + 1);
    name = name.substr(0, name.find(':'));
    const std::string machine =
        state_machine_arn({arn->account, arn->region, arn->partition}, name);
    for (Json& entry : entries->get_ref<Json::array_t&>()) {
        if (!entry.is_object()) continue;
        Json& resources = entry["Resources"];
        if (!resources.is_array()) resources = Json::array();
        resources.push_back(machine);
        resources.push_back(execution);
    }
}

constexpr std::string_view kShownHeaders[] = {"server",      "connection",     "x-amzn-requestid",
                                              "x-amz-crc32", "content-length", "date",
                                              "content-type"};

/// What else a stand-in sends is left out, so that a workflow sees here what it will see on AWS.
HttpHeaders shown_headers(const Answer& answer) {
    HttpHeaders shown;
    std::ranges::copy_if(answer.headers, std::back_inserter(shown), [](const HttpHeader& header) {
        return std::ranges::find(kShownHeaders, ascii_lower(header.name)) !=
               std::end(kShownHeaders);
    });
    return shown;
}

}  // namespace

StateError error_of(const OptimizedAction& action, const Error& error, const TaskCall& call) {
    const OptimizedNames& names = find_optimized_service(action.service)->names;
    return task_error(error, call, [&](const Error& own) { return optimized_error(own, names); });
}

Call call_of(const OptimizedAction& action, const TaskCall& call, std::string_view operation,
             Json parameters) {
    Call out;
    out.service = model_of(action);
    out.action = operation;
    out.parameters = std::move(parameters);
    out.style = Style::optimized;
    out.owner = owner_of(call);
    out.client_token = call.request_id;
    out.timeout = longest_wait(out.service);
    return out;
}

Json action_parameters(const OptimizedAction& action, const TaskCall& call) {
    Json parameters = call.input.value();
    if (!parameters.is_object()) return parameters;
    if (action.service == "events") add_sender(parameters, call.execution_arn);
    if (is(action, "elasticmapreduce", "addStep")) {
        Json cluster = taken(parameters, "ClusterId");
        if (!cluster.is_null()) parameters["JobFlowId"] = std::move(cluster);
        move_into_list(parameters, "Step", "Steps");
    } else if (is(action, "elasticmapreduce", "cancelStep")) {
        move_into_list(parameters, "StepId", "StepIds");
    } else if (is(action, "elasticmapreduce", "terminateCluster") ||
               is(action, "elasticmapreduce", "setClusterTerminationProtection")) {
        move_into_list(parameters, "ClusterId", "JobFlowIds");
    }
    return parameters;
}

Json named_answer(const OptimizedAction& action, Json output) {
    if (is(action, "elasticmapreduce", "addStep")) {
        const Json* id = value_at(output, "StepIds.0");
        Json out = Json::object();
        if (id != nullptr) out["StepId"] = *id;
        return out;
    }
    if (is(action, "elasticmapreduce", "cancelStep")) {
        const Json* info = value_at(output, "CancelStepsInfoList.0");
        Json out = Json::object();
        if (info != nullptr) out["CancelStepsInfo"] = *info;
        return out;
    }
    if (is(action, "elasticmapreduce", "createCluster")) {
        Json id = taken(output, "JobFlowId");
        if (!id.is_null()) output["ClusterId"] = std::move(id);
    }
    return output;
}

Json shown_answer(const OptimizedAction& action, const Answer& answer, const TaskCall& call) {
    Json shown = named_answer(action, answer.output);
    // OBSERVED: what putEvents gives has no metadata (conformance, events_task_service__…).
    if (action.service == "events") return shown;
    shown["SdkHttpMetadata"] = http_metadata(answer.status, shown_headers(answer));
    Json metadata = Json::object();
    metadata["RequestId"] = answer.request_id.empty() ? call.request_id : answer.request_id;
    shown["SdkResponseMetadata"] = std::move(metadata);
    return in_name_order(shown);
}

std::optional<StateError> failure_in(const OptimizedAction& action, const Json& shown,
                                     asl::Pattern pattern) {
    if (is(action, "events", "putEvents")) {
        const Json* failed = value_at(shown, "FailedEntryCount");
        if (failed != nullptr && failed->is_number() && failed->get<double>() > 0)
            return StateError{"EventBridge.FailedEntry", write_json(shown)};
    }
    // Developer Guide, "Run Amazon ECS or Fargate tasks with Step Functions".
    if (is(action, "ecs", "runTask") && pattern != asl::Pattern::request_response) {
        const Json* failures = value_at(shown, "Failures");
        if (failures != nullptr && !failures->empty())
            return StateError{"AmazonECS.Unknown", write_json(shown)};
    }
    return std::nullopt;
}

bool ended_well(const OptimizedAction& action, const Json& result) {
    if (!is(action, "ecs", "runTask")) return true;
    const Json* stop_code = value_at(result, "StopCode");
    if (stop_code != nullptr && *stop_code == "TaskFailedToStart") return false;
    const Json* containers = value_at(result, "Containers");
    if (containers == nullptr || !containers->is_array()) return true;
    return std::ranges::all_of(*containers, [](const Json& container) {
        const Json* code = value_at(container, "ExitCode");
        return code == nullptr || *code == 0;
    });
}

Json shown_job(const OptimizedAction& action, Json described) {
    // What comes next names the cluster by its id: `$.cluster.ClusterId`.
    if (is(action, "elasticmapreduce", "createCluster")) {
        if (const Json* id = value_at(described, "Cluster.Id")) described["ClusterId"] = *id;
    }
    const std::string_view wrap = action.job->wrap;
    if (wrap.empty()) return described;
    Json wrapped = Json::object();
    wrapped[std::string(wrap)] = std::move(described);
    return wrapped;
}

ByName by_name(const OptimizedAction& action) {
    if (is(action, "elasticmapreduce", "modifyInstanceFleetByName"))
        return {"listInstanceFleets", "InstanceFleets",  "InstanceFleetName",
                "InstanceFleet",      "InstanceFleetId", ""};
    if (is(action, "elasticmapreduce", "modifyInstanceGroupByName"))
        return {"listInstanceGroups", "InstanceGroups",  "InstanceGroupName",
                "InstanceGroup",      "InstanceGroupId", "InstanceGroups"};
    return {};
}

std::optional<Json> parameters_by_name(const ByName& by, const Json& parameters,
                                       const Json& listed) {
    const Json* name = value_at(parameters, by.wanted);
    const Json* list = value_at(listed, by.list);
    if (name == nullptr || list == nullptr || !list->is_array()) return std::nullopt;
    for (const Json& one : *list) {
        const Json* own_name = value_at(one, "Name");
        const Json* id = value_at(one, "Id");
        if (own_name == nullptr || id == nullptr || *own_name != *name) continue;
        const Json* changes = value_at(parameters, by.changes);
        Json changed = changes != nullptr && changes->is_object() ? *changes : Json::object();
        changed[std::string(by.id)] = *id;
        Json out = Json::object();
        out["ClusterId"] = parameters.contains("ClusterId") ? parameters["ClusterId"] : Json();
        if (by.as_list.empty()) {
            out[std::string(by.changes)] = std::move(changed);
        } else {
            out[std::string(by.as_list)] = Json::array();
            out[std::string(by.as_list)].push_back(std::move(changed));
        }
        return out;
    }
    return std::nullopt;
}

}  // namespace stepwell::aws
