#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "engine/asl/model.hpp"
#include "engine/base/arn.hpp"
#include "engine/base/time.hpp"
#include "engine/machine/activity_directory.hpp"
#include "engine/machine/execution.hpp"

/// What the engine and the API need to remember. Implemented in storage/.
namespace stepwell {

using asl::WorkflowType;

enum class MachineStatus { active, deleting };

/// Unique, never shown.
using MapRunKey = std::int64_t;
using JobStopKey = std::int64_t;

struct StateMachineRecord {
    std::string arn;  ///< unqualified
    std::string name;
    Owner owner;
    WorkflowType type = WorkflowType::standard;
    MachineStatus status = MachineStatus::active;
    std::string definition;  ///< as the caller wrote it
    std::string role_arn;
    std::string revision_id;  ///< empty for the first revision: AWS answers none then
    TimePoint creation_date;
    TimePoint update_date;
    std::string logging_configuration;     ///< JSON text, never empty
    std::string tracing_configuration;     ///< JSON text, never empty
    std::string encryption_configuration;  ///< JSON text, or empty where none was given
    std::string description;               ///< of a version; none of the machine itself
    /// The version that this is; 0: the machine as it stands. A version has the ARN, name and type
    /// of its machine, and a creation date, a revision and a description of its own.
    std::int64_t version = 0;
};

/// Developer Guide, "Service quotas": per state machine, and per resource.
inline constexpr std::size_t kMaxVersions = 1000;
inline constexpr std::size_t kMaxAliases = 100;
inline constexpr std::size_t kMaxTags = 50;
/// Of each account in each region: Standard executions that run, children of Map Runs not among
/// them. A store can be told another.
inline constexpr std::int64_t kMaxOpenExecutions = 1'000'000;

/// In the order in which they were given.
using Tags = std::vector<std::pair<std::string, std::string>>;

/// The version to make along with a change of its machine.
struct Publication {
    std::string description;
};

struct VersionItem {
    std::int64_t number = 0;  ///< from 1 on; never given twice
    TimePoint creation_date;
};

/// Where an alias sends so many of a hundred starts.
struct AliasRoute {
    std::int64_t version = 0;
    int weight = 0;
    bool operator==(const AliasRoute&) const = default;
};

struct AliasRecord {
    std::string state_machine_arn;  ///< unqualified
    std::string name;
    std::string description;
    std::vector<AliasRoute> routes;  ///< one or two
    TimePoint creation_date;
    TimePoint update_date;
};

/// What an update changes in an alias.
struct AliasChange {
    std::optional<std::string> description;
    std::optional<std::vector<AliasRoute>> routes;
    TimePoint update_date;
};

/// A definition as it stood when an execution was started on it.
/// Kept while an execution runs on it or a machine has it.
struct RevisionRecord {
    std::string state_machine_arn;
    std::string revision_key;  ///< unique text of one revision of one machine (also for the first)
    std::string revision_id;   ///< as AWS shows it; empty for the first
    std::string definition;
    std::string role_arn;
    TimePoint update_date;
    // As in StateMachineRecord.
    std::string logging_configuration;
    std::string tracing_configuration;
    std::string encryption_configuration;
};

struct ExecutionRecord {
    ExecutionKey key = 0;
    std::string arn;
    std::string name;
    std::string state_machine_arn;  ///< unqualified
    std::string revision_id;        ///< that it was started on; see StateMachineRecord::revision_id
    std::int64_t version = 0;       ///< that it was started on; 0: on the machine as it stood
    std::string alias;  ///< name of the one that it was started by, which chose the version
    WorkflowType type = WorkflowType::standard;
    ExecutionStatus status = ExecutionStatus::running;
    TimePoint start_date;
    std::optional<TimePoint> stop_date;
    std::string role_arn;  ///< of the machine when started
    std::string input;     ///< text as given; "{}" where none was
    std::optional<std::string> output;
    std::optional<std::string> error;
    std::optional<std::string> cause;
    std::string trace_header;  ///< empty: none
    std::string test_case;     ///< of the mock configuration, that answers its tasks; empty: none
    /// When it must next be looked at: now (a restart has something to do), a time, or null (only a
    /// call can go on).
    std::optional<TimePoint> wake_at;
    Sequence last_sequence = 0;
    EventId last_event = 0;
    std::uint32_t open_tokens = 0;  ///< that can still come back; written, not read back
    std::int64_t redrive_count = 0;
    std::optional<TimePoint> redrive_date;  ///< of the last redrive
    /// The Map Run whose child it is; 0: of none. A child's `state_machine_arn` is that of the
    /// machine itself, without the label.
    MapRunKey map_run = 0;
    std::int64_t item_count = 0;  ///< of a child: how many items it has
    /// Of a child: the last redrive of its run in which it was seen to. One that did not succeed,
    /// of an earlier redrive than its run, is waiting to be redriven while the run goes on.
    std::int64_t run_redrive = 0;
};

enum class MapRunStatus { running, succeeded, failed, aborted };

/// Children of a Map Run, or the items in them, by what has become of them. The pending ones are
/// not among them.
struct MapRunTally {
    std::int64_t running = 0;
    std::int64_t succeeded = 0;
    std::int64_t failed = 0;
    std::int64_t timed_out = 0;
    std::int64_t aborted = 0;
    std::int64_t results_written = 0;
    std::int64_t pending_redrive = 0;  ///< did not succeed, and are waiting to be redriven
    std::int64_t not_redrivable = 0;   ///< of the three above: cannot be redriven any more

