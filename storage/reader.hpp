#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "engine/store.hpp"
#include "storage/arn_index.hpp"
#include "storage/journal_reader.hpp"
#include "storage/map_runs.hpp"
#include "storage/sqlite.hpp"

namespace stepwell::storage {

/// The reads of engine/store.hpp over one connection. Each is one statement, or a few over rows
/// that never change, and ends its read transaction before it returns. Used by one thread at a
/// time.
class Reader {
public:
    Reader(sqlite::Connection connection, const RecentArns& recent_arns);

    std::shared_ptr<const StateMachineRecord> find_state_machine(const std::string& arn);
    std::vector<StateMachineRecord> list_state_machines(const Owner& owner,
                                                        const std::string& after_name,
                                                        std::size_t limit);
    std::optional<Tags> tags_of(const std::string& arn);

    std::shared_ptr<const StateMachineRecord> find_version(const std::string& state_machine_arn,
                                                           std::int64_t number);
    std::vector<VersionItem> list_versions(const std::string& state_machine_arn,
                                           std::int64_t before, std::size_t limit);
    std::optional<AliasRecord> find_alias(const std::string& state_machine_arn,
                                          const std::string& name);
    std::vector<AliasRecord> list_aliases(const std::string& state_machine_arn,
                                          std::int64_t version, const std::string& after_name,
                                          std::size_t limit);

    std::vector<Document> documents(const std::string& collection);
    std::optional<ActivityRecord> find_activity(const std::string& arn);
    std::vector<ActivityRecord> list_activities(const Owner& owner, const std::string& after_name,
                                                std::size_t limit);

    std::optional<ExecutionRecord> find_execution(const std::string& arn);
    std::optional<ExecutionRecord> find_execution(ExecutionKey key);
    std::optional<RevisionRecord> revision_of(ExecutionKey key);
    ExecutionPage list_executions(const std::string& state_machine_arn,
                                  const ExecutionFilter& filter, ExecutionKey before,
                                  std::size_t limit);

    JournalReader& journals() { return journals_; }
    MapRunReader& map_runs() { return map_runs_; }

    std::vector<Store::Wake> wakes_after(std::optional<Store::Wake> after, std::size_t limit);
    std::vector<JobStop> jobs_to_stop(JobStopKey after, std::size_t limit);
    std::vector<ExecutionKey> running_executions(const std::string& state_machine_arn,
                                                 ExecutionKey after, std::size_t limit);

private:
    sqlite::Rows query_executions(std::int64_t machine, const ExecutionFilter& filter,
                                  ExecutionKey below, std::int64_t limit);
    std::optional<std::int64_t> machine_id(const std::string& arn,
                                           std::optional<WorkflowType> type);

    const RecentArns& recent_arns_;
    sqlite::Connection connection_;
    sqlite::Statement find_machine_;
    sqlite::Statement machine_head_;
    sqlite::Statement list_machines_;
    sqlite::Statement taggable_;
    sqlite::Statement tags_of_;
    sqlite::Statement documents_;
    sqlite::Statement find_activity_;
    sqlite::Statement list_activities_;
    sqlite::Statement find_version_;
    sqlite::Statement list_versions_;
    sqlite::Statement find_alias_;
    sqlite::Statement list_aliases_;
    sqlite::Statement find_by_arn_;
    sqlite::Statement find_by_key_;
    sqlite::Statement revision_of_;
    /// Executions of a machine, of a version, by an alias: of any status, of one.
    struct Lists {
        sqlite::Statement all;
        sqlite::Statement of_status;
    };
    Lists list_executions_;
    Lists list_of_version_;
    Lists list_by_alias_;
    sqlite::Statement wakes_first_;
    sqlite::Statement wakes_after_;
    sqlite::Statement running_;
    sqlite::Statement job_stops_;
    JournalReader journals_;
    MapRunReader map_runs_;
};

/// A few readers for many threads: the one who finds none free waits. Thread-safe.
class ReaderPool {
public:
    /// `open` makes a connection; the first is opened now, the others when needed.
    ReaderPool(std::size_t most, const RecentArns& recent_arns,
               std::function<sqlite::Connection()> open);

    /// Runs `read` with a reader of its own. Throws StorageError where the pool is closed or the
    /// disk fails.
    template <class Read>
    auto with(Read read) {
        const Lease lease(*this);
        return read(*lease.reader);
    }
    /// Waits for reads under way and closes their connections; later reads throw StorageError.
    void close();

private:
    struct Lease {
        explicit Lease(ReaderPool& owner) : pool(owner), reader(owner.take()) {}
        Lease(const Lease&) = delete;
        Lease& operator=(const Lease&) = delete;
        ~Lease() { pool.give_back(std::move(reader)); }
        ReaderPool& pool;
        std::unique_ptr<Reader> reader;
    };
    std::unique_ptr<Reader> take();
    void give_back(std::unique_ptr<Reader> reader);

    const std::size_t most_;
    const RecentArns& recent_arns_;
    const std::function<sqlite::Connection()> open_;
    std::mutex mutex_;
    std::condition_variable returned_;
    std::vector<std::unique_ptr<Reader>> free_;
    std::size_t taken_ = 0;
    bool closed_ = false;
};

}  // namespace stepwell::storage
