#include "storage/memory_store.hpp"

#include <algorithm>
#include <mutex>
#include <shared_mutex>
#include <utility>

#include "storage/memory_store_impl.hpp"

namespace stepwell {

using namespace storage;

namespace {

/// Without what lists do not show.
StateMachineRecord head_of(const StateMachineRecord& whole) {
    StateMachineRecord head;
    head.arn = whole.arn;
    head.owner = whole.owner;
    head.name = whole.name;
    head.type = whole.type;
    head.status = whole.status;
    head.creation_date = whole.creation_date;
    head.revision_id = whole.revision_id;
    head.update_date = whole.update_date;
    return head;
}

}  // namespace

MemoryStore::MemoryStore(GroupWriter::Options options, KeepExecutions keep,
                         std::int64_t max_open_executions)
    : impl_(std::make_unique<Impl>(std::move(options), std::move(keep), max_open_executions)) {}

MemoryStore::~MemoryStore() = default;

storage::GroupWriter& MemoryStore::writer() { return impl_->writer; }

void MemoryStore::close() { impl_->writer.close(); }

// --- state machines

std::shared_ptr<const StateMachineRecord> MemoryStore::find_state_machine(
    const std::string& arn) const {
    const std::shared_lock lock(impl_->tables.mutex);
    const auto found = impl_->tables.machines.find(arn);
    return found == impl_->tables.machines.end() ? nullptr : found->second.record;
}

std::vector<StateMachineRecord> MemoryStore::list_state_machines(const Owner& owner,
                                                                 const std::string& after_name,
                                                                 std::size_t limit) const {
    const MemoryTables& tables = impl_->tables;
    const std::shared_lock lock(tables.mutex);
    std::vector<StateMachineRecord> page;
    auto at = tables.machine_names.upper_bound(
        {owner.account, owner.region, owner.partition, after_name});
    for (; at != tables.machine_names.end() && page.size() < limit; ++at) {
        const StateMachineRecord& record = *tables.machines.at(at->second).record;
        if (!(record.owner == owner)) break;
        page.push_back(head_of(record));
    }
    return page;
}

std::optional<Tags> MemoryStore::tags_of(const std::string& arn) const {
    const std::shared_lock lock(impl_->tables.mutex);
    const Tags* const tags = impl_->tables.tags_of(arn);
    return tags ? std::optional(*tags) : std::nullopt;
}

// --- documents

std::vector<Document> MemoryStore::documents(const std::string& collection) const {
    const std::shared_lock lock(impl_->tables.mutex);
    std::vector<Document> all;
    const auto& documents = impl_->tables.documents;
    for (auto at = documents.lower_bound({collection, {}});
         at != documents.end() && at->first.first == collection; ++at) {
        all.push_back({collection, at->first.second, at->second});
    }
    return all;
}

// --- activities

std::optional<ActivityRecord> MemoryStore::find_activity(const std::string& arn) const {
    const std::shared_lock lock(impl_->tables.mutex);
    const auto found = impl_->tables.activities.find(arn);
    if (found == impl_->tables.activities.end()) return std::nullopt;
    return found->second.record;
}

std::vector<ActivityRecord> MemoryStore::list_activities(const Owner& owner,
                                                         const std::string& after_name,
                                                         std::size_t limit) const {
    const MemoryTables& tables = impl_->tables;
    const std::shared_lock lock(tables.mutex);
    std::vector<ActivityRecord> page;
    auto at = tables.activity_names.upper_bound(
        {owner.account, owner.region, owner.partition, after_name});
    for (; at != tables.activity_names.end() && page.size() < limit; ++at) {
        const ActivityRecord& record = tables.activities.at(at->second).record;
        if (!(record.owner == owner)) break;
        page.push_back(record);
    }
    return page;
}

bool MemoryStore::has_activity(const std::string& arn) const {
    const std::shared_lock lock(impl_->tables.mutex);
    return impl_->tables.activities.contains(arn);
}

// --- versions and aliases

std::shared_ptr<const StateMachineRecord> MemoryStore::find_version(
    const std::string& state_machine_arn, std::int64_t number) const {
    const std::shared_lock lock(impl_->tables.mutex);
    const MemoryTables::Machine* const machine = impl_->find(state_machine_arn);
    if (machine == nullptr) return nullptr;
    const auto version = machine->versions.find(number);
    if (version == machine->versions.end()) return nullptr;
    if (version->second.record->status == machine->record->status) return version->second.record;
    auto record = std::make_shared<StateMachineRecord>(*version->second.record);
    record->status = machine->record->status;
    return record;
}

std::vector<VersionItem> MemoryStore::list_versions(const std::string& state_machine_arn,
                                                    std::int64_t before, std::size_t limit) const {
    const std::shared_lock lock(impl_->tables.mutex);
    const MemoryTables::Machine* const machine = impl_->find(state_machine_arn);
    std::vector<VersionItem> page;
    if (machine == nullptr) return page;
    auto at = before == 0 ? machine->versions.end() : machine->versions.lower_bound(before);
    while (at != machine->versions.begin() && page.size() < limit) {
        --at;
        page.push_back({at->first, at->second.record->creation_date});
    }
    return page;
}

std::optional<AliasRecord> MemoryStore::find_alias(const std::string& state_machine_arn,
                                                   const std::string& name) const {
    const std::shared_lock lock(impl_->tables.mutex);
    const MemoryTables::Machine* const machine = impl_->find(state_machine_arn);
    if (machine == nullptr) return std::nullopt;
    const auto found = machine->aliases.find(name);
    if (found == machine->aliases.end()) return std::nullopt;
    return found->second;
}

std::vector<AliasRecord> MemoryStore::list_aliases(const std::string& state_machine_arn,
                                                   std::int64_t version,
                                                   const std::string& after_name,
                                                   std::size_t limit) const {
    const std::shared_lock lock(impl_->tables.mutex);
    const MemoryTables::Machine* const machine = impl_->find(state_machine_arn);
    std::vector<AliasRecord> page;
    if (machine == nullptr) return page;
    for (auto at = machine->aliases.upper_bound(after_name);
         at != machine->aliases.end() && page.size() < limit; ++at) {
        const auto& routes = at->second.routes;
        if (version == 0 ||
            std::ranges::find(routes, version, &AliasRoute::version) != routes.end())
            page.push_back(at->second);
    }
    return page;
}

// --- the whole

std::string MemoryStore::token_key() const {
    const std::shared_lock lock(impl_->tables.mutex);
    return impl_->tables.token_key;
}

std::optional<TimePoint> MemoryStore::latest_time() const {
    const std::shared_lock lock(impl_->tables.mutex);
    return impl_->tables.latest_time;
}

WriteStatistics MemoryStore::write_statistics() const {
    WriteStatistics statistics = impl_->writer.statistics();
    const std::shared_lock lock(impl_->tables.mutex);
    statistics.open_tokens = impl_->tables.open_tokens;
    for (const auto& [arn, machine] : impl_->tables.machines) {
        statistics.running_executions +=
            static_cast<std::int64_t>(machine.executions.of(ExecutionStatus::running).size());
    }
    return statistics;
}

}  // namespace stepwell
