#pragma once

/// Every statement that runs while the server does, in one place: tests ask SQLite how it would run
/// each, so that none ever walks through a whole table. Columns are read by position: see
/// records.cpp.
namespace stepwell::storage::sql {

// --- state machines

inline constexpr char kFindMachine[] = R"(
SELECT m.arn, m.account, m.region, m.partition, m.name, m.type, m.status, m.creation_date,
       r.revision_id, r.update_date, r.role_arn, r.description,
       r.logging_configuration, r.tracing_configuration, r.encryption_configuration, r.definition
FROM state_machines m JOIN revisions r ON r.id = m.revision WHERE m.arn = ?1)";

inline constexpr char kListMachines[] = R"(
SELECT m.arn, m.account, m.region, m.partition, m.name, m.type, m.status, m.creation_date,
       r.revision_id, r.update_date
FROM state_machines m JOIN revisions r ON r.id = m.revision
WHERE m.account = ?1 AND m.region = ?2 AND m.partition = ?3 AND m.name > ?4 ORDER BY m.name LIMIT ?5)";

inline constexpr char kCountMachines[] =
    "SELECT count(*) FROM state_machines WHERE account = ?1 AND region = ?2 AND partition = ?3";

/// What a write must know of a machine.
inline constexpr char kMachineHead[] = R"(
SELECT m.id, m.type, m.status, m.revision, r.revision_id
FROM state_machines m JOIN revisions r ON r.id = m.revision WHERE m.arn = ?1)";

/// A version, with the columns of a machine and its number.
inline constexpr char kFindVersion[] = R"(
SELECT m.arn, m.account, m.region, m.partition, m.name, m.type, m.status, v.creation_date,
       r.revision_id, r.update_date, r.role_arn, v.description,
       r.logging_configuration, r.tracing_configuration, r.encryption_configuration, r.definition,
       v.number
FROM state_machines m JOIN versions v ON v.state_machine = m.id JOIN revisions r ON r.id = v.revision
WHERE m.arn = ?1 AND v.number = ?2)";
inline constexpr char kListVersions[] =
    "SELECT number, creation_date FROM versions WHERE state_machine = ?1 AND number < ?2 "
    "ORDER BY number DESC LIMIT ?3";
/// At most one: what has a version is not published again.
inline constexpr char kVersionOfRevision[] =
    "SELECT number, creation_date FROM versions WHERE revision = ?1 LIMIT 1";
inline constexpr char kRevisionOfVersion[] =
    "SELECT revision FROM versions WHERE state_machine = ?1 AND number = ?2";
inline constexpr char kCountVersions[] = "SELECT count(*) FROM versions WHERE state_machine = ?1";
inline constexpr char kTakeVersionNumber[] =
    "UPDATE state_machines SET last_version = last_version + 1 WHERE id = ?1 RETURNING "
    "last_version";
inline constexpr char kInsertVersion[] =
    "INSERT INTO versions(state_machine, number, revision, creation_date, description) "
    "VALUES(?1, ?2, ?3, ?4, ?5)";
inline constexpr char kDeleteVersion[] =
    "DELETE FROM versions WHERE state_machine = ?1 AND number = ?2";
inline constexpr char kDeleteVersionsOf[] = "DELETE FROM versions WHERE state_machine = ?1";

inline constexpr char kFindAlias[] = R"(
SELECT a.name, a.description, a.creation_date, a.update_date, a.version, a.weight, a.other_version,
       a.other_weight
FROM state_machines m JOIN aliases a ON a.state_machine = m.id WHERE m.arn = ?1 AND a.name = ?2)";
/// Those of one version, where ?2 is not 0: among a hundred at most.
inline constexpr char kListAliases[] = R"(
SELECT a.name, a.description, a.creation_date, a.update_date, a.version, a.weight, a.other_version,
       a.other_weight
FROM aliases a WHERE a.state_machine = ?1 AND (?2 = 0 OR a.version = ?2 OR a.other_version = ?2)
      AND a.name > ?3 ORDER BY a.name LIMIT ?4)";
inline constexpr char kCountAliases[] = "SELECT count(*) FROM aliases WHERE state_machine = ?1";
inline constexpr char kAliasExists[] =
    "SELECT 1 FROM aliases WHERE state_machine = ?1 AND name = ?2";
inline constexpr char kVersionInUse[] =
    "SELECT 1 FROM aliases WHERE state_machine = ?1 AND (version = ?2 OR other_version = ?2) LIMIT "
    "1";
