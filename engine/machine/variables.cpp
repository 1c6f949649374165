#include "engine/machine/variables.hpp"

#include "engine/base/time.hpp"

namespace stepwell {
namespace {

bool counts_retries(asl::StateType type) {
    return type == asl::StateType::task || type == asl::StateType::parallel ||
           type == asl::StateType::map;
}

Json about_execution(const Execution& x) {
    const ExecutionInfo& info = x.info;
    Json execution = Json::object();
    execution["Id"] = info.arn;
    execution["Input"] = info.input.value();
    execution["StartTime"] = to_iso8601(info.start_time);
    execution["Name"] = info.name;
    execution["RoleArn"] = info.role_arn.empty() ? Json() : Json(info.role_arn);
    // OBSERVED: Express executions, which cannot be redriven, have none (docs/observed.md).
    if (info.type == asl::WorkflowType::standard) execution["RedriveCount"] = x.redrive_count;
    if (x.redrive_time) execution["RedriveTime"] = to_iso8601(*x.redrive_time);
    return execution;
}

/// Inside an item: the innermost Map that the frame belongs to.
ItemInContext item_around(const Execution& execution, const Frame& frame) {
    for (const Frame* inner = &frame; inner->id != inner->parent;) {
        const Frame& outer = execution.frames.at(inner->parent);
        if (outer.children && outer.children->map)
            return std::pair(inner->index, &outer.children->items.value().at(inner->index));
        inner = &outer;
    }
    return std::nullopt;
}

Json with_item(Json context, const ItemInContext& item) {
    if (!item) return context;
    Json about = Json::object();
    about["Index"] = item->first;
    about["Value"] = *item->second;
    Json map = Json::object();
    map["Item"] = std::move(about);
    context["Map"] = std::move(map);
    return context;
}

}  // namespace

Json context_of(const Execution& execution, const Frame& frame, ItemInContext item,
                std::string_view token) {
    const Trial* trial = execution.info.trial.get();
    if (trial != nullptr && trial->context) return with_item(*trial->context, item);
    const asl::State& state = execution.state_of(frame);
    Json machine = Json::object();
    const std::string& label = execution.info.label;
    machine["Id"] = execution.info.state_machine_arn + (label.empty() ? "" : "/" + label);
    machine["Name"] = execution.info.state_machine_name + (label.empty() ? "" : "/" + label);
    Json here = Json::object();
    here["Name"] = trial != nullptr ? kTrialStateName : state.name;
    here["EnteredTime"] = to_iso8601(frame.entered_time);
    if (counts_retries(state.type()))
        here["RetryCount"] = trial != nullptr ? trial->retry_count : frame.retry_count;
    Json context = Json::object();
    context["Execution"] = about_execution(execution);
    context["StateMachine"] = std::move(machine);
    context["State"] = std::move(here);
    if (!token.empty()) {
        Json task = Json::object();
        task["Token"] = std::string(token);
        context["Task"] = std::move(task);
    }
    return with_item(std::move(context), item ? item : item_around(execution, frame));
}

Variables variables_of(const Execution& execution, const Frame& frame) {
    Variables variables;
    for (const Frame* scope = &frame;; scope = &execution.frames.at(scope->parent)) {
        variables.add_scope(scope->variables);
        if (scope->id == scope->parent) return variables;
    }
}

}  // namespace stepwell
