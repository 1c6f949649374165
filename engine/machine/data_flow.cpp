#include "engine/base/json_depth.hpp"
#include "engine/base/overloaded.hpp"
#include "engine/base/state_errors.hpp"
#include "engine/machine/turn.hpp"

// Developer Guide, "Processing input and output in Step Functions": InputPath, Parameters, the
// work, ResultSelector, ResultPath (into the raw input), OutputPath.
namespace stepwell {
namespace {

/// The payload a selection stands for: the same one where the whole document was selected.
Payload payload_of(Selection selection, const Payload& document) {
    if (&selection.value() == &document.value()) return document;
    return Payload(std::move(selection).take());
}

bool counts_retries(asl::StateType type) {
    return type == asl::StateType::task || type == asl::StateType::parallel ||
           type == asl::StateType::map;
}

}  // namespace

Json Turn::context_of(const Frame& frame, std::optional<std::pair<std::uint32_t, const Json*>> item,
                      std::string_view token) const {
    if (trial() != nullptr && trial()->context) return *trial()->context;
    const ExecutionInfo& info = x_.info;
    const asl::State& state = x_.state_of(frame);
    Json execution = Json::object();
    execution["Id"] = info.arn;
    execution["Input"] = info.input.value();
    execution["StartTime"] = to_iso8601(info.start_time);
    execution["Name"] = info.name;
    execution["RoleArn"] = info.role_arn.empty() ? Json() : Json(info.role_arn);
    // OBSERVED: Express executions, which cannot be redriven, have none (docs/observed.md).
    if (info.type == asl::WorkflowType::standard) execution["RedriveCount"] = 0;
    Json machine = Json::object();
    machine["Id"] = info.state_machine_arn;
    machine["Name"] = info.state_machine_name;
    Json here = Json::object();
    here["Name"] = trial() != nullptr ? kTrialStateName : state.name;
    here["EnteredTime"] = to_iso8601(frame.entered_time);
    if (counts_retries(state.type())) here["RetryCount"] = frame.retry_count;
    Json context = Json::object();
    context["Execution"] = std::move(execution);
    context["StateMachine"] = std::move(machine);
    context["State"] = std::move(here);
    if (!token.empty()) {
        Json task = Json::object();
        task["Token"] = std::string(token);
        context["Task"] = std::move(task);
    }
    // Inside an item: the innermost Map that the frame belongs to.
    for (const Frame* inner = &frame; !item && inner->id != inner->parent;) {
        const Frame& outer = x_.frames.at(inner->parent);
        if (outer.children && outer.children->map) {
            item.emplace(inner->index, &outer.children->items.value().at(inner->index));
        }
        inner = &outer;
    }
    if (item) {
        Json about = Json::object();
        about["Index"] = item->first;
        about["Value"] = *item->second;
        Json map = Json::object();
        map["Item"] = std::move(about);
        context["Map"] = std::move(map);
    }
    return context;
}

Evaluated<Payload> Turn::filter(const asl::PathField& path, const Payload& payload,
                                const Frame& frame) {
    if (std::holds_alternative<asl::WholeValue>(path)) return payload;
    if (std::holds_alternative<asl::EmptyObject>(path)) return Payload();
    const LazyContext context([&] { return context_of(frame, std::nullopt, {}); });
    auto selected = std::get<Expression>(path).evaluate(Scope{payload.value(), context, random_});
    if (!selected) return located(frame, invalid_path(selected.error()));
    return payload_of(*std::move(selected), payload);
}

Evaluated<Payload> Turn::effective_input(Frame& frame) {
    auto input = filter(x_.state_of(frame).input_path, frame.input, frame);
    // OBSERVED: TestState shows it for every type but Parallel (docs/observed.md).
    if (input && x_.state_of(frame).type() != asl::StateType::parallel)
        observe(&TrialData::after_input_path, *input);
    return input;
}

Evaluated<Payload> Turn::fill(const std::optional<Template>& source, const Payload& payload,
                              const Frame& frame) {
    if (!source) return payload;
    const LazyContext context([&] { return context_of(frame, std::nullopt, {}); });
    auto made = source->evaluate(Scope{payload.value(), context, random_});
    if (!made) return located(frame, std::move(made).error());
    return Payload(*std::move(made));
}

Evaluated<Payload> Turn::merge(const asl::ResultPath& path, const Payload& raw_input,
                               const Payload& result) {
    if (std::holds_alternative<asl::ReplaceInput>(path)) return result;
    if (std::holds_alternative<asl::DiscardResult>(path)) return raw_input;
    return Payload(TRY(std::get<JsonPath>(path).write(raw_input.value(), result.value())));
}

void Turn::leave_with_result(Frame& frame, const std::optional<Template>& selector,
                             const asl::ResultPath& result_path, const Payload& result,
                             asl::Transition then) {
    const auto selected = fill(selector, result, frame);
    if (!selected) return state_failed(frame, selected.error());
    observe(&TrialData::after_result_selector, *selected);
    const auto merged = merge(result_path, frame.input, *selected);
    if (!merged) return state_failed(frame, located(frame, merged.error()));
    observe(&TrialData::after_result_path, *merged);
    leave_with(frame, *merged, then);
}

void Turn::leave_with(Frame& frame, const Payload& unfiltered, asl::Transition then) {
    const auto output = filter(x_.state_of(frame).output_path, unfiltered, frame);
    if (!output) return state_failed(frame, output.error());
    leave(frame, *output, then);
}

void Turn::leave(Frame& frame, const Payload& output, asl::Transition then) {
    const asl::State& state = x_.state_of(frame);
    // DIFFERS: a bound of ours, so that no loop nests its data without end. docs/differences.md
    if (!output.same_as(frame.input) && is_deeper_than(output.value(), kMaxJsonDepth)) {
        return state_failed(frame,
                            located(frame, {std::string(state_errors::kRuntime),
                                            "The output is nested deeper than " +
                                                std::to_string(kMaxJsonDepth) + " levels."}));
    }
    if (output.size() > kMaxPayloadBytes) return state_failed(frame, too_large(state.name));
    if (trial() != nullptr) trial()->next = std::exchange(then.next, std::nullopt);
    record(frame, *exited_event(state.type()), StateExitedDetails{state.name, output},
           LeftState{then.next, output});
    if (then.next || x_.closed()) return;
    if (frame.id != frame.parent) return child_ended(frame);
    close(EventType::execution_succeeded, OutputDetails{output}, frame.last_event);
}

StateError too_large(const std::string& name) {
    return {
        std::string(state_errors::kDataLimitExceeded),
        "The state/task '" + name +
            "' returned a result with a size exceeding the maximum number of bytes service limit."};
}

StateError Turn::located(const Frame& frame, StateError error) const {
    // OBSERVED: there are no events to point at, and TestState says the rest (docs/observed.md).
    if (trial() != nullptr) return error;
    error.cause = "An error occurred while executing the state '" + x_.state_of(frame).name +
                  "' (entered at the event id #" + std::to_string(frame.entered_event) + "). " +
                  error.cause;
    return error;
}

}  // namespace stepwell
