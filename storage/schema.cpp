#include "storage/schema.hpp"

#include <iterator>
#include <string>

namespace stepwell::storage {
namespace {

// Version n is what the first n migrations make. A released one is never edited: a change is a new
// one at the end.
//
// Dates are milliseconds since 1970. Numbers of enumerations are those of engine/store.hpp.
constexpr const char* kMigrations[] = {
    R"sql(
CREATE TABLE meta(
  name TEXT PRIMARY KEY,
  value ANY NOT NULL
) STRICT, WITHOUT ROWID;

-- Ids of machines and revisions are never used again (AUTOINCREMENT): caches outlive what they name.
CREATE TABLE state_machines(
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  arn TEXT NOT NULL UNIQUE,
  account TEXT NOT NULL,
  region TEXT NOT NULL,
  partition TEXT NOT NULL,
  name TEXT NOT NULL,
  type INTEGER NOT NULL,
  status INTEGER NOT NULL,
  creation_date INTEGER NOT NULL,
  revision INTEGER NOT NULL           -- revisions.id of the one that a start runs on
) STRICT;
CREATE INDEX state_machines_by_owner ON state_machines(account, region, partition, name);
CREATE INDEX state_machines_deleting ON state_machines(id) WHERE status = 1;

-- The definition comes last: what is before it is read without its pages.
CREATE TABLE revisions(
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  state_machine INTEGER NOT NULL,
  revision_id TEXT NOT NULL,          -- as AWS shows it; '' of a machine's first
  update_date INTEGER NOT NULL,
  role_arn TEXT NOT NULL,
  description TEXT NOT NULL,
  logging_configuration TEXT NOT NULL,
  tracing_configuration TEXT NOT NULL,
  encryption_configuration TEXT NOT NULL,
  definition TEXT NOT NULL
) STRICT;
CREATE INDEX revisions_by_machine ON revisions(state_machine);
-- How many stored executions were started on a revision. Apart, so that counting does not rewrite definitions.
CREATE TABLE revision_uses(
  revision INTEGER PRIMARY KEY,
  executions INTEGER NOT NULL
) STRICT;

CREATE TABLE tags(
  arn TEXT NOT NULL,
  key TEXT NOT NULL,
  position INTEGER NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY(arn, key)
) STRICT, WITHOUT ROWID;

-- A row is rewritten with every Step, so it is small: long texts are in the two tables below.
CREATE TABLE executions(
  key INTEGER PRIMARY KEY,
  number INTEGER NOT NULL,            -- the store's own, small: journal_anchors.place is made of it
  state_machine INTEGER NOT NULL,
  revision INTEGER NOT NULL,
  type INTEGER NOT NULL,
  status INTEGER NOT NULL,
  start_date INTEGER NOT NULL,
  stop_date INTEGER,
  wake_at INTEGER,                    -- null when closed
  last_sequence INTEGER NOT NULL,
  last_event INTEGER NOT NULL,
  arn_hash INTEGER NOT NULL,
  last_row INTEGER NOT NULL,          -- journal.id; 0: none
  row_count INTEGER NOT NULL,         -- of the journal
  arn TEXT,                           -- null: made of the machine's ARN and the name
  name TEXT NOT NULL,
  trace_header TEXT,
  input TEXT,                         -- null: in execution_inputs
  output TEXT,                        -- these three null: in execution_results, or none
  error TEXT,
  cause TEXT
) STRICT;
-- By hash: a fifth of the size of an index by ARN, so that a million of them stay in memory.
CREATE INDEX executions_by_arn ON executions(arn_hash);
CREATE INDEX executions_by_status ON executions(state_machine, status, key);
CREATE INDEX executions_by_wake ON executions(wake_at, key) WHERE wake_at IS NOT NULL;
CREATE TABLE execution_inputs(
  execution INTEGER PRIMARY KEY,
  input TEXT NOT NULL
) STRICT;
CREATE TABLE execution_results(
  execution INTEGER PRIMARY KEY,
  output TEXT,
  error TEXT,
  cause TEXT
) STRICT;

-- The entries of a Step, encoded, in the order of the commits: Steps of many executions that are
-- committed together share pages, so that few pages are written. An execution's rows are a chain
-- from executions.last_row back to the first.
CREATE TABLE journal(
  id INTEGER PRIMARY KEY,
  previous INTEGER NOT NULL,          -- id of the execution's row before; 0: none
  first_sequence INTEGER NOT NULL,
  entry_count INTEGER NOT NULL,
  first_event INTEGER NOT NULL,
  event_count INTEGER NOT NULL,
  bytes BLOB NOT NULL
) STRICT;
-- Where to step into the chain: every 16th row of an execution. Most have none.
CREATE TABLE journal_anchors(
  place INTEGER PRIMARY KEY,          -- executions.number << 28 | journal.first_sequence
  row INTEGER NOT NULL,               -- journal.id
  first_event INTEGER NOT NULL
) STRICT;
)sql",
    R"sql(
CREATE TABLE activities(
  arn TEXT PRIMARY KEY,
  account TEXT NOT NULL,
  region TEXT NOT NULL,
  partition TEXT NOT NULL,
  name TEXT NOT NULL,
  creation_date INTEGER NOT NULL,
  encryption_configuration TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX activities_by_owner ON activities(account, region, partition, name);
)sql",
    // Versions and aliases.
    R"sql(
ALTER TABLE state_machines ADD COLUMN last_version INTEGER NOT NULL DEFAULT 0;
CREATE TABLE versions(
  state_machine INTEGER NOT NULL,
  number INTEGER NOT NULL,
  revision INTEGER NOT NULL,
  creation_date INTEGER NOT NULL,
  description TEXT NOT NULL,
  PRIMARY KEY(state_machine, number)
) STRICT, WITHOUT ROWID;
CREATE INDEX versions_by_revision ON versions(revision);
CREATE TABLE aliases(
  state_machine INTEGER NOT NULL,
  name TEXT NOT NULL,
  description TEXT NOT NULL,
  creation_date INTEGER NOT NULL,
  update_date INTEGER NOT NULL,
  version INTEGER NOT NULL,           -- versions.number
  weight INTEGER NOT NULL,
  other_version INTEGER,              -- these two null: all goes to the one
  other_weight INTEGER,
  PRIMARY KEY(state_machine, name)
) STRICT, WITHOUT ROWID;
ALTER TABLE executions ADD COLUMN version INTEGER;  -- null: started on none
ALTER TABLE executions ADD COLUMN alias TEXT;       -- its name, which may be gone or another's now
CREATE INDEX executions_by_version ON executions(state_machine, version, status, key)
  WHERE version IS NOT NULL;
CREATE INDEX executions_by_alias ON executions(state_machine, alias, status, key)
  WHERE alias IS NOT NULL;
)sql",
    R"sql(
-- Executions by the hash of their ARN, but for the newest, which are kept in memory (arn_index.hpp).
CREATE TABLE execution_arns(
  arn_hash INTEGER NOT NULL,
  key INTEGER NOT NULL,
  PRIMARY KEY(arn_hash, key)
) STRICT, WITHOUT ROWID;
INSERT INTO execution_arns SELECT arn_hash, key FROM executions ORDER BY arn_hash, key;
INSERT INTO meta SELECT 'arns_indexed_up_to', coalesce(max(key), 0) FROM executions;
DROP INDEX executions_by_arn;

-- What is left of journals whose executions are gone: long ones go in several bites.
CREATE TABLE journal_leftovers(
  last_row INTEGER PRIMARY KEY        -- journal.id
) STRICT;
)sql",
    // RedriveExecution.
    R"sql(