inline constexpr char kInsertAlias[] = R"(
INSERT INTO aliases(state_machine, name, description, creation_date, update_date, version, weight,
                    other_version, other_weight)
VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9))";
inline constexpr char kDescribeAlias[] =
    "UPDATE aliases SET description = ?3, update_date = ?4 WHERE state_machine = ?1 AND name = ?2";
inline constexpr char kRouteAlias[] = R"(
UPDATE aliases SET version = ?3, weight = ?4, other_version = ?5, other_weight = ?6, update_date = ?7
WHERE state_machine = ?1 AND name = ?2)";
inline constexpr char kDeleteAlias[] = "DELETE FROM aliases WHERE state_machine = ?1 AND name = ?2";
inline constexpr char kDeleteAliasesOf[] = "DELETE FROM aliases WHERE state_machine = ?1";

inline constexpr char kInsertMachine[] = R"(
INSERT INTO state_machines(arn, account, region, partition, name, type, status, creation_date, revision)
VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) RETURNING id)";
inline constexpr char kSetMachineRevision[] =
    "UPDATE state_machines SET revision = ?2 WHERE id = ?1";
inline constexpr char kSetMachineDeleting[] = "UPDATE state_machines SET status = 1 WHERE id = ?1";
inline constexpr char kDeletingMachines[] = "SELECT id FROM state_machines WHERE status = 1";
inline constexpr char kMachineArn[] = "SELECT arn FROM state_machines WHERE id = ?1";
inline constexpr char kDeleteMachine[] = "DELETE FROM state_machines WHERE id = ?1";

inline constexpr char kInsertRevision[] = R"(
INSERT INTO revisions(state_machine, revision_id, update_date, role_arn, description, logging_configuration,
                      tracing_configuration, encryption_configuration, definition)
VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) RETURNING id)";
/// Whether a machine stands at it, or a version is made of it.
inline constexpr char kIsRevisionHeld[] =
    "SELECT m.revision = r.id OR EXISTS(SELECT 1 FROM versions v WHERE v.revision = r.id) "
    "FROM revisions r JOIN state_machines m ON m.id = r.state_machine WHERE r.id = ?1";
inline constexpr char kDeleteRevision[] = "DELETE FROM revisions WHERE id = ?1";
inline constexpr char kOneRevisionOf[] =
    "SELECT id FROM revisions WHERE state_machine = ?1 LIMIT 1";
inline constexpr char kRevisionUses[] = "SELECT executions FROM revision_uses WHERE revision = ?1";
inline constexpr char kSetRevisionUses[] =
    "INSERT OR REPLACE INTO revision_uses(revision, executions) VALUES(?1, ?2)";
inline constexpr char kDeleteRevisionUses[] = "DELETE FROM revision_uses WHERE revision = ?1";

inline constexpr char kTagsOf[] = "SELECT key, value FROM tags WHERE arn = ?1 ORDER BY position";
/// What can have tags.
inline constexpr char kTaggable[] =
    "SELECT 1 FROM state_machines WHERE arn = ?1 AND status = 0 "
    "UNION ALL SELECT 1 FROM activities WHERE arn = ?1";
/// A key that is there keeps its place.
inline constexpr char kSetTag[] =
    "INSERT INTO tags(arn, key, position, value) VALUES(?1, ?2, ?3, ?4) "
    "ON CONFLICT(arn, key) DO UPDATE SET value = excluded.value";
inline constexpr char kTagKeys[] = "SELECT key, position FROM tags WHERE arn = ?1";
inline constexpr char kDeleteTag[] = "DELETE FROM tags WHERE arn = ?1 AND key = ?2";
inline constexpr char kDeleteTags[] = "DELETE FROM tags WHERE arn = ?1";

// --- activities

inline constexpr char kFindActivity[] = R"(
SELECT arn, account, region, partition, name, creation_date, encryption_configuration
FROM activities WHERE arn = ?1)";
inline constexpr char kListActivities[] = R"(
SELECT arn, account, region, partition, name, creation_date, encryption_configuration FROM activities
WHERE account = ?1 AND region = ?2 AND partition = ?3 AND name > ?4 ORDER BY name LIMIT ?5)";
inline constexpr char kInsertActivity[] = R"(
INSERT OR IGNORE INTO activities(arn, account, region, partition, name, creation_date,
                                 encryption_configuration)
VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7))";
inline constexpr char kCountActivities[] =
    "SELECT count(*) FROM activities WHERE account = ?1 AND region = ?2 AND partition = ?3";
