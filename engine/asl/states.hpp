#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "engine/asl/fields.hpp"
#include "engine/asl/flow.hpp"
#include "engine/asl/model.hpp"

namespace stepwell::asl {

/// Reads one member of a `States` object. Reports what is wrong; the State is then without meaning.
State read_state(FlowReader& flow, StateIndex index, const Json& value, const Location& where);

/// One state while it is read: handed to the reader of its type.
struct StateReader {
    FlowReader& flow;
    StateIndex index;
    const Fields& fields;

    Problems& problems() const { return fields.problems(); }
    bool json_path() const { return fields.language() == QueryLanguage::json_path; }
    /// `Next` or `End`, exactly one.
    Transition transition() const;
    /// The state that the string field `name` of `of` (the state, a rule or a catcher) names.
    std::optional<StateIndex> target(const Fields& of, std::string_view name) const;
};

// One reader per state type, grouped by file: task_state.cpp, choice_state.cpp,
// container_states.cpp, simple_states.cpp.
TaskState read_task(const StateReader& state);
PassState read_pass(const StateReader& state);
ChoiceState read_choice(const StateReader& state);
WaitState read_wait(const StateReader& state);
SucceedState read_succeed(const StateReader& state);
FailState read_fail(const StateReader& state);
ParallelState read_parallel(const StateReader& state);
MapState read_map(const StateReader& state);

// error_handling.cpp
std::vector<Retrier> read_retry(const StateReader& state);
std::vector<Catcher> read_catch(const StateReader& state);

}  // namespace stepwell::asl