    std::int64_t unsuccessful() const { return failed + timed_out + aborted; }
    std::int64_t started() const { return running + succeeded + unsuccessful() + pending_redrive; }
};

/// How far a Map Run is: the part of its row that changes.
struct MapRunProgress {
    MapRunStatus status = MapRunStatus::running;
    /// Its state no longer waits for it (it was stopped, or its execution is over), so its children
    /// are to be stopped.
    bool stopping = false;
    /// Nobody has to be told of its end (any more).
    bool settled = false;
    std::optional<TimePoint> stop_date;
    std::int64_t max_concurrency = 0;  ///< 0: no limit of its own
    std::int64_t tolerated_failure_count = 0;
    double tolerated_failure_percentage = 0;
    /// Where the next page of items begins, and how many of its items have been started.
    std::string cursor;
    std::int64_t skip = 0;
    bool read_to_end = false;
    std::int64_t items_known = 0;  ///< read so far, pending ones included
    MapRunTally executions;
    MapRunTally items;
    std::int64_t redrive_count = 0;
    std::optional<TimePoint> redrive_date;
};

/// One run of a Map state in DISTRIBUTED mode.
struct MapRunRecord {
    MapRunKey key = 0;
    std::string arn;
    ExecutionKey execution = 0;  ///< the parent
    std::string execution_arn;
    std::string state_machine_arn;  ///< of the parent's machine, without the label
    std::string label;
    WorkflowType type = WorkflowType::standard;  ///< of the children
    TimePoint start_date;
    std::string plan;  ///< engine/machine/map_run_plan.hpp; opaque to the store
    MapRunProgress progress;
    std::optional<std::string> output;  ///< of one that succeeded
    std::optional<std::string> error;   ///< also of one whose children are being stopped for it
    std::optional<std::string> cause;
};

/// A Map Run goes on with its execution: those of its children that did not succeed are waiting to
/// be redriven. One that is still coming to its end is redriven when it has.
struct MapRunRedrive {
    std::string arn;
    TimePoint date;
};

/// What a Step changes in Map Runs.
struct MapRunChanges {
    std::vector<MapRunRecord> begun;
    std::vector<MapRunRedrive> redriven;
    std::vector<std::string> stopping;  ///< ARNs
    std::vector<std::string> settled;   ///< ARNs
};

/// A job of a `.sync` Task that is to be stopped, since nothing waits for it any more. It is stored
/// with the Step that says so, until that is done: so a restart knows what is left to stop.
struct JobStop {
    JobStopKey key = 0;
    std::string call;  ///< engine/runtime/job_stops.hpp; opaque to the store
};

/// Children that begin, and how far their run is then. One batch: so no item is lost, and none is
/// started twice.
struct ChildrenStart {
    MapRunKey run = 0;
    std::int64_t after = 0;  ///< so many have been started before: else conflict
    std::string cursor;
    std::int64_t skip = 0;
    bool read_to_end = false;
    std::int64_t items_known = 0;
    /// Without a Step: their wake_at is now. They run on the revision of their parent.
    std::vector<ExecutionRecord> children;
};

/// What becomes of a child that is waiting to be redriven. A Standard child that goes on is opened
/// again by an append.
enum class ChildRedrive {
    begins_anew,     ///< Express: from the beginning, under the ARN it has
    not_redrivable,  ///< it stays as it is
};

/// What UpdateMapRun changes.
struct MapRunLimits {
    std::optional<std::int64_t> max_concurrency;
    std::optional<std::int64_t> tolerated_failure_count;
    std::optional<double> tolerated_failure_percentage;
};

struct MapRunEnd {
    MapRunStatus status = MapRunStatus::succeeded;
    TimePoint stop_date;
    std::int64_t results_written = 0;  ///< children; and so many items:
    std::int64_t item_results_written = 0;
    std::optional<std::int64_t> items_known;  ///< none: as many as before
    std::optional<std::string> output;
    std::optional<std::string> error;
    std::optional<std::string> cause;
};

struct ActivityRecord {
    std::string arn;
    std::string name;
    Owner owner;
    TimePoint creation_date;
    std::string encryption_configuration;  ///< JSON text, or empty where none was given
};

/// See Store::put_document.
struct Document {
    std::string collection;
    std::string key;
    std::string body;
};

/// The entries of one Step, encoded (engine/machine/journal.hpp). Opaque to the store.
struct JournalRow {
    Sequence first_sequence = 0;
    std::uint32_t entry_count = 0;
    EventId first_event = 0;  ///< id of its first event; of the next one to come where it has none
    std::uint32_t event_count = 0;
    std::string bytes;
    /// The latest time its entries bear. Written, not read back: the greatest of all is
    /// Store::latest_time().
    TimePoint latest_time{};
    /// Nearly always null. Written, not read back.
    std::shared_ptr<const MapRunChanges> map_runs = {};
    std::shared_ptr<const std::vector<JobStop>> job_stops = {};
};

/// What a Step changes in the execution's row. Fields not named here never change after the start.
struct ExecutionUpdate {
    ExecutionStatus status = ExecutionStatus::running;
    std::optional<TimePoint> stop_date;
    std::optional<std::string> output;
    std::optional<std::string> error;
    std::optional<std::string> cause;
    std::optional<TimePoint> wake_at;
    Sequence last_sequence = 0;
    EventId last_event = 0;
    std::uint32_t open_tokens = 0;          ///< see ExecutionRecord
    std::int64_t redrive_count = 0;         ///< 0: this and the next as they were
    std::optional<TimePoint> redrive_date;  ///< of the last redrive
};

/// How a write ended. `committed` is said only when it is durable (as far as --durability goes).
enum class Outcome {
    committed,
    conflict,       ///< something else stands there (another entry, another execution of that name,
                    ///< another revision)
    not_found,      ///< the machine or execution is not there (any more), or is DELETING
    limit_reached,  ///< there would be more than a quota allows
    in_use,         ///< something else refers to it
    overloaded,  ///< the queue is full or the write waited too long for a failing disk: the outcome
                 ///< is open
    discarded,   ///< a reset came before it
};

/// Runs on the writer thread, in the order of the writes; must be quick and must not throw.
using Committed = std::function<void(Outcome)>;

/// How a start ended: committed; conflict with the execution that has the name (as last committed);
/// not_found where the machine is no longer ACTIVE.
struct StartOutcome {
    Outcome outcome = Outcome::committed;
    std::optional<ExecutionRecord> existing;
};

/// How a write that may publish ended. `version` is 0 where none was to be made.
struct PublishOutcome {
    Outcome outcome = Outcome::committed;
    VersionItem version = {};
};
using Published = std::function<void(PublishOutcome)>;

/// Which executions of a machine a list shows.
struct ExecutionFilter {
    std::optional<ExecutionStatus> status = {};
    // At most one of these.
    std::int64_t version = 0;  ///< started on this version, through an alias or not
    std::string alias = {};    ///< started by this alias
};
/// Which children of a Map Run a list shows.
struct ChildFilter {
    std::optional<ExecutionStatus> status = {};
};

struct ExecutionPage {
    std::vector<ExecutionRecord> executions;  ///< only what ListExecutions shows is filled in
    bool more = false;
};

/// The disk failed, or what is on it is not ours. The message is one line for the person who runs
/// the server.
class StorageError : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// Remembers state machines, executions and their journals across restarts.
///
/// Thread-safe. Writes return at once and are committed in the order of the calls, grouped; reads
/// block and see what is committed, so they run on reader threads, never on a shard. Reads throw
/// StorageError when the disk fails. No call assumes that the caller is the only node:
/// preconditions are part of the write.
class Store : public ActivityDirectory {
public:
    // --- state machines

