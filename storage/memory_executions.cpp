#include <algorithm>
#include <limits>
#include <queue>
#include <set>
#include <shared_mutex>
#include <utility>

#include "storage/memory_store_impl.hpp"

// What is read of executions, their journals and Map Runs.
namespace stepwell {

using namespace storage;

namespace {

/// Without what lists do not show.
ExecutionRecord head_of(const ExecutionRecord& whole) {
    ExecutionRecord head;
    head.key = whole.key;
    head.arn = whole.arn;
    head.name = whole.name;
    head.state_machine_arn = whole.state_machine_arn;
    head.revision_id = whole.revision_id;
    head.version = whole.version;
    head.alias = whole.alias;
    head.type = whole.type;
    head.status = whole.status;
    head.start_date = whole.start_date;
    head.stop_date = whole.stop_date;
    head.role_arn = whole.role_arn;
    head.trace_header = whole.trace_header;
    head.test_case = whole.test_case;
    head.wake_at = whole.wake_at;
    head.last_sequence = whole.last_sequence;
    head.last_event = whole.last_event;
    head.map_run = whole.map_run;
    head.item_count = whole.item_count;
    head.redrive_count = whole.redrive_count;
    head.redrive_date = whole.redrive_date;
    head.run_redrive = whole.run_redrive;
    return head;
}

/// Rows from `first` on that `wanted` accepts, as many as a page takes; see Store::read_journal.
template <class Iterator, class Wanted>
std::vector<JournalRow> page_of(Iterator first, Iterator last, std::size_t max_rows,
                                std::size_t max_bytes, Wanted wanted) {
    std::vector<JournalRow> page;
    std::size_t bytes = 0;
    for (; first != last && page.size() < max_rows; ++first) {
        if (!wanted(*first)) continue;
        if (!page.empty() && bytes + first->bytes.size() > max_bytes) break;
        bytes += first->bytes.size();
        page.push_back(*first);
        page.back().latest_time = {};  // written, not read back
    }
    return page;
}

/// Null where there are none.
const MemoryTables::ByStatus* listed_of(const MemoryTables::Machine& machine,
                                        const ExecutionFilter& filter) {
    if (filter.version != 0) {
        const auto found = machine.of_version.find(filter.version);
        return found == machine.of_version.end() ? nullptr : &found->second;
    }
    if (!filter.alias.empty()) {
        const auto found = machine.by_alias.find(filter.alias);
        return found == machine.by_alias.end() ? nullptr : &found->second;
    }
    return &machine.executions;
}

/// The largest keys below `below` of some ordered sets, downwards.
std::vector<ExecutionKey> merge_down(const std::vector<const std::set<ExecutionKey>*>& sets,
                                     ExecutionKey below, std::size_t limit) {
    using Position =
        std::pair<std::set<ExecutionKey>::const_iterator, const std::set<ExecutionKey>*>;
    const auto less = [](const Position& a, const Position& b) { return *a.first < *b.first; };
    std::priority_queue<Position, std::vector<Position>, decltype(less)> heads(less);
    const auto push = [&heads](std::set<ExecutionKey>::const_iterator end,
                               const std::set<ExecutionKey>* set) {
        if (end != set->begin()) heads.emplace(std::prev(end), set);
    };
    for (const auto* set : sets) push(set->lower_bound(below), set);
    std::vector<ExecutionKey> keys;
    while (!heads.empty() && keys.size() < limit) {
        const auto [at, set] = heads.top();
        heads.pop();
        keys.push_back(*at);
        push(at, set);
    }
    return keys;
}

}  // namespace

// --- executions

std::optional<ExecutionRecord> MemoryStore::find_execution(const std::string& arn) const {
    const std::shared_lock lock(impl_->tables.mutex);
    const auto key = impl_->tables.keys.find(arn);
    if (key == impl_->tables.keys.end()) return std::nullopt;
    return impl_->tables.executions.at(key->second).record;
}

std::optional<ExecutionRecord> MemoryStore::find_execution(ExecutionKey key) const {
    const std::shared_lock lock(impl_->tables.mutex);
    const auto found = impl_->tables.executions.find(key);
    if (found == impl_->tables.executions.end()) return std::nullopt;
    return found->second.record;
}

std::optional<RevisionRecord> MemoryStore::revision_of(ExecutionKey key) const {
    const std::shared_lock lock(impl_->tables.mutex);
    const auto found = impl_->tables.executions.find(key);
    if (found == impl_->tables.executions.end()) return std::nullopt;
    return *found->second.revision;
}

ExecutionPage MemoryStore::list_executions(const std::string& state_machine_arn,
                                           const ExecutionFilter& filter, ExecutionKey before,
                                           std::size_t limit) const {
    const MemoryTables& tables = impl_->tables;
    const std::shared_lock lock(tables.mutex);
    ExecutionPage page;
    const MemoryTables::Machine* const machine = impl_->find(state_machine_arn);
    if (machine == nullptr || machine->record->type != WorkflowType::standard || limit == 0)
        return page;
    const MemoryTables::ByStatus* const listed = listed_of(*machine, filter);
    if (listed == nullptr) return page;
    std::vector<const std::set<ExecutionKey>*> sets;
    if (filter.status) {
        sets.push_back(&listed->of(*filter.status));
    } else {
        for (const auto& set : listed->sets) sets.push_back(&set);
    }
    auto keys = merge_down(sets, before == 0 ? std::numeric_limits<ExecutionKey>::max() : before,
                           limit + 1);
    page.more = keys.size() > limit;
    if (page.more) keys.pop_back();
    for (const ExecutionKey key : keys)
        page.executions.push_back(head_of(tables.executions.at(key).record));
    return page;
}

std::vector<JournalRow> MemoryStore::read_journal(ExecutionKey key, Sequence from,
                                                  std::size_t max_rows,
                                                  std::size_t max_bytes) const {
    const std::shared_lock lock(impl_->tables.mutex);
    const auto found = impl_->tables.executions.find(key);
    if (found == impl_->tables.executions.end()) return {};
    const std::vector<JournalRow>& journal = found->second.journal;
    const auto first = std::partition_point(
        journal.begin(), journal.end(),
        [from](const JournalRow& row) { return row.first_sequence + row.entry_count <= from; });
    return page_of(first, journal.end(), max_rows, max_bytes,
                   [](const JournalRow&) { return true; });
}

std::vector<JournalRow> MemoryStore::read_history(ExecutionKey key, EventId from, bool reverse,
                                                  std::size_t max_rows,
                                                  std::size_t max_bytes) const {
    const std::shared_lock lock(impl_->tables.mutex);
    const auto found = impl_->tables.executions.find(key);
    if (found == impl_->tables.executions.end()) return {};
    const std::vector<JournalRow>& journal = found->second.journal;
    const auto has_events = [](const JournalRow& row) { return row.event_count > 0; };
    if (reverse) {
        const auto end =
            std::partition_point(journal.begin(), journal.end(),
                                 [from](const JournalRow& row) { return row.first_event <= from; });
        return page_of(std::make_reverse_iterator(end), journal.rend(), max_rows, max_bytes,
                       has_events);
    }
    const auto first = std::partition_point(
        journal.begin(), journal.end(),
        [from](const JournalRow& row) { return row.first_event + row.event_count <= from; });
    return page_of(first, journal.end(), max_rows, max_bytes, has_events);
}

std::vector<Store::Wake> MemoryStore::wakes_after(std::optional<Wake> after,
                                                  std::size_t limit) const {
    const std::shared_lock lock(impl_->tables.mutex);
    const auto& wakes = impl_->tables.wakes;
    std::vector<Wake> page;
    for (auto at = after ? wakes.upper_bound({after->at, after->key}) : wakes.begin();
         at != wakes.end() && page.size() < limit; ++at) {
        page.push_back({at->first, at->second});
    }
    return page;
}

std::vector<ExecutionKey> MemoryStore::running_executions(const std::string& state_machine_arn,
                                                          ExecutionKey after,
                                                          std::size_t limit) const {
    const std::shared_lock lock(impl_->tables.mutex);
    const auto found = impl_->tables.machines.find(state_machine_arn);
    if (found == impl_->tables.machines.end()) return {};
    const std::set<ExecutionKey>& running = found->second.executions.of(ExecutionStatus::running);
    std::vector<ExecutionKey> page;
    for (auto at = running.upper_bound(after); at != running.end() && page.size() < limit; ++at)
        page.push_back(*at);
    return page;
}

// --- jobs to be stopped

std::vector<JobStop> MemoryStore::jobs_to_stop(JobStopKey after, std::size_t limit) const {
    const std::shared_lock lock(impl_->tables.mutex);
    const auto& stops = impl_->tables.job_stops;
    std::vector<JobStop> page;
    for (auto at = stops.upper_bound(after); at != stops.end() && page.size() < limit; ++at)
        page.push_back({at->first, at->second});
    return page;
}

// --- Map Runs

std::optional<MapRunRecord> MemoryStore::find_map_run(const std::string& arn) const {
    const std::shared_lock lock(impl_->tables.mutex);
    const auto found = impl_->tables.map_run_keys.find(arn);
    if (found == impl_->tables.map_run_keys.end()) return std::nullopt;
    return impl_->tables.map_runs.at(found->second).record;
}

std::optional<MapRunRecord> MemoryStore::find_map_run(MapRunKey key) const {
    const std::shared_lock lock(impl_->tables.mutex);
    const auto found = impl_->tables.map_runs.find(key);
    if (found == impl_->tables.map_runs.end()) return std::nullopt;
    return found->second.record;
}

std::optional<MapRunProgress> MemoryStore::map_run_progress(MapRunKey key) const {
    const std::shared_lock lock(impl_->tables.mutex);
    const auto found = impl_->tables.map_runs.find(key);
    if (found == impl_->tables.map_runs.end()) return std::nullopt;
    return found->second.record.progress;
}

bool MemoryStore::map_run_unwanted(MapRunKey key) const {
    const MemoryTables& tables = impl_->tables;
    const std::shared_lock lock(tables.mutex);
    while (key != 0) {
        const auto run = tables.map_runs.find(key);
        if (run == tables.map_runs.end() || run->second.record.progress.stopping) return true;
        const auto parent = tables.executions.find(run->second.record.execution);
        if (parent == tables.executions.end() ||
            parent->second.record.status != ExecutionStatus::running)
            return true;
        key = parent->second.record.map_run;
    }
    return false;
}

std::vector<MapRunRecord> MemoryStore::list_map_runs(ExecutionKey execution, MapRunKey before,
                                                     std::size_t limit) const {
    const MemoryTables& tables = impl_->tables;
    const std::shared_lock lock(tables.mutex);
    std::vector<MapRunRecord> page;
    const MapRunKey below = before == 0 ? std::numeric_limits<MapRunKey>::max() : before;
    auto at = tables.runs_of.lower_bound({execution, below});
    while (page.size() < limit && at != tables.runs_of.begin() && (--at)->first == execution) {
        MapRunRecord record = tables.map_runs.at(at->second).record;
        record.plan.clear();
        record.output.reset();
        record.error.reset();
        record.cause.reset();
        page.push_back(std::move(record));
    }
    return page;
}

std::vector<MapRunKey> MemoryStore::open_map_runs(MapRunKey after, std::size_t limit) const {
    const std::shared_lock lock(impl_->tables.mutex);
    std::vector<MapRunKey> page;
    const auto& runs = impl_->tables.map_runs;
    for (auto at = runs.upper_bound(after); at != runs.end() && page.size() < limit; ++at) {
        if (!at->second.record.progress.settled) page.push_back(at->first);
    }
    return page;
}

ExecutionPage MemoryStore::list_children(MapRunKey run, const ChildFilter& filter,
                                         ExecutionKey before, std::size_t limit) const {
    const MemoryTables& tables = impl_->tables;
    const std::shared_lock lock(tables.mutex);
    ExecutionPage page;
    const auto found = tables.map_runs.find(run);
    if (found == tables.map_runs.end() || limit == 0) return page;
    std::vector<const std::set<ExecutionKey>*> sets;
    if (filter.status) {
        sets.push_back(&found->second.children.of(*filter.status));
    } else {
        for (const auto& set : found->second.children.sets) sets.push_back(&set);
    }
    const ExecutionKey below = before == 0 ? std::numeric_limits<ExecutionKey>::max() : before;
    for (const ExecutionKey key : merge_down(sets, below, limit + 1)) {
        if (page.executions.size() == limit) {
            page.more = true;
            break;
        }
        page.executions.push_back(head_of(tables.executions.at(key).record));
    }
    return page;
}

std::vector<ExecutionRecord> MemoryStore::pending_redrives(MapRunKey run, ExecutionKey after,
                                                           std::size_t limit) const {
    const MemoryTables& tables = impl_->tables;
    const std::shared_lock lock(tables.mutex);
    std::vector<ExecutionRecord> page;
    const auto found = tables.map_runs.find(run);
    if (found == tables.map_runs.end()) return page;
    for (const ExecutionStatus one :
         {ExecutionStatus::failed, ExecutionStatus::timed_out, ExecutionStatus::aborted}) {
        const auto& children = found->second.children.of(one);
        std::size_t left = limit;
        for (auto at = children.upper_bound(after); at != children.end() && left > 0; ++at) {
            const ExecutionRecord& child = tables.executions.at(*at).record;
            if (child.run_redrive >= found->second.record.progress.redrive_count) continue;
            page.push_back(head_of(child));
            --left;
        }
    }
    std::sort(page.begin(), page.end(),
              [](const ExecutionRecord& a, const ExecutionRecord& b) { return a.key < b.key; });
    if (page.size() > limit) page.resize(limit);
    return page;
}

std::vector<ExecutionRecord> MemoryStore::read_children(
    MapRunKey run, const std::vector<ExecutionStatus>& statuses, ExecutionKey after,
    std::size_t limit, std::size_t max_bytes) const {
    const MemoryTables& tables = impl_->tables;
    const std::shared_lock lock(tables.mutex);
    std::vector<ExecutionRecord> page;
    const auto found = tables.map_runs.find(run);
    if (found == tables.map_runs.end()) return page;
    std::set<ExecutionKey> keys;
    for (const ExecutionStatus status : statuses) {
        const auto& of_status = found->second.children.of(status);
        auto at = of_status.upper_bound(after);
        for (std::size_t i = 0; i < limit && at != of_status.end(); ++i, ++at) keys.insert(*at);
    }
    std::size_t bytes = 0;
    for (auto key = keys.begin(); key != keys.end() && page.size() < limit && bytes <= max_bytes;
         ++key) {
        page.push_back(tables.executions.at(*key).record);
        bytes += page.back().input.size();
        if (page.back().output) bytes += page.back().output->size();
    }
    return page;
}

}  // namespace stepwell
