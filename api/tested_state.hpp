#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "api/errors.hpp"
#include "engine/asl/parser.hpp"
#include "engine/base/json.hpp"

/// What TestState is asked to run: a state of a definition, or one that stands alone.
namespace stepwell::api {

struct TestedState {
    std::shared_ptr<const asl::StateMachine> definition;
    asl::StateIndex index = 0;
    Json source;  ///< the state as it is written

    const asl::State& state() const { return definition->states[index]; }
};

/// The state called `state_name` of a state machine's definition, at any depth; with nullptr the
/// definition is that of one state, and goes where it likes: InvalidDefinition where it is none,
/// ValidationException where it has no such state. `sdk_actions` as asl::parse has them.
Checked<TestedState> read_tested_state(const std::string& definition, const std::string* state_name,
                                       const asl::SdkActions* sdk_actions);

/// Whether a state of this name stands inside of `state`, at any depth.
bool contains_state(const Json& state, std::string_view name);

}  // namespace stepwell::api
