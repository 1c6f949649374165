#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "engine/asl/model.hpp"
#include "engine/base/arn.hpp"
#include "engine/base/payload.hpp"
#include "engine/base/time.hpp"
#include "engine/items.hpp"
#include "engine/machine/mock_directory.hpp"
#include "engine/machine/redrive.hpp"
#include "engine/machine/trial.hpp"
#include "engine/runtime/event_log.hpp"
#include "engine/runtime/execution_reports.hpp"
#include "engine/runtime/status_observer.hpp"
#include "engine/store.hpp"
#include "engine/tasks.hpp"

/// Drives executions: shards, timers, task dispatch, recovery. What api/ calls.
namespace stepwell {

struct RuntimeOptions {
    unsigned shards = 2;
    /// --wait-time-scale: Wait states and retry delays take this fraction of their time; 0 does not
    /// wait at all.
    double wait_time_scale = 1.0;
    /// How long GetActivityTask waits for a task. API Reference, GetActivityTask: 60 seconds.
    Milliseconds longest_poll{60'000};
    /// Takes what loggingConfigurations ask for; null: nothing does.
    std::shared_ptr<EventLog> event_log = nullptr;
    /// What Map Runs read items with, and export results with; null: neither can be done. They must
    /// outlive the runtime.
    ItemReader* item_reader = nullptr;
    ResultWriter* result_writer = nullptr;
    /// Which states the mock configuration answers; must outlive the runtime. Null: none.
    const MockDirectory* mocks = nullptr;
    /// Is told of the beginnings and ends of Standard executions; must outlive the runtime. Null:
    /// nobody is.
    StatusObserver* observer = nullptr;
};

struct StartRequest {
    /// The machine, or the version of it that it is to run on.
    std::shared_ptr<const StateMachineRecord> state_machine;
    std::shared_ptr<const asl::StateMachine> definition;
    std::string execution_arn;
    std::string name;
    Payload input;
    std::string trace_header;
    std::string alias = {};      ///< name of the one that chose the version
    std::string test_case = {};  ///< of the mock configuration; empty: nothing is mocked
    /// Of a synchronous start: one state alone is run and observed (TestState).
    std::shared_ptr<Trial> trial = nullptr;
};
/// How StartExecution ended. `existing` where an execution of that name is there (outcome
/// conflict). limit_reached: as many run as may.
struct Started {
    Outcome outcome = Outcome::committed;
    TimePoint start_date;
    std::optional<ExecutionRecord> existing;
};
/// A finished synchronous Express execution.
struct SyncEnded {
    /// overloaded: given up before its end (cancelled, shut down, reset); the rest says nothing
    /// then.
    Outcome outcome = Outcome::committed;
    ExecutionStatus status = ExecutionStatus::succeeded;
    TimePoint start_date;
    TimePoint stop_date;
    std::optional<std::string> output;
    std::optional<std::string> error;
    std::optional<std::string> cause;
};

struct StopRequest {
    std::optional<std::string> error;
    std::optional<std::string> cause;
};
/// stop_date of the (now or already) closed execution; not_found where there is none.
struct Stopped {
    Outcome outcome = Outcome::committed;
    TimePoint stop_date;
};

struct RedriveRequest {
    std::string client_token;  ///< empty: none
    bool by_map_run = false;   ///< its own Map Run asks
};
/// How RedriveExecution ended. not_found: the execution is not there, or its machine has just
/// become DELETING. limit_reached: as many run as may.
struct RedriveEnded {
    Outcome outcome = Outcome::committed;
    Redrivability redrivability = Redrivability::redrivable;  ///< else nothing was changed
    TimePoint redrive_date;  ///< now, or when it was redriven with the same token
};

struct TokenSucceeded {
    Payload output;
};
struct TokenFailed {
    std::optional<std::string> error;
    std::optional<std::string> cause;
};
struct TokenHeartbeat {};
using TokenReport = std::variant<TokenSucceeded, TokenFailed, TokenHeartbeat>;
enum class TokenOutcome {
    accepted,
    invalid,         ///< forged, foreign or malformed: InvalidToken
    task_timed_out,  ///< the task it stood for is over, timed out, or its execution is closed:
                     ///< TaskTimedOut
    task_not_found,  ///< its execution is not there any more: TaskDoesNotExist
    overloaded,
};

/// A task for an activity's worker.
struct PolledTask {
    Outcome outcome = Outcome::committed;
    std::string task_token;  ///< empty: none came in time
    std::string input;
};

/// All calls are thread-safe and return at once. Answers come on some thread of the runtime or
/// store, after what they say is committed; they must be quick (post to your own executor).
class Runtime {
public:
    /// `random_seed` feeds tokens, ids and jitter. The store and the task runner must outlive the
    /// runtime.
    Runtime(Store& store, TaskRunner& tasks, const Clock& clock, RuntimeOptions options,
            std::uint64_t random_seed);
    ~Runtime();
    Runtime(const Runtime&) = delete;
    Runtime& operator=(const Runtime&) = delete;

