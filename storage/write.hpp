#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "engine/store.hpp"

/// The writes of engine/store.hpp as values: what waits in the queue, and what both stores apply.
namespace stepwell::storage {

using Tags = std::vector<std::pair<std::string, std::string>>;

struct CreateStateMachine {
    StateMachineRecord record;
    Tags tags;
};
struct UpdateStateMachine {
    StateMachineRecord record;
    std::string expected_revision_id;
};
struct DeleteStateMachine {
    std::string arn;
};
struct CreateActivity {
    ActivityRecord record;
    Tags tags;
};
struct DeleteActivity {
    std::string arn;
};
struct StartExecution {
    ExecutionRecord record;
    JournalRow first_step;
};
struct AppendStep {
    ExecutionKey key = 0;
    Sequence after = 0;
    JournalRow step;
    ExecutionUpdate update;
};
struct ForgetExecution {
    ExecutionKey key = 0;
};
struct Reset {};
/// A write that found the queue full: what is left of it waits only for its turn to be answered.
struct Refused {};

using Write = std::variant<Refused, CreateStateMachine, UpdateStateMachine, DeleteStateMachine,
                           CreateActivity, DeleteActivity, StartExecution, AppendStep,
                           ForgetExecution, Reset>;

/// Memory that a write holds while it waits, about.
std::size_t size_of(const Write& write);

/// A write on its way, with its answer as far as it is known.
struct QueuedWrite {
    Write write;
    std::function<void(StartOutcome)> started;  ///< of StartExecution
    Committed done;                             ///< of the others
    std::chrono::steady_clock::time_point queued_at;
    std::size_t bytes = 0;
    StartOutcome answer;

    void tell() {
        if (started) {
            started(std::move(answer));
        } else if (done) {
            done(answer.outcome);
        }
    }
};

/// Where a GroupWriter puts its writes. Called on its thread only.
class WriteBackend {
public:
    virtual ~WriteBackend() = default;

    /// Applies the writes in order and makes them durable, as one; sets `answer` of each.
    /// A write whose precondition fails changes nothing and leaves the others alone. Throws
    /// StorageError where the disk fails, another exception where a write is broken: then nothing
    /// of the group has happened.
    virtual void commit(std::span<QueuedWrite> group) = 0;
    /// Runs when the answers of a group are out: what must be done soon, but need not hold them up.
    virtual void after_answers() {}
    /// One bite, of some milliseconds, of work that nobody waits for; true where more is left. May
    /// throw StorageError.
    virtual bool tidy() = 0;
};

}  // namespace stepwell::storage
