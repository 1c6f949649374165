#include <algorithm>

#include "engine/base/state_errors.hpp"
#include "engine/machine/jsonata_fields.hpp"
#include "engine/machine/turn.hpp"

// Task, Parallel and Map in JSONata: Arguments, Items and what goes with them; Catch.
namespace stepwell {

using Kind = QuestionKey::Kind;

namespace {

/// Of TimeoutSeconds and HeartbeatSeconds.
Queried<Seconds> positive_seconds(const JsonataValue& field, const Json& value) {
    constexpr std::int64_t kMost = 99'999'999;
    if (!value.is_number()) return field.unexpected_type("number", value);
    const auto seconds = integer_of(value);
    if (seconds && *seconds > 0 && *seconds <= kMost) return Seconds{*seconds};
    return in_field(field, "The " + field.field() +
                               " field is not a valid positive integer: " + write_json(value));
}

Queried<std::int64_t> natural_number(const JsonataValue& field, const Json& value) {
    if (!value.is_number()) return field.unexpected_type("number", value);
    const auto number = integer_of(value);
    if (!number) {
        return in_field(
            field, "The " + field.field() + " field is not a valid integer: " + write_json(value));
    }
    if (*number < 0) return in_field(field, field.field() + " cannot be negative.");
    return *number;
}

Queried<double> percentage(const JsonataValue& field, const Json& value) {
    if (!value.is_number()) return field.unexpected_type("number", value);
    const double number = value.get<double>();
    if (number >= 0 && number <= 100) return number;
    return in_field(field, field.field() + " must be between 0 and 100.");
}

}  // namespace

void Turn::work_jsonata(Frame& frame, const asl::TaskState& state) {
    if (const auto there = check_activity(frame, state); !there)
        return state_failed(frame, there.error());
    TaskWasScheduled task = new_attempt(frame, state);
    Asked asked;
    asked.add(state.arguments);
    asked.add(state.timeout);
    asked.add(state.heartbeat);
    asked.add(state.credentials);
    TaskPlan plan{.parameters = frame.input};
    std::vector<Json> values;
    if (!asked.nothing()) {
        // Answers from the slow lane know the token of the question: it is that of the attempt.
        if (frame.questions && !frame.questions->token.empty()) task.token = frame.questions->token;
        auto answered = ask(frame, {Kind::entry},
                            question(frame, asked.fields, {}, token_in_context(state, task)));
        if (!answered) {
            frame.questions->token = task.token;
            return;
        }
        if (!*answered) return evaluation_failed(frame, answered->error());
        values = std::move(**answered);
    }
    const auto seconds = [&](const asl::SecondsField& field) -> Queried<std::optional<Seconds>> {
        if (const auto* literal = std::get_if<Seconds>(&field)) return std::optional(*literal);
        const auto* expression = std::get_if<JsonataValue>(&field);
        if (expression == nullptr) return std::optional<Seconds>();
        const Seconds value =
            TRY(positive_seconds(*expression, asked.value_of(*expression, values)));
        return std::optional(value);
    };
    const auto timeout = seconds(state.timeout);
    if (!timeout) return evaluation_failed(frame, timeout.error());
    const auto heartbeat = seconds(state.heartbeat);
    if (!heartbeat) return evaluation_failed(frame, heartbeat.error());
    plan.timeout = *timeout;
    plan.heartbeat = *heartbeat;
    if (state.credentials) {
        const auto& field = std::get<JsonataValue>(*state.credentials);
        const Json& credentials = asked.value_of(field, values);
        const auto role = credentials.find("RoleArn");
        if (role != credentials.end() && role->is_string())
            task.credentials_role_arn = role->get<std::string>();
    }
    if (state.arguments)
        plan.parameters = Payload(std::move(asked.value_of(*state.arguments, values)));
    observe(&TrialData::after_arguments, plan.parameters);
    if (plan.parameters.size() > kMaxPayloadBytes)
        return state_failed(frame, too_large(x_.state_of(frame).name));
    record_scheduled(frame, state, std::move(task), plan);
}

void Turn::work_jsonata(Frame& frame, const asl::ParallelState& state) {
    Payload arguments = frame.input;
    if (state.arguments) {
        auto values = evaluate(frame, {Kind::entry}, question(frame, {&*state.arguments}));
        if (!values) return;
        arguments = Payload(std::move(values->front()));
    }
    start_branches(frame, state, arguments);
}

void Turn::work_jsonata(Frame& frame, const asl::MapState& state) {
    if (state.distributed && trial() == nullptr) return work_distributed_jsonata(frame, state);
    Asked asked;
    asked.add(state.items);
    asked.add(state.max_concurrency);
    asked.add(state.tolerated_failure_count);
    asked.add(state.tolerated_failure_percentage);
    if (state.distributed) add_batcher(asked, *state.distributed);
    std::vector<Json> values;
    if (!asked.nothing()) {
        auto evaluated = evaluate(frame, {Kind::entry}, question(frame, asked.fields));
        if (!evaluated) return;
        values = *std::move(evaluated);
    }
    const auto limits = map_limits_jsonata(state, asked, values);
    Payload items = frame.input;
    if (trial() != nullptr && trial()->reads_items) {
        items = trial()->items_read.value_or(Payload(Json::array()));
    } else if (state.items) {
        Json& value = asked.value_of(*state.items, values);
        if (!value.is_array())
            return evaluation_failed(frame, state.items->unexpected_type("array", value));
        items = Payload(std::move(value));
    } else if (!items.value().is_array()) {
        return evaluation_failed(frame, {.cause = "Map state input must be an array but was: " +
                                                  write_json(items.value()),
                                         .location = {}});
    }
    if (!limits) return evaluation_failed(frame, limits.error());
    if (state.distributed && state.distributed->batcher) {
        MapRunPlan plan;
        const auto planned = plan_batches(plan, *state.distributed->batcher, asked, values);
        if (!planned) return evaluation_failed(frame, planned.error());
        try_batches(std::move(plan));
    }
    start_map(frame, state, items, frame.input, concurrency_of(limits->max_concurrency));
}

Queried<MapLimits> Turn::map_limits_jsonata(const asl::MapState& state, const Asked& asked,
                                            std::vector<Json>& values) {
    MapLimits limits;
    if (const auto* literal = std::get_if<std::int64_t>(&state.max_concurrency))
        limits.max_concurrency = *literal;
    if (const auto* field = std::get_if<JsonataValue>(&state.max_concurrency))
        limits.max_concurrency = TRY(natural_number(*field, asked.value_of(*field, values)));
    if (const auto* literal = std::get_if<std::int64_t>(&state.tolerated_failure_count))
        limits.tolerated_failure_count = *literal;
    if (const auto* field = std::get_if<JsonataValue>(&state.tolerated_failure_count)) {
        limits.tolerated_failure_count =
            TRY(natural_number(*field, asked.value_of(*field, values)));
        if (trial() != nullptr)
            trial()->data.tolerated_failure_count = limits.tolerated_failure_count;
    }
    if (const auto* literal = std::get_if<double>(&state.tolerated_failure_percentage))
        limits.tolerated_failure_percentage = *literal;
    if (const auto* field = std::get_if<JsonataValue>(&state.tolerated_failure_percentage)) {
        limits.tolerated_failure_percentage =
            TRY(percentage(*field, asked.value_of(*field, values)));
        if (trial() != nullptr)
            trial()->data.tolerated_failure_percentage = limits.tolerated_failure_percentage;
    }
    if (trial() != nullptr) observe_limits(state, limits.max_concurrency);
    return limits;
}

void Turn::finish_jsonata(Frame& frame) {
    const asl::State& here = x_.state_of(frame);
    const WorkRules rules = rules_of(here.body);
    exit_jsonata(frame, {.output = here.output,
                         .assign = here.assign,
                         .otherwise = frame.result,
                         .result = frame.result,
                         .then = rules.then});
}

/// Unlike the other questions, this one comes when events of the failure have been recorded: so
/// what follows its answer goes on from there, and nothing is done again.
void Turn::catch_jsonata(Frame& frame, std::uint32_t index, const Failure& failure) {
    const asl::Catcher& catcher = (*rules_of(x_.state_of(frame).body).catchers)[index];
    const Payload error = error_output(failure);
    const JsonataExit exit{.output = catcher.output,
                           .assign = catcher.assign,
                           .otherwise = error,
                           .then = {catcher.next}};
    Asked asked;
    asked.add(catcher.output);
    asked.add(catcher.assign);
    if (asked.nothing()) return leave(frame, error, {}, exit.then);
    Question about = question(frame, asked.fields);
    about.error_output = error;
    auto answered = ask(frame, {Kind::caught, index}, std::move(about));
    if (!answered) {
        frame.questions->caught = failure;
        return;
    }
    // What fails in a catcher is not caught again.
    const auto broken = [&](const StateError& why) {
        fail_frame(frame, Failure{why.error, why.cause});
    };
    if (!*answered) return broken(record_evaluation_failure(frame, answered->error()));
    auto departure = departure_of(frame, exit, std::move(**answered));
    if (!departure) return broken(departure.error());
    leave(frame, departure->output, std::move(departure->assigned), exit.then);
}

std::optional<Payload> Turn::selected_item(Frame& map, std::uint32_t index, const Json& item) {
    const auto& state = std::get<asl::MapState>(x_.state_of(map).body);
    if (!state.item_selector) return Payload(item);
    if (const auto* source = std::get_if<Template>(&*state.item_selector)) {
        const FrameScope scope(x_, map, random_, map.children->input.value(),
                               std::pair(index, &item));
        auto selected = source->evaluate(scope);
        if (selected) return Payload(*std::move(selected));
        abort_children(map, map.last_event);
        state_failed(map, located(map, std::move(selected).error()));
        return std::nullopt;
    }
    const auto& field = std::get<JsonataValue>(*state.item_selector);
    if (map.questions && map.questions->ticket != 0) return std::nullopt;
    auto answered = ask(map, {Kind::item, index}, question(map, {&field}, std::pair(index, &item)));
    if (!answered) return std::nullopt;
    if (*answered) return Payload(std::move((*answered)->front()));
    abort_children(map, map.last_event);
    evaluation_failed(map, answered->error());
    return std::nullopt;
}

void Turn::go_on_with_items(Frame& map) {
    start_items(map, map.last_event);
    forget_answers(map.id);
    if (x_.closed() || map.phase != Phase::parent) return;
    if (map.children->running == 0 && map.children->started == map.children->count)
        children_done(map);
}

}  // namespace stepwell
