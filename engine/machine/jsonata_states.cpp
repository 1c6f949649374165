#include <algorithm>
#include <limits>

#include "engine/base/state_errors.hpp"
#include "engine/machine/jsonata_fields.hpp"
#include "engine/machine/turn.hpp"

// States whose query language is JSONata. Developer Guide, "Transforming data with JSONata in Step
// Functions"; ASL specification, "JSONata".
namespace stepwell {

using Kind = QuestionKey::Kind;

namespace {

/// The service takes 24,855 days, not 24,856: seconds as a 32-bit number (docs/observed.md).
Queried<TimePoint> not_too_far(const JsonataValue& field, TimePoint until, TimePoint now) {
    if (until - now <= Seconds{std::numeric_limits<std::int32_t>::max()}) return until;
    return in_field(field, "Wait state delay is too long.");
}

Queried<TimePoint> until_seconds(const JsonataValue& field, const Json& value, TimePoint now) {
    if (!value.is_number()) return field.unexpected_type("number", value);
    const auto seconds = integer_of(value);
    if (!seconds) {
        return in_field(field,
                        "The Seconds field cannot be parsed as a long value: " + write_json(value));
    }
    if (*seconds < 0)
        return in_field(field, "The Seconds field is a negative value: " + write_json(value));
    const std::int64_t most = std::numeric_limits<std::int32_t>::max();
    return not_too_far(field, now + Seconds{std::min(*seconds, most + 1)}, now);
}

Queried<TimePoint> until_timestamp(const JsonataValue& field, const Json& value, TimePoint now) {
    if (!value.is_string()) return field.unexpected_type("string", value);
    const auto& text = value.get_ref<const std::string&>();
    const auto time = parse_rfc3339(text);
    if (time) return not_too_far(field, *time, now);
    return in_field(field,
                    "The Timestamp field cannot be parsed as an ISO-8601 extended offset "
                    "date-time format string: " +
                        text);
}

}  // namespace

StateError Turn::record_evaluation_failure(Frame& frame, const QueryFailure& failure) {
    StateError error =
        located(frame, {std::string(state_errors::kQueryEvaluationError), failure.cause});
    const asl::State& state = x_.state_of(frame);
    // OBSERVED: what fails as the state is entered hangs on the event before …StateEntered, but for
    // Wait (docs/observed.md).
    const bool entering =
        frame.last_event == frame.entered_event && state.type() != asl::StateType::wait;
    record(frame, entering ? frame.before_entered : frame.last_event, true,
           EventType::evaluation_failed,
           EvaluationFailedDetails{state.name, error.error, error.cause, failure.location},
           Plain{});
    evaluation_failed_ = frame.last_event;
    return error;
}

void Turn::evaluation_failed(Frame& frame, const QueryFailure& failure) {
    StateError error = record_evaluation_failure(frame, failure);
    state_failed(frame, std::move(error));
}

std::optional<std::vector<Json>> Turn::evaluate(Frame& frame, QuestionKey key, Question question) {
    auto answered = ask(frame, key, std::move(question));
    if (!answered) return std::nullopt;
    if (*answered) return std::move(**answered);
    evaluation_failed(frame, answered->error());
    return std::nullopt;
}

void Turn::exit_jsonata(Frame& frame, const asl::Transition& then) {
    const asl::State& here = x_.state_of(frame);
    exit_jsonata(
        frame,
        {.output = here.output, .assign = here.assign, .otherwise = frame.input, .then = then});
}

void Turn::exit_jsonata(Frame& frame, const JsonataExit& exit) {
    Asked asked;
    asked.add(exit.output);
    asked.add(exit.assign);
    if (asked.nothing()) return leave(frame, exit.otherwise, {}, exit.then);
    Question about = question(frame, asked.fields);
    about.result = exit.result;
    auto values = evaluate(frame, {Kind::exit}, std::move(about));
    if (!values) return;
    auto departure = departure_of(frame, exit, *std::move(values));
    if (!departure) return state_failed(frame, departure.error());
    leave(frame, departure->output, std::move(departure->assigned), exit.then);
}

Evaluated<Turn::Departure> Turn::departure_of(const Frame& frame, const JsonataExit& exit,
                                              std::vector<Json> values) {
    Departure out{exit.otherwise, {}};
    // An Assign is an object in the definition, so it is one here.
    if (exit.assign) out.assigned = TRY(bounded_variables(frame, std::move(values.back())));
    if (exit.output) out.output = Payload(std::move(values.front()));
    if (auto fits = check_output(frame, out.output); !fits) return fits.error();
    return out;
}

void Turn::work_jsonata(Frame& frame, const asl::PassState& state) {
    exit_jsonata(frame, state.then);
}

void Turn::work_jsonata(Frame& frame, const asl::SucceedState&) {
    exit_jsonata(frame, asl::Transition{});
}

void Turn::work_jsonata(Frame& frame, const asl::FailState& state) {
    Asked asked;
    asked.add(state.error);
    asked.add(state.cause);
    auto values = evaluate(frame, {Kind::entry}, question(frame, asked.fields));
    if (!values) return;
    const auto text_of =
        [&](const asl::FailState::Text& field) -> Queried<std::optional<std::string>> {
        if (const auto* literal = std::get_if<std::string>(&field)) return std::optional(*literal);
        const auto* expression = std::get_if<JsonataValue>(&field);
        if (expression == nullptr) return std::optional<std::string>();
        const Json& value = asked.value_of(*expression, *values);
        if (!value.is_string()) return expression->unexpected_type("string", value);
        return std::optional(value.get<std::string>());
    };
    auto error = text_of(state.error);
    if (!error) return evaluation_failed(frame, error.error());
    auto cause = text_of(state.cause);
    if (!cause) return evaluation_failed(frame, cause.error());
    fail_frame(frame, Failure{*error, *cause});
}

void Turn::work_jsonata(Frame& frame, const asl::ChoiceState& state) {
    std::vector<const JsonataValue*> conditions;
    for (const asl::Choice& choice : state.choices)
        conditions.push_back(&std::get<JsonataValue>(choice.rule));
    Question about = question(frame, std::move(conditions));
    about.conditions = true;
    const auto values = evaluate(frame, {Kind::conditions}, std::move(about));
    if (!values) return;
    if (!values->empty() && values->back().get<bool>()) {
        // A rule's Output and Assign stand in place of the state's.
        const asl::Choice& choice = state.choices[values->size() - 1];
        return exit_jsonata(frame, {.output = choice.output,
                                    .assign = choice.assign,
                                    .otherwise = frame.input,
                                    .then = {choice.next}});
    }
    if (!state.default_next) return state_failed(frame, located(frame, no_choice_matched()));
    exit_jsonata(frame, asl::Transition{state.default_next});
}

void Turn::work_jsonata(Frame& frame, const asl::WaitState& state) {
    const auto* seconds = std::get_if<asl::SecondsExpression>(&state.until);
    const auto* timestamp = std::get_if<asl::TimestampExpression>(&state.until);
    if (seconds == nullptr && timestamp == nullptr) {
        const auto until = wait_until(frame, state, frame.input);
        if (!until) return state_failed(frame, located(frame, until.error()));
        return wait(frame, *until);
    }
    const JsonataValue& field = seconds != nullptr ? seconds->value : timestamp->value;
    const auto values = evaluate(frame, {Kind::entry}, question(frame, {&field}));
    if (!values) return;
    const Json& value = values->front();
    const auto until = seconds != nullptr ? until_seconds(field, value, now_)
                                          : until_timestamp(field, value, now_);
    if (!until) return evaluation_failed(frame, until.error());
    wait(frame, *until);
}

void Turn::end_wait_jsonata(Frame& frame, const asl::WaitState& state) {
    exit_jsonata(frame, state.then);
}

}  // namespace stepwell
