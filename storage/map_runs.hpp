#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/store.hpp"
#include "storage/sqlite.hpp"

namespace stepwell::storage {

/// Of the columns of sql::kMapRunProgress and of those that begin so.
MapRunProgress map_run_progress(const sqlite::Rows& rows);
/// Of the columns of sql::kListMapRuns (head), or of sql::kFindMapRun (all).
MapRunRecord map_run_head_record(const sqlite::Rows& rows);
MapRunRecord map_run_record(const sqlite::Rows& rows);

/// Adds `executions` children with so many `items` to what a tally has of a status.
void add_to_tally(MapRunTally& tally, ExecutionStatus status, std::int64_t count);

/// The writer's half of the table of Map Runs. All calls are inside a write transaction.
///
/// What children change in the tallies is gathered, as many end together, and written by `flush`.
class MapRuns {
public:
    explicit MapRuns(sqlite::Connection& connection);

    /// Those that begin, stop and are settled with a Step of execution `parent`.
    void change(ExecutionKey parent, const MapRunChanges& changes);
    /// A child has gone from one status to another.
    void child_turned(MapRunKey run, ExecutionStatus from, ExecutionStatus to, std::int64_t items);

    /// What a start of children must know.
    struct Head {
        ExecutionKey parent = 0;
        std::int64_t started = 0;
        bool open = false;  ///< it runs and is not to stop
        std::int64_t redrive_count = 0;
    };
    /// Flushed before. nullopt where it is not there.
    std::optional<Head> head(MapRunKey run);
    /// After the children were inserted.
    void children_started(const ChildrenStart& start, std::int64_t items);

    /// Whether the child waits to be redriven, in a run that goes on; then the number of the
    /// redrive.
    std::optional<std::int64_t> awaits_redrive(MapRunKey run, ExecutionKey child);
    /// It waits no longer, and has this status now.
    void child_redriven(MapRunKey run, std::int64_t redrive, ExecutionKey child,
                        ExecutionStatus status, std::int64_t items);
    /// It waits no longer, and stays as it is.
    void child_not_redrivable(MapRunKey run, std::int64_t redrive, ExecutionKey child,
                              ExecutionStatus status, std::int64_t items);
    /// An Express child begins anew.
    void begin_child_anew(MapRunKey run, std::int64_t redrive, ExecutionKey child,
                          std::int64_t items);

    Outcome update(const std::string& arn, const MapRunLimits& limits);
    Outcome fail(MapRunKey run, const std::string& error, const std::string& cause);
    Outcome end(MapRunKey run, const MapRunEnd& end);
    Outcome settle(const std::string& arn);

    /// Before the commit, and before anything else reads rows that may have been changed.
    void flush();
    /// After a rollback or a reset.
    void forget_changes() { changes_.clear(); }

private:
    void nothing_waits(MapRunKey run);

    struct Change {
        MapRunTally executions;
        MapRunTally items;
    };
    sqlite::Connection& connection_;
    std::map<MapRunKey, Change> changes_;

    sqlite::Statement insert_;
    sqlite::Statement insert_plan_;
    sqlite::Statement stop_;
    sqlite::Statement settle_;
    sqlite::Statement head_;
    sqlite::Statement start_children_;
    sqlite::Statement tally_;
    sqlite::Statement status_by_arn_;
    sqlite::Statement limit_;
    sqlite::Statement end_;
    sqlite::Statement fail_;
    sqlite::Statement insert_result_;
    sqlite::Statement forget_result_;
    sqlite::Statement redrive_;
    sqlite::Statement want_redrive_;
    sqlite::Statement wanted_redrive_;
    sqlite::Statement has_pending_;
    sqlite::Statement pending_of_status_;
    sqlite::Statement see_to_child_;
    sqlite::Statement child_redrive_;
    sqlite::Statement begin_child_anew_;
};

/// The readers' half.
class MapRunReader {
public:
    explicit MapRunReader(sqlite::Connection& connection);

    std::optional<MapRunRecord> find(const std::string& arn);
    std::optional<MapRunRecord> find(MapRunKey key);
    std::optional<MapRunProgress> progress(MapRunKey key);
    bool unwanted(MapRunKey key);
    std::vector<MapRunRecord> list(ExecutionKey execution, MapRunKey before, std::size_t limit);
    std::vector<MapRunKey> open(MapRunKey after, std::size_t limit);
    ExecutionPage list_children(MapRunKey run, const ChildFilter& filter, ExecutionKey before,
                                std::size_t limit);
    std::vector<ExecutionRecord> read_children(MapRunKey run,
                                               const std::vector<ExecutionStatus>& statuses,
                                               ExecutionKey after, std::size_t limit,
                                               std::size_t max_bytes);
    std::vector<ExecutionRecord> pending_redrives(MapRunKey run, ExecutionKey after,
                                                  std::size_t limit);

private:
    sqlite::Statement find_by_arn_;
    sqlite::Statement find_by_key_;
    sqlite::Statement progress_;
    sqlite::Statement unwanted_;
    sqlite::Statement list_;
    sqlite::Statement open_;
    sqlite::Statement list_children_;
    sqlite::Statement list_children_of_status_;
    sqlite::Statement child_keys_;
    sqlite::Statement child_;
    sqlite::Statement pending_children_;
};

}  // namespace stepwell::storage
