#include "storage/sqlite_store.hpp"

#include <utility>

#include "storage/checkpointer.hpp"
#include "storage/data_file.hpp"
#include "storage/machine_cache.hpp"
#include "storage/memory_store.hpp"
#include "storage/reader.hpp"
#include "storage/schema.hpp"
#include "storage/sqlite_writer.hpp"

namespace stepwell {
namespace {

using namespace storage;

constexpr std::size_t kMachineCacheBytes = 16U << 20U;
/// Pages that the writer keeps in memory once it has used them: the upper parts of all indexes of
/// millions of rows.
constexpr int kWriterCacheKibibytes = 32 * 1024;
constexpr int kReaderCacheKibibytes = 2 * 1024;
constexpr std::chrono::milliseconds kRetentionInterval{5000};

sqlite::Connection open(const std::string& path, const SqliteOptions& options, bool query_only) {
    sqlite::Connection connection(
        path, {.query_only = query_only,
               .cache_kibibytes = query_only ? kReaderCacheKibibytes : kWriterCacheKibibytes,
               .vfs = options.vfs});
    connection.run(options.durability == Durability::full ? "PRAGMA synchronous=FULL"
                                                          : "PRAGMA synchronous=NORMAL");
    // An emptied WAL that once was long gives its space back.
    connection.run("PRAGMA journal_size_limit=16777216");
    return connection;
}

sqlite::Connection open_writer(const std::string& path, const SqliteOptions& options) {
    sqlite::Connection connection = open(path, options, false);
    migrate(connection);
    return connection;
}

/// What grows old must be looked at though nobody writes.
GroupWriter::Options writer_options(SqliteOptions options) {
    if (options.keep.age && options.writer.tidy_every == std::chrono::milliseconds{0})
        options.writer.tidy_every = kRetentionInterval;
    return std::move(options.writer);
}

}  // namespace

class SqliteStore::Impl {
public:
    Impl(const std::filesystem::path& path, SqliteOptions options)
        : file(path),
          machines(kMachineCacheBytes),
          migrated(open_writer(file.path(), options)),
          checkpointer(open(file.path(), options, false), options.writer.warn),
          backend(std::move(migrated), machines, recent_arns, checkpointer,
                  {.arn_batch = options.arn_batch,
                   .keep = options.keep,
                   .max_open_executions = options.max_open_executions}),
          readers(options.readers, recent_arns,
                  [path = file.path(), options] { return open(path, options, true); }),
          writer(backend, writer_options(std::move(options))) {}

    ~Impl() { close(); }

    void close() {
        writer.close();
        readers.close();
    }

