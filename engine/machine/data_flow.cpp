#include <algorithm>

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

}  // namespace

Evaluated<Payload> Turn::filter(const asl::PathField& path, const Payload& payload,
                                const Frame& frame) {
    if (std::holds_alternative<asl::WholeValue>(path)) return payload;
    if (std::holds_alternative<asl::EmptyObject>(path)) return Payload();
    const FrameScope scope(x_, frame, random_, payload.value());
    auto selected = std::get<Expression>(path).evaluate(scope);
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
    const FrameScope scope(x_, frame, random_, payload.value());
    auto made = source->evaluate(scope);
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
    leave_with(frame, *merged, x_.state_of(frame).assign, *selected, then);
}

void Turn::leave_with(Frame& frame, const Payload& unfiltered,
                      const std::optional<asl::Computed>& assign, const Payload& result,
                      asl::Transition then) {
    auto variables = assigned(frame, assign, result);
    if (!variables) return state_failed(frame, variables.error());
    const auto output = filter(x_.state_of(frame).output_path, unfiltered, frame);
    if (!output) return state_failed(frame, output.error());
    leave(frame, *output, *std::move(variables), then);
}

Evaluated<std::vector<AssignedVariable>> Turn::assigned(const Frame& frame,
                                                        const std::optional<asl::Computed>& assign,
                                                        const Payload& document) {
    if (!assign) return std::vector<AssignedVariable>();
    const FrameScope scope(x_, frame, random_, document.value());
    auto values = std::get<Template>(*assign).evaluate(scope);
    if (!values) return located(frame, std::move(values).error());
    return bounded_variables(frame, *std::move(values));
}

Evaluated<std::vector<AssignedVariable>> Turn::bounded_variables(const Frame& frame, Json values) {
    std::vector<AssignedVariable> out;
    std::size_t bytes = 0;
    std::size_t freed = 0;
    std::size_t added = 0;
    for (auto& [name, value] : values.get_ref<Json::object_t&>()) {
        out.push_back({name, Payload(std::move(value))});
        bytes += out.back().value.size();
        added += variable_bytes(name, out.back().value);
        const auto old = frame.variables.find(name);
        if (old != frame.variables.end()) freed += variable_bytes(name, old->second);
    }
    if (bytes > asl::kMaxVariableBytes) return too_large_variables(x_.state_of(frame).name);
    if (x_.variable_bytes - freed + added > asl::kMaxStoredVariableBytes)
        return too_large_variables(x_.state_of(frame).name);
    std::sort(out.begin(), out.end(),
              [](const AssignedVariable& a, const AssignedVariable& b) { return a.name < b.name; });
    return out;
}

Evaluated<void> Turn::check_output(const Frame& frame, const Payload& output) const {
    // DIFFERS: a bound of ours, so that no loop nests its data without end. docs/differences.md
    if (!output.same_as(frame.input) && is_deeper_than(output.value(), kMaxJsonDepth)) {
        return located(frame, {std::string(state_errors::kRuntime),
                               "The output is nested deeper than " + std::to_string(kMaxJsonDepth) +
                                   " levels."});
    }
    if (output.size() > kMaxPayloadBytes) return too_large(x_.state_of(frame).name);
    return {};
}

void Turn::leave(Frame& frame, const Payload& output, std::vector<AssignedVariable> assigned,
                 asl::Transition then) {
    if (auto fits = check_output(frame, output); !fits) return state_failed(frame, fits.error());
    const asl::State& state = x_.state_of(frame);
    if (trial() != nullptr) trial()->next = std::exchange(then.next, std::nullopt);
    record(frame, *exited_event(state.type()),
           StateExitedDetails{state.name, output, std::move(assigned)},
           LeftState{then.next, output});
    if (trial() != nullptr) trial()->variables = frame.variables;
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

StateError too_large_variables(const std::string& state) {
    // DIFFERS: the service's words are not known. docs/differences.md
    return {std::string(state_errors::kDataLimitExceeded),
            "The state '" + state +
                "' assigned variables with a size exceeding the maximum number of bytes service "
                "limit."};
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