ALTER TABLE executions ADD COLUMN redrive_count INTEGER;  -- null: never, and no date
ALTER TABLE executions ADD COLUMN redrive_date INTEGER;   -- of the last redrive
)sql",
    // Map Runs and their children.
    R"sql(
ALTER TABLE executions ADD COLUMN map_run INTEGER;     -- of a child; null: of none
ALTER TABLE executions ADD COLUMN item_count INTEGER;  -- of a child
DROP INDEX executions_by_status;
CREATE INDEX executions_by_status ON executions(state_machine, status, key) WHERE map_run IS NULL;
CREATE INDEX executions_by_run ON executions(map_run, status, key) WHERE map_run IS NOT NULL;
DROP INDEX IF EXISTS executions_closed;                -- made again where it is asked for
-- A row is rewritten with every group of children that begin or end, so it is small.
CREATE TABLE map_runs(
  key INTEGER PRIMARY KEY,
  arn TEXT NOT NULL UNIQUE,
  execution INTEGER NOT NULL,         -- executions.key of the parent
  label TEXT NOT NULL,
  type INTEGER NOT NULL,              -- of the children
  status INTEGER NOT NULL DEFAULT 0,
  stopping INTEGER NOT NULL DEFAULT 0,
  settled INTEGER NOT NULL DEFAULT 0, -- 1: nobody has to be told of its end
  start_date INTEGER NOT NULL,
  stop_date INTEGER,
  max_concurrency INTEGER NOT NULL,
  tolerated_count INTEGER NOT NULL,
  tolerated_percentage REAL NOT NULL,
  cursor TEXT NOT NULL DEFAULT '',    -- of the page of items that is being started
  skip INTEGER NOT NULL DEFAULT 0,    -- so many of them have been
  read_to_end INTEGER NOT NULL,
  items_known INTEGER NOT NULL,
  running INTEGER NOT NULL DEFAULT 0,
  succeeded INTEGER NOT NULL DEFAULT 0,
  failed INTEGER NOT NULL DEFAULT 0,
  timed_out INTEGER NOT NULL DEFAULT 0,
  aborted INTEGER NOT NULL DEFAULT 0,
  results_written INTEGER NOT NULL DEFAULT 0,
  items_running INTEGER NOT NULL DEFAULT 0,
  items_succeeded INTEGER NOT NULL DEFAULT 0,
  items_failed INTEGER NOT NULL DEFAULT 0,
  items_timed_out INTEGER NOT NULL DEFAULT 0,
  items_aborted INTEGER NOT NULL DEFAULT 0,
  item_results_written INTEGER NOT NULL DEFAULT 0,
  redrive_count INTEGER NOT NULL DEFAULT 0,
  redrive_date INTEGER
) STRICT;
CREATE INDEX map_runs_by_execution ON map_runs(execution, key);
CREATE INDEX map_runs_open ON map_runs(key) WHERE settled = 0;
CREATE TABLE map_run_plans(
  run INTEGER PRIMARY KEY,
  plan TEXT NOT NULL
) STRICT;
CREATE TABLE map_run_results(
  run INTEGER PRIMARY KEY,
  output TEXT,
  error TEXT,
  cause TEXT
) STRICT;
)sql",
    // Redrives of Map Runs.
    R"sql(
