#pragma once

#include <optional>
#include <string>

#include "engine/base/json.hpp"
#include "engine/tasks.hpp"
#include "integrations/aws/client.hpp"
#include "integrations/aws/optimized_table.hpp"

/// Where an optimized integration's parameters and results differ from those of the action that it
/// calls. Each service's page of the Developer Guide.
namespace stepwell::aws {

/// A call that a Task of this integration makes: of its own action, or of one about its job.
Call call_of(const OptimizedAction& action, const TaskCall& call, std::string_view operation,
             Json parameters);
/// What the Task fails with where such a call did.
StateError error_of(const OptimizedAction& action, const Error& error, const TaskCall& call);

/// The parameters of the action.
Json action_parameters(const OptimizedAction& action, const TaskCall& call);

/// The members of the action's answer as the integration names them.
Json named_answer(const OptimizedAction& action, Json output);

/// What the Task shows of the action's answer: its output and the SDK's metadata.
Json shown_answer(const OptimizedAction& action, const Answer& answer, const TaskCall& call);

/// An answer that is a failure though its status is none: an event that was not taken, a task that
/// found no place, where its end is waited for.
std::optional<StateError> failure_in(const OptimizedAction& action, const Json& shown,
                                     asl::Pattern pattern);

/// Whether a job that has come to its end has done so well, beside what its state says.
bool ended_well(const OptimizedAction& action, const Json& result);

/// The description of a job that has ended as the Task shows it: `described` is what the table says
/// of it.
Json shown_job(const OptimizedAction& action, Json described);

/// An EMR cluster's fleet or group is changed by its id and known by its name: the action that
/// lists them, and the parameters with what the list says. The action is empty for all others.
struct ByName {
    std::string_view list_action;
    std::string_view list;     ///< member of the answer
    std::string_view wanted;   ///< member of the Task's parameters that is the name
    std::string_view changes;  ///< member of the Task's parameters that is what to change
    std::string_view id;       ///< what the id is called in the changes
    std::string_view as_list;  ///< member of the action's parameters, where it takes a list
};
ByName by_name(const OptimizedAction& action);
/// nullopt where none has the name.
std::optional<Json> parameters_by_name(const ByName& by, const Json& parameters,
                                       const Json& listed);

}  // namespace stepwell::aws
