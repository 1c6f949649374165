#pragma once

#include <array>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <shared_mutex>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "engine/keep_executions.hpp"
#include "storage/owner_counts.hpp"
#include "storage/write.hpp"

namespace stepwell::storage {

/// Adds tags, or replaces their values; a key that is there keeps its place.
void set_tags(Tags& tags, Tags added);

/// What MemoryStore holds: the tables and indexes of the data file as containers. Writes come from
/// one thread (WriteBackend); `mutex` is held for each group, and shared by whoever reads.
class MemoryTables final : public WriteBackend {
public:
    /// Executions by status.
    struct ByStatus {
        std::array<std::set<ExecutionKey>, 5> sets;
        std::set<ExecutionKey>& of(ExecutionStatus status) {
            return sets[static_cast<std::size_t>(status)];
        }
        const std::set<ExecutionKey>& of(ExecutionStatus status) const {
            return sets[static_cast<std::size_t>(status)];
        }
    };
    struct Version {
        std::shared_ptr<const StateMachineRecord> record;
        std::shared_ptr<const RevisionRecord> revision;
    };
    struct Machine {
        std::shared_ptr<const StateMachineRecord> record;
        std::shared_ptr<const RevisionRecord> revision;
        Tags tags;
        std::map<std::int64_t, Version> versions;
        std::int64_t last_version = 0;  ///< numbers up to this one were given
        std::map<std::string, AliasRecord> aliases;
        ByStatus executions;
        std::map<std::int64_t, ByStatus> of_version;
        std::map<std::string, ByStatus> by_alias;

        /// Where an execution stands in the indexes.
        void index(const ExecutionRecord& execution);
        void unindex(const ExecutionRecord& execution);
    };
    struct Execution {
        ExecutionRecord record;
        std::shared_ptr<const RevisionRecord> revision;
        std::vector<JournalRow> journal;
    };
    struct MapRun {
        MapRunRecord record;
        std::shared_ptr<const RevisionRecord> revision;  ///< of its parent
        ByStatus children;
        std::optional<TimePoint> redrive_wanted = {};  ///< as soon as it is over
    };
    struct Activity {
        ActivityRecord record;
        Tags tags;
    };
    using OwnedName = std::array<std::string, 4>;  ///< account, region, partition, name

    MemoryTables(KeepExecutions keep, std::int64_t max_open_executions);

    void commit(std::span<QueuedWrite> group) override;
    bool tidy() override;

    /// The tags of a resource that may have some; null where there is none.
    Tags* tags_of(const std::string& arn);

    mutable std::shared_mutex mutex;
    std::map<std::string, Machine> machines;  ///< by ARN
    std::map<OwnedName, std::string> machine_names;
    std::map<std::string, Activity> activities;  ///< by ARN
    std::map<OwnedName, std::string> activity_names;
    std::unordered_map<ExecutionKey, Execution> executions;
    std::unordered_map<std::string, ExecutionKey> keys;  ///< by ARN
    std::set<std::pair<TimePoint, ExecutionKey>> wakes;
    std::map<MapRunKey, MapRun> map_runs;
    std::unordered_map<std::string, MapRunKey> map_run_keys;  ///< by ARN
    std::set<std::pair<ExecutionKey, MapRunKey>> runs_of;
    std::map<std::pair<std::string, std::string>, std::string> documents;  ///< by collection, key
    std::map<JobStopKey, std::string> job_stops;
    std::string token_key;
    std::optional<TimePoint> latest_time;
    std::int64_t open_tokens = 0;

private:
    Answer apply(Write& write);
    PublishOutcome create(CreateStateMachine& write);
    PublishOutcome update(UpdateStateMachine& write);
    Outcome remove(DeleteStateMachine& write);
    Outcome create(CreateActivity& write);
    Outcome remove(DeleteActivity& write);
    // memory_versions.cpp
    PublishOutcome publish(PublishVersion& write);
    PublishOutcome publish(Machine& machine, const Publication& publication, TimePoint now);
    Outcome delete_version(const DeleteVersion& write);
    Outcome create_alias(CreateAlias& write);
    Outcome update_alias(UpdateAlias& write);
    Outcome delete_alias(const DeleteAlias& write);
    Outcome tag(TagResource& write);
    Outcome untag(const UntagResource& write);
    StartOutcome start(StartExecution& write);
    Outcome append(AppendStep& write);
    Outcome forget(ExecutionKey key);
    // memory_map_runs.cpp
    void change_map_runs(ExecutionKey parent, const MapRunChanges& changes);
    void child_turned(const ExecutionRecord& child, ExecutionStatus from);
    Outcome start_children(StartChildren& write);
    /// The run in which a closed child waits to be redriven; null where it does not.
    MapRun* awaits_redrive(const ExecutionRecord& child);
    /// It waits no longer: its status counts again.
    void child_redriven(ExecutionRecord& child);
    Outcome redrive_child(const RedriveChild& write);
    void redrive(MapRun& run, TimePoint date);
    void nothing_waits(MapRun& run);
    Outcome update(const UpdateMapRun& write);
    Outcome fail(FailMapRun& write);
    Outcome end(EndMapRun& write);
    Outcome settle(const std::string& arn);
    void erase_map_runs(ExecutionKey parent);
    MapRun* map_run(const std::string& arn);
    /// The index that an execution stands in, beside those of its machine.
    void index(const ExecutionRecord& execution);
    void unindex(const ExecutionRecord& execution);
    bool as_many_open_as_may(const Owner& owner) const;
    void take_job_stops(JournalRow& row);
    Outcome put(PutDocument& write);
    Outcome remove(const DeleteDocument& write);
    Outcome reset();

    /// Null where there is none or it is DELETING.
    Machine* active_machine(const std::string& arn);
    std::shared_ptr<const RevisionRecord> new_revision(const StateMachineRecord& record);
    void erase_execution(std::unordered_map<ExecutionKey, Execution>::iterator found);
    void execution_ended(const std::string& machine_arn);
    bool map_runs_below(ExecutionKey key) const;
    void bite();
    bool remove_old();
    std::optional<ExecutionKey> oldest_due() const;
    void saw(TimePoint time);

    OwnerCounts machine_counts_;
    OwnerCounts activity_counts_;
    const KeepExecutions keep_;
    const std::int64_t max_open_executions_;
    std::set<std::pair<TimePoint, ExecutionKey>> closed_;  ///< by stop date
    std::set<std::string>
        removable_;               ///< ARNs of machines that are DELETING and of which nothing runs
    std::int64_t revisions_ = 0;  ///< numbers given to revisions, never twice
};

}  // namespace stepwell::storage
