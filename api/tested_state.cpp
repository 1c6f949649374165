#include "api/tested_state.hpp"

#include <algorithm>
#include <vector>

#include "engine/asl/definition_text.hpp"
#include "engine/base/json_member.hpp"
#include "engine/machine/trial.hpp"

namespace stepwell::api {
namespace {

/// The state `name` of a scope (`{"States": …}`) or of those within its states.
const Json* find_state(const Json& scope, std::string_view name);

/// The same within one state's branches or item processor.
const Json* find_inside(const Json& state, std::string_view name) {
    if (const Json* branches = member_of(state, "Branches"); branches && branches->is_array()) {
        for (const Json& branch : *branches) {
            if (const Json* found = find_state(branch, name)) return found;
        }
    }
    for (const std::string_view processor : {"ItemProcessor", "Iterator"}) {
        const Json* scope = member_of(state, processor);
        if (scope == nullptr) continue;
        if (const Json* found = find_state(*scope, name)) return found;
    }
    return nullptr;
}

const Json* find_state(const Json& scope, std::string_view name) {
    const Json* states = member_of(scope, "States");
    if (states == nullptr || !states->is_object()) return nullptr;
    if (const Json* found = member_of(*states, name)) return found;
    for (const auto& [unused, state] : states->get_ref<const Json::object_t&>()) {
        if (const Json* found = find_inside(state, name)) return found;
    }
    return nullptr;
}

/// Where a state that stands alone would go.
std::vector<std::string> targets_of(const Json& state) {
    std::vector<std::string> targets;
    const auto add = [&](const Json& from, std::string_view field) {
        const Json* target = member_of(from, field);
        if (target == nullptr || !target->is_string()) return;
        const auto& name = target->get_ref<const std::string&>();
        if (name != kTrialStateName && std::ranges::find(targets, name) == targets.end())
            targets.push_back(name);
    };
    add(state, "Next");
    add(state, "Default");
    for (const std::string_view list : {"Choices", "Catch"}) {
        const Json* rules = member_of(state, list);
        if (rules == nullptr || !rules->is_array()) continue;
        for (const Json& rule : *rules) add(rule, "Next");
    }
    return targets;
}

/// A machine around a state that stands alone, with an end wherever it goes.
std::string machine_around(const std::string& state_text, const Json& state) {
    std::string out = R"({"StartAt":")" + std::string(kTrialStateName) + R"(","States":{")" +
                      kTrialStateName + "\":" + state_text;
    for (const std::string& target : targets_of(state)) {
        out.push_back(',');
        append_json_string(out, target);
        out += R"(:{"Type":"Succeed"})";
    }
    return out + "}}";
}

Checked<std::shared_ptr<const asl::StateMachine>> parse(const std::string& text,
                                                        const asl::SdkActions* sdk_actions) {
    // As for a Standard workflow: what Express refuses can be tried with a mock.
    asl::Parsed parsed = asl::parse(text, asl::WorkflowType::standard, sdk_actions);
    if (parsed.machine) return parsed.machine;
    return error(ErrorKind::invalid_definition,
                 asl::invalid_definition_message(parsed.diagnostics));
}

}  // namespace

Checked<TestedState> read_tested_state(const std::string& definition, const std::string* state_name,
                                       const asl::SdkActions* sdk_actions) {
    const auto value = asl::read_definition_text(definition);
    TestedState out;
    if (state_name == nullptr && value && value->is_object()) {
        out.definition = TRY(parse(machine_around(definition, *value), sdk_actions));
        out.source = *value;
    } else {
        out.definition = TRY(parse(definition, sdk_actions));
        const Json* source =
            value && state_name != nullptr ? find_state(*value, *state_name) : nullptr;
        if (source == nullptr) return error(ErrorKind::validation, "State not found in definition");
        out.source = *source;
    }
    const std::string_view name =
        state_name == nullptr ? std::string_view(kTrialStateName) : std::string_view(*state_name);
    const auto& states = out.definition->states;
    const auto found =
        std::ranges::find_if(states, [&](const asl::State& state) { return state.name == name; });
    if (found == states.end()) return error(ErrorKind::validation, "State not found in definition");
    out.index = static_cast<asl::StateIndex>(found - states.begin());
    return out;
}

bool contains_state(const Json& state, std::string_view name) {
    return find_inside(state, name) != nullptr;
}

}  // namespace stepwell::api
