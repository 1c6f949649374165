#include <optional>
#include <string>
#include <utility>

#include "engine/base/arn.hpp"
#include "engine/base/state_errors.hpp"
#include "engine/machine/turn.hpp"

// A Map in DISTRIBUTED mode: what its fields come to is a plan, which the runtime carries out.
// Developer Guide, "Using Map state in Distributed mode".
namespace stepwell {

using Kind = QuestionKey::Kind;

namespace {

StateError runtime_error(std::string cause) {
    return {std::string(state_errors::kRuntime), std::move(cause)};
}

/// `…:mapRun:MACHINE/LABEL:UUID`.
std::string map_run_arn(const std::string& state_machine_arn, const std::string& label,
                        const std::string& uuid) {
    Arn arn = Arn::parse(state_machine_arn).value();
    arn.resource =
        "mapRun" + arn.resource.substr(arn.resource.find(':')) + '/' + label + ':' + uuid;
    return arn.text();
}

/// ItemReader and ResultWriter as readers and writers know them, whatever the query language.
template <class Field>
Payload resource_with(const Field& field, std::string_view config_name,
                      std::optional<Payload> parameters) {
    Json out = Json::object();
    out["Resource"] = field.resource;
    out["Parameters"] = parameters ? parameters->value() : Json::object();
    if (field.config) out[std::string(config_name)] = *field.config;
    return Payload(std::move(out));
}
/// A writer without Resource: the results are the output, in the form that WriterConfig says.
Payload writer_config(const asl::ResultWriterField& writer) {
    Json out = Json::object();
    if (writer.config) out["WriterConfig"] = *writer.config;
    return Payload(std::move(out));
}

/// What a batch may have at most. Developer Guide, "ItemBatcher".
std::optional<StateError> refused_batch(std::string_view field, std::int64_t value) {
    if (value > 0) return std::nullopt;
    return runtime_error(std::string(field) + " must be positive.");
}

}  // namespace

MapRunPlan Turn::new_plan(const Frame& frame, const asl::MapState& state, const Payload& input) {
    const asl::DistributedMap& map = *state.distributed;
    MapRunPlan plan;
    plan.arn = map_run_arn(x_.info.state_machine_arn, map.label, make_uuid(random_));
    plan.state = frame.state;
    plan.entered_event = frame.entered_event;
    plan.label = map.label;
    plan.child_type = map.execution_type;
    plan.input = input;
    plan.batched = map.batcher.has_value();
    if (!state.item_selector) return plan;
    plan.context = Payload(context_of(x_, frame, std::nullopt, {}));
    const Variables variables = variables_of(x_, frame);
    for (const std::string& name : x_.state_of(frame).variables) {
        if (const Payload* value = variables.find(name)) plan.variables.emplace(name, *value);
    }
    return plan;
}

void Turn::begin_map_run(Frame& frame, MapRunPlan plan) {
    record(frame, EventType::map_run_started, MapRunStartedDetails{plan.arn}, MapRunBegan{});
    if (x_.closed()) return;
    step_.actions.emplace_back(StartMapRun{std::make_shared<const MapRunPlan>(std::move(plan))});
}

void Turn::work_distributed(Frame& frame, const asl::MapState& state, const Payload& input,
                            const Scope& scope) {
    MapRunPlan plan = new_plan(frame, state, input);
    std::int64_t length = 0;
    if (!state.distributed->reader) {
        const auto items = map_items(frame, state, input, scope);
        if (!items) return state_failed(frame, items.error());
        length = static_cast<std::int64_t>(items->value().size());
        plan.items = *items;
    }
    if (is_mocked(frame)) {
        return mock_children(frame, EventType::map_state_started, MapStartedDetails{length},
                             plan.items.value_or(input));
    }
    // OBSERVED: MapStateStarted comes before what is wrong with the limits is found
    // (docs/observed.md); with a reader its length is 0.
    record(frame, EventType::map_state_started, MapStartedDetails{length}, Plain{});
    if (x_.closed()) return;
    if (const auto planned = plan_fields(plan, frame, state, input, scope); !planned)
        return state_failed(frame, planned.error());
    begin_map_run(frame, std::move(plan));
}

Evaluated<void> Turn::plan_number(std::string_view name, const asl::Limit<std::int64_t>& field,
                                  std::int64_t& out, const Frame& frame, const Scope& scope) {
    if (const auto* literal = std::get_if<std::int64_t>(&field)) out = *literal;
    if (const auto* path = std::get_if<Expression>(&field)) {
        auto value = integer_at(name, *path, scope);
        if (!value) return located(frame, std::move(value).error());
        out = *value;
    }
    return {};
}

Evaluated<void> Turn::plan_batches(MapRunPlan& plan, const Frame& frame,
                                   const asl::ItemBatcherField& batcher, const Scope& scope) {
    if (auto read =
            plan_number("MaxItemsPerBatchPath", batcher.max_items, plan.batch_items, frame, scope);
        !read)
        return read;
    if (auto read = plan_number("MaxInputBytesPerBatchPath", batcher.max_bytes, plan.batch_bytes,
                                frame, scope);
        !read)
        return read;
    if (std::holds_alternative<Expression>(batcher.max_items)) {
        if (auto refused = refused_batch("MaxItemsPerBatch", plan.batch_items))
            return located(frame, *std::move(refused));
    }
    if (std::holds_alternative<Expression>(batcher.max_bytes)) {
        if (auto refused = refused_batch("MaxInputBytesPerBatch", plan.batch_bytes))
            return located(frame, *std::move(refused));
    }
    if (batcher.batch_input) {
        auto made = std::get<Template>(*batcher.batch_input).evaluate(scope);
        if (!made) return located(frame, std::move(made).error());
        plan.batch_input = Payload(*std::move(made));
    }
    return {};
}

Evaluated<void> Turn::plan_fields(MapRunPlan& plan, Frame& frame, const asl::MapState& state,
                                  const Payload& input, const Scope& scope) {
    const auto limits = map_limits(state, scope);
    if (!limits) return located(frame, limits.error());
    plan.max_concurrency = limits->max_concurrency;
    plan.tolerated_failure_count = limits->tolerated_failure_count;
    plan.tolerated_failure_percentage = limits->tolerated_failure_percentage;

    const asl::DistributedMap& map = *state.distributed;
    if (map.reader) {
        std::optional<Payload> parameters;
        if (map.reader->parameters) parameters = TRY(fill(map.reader->parameters, input, frame));
        plan.reader = resource_with(*map.reader, "ReaderConfig", std::move(parameters));
        if (auto read =
                plan_number("MaxItemsPath", map.reader->max_items, plan.max_items, frame, scope);
            !read)
            return read.error();
    }
    if (map.batcher) {
        if (const auto planned = plan_batches(plan, frame, *map.batcher, scope); !planned)
            return planned;
    }
    if (map.writer) {
        std::optional<Payload> parameters;
        if (map.writer->parameters) parameters = TRY(fill(map.writer->parameters, input, frame));
        plan.writer = map.writer->resource.empty()
                          ? writer_config(*map.writer)
                          : resource_with(*map.writer, "WriterConfig", std::move(parameters));
    }
    return {};
}

void Turn::add_batcher(Asked& asked, const asl::DistributedMap& map) {
    if (!map.batcher) return;
    asked.add(map.batcher->max_items);
    asked.add(map.batcher->max_bytes);
    asked.add(map.batcher->batch_input);
}

void Turn::work_distributed_jsonata(Frame& frame, const asl::MapState& state) {
    const asl::DistributedMap& map = *state.distributed;
    Asked asked;
    if (!map.reader) asked.add(state.items);
    asked.add(state.max_concurrency);
    asked.add(state.tolerated_failure_count);
    asked.add(state.tolerated_failure_percentage);
    if (map.reader) {
        asked.add(map.reader->arguments);
        asked.add(map.reader->max_items);
    }
    add_batcher(asked, map);
    if (map.writer) asked.add(map.writer->arguments);
    std::vector<Json> values;
    if (!asked.nothing()) {
        auto evaluated = evaluate(frame, {Kind::entry}, question(frame, asked.fields));
        if (!evaluated) return;
        values = *std::move(evaluated);
    }
    if (is_mocked(frame)) {
        const bool read = map.reader.has_value();
        const Payload items = read || !state.items
                                  ? frame.input
                                  : Payload(std::move(asked.value_of(*state.items, values)));
        const bool known = !read && items.value().is_structured();
        const std::size_t length = known ? items.value().size() : 0;
        return mock_children(frame, EventType::map_state_started,
                             MapStartedDetails{std::int64_t(length)}, items);
    }
    MapRunPlan plan = new_plan(frame, state, frame.input);
    const auto limits = map_limits_jsonata(state, asked, values);
    if (!limits) return evaluation_failed(frame, limits.error());
    plan.max_concurrency = limits->max_concurrency;
    plan.tolerated_failure_count = limits->tolerated_failure_count;
    plan.tolerated_failure_percentage = limits->tolerated_failure_percentage;
    if (auto planned = plan_jsonata(plan, frame, state, asked, values); !planned)
        return evaluation_failed(frame, planned.error());
    const std::size_t length = plan.items ? plan.items->value().size() : 0;
    record(frame, EventType::map_state_started, MapStartedDetails{std::int64_t(length)}, Plain{});
    if (!x_.closed()) begin_map_run(frame, std::move(plan));
}

Queried<void> Turn::plan_number(const asl::Limit<std::int64_t>& field, std::int64_t& out,
                                std::int64_t least, const Asked& asked, std::vector<Json>& values) {
    if (const auto* literal = std::get_if<std::int64_t>(&field)) out = *literal;
    const auto* expression = std::get_if<JsonataValue>(&field);
    if (expression == nullptr) return {};
    const Json& value = asked.value_of(*expression, values);
    if (!value.is_number()) return expression->unexpected_type("number", value);
    const auto whole = integer_of(value);
    if (!whole || *whole < least) {
        return in_field(*expression, "The " + expression->field() +
                                         " field is not a valid integer: " + write_json(value));
    }
    out = *whole;
    return {};
}

Queried<void> Turn::plan_batches(MapRunPlan& plan, const asl::ItemBatcherField& batcher,
                                 const Asked& asked, std::vector<Json>& values) {
    if (auto read = plan_number(batcher.max_items, plan.batch_items, 1, asked, values); !read)
        return read;
    if (auto read = plan_number(batcher.max_bytes, plan.batch_bytes, 1, asked, values); !read)
        return read;
    if (batcher.batch_input) {
        const auto& field = std::get<JsonataValue>(*batcher.batch_input);
        plan.batch_input = Payload(std::move(asked.value_of(field, values)));
    }
    return {};
}

Queried<void> Turn::plan_jsonata(MapRunPlan& plan, const Frame& frame, const asl::MapState& state,
                                 const Asked& asked, std::vector<Json>& values) {
    const asl::DistributedMap& map = *state.distributed;
    const auto argument = [&](const std::optional<JsonataValue>& field) {
        std::optional<Payload> out;
        if (field) out = Payload(std::move(asked.value_of(*field, values)));
        return out;
    };
    if (map.reader) {
        plan.reader = resource_with(*map.reader, "ReaderConfig", argument(map.reader->arguments));
        // One that is negative is the reader's failure.
        if (auto read =
                plan_number(map.reader->max_items, plan.max_items, INT32_MIN, asked, values);
            !read)
            return read;
    } else if (state.items) {
        Json& items = asked.value_of(*state.items, values);
        if (!items.is_structured()) return state.items->unexpected_type("array", items);
        plan.items = Payload(std::move(items));
    } else if (frame.input.value().is_structured()) {
        plan.items = frame.input;
    } else {
        return QueryFailure{
            .cause = "Map state input must be an array but was: " + write_json(frame.input.value()),
            .location = {}};
    }
    if (map.batcher) {
        if (auto planned = plan_batches(plan, *map.batcher, asked, values); !planned)
            return planned;
    }
    if (map.writer) {
        plan.writer = map.writer->resource.empty() ? writer_config(*map.writer)
                                                   : resource_with(*map.writer, "WriterConfig",
                                                                   argument(map.writer->arguments));
    }
    return {};
}

void Turn::take(const MapRunOver& input) {
    Frame* frame = x_.find_map_run(input.arn);
    if (frame == nullptr) {
        step_.accepted = false;
        return;
    }
    step_.actions.emplace_back(SettleMapRun{input.arn});
    if (x_.machine_deleted) return close(EventType::execution_aborted, FailureDetails{}, 0);
    if (!input.result) {
        const StateError& error = input.result.error();
        record(*frame, EventType::map_run_failed, FailureDetails{error.error, error.cause},
               MapRunBroke{});
        return;
    }
    // OBSERVED: MapStateExited hangs on MapRunStarted; so neither of these two advances the chain
    // (docs/observed.md).
    record_beside(*frame, frame->last_event, EventType::map_run_succeeded, NoDetails{}, Plain{});
    record_beside(*frame, x_.last_event, EventType::map_state_succeeded, NoDetails{},
                  ChildrenDone{*input.result});
}

}  // namespace stepwell