    /// Adds a machine with its tags, and its first version where one is to be published.
    /// conflict: its ARN exists (the caller then reads and compares).
    virtual void create_state_machine(StateMachineRecord record, Tags tags,
                                      std::optional<Publication> publish, Published done) = 0;
    /// Replaces definition, role, configurations, revision id and update date of an ACTIVE machine
    /// that still has `expected_revision_id`; the old revision stays as long as an execution was
    /// started on it or a version is made of it. Publishes a version of the new one, if asked to;
    /// limit_reached: there are kMaxVersions, and nothing has changed.
    virtual void update_state_machine(StateMachineRecord record, std::string expected_revision_id,
                                      std::optional<Publication> publish, Published done) = 0;
    /// Marks the machine DELETING. When nothing of it runs (now, or at the end of its last
    /// execution), the machine and all that is its own (closed executions, journals, tags,
    /// revisions, versions, aliases) are removed.
    virtual void delete_state_machine(const std::string& arn, Committed done) = 0;
    virtual std::shared_ptr<const StateMachineRecord> find_state_machine(
        const std::string& arn) const = 0;
    /// Machines of one account and region in order of name, after `after_name`, at most `limit`;
    /// without definition, role, description and configurations (a thousand definitions may be a
    /// gigabyte).
    virtual std::vector<StateMachineRecord> list_state_machines(const Owner& owner,
                                                                const std::string& after_name,
                                                                std::size_t limit) const = 0;