inline constexpr char kDeleteActivity[] = "DELETE FROM activities WHERE arn = ?1";
/// At the start: what has_activity() answers from.
inline constexpr char kAllActivities[] = "SELECT arn FROM activities";

// --- documents

inline constexpr char kPutDocument[] =
    "INSERT OR REPLACE INTO documents(collection, key, body) VALUES(?1, ?2, ?3)";
inline constexpr char kDeleteDocument[] =
    "DELETE FROM documents WHERE collection = ?1 AND key = ?2";
inline constexpr char kDocuments[] =
    "SELECT collection, key, body FROM documents WHERE collection = ?1 ORDER BY key";

// --- executions

#define STEPWELL_EXECUTION_COLUMNS                                                               \
    "SELECT e.key, e.arn, e.name, m.arn, r.revision_id, e.type, e.status, e.start_date, "        \
    "e.stop_date, "                                                                              \
    "r.role_arn, e.trace_header, e.wake_at, e.last_sequence, e.last_event, e.version, e.alias, " \
    "e.redrive_count, e.redrive_date, e.map_run, e.item_count, "                                 \
    "e.run_redrive, e.test_case"
#define STEPWELL_WHOLE_EXECUTION(source)                                                         \
    STEPWELL_EXECUTION_COLUMNS                                                                   \
    ", coalesce(e.input, i.input), coalesce(e.output, o.output), coalesce(e.error, o.error), "   \
    "coalesce(e.cause, o.cause) FROM " source                                                    \
    " JOIN state_machines m ON m.id = e.state_machine "                                          \
    "JOIN revisions r ON r.id = e.revision LEFT JOIN execution_inputs i ON i.execution = e.key " \
    "LEFT JOIN execution_results o ON o.execution = e.key "

/// The same columns for lists, which leave empty what they do not show: to reach it, each row would
/// be read to its end and a revision be looked up.
#define STEPWELL_LISTED_COLUMNS                                                               \
    "SELECT e.key, e.arn, e.name, m.arn, NULL, e.type, e.status, e.start_date, e.stop_date, " \
    "NULL, NULL, NULL, NULL, NULL, e.version, e.alias, e.redrive_count, e.redrive_date, "     \
    "e.map_run, e.item_count, e.run_redrive, NULL"

/// Nearly always one; its ARN tells.
inline constexpr char kFindKeysByArn[] = "SELECT key FROM execution_arns WHERE arn_hash = ?1";
/// A few may be there already: INSERT looks.
inline constexpr char kInsertArn[] =
    "INSERT OR IGNORE INTO execution_arns(arn_hash, key) VALUES(?1, ?2)";
inline constexpr char kDeleteArn[] = "DELETE FROM execution_arns WHERE arn_hash = ?1 AND key = ?2";
inline constexpr char kArnsAfter[] = "SELECT key, arn_hash FROM executions WHERE key > ?1";
inline constexpr char kFindExecutionByKey[] =
    STEPWELL_WHOLE_EXECUTION("executions e") "WHERE e.key = ?1";
/// By the hash of its ARN, so nearly always one.
inline constexpr char kFindExecutionsByArn[] = STEPWELL_WHOLE_EXECUTION(
    "execution_arns a CROSS JOIN executions e ON e.key = a.key") "WHERE a.arn_hash = ?1";

/// One walk per status: so an index by machine alone is not needed. SQLite merges them as they go,
/// and goes as far as the limit: none has an order or a limit of its own.
#define STEPWELL_WALK(index, condition, status)                                           \
    "SELECT key FROM executions INDEXED BY " index " WHERE state_machine = ?1 " condition \
    " AND status = " status " AND key < ?2"
#define STEPWELL_LIST(index, condition) \
    STEPWELL_LISTED_COLUMNS             \
    " FROM (" STEPWELL_WALK(index, condition, "0") " UNION ALL " STEPWELL_WALK(             \
        index, condition, "1") " UNION ALL " STEPWELL_WALK(index, condition,                \
                                                           "2") " UNION ALL " STEPWELL_WALK( \
        index, condition, "3") " UNION ALL " STEPWELL_WALK(index, condition,                \
                                                           "4") " ORDER BY 1 DESC LIMIT ?3) k " \
    "CROSS JOIN executions e ON e.key = k.key JOIN state_machines m ON m.id = e.state_machine " \
    "ORDER BY k.key DESC"
