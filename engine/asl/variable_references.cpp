#include "engine/asl/variable_references.hpp"

#include "engine/asl/flow.hpp"
#include "engine/base/overloaded.hpp"
#include "engine/query/jsonata/builtin.hpp"

namespace stepwell::asl {
namespace {

/// Walks the fields of a state that compute something: one overload per kind of field and state.
class Collector {
public:
    explicit Collector(const FlowReader& scope) : scope_(scope) {}

    VariableNames names;

    void add(const Expression& field) { field.collect_variables(names); }
    void add(const Template& field) { field.collect_variables(names); }
    void add(const JsonataValue& field) {
        for (const std::string& name : field.variables()) {
            const bool function = jsonata::find_builtin(name, jsonata::Dialect::aws) != nullptr;
            if (!function || scope_.sees_assigned(name)) names.insert(name);
        }
    }
    template <class T>
    void add(const std::optional<T>& field) {
        if (field) add(*field);
    }
    template <class... Ts>
    void add(const std::variant<Ts...>& field) {
        std::visit([this](const auto& alternative) { add(alternative); }, field);
    }
    template <class T>
    void add(const std::vector<T>& fields) {
        for (const T& field : fields) add(field);
    }
    // What computes nothing.
    void add(std::monostate) {}
    void add(const WholeValue&) {}
    void add(const EmptyObject&) {}
    void add(const Seconds&) {}
    void add(const TimePoint&) {}
    void add(const std::string&) {}
    void add(std::int64_t) {}
    void add(double) {}
    void add(const Json&) {}

    void add(const SecondsPath& field) { add(field.path); }
    void add(const TimestampPath& field) { add(field.path); }
    void add(const SecondsExpression& field) { add(field.value); }
    void add(const TimestampExpression& field) { add(field.value); }
    void add(const Catcher& catcher) {
        add(catcher.output);
        add(catcher.assign);
    }
    void add(const AllOf& rule) { add(rule.rules); }
    void add(const AnyOf& rule) { add(rule.rules); }
    void add(const NoneOf& rule) {
        if (rule.rule) add(*rule.rule);
    }
    void add(const Test& test) {
        add(test.variable);
        add(test.operand);
    }
    void add(const ChoiceRule& rule) { add(rule.condition); }
    void add(const Choice& choice) {
        add(choice.rule);
        add(choice.output);
        add(choice.assign);
    }

    void add(const TaskState& task) {
        add(task.parameters);
        add(task.arguments);
        add(task.credentials);
        add(task.result_selector);
        add(task.timeout);
        add(task.heartbeat);
        add(task.catchers);
    }
    void add(const PassState& pass) { add(pass.parameters); }
    void add(const ChoiceState& choice) { add(choice.choices); }
    void add(const WaitState& wait) { add(wait.until); }
    void add(const SucceedState&) {}
    void add(const FailState& fail) {
        add(fail.error);
        add(fail.cause);
    }
    void add(const ParallelState& parallel) {
        add(parallel.parameters);
        add(parallel.arguments);
        add(parallel.result_selector);
        add(parallel.catchers);
    }
    void add(const MapState& map) {
        add(map.items_path);
        add(map.items);
        add(map.item_selector);
        add(map.max_concurrency);
        add(map.tolerated_failure_count);
        add(map.tolerated_failure_percentage);
        if (map.distributed) add(*map.distributed);
        add(map.result_selector);
        add(map.catchers);
    }
    void add(const DistributedMap& map) {
        if (map.reader) {
            add(map.reader->parameters);
            add(map.reader->arguments);
            add(map.reader->max_items);
        }
        if (map.batcher) {
            add(map.batcher->max_items);
            add(map.batcher->max_bytes);
            add(map.batcher->batch_input);
        }
        if (map.writer) {
            add(map.writer->parameters);
            add(map.writer->arguments);
        }
    }

private:
    const FlowReader& scope_;
};

}  // namespace

std::vector<std::string> variables_read_by(const State& state, const FlowReader& scope) {
    Collector collector(scope);
    collector.add(state.input_path);
    collector.add(state.output_path);
    collector.add(state.output);
    collector.add(state.assign);
    collector.add(state.body);
    return {collector.names.begin(), collector.names.end()};
}

}  // namespace stepwell::asl
