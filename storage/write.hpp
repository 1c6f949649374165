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

struct CreateStateMachine {
    StateMachineRecord record;
    Tags tags;
    std::optional<Publication> publish;
};
struct UpdateStateMachine {
    StateMachineRecord record;
    std::string expected_revision_id;
    std::optional<Publication> publish;
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
struct PublishVersion {
    std::string state_machine_arn;
    std::string expected_revision_id;
    Publication publication;
    TimePoint now;
};
struct DeleteVersion {
    std::string state_machine_arn;
    std::int64_t number = 0;
};
struct CreateAlias {
    AliasRecord record;
};
struct UpdateAlias {
    std::string state_machine_arn;
    std::string name;
    AliasChange change;
};
struct DeleteAlias {
    std::string state_machine_arn;
    std::string name;
};
struct TagResource {
    std::string arn;
    Tags tags;
};
struct UntagResource {
    std::string arn;
    std::vector<std::string> keys;
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
struct StartChildren {
    ChildrenStart start;
};
struct RedriveChild {
    MapRunKey run = 0;
    ExecutionKey child = 0;
    ChildRedrive how = ChildRedrive::begins_anew;
};
struct UpdateMapRun {
    std::string arn;
    MapRunLimits limits;
};
struct FailMapRun {
    MapRunKey key = 0;
    std::string error;
    std::string cause;
};
struct EndMapRun {
    MapRunKey key = 0;
    MapRunEnd end;
};
struct SettleMapRun {
    std::string arn;
};
struct JobStopped {
    JobStopKey key = 0;
};
struct PutDocument {
    Document document;
};
struct DeleteDocument {
    std::string collection;
    std::string key;
};
struct Reset {};
/// A write that found the queue full: what is left of it waits only for its turn to be answered.
struct Refused {};

using Write =
    std::variant<Refused, CreateStateMachine, UpdateStateMachine, DeleteStateMachine,
                 CreateActivity, DeleteActivity, PublishVersion, DeleteVersion, CreateAlias,
                 UpdateAlias, DeleteAlias, TagResource, UntagResource, StartExecution, AppendStep,
                 ForgetExecution, StartChildren, RedriveChild, UpdateMapRun, FailMapRun, EndMapRun,
                 SettleMapRun, JobStopped, PutDocument, DeleteDocument, Reset>;

/// What a write is answered with: of each kind of answer, the fields that it has.
struct Answer {
    Outcome outcome = Outcome::committed;
    VersionItem version = {};                      ///< PublishOutcome
    std::optional<ExecutionRecord> existing = {};  ///< StartOutcome

    // Implicit: most writes end with an Outcome alone.
    Answer(Outcome how = Outcome::committed) : outcome(how) {}  // NOLINT(*-explicit-*)
    Answer(PublishOutcome how)
        : outcome(how.outcome), version(how.version) {}  // NOLINT(*-explicit-*)
    Answer(StartOutcome how)                             // NOLINT(*-explicit-*)
        : outcome(how.outcome), existing(std::move(how.existing)) {}
};

/// Memory that a write holds while it waits, about.
std::size_t size_of(const Write& write);

/// A write on its way, with its answer as far as it is known.
struct QueuedWrite {
    Write write;
    // One of these.
    std::function<void(StartOutcome)> started = {};
    Published published = {};
    Committed done = {};
    std::chrono::steady_clock::time_point queued_at;
    std::size_t bytes = 0;
    Answer answer;

    void tell() {
        if (started) {
            started({answer.outcome, std::move(answer.existing)});
        } else if (published) {
            published({answer.outcome, answer.version});
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