#define STEPWELL_LIST_OF_STATUS(index, condition)       \
    STEPWELL_LISTED_COLUMNS                             \
    " FROM executions e INDEXED BY " index              \
    " JOIN state_machines m ON m.id = e.state_machine " \
    "WHERE e.state_machine = ?1 " condition             \
    " AND e.status = ?4 AND e.key < ?2 ORDER BY e.key DESC LIMIT ?3"

inline constexpr char kListExecutions[] =
    STEPWELL_LIST("executions_by_status", "AND map_run IS NULL");
inline constexpr char kListExecutionsOfStatus[] =
    STEPWELL_LIST_OF_STATUS("executions_by_status", "AND e.map_run IS NULL");
// The version or the alias is ?5.
inline constexpr char kListExecutionsOfVersion[] =
    STEPWELL_LIST("executions_by_version", "AND version = ?5");
inline constexpr char kListExecutionsOfVersionAndStatus[] =
    STEPWELL_LIST_OF_STATUS("executions_by_version", "AND e.version = ?5");
inline constexpr char kListExecutionsByAlias[] =
    STEPWELL_LIST("executions_by_alias", "AND alias = ?5");
inline constexpr char kListExecutionsByAliasAndStatus[] =
    STEPWELL_LIST_OF_STATUS("executions_by_alias", "AND e.alias = ?5");

#define STEPWELL_CHILDREN(status)                             \
    "SELECT key FROM executions INDEXED BY executions_by_run" \
    " WHERE map_run = ?1 AND status = " status " AND key < ?2"
inline constexpr char kListChildren[] = STEPWELL_LISTED_COLUMNS
    " FROM (" STEPWELL_CHILDREN("0") " UNION ALL " STEPWELL_CHILDREN(
        "1") " UNION ALL " STEPWELL_CHILDREN("2") " UNION ALL " STEPWELL_CHILDREN("3") " UNION ALL " STEPWELL_CHILDREN("4") " ORDER BY 1 DESC LIMIT ?3) k "
    "CROSS JOIN executions e ON e.key = k.key JOIN state_machines m ON m.id = e.state_machine "
    "ORDER BY k.key DESC";
inline constexpr char kListChildrenOfStatus[] = STEPWELL_LISTED_COLUMNS
    " FROM executions e INDEXED BY executions_by_run JOIN state_machines m ON m.id = "
    "e.state_machine WHERE e.map_run = ?1 AND e.status = ?4 "
    "AND e.key < ?2 ORDER BY e.key DESC LIMIT ?3";
/// Of one status, upwards.
inline constexpr char kChildKeys[] =
    "SELECT key FROM executions INDEXED BY executions_by_run WHERE map_run = ?1 AND status = ?2 "
    "AND key > ?3 ORDER BY key LIMIT ?4";

#undef STEPWELL_CHILDREN
#undef STEPWELL_LIST_OF_STATUS
#undef STEPWELL_LIST
#undef STEPWELL_WALK
#undef STEPWELL_WHOLE_EXECUTION

inline constexpr char kRevisionOf[] = R"(
SELECT m.arn, r.id, r.revision_id, r.update_date, r.role_arn, r.logging_configuration,
       r.tracing_configuration, r.encryption_configuration, r.definition
FROM executions e JOIN state_machines m ON m.id = e.state_machine JOIN revisions r ON r.id = e.revision
WHERE e.key = ?1)";
inline constexpr char kWakesFirst[] =
    "SELECT wake_at, key FROM executions WHERE wake_at IS NOT NULL ORDER BY wake_at, key LIMIT ?1";
inline constexpr char kWakesAfter[] =
    "SELECT wake_at, key FROM executions WHERE wake_at IS NOT NULL AND (wake_at, key) > (?1, ?2) "
    "ORDER BY wake_at, key LIMIT ?3";
inline constexpr char kRunningExecutions[] =
    "SELECT key FROM executions WHERE state_machine = ?1 AND status = 0 AND map_run IS NULL "
    "AND key > ?2 ORDER BY key LIMIT ?3";

/// What an append must know.
inline constexpr char kExecutionHead[] = R"(
SELECT number, state_machine, revision, status, wake_at, last_sequence, last_event, last_row,
       row_count, map_run, item_count, open_tokens
FROM executions WHERE key = ?1)";
inline constexpr char kInsertExecution[] = R"(
INSERT OR IGNORE INTO executions(key, number, state_machine, revision, type, status, start_date,
                                 stop_date, wake_at, last_sequence, last_event, arn_hash, last_row,
                                 row_count, arn, name, trace_header, input, output, error, cause,
                                 version, alias, map_run, item_count, test_case, open_tokens,
                                 run_redrive)
VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21,
       ?22, ?23, ?24, ?25, ?26, ?27, ?28))";
/// Three forms, as an index is rewritten when a column of it is named, changed or not.
inline constexpr char kStepExecution[] = R"(
UPDATE executions SET last_sequence = ?2, last_event = ?3, last_row = ?4, row_count = ?5,
                      open_tokens = ?6
WHERE key = ?1)";
inline constexpr char kWakeExecution[] = R"(
UPDATE executions SET last_sequence = ?2, last_event = ?3, last_row = ?4, row_count = ?5,
                      open_tokens = ?6, wake_at = ?7
WHERE key = ?1)";
inline constexpr char kTurnExecution[] = R"(
UPDATE executions SET last_sequence = ?2, last_event = ?3, last_row = ?4, row_count = ?5,
                      open_tokens = ?6, wake_at = ?7, status = ?8, stop_date = ?9, output = ?10,
                      error = ?11, cause = ?12, redrive_count = coalesce(?13, redrive_count),
                      redrive_date = coalesce(?14, redrive_date)
WHERE key = ?1)";
inline constexpr char kDeleteExecution[] = "DELETE FROM executions WHERE key = ?1";
inline constexpr char kOneExecutionOf[] =
    "SELECT key FROM executions INDEXED BY executions_by_status WHERE state_machine = ?1 AND "
    "map_run IS NULL LIMIT 1";
/// A Map Run may outlast its execution: its children are being stopped, or its results exported.
inline constexpr char kOneRunningOf[] = R"(
SELECT 1 FROM executions WHERE state_machine = ?1 AND status = 0 AND map_run IS NULL
UNION ALL
SELECT 1 FROM map_runs u INDEXED BY map_runs_open CROSS JOIN executions e ON e.key = u.execution
WHERE u.settled = 0 AND u.key > 0 AND u.status = 0 AND e.state_machine = ?1
LIMIT 1)";
/// Whether a Map Run of an execution, or of a child below it, goes on: from these upwards.
inline constexpr char kMapRunsBelow[] = R"(
WITH RECURSIVE k(execution) AS (
  SELECT u.execution FROM map_runs u INDEXED BY map_runs_open
    WHERE u.settled = 0 AND u.key > 0 AND u.status = 0
  UNION
  SELECT u.execution FROM k CROSS JOIN executions e ON e.key = k.execution
    CROSS JOIN map_runs u ON u.key = e.map_run)
SELECT 1 FROM k WHERE execution = ?1 LIMIT 1)";
/// Children go with their run, a run with its execution.
inline constexpr char kOneMapRunOf[] = "SELECT key FROM map_runs WHERE execution = ?1 LIMIT 1";
inline constexpr char kOneChildOf[] =
    "SELECT key FROM executions INDEXED BY executions_by_run WHERE map_run = ?1 LIMIT 1";

/// Those that are over, the oldest first. The index is there while --keep-executions asks for it.
inline constexpr char kCreateClosedIndex[] =
    "CREATE INDEX IF NOT EXISTS executions_closed ON executions(stop_date) "
    "WHERE status > 0 AND map_run IS NULL";
inline constexpr char kDropClosedIndex[] = "DROP INDEX IF EXISTS executions_closed";
inline constexpr char kCountClosed[] =
    "SELECT count(*) FROM executions INDEXED BY executions_closed WHERE status > 0 AND "
    "map_run IS NULL";
inline constexpr char kOldestClosed[] =
    "SELECT key, stop_date FROM executions INDEXED BY executions_closed WHERE status > 0 "
    "AND map_run IS NULL ORDER BY stop_date LIMIT 1";
/// Machine by machine: as many steps as there are machines and running executions; and as many as
/// there are Map Runs under way.
inline constexpr char kCountRunning[] =
    "SELECT coalesce(sum((SELECT count(*) FROM executions e "
    "WHERE e.state_machine = m.id AND e.status = 0 AND e.map_run IS NULL)), 0) + "
    "(SELECT coalesce(sum(running), 0) FROM map_runs INDEXED BY map_runs_open WHERE settled = 0) "
    "FROM state_machines m";

/// Of the owner of a machine; no more than ?2 are counted.
inline constexpr char kCountOpenOf[] = R"(
SELECT count(*) FROM (
  SELECT 1 FROM state_machines o
  CROSS JOIN state_machines m ON m.account = o.account AND m.region = o.region AND m.partition = o.partition
  CROSS JOIN executions e INDEXED BY executions_by_status
    ON e.state_machine = m.id AND e.status = 0 AND e.map_run IS NULL
  WHERE o.id = ?1 AND m.type = 0 LIMIT ?2))";

