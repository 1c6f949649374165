#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "engine/asl/fields.hpp"
#include "engine/asl/model.hpp"

/// `Assign`: the variables that a state, a Choice rule or a catcher sets.
/// Developer Guide, "Passing data between states with variables".
namespace stepwell::asl {

struct StateReader;

/// Variables and the one state that assigns each; no state where several do. Both point into the
/// definition's JSON.
using AssignedNames = std::map<std::string_view, std::optional<std::string_view>>;

/// The variables that the states of one `States` object assign, those inside Parallel and Map
/// excluded: what is no Assign yet is passed over.
AssignedNames assigned_names(const Json::object_t& states);

/// The Assign of `fields` (the state itself, a rule or a catcher), whose variables belong to the
/// state's scope. Reports names that are invalid, reserved or assigned in a scope around it.
/// `path` is how AWS names the field: `Assign`, `Choices[1]/Assign`.
std::optional<Computed> read_assign(const StateReader& state, const Fields& fields,
                                    std::string path, StatesMembers members);

}  // namespace stepwell::asl
