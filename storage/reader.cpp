#include "storage/reader.hpp"

#include <algorithm>
#include <limits>

#include "storage/records.hpp"
#include "storage/statements.hpp"

namespace stepwell::storage {
namespace {

/// A limit as SQLite takes it.
std::int64_t rows(std::size_t limit) {
    return static_cast<std::int64_t>(
        std::min<std::size_t>(limit, std::numeric_limits<std::int32_t>::max()));
}

}  // namespace

Reader::Reader(sqlite::Connection connection, const RecentArns& recent_arns)
    : recent_arns_(recent_arns),
      connection_(std::move(connection)),
      find_machine_(connection_, sql::kFindMachine),
      machine_head_(connection_, sql::kMachineHead),
      list_machines_(connection_, sql::kListMachines),
      taggable_(connection_, sql::kTaggable),
      tags_of_(connection_, sql::kTagsOf),
      documents_(connection_, sql::kDocuments),
      find_activity_(connection_, sql::kFindActivity),
      list_activities_(connection_, sql::kListActivities),
      find_version_(connection_, sql::kFindVersion),
      list_versions_(connection_, sql::kListVersions),
      find_alias_(connection_, sql::kFindAlias),
      list_aliases_(connection_, sql::kListAliases),
      find_by_arn_(connection_, sql::kFindExecutionsByArn),
      find_by_key_(connection_, sql::kFindExecutionByKey),
      revision_of_(connection_, sql::kRevisionOf),
      list_executions_{{connection_, sql::kListExecutions},
                       {connection_, sql::kListExecutionsOfStatus}},
      list_of_version_{{connection_, sql::kListExecutionsOfVersion},
                       {connection_, sql::kListExecutionsOfVersionAndStatus}},
      list_by_alias_{{connection_, sql::kListExecutionsByAlias},
                     {connection_, sql::kListExecutionsByAliasAndStatus}},
      wakes_first_(connection_, sql::kWakesFirst),
      wakes_after_(connection_, sql::kWakesAfter),
      running_(connection_, sql::kRunningExecutions),
      job_stops_(connection_, sql::kJobStopsAfter),
      journals_(connection_),
      map_runs_(connection_) {}

// --- state machines

std::shared_ptr<const StateMachineRecord> Reader::find_state_machine(const std::string& arn) {
    sqlite::Rows found = find_machine_.query(arn);
    if (!found.next()) return nullptr;
    return std::make_shared<const StateMachineRecord>(machine_record(found));
}

std::vector<StateMachineRecord> Reader::list_state_machines(const Owner& owner,
                                                            const std::string& after_name,
                                                            std::size_t limit) {
    std::vector<StateMachineRecord> page;
    sqlite::Rows found =
        list_machines_.query(owner.account, owner.region, owner.partition, after_name, rows(limit));
    while (found.next()) page.push_back(machine_head_record(found));
    return page;
}

std::optional<Tags> Reader::tags_of(const std::string& arn) {
    if (!taggable_.query(arn).next()) return std::nullopt;
    Tags tags;
    sqlite::Rows found = tags_of_.query(arn);
    while (found.next()) tags.emplace_back(found.text(0), found.text(1));
    return tags;
}

// --- documents

std::vector<Document> Reader::documents(const std::string& collection) {
    std::vector<Document> all;
    sqlite::Rows found = documents_.query(collection);
    while (found.next()) all.push_back({found.text(0), found.text(1), found.text(2)});
    return all;
}

// --- activities

std::optional<ActivityRecord> Reader::find_activity(const std::string& arn) {
    sqlite::Rows found = find_activity_.query(arn);
    if (!found.next()) return std::nullopt;
    return activity_record(found);
}

std::vector<ActivityRecord> Reader::list_activities(const Owner& owner,
                                                    const std::string& after_name,
                                                    std::size_t limit) {
    std::vector<ActivityRecord> page;
    sqlite::Rows found = list_activities_.query(owner.account, owner.region, owner.partition,
                                                after_name, rows(limit));
    while (found.next()) page.push_back(activity_record(found));
    return page;
}

// --- versions and aliases

std::shared_ptr<const StateMachineRecord> Reader::find_version(const std::string& state_machine_arn,
                                                               std::int64_t number) {
    sqlite::Rows found = find_version_.query(state_machine_arn, number);
    if (!found.next()) return nullptr;
    return std::make_shared<const StateMachineRecord>(version_record(found));
}

std::vector<VersionItem> Reader::list_versions(const std::string& state_machine_arn,
                                               std::int64_t before, std::size_t limit) {
    std::vector<VersionItem> page;
    const auto machine = machine_id(state_machine_arn, std::nullopt);
    if (!machine) return page;
    const std::int64_t below = before == 0 ? std::numeric_limits<std::int64_t>::max() : before;
    sqlite::Rows found = list_versions_.query(*machine, below, rows(limit));
    while (found.next()) page.push_back({found.integer(0), found.time(1)});
    return page;
}

std::optional<AliasRecord> Reader::find_alias(const std::string& state_machine_arn,
                                              const std::string& name) {
    sqlite::Rows found = find_alias_.query(state_machine_arn, name);
    if (!found.next()) return std::nullopt;
    return alias_record(state_machine_arn, found);
}

std::vector<AliasRecord> Reader::list_aliases(const std::string& state_machine_arn,
                                              std::int64_t version, const std::string& after_name,
                                              std::size_t limit) {
    std::vector<AliasRecord> page;
    const auto machine = machine_id(state_machine_arn, std::nullopt);
    if (!machine) return page;
    sqlite::Rows found = list_aliases_.query(*machine, version, after_name, rows(limit));
    while (found.next()) page.push_back(alias_record(state_machine_arn, found));
    return page;
}

// --- executions

/// The memory first: what leaves it is in the file by then.
std::optional<ExecutionRecord> Reader::find_execution(const std::string& arn) {
    const std::int64_t hash = arn_hash(arn);
    const auto with_this_arn = [&](ExecutionKey key) {
        auto record = find_execution(key);
        if (record && record->arn != arn) record.reset();
        return record;
    };
    for (const ExecutionKey key : recent_arns_.find(hash)) {
        if (auto record = with_this_arn(key)) return record;
    }
    sqlite::Rows found = find_by_arn_.query(hash);
    while (found.next()) {
        ExecutionRecord record = execution_record(found);
        if (record.arn == arn) return record;
    }
    return std::nullopt;
}

std::optional<ExecutionRecord> Reader::find_execution(ExecutionKey key) {
    sqlite::Rows found = find_by_key_.query(key);
    if (!found.next()) return std::nullopt;
    return execution_record(found);
}

std::optional<RevisionRecord> Reader::revision_of(ExecutionKey key) {
    sqlite::Rows found = revision_of_.query(key);
    if (!found.next()) return std::nullopt;
    RevisionRecord record;
    record.state_machine_arn = found.text(0);
    record.revision_key = found.text(1);
    record.revision_id = found.text(2);
    record.update_date = found.time(3);
    record.role_arn = found.text(4);
    record.logging_configuration = found.text(5);
    record.tracing_configuration = found.text(6);
    record.encryption_configuration = found.text(7);
    record.definition = found.text(8);
    return record;
}

ExecutionPage Reader::list_executions(const std::string& state_machine_arn,
                                      const ExecutionFilter& filter, ExecutionKey before,
                                      std::size_t limit) {
    ExecutionPage page;
    const auto machine = machine_id(state_machine_arn, WorkflowType::standard);
    if (!machine || limit == 0) return page;
    const ExecutionKey below = before == 0 ? std::numeric_limits<ExecutionKey>::max() : before;
    page.executions.reserve(limit);
    // One more than asked for tells whether there are more.
    sqlite::Rows found = query_executions(*machine, filter, below, rows(limit) + 1);
    while (found.next()) {
        if (page.executions.size() == limit) {
            page.more = true;
            break;
        }
        page.executions.push_back(execution_head_record(found));
    }
    return page;
}

sqlite::Rows Reader::query_executions(std::int64_t machine, const ExecutionFilter& filter,
                                      ExecutionKey below, std::int64_t limit) {
    Lists& lists = filter.version != 0     ? list_of_version_
                   : !filter.alias.empty() ? list_by_alias_
                                           : list_executions_;
    std::optional<int> status;
    if (filter.status) status = static_cast<int>(*filter.status);
    sqlite::Statement& statement = status ? lists.of_status : lists.all;
    // Each statement has as many parameters as it names.
    if (filter.version != 0) return statement.query(machine, below, limit, status, filter.version);
    if (!filter.alias.empty()) return statement.query(machine, below, limit, status, filter.alias);
    if (status) return statement.query(machine, below, limit, status);
    return statement.query(machine, below, limit);
}

std::optional<std::int64_t> Reader::machine_id(const std::string& arn,
                                               std::optional<WorkflowType> type) {
    sqlite::Rows found = machine_head_.query(arn);
    if (!found.next()) return std::nullopt;
    if (type && found.integer(1) != static_cast<int>(*type)) return std::nullopt;
    return found.integer(0);
}

// --- what runs

std::vector<Store::Wake> Reader::wakes_after(std::optional<Store::Wake> after, std::size_t limit) {
    std::vector<Store::Wake> page;
    sqlite::Rows found = after ? wakes_after_.query(after->at, after->key, rows(limit))
                               : wakes_first_.query(rows(limit));
    while (found.next()) page.push_back({found.time(0), found.integer(1)});
    return page;
}

std::vector<ExecutionKey> Reader::running_executions(const std::string& state_machine_arn,
                                                     ExecutionKey after, std::size_t limit) {
    std::vector<ExecutionKey> page;
    const auto machine = machine_id(state_machine_arn, std::nullopt);
    if (!machine) return page;
    sqlite::Rows found = running_.query(*machine, after, rows(limit));
    while (found.next()) page.push_back(found.integer(0));
    return page;
}

std::vector<JobStop> Reader::jobs_to_stop(JobStopKey after, std::size_t limit) {
    std::vector<JobStop> page;
    sqlite::Rows found = job_stops_.query(after, rows(limit));
    while (found.next()) page.push_back({found.integer(0), found.text(1)});
    return page;
}

// --- the pool

ReaderPool::ReaderPool(std::size_t most, const RecentArns& recent_arns,
                       std::function<sqlite::Connection()> open)
    : most_(std::max<std::size_t>(most, 1)), recent_arns_(recent_arns), open_(std::move(open)) {
    free_.push_back(std::make_unique<Reader>(open_(), recent_arns_));
}

std::unique_ptr<Reader> ReaderPool::take() {
    std::unique_lock lock(mutex_);
    returned_.wait(lock, [this] { return closed_ || !free_.empty() || taken_ < most_; });
    if (closed_) throw StorageError("the data file is closed");
    ++taken_;
    if (!free_.empty()) {
        std::unique_ptr<Reader> reader = std::move(free_.back());
        free_.pop_back();
        return reader;
    }
    lock.unlock();
    try {
        return std::make_unique<Reader>(open_(), recent_arns_);
    } catch (...) {
        lock.lock();
        --taken_;
        returned_.notify_all();
        throw;
    }
}

void ReaderPool::give_back(std::unique_ptr<Reader> reader) {
    const std::lock_guard lock(mutex_);
    --taken_;
    if (closed_) {
        reader.reset();
    } else {
        free_.push_back(std::move(reader));
    }
    returned_.notify_all();
}

void ReaderPool::close() {
    std::unique_lock lock(mutex_);
    closed_ = true;
    returned_.notify_all();
    returned_.wait(lock, [this] { return taken_ == 0; });
    free_.clear();
}

}  // namespace stepwell::storage
