#include "engine/asl/states.hpp"

#include <array>
#include <string>

#include "engine/asl/assign.hpp"
#include "engine/asl/expressions.hpp"
#include "engine/asl/state_fields.hpp"
#include "engine/asl/variable_references.hpp"

namespace stepwell::asl {
namespace {

/// In the order in which AWS lists them, not that of StateType.
constexpr const char* kTypeList = "[Task, Wait, Pass, Succeed, Fail, Choice, Parallel, Map]";
constexpr std::array kAllTypes{StateType::task,     StateType::pass,    StateType::choice,
                               StateType::wait,     StateType::succeed, StateType::fail,
                               StateType::parallel, StateType::map};

std::optional<StateType> read_type(const Fields& fields) {
    const Json* value = fields.find("Type");
    if (value == nullptr) {
        fields.require({"Type"});
        return std::nullopt;
    }
    if (value->is_string()) {
        for (const StateType type : kAllTypes) {
            if (type_name(type) == value->get_ref<const std::string&>()) return type;
        }
    }
    fields.problems().schema(
        std::string("The field 'Type' should have one of these values: ") + kTypeList,
        fields.at("Type"));
    return std::nullopt;
}

/// A state's own language. OBSERVED: whatever stands there and is not exactly `JSONPath` counts as
/// JSONata, beside the report that it is wrong (floci-io/floci#2968). docs/observed.md
QueryLanguage read_language(const Json& state, QueryLanguage machine) {
    if (!state.is_object()) return machine;
    const auto& members = state.get_ref<const Json::object_t&>();
    const auto found = members.find("QueryLanguage");
    if (found == members.end()) return machine;
    const bool json_path =
        found->second.is_string() && found->second.get_ref<const std::string&>() == "JSONPath";
    return json_path ? QueryLanguage::json_path : QueryLanguage::jsonata;
}

void check_language(const Fields& fields, QueryLanguage machine) {
    if (!fields.has("QueryLanguage")) return;
    if (fields.one_of("QueryLanguage", {"JSONPath", "JSONata"}) == nullptr) return;
    if (machine == QueryLanguage::jsonata && fields.language() == QueryLanguage::json_path) {
        fields.problems().schema(
            "'QueryLanguage' can not be 'JSONPath' if set to 'JSONata' for whole state machine",
            fields.where());
    }
}

/// What Output and Assign of a state may read: only work has a result.
StatesMembers members_after(StateType type) {
    const bool works =
        type == StateType::task || type == StateType::parallel || type == StateType::map;
    return works ? StatesMembers::with_result : StatesMembers::plain;
}

StateBody read_body(StateType type, const StateReader& state) {
    switch (type) {
        case StateType::task:
            return read_task(state);
        case StateType::pass:
            return read_pass(state);
        case StateType::choice:
            return read_choice(state);
        case StateType::wait:
            return read_wait(state);
        case StateType::succeed:
            return read_succeed(state);
        case StateType::fail:
            return read_fail(state);
        case StateType::parallel:
            return read_parallel(state);
        case StateType::map:
            return read_map(state);
    }
    return PassState{};
}

}  // namespace

State read_state(FlowReader& flow, StateIndex index, const Json& value, const Location& where) {
    State out;
    const QueryLanguage machine = flow.definition().language;
    const auto fields = Fields::of(value, where, read_language(value, machine), flow.problems());
    if (!fields) return out;
    const auto type = read_type(*fields);
    if (!type) return out;
    check_language(*fields, machine);
    allow_only_fields_of(*type, *fields);
    fields->string("Comment");
    const StateReader reader{flow, index, *fields};
    out.language = fields->language();
    out.assign = read_assign(reader, *fields, "Assign", members_after(*type));
    out.output = jsonata_value(*fields, "Output", "Output", members_after(*type));
    out.input_path = whole_or_path(*fields, "InputPath");
    out.output_path = whole_or_path(*fields, "OutputPath");
    out.body = read_body(*type, reader);
    out.variables = variables_read_by(out, flow);
    return out;
}

Transition StateReader::transition() const {
    const auto end = fields.boolean("End");
    // `End: false` says nothing: the state then needs its Next.
    const bool ends = end.value_or(false);
    if (fields.has("Next") == ends && !(fields.has("End") && !end)) {
        problems().schema(
            ends ? "There should only be one of the following fields: [Next, End]"
                 : "This object should have only one of the following fields: [Next, End]",
            fields.where());
        return {};
    }
    if (ends) {
        flow.ends(index);
        return {};
    }
    return {target(fields, "Next")};
}

std::optional<StateIndex> StateReader::target(const Fields& of, std::string_view name) const {
    const std::string* text = of.string(name);
    if (text == nullptr) return std::nullopt;
    return flow.transition(index, *text, of.at(name));
}

}  // namespace stepwell::asl