    // --- versions and aliases of state machines

    /// Makes a version, dated `now`, of the revision that an ACTIVE machine has now, which must be
    /// `expected_revision_id` (else conflict); committed with the version that the revision has
    /// already, if any. limit_reached: there are kMaxVersions.
    virtual void publish_version(const std::string& state_machine_arn,
                                 std::string expected_revision_id, Publication publication,
                                 TimePoint now, Published done) = 0;
    /// in_use: an alias routes to it. not_found: there is no such version. Executions that run on
    /// it go on.
    virtual void delete_version(const std::string& state_machine_arn, std::int64_t number,
                                Committed done) = 0;
    /// The version as a machine of its own; see StateMachineRecord::version. Null where there is
    /// none.
    virtual std::shared_ptr<const StateMachineRecord> find_version(
        const std::string& state_machine_arn, std::int64_t number) const = 0;
    /// Newest first, below the number `before` (0: from the newest), at most `limit`.
    virtual std::vector<VersionItem> list_versions(const std::string& state_machine_arn,
                                                   std::int64_t before,
                                                   std::size_t limit) const = 0;

    /// Adds an alias. conflict: there is one of that name (the caller then reads and compares).
    /// not_found: its machine is not there or not ACTIVE, or has not the versions it routes to.
    /// limit_reached: the machine has kMaxAliases.
    virtual void create_alias(AliasRecord record, Committed done) = 0;
    /// not_found: the alias, its machine or a version that it is to route to is not there.
    virtual void update_alias(const std::string& state_machine_arn, const std::string& name,
                              AliasChange change, Committed done) = 0;
    virtual void delete_alias(const std::string& state_machine_arn, const std::string& name,
                              Committed done) = 0;
    virtual std::optional<AliasRecord> find_alias(const std::string& state_machine_arn,
                                                  const std::string& name) const = 0;
    /// In order of name, after `after_name`, at most `limit`; those that route to one version, if
    /// it is not 0.
    virtual std::vector<AliasRecord> list_aliases(const std::string& state_machine_arn,
                                                  std::int64_t version,
                                                  const std::string& after_name,
                                                  std::size_t limit) const = 0;

    // --- tags

    /// Adds tags to a resource, or replaces their values. not_found: the store has no such resource
    /// (or it is DELETING). limit_reached: it would have more than kMaxTags; none is added then.
    virtual void tag_resource(const std::string& arn, Tags tags, Committed done) = 0;
    /// Keys that it does not have are passed over. not_found: as above.
    virtual void untag_resource(const std::string& arn, std::vector<std::string> keys,
                                Committed done) = 0;
    /// Of a state machine or an activity, in the order in which they were added; nullopt where
    /// there is no such resource.
    virtual std::optional<Tags> tags_of(const std::string& arn) const = 0;

