#pragma once

#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

#include "engine/machine/advance.hpp"
#include "engine/runtime/activity_queues.hpp"
#include "engine/runtime/event_log.hpp"
#include "engine/runtime/messages.hpp"
#include "engine/runtime/reply.hpp"

namespace stepwell {

/// What the store has of an execution.
enum class Kept {
    journal,  ///< Standard: every Step
    start,    ///< asynchronous Express: that it was started, until it ends
    nothing,  ///< synchronous Express
    ends,     ///< an Express child of a Map Run: that it was started, and how it ended
};

/// An answer that waits for a Step: what it says once that is durable.
struct StopWaiter {
    Reply<Stopped> reply;
    TimePoint stop_date;
};
struct RedriveWaiter {
    Reply<RedriveEnded> reply;
    RedriveEnded ended;
};
struct TokenWaiter {
    Reply<TokenOutcome> reply;
    TokenOutcome outcome = TokenOutcome::accepted;
};
struct PollWaiter {
    PollPtr poll;
    PolledTask task;
};
using Waiter = std::variant<StopWaiter, RedriveWaiter, TokenWaiter, PollWaiter>;

/// A Step that was given to the store: what follows once it is durable.
struct PendingStep {
    bool start = false;    ///< the first, which makes the execution
    bool redrive = false;  ///< opens it again
    std::vector<Action> actions;
    std::vector<Waiter> waiters;
    std::vector<HistoryEvent> logged;  ///< that go to the event log
};

/// An execution in memory, with what its shard has to know about it.
struct LiveExecution {
    /// A new one.
    LiveExecution(ExecutionInfo info, std::uint64_t live_life, Kept live_kept)
        : execution(std::move(info)), life(live_life), kept(live_kept) {}
    /// Whether its end is stored, so that it is brought back, or failed, where something goes
    /// wrong.
    bool outlives_memory() const { return kept == Kept::journal || kept == Kept::ends; }
    /// One that comes back as stored.
    LiveExecution(Execution&& stored, std::uint64_t live_life)
        : execution(std::move(stored)),
          life(live_life),
          kept(Kept::journal),
          stored_sequence(execution.last_sequence),
          stored_event(execution.last_event) {}

    ExecutionKey key() const { return execution.info.key; }
    /// Where something will go on by itself soon, or answers are owed.
    bool busy() const {
        return turn_queued || !pending.empty() || !calls.empty() || execution.open_questions > 0;
    }

    Execution execution;
    const std::uint64_t life;
    const Kept kept;
    std::shared_ptr<const EventLogging> logging;  ///< null: nothing is logged
    /// The last entry and event that were given to the store.
    Sequence stored_sequence = 0;
    EventId stored_event = 0;
    std::list<PendingStep> pending;  // in the order of the writes
    /// Calls under way, by the attempt they are for.
    std::map<std::pair<FrameId, Sequence>, TaskCallId> calls;
    std::optional<TimePoint> armed;  // its one entry among the shard's timers
    TimePoint touched;               // its last input
    bool turn_queued = false;
    bool idle_queued = false;
    std::shared_ptr<const void> presence;  // who asks the slow lane; made when first needed
    Reply<SyncEnded> sync_reply;
    std::vector<RedriveInput> redrives;  // for when its end is stored
};

}  // namespace stepwell