inline constexpr char kInsertInput[] =
    "INSERT OR REPLACE INTO execution_inputs(execution, input) VALUES(?1, ?2)";
inline constexpr char kDeleteInput[] = "DELETE FROM execution_inputs WHERE execution = ?1";
inline constexpr char kInsertResult[] =
    "INSERT OR REPLACE INTO execution_results(execution, output, error, cause) VALUES(?1, ?2, ?3, "
    "?4)";
inline constexpr char kDeleteResult[] = "DELETE FROM execution_results WHERE execution = ?1";

// --- jobs to be stopped

/// The runtime gives every key but once.
inline constexpr char kInsertJobStop[] =
    "INSERT OR REPLACE INTO job_stops(key, call) VALUES(?1, ?2)";
inline constexpr char kDeleteJobStop[] = "DELETE FROM job_stops WHERE key = ?1";
inline constexpr char kJobStopsAfter[] =
    "SELECT key, call FROM job_stops WHERE key > ?1 ORDER BY key LIMIT ?2";

// --- Map Runs

#define STEPWELL_MAP_RUN_PROGRESS                                                    \
    "SELECT u.status, u.stopping, u.settled, u.stop_date, u.max_concurrency, "       \
    "u.tolerated_count, u.tolerated_percentage, u.cursor, u.skip, u.read_to_end, "   \
    "u.items_known, u.running, u.succeeded, u.failed, u.timed_out, u.aborted, "      \
    "u.results_written, u.items_running, u.items_succeeded, u.items_failed, "        \
    "u.items_timed_out, u.items_aborted, u.item_results_written, u.redrive_count, "  \
    "u.redrive_date, u.pending_redrive, u.items_pending_redrive, u.not_redrivable, " \
    "u.items_not_redrivable"
#define STEPWELL_MAP_RUN_HEAD \
    STEPWELL_MAP_RUN_PROGRESS \
    ", u.key, u.arn, u.execution, e.arn, e.name, m.arn, u.label, u.type, u.start_date"
#define STEPWELL_MAP_RUN_FROM                                    \
    " FROM map_runs u JOIN executions e ON e.key = u.execution " \
    "JOIN state_machines m ON m.id = e.state_machine "
#define STEPWELL_MAP_RUN                                         \
    STEPWELL_MAP_RUN_HEAD                                        \
    ", p.plan, o.output, o.error, o.cause" STEPWELL_MAP_RUN_FROM \
    "JOIN map_run_plans p ON p.run = u.key LEFT JOIN map_run_results o ON o.run = u.key "

inline constexpr char kFindMapRun[] = STEPWELL_MAP_RUN "WHERE u.key = ?1";
inline constexpr char kFindMapRunByArn[] = STEPWELL_MAP_RUN "WHERE u.arn = ?1";
inline constexpr char kMapRunProgress[] =
    STEPWELL_MAP_RUN_PROGRESS " FROM map_runs u WHERE u.key = ?1";
/// Null: there is no such run.
inline constexpr char kMapRunUnwanted[] = R"sql(
WITH RECURSIVE k(unwanted, outer_run) AS (
  SELECT u.stopping OR e.status <> 0, e.map_run
    FROM map_runs u JOIN executions e ON e.key = u.execution WHERE u.key = ?1
  UNION ALL
  SELECT u.stopping OR e.status <> 0, e.map_run
    FROM k CROSS JOIN map_runs u ON u.key = k.outer_run CROSS JOIN executions e ON e.key = u.execution)
SELECT max(unwanted) FROM k)sql";
inline constexpr char kListMapRuns[] = STEPWELL_MAP_RUN_HEAD STEPWELL_MAP_RUN_FROM
    "WHERE u.execution = ?1 AND u.key < ?2 ORDER BY u.key DESC LIMIT ?3";
inline constexpr char kOpenMapRuns[] =
    "SELECT key FROM map_runs INDEXED BY map_runs_open WHERE settled = 0 AND key > ?1 ORDER BY key "
    "LIMIT ?2";

#undef STEPWELL_MAP_RUN
#undef STEPWELL_MAP_RUN_FROM
#undef STEPWELL_MAP_RUN_HEAD
#undef STEPWELL_MAP_RUN_PROGRESS

