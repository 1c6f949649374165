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
    for (const MapRunRedrive& redriven : changes.redriven) {
        MapRun* const run = map_run(redriven.arn);
        if (run == nullptr) continue;
        if (run->record.progress.status == MapRunStatus::running) {
            run->redrive_wanted = redriven.date;
        } else {
            redrive(*run, redriven.date);
        }
    }
    for (const std::string& arn : changes.stopping) {
        MapRun* const run = map_run(arn);
        if (run == nullptr) continue;
        run->record.progress.stopping = true;
        run->redrive_wanted.reset();
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
        // One that begins in a redrive of its run has not waited for it.
        child.run_redrive = progress.redrive_count;
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

void MemoryTables::redrive(MapRun& run, TimePoint date) {
    const auto wait = [](MapRunTally& tally) {
        tally.pending_redrive = tally.unsuccessful();
        tally.failed = tally.timed_out = tally.aborted = 0;
        tally.not_redrivable = tally.results_written = 0;
    };
    MapRunProgress& progress = run.record.progress;
    wait(progress.executions);
    wait(progress.items);
    progress.status = MapRunStatus::running;
    progress.stopping = progress.settled = false;
    progress.stop_date.reset();
    ++progress.redrive_count;
    progress.redrive_date = date;
    run.redrive_wanted.reset();
    run.record.output.reset();
    run.record.error.reset();
    run.record.cause.reset();
}

/// With the end of a run: what waits to be redriven stays as it was.
void MemoryTables::nothing_waits(MapRun& run) {
    MapRunProgress& progress = run.record.progress;
    if (progress.executions.pending_redrive == 0) return;
    for (const ExecutionStatus one :
         {ExecutionStatus::failed, ExecutionStatus::timed_out, ExecutionStatus::aborted}) {
        for (const ExecutionKey key : run.children.of(one)) {
            const ExecutionRecord& child = executions.at(key).record;
            if (child.run_redrive >= progress.redrive_count) continue;
            add_to_tally(progress.executions, one, 1);
            add_to_tally(progress.items, one, child.item_count);
        }
    }
    progress.executions.pending_redrive = progress.items.pending_redrive = 0;
}

MemoryTables::MapRun* MemoryTables::awaits_redrive(const ExecutionRecord& child) {
    MapRun& run = map_runs.at(child.map_run);
    const MapRunProgress& progress = run.record.progress;
    const bool awaits = progress.status == MapRunStatus::running && !progress.stopping &&
                        child.status != ExecutionStatus::succeeded &&
                        child.run_redrive < progress.redrive_count;
    return awaits ? &run : nullptr;
}

void MemoryTables::child_redriven(ExecutionRecord& child) {
    MapRunProgress& progress = map_runs.at(child.map_run).record.progress;
    child.run_redrive = progress.redrive_count;
    --progress.executions.pending_redrive;
    progress.items.pending_redrive -= child.item_count;
    add_to_tally(progress.executions, child.status, 1);
    add_to_tally(progress.items, child.status, child.item_count);
}

Outcome MemoryTables::redrive_child(const RedriveChild& write) {
    const auto found = executions.find(write.child);
    if (found == executions.end()) return Outcome::not_found;
    ExecutionRecord& child = found->second.record;
    if (child.map_run != write.run || child.status == ExecutionStatus::running)
        return Outcome::conflict;
    MapRun* const run = awaits_redrive(child);
    if (run == nullptr) return Outcome::conflict;
    if (write.how == ChildRedrive::not_redrivable) {
        child_redriven(child);
        ++run->record.progress.executions.not_redrivable;
        run->record.progress.items.not_redrivable += child.item_count;
        return Outcome::committed;
    }
    unindex(child);
    child.status = ExecutionStatus::running;
    child.stop_date.reset();
    child.output.reset();
    child.error.reset();
    child.cause.reset();
    child.last_sequence = 0;
    child.last_event = 0;
    child.wake_at = TimePoint{};
    wakes.emplace(*child.wake_at, child.key);
    index(child);
    child_redriven(child);
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

Outcome MemoryTables::fail(FailMapRun& write) {
    const auto found = map_runs.find(write.key);
    if (found == map_runs.end()) return Outcome::not_found;
    MapRunRecord& record = found->second.record;
    if (record.progress.status != MapRunStatus::running || record.error) return Outcome::conflict;
    record.error = std::move(write.error);
    record.cause = std::move(write.cause);
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
    progress.items_known = end.items_known.value_or(progress.items_known);
    progress.settled = progress.stopping;
    record.output = std::move(end.output);
    record.error = std::move(end.error);
    record.cause = std::move(end.cause);
    nothing_waits(found->second);
    if (found->second.redrive_wanted) redrive(found->second, *found->second.redrive_wanted);
    execution_ended(record.state_machine_arn);
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
