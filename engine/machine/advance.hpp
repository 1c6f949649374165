#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "engine/machine/activity_directory.hpp"
#include "engine/machine/execution.hpp"
#include "engine/machine/map_run_plan.hpp"
#include "engine/machine/mock_directory.hpp"
#include "engine/tasks.hpp"

/// The interpreter: what follows from one input. No clock, no I/O, no randomness: time and seed
/// come with the input.
namespace stepwell {

/// How many transitions one Step makes before others have a turn. See design.md, "Order", 6.
inline constexpr int kTransitionsPerStep = 256;
/// How many items of an inline Map run at once where MaxConcurrency says no limit. Developer Guide,
/// "Map state processing modes": up to 40.
inline constexpr std::uint32_t kInlineMapConcurrency = 40;
/// How long an Express execution may run. Developer Guide, "Service quotas".
inline constexpr Seconds kExpressTimeout{300};

/// The execution begins.
struct Begin {};
/// Goes on: a timer is due, or a turn was cut.
struct GoOn {};
/// A call of a task ended.
struct TaskEnded {
    FrameId frame = 0;
    Sequence scheduled = 0;
    TaskResult result;
};
/// A worker that polls the activity is there for the task.
struct WorkerCame {
    FrameId frame = 0;
    Sequence scheduled = 0;
    std::string worker_name;
};
/// A token came back with a result, an error, or a sign of life.
struct TokenCame {
    FrameId frame = 0;
    Sequence named = 0;  ///< TokenTarget::scheduled
    std::variant<Payload, Failure, std::monostate> report;
};
/// A question was answered on the slow lane.
struct Answered {
    FrameId frame = 0;
    std::uint64_t ticket = 0;
    Answer answer;
};
/// A Map Run ended: with its output, or why it failed.
struct MapRunOver {
    std::string arn;
    Evaluated<Payload> result;
};
/// StopExecution.
struct Stop {
    Failure failure;
};
/// Its state machine is being deleted: it ends before its next transition.
struct MachineDeleted {};
/// RedriveExecution, of an execution that is closed: what failed, timed out or was stopped goes on,
/// and only that. Not accepted where redrivability() (redrive.hpp) is against it.
struct Redrive {
    std::string client_token;  ///< empty: none was given
    /// Asked for by the Map Run whose child it is: nobody else may.
    bool by_map_run = false;
};

using InputBody = std::variant<Begin, GoOn, TaskEnded, WorkerCame, TokenCame, Answered, MapRunOver,
                               Stop, MachineDeleted, Redrive>;

/// `now` never goes back for an execution: an earlier one is taken as the time of its last entry.
struct Input {
    TimePoint now;
    std::uint64_t seed = 0;
    InputBody body;
    const ActivityDirectory* activities = nullptr;  ///< null: every activity is there
    const MockDirectory* mocks = nullptr;           ///< null: nothing is mocked
    /// How long the expressions of one entry or exit may take here, and, about, all of the Step;
    /// what takes longer becomes an Ask. None: however long.
    std::optional<std::chrono::microseconds> patience = std::nullopt;
};

/// Call a task. The call's id is the runtime's to choose.
struct StartTask {
    FrameId frame = 0;
    Sequence scheduled = 0;
    TaskCall call;
};
/// Give a call up; what it has started goes on.
struct CancelTask {
    FrameId frame = 0;
    Sequence scheduled = 0;
};
/// Give a `.sync` call up and stop the job that it has started, or may have. That this is to be
/// done is part of the Step.
struct StopJob {
    FrameId frame = 0;
    Sequence scheduled = 0;
    TaskCall call;
    std::int64_t key = 0;  ///< the runtime's to choose
};
/// Put a task into its activity's queue, where it stands by the time at which it was scheduled.
struct QueueTask {
    FrameId frame = 0;
    Sequence scheduled = 0;
    std::string activity_arn;
    TimePoint since;
};
/// Take it out again.
struct UnqueueTask {
    QueueTask task;
};
/// Answer a question elsewhere, without patience: Answered brings the answer. One that comes when
/// the question is no longer open is dropped.
struct Ask {
    FrameId frame = 0;
    std::uint64_t ticket = 0;
    Question question;
};
/// Begin a Map Run. Its row is part of the Step.
struct StartMapRun {
    std::shared_ptr<const MapRunPlan> plan;
};
/// Stop a Map Run with all its children: its state no longer waits for it.
struct StopMapRun {
    std::string arn;
};
/// Redrive a Map Run. That it is, is part of the Step.
struct RedriveMapRun {
    std::string arn;
};
/// Its state has taken the end of a Map Run: nobody need be told of it again.
struct SettleMapRun {
    std::string arn;
};
using Action = std::variant<Ask, StartTask, CancelTask, StopJob, QueueTask, UnqueueTask,
                            StartMapRun, StopMapRun, RedriveMapRun, SettleMapRun>;

/// What an input led to: entries to store (already applied), and actions to take once they are
/// durable.
struct Step {
    std::vector<Entry> entries;
    std::vector<Action> actions;
    int transitions = 0;
    /// Whether the input was taken. A task's end or a token for something no longer open is not: it
    /// is dropped or refused.
    bool accepted = true;
    /// Whether turns are left: deliver GoOn.
    bool more = false;
};

/// Timers due at or before `input.now` come first, in order of due time, then of entry; then the
/// input itself; then every frame runs until it waits, up to kTransitionsPerStep transitions.
Step advance(Execution& execution, const Input& input);

/// After a recovery: the calls that were under way and are to be made again, with the same request
/// ids, the jobs to be watched on, and the tasks that stood in queues. Those past their deadline
/// are left to their timer.
std::vector<Action> calls_to_repeat(const Execution& execution, TimePoint now);

/// After a recovery: heartbeats, which are not stored, have a full interval from now.
void restart_heartbeats(Execution& execution, TimePoint now);

}  // namespace stepwell
