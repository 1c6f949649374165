#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "engine/base/payload.hpp"
#include "engine/base/time.hpp"

namespace stepwell {

/// Ids of a history begin at 1 and have no gap; 0 stands for "none" in `previous`.
using EventId = std::int64_t;

/// The last event an execution may have. Developer Guide, "Service quotas": execution history size.
inline constexpr EventId kMaxEvents = 25'000;

/// Every HistoryEventType that this version records. The numbers are stored: never change one.
enum class EventType : std::uint8_t {
    execution_started = 1,
    execution_succeeded = 2,
    execution_failed = 3,
    execution_aborted = 4,
    execution_timed_out = 5,
    execution_redriven = 6,
    task_state_entered = 10,
    pass_state_entered = 11,
    choice_state_entered = 12,
    wait_state_entered = 13,
    succeed_state_entered = 14,
    fail_state_entered = 15,
    parallel_state_entered = 16,
    map_state_entered = 17,
    task_state_exited = 20,
    pass_state_exited = 21,
    choice_state_exited = 22,
    wait_state_exited = 23,
    succeed_state_exited = 24,
    parallel_state_exited = 26,
    map_state_exited = 27,
    task_state_aborted = 30,
    wait_state_aborted = 33,
    parallel_state_aborted = 36,
    map_state_aborted = 37,
    parallel_state_started = 40,
    parallel_state_succeeded = 41,
    parallel_state_failed = 42,
    map_state_started = 50,
    map_state_succeeded = 51,
    map_state_failed = 52,
    map_iteration_started = 53,
    map_iteration_succeeded = 54,
    map_iteration_failed = 55,
    map_iteration_aborted = 56,
    lambda_function_scheduled = 60,
    lambda_function_started = 61,
    lambda_function_succeeded = 62,
    lambda_function_failed = 63,
    lambda_function_timed_out = 64,
    task_scheduled = 70,
    task_started = 71,
    task_submitted = 72,
    task_succeeded = 73,
    task_failed = 74,
    task_timed_out = 75,
    task_start_failed = 76,
    task_submit_failed = 77,
    activity_scheduled = 80,
    activity_started = 81,
    activity_succeeded = 82,
    activity_failed = 83,
    activity_timed_out = 84,
    evaluation_failed = 90,
    map_run_started = 100,
    map_run_succeeded = 101,
    map_run_failed = 102,
    map_run_aborted = 103,
    map_run_redriven = 104,
};

/// "PassStateEntered".
std::string_view event_type_name(EventType type);
/// The member that holds the details ("stateEnteredEventDetails"), or "" where the type has none.
/// ParallelState… and MapStateSucceeded/Failed, LambdaFunctionStarted and …StateAborted have none.
std::string_view event_details_member(EventType type);

// The shapes of details; several event types share one. Members are named as in the API model.

struct NoDetails {};
struct ExecutionStartedDetails {
    Payload input;
    std::string role_arn;
    std::string state_machine_alias_arn;    ///< empty: absent
    std::string state_machine_version_arn;  ///< empty: absent
};
/// ExecutionSucceeded, LambdaFunctionSucceeded, ActivitySucceeded.
struct OutputDetails {
    Payload output;
};
/// Execution, LambdaFunction, Activity: Failed, TimedOut, Aborted. MapRunFailed.
struct FailureDetails {
    std::optional<std::string> error;
    std::optional<std::string> cause;
};
struct StateEnteredDetails {
    std::string name;
    Payload input;
};
struct AssignedVariable {
    std::string name;
    Payload value;
};
struct StateExitedDetails {
    std::string name;
    Payload output;
    std::vector<AssignedVariable> assigned = {};  ///< in order of their names
};
struct LambdaScheduledDetails {
    std::string resource;
    Payload input;
    std::optional<std::int64_t> timeout_in_seconds;
    std::string credentials_role_arn;  ///< empty: absent
};
struct TaskScheduledDetails {
    std::string resource_type;
    std::string resource;
    std::string region;
    Payload parameters;
    std::optional<std::int64_t> timeout_in_seconds;
    std::optional<std::int64_t> heartbeat_in_seconds;
    std::string credentials_role_arn;  ///< empty: absent
};
struct TaskDetails {
    std::string resource_type;
    std::string resource;
};
/// TaskSubmitted, TaskSucceeded.
struct TaskOutputDetails {
    std::string resource_type;
    std::string resource;
    Payload output;
};
/// TaskFailed, TaskTimedOut, TaskStartFailed, TaskSubmitFailed.
struct TaskFailureDetails {
    std::string resource_type;
    std::string resource;
    std::optional<std::string> error;
    std::optional<std::string> cause;
};
struct MapStartedDetails {
    std::int64_t length = 0;
};
struct MapIterationDetails {
    std::string name;
    std::int64_t index = 0;
};
struct ActivityScheduledDetails {
    std::string resource;
    Payload input;
    std::optional<std::int64_t> timeout_in_seconds;
    std::optional<std::int64_t> heartbeat_in_seconds;
};
struct ActivityStartedDetails {
    std::string worker_name;  ///< empty: absent
};

/// A JSONata expression failed. API Reference, EvaluationFailedEventDetails.
struct EvaluationFailedDetails {
    std::string state;
    std::string error;
    std::string cause;
    std::string location;  ///< empty: absent
};

struct ExecutionRedrivenDetails {
    std::int64_t redrive_count = 0;
};
struct MapRunStartedDetails {
    std::string map_run_arn;
};
struct MapRunRedrivenDetails {
    std::string map_run_arn;
    std::int64_t redrive_count = 0;
};

/// The alternatives' order is stored: add at the end only.
using EventDetails =
    std::variant<NoDetails, ExecutionStartedDetails, OutputDetails, FailureDetails,
                 StateEnteredDetails, StateExitedDetails, LambdaScheduledDetails,
                 TaskScheduledDetails, TaskDetails, TaskOutputDetails, TaskFailureDetails,
                 MapStartedDetails, MapIterationDetails, ActivityScheduledDetails,
                 ActivityStartedDetails, EvaluationFailedDetails, ExecutionRedrivenDetails,
                 MapRunStartedDetails, MapRunRedrivenDetails>;

/// One event of the public history. API Reference, "HistoryEvent".
struct HistoryEvent {
    EventId id = 0;
    EventId previous = 0;
    TimePoint timestamp;
    EventType type = EventType::execution_started;
    EventDetails details;
};

}  // namespace stepwell