inline constexpr char kInsertMapRun[] = R"(
INSERT INTO map_runs(key, arn, execution, label, type, start_date, max_concurrency, tolerated_count,
                     tolerated_percentage, read_to_end, items_known)
VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11))";
inline constexpr char kInsertMapRunPlan[] = "INSERT INTO map_run_plans(run, plan) VALUES(?1, ?2)";
/// One whose end nobody waits for any more is settled with that.
inline constexpr char kStopMapRun[] =
    "UPDATE map_runs SET stopping = 1, redrive_wanted = NULL, settled = status <> 0 WHERE arn = ?1";
inline constexpr char kSettleMapRun[] =
    "UPDATE map_runs SET settled = 1 WHERE arn = ?1 AND settled = 0 AND status <> 0";
inline constexpr char kMapRunHead[] = R"(
SELECT execution, running + succeeded + failed + timed_out + aborted + pending_redrive,
       status = 0 AND stopping = 0, redrive_count
FROM map_runs WHERE key = ?1)";
inline constexpr char kStartChildren[] = R"(
UPDATE map_runs SET cursor = ?2, skip = ?3, read_to_end = ?4, items_known = ?5,
                    running = running + ?6, items_running = items_running + ?7
WHERE key = ?1)";
inline constexpr char kTallyMapRun[] = R"(
UPDATE map_runs SET running = running + ?2, succeeded = succeeded + ?3, failed = failed + ?4,
                    timed_out = timed_out + ?5, aborted = aborted + ?6,
                    items_running = items_running + ?7, items_succeeded = items_succeeded + ?8,
                    items_failed = items_failed + ?9, items_timed_out = items_timed_out + ?10,
                    items_aborted = items_aborted + ?11, pending_redrive = pending_redrive + ?12,
                    items_pending_redrive = items_pending_redrive + ?13,
                    not_redrivable = not_redrivable + ?14,
                    items_not_redrivable = items_not_redrivable + ?15
WHERE key = ?1)";
inline constexpr char kMapRunStatusByArn[] = "SELECT status FROM map_runs WHERE arn = ?1";
inline constexpr char kLimitMapRun[] = R"(
UPDATE map_runs SET max_concurrency = coalesce(?2, max_concurrency),
                    tolerated_count = coalesce(?3, tolerated_count),
                    tolerated_percentage = coalesce(?4, tolerated_percentage)
WHERE arn = ?1)";
/// Only where no child of it runs; one that was to stop is settled with its end.
inline constexpr char kEndMapRun[] = R"(
UPDATE map_runs SET status = ?2, stop_date = ?3, results_written = ?4, item_results_written = ?5,
                    items_known = coalesce(?6, items_known), settled = stopping
WHERE key = ?1 AND status = 0 AND running = 0)";
/// One that is over goes on, with what did not succeed waiting.
inline constexpr char kRedriveMapRun[] = R"(
UPDATE map_runs SET status = 0, stopping = 0, settled = 0, stop_date = NULL,
                    redrive_count = redrive_count + 1, redrive_date = ?2, redrive_wanted = NULL,
                    pending_redrive = failed + timed_out + aborted, failed = 0, timed_out = 0,
                    aborted = 0, not_redrivable = 0,
                    items_pending_redrive = items_failed + items_timed_out + items_aborted,
                    items_failed = 0, items_timed_out = 0, items_aborted = 0,
                    items_not_redrivable = 0, results_written = 0, item_results_written = 0
WHERE arn = ?1 AND status <> 0)";
/// One that is coming to its end does so first.
inline constexpr char kWantRedrive[] =
    "UPDATE map_runs SET redrive_wanted = ?2 WHERE arn = ?1 AND status = 0";
inline constexpr char kWantedRedrive[] =
    "SELECT arn, redrive_wanted FROM map_runs WHERE key = ?1 AND redrive_wanted IS NOT NULL";
/// With its end nothing waits any more: that stays as it was.
inline constexpr char kPendingOfStatus[] = R"(
SELECT count(*), coalesce(sum(e.item_count), 0)
FROM executions e INDEXED BY executions_by_run JOIN map_runs u ON u.key = e.map_run
WHERE e.map_run = ?1 AND e.status = ?2 AND coalesce(e.run_redrive, 0) < u.redrive_count)";
inline constexpr char kHasPending[] =
    "SELECT 1 FROM map_runs WHERE key = ?1 AND pending_redrive > 0";
inline constexpr char kSeeToChild[] = "UPDATE executions SET run_redrive = ?2 WHERE key = ?1";
inline constexpr char kChildRedrive[] =
    "SELECT coalesce(run_redrive, 0) FROM executions WHERE key = ?1";