    // In the order in which they are needed; they go in the opposite one, so the file's lock goes
    // last.
    DataFile file;
    MachineCache machines;
    RecentArns recent_arns;
    sqlite::Connection migrated;
    Checkpointer checkpointer;
    SqliteWriter backend;
    ReaderPool readers;
    GroupWriter writer;
};

SqliteStore::SqliteStore(const std::filesystem::path& path, SqliteOptions options)
    : impl_(std::make_unique<Impl>(path, std::move(options))) {}

SqliteStore::~SqliteStore() = default;

storage::GroupWriter& SqliteStore::writer() { return impl_->writer; }

std::shared_ptr<const StateMachineRecord> SqliteStore::find_state_machine(
    const std::string& arn) const {
    if (auto machine = impl_->machines.find(arn)) return machine;
    const std::uint64_t generation = impl_->machines.generation();
    auto machine =
        impl_->readers.with([&](Reader& reader) { return reader.find_state_machine(arn); });
    if (machine) impl_->machines.keep(machine, generation);
    return machine;
}

std::vector<StateMachineRecord> SqliteStore::list_state_machines(const Owner& owner,
                                                                 const std::string& after_name,
                                                                 std::size_t limit) const {
    return impl_->readers.with(
        [&](Reader& r) { return r.list_state_machines(owner, after_name, limit); });
}

std::optional<Tags> SqliteStore::tags_of(const std::string& arn) const {
    return impl_->readers.with([&](Reader& r) { return r.tags_of(arn); });
}

std::vector<Document> SqliteStore::documents(const std::string& collection) const {
    return impl_->readers.with([&](Reader& r) { return r.documents(collection); });
}

std::optional<ActivityRecord> SqliteStore::find_activity(const std::string& arn) const {
    return impl_->readers.with([&](Reader& r) { return r.find_activity(arn); });
}

std::vector<ActivityRecord> SqliteStore::list_activities(const Owner& owner,
                                                         const std::string& after_name,
                                                         std::size_t limit) const {
    return impl_->readers.with(
        [&](Reader& r) { return r.list_activities(owner, after_name, limit); });
}

bool SqliteStore::has_activity(const std::string& arn) const {
    return impl_->backend.has_activity(arn);
}

std::shared_ptr<const StateMachineRecord> SqliteStore::find_version(
    const std::string& state_machine_arn, std::int64_t number) const {
    return impl_->readers.with(
        [&](Reader& r) { return r.find_version(state_machine_arn, number); });
}

std::vector<VersionItem> SqliteStore::list_versions(const std::string& state_machine_arn,
                                                    std::int64_t before, std::size_t limit) const {
    return impl_->readers.with(
        [&](Reader& r) { return r.list_versions(state_machine_arn, before, limit); });
}

std::optional<AliasRecord> SqliteStore::find_alias(const std::string& state_machine_arn,
                                                   const std::string& name) const {
    return impl_->readers.with([&](Reader& r) { return r.find_alias(state_machine_arn, name); });
}

std::vector<AliasRecord> SqliteStore::list_aliases(const std::string& state_machine_arn,
                                                   std::int64_t version,
                                                   const std::string& after_name,
                                                   std::size_t limit) const {
    return impl_->readers.with(
        [&](Reader& r) { return r.list_aliases(state_machine_arn, version, after_name, limit); });
}

std::optional<ExecutionRecord> SqliteStore::find_execution(const std::string& arn) const {
    return impl_->readers.with([&](Reader& r) { return r.find_execution(arn); });
}

std::optional<ExecutionRecord> SqliteStore::find_execution(ExecutionKey key) const {
    return impl_->readers.with([&](Reader& r) { return r.find_execution(key); });
}

std::optional<RevisionRecord> SqliteStore::revision_of(ExecutionKey key) const {
    return impl_->readers.with([&](Reader& r) { return r.revision_of(key); });
}

ExecutionPage SqliteStore::list_executions(const std::string& state_machine_arn,
                                           const ExecutionFilter& filter, ExecutionKey before,
                                           std::size_t limit) const {
    return impl_->readers.with(
        [&](Reader& r) { return r.list_executions(state_machine_arn, filter, before, limit); });
}

std::vector<JournalRow> SqliteStore::read_journal(ExecutionKey key, Sequence from,
                                                  std::size_t max_rows,
                                                  std::size_t max_bytes) const {
    return impl_->readers.with(
        [&](Reader& r) { return r.journals().read_journal(key, from, max_rows, max_bytes); });
}

std::vector<JournalRow> SqliteStore::read_history(ExecutionKey key, EventId from, bool reverse,
                                                  std::size_t max_rows,
                                                  std::size_t max_bytes) const {
    return impl_->readers.with([&](Reader& r) {
        return r.journals().read_history(key, from, reverse, max_rows, max_bytes);
    });
}

std::vector<Store::Wake> SqliteStore::wakes_after(std::optional<Wake> after,
                                                  std::size_t limit) const {
    return impl_->readers.with([&](Reader& r) { return r.wakes_after(after, limit); });
}

std::vector<ExecutionKey> SqliteStore::running_executions(const std::string& state_machine_arn,
                                                          ExecutionKey after,
                                                          std::size_t limit) const {
    return impl_->readers.with(
        [&](Reader& r) { return r.running_executions(state_machine_arn, after, limit); });
}

std::vector<JobStop> SqliteStore::jobs_to_stop(JobStopKey after, std::size_t limit) const {
    return impl_->readers.with([&](Reader& r) { return r.jobs_to_stop(after, limit); });
}

std::optional<MapRunRecord> SqliteStore::find_map_run(const std::string& arn) const {
    return impl_->readers.with([&](Reader& r) { return r.map_runs().find(arn); });
}

std::optional<MapRunRecord> SqliteStore::find_map_run(MapRunKey key) const {
    return impl_->readers.with([&](Reader& r) { return r.map_runs().find(key); });
}

std::optional<MapRunProgress> SqliteStore::map_run_progress(MapRunKey key) const {
    return impl_->readers.with([&](Reader& r) { return r.map_runs().progress(key); });
}

bool SqliteStore::map_run_unwanted(MapRunKey key) const {
    return impl_->readers.with([&](Reader& r) { return r.map_runs().unwanted(key); });
}

std::vector<MapRunRecord> SqliteStore::list_map_runs(ExecutionKey execution, MapRunKey before,
                                                     std::size_t limit) const {
    return impl_->readers.with(
        [&](Reader& r) { return r.map_runs().list(execution, before, limit); });
}

std::vector<MapRunKey> SqliteStore::open_map_runs(MapRunKey after, std::size_t limit) const {
    return impl_->readers.with([&](Reader& r) { return r.map_runs().open(after, limit); });
}

ExecutionPage SqliteStore::list_children(MapRunKey run, const ChildFilter& filter,
                                         ExecutionKey before, std::size_t limit) const {
    return impl_->readers.with(
        [&](Reader& r) { return r.map_runs().list_children(run, filter, before, limit); });
}

std::vector<ExecutionRecord> SqliteStore::pending_redrives(MapRunKey run, ExecutionKey after,
                                                           std::size_t limit) const {
    return impl_->readers.with(
        [&](Reader& r) { return r.map_runs().pending_redrives(run, after, limit); });
}

std::vector<ExecutionRecord> SqliteStore::read_children(
    MapRunKey run, const std::vector<ExecutionStatus>& statuses, ExecutionKey after,
    std::size_t limit, std::size_t max_bytes) const {
    return impl_->readers.with([&](Reader& r) {
        return r.map_runs().read_children(run, statuses, after, limit, max_bytes);
    });
}

std::string SqliteStore::token_key() const { return impl_->backend.token_key(); }

std::optional<TimePoint> SqliteStore::latest_time() const { return impl_->backend.latest_time(); }

void SqliteStore::close() { impl_->close(); }

WriteStatistics SqliteStore::write_statistics() const {
    WriteStatistics statistics = impl_->writer.statistics();
    statistics.running_executions = impl_->backend.running_executions();
    statistics.open_tokens = impl_->backend.open_tokens();
    return statistics;
}

std::unique_ptr<SqliteStore> open_sqlite_store(const std::filesystem::path& path,
                                               SqliteOptions options) {
    return std::make_unique<SqliteStore>(path, std::move(options));
}

std::unique_ptr<GroupedStore> open_store(const std::string& data, SqliteOptions options) {
    if (data == ":memory:") {
        KeepExecutions keep = options.keep;
        const std::int64_t max_open_executions = options.max_open_executions;
        return std::make_unique<MemoryStore>(writer_options(std::move(options)), std::move(keep),
                                             max_open_executions);
    }
    return open_sqlite_store(data, std::move(options));
}

}  // namespace stepwell
