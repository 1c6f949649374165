#pragma once

#include <memory>

#include "engine/keep_executions.hpp"
#include "engine/store.hpp"
#include "storage/group_writer.hpp"
#include "storage/grouped_store.hpp"

namespace stepwell {

/// The store that keeps nothing beyond the process: for tests, and for `--data :memory:`.
///
/// It answers as SqliteStore does, in the same order and on a thread of its own, so what works with
/// one works with the other; only the disk cannot fail. After close() it can still be read.
class MemoryStore final : public GroupedStore {
public:
    explicit MemoryStore(storage::GroupWriter::Options options = {}, KeepExecutions keep = {},
                         std::int64_t max_open_executions = kMaxOpenExecutions);
    ~MemoryStore() override;

    std::shared_ptr<const StateMachineRecord> find_state_machine(
        const std::string& arn) const override;
    std::vector<StateMachineRecord> list_state_machines(const Owner& owner,
                                                        const std::string& after_name,
                                                        std::size_t limit) const override;

    std::shared_ptr<const StateMachineRecord> find_version(const std::string& state_machine_arn,
                                                           std::int64_t number) const override;
    std::vector<VersionItem> list_versions(const std::string& state_machine_arn,
                                           std::int64_t before, std::size_t limit) const override;
    std::optional<AliasRecord> find_alias(const std::string& state_machine_arn,
                                          const std::string& name) const override;
    std::vector<AliasRecord> list_aliases(const std::string& state_machine_arn,
                                          std::int64_t version, const std::string& after_name,
                                          std::size_t limit) const override;

    std::optional<Tags> tags_of(const std::string& arn) const override;

    std::vector<Document> documents(const std::string& collection) const override;

    std::optional<ActivityRecord> find_activity(const std::string& arn) const override;
    std::vector<ActivityRecord> list_activities(const Owner& owner, const std::string& after_name,
                                                std::size_t limit) const override;
    bool has_activity(const std::string& arn) const override;

    std::optional<ExecutionRecord> find_execution(const std::string& arn) const override;
    std::optional<ExecutionRecord> find_execution(ExecutionKey key) const override;
    std::optional<RevisionRecord> revision_of(ExecutionKey key) const override;
    ExecutionPage list_executions(const std::string& state_machine_arn,
                                  const ExecutionFilter& filter, ExecutionKey before,
                                  std::size_t limit) const override;
    std::vector<JournalRow> read_journal(ExecutionKey key, Sequence from, std::size_t max_rows,
                                         std::size_t max_bytes) const override;
    std::vector<JournalRow> read_history(ExecutionKey key, EventId from, bool reverse,
                                         std::size_t max_rows,
                                         std::size_t max_bytes) const override;
    std::vector<Wake> wakes_after(std::optional<Wake> after, std::size_t limit) const override;
    std::vector<JobStop> jobs_to_stop(JobStopKey after, std::size_t limit) const override;
    std::vector<ExecutionKey> running_executions(const std::string& state_machine_arn,
                                                 ExecutionKey after,
                                                 std::size_t limit) const override;

    std::optional<MapRunRecord> find_map_run(const std::string& arn) const override;
    std::optional<MapRunRecord> find_map_run(MapRunKey key) const override;
    std::optional<MapRunProgress> map_run_progress(MapRunKey key) const override;
    bool map_run_unwanted(MapRunKey key) const override;
    std::vector<MapRunRecord> list_map_runs(ExecutionKey execution, MapRunKey before,
                                            std::size_t limit) const override;
    std::vector<MapRunKey> open_map_runs(MapRunKey after, std::size_t limit) const override;
    ExecutionPage list_children(MapRunKey run, const ChildFilter& filter, ExecutionKey before,
                                std::size_t limit) const override;
    std::vector<ExecutionRecord> pending_redrives(MapRunKey run, ExecutionKey after,
                                                  std::size_t limit) const override;
    std::vector<ExecutionRecord> read_children(MapRunKey run,
                                               const std::vector<ExecutionStatus>& statuses,
                                               ExecutionKey after, std::size_t limit,
                                               std::size_t max_bytes) const override;

    std::string token_key() const override;
    std::optional<TimePoint> latest_time() const override;
    void close() override;

    WriteStatistics write_statistics() const override;

private:
    storage::GroupWriter& writer() override;

    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace stepwell
