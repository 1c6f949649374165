#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>

#include "engine/asl/model.hpp"
#include "engine/base/payload.hpp"
#include "engine/base/result.hpp"
#include "engine/base/time.hpp"

/// What the engine needs from integrations/: to carry out the work of a Task state.
namespace stepwell {

/// Which call this is: unique in the process, chosen by the runtime.
using TaskCallId = std::uint64_t;

/// A call that a mock answers: which of the mock configuration's answers it is for.
struct MockedCall {
    std::string state_machine;  ///< its name
    std::string test_case;
    asl::StateType type = asl::StateType::task;  ///< or Map, Parallel: then `resource` says nothing
    /// How many times the state had been invoked before in the execution, retries included.
    std::uint32_t invocation = 0;
    /// Which item of the innermost Map around the state runs.
    std::optional<std::uint32_t> map_index;
};

/// What an HTTP Task has sent and received, for TestState at inspection level TRACE. Filled by the
/// integration before the call ends.
struct TaskInspection {
    bool reveal_secrets = false;
    Json request;   ///< null: none was sent
    Json response;  ///< null: none came
};

/// One call of a task. What was committed before it (…Scheduled, …Started) stands on disk already.
struct TaskCall {
    TaskCallId id = 0;
    asl::TaskResource resource;
    /// The payload of a Lambda function by ARN; the evaluated Parameters of a service integration.
    Payload input;
    /// The same for every call of one scheduled task, also after a restart.
    std::string request_id;
    std::string token;  ///< of `.waitForTaskToken`; empty otherwise
    std::string execution_arn;
    std::string state_name;
    std::string trace_header;
    std::string credentials_role_arn;
    std::string region;
    std::string account;
    /// The task's own time-out, if it has one: enforced outside, given so that a call can bound
    /// itself.
    std::optional<TimePoint> deadline;
    TimePoint scheduled_time;
    /// It may have been made before (the server was restarted), so what it asks for may be done.
    bool repeated = false;
    /// Of `.sync`: what TaskSubmitted says of the job that is to be watched until its end. Without
    /// a value the job is to be started.
    std::optional<Payload> submitted;
    /// Nothing is to be called: the mock configuration has the answer.
    std::optional<MockedCall> mock;
    std::shared_ptr<TaskInspection> inspection;  ///< null: nobody looks
};

/// How a call ended: the task's result, or its error (names as AWS: `Lambda.Unknown`, an errorType
/// …). For `.waitForTaskToken`, and for the start of a `.sync` job, the result is the output of
/// TaskSubmitted.
using TaskResult = Result<Payload, StateError>;
using TaskDone = std::function<void(TaskCallId, TaskResult)>;

/// Carries out tasks. Implemented in integrations/, and by ScriptedTasks in tests.
///
/// Thread-safe. `start` returns at once; `done` is called exactly once per call, on any thread
/// (possibly before `start` returns), unless the call was cancelled: then at most once, and it is
/// ignored. Time-outs and heartbeats of the state are the engine's business, not the runner's.
class TaskRunner {
public:
    virtual ~TaskRunner() = default;
    virtual void start(TaskCall call, TaskDone done) = 0;
    /// Gives the call up (its execution was stopped, or it timed out). What it has started goes on.
    /// Unknown ids are ignored.
    virtual void cancel(TaskCallId id) = 0;
    /// Stops the job that a `.sync` call has started (`call.submitted` says which) or may have:
    /// what nobody knows to have begun is looked for. `call.id` names the call where it is under
    /// way, which is given up. `done` is called at most once, on any thread, when there is nothing
    /// more to do about it: the job was asked to stop, was over, or never began. Asking again does
    /// no harm.
    virtual void stop_job(TaskCall call, std::function<void()> done) = 0;
    /// Gives all calls up, as a reset does; jobs go on.
    virtual void cancel_all() = 0;
};

}  // namespace stepwell