    // --- activities

    /// Adds an activity with its tags. conflict: its ARN exists (the caller then reads and
    /// compares).
    virtual void create_activity(ActivityRecord record,
                                 std::vector<std::pair<std::string, std::string>> tags,
                                 Committed done) = 0;
    /// Removes an activity with its tags. Tasks that stand in its queue stay there.
    virtual void delete_activity(const std::string& arn, Committed done) = 0;
    virtual std::optional<ActivityRecord> find_activity(const std::string& arn) const = 0;
    /// Activities of one account and region in order of name, after `after_name`, at most `limit`.
    virtual std::vector<ActivityRecord> list_activities(const Owner& owner,
                                                        const std::string& after_name,
                                                        std::size_t limit) const = 0;
    /// As committed, and from memory: may be asked on a shard.
    bool has_activity(const std::string& arn) const override = 0;

    // --- documents: small JSON texts of what stands beside the workflows (event rules, mocks set
    // over HTTP), by collection and key

    /// Adds a document, or replaces it.
    virtual void put_document(Document document, Committed done) = 0;
    /// not_found: there is none.
    virtual void delete_document(const std::string& collection, const std::string& key,
                                 Committed done) = 0;
    /// All of a collection, in order of key. Their writers bound how many there are.
    virtual std::vector<Document> documents(const std::string& collection) const = 0;

    // --- executions

    /// "Insert, or give me what is there": adds the execution with its first Step if its ARN is
    /// free and its machine is ACTIVE and still has the revision id, or the version, that the
    /// record names (else conflict without `existing`). The revision is kept for it. Express
    /// executions are stored so, too (with an empty journal row), until `forget_execution`.
    /// limit_reached: as many Standard executions of the machine's owner run as may.
    virtual void start_execution(ExecutionRecord record, JournalRow first_step,
                                 std::function<void(StartOutcome)> done) = 0;
    /// Stores a Step behind entry `after`, with the row's changes, as one.
    /// conflict: `after` is not the last entry; or it opens a child again that is not waiting to be
    /// redriven, or whose run is over or is to stop. not_found: the execution is not there, or it
    /// is closed and its machine is DELETING: nothing of that is opened again. limit_reached: it
    /// would open one more again than may run.
    virtual void append(ExecutionKey key, Sequence after, JournalRow step, ExecutionUpdate update,
                        Committed done) = 0;
    /// Removes a stored Express execution that has ended.
    virtual void forget_execution(ExecutionKey key, Committed done) = 0;

    virtual std::optional<ExecutionRecord> find_execution(const std::string& arn) const = 0;
    virtual std::optional<ExecutionRecord> find_execution(ExecutionKey key) const = 0;
    /// The revision that an execution was started on.
    virtual std::optional<RevisionRecord> revision_of(ExecutionKey key) const = 0;
    /// Standard executions of one machine, children of Map Runs not among them, newest first,
    /// started before the one with key `before` (0: from the newest), at most `limit`.
    virtual ExecutionPage list_executions(const std::string& state_machine_arn,
                                          const ExecutionFilter& filter, ExecutionKey before,
                                          std::size_t limit) const = 0;

    /// Journal rows of an execution in order, from the row that holds entry `from` on, at most
    /// `max_rows`, ending early once their bytes exceed `max_bytes` (but at least one row).
    virtual std::vector<JournalRow> read_journal(ExecutionKey key, Sequence from,
                                                 std::size_t max_rows,
                                                 std::size_t max_bytes) const = 0;
    /// Rows with events, from the row that holds event `from` on, upwards, or downwards where
    /// `reverse`; bounds as above.
    virtual std::vector<JournalRow> read_history(ExecutionKey key, EventId from, bool reverse,
                                                 std::size_t max_rows,
                                                 std::size_t max_bytes) const = 0;

    /// Running executions by `wake_at`, then key, after the given pair, at most `limit`: what
    /// recovery walks through. Those with a null wake_at are not listed.
    struct Wake {
        TimePoint at;
        ExecutionKey key = 0;
    };
    virtual std::vector<Wake> wakes_after(std::optional<Wake> after, std::size_t limit) const = 0;
    /// Keys of the running executions of a machine, after `after`, ascending: for
    /// DeleteStateMachine.
    virtual std::vector<ExecutionKey> running_executions(const std::string& state_machine_arn,
                                                         ExecutionKey after,
                                                         std::size_t limit) const = 0;

