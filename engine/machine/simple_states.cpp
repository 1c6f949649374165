#include <limits>

#include "engine/base/overloaded.hpp"
#include "engine/base/state_errors.hpp"
#include "engine/machine/turn.hpp"

// Pass, Choice, Wait, Succeed and Fail. ASL specification, "State Types".
namespace stepwell {
namespace {

StateError runtime_error(std::string cause) {
    return {std::string(state_errors::kRuntime), std::move(cause)};
}

/// A value as AWS quotes it behind `==`: a string without its quotes, anything else as JSON.
std::string shown(const Json& value) {
    return value.is_string() ? value.get<std::string>() : write_json(value);
}

}  // namespace

StateError no_choice_matched() {
    return {std::string(state_errors::kNoChoiceMatched),
            "Failed to transition out of the state. The state does not point to a next state."};
}

void Turn::work(Frame& frame, const asl::PassState& state) {
    const auto input = effective_input(frame);
    if (!input) return state_failed(frame, input.error());
    auto result = fill(state.parameters, *input, frame);
    if (!result) return state_failed(frame, result.error());
    if (trial() != nullptr) observe_pass(state, *result);
    leave_with_result(frame, std::nullopt, state.result_path,
                      state.result ? *state.result : *result, state.then);
}

void Turn::work(Frame& frame, const asl::SucceedState&) {
    const auto input = effective_input(frame);
    if (!input) return state_failed(frame, input.error());
    leave_with(frame, *input, std::nullopt, *input, asl::Transition{});
}

void Turn::work(Frame& frame, const asl::FailState& state) {
    observe(&TrialData::after_input_path, frame.input);
    const FrameScope scope(x_, frame, random_, frame.input.value());
    const auto text_of = [&](const auto& field,
                             std::string_view name) -> Evaluated<std::optional<std::string>> {
        if (const auto* literal = std::get_if<std::string>(&field)) return std::optional(*literal);
        const auto* path = std::get_if<Expression>(&field);
        if (path == nullptr) return std::optional<std::string>();
        auto selected = path->evaluate(scope);
        if (!selected)
            return located(frame, not_found_in_field(selected.error(), name, frame.input.value()));
        if (!selected->value().is_string()) {
            return located(frame, runtime_error("The JSONPath '" + path->text() +
                                                "' specified for the field '" + std::string(name) +
                                                "' must refer to a string in the input '" +
                                                frame.input.text() + "'"));
        }
        return std::optional(selected->value().template get<std::string>());
    };
    auto error = text_of(state.error, "ErrorPath");
    if (!error) return state_failed(frame, error.error());
    auto cause = text_of(state.cause, "CausePath");
    if (!cause) return state_failed(frame, cause.error());
    fail_frame(frame, Failure{*error, *cause});
}

void Turn::work(Frame& frame, const asl::ChoiceState& state) {
    const auto input = effective_input(frame);
    if (!input) return state_failed(frame, input.error());
    const FrameScope scope(x_, frame, random_, input->value());
    for (const asl::Choice& choice : state.choices) {
        const auto matched = matches(std::get<asl::ChoiceRule>(choice.rule), scope);
        if (!matched) return state_failed(frame, located(frame, matched.error()));
        // A rule's Assign stands in place of the state's.
        if (*matched)
            return leave_with(frame, *input, choice.assign, *input, asl::Transition{choice.next});
    }
    if (!state.default_next) return state_failed(frame, located(frame, no_choice_matched()));
    leave_with(frame, *input, x_.state_of(frame).assign, *input,
               asl::Transition{state.default_next});
}

void Turn::work(Frame& frame, const asl::WaitState& state) {
    const auto input = effective_input(frame);
    if (!input) return state_failed(frame, input.error());
    const auto until = wait_until(frame, state, *input);
    if (!until) return state_failed(frame, located(frame, until.error()));
    wait(frame, *until);
}

void Turn::wait(Frame& frame, TimePoint until) {
    if (const TimePoint due = scaled(until); due > now_) {
        note(frame, WaitsUntil{due});
    } else {
        end_wait(frame);
    }
}

Evaluated<TimePoint> Turn::wait_until(Frame& frame, const asl::WaitState& state,
                                      const Payload& input) {
    const FrameScope scope(x_, frame, random_, input.value());
    const auto seconds_path = [&](const asl::SecondsPath& field) -> Evaluated<TimePoint> {
        const std::string& path = field.path.text();
        auto selected = field.path.evaluate(scope);
        if (!selected)
            return runtime_error("The SecondsPath parameter does not reference an input value: " +
                                 path);
        const Json& value = selected->value();
        const auto number = as_integer(value);
        if (!number) {
            return runtime_error("The SecondsPath parameter cannot be parsed as a long value: " +
                                 path + " == " + shown(value));
        }
        const std::int64_t seconds = *number;
        if (seconds < 0) {
            return runtime_error("The SecondsPath parameter references a negative value: " + path +
                                 " == " + shown(value));
        }
        if (seconds > std::numeric_limits<std::int32_t>::max())
            return runtime_error("Wait state delay is too long.");
        return now_ + Seconds{seconds};
    };
    const auto timestamp_path = [&](const asl::TimestampPath& field) -> Evaluated<TimePoint> {
        const std::string& path = field.path.text();
        auto selected = field.path.evaluate(scope);
        if (!selected)
            return runtime_error("The TimestampPath parameter does not reference an input value: " +
                                 path);
        const Json& value = selected->value();
        const auto time =
            value.is_string() ? parse_rfc3339(value.get_ref<const std::string&>()) : std::nullopt;
        if (!time) {
            return runtime_error(
                "The TimestampPath parameter does not reference a valid ISO-8601 extended offset "
                "date-time format "
                "string: " +
                path + " == " + shown(value));
        }
        return *time;
    };
    const TimePoint until = TRY(std::visit(
        Overloaded{[&](const Seconds& seconds) -> Evaluated<TimePoint> { return now_ + seconds; },
                   [&](const TimePoint& time) -> Evaluated<TimePoint> { return time; },
                   seconds_path, timestamp_path,
                   // Of a JSONata state: jsonata_states.cpp.
                   [&](const asl::SecondsExpression&) -> Evaluated<TimePoint> { return now_; },
                   [&](const asl::TimestampExpression&) -> Evaluated<TimePoint> { return now_; }},
        state.until));
    // OBSERVED: 24,855 days pass and 24,856 do not: seconds as a 32-bit number (docs/observed.md).
    if (until - now_ > Seconds{std::numeric_limits<std::int32_t>::max()}) {
        return runtime_error("Wait state delay is too long.");
    }
    return until;
}

void Turn::end_wait(Frame& frame) {
    const asl::State& here = x_.state_of(frame);
    const auto& state = std::get<asl::WaitState>(here.body);
    if (here.language == asl::QueryLanguage::jsonata) return end_wait_jsonata(frame, state);
    const auto input = effective_input(frame);
    if (!input) return state_failed(frame, input.error());
    leave_with(frame, *input, x_.state_of(frame).assign, *input, state.then);
}

TimePoint Turn::scaled(TimePoint target) const {
    if (x_.info.wait_time_scale == 1.0 || target <= now_) return target;
    const double millis = double((target - now_).count()) * x_.info.wait_time_scale;
    return now_ + Milliseconds{static_cast<std::int64_t>(millis)};
}

}  // namespace stepwell
