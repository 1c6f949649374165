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

/// The event, if there is one, changes nothing in the execution's state.
struct Plain {};
/// The frame stands in this state (with …StateEntered).
struct EnteredState {
    std::uint32_t state = 0;  ///< asl::StateIndex
};
/// The frame leaves its state (with …StateExited): for `next`, or, without one, its flow has ended with `output`.
/// Also without an event where AWS records none.
struct LeftState {
    std::optional<std::uint32_t> next;
    Payload output;
};
/// The frame waits: a Wait state.
struct WaitsUntil {
    TimePoint due;
};
/// A task was scheduled (with …Scheduled). Everything that a later call of it needs stands here or in the event.
struct TaskWasScheduled {
    std::string request_id;
    std::string token;                  ///< empty: none
    std::optional<TimePoint> deadline;  ///< TimeoutSeconds, counted from here
    std::int64_t heartbeat_seconds = 0; ///< 0: none
};
/// With TaskSubmitted: the request has been taken; what is awaited is the token's or the job's end.
struct TaskWasSubmitted {};
/// The state failed and will be tried again. With the event of the failure for a Task, alone for Parallel and Map.
struct WillRetry {
    std::uint32_t retrier = 0;  ///< index in Retry
    TimePoint due;
};
/// The time of a retry has come (alone): the state's work begins again.
struct RetryBegins {};
/// Parallel started (with ParallelStateStarted): frames `first_child` … follow, one per branch, all with this input.
struct BranchesStarted {
    FrameId first_child = 0;
    std::uint32_t count = 0;
    Payload input;
};
/// Map started (with MapStateStarted): item i has frame first_child + i when it is started.
struct MapStarted {
    FrameId first_child = 0;
    Payload items;  ///< the array
    Payload input;  ///< the effective input of the Map state, which ItemSelector sees as `$`
    std::uint32_t max_concurrency = 0;
};
/// The next item of the Map in which `frame` stands was started (with MapIterationStarted).
struct IterationStarted {
    std::uint32_t index = 0;
    Payload input;
};
/// A child frame failed: its siblings are to be aborted and its parent fails with this.
struct FrameFailed {
    std::string error;
    std::string cause;
    bool has_error = true;
    bool has_cause = true;
    EventId failing_event = 0;
};
/// A child frame was stopped because a sibling failed.
struct FrameAborted {};
/// The execution is over (with Execution…): for a failure by error, the frames stay as they were for a redrive.
struct Closed {};
/// A turn ended: the frame goes on with the next (alone, never needed to rebuild; kept for completeness of a fold).
using NoteBody = std::variant<Plain, EnteredState, LeftState, WaitsUntil, TaskWasScheduled, TaskWasSubmitted, WillRetry,
                              RetryBegins, BranchesStarted, MapStarted, IterationStarted, FrameFailed, FrameAborted,
                              Closed>;

struct Note {
    FrameId frame = 0;
    /// Whether the event becomes the `previous` of the frame's next one.
    bool advances_chain = true;
    NoteBody body;
};

/// What is stored: an event that AWS shows, a note, or both. An execution is the fold of its entries.
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
