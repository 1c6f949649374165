#include "engine/asl/assign.hpp"

#include "engine/asl/expressions.hpp"
#include "engine/asl/states.hpp"
#include "engine/base/json_member.hpp"

namespace stepwell::asl {
namespace {

constexpr std::string_view kReserved = "states";

/// `x.$` assigns x in a JSONPath state, and is no name at all in a JSONata state.
std::string_view variable_of(std::string_view key) {
    if (key.ends_with(".$")) key.remove_suffix(2);
    return key;
}

void add_assign(const Json& owner, std::string_view state, AssignedNames& names) {
    const Json* assign = member_of(owner, "Assign");
    if (assign == nullptr || !assign->is_object()) return;
    for (const auto& [key, unused] : assign->get_ref<const Json::object_t&>()) {
        const auto [known, is_new] = names.emplace(variable_of(key), state);
        if (!is_new && known->second != state) known->second.reset();
    }
}

void check_name(const StateReader& state, std::string_view name, const Location& where) {
    Problems& problems = state.problems();
    const auto invalid = [&](std::string_view why) {
        problems.error(codes::kInvalidVariable,
                       "Invalid variable name '" + std::string(name) + "': " + std::string(why),
                       where);
    };
    if (name == kReserved) {
        problems.error(codes::kReservedVariable, "Cannot assign to reserved variable '$states'.",
                       where);
    } else if (!is_variable_name(name)) {
        invalid("the variable name contains invalid characters.");
    } else if (state.flow.outer_scope_assigns(name)) {
        // DIFFERS: the service refuses it, too; its words are not known. docs/differences.md
        invalid("the variable is assigned in an outer scope.");
    }
}

}  // namespace

AssignedNames assigned_names(const Json::object_t& states) {
    AssignedNames names;
    for (const auto& [name, state] : states) {
        add_assign(state, name, names);
        for (const std::string_view list : {"Choices", "Catch"}) {
            const Json* items = member_of(state, list);
            if (items == nullptr || !items->is_array()) continue;
            for (const Json& item : items->get_ref<const Json::array_t&>())
                add_assign(item, name, names);
        }
    }
    return names;
}

std::optional<Computed> read_assign(const StateReader& state, const Fields& fields,
                                    std::string path, StatesMembers members) {
    const Json* value = fields.find("Assign");
    if (value == nullptr) return std::nullopt;
    const Location where = fields.at("Assign");
    const auto variables = Fields::of(*value, where, fields.language(), fields.problems());
    if (!variables) return std::nullopt;
    const bool json_path = fields.language() == QueryLanguage::json_path;
    for (const auto& [key, unused] : variables->members())
        check_name(state, json_path ? variable_of(key) : std::string_view(key), where);
    return computed(fields, "Assign", std::move(path), members);
}

}  // namespace stepwell::asl
