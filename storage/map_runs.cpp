#include "storage/map_runs.hpp"

#include <algorithm>
#include <limits>

#include "storage/records.hpp"
#include "storage/statements.hpp"

namespace stepwell::storage {
namespace {

// Positions of columns, as storage/statements.hpp selects them.
enum Column {
    status,
    stopping,
    settled,
    stop_date,
    max_concurrency,
    tolerated_count,
    tolerated_percentage,
    cursor,
    skip,
    read_to_end,
    items_known,
    executions,              // six numbers
    items = executions + 6,  // six numbers
    redrive_count = items + 6,
    redrive_date,
    pending_redrive,
    items_pending_redrive,
    not_redrivable,
    items_not_redrivable,
    key,
    arn,
    execution,
    execution_arn,
    execution_name,
    machine_arn,
    label,
    type,
    start_date,
    plan,
    output,
    error,
    cause
};

MapRunTally tally(const sqlite::Rows& rows, int first) {
    return {.running = rows.integer(first),
            .succeeded = rows.integer(first + 1),
            .failed = rows.integer(first + 2),
            .timed_out = rows.integer(first + 3),
            .aborted = rows.integer(first + 4),
            .results_written = rows.integer(first + 5)};
}

std::int64_t rows_of(std::size_t limit) {
    return static_cast<std::int64_t>(
        std::min<std::size_t>(limit, std::numeric_limits<std::int32_t>::max()));
}

std::int64_t below(std::int64_t before) {
    return before == 0 ? std::numeric_limits<std::int64_t>::max() : before;
}

}  // namespace

MapRunProgress map_run_progress(const sqlite::Rows& rows) {
    MapRunProgress out;
    out.status =
        enumerator(rows.integer(Column::status), MapRunStatus::aborted, "status of a Map Run");
    out.stopping = rows.integer(Column::stopping) != 0;
    out.settled = rows.integer(Column::settled) != 0;
    out.stop_date = rows.maybe_time(Column::stop_date);
    out.max_concurrency = rows.integer(Column::max_concurrency);
    out.tolerated_failure_count = rows.integer(Column::tolerated_count);
    out.tolerated_failure_percentage = rows.real(Column::tolerated_percentage);
    out.cursor = rows.text(Column::cursor);
    out.skip = rows.integer(Column::skip);
    out.read_to_end = rows.integer(Column::read_to_end) != 0;
    out.items_known = rows.integer(Column::items_known);
    out.executions = tally(rows, Column::executions);
    out.items = tally(rows, Column::items);
    out.redrive_count = rows.integer(Column::redrive_count);
    out.redrive_date = rows.maybe_time(Column::redrive_date);
    out.executions.pending_redrive = rows.integer(Column::pending_redrive);
    out.items.pending_redrive = rows.integer(Column::items_pending_redrive);
    out.executions.not_redrivable = rows.integer(Column::not_redrivable);
    out.items.not_redrivable = rows.integer(Column::items_not_redrivable);
    return out;
}

MapRunRecord map_run_head_record(const sqlite::Rows& rows) {
    MapRunRecord record;
    record.progress = map_run_progress(rows);
    record.key = rows.integer(Column::key);
    record.arn = rows.text(Column::arn);
    record.execution = rows.integer(Column::execution);
    record.state_machine_arn = rows.text(Column::machine_arn);
    record.execution_arn =
        rows.is_null(Column::execution_arn)
            ? standard_arn(record.state_machine_arn, rows.text(Column::execution_name))
            : rows.text(Column::execution_arn);
    record.label = rows.text(Column::label);
    record.type = enumerator(rows.integer(Column::type), WorkflowType::express,
                             "type of a Map Run's children");
    record.start_date = rows.time(Column::start_date);
    return record;
}

MapRunRecord map_run_record(const sqlite::Rows& rows) {
    MapRunRecord record = map_run_head_record(rows);
    record.plan = rows.text(Column::plan);
    record.output = rows.maybe_text(Column::output);
    record.error = rows.maybe_text(Column::error);
    record.cause = rows.maybe_text(Column::cause);
    return record;
}

void add_to_tally(MapRunTally& tally, ExecutionStatus status, std::int64_t count) {
    switch (status) {
        case ExecutionStatus::running:
            tally.running += count;
            return;
        case ExecutionStatus::succeeded:
            tally.succeeded += count;
            return;
        case ExecutionStatus::failed:
            tally.failed += count;
            return;
        case ExecutionStatus::timed_out:
            tally.timed_out += count;
            return;
        case ExecutionStatus::aborted:
            tally.aborted += count;
            return;
    }
}

MapRuns::MapRuns(sqlite::Connection& c)
    : connection_(c),
      insert_(c, sql::kInsertMapRun),
      insert_plan_(c, sql::kInsertMapRunPlan),
      stop_(c, sql::kStopMapRun),
      settle_(c, sql::kSettleMapRun),
      head_(c, sql::kMapRunHead),
      start_children_(c, sql::kStartChildren),
      tally_(c, sql::kTallyMapRun),
      status_by_arn_(c, sql::kMapRunStatusByArn),
      limit_(c, sql::kLimitMapRun),
      end_(c, sql::kEndMapRun),
      fail_(c, sql::kFailMapRun),
      insert_result_(c, sql::kInsertMapRunResult),
      forget_result_(c, sql::kForgetMapRunResult),
      redrive_(c, sql::kRedriveMapRun),
      want_redrive_(c, sql::kWantRedrive),
      wanted_redrive_(c, sql::kWantedRedrive),
      has_pending_(c, sql::kHasPending),
      pending_of_status_(c, sql::kPendingOfStatus),
      see_to_child_(c, sql::kSeeToChild),
      child_redrive_(c, sql::kChildRedrive),
      begin_child_anew_(c, sql::kBeginChildAnew) {}

void MapRuns::change(ExecutionKey parent, const MapRunChanges& changes) {
    for (const MapRunRecord& run : changes.begun) {
        const MapRunProgress& p = run.progress;
        insert_.execute(run.key, run.arn, parent, run.label, static_cast<int>(run.type),
                        run.start_date, p.max_concurrency, p.tolerated_failure_count,
                        p.tolerated_failure_percentage, p.read_to_end ? 1 : 0, p.items_known);
        insert_plan_.execute(run.key, run.plan);
    }
    if (!changes.redriven.empty()) flush();
    for (const MapRunRedrive& run : changes.redriven) {
        redrive_.execute(run.arn, run.date);
        if (connection_.changes() == 0) {
            want_redrive_.execute(run.arn, run.date);
        } else {
            forget_result_.execute(run.arn);
        }
    }
    for (const std::string& run : changes.stopping) stop_.execute(run);
    for (const std::string& run : changes.settled) settle_.execute(run);
}

void MapRuns::child_turned(MapRunKey run, ExecutionStatus from, ExecutionStatus to,
                           std::int64_t item_count) {
    Change& change = changes_[run];
    add_to_tally(change.executions, from, -1);
    add_to_tally(change.executions, to, 1);
    add_to_tally(change.items, from, -item_count);
    add_to_tally(change.items, to, item_count);
}

std::optional<MapRuns::Head> MapRuns::head(MapRunKey run) {
    flush();
    sqlite::Rows rows = head_.query(run);
    if (!rows.next()) return std::nullopt;
    Head head;
    head.parent = rows.integer(0);
    head.started = rows.integer(1);
    head.open = rows.integer(2) != 0;
    head.redrive_count = rows.integer(3);
    return head;
}

void MapRuns::children_started(const ChildrenStart& start, std::int64_t item_count) {
    start_children_.execute(start.run, start.cursor, start.skip, start.read_to_end ? 1 : 0,
                            start.items_known, start.children.size(), item_count);
}

std::optional<std::int64_t> MapRuns::awaits_redrive(MapRunKey run, ExecutionKey child) {
    const auto its = head(run);
    if (!its || !its->open) return std::nullopt;
    sqlite::Rows rows = child_redrive_.query(child);
    if (!rows.next() || rows.integer(0) >= its->redrive_count) return std::nullopt;
    return its->redrive_count;
}

void MapRuns::child_redriven(MapRunKey run, std::int64_t redrive, ExecutionKey child,
                             ExecutionStatus to, std::int64_t item_count) {
    see_to_child_.execute(child, redrive);
    Change& change = changes_[run];
    --change.executions.pending_redrive;
    change.items.pending_redrive -= item_count;
    add_to_tally(change.executions, to, 1);
    add_to_tally(change.items, to, item_count);
}

void MapRuns::child_not_redrivable(MapRunKey run, std::int64_t redrive, ExecutionKey child,
                                   ExecutionStatus is, std::int64_t item_count) {
    child_redriven(run, redrive, child, is, item_count);
    Change& change = changes_[run];
    ++change.executions.not_redrivable;
    change.items.not_redrivable += item_count;
}

void MapRuns::begin_child_anew(MapRunKey run, std::int64_t redrive, ExecutionKey child,
                               std::int64_t item_count) {
    begin_child_anew_.execute(child, redrive);
    child_redriven(run, redrive, child, ExecutionStatus::running, item_count);
}

/// What waits to be redriven stays as it was.
void MapRuns::nothing_waits(MapRunKey run) {
    if (!has_pending_.query(run).next()) return;
    Change& change = changes_[run];
    for (const ExecutionStatus one :
         {ExecutionStatus::failed, ExecutionStatus::timed_out, ExecutionStatus::aborted}) {
        sqlite::Rows rows = pending_of_status_.query(run, static_cast<int>(one));
        if (!rows.next()) continue;
        add_to_tally(change.executions, one, rows.integer(0));
        add_to_tally(change.items, one, rows.integer(1));
        change.executions.pending_redrive -= rows.integer(0);
        change.items.pending_redrive -= rows.integer(1);
    }
    flush();
}

Outcome MapRuns::update(const std::string& run, const MapRunLimits& limits) {
    {
        sqlite::Rows rows = status_by_arn_.query(run);
        if (!rows.next()) return Outcome::not_found;
        if (rows.integer(0) != static_cast<int>(MapRunStatus::running)) return Outcome::conflict;
    }
    limit_.execute(run, limits.max_concurrency, limits.tolerated_failure_count,
                   limits.tolerated_failure_percentage);
    return Outcome::committed;
}

Outcome MapRuns::fail(MapRunKey run, const std::string& error, const std::string& cause) {
    fail_.execute(run, error, cause);
    if (connection_.changes() > 0) return Outcome::committed;
    return head(run) ? Outcome::conflict : Outcome::not_found;
}

Outcome MapRuns::end(MapRunKey run, const MapRunEnd& end) {
    flush();
    end_.execute(run, static_cast<int>(end.status), end.stop_date, end.results_written,
                 end.item_results_written, end.items_known);
    if (connection_.changes() == 0)
        return head_.query(run).next() ? Outcome::conflict : Outcome::not_found;
    insert_result_.execute(run, end.output, end.error, end.cause);
    nothing_waits(run);
    std::string arn;
    TimePoint date;
    {
        sqlite::Rows rows = wanted_redrive_.query(run);
        if (!rows.next()) return Outcome::committed;
        arn = rows.text(0);
        date = rows.time(1);
    }
    redrive_.execute(arn, date);
    forget_result_.execute(arn);
    return Outcome::committed;
}

Outcome MapRuns::settle(const std::string& run) {
    settle_.execute(run);
    return Outcome::committed;
}

void MapRuns::flush() {
    for (const auto& [run, change] : changes_) {
        const MapRunTally& e = change.executions;
        const MapRunTally& i = change.items;
        tally_.execute(run, e.running, e.succeeded, e.failed, e.timed_out, e.aborted, i.running,
                       i.succeeded, i.failed, i.timed_out, i.aborted, e.pending_redrive,
                       i.pending_redrive, e.not_redrivable, i.not_redrivable);
    }
    changes_.clear();
}

// --- reading

MapRunReader::MapRunReader(sqlite::Connection& c)
    : find_by_arn_(c, sql::kFindMapRunByArn),
      find_by_key_(c, sql::kFindMapRun),
      progress_(c, sql::kMapRunProgress),
      unwanted_(c, sql::kMapRunUnwanted),
      list_(c, sql::kListMapRuns),
      open_(c, sql::kOpenMapRuns),
      list_children_(c, sql::kListChildren),
      list_children_of_status_(c, sql::kListChildrenOfStatus),
      child_keys_(c, sql::kChildKeys),
      child_(c, sql::kFindExecutionByKey),
      pending_children_(c, sql::kPendingChildren) {}

std::optional<MapRunRecord> MapRunReader::find(const std::string& run) {
    sqlite::Rows rows = find_by_arn_.query(run);
    if (!rows.next()) return std::nullopt;
    return map_run_record(rows);
}

std::optional<MapRunRecord> MapRunReader::find(MapRunKey run) {
    sqlite::Rows rows = find_by_key_.query(run);
    if (!rows.next()) return std::nullopt;
    return map_run_record(rows);
}

std::optional<MapRunProgress> MapRunReader::progress(MapRunKey run) {
    sqlite::Rows rows = progress_.query(run);
    if (!rows.next()) return std::nullopt;
    return map_run_progress(rows);
}

bool MapRunReader::unwanted(MapRunKey run) {
    sqlite::Rows rows = unwanted_.query(run);
    return !rows.next() || rows.is_null(0) || rows.integer(0) != 0;
}

std::vector<MapRunRecord> MapRunReader::list(ExecutionKey parent, MapRunKey before,
                                             std::size_t limit) {
    std::vector<MapRunRecord> page;
    sqlite::Rows rows = list_.query(parent, below(before), rows_of(limit));
    while (rows.next()) page.push_back(map_run_head_record(rows));
    return page;
}

std::vector<MapRunKey> MapRunReader::open(MapRunKey after, std::size_t limit) {
    std::vector<MapRunKey> page;
    sqlite::Rows rows = open_.query(after, rows_of(limit));
    while (rows.next()) page.push_back(rows.integer(0));
    return page;
}

ExecutionPage MapRunReader::list_children(MapRunKey run, const ChildFilter& filter,
                                          ExecutionKey before, std::size_t limit) {
    ExecutionPage page;
    if (limit == 0) return page;
    const std::int64_t most = rows_of(limit) + 1;
    sqlite::Rows rows = filter.status
                            ? list_children_of_status_.query(run, below(before), most,
                                                             static_cast<int>(*filter.status))
                            : list_children_.query(run, below(before), most);
    while (rows.next()) {
        if (page.executions.size() == limit) {
            page.more = true;
            break;
        }
        page.executions.push_back(execution_head_record(rows));
    }
    return page;
}

std::vector<ExecutionRecord> MapRunReader::read_children(
    MapRunKey run, const std::vector<ExecutionStatus>& statuses, ExecutionKey after,
    std::size_t limit, std::size_t max_bytes) {
    std::vector<ExecutionKey> keys;
    for (const ExecutionStatus one : statuses) {
        sqlite::Rows rows = child_keys_.query(run, static_cast<int>(one), after, rows_of(limit));
        while (rows.next()) keys.push_back(rows.integer(0));
    }
    std::sort(keys.begin(), keys.end());
    if (keys.size() > limit) keys.resize(limit);
    std::vector<ExecutionRecord> page;
    std::size_t bytes = 0;
    for (const ExecutionKey child : keys) {
        sqlite::Rows rows = child_.query(child);
        if (!rows.next()) continue;
        page.push_back(execution_record(rows));
        bytes += page.back().input.size();
        if (page.back().output) bytes += page.back().output->size();
        if (bytes > max_bytes) break;
    }
    return page;
}

std::vector<ExecutionRecord> MapRunReader::pending_redrives(MapRunKey run, ExecutionKey after,
                                                            std::size_t limit) {
    std::vector<ExecutionRecord> page;
    for (const ExecutionStatus one :
         {ExecutionStatus::failed, ExecutionStatus::timed_out, ExecutionStatus::aborted}) {
        sqlite::Rows rows =
            pending_children_.query(run, static_cast<int>(one), after, rows_of(limit));
        while (rows.next()) page.push_back(execution_head_record(rows));
    }
    std::sort(page.begin(), page.end(),
              [](const ExecutionRecord& a, const ExecutionRecord& b) { return a.key < b.key; });
    if (page.size() > limit) page.resize(limit);
    return page;
}

}  // namespace stepwell::storage