    // --- Map Runs. They begin, and are told to stop, with a Step of their parent (JournalRow); the
    // last Step of a child changes their tallies. They go when their parent goes.

    /// conflict: as many children as `after` says have not been started, or the run is over or is
    /// to stop. not_found: it is not there, or its machine is not ACTIVE.
    virtual void start_children(ChildrenStart start, Committed done) = 0;
    /// conflict: it is over.
    virtual void update_map_run(const std::string& arn, MapRunLimits limits, Committed done) = 0;
    /// What it will end with, before its children are stopped for it: find_map_run gives it while
    /// the run goes on. conflict: it is over, or has failed before.
    virtual void fail_map_run(MapRunKey key, const std::string& error, const std::string& cause,
                              Committed done) = 0;
    /// Its end. conflict: it is over, or children of it run.
    virtual void end_map_run(MapRunKey key, MapRunEnd end, Committed done) = 0;
    /// conflict: the child is not waiting to be redriven, or the run is over or is to stop.
    virtual void redrive_child(MapRunKey run, ExecutionKey child, ChildRedrive how,
                               Committed done) = 0;
    /// Nobody has to be told of its end any more.
    virtual void settle_map_run(const std::string& arn, Committed done) = 0;

    virtual std::optional<MapRunRecord> find_map_run(const std::string& arn) const = 0;
    virtual std::optional<MapRunRecord> find_map_run(MapRunKey key) const = 0;
    virtual std::optional<MapRunProgress> map_run_progress(MapRunKey key) const = 0;
    /// Whether its children are to be stopped: it, or one that it is itself in a child of, is
    /// stopping, or the execution of one of these is over. Also where there is no such run.
    virtual bool map_run_unwanted(MapRunKey key) const = 0;
    /// Of one execution, newest first, before the one with key `before` (0: from the newest), at
    /// most `limit`; without plan, output, error and cause.
    virtual std::vector<MapRunRecord> list_map_runs(ExecutionKey execution, MapRunKey before,
                                                    std::size_t limit) const = 0;
    /// Those not settled, by key, after `after`, at most `limit`: what recovery walks through.
    virtual std::vector<MapRunKey> open_map_runs(MapRunKey after, std::size_t limit) const = 0;
    /// Children of a run, newest first, started before the one with key `before` (0: from the
    /// newest), at most `limit`.
    virtual ExecutionPage list_children(MapRunKey run, const ChildFilter& filter,
                                        ExecutionKey before, std::size_t limit) const = 0;
    /// Children of a run with one of these statuses, whole, in the order of their start, after
    /// `after`, at most `limit`, ending early once their input and output exceed `max_bytes` (but
    /// at least one).
    virtual std::vector<ExecutionRecord> read_children(MapRunKey run,
                                                       const std::vector<ExecutionStatus>& statuses,
                                                       ExecutionKey after, std::size_t limit,
                                                       std::size_t max_bytes) const = 0;

    /// Children of a run that wait to be redriven, in the order of their start, after `after`, at
    /// most `limit`; without input, output, error and cause.
    virtual std::vector<ExecutionRecord> pending_redrives(MapRunKey run, ExecutionKey after,
                                                          std::size_t limit) const = 0;

    // --- jobs to be stopped: they come with Steps (JournalRow)

    /// Nothing is left to do about it. not_found: it is not there (any more).
    virtual void job_stopped(JobStopKey key, Committed done) = 0;
    /// By key, after `after`, at most `limit`: what recovery walks through.
    virtual std::vector<JobStop> jobs_to_stop(JobStopKey after, std::size_t limit) const = 0;

    // --- the whole

    /// The secret that task tokens are signed with: 32 bytes, made at the first start and at each
    /// reset.
    virtual std::string token_key() const = 0;
    /// The latest time that any stored entry bears: a restart never sets the clock back.
    virtual std::optional<TimePoint> latest_time() const = 0;
    /// Forgets everything; writes queued before it and not yet committed end as `discarded`. `done`
    /// when it is empty.
    virtual void reset(Committed done) = 0;
    /// Commits what is queued and closes. Further writes end as `discarded`.
    virtual void close() = 0;
};

}  // namespace stepwell
