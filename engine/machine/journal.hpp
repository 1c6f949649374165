#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "engine/machine/events.hpp"

namespace stepwell {

/// A frame: where one flow of control stands. 0 is the root; never reused within an execution.
using FrameId = std::uint32_t;
/// The position of an entry in its execution's journal, from 1, without gaps.
using Sequence = std::int64_t;

// Notes: what a restart needs and the public history lacks. An entry's note speaks of one frame.
// The order of the alternatives in NoteBody is stored: add at the end only.

/// The event changes nothing but, where the note says so, the frame's chain.
struct Plain {};
/// The frame stands in this state (with …StateEntered).
struct EnteredState {
    std::uint32_t state = 0;  ///< asl::StateIndex
};
/// The frame leaves its state (with …StateExited, where the type has one): for `next`, or, without
/// one, its flow has ended with `output`.
struct LeftState {
    std::optional<std::uint32_t> next;
    Payload output;
};
/// The frame waits in a Wait state (alone).
struct WaitsUntil {
    TimePoint due;
};
/// A task was scheduled (with …Scheduled, which has its input). Everything else that a later call
/// of it needs.
struct TaskWasScheduled {
    std::string request_id;
    std::string token;                   ///< empty: none
    std::optional<TimePoint> deadline;   ///< where TimeoutSeconds is given
    std::int64_t heartbeat_seconds = 0;  ///< 0: none
    std::string credentials_role_arn;    ///< empty: none
    bool mocked = false;                 ///< the mock configuration answers it
};
/// The task is being called (with …Started).
struct TaskWasStarted {};
/// The request has been taken (with TaskSubmitted, which has its answer); what is awaited is the
/// end of the token or of the job.
struct TaskWasSubmitted {};
/// The task ended with a result (with …Succeeded).
struct TaskReturned {
    Payload result;
};
/// The task ended with the error that the event names (with …Failed, …TimedOut).
struct TaskBroke {
    bool heartbeat = false;  ///< a missed heartbeat: States.HeartbeatTimeout names it, too
};
/// The state failed and will be tried again (alone).
struct WillRetry {
    std::uint32_t retrier = 0;  ///< index in Retry
    TimePoint due;
};
/// The time of a retry has come (alone): the state's work begins again.
struct RetryBegins {};
/// A Parallel started (with ParallelStateStarted): one frame per branch from `first_child` on, all
/// with this input.
struct BranchesStarted {
    FrameId first_child = 0;
    std::uint32_t count = 0;
    Payload input;
};
/// A Map started (with MapStateStarted): item i gets frame first_child + i when it starts.
struct MapStarted {
    FrameId first_child = 0;
    Payload items;  ///< the array
    Payload input;  ///< the Map's effective input: `$` in ItemSelector
    std::uint32_t concurrency = 0;
};
/// The next item of the Map in which the note's frame stands was started (with
/// MapIterationStarted).
struct IterationStarted {
    std::uint32_t index = 0;
    Payload input;
};
/// All branches or items of the frame's state are done (with …StateSucceeded): their outputs, in
/// order.
struct ChildrenDone {
    Payload result;
};
/// The frame, a branch or an item, failed (with MapIterationFailed, or alone for a branch).
/// `failing_event` becomes the `previous` of what its parent records next.
struct FrameFailed {
    std::optional<std::string> error;
    std::optional<std::string> cause;
    EventId failing_event = 0;
};
/// The frame was stopped since a sibling failed (with MapIterationAborted, or alone for a branch).
struct FrameAborted {};
/// The execution is over (with Execution…). The frames stay as they were.
struct Closed {};
/// A worker has the activity's task (with ActivityStarted); from here on its time counts.
struct WorkerHasTask {
    std::optional<TimePoint> deadline;  ///< where TimeoutSeconds is given
};
/// The execution, which was closed, is open again (with ExecutionRedriven). Which of its frames go
/// on, and where, the notes behind this one say.
struct Redriven {
    std::uint32_t count = 0;            ///< of its redrives, with this one
    std::string client_token;           ///< empty: none was given
    std::optional<TimePoint> deadline;  ///< where the machine has TimeoutSeconds: they count anew
};
/// Where a frame goes on after a redrive.
enum class TakenUpAt : std::uint8_t {
    entry,     ///< enters its state (again)
    work,      ///< begins the work of its state from the start
    children,  ///< awaits those of its branches or items that are taken up, or not started yet
    finish,    ///< its branches or items are all done: leaves its state with their results
    map_run,   ///< awaits its Map Run, which is redriven (with MapRunRedriven)
};
/// A frame that had not come to the end of its flow goes on (alone, or with MapIterationStarted).
struct TakenUp {
    TakenUpAt at = TakenUpAt::work;
};
/// The frame's Map Run has begun (with MapRunStarted, which names it).
struct MapRunBegan {};
/// The frame's Map Run failed with the error that the event names (with MapRunFailed).
struct MapRunBroke {};

/// A mock stands for the branches or items of a Parallel or Map (with …StateStarted): none starts.
struct ChildrenMocked {
    std::string request_id;
    Payload input;  ///< of the branches; the items of a Map
};

using NoteBody =
    std::variant<Plain, EnteredState, LeftState, WaitsUntil, TaskWasScheduled, TaskWasStarted,
                 TaskWasSubmitted, TaskReturned, TaskBroke, WillRetry, RetryBegins, BranchesStarted,
                 MapStarted, IterationStarted, ChildrenDone, FrameFailed, FrameAborted, Closed,
                 WorkerHasTask, Redriven, TakenUp, MapRunBegan, MapRunBroke, ChildrenMocked>;

struct Note {
    FrameId frame = 0;
    /// Whether the event becomes the `previous` of the frame's next one.
    bool advances_chain = true;
    NoteBody body;
};

/// What is stored: an event that AWS shows, a note, or both. An execution is the fold of its
/// entries.
struct Entry {
    std::optional<HistoryEvent> event;
    Note note;
};

/// The entries of a Step as bytes, and back. A payload that occurs several times is written once.
/// The first byte is the format's version; readers know all older ones.
/// `decode_entries` throws std::runtime_error where the bytes are not what encode_entries wrote.
std::string encode_entries(const std::vector<Entry>& entries);
std::vector<Entry> decode_entries(std::string_view bytes);

}  // namespace stepwell
