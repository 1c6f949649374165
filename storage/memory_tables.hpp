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

#include "storage/write.hpp"

namespace stepwell::storage {

/// What MemoryStore holds: the tables and indexes of the data file as containers. Writes come from
/// one thread (WriteBackend); `mutex` is held for each group, and shared by whoever reads.
class MemoryTables final : public WriteBackend {
public:
    struct Machine {
        std::shared_ptr<const StateMachineRecord> record;
        std::shared_ptr<const RevisionRecord> revision;
        Tags tags;
        std::array<std::set<ExecutionKey>, 5> executions;  ///< by status
        std::set<ExecutionKey>& of(ExecutionStatus status) {
            return executions[static_cast<std::size_t>(status)];
        }
        const std::set<ExecutionKey>& of(ExecutionStatus status) const {
            return executions[static_cast<std::size_t>(status)];
        }
    };
    struct Execution {
        ExecutionRecord record;
        std::shared_ptr<const RevisionRecord> revision;
        std::vector<JournalRow> journal;
    };
    struct Activity {
        ActivityRecord record;
        Tags tags;
    };
    using OwnedName = std::array<std::string, 4>;  ///< account, region, partition, name

    MemoryTables();

    void commit(std::span<QueuedWrite> group) override;
    bool tidy() override;

    mutable std::shared_mutex mutex;
    std::map<std::string, Machine> machines;  ///< by ARN
    std::map<OwnedName, std::string> machine_names;
    std::map<std::string, Activity> activities;  ///< by ARN
    std::map<OwnedName, std::string> activity_names;
    std::unordered_map<ExecutionKey, Execution> executions;
    std::unordered_map<std::string, ExecutionKey> keys;  ///< by ARN
    std::set<std::pair<TimePoint, ExecutionKey>> wakes;
    std::string token_key;
    std::optional<TimePoint> latest_time;

private:
    StartOutcome apply(Write& write);
    Outcome create(CreateStateMachine& write);
    Outcome update(UpdateStateMachine& write);
    Outcome remove(DeleteStateMachine& write);
    Outcome create(CreateActivity& write);
    Outcome remove(DeleteActivity& write);
    StartOutcome start(StartExecution& write);
    Outcome append(AppendStep& write);
    Outcome forget(ExecutionKey key);
    Outcome reset();

    std::shared_ptr<const RevisionRecord> new_revision(const StateMachineRecord& record);
    void erase_execution(std::unordered_map<ExecutionKey, Execution>::iterator found);
    void execution_ended(const std::string& machine_arn);
    void bite();
    void saw(TimePoint time);

    std::set<std::string>
        removable_;               ///< ARNs of machines that are DELETING and of which nothing runs
    std::int64_t revisions_ = 0;  ///< numbers given to revisions, never twice
};

}  // namespace stepwell::storage
