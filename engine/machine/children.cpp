#include <algorithm>
#include <cmath>

#include "engine/base/overloaded.hpp"
#include "engine/base/state_errors.hpp"
#include "engine/machine/turn.hpp"

// Parallel and Map: frames below a frame. ASL specification, "Parallel State", "Map State".
namespace stepwell {
namespace {

StateError runtime_error(std::string cause) {
    return {std::string(state_errors::kRuntime), std::move(cause)};
}

/// A value as AWS quotes it in these messages: a string with its quotes, anything else as JSON.
StateError not_a_number(std::string_view field, const Json& value, std::string_view kind,
                        const Expression& path) {
    std::string cause = "The ";
    cause.append(field).append(" field refers to value ");
    const std::string text = write_json(value);
    cause += value.is_string() ? text : "\"" + text + "\"";
    cause.append(" which is not a valid ").append(kind).append(": ").append(path.text());
    return runtime_error(std::move(cause));
}

/// The value that a `…Path` field refers to.
Evaluated<Json> look_up(const Expression& path, const Scope& scope) {
    auto selected = path.evaluate(scope);
    if (!selected) return invalid_path(selected.error());
    return std::move(*selected).take();
}

}  // namespace

Json as_number(const Json& value) {
    if (!value.is_string()) return value;
    auto number =
        parse_json(value.get_ref<const std::string&>(), {.max_depth = 1, .max_bytes = 40});
    return number && number->is_number() ? *std::move(number) : value;
}

std::optional<std::int64_t> as_integer(const Json& value) {
    const Json number = as_number(value);
    if (!number.is_number_integer()) return std::nullopt;
    if (number.is_number_unsigned() && number.get<std::uint64_t>() > INT64_MAX) return std::nullopt;
    return number.get<std::int64_t>();
}

void Turn::work(Frame& frame, const asl::ParallelState& state) {
    const auto input = effective_input(frame);
    if (!input) return state_failed(frame, input.error());
    const auto parameters = fill(state.parameters, *input, frame);
    if (!parameters) return state_failed(frame, parameters.error());
    start_branches(frame, state, *parameters);
}

void Turn::start_branches(Frame& frame, const asl::ParallelState& state, const Payload& input) {
    if (mock() != nullptr) return give_mock(frame, *mock());
    if (is_mocked(frame))
        return mock_children(frame, EventType::parallel_state_started, NoDetails{}, input);
    record(
        frame, EventType::parallel_state_started, NoDetails{},
        BranchesStarted{x_.next_frame, static_cast<std::uint32_t>(state.branches.size()), input});
}

std::uint32_t concurrency_of(std::int64_t most) {
    if (most == 0) return kInlineMapConcurrency;
    return static_cast<std::uint32_t>(std::min<std::int64_t>(most, kInlineMapConcurrency));
}

Evaluated<std::int64_t> integer_at(std::string_view field, const Expression& path,
                                   const Scope& scope) {
    const Json value = TRY(look_up(path, scope));
    const auto number = as_integer(value);
    if (!number) return not_a_number(field, value, "integer", path);
    return *number;
}

Evaluated<MapLimits> Turn::map_limits(const asl::MapState& state, const Scope& scope) {
    MapLimits limits;
    if (const auto* literal = std::get_if<std::int64_t>(&state.max_concurrency))
        limits.max_concurrency = *literal;
    if (const auto* path = std::get_if<Expression>(&state.max_concurrency)) {
        limits.max_concurrency = TRY(integer_at("MaxConcurrencyPath", *path, scope));
        if (limits.max_concurrency < 0) return runtime_error("MaxConcurrency cannot be negative.");
    }
    if (const auto* literal = std::get_if<std::int64_t>(&state.tolerated_failure_count))
        limits.tolerated_failure_count = *literal;
    if (const auto* path = std::get_if<Expression>(&state.tolerated_failure_count)) {
        const std::int64_t count = TRY(integer_at("ToleratedFailureCountPath", *path, scope));
        if (count < 0) return runtime_error("ToleratedFailureCount cannot be negative.");
        limits.tolerated_failure_count = count;
        if (trial() != nullptr) trial()->data.tolerated_failure_count = count;
    }
    if (const auto* literal = std::get_if<double>(&state.tolerated_failure_percentage))
        limits.tolerated_failure_percentage = *literal;
    if (const auto* path = std::get_if<Expression>(&state.tolerated_failure_percentage)) {
        const Json value = TRY(look_up(*path, scope));
        const Json number = as_number(value);
        if (!number.is_number())
            return not_a_number("ToleratedFailurePercentagePath", value, "float", *path);
        const double percentage = number.get<double>();
        if (!(percentage >= 0 && percentage <= 100)) {
            return runtime_error("ToleratedFailurePercentage must be between 0 and 100.");
        }
        limits.tolerated_failure_percentage = percentage;
        if (trial() != nullptr) trial()->data.tolerated_failure_percentage = percentage;
    }
    if (trial() != nullptr) observe_limits(state, limits.max_concurrency);
    return limits;
}

Evaluated<Payload> Turn::map_items(Frame& frame, const asl::MapState& state, const Payload& input,
                                   const Scope& scope) {
    Payload items = input;
    const bool items_read = trial() != nullptr && trial()->reads_items;
    if (items_read) {
        items = trial()->items_read.value_or(Payload(Json::array()));
    } else if (state.items_path) {
        auto selected = state.items_path->evaluate(scope);
        if (!selected) return located(frame, invalid_path(selected.error()));
        if (&selected->value() != &input.value()) items = Payload(std::move(*selected).take());
    }
    // OBSERVED: in an inline Map an object is refused. Of a distributed one the members are the
    // items: Developer Guide, "ItemReader (Map)", JSON data from a previous step.
    const bool members = state.distributed && trial() == nullptr && items.value().is_object();
    if (!items.value().is_array() && !members) {
        // OBSERVED: of a path into the Context Object one of the two dollars (docs/observed.md).
        std::string path = state.items_path ? state.items_path->text() : "$";
        if (path.starts_with("$$")) path.erase(0, 1);
        return located(frame,
                       runtime_error("Reference path \"" + path + "\" must point to array."));
    }
    if (!items_read) observe(&TrialData::after_items_path, items);
    return items;
}

void Turn::work(Frame& frame, const asl::MapState& state) {
    const auto input = effective_input(frame);
    if (!input) return state_failed(frame, input.error());
    const FrameScope scope(x_, frame, random_, input->value());
    if (state.distributed && trial() == nullptr)
        return work_distributed(frame, state, *input, scope);
    const auto items = map_items(frame, state, *input, scope);
    if (!items) return state_failed(frame, items.error());
    const auto limits = map_limits(state, scope);
    if (!limits) return state_failed(frame, located(frame, limits.error()));
    if (state.distributed && state.distributed->batcher) {
        MapRunPlan plan;
        const auto planned = plan_batches(plan, frame, *state.distributed->batcher, scope);
        if (!planned) return state_failed(frame, planned.error());
        try_batches(std::move(plan));
    }
    start_map(frame, state, *items, *input, concurrency_of(limits->max_concurrency));
}

void Turn::start_map(Frame& frame, const asl::MapState& state, const Payload& items,
                     const Payload& input, std::uint32_t concurrency) {
    if (mock() != nullptr) return try_map(frame, state, items, input);
    if (is_mocked(frame)) {
        return mock_children(frame, EventType::map_state_started,
                             MapStartedDetails{std::int64_t(items.value().size())}, items);
    }
    record(frame, EventType::map_state_started,
           MapStartedDetails{std::int64_t(items.value().size())},
           MapStarted{x_.next_frame, items, input, concurrency});
    if (x_.closed()) return;
    if (frame.children->count == 0) return children_done(frame);
    start_items(frame, frame.last_event);
}

/// Starts items until as many run as may. `previous`: what the …Started events hang on.
void Turn::start_items(Frame& map, EventId previous) {
    while (!x_.closed() && map.phase == Phase::parent &&
           map.children->started < map.children->count &&
           map.children->running < map.children->concurrency) {
        const std::uint32_t index = map.children->started;
        const Json& item = map.children->items.value().at(index);
        const auto input = selected_item(map, index, item);
        if (!input) return;
        record_beside(map, previous, EventType::map_iteration_started,
                      MapIterationDetails{x_.state_of(map).name, index},
                      IterationStarted{index, *input});
    }
}

/// A branch or item came to its end.
void Turn::child_ended(Frame& child) {
    Frame& parent = x_.frame(child.parent);
    // OBSERVED: the next item hangs on the event before MapIterationSucceeded (docs/observed.md).
    const EventId last = child.last_event;
    if (parent.children->map) {
        record(parent, last, true, EventType::map_iteration_succeeded,
               MapIterationDetails{x_.state_of(parent).name, child.index}, Plain{});
        start_items(parent, last);
    }
    if (x_.closed() || parent.phase != Phase::parent) return;
    if (parent.children->running == 0 && parent.children->started == parent.children->count)
        children_done(parent);
}

void Turn::children_done(Frame& frame) {
    const FrameChildren& children = *frame.children;
    std::size_t bytes = 0;
    for (std::uint32_t i = 0; i < children.count; ++i) {
        bytes += x_.frame(children.first + i).result.size() + 1;
        if (bytes > kMaxPayloadBytes)
            return state_failed(frame, too_large(x_.state_of(frame).name));
    }
    Json results = Json::array();
    for (std::uint32_t i = 0; i < children.count; ++i) {
        results.push_back(x_.frame(children.first + i).result.value());
    }
    // OBSERVED: …StateSucceeded does not advance the chain (docs/observed.md).
    record_beside(
        frame, frame.last_event,
        children.map ? EventType::map_state_succeeded : EventType::parallel_state_succeeded,
        NoDetails{}, ChildrenDone{Payload(std::move(results))});
}

/// Stops all branches or items of a frame that still run, in order.
void Turn::abort_children(Frame& frame, EventId failing_event) {
    if (!frame.children) return;
    const FrameId first = frame.children->first;
    for (FrameId id = first; id < first + frame.children->started && !x_.closed(); ++id) {
        Frame& child = x_.frame(id);
        if (child.phase == Phase::ended || child.phase == Phase::failed ||
            child.phase == Phase::aborted)
            continue;
        abort(child, failing_event);
    }
}

void Turn::abort(Frame& frame, EventId failing_event) {
    cancel_call(frame, Job::stop);
    const Frame& parent = x_.frame(frame.parent);
    const bool maps = frame.phase == Phase::mapping;
    const bool in_state = frame.phase != Phase::entering;
    const auto state_event = aborted_event(x_.state_of(frame).type());
    if (parent.children->map) {
        record_beside(frame, failing_event, EventType::map_iteration_aborted,
                      MapIterationDetails{x_.state_of(parent).name, frame.index}, FrameAborted{});
    } else {
        note(frame, FrameAborted{});
    }
    if (maps) record_beside(frame, failing_event, EventType::map_run_aborted, NoDetails{}, Plain{});
    if (in_state && state_event)
        record_beside(frame, failing_event, *state_event, NoDetails{}, Plain{});
    abort_children(frame, failing_event);
}

}  // namespace stepwell