    /// Brings back what was running: reads the index of wake times, not the journals. Call once,
    /// before serving.
    void recover();

    void start(StartRequest request, std::function<void(Started)> answer);
    /// Runs an Express execution and answers when it has ended; nothing is stored. The result's
    /// handle cancels it; it may be called at any time, from any thread.
    using CancelSync = std::function<void()>;
    CancelSync start_sync(StartRequest request, std::function<void(SyncEnded)> answer);
    void stop(ExecutionKey key, StopRequest request, std::function<void(Stopped)> answer);
    /// Opens an execution that is closed again: what failed, timed out or was stopped goes on.
    void redrive(ExecutionKey key, RedriveRequest request,
                 std::function<void(RedriveEnded)> answer);
    void report(std::string token, TokenReport report, std::function<void(TokenOutcome)> answer);
    /// Whether `report` would find the task that a token stands for, as far as the token itself
    /// tells.
    bool is_task_token(std::string_view token) const;
    /// Waits for a task of an activity and gives it to this worker; who waits longest is served
    /// first. The result's handle gives the poll up: then its task goes to the next. Empty, and
    /// `answer` not called, where as many polls wait for the activity as may.
    using GiveUp = std::function<void()>;
    GiveUp poll_activity(std::string activity_arn, std::string worker_name,
                         std::function<void(PolledTask)> answer);
    /// Calls `closed` once, soon after the execution has closed and that is committed (or earlier,
    /// without cause: look), unless the result's handle is called before. One that is closed
    /// already is not told of.
    using StopWatching = std::function<void()>;
    StopWatching when_closed(const std::string& execution_arn, std::function<void()> closed);
    /// After the store has marked a machine DELETING: its executions end at their next transition.
    void state_machine_deleted(std::string state_machine_arn);

    /// After the store has changed the limits of a Map Run: they apply at once.
    void map_run_updated(const std::string& map_run_arn);

    /// Drops every execution, timer and call, then resets the store. `answer` when it is empty.
    void reset(std::function<void(Outcome)> answer);
    /// Stops the shards; what was running continues at the next start of the server.
    void shut_down();

    /// The clock was set (a manual or a skipping one): what is due by it happens. The wall clock
    /// needs no such call.
    void clock_changed();
    /// Waits until nothing is under way but calls of tasks: every input taken, every Step stored,
    /// nothing due.
    void settle();

    struct Statistics {
        std::uint64_t live_executions = 0;
        std::uint64_t timers = 0;
        std::uint64_t transitions = 0;
        std::uint64_t calls = 0;  ///< of tasks, under way
        ExecutionReports::Started started{};
        std::uint64_t redriven = 0;
        ExecutionReports::Ends ended{};
    };
    Statistics statistics() const;

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace stepwell