/// An Express child, from the beginning.
inline constexpr char kBeginChildAnew[] = R"(
UPDATE executions SET status = 0, stop_date = NULL, wake_at = 0, last_sequence = 0, last_event = 0,
                      output = NULL, error = NULL, cause = NULL, run_redrive = ?2
WHERE key = ?1)";
/// Of one status, upwards.
inline constexpr char kPendingChildren[] = STEPWELL_EXECUTION_COLUMNS
    " FROM executions e INDEXED BY executions_by_run JOIN map_runs u ON u.key = e.map_run "
    "JOIN state_machines m ON m.id = e.state_machine JOIN revisions r ON r.id = e.revision "
    "WHERE e.map_run = ?1 AND e.status = ?2 AND e.key > ?3 "
    "AND coalesce(e.run_redrive, 0) < u.redrive_count ORDER BY e.key LIMIT ?4";
#undef STEPWELL_EXECUTION_COLUMNS
#undef STEPWELL_LISTED_COLUMNS
inline constexpr char kInsertMapRunResult[] =
    "INSERT OR REPLACE INTO map_run_results(run, output, error, cause) VALUES(?1, ?2, ?3, ?4)";
/// Before its end.
inline constexpr char kFailMapRun[] = R"(
INSERT OR IGNORE INTO map_run_results(run, error, cause)
SELECT key, ?2, ?3 FROM map_runs WHERE key = ?1 AND status = 0)";
inline constexpr char kForgetMapRunResult[] =
    "DELETE FROM map_run_results WHERE run = (SELECT key FROM map_runs WHERE arn = ?1)";
inline constexpr char kDeleteMapRun[] = "DELETE FROM map_runs WHERE key = ?1";
inline constexpr char kDeleteMapRunPlan[] = "DELETE FROM map_run_plans WHERE run = ?1";
inline constexpr char kDeleteMapRunResult[] = "DELETE FROM map_run_results WHERE run = ?1";

// --- journal

inline constexpr char kInsertJournal[] = R"(
INSERT INTO journal(id, previous, first_sequence, entry_count, first_event, event_count, bytes)
VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7))";
inline constexpr char kLastJournalId[] = "SELECT coalesce(max(id), 0) FROM journal";
inline constexpr char kInsertAnchor[] =
    "INSERT INTO journal_anchors(place, row, first_event) VALUES(?1, ?2, ?3)";
/// What is needed to remove an execution.
inline constexpr char kExecutionEnd[] =
    "SELECT number, revision, status, arn_hash, last_row, map_run IS NOT NULL FROM executions "
    "WHERE key = ?1";
/// Where to find the journal of an execution.
inline constexpr char kJournalEnd[] =
    "SELECT number, last_row, last_sequence FROM executions WHERE key = ?1";
/// A row without its bytes, which may fill many pages.
inline constexpr char kJournalHead[] = R"(
SELECT previous, first_sequence, entry_count, first_event, event_count, length(bytes)
FROM journal WHERE id = ?1)";
inline constexpr char kJournalBytes[] = "SELECT bytes FROM journal WHERE id = ?1";
inline constexpr char kAnchorFloor[] = R"(
SELECT place, row, first_event FROM journal_anchors WHERE place BETWEEN ?1 AND ?2
ORDER BY place DESC LIMIT 1)";
inline constexpr char kAnchorsUp[] = R"(
SELECT place, row, first_event FROM journal_anchors WHERE place BETWEEN ?1 AND ?2 ORDER BY place)";
inline constexpr char kDeleteJournal[] = "DELETE FROM journal WHERE id = ?1";
inline constexpr char kDeleteAnchors[] =
    "DELETE FROM journal_anchors WHERE place BETWEEN ?1 AND ?2";
inline constexpr char kAnyLeftover[] =
    "SELECT last_row FROM journal_leftovers WHERE last_row > 0 LIMIT 1";
inline constexpr char kInsertLeftover[] = "INSERT INTO journal_leftovers(last_row) VALUES(?1)";
inline constexpr char kDeleteLeftover[] = "DELETE FROM journal_leftovers WHERE last_row = ?1";

// --- the whole

inline constexpr char kMeta[] = "SELECT value FROM meta WHERE name = ?1";
inline constexpr char kSetMeta[] = "INSERT OR REPLACE INTO meta(name, value) VALUES(?1, ?2)";

}  // namespace stepwell::storage::sql
