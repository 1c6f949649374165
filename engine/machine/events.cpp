#include "engine/machine/events.hpp"

#include <array>

namespace stepwell {
namespace {

struct Row {
    EventType type;
    std::string_view name;
    std::string_view details;
};

constexpr std::string_view kEntered = "stateEnteredEventDetails";
constexpr std::string_view kExited = "stateExitedEventDetails";

constexpr Row kRows[] = {
    {EventType::execution_started, "ExecutionStarted", "executionStartedEventDetails"},
    {EventType::execution_succeeded, "ExecutionSucceeded", "executionSucceededEventDetails"},
    {EventType::execution_failed, "ExecutionFailed", "executionFailedEventDetails"},
    {EventType::execution_aborted, "ExecutionAborted", "executionAbortedEventDetails"},
    {EventType::execution_timed_out, "ExecutionTimedOut", "executionTimedOutEventDetails"},
    {EventType::execution_redriven, "ExecutionRedriven", "executionRedrivenEventDetails"},
    {EventType::task_state_entered, "TaskStateEntered", kEntered},
    {EventType::pass_state_entered, "PassStateEntered", kEntered},
    {EventType::choice_state_entered, "ChoiceStateEntered", kEntered},
    {EventType::wait_state_entered, "WaitStateEntered", kEntered},
    {EventType::succeed_state_entered, "SucceedStateEntered", kEntered},
    {EventType::fail_state_entered, "FailStateEntered", kEntered},
    {EventType::parallel_state_entered, "ParallelStateEntered", kEntered},
    {EventType::map_state_entered, "MapStateEntered", kEntered},
    {EventType::task_state_exited, "TaskStateExited", kExited},
    {EventType::pass_state_exited, "PassStateExited", kExited},
    {EventType::choice_state_exited, "ChoiceStateExited", kExited},
    {EventType::wait_state_exited, "WaitStateExited", kExited},
    {EventType::succeed_state_exited, "SucceedStateExited", kExited},
    {EventType::parallel_state_exited, "ParallelStateExited", kExited},
    {EventType::map_state_exited, "MapStateExited", kExited},
    {EventType::task_state_aborted, "TaskStateAborted", ""},
    {EventType::wait_state_aborted, "WaitStateAborted", ""},
    {EventType::parallel_state_aborted, "ParallelStateAborted", ""},
    {EventType::map_state_aborted, "MapStateAborted", ""},
    {EventType::parallel_state_started, "ParallelStateStarted", ""},
    {EventType::parallel_state_succeeded, "ParallelStateSucceeded", ""},
    {EventType::parallel_state_failed, "ParallelStateFailed", ""},
    {EventType::map_state_started, "MapStateStarted", "mapStateStartedEventDetails"},
    {EventType::map_state_succeeded, "MapStateSucceeded", ""},
    {EventType::map_state_failed, "MapStateFailed", ""},
    {EventType::map_iteration_started, "MapIterationStarted", "mapIterationStartedEventDetails"},
    {EventType::map_iteration_succeeded, "MapIterationSucceeded",
     "mapIterationSucceededEventDetails"},
    {EventType::map_iteration_failed, "MapIterationFailed", "mapIterationFailedEventDetails"},
    {EventType::map_iteration_aborted, "MapIterationAborted", "mapIterationAbortedEventDetails"},
    {EventType::lambda_function_scheduled, "LambdaFunctionScheduled",
     "lambdaFunctionScheduledEventDetails"},
    {EventType::lambda_function_started, "LambdaFunctionStarted", ""},
    {EventType::lambda_function_succeeded, "LambdaFunctionSucceeded",
     "lambdaFunctionSucceededEventDetails"},
    {EventType::lambda_function_failed, "LambdaFunctionFailed", "lambdaFunctionFailedEventDetails"},
    {EventType::lambda_function_timed_out, "LambdaFunctionTimedOut",
     "lambdaFunctionTimedOutEventDetails"},
    {EventType::task_scheduled, "TaskScheduled", "taskScheduledEventDetails"},
    {EventType::task_started, "TaskStarted", "taskStartedEventDetails"},
    {EventType::task_submitted, "TaskSubmitted", "taskSubmittedEventDetails"},
    {EventType::task_succeeded, "TaskSucceeded", "taskSucceededEventDetails"},
    {EventType::task_failed, "TaskFailed", "taskFailedEventDetails"},
    {EventType::task_timed_out, "TaskTimedOut", "taskTimedOutEventDetails"},
    {EventType::task_start_failed, "TaskStartFailed", "taskStartFailedEventDetails"},
    {EventType::task_submit_failed, "TaskSubmitFailed", "taskSubmitFailedEventDetails"},
    {EventType::activity_scheduled, "ActivityScheduled", "activityScheduledEventDetails"},
    {EventType::activity_started, "ActivityStarted", "activityStartedEventDetails"},
    {EventType::activity_succeeded, "ActivitySucceeded", "activitySucceededEventDetails"},
    {EventType::activity_failed, "ActivityFailed", "activityFailedEventDetails"},
    {EventType::activity_timed_out, "ActivityTimedOut", "activityTimedOutEventDetails"},
    {EventType::evaluation_failed, "EvaluationFailed", "evaluationFailedEventDetails"},
    {EventType::map_run_started, "MapRunStarted", "mapRunStartedEventDetails"},
    {EventType::map_run_succeeded, "MapRunSucceeded", ""},
    {EventType::map_run_failed, "MapRunFailed", "mapRunFailedEventDetails"},
    {EventType::map_run_aborted, "MapRunAborted", ""},
    {EventType::map_run_redriven, "MapRunRedriven", "mapRunRedrivenEventDetails"},
};

/// By number, so that looking up costs nothing.
const std::array<const Row*, 256>& rows_by_number() {
    static const auto table = [] {
        std::array<const Row*, 256> rows{};
        for (const Row& row : kRows) rows[static_cast<std::size_t>(row.type)] = &row;
        return rows;
    }();
    return table;
}

}  // namespace

std::string_view event_type_name(EventType type) {
    const Row* row = rows_by_number()[static_cast<std::size_t>(type)];
    return row ? row->name : std::string_view{};
}

std::string_view event_details_member(EventType type) {
    const Row* row = rows_by_number()[static_cast<std::size_t>(type)];
    return row ? row->details : std::string_view{};
}

}  // namespace stepwell
