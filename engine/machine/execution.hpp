#pragma once

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "engine/asl/model.hpp"
#include "engine/machine/journal.hpp"
#include "engine/machine/question.hpp"
#include "engine/machine/token.hpp"
#include "engine/machine/trial.hpp"

/// The state of an execution: a tree of frames, changed by nothing but `apply`.
namespace stepwell {

enum class ExecutionStatus : std::uint8_t { running, succeeded, failed, timed_out, aborted };

/// What never changes while an execution runs.
struct ExecutionInfo {
    ExecutionKey key = 0;
    std::string arn;
    std::string name;
    std::string role_arn;
    std::string state_machine_arn;
    std::string state_machine_name;
    std::int64_t version = 0;  ///< of the machine, that it was started on; 0: on none
    std::string alias;         ///< of the machine, that it was started by; empty: by none
    std::string account;
    std::string region;
    std::string trace_header;
    asl::FlowIndex flow = 0;  ///< of the definition, that it runs: a child's is its Map's processor
    std::string label;        ///< of the Map whose child it is; empty: of none
    std::int64_t map_run = 0;  ///< key of the Map Run whose child it is; 0: of none
    std::string test_case;     ///< of the mock configuration, that answers its tasks; empty: none
    asl::WorkflowType type = asl::WorkflowType::standard;
    TimePoint start_time;
    Payload input;
    std::shared_ptr<const asl::StateMachine> definition;
    std::shared_ptr<const TokenMint> tokens;
    /// --wait-time-scale: the fraction of their time that Wait states and retry delays take.
    double wait_time_scale = 1.0;
    /// Only one state is run, and observed; null in every execution but those of TestState.
    std::shared_ptr<Trial> trial;
};

/// An error with what AWS leaves out when nothing was given (a Fail state without Error and Cause).
struct Failure {
    std::optional<std::string> error;
    std::optional<std::string> cause;
};

/// What a frame is doing. The ready ones stand in Execution::ready, in the order of their turns.
enum class Phase : std::uint8_t {
    entering,   ///< ready: is about to enter `state` with `input`
    working,    ///< ready: has entered `state`, its work is to be done
    scheduled,  ///< ready: its task was scheduled and is about to be called
    finishing,  ///< ready: the work of `state` gave `result`
    failing,    ///< ready: the task or the children of `state` failed with `failure`
    retrying,   ///< ready: the work of `state` begins again
    deciding,   ///< its expressions are being evaluated on the slow lane
    waiting,    ///< in a Wait state, until `due`
    backoff,    ///< before a retry, until `due`
    called,     ///< its task is being carried out
    submitted,  ///< its task awaits a token: of `.waitForTaskToken`, or of an activity's worker
    watched,    ///< the job that its task has started is being watched (`.sync`)
    queued,     ///< its task stands in an activity's queue
    parent,     ///< its branches or items run
    mapping,    ///< its Map Run is under way
    ended,      ///< its flow has ended with `result`
    failed,     ///< it failed with `failure`
    aborted,    ///< it was stopped since a sibling failed
};

/// Whether a frame in this phase stands in Execution::ready.
bool takes_turns(Phase phase);

/// The task of a frame, from …Scheduled on.
struct FrameTask {
    Sequence scheduled = 0;  ///< the entry of …Scheduled: names this attempt
    std::string request_id;
    std::string token;
    Sequence token_names = 0;  ///< TokenTarget::scheduled
    std::string credentials_role_arn;
    Payload input;
    TimePoint scheduled_time;
    std::optional<Payload> submitted;  ///< what TaskSubmitted says, where a job is watched
    bool mocked = false;               ///< also of a Parallel or Map
    std::uint32_t invocation = 0;      ///< of the state, from 0; counted where there is a test case
    std::optional<Seconds> timeout;    ///< of an activity, for when a worker comes
    std::optional<TimePoint> deadline;
    Seconds heartbeat{0};
    std::optional<TimePoint> heartbeat_due;  ///< not stored: a full interval from a restart
};

/// The branches or items of a frame's state.
struct FrameChildren {
    FrameId first = 0;
    std::uint32_t count = 0;
    std::uint32_t started = 0;  ///< items 0 … started-1 have frames
    std::uint32_t running = 0;
    std::uint32_t concurrency = 0;
    Payload input;  ///< of the state, as ItemSelector sees it
    Payload items;  ///< of a Map
    bool map = false;
};

/// The Map Run of a frame's state.
struct FrameMapRun {
    std::string arn;
    std::int64_t redrive_count = 0;
    bool succeeded = false;
};

/// What a question of a frame is about.
struct QuestionKey {
    enum class Kind : std::uint8_t { conditions, entry, exit, caught, item, tried_item };
    Kind kind = Kind::entry;
    std::uint32_t index = 0;  ///< caught: of the catcher; item, tried_item: of the item
    bool operator==(const QuestionKey&) const = default;
};

/// Questions of a frame that took too long and went to the slow lane. Not stored: a restart asks
/// them again.
struct FrameQuestions {
    std::uint64_t ticket = 0;  ///< of the one that is open; 0: none
    QuestionKey open;
    Phase resume = Phase::working;  ///< where the frame stood
    std::string token;              ///< entry: of the attempt, as the question knew it
    std::optional<Failure> caught;  ///< by the catcher whose question is open
    std::vector<std::pair<QuestionKey, Answer>> answers;
};

/// One flow of control: the root, a branch of a Parallel, or an item of a Map.
struct Frame {
    FrameId id = 0;
    FrameId parent = 0;       ///< itself for the root
    std::uint32_t index = 0;  ///< of its branch or item
    Phase phase = Phase::entering;
    asl::StateIndex state = 0;
    bool in_state = false;   ///< `state` was entered, and not left yet
    Payload input;           ///< the state's raw input
    Payload result;          ///< of the state's work, or of the whole flow
    EventId last_event = 0;  ///< `previous` of its next event
    EventId entered_event = 0;
    EventId before_entered = 0;  ///< `previous` of …StateEntered
    TimePoint entered_time;
    TimePoint due;           ///< waiting, backoff
    Sequence due_since = 0;  ///< the entry that set `due`; 0: none
    Failure failure;
    bool heartbeat_missed = false;
    bool reported = false;    ///< failing: a task reported `failure`, here or in a branch or item
    VariableTable variables;  ///< of its own scope
    std::vector<std::uint32_t> attempts;  ///< per retrier of `state`
    std::uint32_t retry_count = 0;        ///< of all retriers: $$.State.RetryCount
    std::unique_ptr<FrameTask> task;
    std::unique_ptr<FrameChildren> children;
    std::unique_ptr<FrameMapRun> map_run;
    std::unique_ptr<FrameQuestions> questions;
};

/// A redrive that a caller may ask for again with its token, and be told that it is done.
struct TokenOfRedrive {
    std::string token;
    TimePoint redrive_date;
};

/// What a timer of an execution is for.
enum class TimerKind : std::uint8_t { due, deadline, heartbeat, execution };

/// An execution as the fold of its journal. Touched only by its shard; knows no clock and no I/O.
struct Execution {
    explicit Execution(ExecutionInfo execution_info);

