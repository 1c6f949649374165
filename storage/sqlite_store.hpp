#pragma once

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "engine/keep_executions.hpp"
#include "engine/store.hpp"
#include "storage/group_writer.hpp"
#include "storage/grouped_store.hpp"

namespace stepwell {

/// When a write counts as committed (--durability).
enum class Durability {
    normal,  ///< with the operating system: survives a kill, not always a loss of power
    full,    ///< on the disk: fsync before every answer
};

struct SqliteOptions {
    Durability durability = Durability::normal;
    /// Connections that read at the same time; a further read waits.
    std::size_t readers = 4;
    /// The bounds of the write queue, and whom to tell when the disk fails. See
    /// storage/group_writer.hpp.
    storage::GroupWriter::Options writer;
    /// Executions that are found by ARN through an index in memory, about, before that goes to the
    /// file: over one of a million (some 6,000 pages) ten to a page. 16 bytes each, twice.
    std::size_t arn_batch = 65'536;
    /// What is removed by itself.
    KeepExecutions keep;
    /// See kMaxOpenExecutions.
    std::int64_t max_open_executions = kMaxOpenExecutions;
    /// An SQLite VFS by name; empty: the operating system's. For tests of failing disks.
    std::string vfs;
};

/// The store in one SQLite file, which it holds for itself alone as long as it lives.
///
/// One thread commits all writes in groups; a few connections read beside it; state machines are
/// answered from memory. A write that cannot be committed because the disk fails is tried again for
/// `give_up_after`, then dropped and answered `overloaded`. After close() reads throw StorageError;
/// the file is free for others when the object is gone.
class SqliteStore final : public GroupedStore {
public:
    /// Opens the file, or creates it, with the folders on the way to it. Throws StorageError, its
    /// message one line that says what is wrong and how to mend it: the file is a folder, in use by
    /// another process, another application's, a newer Stepwell's, damaged, not writable, or its
    /// disk is full. Then the file is as it was.
    SqliteStore(const std::filesystem::path& path, SqliteOptions options);
    ~SqliteStore() override;

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

std::unique_ptr<SqliteStore> open_sqlite_store(const std::filesystem::path& path,
                                               SqliteOptions options = {});

/// What `--data` names: `:memory:` is a MemoryStore, which keeps nothing; anything else a file.
std::unique_ptr<GroupedStore> open_store(const std::string& data, SqliteOptions options = {});

}  // namespace stepwell
