#include "api/operations.hpp"

#include <algorithm>

namespace stepwell::api {
namespace {

/// An operation that only reads: it may block, and what it returns is the answer.
template <Checked<std::string> (*Read)(Call&)>
void reading(const CallPtr& call) {
    call->on_reader([call] { call->finish(Read(*call)); });
}

using namespace operations_of;

constexpr Operation kOperations[] = {
    {"CreateActivity", &shapes::kCreateActivity, &create_activity},
    {"CreateStateMachine", &shapes::kCreateStateMachine, &create_state_machine},
    {"CreateStateMachineAlias", &shapes::kCreateStateMachineAlias, &create_state_machine_alias},
    {"DeleteActivity", &shapes::kDeleteActivity, &delete_activity},
    {"DeleteStateMachine", &shapes::kDeleteStateMachine, &delete_state_machine},
    {"DeleteStateMachineAlias", &shapes::kDeleteStateMachineAlias, &delete_state_machine_alias},
    {"DeleteStateMachineVersion", &shapes::kDeleteStateMachineVersion,
     &delete_state_machine_version},
    {"DescribeActivity", &shapes::kDescribeActivity, &reading<describe_activity>},
    {"DescribeExecution", &shapes::kDescribeExecution, &reading<describe_execution>},
    {"DescribeMapRun", &shapes::kDescribeMapRun, &reading<describe_map_run>},
    {"DescribeStateMachine", &shapes::kDescribeStateMachine, &reading<describe_state_machine>},
    {"DescribeStateMachineAlias", &shapes::kDescribeStateMachineAlias,
     &reading<describe_state_machine_alias>},
    {"DescribeStateMachineForExecution", &shapes::kDescribeStateMachineForExecution,
     &reading<describe_state_machine_for_execution>},
    // A long poll of 60 seconds.
    {"GetActivityTask", &shapes::kGetActivityTask, &get_activity_task, WhenClientGoes::give_up},
    {"GetExecutionHistory", &shapes::kGetExecutionHistory, &reading<get_execution_history>},
    {"ListActivities", &shapes::kListActivities, &reading<list_activities>},
    {"ListExecutions", &shapes::kListExecutions, &reading<list_executions>},
    {"ListMapRuns", &shapes::kListMapRuns, &reading<list_map_runs>},
    {"ListStateMachineAliases", &shapes::kListStateMachineAliases,
     &reading<list_state_machine_aliases>},
    {"ListStateMachineVersions", &shapes::kListStateMachineVersions,
     &reading<list_state_machine_versions>},
    {"ListStateMachines", &shapes::kListStateMachines, &reading<list_state_machines>},
    {"ListTagsForResource", &shapes::kListTagsForResource, &reading<list_tags_for_resource>},
    {"PublishStateMachineVersion", &shapes::kPublishStateMachineVersion,
     &publish_state_machine_version},
    {"RedriveExecution", &shapes::kRedriveExecution, &redrive_execution},
    {"SendTaskFailure", &shapes::kSendTaskFailure, &send_task_failure},
    {"SendTaskHeartbeat", &shapes::kSendTaskHeartbeat, &send_task_heartbeat},
    {"SendTaskSuccess", &shapes::kSendTaskSuccess, &send_task_success},
    {"StartExecution", &shapes::kStartExecution, &start_execution},
    {"StartSyncExecution", &shapes::kStartSyncExecution, &start_sync_execution,
     WhenClientGoes::give_up},
    {"StopExecution", &shapes::kStopExecution, &stop_execution},
    {"TagResource", &shapes::kTagResource, &tag_resource},
    {"TestState", &shapes::kTestState, &test_state, WhenClientGoes::give_up},
    {"UntagResource", &shapes::kUntagResource, &untag_resource},
    {"UpdateMapRun", &shapes::kUpdateMapRun, &update_map_run},
    {"UpdateStateMachine", &shapes::kUpdateStateMachine, &update_state_machine},
    {"UpdateStateMachineAlias", &shapes::kUpdateStateMachineAlias, &update_state_machine_alias},
    {"ValidateStateMachineDefinition", &shapes::kValidateStateMachineDefinition,
     &reading<validate_state_machine_definition>},
};
static_assert(std::ranges::is_sorted(kOperations, {}, &Operation::name),
              "find_operation searches by halves");

}  // namespace

std::span<const Operation> operations() { return kOperations; }

const Operation* find_operation(std::string_view name) {
    const auto found = std::ranges::lower_bound(kOperations, name, {}, &Operation::name);
    return found != std::end(kOperations) && found->name == name ? found : nullptr;
}

}  // namespace stepwell::api
