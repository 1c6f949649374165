#include "engine/asl/distributed_map.hpp"
#include "engine/asl/expressions.hpp"
#include "engine/asl/states.hpp"

/// Parallel and Map: states with flows inside.
namespace stepwell::asl {
namespace {

constexpr auto kBoth = FieldRule::In::both;

constexpr FieldRule kBranchFields[] = {{"Comment", kBoth}, {"StartAt", kBoth}, {"States", kBoth}};
constexpr FieldRule kProcessorFields[] = {
    {"Comment", kBoth}, {"StartAt", kBoth}, {"States", kBoth}, {"ProcessorConfig", kBoth}};

constexpr double kWholePercentage = 100.0;

/// Branches and processors inherit the query language of the machine, not of their state.
FlowIndex read_inner(const StateReader& state, const Fields& scope, WorkflowType type,
                     const FlowReader* outer_scope) {
    scope.require({"States", "StartAt"});
    scope.string("Comment");
    return FlowReader::read(
        state.flow.definition(), scope,
        {type, state.flow.context().depth + 1, outer_scope, state.flow.name_of(state.index)});
}

struct Processor {
    FlowIndex flow = 0;
    ProcessorConfig config;
};

Processor read_processor(const StateReader& state) {
    Processor out;
    const auto name = state.fields.exactly_one({"ItemProcessor", "Iterator"});
    if (!name) return out;
    const Location where = state.fields.at(*name);
    const auto scope = Fields::of(*state.fields.find(*name), where,
                                  state.flow.definition().language, state.problems());
    if (!scope) return out;
    scope->allow_only(kProcessorFields);
    out.config = read_processor_config(*scope, state.flow.context().type);
    const bool own = out.config.mode == MapMode::distributed;
    // Developer Guide, "Passing data between states with variables": a distributed Map's children
    // see no outer variable.
    out.flow = own ? read_inner(state, *scope, out.config.execution_type, nullptr)
                   : read_inner(state, *scope, state.flow.context().type, &state.flow);
    return out;
}

/// A number, or `name` + "Path".
template <class Number, class Read>
MapState::Limit<Number> read_limit(const StateReader& state, std::string_view name, Read read) {
    const std::string path = std::string(name) + "Path";
    const auto present = state.fields.at_most_one({name, path});
    if (!present) return {};
    if (*present == path) {
        // The field's own key outlives this function, as a Location must.
        const std::string& key = state.fields.members().find(path)->first;
        if (auto expression = reference_path(state.fields, key)) return *std::move(expression);
        return {};
    }
    if (auto expression = jsonata_expression(state.fields, name)) return *std::move(expression);
    if (const auto value = read()) return *value;
    return {};
}

void read_limits(const StateReader& state, MapState& map) {
    const Fields& fields = state.fields;
    const auto count = [&](std::string_view name) { return fields.integer(name, {}); };
    map.max_concurrency =
        read_limit<std::int64_t>(state, "MaxConcurrency", [&] { return count("MaxConcurrency"); });
    map.tolerated_failure_count = read_limit<std::int64_t>(
        state, "ToleratedFailureCount", [&] { return count("ToleratedFailureCount"); });
    map.tolerated_failure_percentage = read_limit<double>(state, "ToleratedFailurePercentage", [&] {
        return fields.number("ToleratedFailurePercentage", 0.0, kWholePercentage);
    });
}

/// ItemSelector, or Parameters, its older name.
std::optional<Computed> read_item_selector(const StateReader& state) {
    const auto present = state.fields.at_most_one({"ItemSelector", "Parameters"});
    if (!present) return std::nullopt;
    return computed(state.fields, *present, std::string(*present), StatesMembers::plain);
}

}  // namespace

ParallelState read_parallel(const StateReader& state) {
    ParallelState out;
    state.fields.require({"Branches"});
    const Json::array_t* branches = state.fields.filled_array("Branches");
    for (std::size_t i = 0; branches != nullptr && i < branches->size(); ++i) {
        const Location where(state.fields.where(), "Branches", i);
        const auto scope =
            Fields::of((*branches)[i], where, state.flow.definition().language, state.problems());
        if (!scope) continue;
        scope->allow_only(kBranchFields);
        out.branches.push_back(read_inner(state, *scope, state.flow.context().type, &state.flow));
    }
    out.parameters = payload_template(state.fields, "Parameters");
    out.arguments = jsonata_value(state.fields, "Arguments", "Arguments");
    out.result_selector = payload_template(state.fields, "ResultSelector");
    out.result_path = result_path(state.fields);
    out.retry = read_retry(state);
    out.catchers = read_catch(state);
    out.then = state.transition();
    return out;
}

MapState read_map(const StateReader& state) {
    MapState out;
    const Processor processor = read_processor(state);
    out.processor = processor.flow;
    out.distributed = read_distributed_fields(state, processor.config);
    out.items_path = reference_path(state.fields, "ItemsPath");
    const Json* items = state.fields.find("Items");
    const bool object = out.distributed && items != nullptr && items->is_object();
    if (!object && !state.fields.is_expression("Items")) state.fields.array("Items");
    out.items = jsonata_value(state.fields, "Items", "Items");
    out.item_selector = read_item_selector(state);
    read_limits(state, out);
    out.result_selector = payload_template(state.fields, "ResultSelector");
    out.result_path = result_path(state.fields);
    out.retry = read_retry(state);
    out.catchers = read_catch(state);
    out.then = state.transition();
    return out;
}

}  // namespace stepwell::asl
