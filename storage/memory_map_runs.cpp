#include <utility>

#include "storage/map_runs.hpp"
#include "storage/memory_tables.hpp"

/// Map Runs of MemoryTables.
namespace stepwell::storage {

void MemoryTables::index(const ExecutionRecord& execution) {
    if (execution.map_run != 0) {
        map_runs.at(execution.map_run).children.of(execution.status).insert(execution.key);
    } else {
        machines.at(execution.state_machine_arn).index(execution);
    }
}

void MemoryTables::unindex(const ExecutionRecord& execution) {
    if (execution.map_run != 0) {
        map_runs.at(execution.map_run).children.of(execution.status).erase(execution.key);
    } else {
        machines.at(execution.state_machine_arn).unindex(execution);
    }
}

MemoryTables::MapRun* MemoryTables::map_run(const std::string& arn) {
    const auto key = map_run_keys.find(arn);
    return key == map_run_keys.end() ? nullptr : &map_runs.at(key->second);
}

void MemoryTables::change_map_runs(ExecutionKey parent, const MapRunChanges& changes) {
    const Execution& execution = executions.at(parent);
    for (const MapRunRecord& begun : changes.begun) {
        MapRun run{begun, execution.revision, {}};
        run.record.execution = parent;
        run.record.execution_arn = execution.record.arn;
        run.record.state_machine_arn = execution.record.state_machine_arn;
        map_run_keys.emplace(begun.arn, begun.key);
        runs_of.emplace(parent, begun.key);
        map_runs.emplace(begun.key, std::move(run));
    }
    for (const std::string& arn : changes.stopping) {
        MapRun* const run = map_run(arn);
        if (run == nullptr) continue;
        run->record.progress.stopping = true;
        run->record.progress.settled = run->record.progress.status != MapRunStatus::running;
    }
    for (const std::string& arn : changes.settled) settle(arn);
}

void MemoryTables::child_turned(const ExecutionRecord& child, ExecutionStatus from) {
    MapRunProgress& progress = map_runs.at(child.map_run).record.progress;
    add_to_tally(progress.executions, from, -1);
    add_to_tally(progress.executions, child.status, 1);
    add_to_tally(progress.items, from, -child.item_count);
    add_to_tally(progress.items, child.status, child.item_count);
}

Outcome MemoryTables::start_children(StartChildren& write) {
    ChildrenStart& start = write.start;
    const auto found = map_runs.find(start.run);
    if (found == map_runs.end()) return Outcome::not_found;
    MapRun& run = found->second;
    MapRunProgress& progress = run.record.progress;
    if (progress.status != MapRunStatus::running || progress.stopping ||
        progress.executions.started() != start.after)
        return Outcome::conflict;
    if (active_machine(run.record.state_machine_arn) == nullptr) return Outcome::not_found;
    progress.cursor = start.cursor;
    progress.skip = start.skip;
    progress.read_to_end = start.read_to_end;
    progress.items_known = start.items_known;
    for (ExecutionRecord& child : start.children) {
        child.map_run = start.run;
        child.status = ExecutionStatus::running;
        child.wake_at = TimePoint{};
        child.role_arn = run.revision->role_arn;
        child.revision_id = run.revision->revision_id;
        ++progress.executions.running;
        progress.items.running += child.item_count;
        saw(child.start_date);
        index(child);
        keys.emplace(child.arn, child.key);
        wakes.emplace(*child.wake_at, child.key);
        const ExecutionKey key = child.key;
        executions.emplace(key, Execution{std::move(child), run.revision, {}});
    }
    return Outcome::committed;
}

Outcome MemoryTables::update(const UpdateMapRun& write) {
    MapRun* const run = map_run(write.arn);
    if (run == nullptr) return Outcome::not_found;
    MapRunProgress& progress = run->record.progress;
    if (progress.status != MapRunStatus::running) return Outcome::conflict;
    const MapRunLimits& limits = write.limits;
    if (limits.max_concurrency) progress.max_concurrency = *limits.max_concurrency;
    if (limits.tolerated_failure_count)
        progress.tolerated_failure_count = *limits.tolerated_failure_count;
    if (limits.tolerated_failure_percentage)
        progress.tolerated_failure_percentage = *limits.tolerated_failure_percentage;
    return Outcome::committed;
}

Outcome MemoryTables::end(EndMapRun& write) {
    const auto found = map_runs.find(write.key);
    if (found == map_runs.end()) return Outcome::not_found;
    MapRunRecord& record = found->second.record;
    MapRunProgress& progress = record.progress;
    if (progress.status != MapRunStatus::running || progress.executions.running != 0)
        return Outcome::conflict;
    MapRunEnd& end = write.end;
    saw(end.stop_date);
    progress.status = end.status;
    progress.stop_date = end.stop_date;
    progress.executions.results_written = end.results_written;
    progress.items.results_written = end.item_results_written;
    progress.settled = progress.stopping;
    record.output = std::move(end.output);
    record.error = std::move(end.error);
    record.cause = std::move(end.cause);
    return Outcome::committed;
}

Outcome MemoryTables::settle(const std::string& arn) {
    MapRun* const run = map_run(arn);
    if (run != nullptr && run->record.progress.status != MapRunStatus::running)
        run->record.progress.settled = true;
    return Outcome::committed;
}

void MemoryTables::erase_map_runs(ExecutionKey parent) {
    for (auto at = runs_of.lower_bound({parent, 0}); at != runs_of.end() && at->first == parent;) {
        const auto run = map_runs.find(at->second);
        for (std::set<ExecutionKey>& children : run->second.children.sets) {
            while (!children.empty()) erase_execution(executions.find(*children.begin()));
        }
        map_run_keys.erase(run->second.record.arn);
        map_runs.erase(run);
        at = runs_of.erase(at);
    }
}

}  // namespace stepwell::storage
