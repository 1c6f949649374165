#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "storage/arn_index.hpp"
#include "storage/checkpointer.hpp"
#include "storage/execution_heads.hpp"
#include "storage/machine_cache.hpp"
#include "storage/map_runs.hpp"
#include "storage/owner_counts.hpp"
#include "storage/removal.hpp"
#include "storage/retention.hpp"
#include "storage/revision_uses.hpp"
#include "storage/sqlite.hpp"
#include "storage/versions.hpp"
#include "storage/write.hpp"

namespace stepwell::storage {

/// Applies groups of writes to the data file, each group one transaction. The only one who writes
/// to it.
///
/// Every write looks at all of its preconditions first and changes something only when they hold,
/// so one that fails needs no savepoint. What it keeps in memory of machines is true as long as no
/// group fails; then it is read again.
class SqliteWriter final : public WriteBackend {
public:
    /// As in SqliteOptions.
    struct Limits {
        std::size_t arn_batch = 0;
        KeepExecutions keep;
        std::int64_t max_open_executions = kMaxOpenExecutions;
    };

    /// `connection` has the tables (schema.hpp). `machines` is told of every committed change.
    SqliteWriter(sqlite::Connection connection, MachineCache& machines, RecentArns& recent_arns,
                 Checkpointer& checkpointer, Limits limits);

    void commit(std::span<QueuedWrite> group) override;
    void after_answers() override { checkpointer_.after_commit(connection_); }
    bool tidy() override;

    /// As committed. Thread-safe.
    std::string token_key() const;
    std::optional<TimePoint> latest_time() const;
    bool has_activity(const std::string& arn) const;
    std::int64_t running_executions() const { return running_.load(std::memory_order_relaxed); }
    std::int64_t open_tokens() const { return open_tokens_.load(std::memory_order_relaxed); }

private:
    /// What a start must know of its machine.
    struct MachineHead {
        std::int64_t id = 0;
        WorkflowType type = WorkflowType::standard;
        MachineStatus status = MachineStatus::active;
        std::int64_t revision = 0;
        std::string revision_id;
    };

    void in_transaction(const std::function<void()>& work);
    void refresh();

    Answer apply(Write& write);
    Outcome reset();
    void bite(Budget budget);
    bool tidy_once();
    bool give_space_back();
    std::int64_t next_number();
    void saw(TimePoint time);

    // machine_writes.cpp
    PublishOutcome create(CreateStateMachine& write);
    PublishOutcome update(UpdateStateMachine& write);
    Outcome remove(DeleteStateMachine& write);
    Outcome create(CreateActivity& write);
    Outcome remove(DeleteActivity& write);
    PublishOutcome publish(PublishVersion& write);
    Outcome delete_version(DeleteVersion& write);
    Outcome put(const PutDocument& write);
    Outcome remove(const DeleteDocument& write);
    const MachineHead* machine_head(const std::string& arn);
    const MachineHead* active_machine(const std::string& arn);
    std::int64_t insert_revision(std::int64_t machine, const StateMachineRecord& record);
    void machine_changed(std::string arn, MachineCache::Machine machine);

    // execution_writes.cpp
    StartOutcome start(StartExecution& write);
    Outcome append(AppendStep& write);
    Outcome forget(ForgetExecution& write);
    Outcome start_children(StartChildren& write);
    Outcome redrive_child(const RedriveChild& write);
    Outcome job_stopped(const JobStopped& write);
    bool as_many_open_as_may(std::int64_t machine);
    void execution_ended(std::int64_t machine);
    std::optional<ExecutionRecord> existing(std::int64_t hash, const std::string& arn);
    bool insert_execution(const ExecutionRecord& record, const ExecutionHead& head);
    void insert_journal(ExecutionHead& head, const JournalRow& row);
    void insert_effects(ExecutionKey key, const JournalRow& row);
    void turn_execution(const AppendStep& write, const ExecutionHead& head, bool had_results);

    sqlite::Connection connection_;
    MachineCache& machines_;
    Checkpointer& checkpointer_;
    RevisionUses uses_;
    Versions versions_;
    TagTable tags_;
    ArnIndex arns_;
    ExecutionHeads execution_heads_;
    MapRuns map_runs_;
    Removal removal_;
    Retention retention_;
    const std::int64_t max_open_executions_;

    // True inside a transaction and after its commit; to be read again after a rollback.
    bool stale_ = true;
    std::unordered_map<std::string, MachineHead> heads_;
    OwnerCounts machine_counts_;
    OwnerCounts activity_counts_;
    std::int64_t next_number_ = 0;
    std::int64_t next_row_ = 0;          ///< id of the next row of the journal
    std::int64_t numbers_reserved_ = 0;  ///< in the file: numbers below it may be in use
    std::optional<TimePoint> latest_;
    bool latest_changed_ = false;
    bool gave_back_ = false;            ///< pages, since the last checkpoint that was asked for
    std::int64_t started_running_ = 0;  ///< by this transaction, less those that ended
    std::atomic<std::int64_t> running_{0};
    /// Of whose owners as many executions run as may: until one ends.
    std::unordered_set<std::int64_t> full_machines_;
    std::int64_t tokens_given_ = 0;  ///< by this transaction, less those that ended
    std::atomic<std::int64_t> open_tokens_{0};
    std::vector<std::function<void()>> on_commit_;  ///< tells the cache and the facts below

    mutable std::mutex facts_mutex_;
    std::string token_key_;
    std::optional<TimePoint> committed_latest_;
    std::unordered_set<std::int64_t> activities_;  ///< by arn_hash: few bytes each

    sqlite::Statement begin_;
    sqlite::Statement commit_;
    sqlite::Statement rollback_;
    sqlite::Statement machine_head_;
    sqlite::Statement find_machine_;
    sqlite::Statement count_machines_;
    sqlite::Statement insert_machine_;
    sqlite::Statement insert_revision_;
    sqlite::Statement set_machine_revision_;
    sqlite::Statement set_machine_deleting_;
    sqlite::Statement delete_tags_;
    sqlite::Statement count_activities_;
    sqlite::Statement insert_activity_;
    sqlite::Statement delete_activity_;
    sqlite::Statement put_document_;
    sqlite::Statement delete_document_;
    sqlite::Statement find_execution_;
    sqlite::Statement count_open_;
    sqlite::Statement insert_execution_;
    sqlite::Statement turn_execution_;
    sqlite::Statement insert_input_;
    sqlite::Statement insert_result_;
    sqlite::Statement delete_result_;
    sqlite::Statement insert_journal_;
    sqlite::Statement insert_anchor_;
    sqlite::Statement last_journal_id_;
    sqlite::Statement insert_job_stop_;
    sqlite::Statement delete_job_stop_;
    sqlite::Statement meta_;
    sqlite::Statement set_meta_;
    sqlite::Statement free_pages_;
    sqlite::Statement all_pages_;
};

}  // namespace stepwell::storage
