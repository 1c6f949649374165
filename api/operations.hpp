#pragma once

#include <span>
#include <string_view>

#include "api/call.hpp"
#include "api/shapes.hpp"

/// The operations of the API: one function each, in operations/<family>.cpp, and one row each in
/// operations.cpp.
namespace stepwell::api {

/// Carries a call out. Runs on the network thread, so it must not block: what reads the store goes
/// on_reader.
using Handler = void (*)(const CallPtr&);

/// Whether the call is given up when its client goes.
enum class WhenClientGoes : std::uint8_t { finish, give_up };

struct Operation {
    std::string_view name;
    const Shape* input;
    Handler handle;
    WhenClientGoes when_client_goes = WhenClientGoes::finish;
};

/// In alphabetical order.
std::span<const Operation> operations();
/// nullptr where there is no such operation.
const Operation* find_operation(std::string_view name);

namespace operations_of {

// operations/state_machines.cpp
void create_state_machine(const CallPtr& call);
void update_state_machine(const CallPtr& call);
void delete_state_machine(const CallPtr& call);
// operations/state_machine_queries.cpp
Checked<std::string> describe_state_machine(Call& call);
Checked<std::string> describe_state_machine_for_execution(Call& call);
Checked<std::string> list_state_machines(Call& call);
// operations/start_execution.cpp
void start_execution(const CallPtr& call);
void start_sync_execution(const CallPtr& call);
// operations/executions.cpp
Checked<std::string> describe_execution(Call& call);
Checked<std::string> list_executions(Call& call);
void stop_execution(const CallPtr& call);
// operations/redrive_execution.cpp
void redrive_execution(const CallPtr& call);
// operations/execution_history.cpp
Checked<std::string> get_execution_history(Call& call);
// operations/activities.cpp
void create_activity(const CallPtr& call);
void delete_activity(const CallPtr& call);
Checked<std::string> describe_activity(Call& call);
Checked<std::string> list_activities(Call& call);
void get_activity_task(const CallPtr& call);
// operations/versions.cpp
void publish_state_machine_version(const CallPtr& call);
void delete_state_machine_version(const CallPtr& call);
Checked<std::string> list_state_machine_versions(Call& call);
// operations/aliases.cpp
void create_state_machine_alias(const CallPtr& call);
void update_state_machine_alias(const CallPtr& call);
void delete_state_machine_alias(const CallPtr& call);
Checked<std::string> describe_state_machine_alias(Call& call);
Checked<std::string> list_state_machine_aliases(Call& call);
// operations/map_runs.cpp
Checked<std::string> describe_map_run(Call& call);
Checked<std::string> list_map_runs(Call& call);
void update_map_run(const CallPtr& call);
// operations/tags.cpp
void tag_resource(const CallPtr& call);
void untag_resource(const CallPtr& call);
Checked<std::string> list_tags_for_resource(Call& call);
// operations/task_tokens.cpp
void send_task_success(const CallPtr& call);
void send_task_failure(const CallPtr& call);
void send_task_heartbeat(const CallPtr& call);
// operations/test_state.cpp
void test_state(const CallPtr& call);
// operations/validate.cpp
Checked<std::string> validate_state_machine_definition(Call& call);

}  // namespace operations_of
}  // namespace stepwell::api