    ExecutionInfo info;
    ExecutionStatus status = ExecutionStatus::running;
    std::map<FrameId, Frame> frames;
    std::deque<FrameId> ready;  ///< turns to take; the front is in its turn
    FrameId next_frame = 1;
    std::uint32_t calls = 0;  ///< frames whose task a restart takes up: called, watched, queued
    std::uint32_t tasks_with_token = 0;  ///< frames whose task has a token, also of closed ones
    std::uint32_t open_questions = 0;    ///< on the slow lane; not stored
    std::uint64_t last_ticket = 0;       ///< of a question
    /// How many times each state was invoked, retries included, where there is a test case.
    std::map<asl::StateIndex, std::uint32_t> invocations;
    std::size_t variable_bytes = 0;  ///< of the variables of all frames, by variable_bytes()
    EventId last_event = 0;
    Sequence last_sequence = 0;
    TimePoint last_time;
    /// Its machine is being deleted. Not stored: the machine's own row says so.
    bool machine_deleted = false;
    std::optional<TimePoint> stop_time;
    std::optional<Payload> output;
    Failure failure;
    std::uint32_t redrive_count = 0;
    std::optional<TimePoint> redrive_time;          ///< of the last redrive
    EventId redriven_event = 0;                     ///< ExecutionRedriven of the last redrive
    std::deque<TokenOfRedrive> tokens_of_redrives;  ///< the last ones, the oldest first

    /// In the order in which they fire: due time, then the entry that set them.
    using Timer = std::tuple<TimePoint, Sequence, FrameId, TimerKind>;
    std::set<Timer> timers;

    bool closed() const { return status != ExecutionStatus::running; }
    const asl::State& state_of(const Frame& frame) const {
        return info.definition->states[frame.state];
    }
    Frame& frame(FrameId id) { return frames.at(id); }

    /// Tokens that can still come back.
    std::uint32_t open_tokens() const { return closed() ? 0 : tasks_with_token; }
    /// The earliest time at which something happens by itself, or nullopt.
    std::optional<TimePoint> next_timer() const;
    /// When a restart must look at it: at once (the epoch) where something is ready or being
    /// called, at a time, or, without a value, only when a call comes. See design.md, "How recovery
    /// rebuilds each kind of wait".
    std::optional<TimePoint> wake_at() const;
    /// The frame of an open task (called, submitted, watched, queued) with this scheduled entry, or
    /// null.
    Frame* find_task(FrameId id, Sequence scheduled);
    /// The same by what its token says.
    Frame* find_token(FrameId id, Sequence named);
    /// The frame whose Map Run under way this is, or null.
    Frame* find_map_run(std::string_view arn);
};

/// What a variable counts towards the limit of its execution.
std::size_t variable_bytes(std::string_view name, const Payload& value);

/// The only code that changes an execution: `advance` uses it live, recovery folds a stored journal
/// with it. It evaluates nothing and decides nothing. Entries come in the order of their sequence
/// numbers.
void apply(Execution& execution, const Entry& entry);

}  // namespace stepwell