ALTER TABLE executions ADD COLUMN run_redrive INTEGER;  -- of a child: see ExecutionRecord
ALTER TABLE map_runs ADD COLUMN pending_redrive INTEGER NOT NULL DEFAULT 0;
ALTER TABLE map_runs ADD COLUMN items_pending_redrive INTEGER NOT NULL DEFAULT 0;
ALTER TABLE map_runs ADD COLUMN not_redrivable INTEGER NOT NULL DEFAULT 0;
ALTER TABLE map_runs ADD COLUMN items_not_redrivable INTEGER NOT NULL DEFAULT 0;
ALTER TABLE map_runs ADD COLUMN redrive_wanted INTEGER;  -- when: as soon as it is over
)sql",
    // Test cases of mocks; documents.
    R"sql(
ALTER TABLE executions ADD COLUMN test_case TEXT;   -- null: no mocks
CREATE TABLE documents(
  collection TEXT NOT NULL,
  key TEXT NOT NULL,
  body TEXT NOT NULL,
  PRIMARY KEY(collection, key)
) STRICT, WITHOUT ROWID;
)sql",
    // Jobs to be stopped; open tokens.
    R"sql(
CREATE TABLE job_stops(
  key INTEGER PRIMARY KEY,
  call TEXT NOT NULL
) STRICT;
ALTER TABLE executions ADD COLUMN open_tokens INTEGER;  -- that can still come back; null: none
)sql",
};

constexpr std::int64_t kSchemaVersion = std::ssize(kMigrations);

/// Where SQLite cannot, it says so by the mode that it stays in.
void use_wal(sqlite::Connection& connection) {
    sqlite::Statement pragma(connection, "PRAGMA journal_mode=WAL");
    sqlite::Rows rows = pragma.query();
    if (rows.next() && rows.view(0) == "wal") return;
    throw StorageError("data file \"" + connection.path() +
                       "\" is on a file system without shared memory: name a file on a local disk");
}

}  // namespace

std::int64_t schema_version() { return kSchemaVersion; }

void migrate(sqlite::Connection& connection, std::int64_t to) {
    const auto refuse = [&connection](const std::string& why) {
        connection.leave_untouched();
        throw StorageError("data file \"" + connection.path() + "\" " + why);
    };
    const std::int64_t application = connection.integer("PRAGMA application_id");
    // A kill between the creation of the file and that of the tables leaves an SQLite file with
    // nothing in it.
    const bool empty = application == 0 && connection.integer("PRAGMA user_version") == 0 &&
                       connection.integer("SELECT count(*) FROM sqlite_schema") == 0;
    if (application != kApplicationId && !empty) {
        refuse("is an SQLite file of another application: move it away, or name another file");
    }
    std::int64_t version = connection.integer("PRAGMA user_version");
    if (version > kSchemaVersion) {
        refuse("was written by a newer Stepwell (its tables have version " +
               std::to_string(version) + ", this program knows " + std::to_string(kSchemaVersion) +
               "): run that one, or name another file");
    }
    if (empty) {
        // Neither can be changed later without rewriting the file.
        connection.run("PRAGMA page_size=4096; PRAGMA auto_vacuum=INCREMENTAL");
    }
    use_wal(connection);
    for (; version < to; ++version) {
        const std::string step = "BEGIN IMMEDIATE;" + std::string(kMigrations[version]) +
                                 "PRAGMA application_id=" + std::to_string(kApplicationId) +
                                 ";PRAGMA user_version=" + std::to_string(version + 1) + ";COMMIT";
        try {
            connection.run(step.c_str());
        } catch (...) {
            if (connection.in_transaction()) connection.run("ROLLBACK");
            throw;
        }
    }
}

}  // namespace stepwell::storage
