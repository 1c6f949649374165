#pragma once

#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "engine/machine/execution.hpp"
#include "engine/machine/question.hpp"
#include "engine/runtime/activity_queues.hpp"
#include "engine/runtime/event_log.hpp"
#include "engine/runtime/reply.hpp"

/// What a shard takes from its inbox: values alone, never a reference to another shard's data.
namespace stepwell {

// --- from callers

struct StartInput {
    ExecutionKey key = 0;
    StartRequest request;
    Reply<Started> reply;
};
struct StartSyncInput {
    ExecutionKey key = 0;
    StartRequest request;
    Reply<SyncEnded> reply;
};
struct CancelSyncInput {
    ExecutionKey key = 0;
};
struct StopInput {
    ExecutionKey key = 0;
    StopRequest request;
    Reply<Stopped> reply;
};
struct RedriveInput {
    ExecutionKey key = 0;
    RedriveRequest request;
    Reply<RedriveEnded> reply;
};
struct TokenInput {
    TokenTarget target;
    TokenReport report;
    Reply<TokenOutcome> reply;
};
/// A worker is there for an activity's task.
struct WorkerInput {
    TaskPlace task;
    PollPtr poll;
};
/// A machine is DELETING: those of its executions that are in memory are told.
struct MachineGone {
    std::string state_machine_arn;
};
/// The same for one execution, which was just being brought back.
struct MachineGoneFor {
    ExecutionKey key = 0;
    std::string state_machine_arn;
};
/// The clock was set: time to look at it.
struct LookAtClock {};

// --- from Map Runs

/// A child begins, whose start is stored.
struct ChildBegins {
    ExecutionInfo info;
    std::shared_ptr<const EventLogging> logging;
};
/// A child that should be under way: it is brought back if it is not in memory.
struct WakeChild {
    ExecutionKey key = 0;
};
/// A Map Run is over; its parent may be waiting for it.
struct MapRunOverInput {
    ExecutionKey parent = 0;
    std::string arn;
    Evaluated<Payload> result;
};

// --- from the task runner

struct CallEnded {
    TaskCallId call = 0;
    TaskResult result;
};

// --- from the slow lane

struct QuestionAnswered {
    ExecutionKey key = 0;
    std::uint64_t life = 0;
    FrameId frame = 0;
    std::uint64_t ticket = 0;
    Answer answer;
};

// --- from the store's writer. A `life` names one stay of an execution in memory: what an earlier
// one began is dropped.

struct StepStored {
    ExecutionKey key = 0;
    std::uint64_t life = 0;
    Outcome outcome = Outcome::committed;
};
/// An execution that could not go on (our bug, a damaged journal): what is told of its end.
struct FailedExecution {
    std::string arn;  ///< empty where not even that could be read
    asl::WorkflowType type = asl::WorkflowType::standard;
    TimePoint start_date;
    TimePoint stop_date;
    EventId last_event = 0;  ///< ExecutionFailed
    /// What is durable with that and not logged yet; without `logging` nothing is.
    LoggedEvents logged;
};
/// Its end was stored, or not.
struct FailureStored {
    ExecutionKey key = 0;
    std::uint64_t generation = 0;
    Outcome outcome = Outcome::committed;
    std::shared_ptr<FailedExecution> failed;
};
/// The row of an ended Express execution could not be removed.
struct StillStored {
    ExecutionKey key = 0;
    std::uint64_t generation = 0;
};

// --- from the readers. A `generation` is the time between two resets.

struct NotThere {};
struct AlreadyClosed {
    TimePoint stop_date;
};
/// The store cannot be read now.
struct Unreadable {
    std::string why;
};
/// Its journal or definition is not what we wrote.
struct Broken {
    Sequence last_sequence = 0;
    EventId last_event = 0;
    std::optional<TimePoint> stop_date;  ///< where it was closed already
    std::exception_ptr why;
    std::shared_ptr<FailedExecution> failed;
};
struct Folded {
    std::unique_ptr<Execution> execution;  ///< closed only where that was asked for
    std::shared_ptr<const EventLogging> logging;
    bool machine_deleted = false;
    bool unwanted = false;  ///< Store::map_run_unwanted, of a child
};
using LoadResult = std::variant<NotThere, AlreadyClosed, Unreadable, Broken, Folded>;
struct BroughtBack {
    ExecutionKey key = 0;
    std::uint64_t generation = 0;
    LoadResult result;
};
/// A page of the index of wake times.
struct WakesFound {
    std::uint64_t generation = 0;
    std::vector<Store::Wake> wakes;
};
/// That was all of it: once what is overdue is back, activities' tasks are given away.
struct AllWakesFound {};

// --- from the runtime itself

/// Forget everything and take nothing until Reopen; `dropped` once that is so.
struct CloseForReset {
    std::uint64_t generation = 0;
    std::function<void()> dropped;
};
struct Reopen {
    std::shared_ptr<const TokenMint> tokens;
};
/// Take nothing new, but answer for what is being written.
struct Drain {};
struct Quit {};

using Message = std::variant<StartInput, StartSyncInput, CancelSyncInput, StopInput, RedriveInput,
                             TokenInput, WorkerInput, MachineGone, MachineGoneFor, LookAtClock,
                             ChildBegins, WakeChild, MapRunOverInput, CallEnded, QuestionAnswered,
                             StepStored, FailureStored, StillStored, BroughtBack, WakesFound,
                             AllWakesFound, CloseForReset, Reopen, Drain, Quit>;

}  // namespace stepwell
