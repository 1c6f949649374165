#include "storage/sqlite_writer.hpp"

#include <unistd.h>

#include <cstring>
#include <memory>
#include <stdexcept>
#include <utility>

#include "engine/base/overloaded.hpp"
#include "storage/records.hpp"
#include "storage/statements.hpp"

namespace stepwell::storage {
namespace {

/// Numbers are reserved in the file so many at a time: a start need not write how far they are
/// used.
constexpr std::int64_t kNumbersAtOnce = 4096;

/// 4 MiB; what is free beyond that, and beyond a quarter of the file, goes back to the disk in
/// bites.
constexpr std::int64_t kFreePagesKept = 1024;
constexpr const char* kGiveSpaceBack = "PRAGMA incremental_vacuum(128)";

constexpr std::string_view kTokenKey = "token_key";
constexpr std::string_view kLatestTime = "latest_time";
constexpr std::string_view kNumbersReserved = "numbers_reserved";
constexpr std::string_view kOpenTokens = "open_tokens";

std::string random_bytes() {
    std::string bytes(32, '\0');
    if (::getentropy(bytes.data(), bytes.size()) != 0)
        throw std::runtime_error("the system gives no random bytes");
    return bytes;
}

}  // namespace

SqliteWriter::SqliteWriter(sqlite::Connection connection, MachineCache& machines,
                           RecentArns& recent_arns, Checkpointer& checkpointer, Limits limits)
    : connection_(std::move(connection)),
      machines_(machines),
      checkpointer_(checkpointer),
      uses_(connection_),
      versions_(connection_),
      tags_(connection_),
      arns_(connection_, recent_arns, limits.arn_batch),
      execution_heads_(connection_),
      map_runs_(connection_),
      removal_(connection_, arns_, uses_),
      retention_(connection_, removal_, std::move(limits.keep)),
      max_open_executions_(limits.max_open_executions),
      begin_(connection_, "BEGIN IMMEDIATE"),
      commit_(connection_, "COMMIT"),
      rollback_(connection_, "ROLLBACK"),
      machine_head_(connection_, sql::kMachineHead),
      find_machine_(connection_, sql::kFindMachine),
      count_machines_(connection_, sql::kCountMachines),
      insert_machine_(connection_, sql::kInsertMachine),
      insert_revision_(connection_, sql::kInsertRevision),
      set_machine_revision_(connection_, sql::kSetMachineRevision),
      set_machine_deleting_(connection_, sql::kSetMachineDeleting),
      delete_tags_(connection_, sql::kDeleteTags),
      count_activities_(connection_, sql::kCountActivities),
      insert_activity_(connection_, sql::kInsertActivity),
      delete_activity_(connection_, sql::kDeleteActivity),
      put_document_(connection_, sql::kPutDocument),
      delete_document_(connection_, sql::kDeleteDocument),
      find_execution_(connection_, sql::kFindExecutionByKey),
      count_open_(connection_, sql::kCountOpenOf),
      insert_execution_(connection_, sql::kInsertExecution),
      turn_execution_(connection_, sql::kTurnExecution),
      insert_input_(connection_, sql::kInsertInput),
      insert_result_(connection_, sql::kInsertResult),
      delete_result_(connection_, sql::kDeleteResult),
      insert_journal_(connection_, sql::kInsertJournal),
      insert_anchor_(connection_, sql::kInsertAnchor),
      last_journal_id_(connection_, sql::kLastJournalId),
      insert_job_stop_(connection_, sql::kInsertJobStop),
      delete_job_stop_(connection_, sql::kDeleteJobStop),
      meta_(connection_, sql::kMeta),
      set_meta_(connection_, sql::kSetMeta),
      free_pages_(connection_, "PRAGMA freelist_count"),
      all_pages_(connection_, "PRAGMA page_count") {
    checkpointer_.watch(connection_);
    retention_.prepare();
    arns_.load();
    refresh();
    bool has_key = false;
    {
        sqlite::Rows rows = meta_.query(kTokenKey);
        has_key = rows.next();
        if (has_key) token_key_ = rows.text(0);
    }
    if (!has_key) {
        token_key_ = random_bytes();
        in_transaction([this] { set_meta_.execute(kTokenKey, sqlite::Blob{token_key_}); });
    }
    if (token_key_.size() != 32) damaged("token key");
    sqlite::Statement all_activities(connection_, sql::kAllActivities);
    sqlite::Rows rows = all_activities.query();
    while (rows.next()) activities_.insert(arn_hash(rows.text(0)));
}

// --- transactions

void SqliteWriter::commit(std::span<QueuedWrite> group) {
    std::size_t starts = 0;
    for (const QueuedWrite& queued : group) {
        starts += std::holds_alternative<StartExecution>(queued.write) ? 1 : 0;
        if (const auto* children = std::get_if<StartChildren>(&queued.write))
            starts += children->start.children.size();
    }
    in_transaction([&] {
        arns_.move(starts);
        for (QueuedWrite& queued : group) queued.answer = apply(queued.write);
    });
}

/// Either all of `work` is durable when this returns, or it throws and nothing has happened.
void SqliteWriter::in_transaction(const std::function<void()>& work) {
    // Left open if even the rollback failed.
    if (connection_.in_transaction()) rollback_.execute();
    if (stale_) refresh();
    try {
        begin_.execute();
        work();
        execution_heads_.flush();
        map_runs_.flush();
        uses_.flush();
        if (std::exchange(latest_changed_, false)) {
            set_meta_.execute(kLatestTime, *latest_);
            on_commit_.emplace_back([this, latest = latest_] {
                const std::lock_guard lock(facts_mutex_);
                committed_latest_ = latest;
            });
        }
        if (tokens_given_ != 0) set_meta_.execute(kOpenTokens, open_tokens_.load() + tokens_given_);
        commit_.execute();
    } catch (...) {
        stale_ = true;
        on_commit_.clear();
        uses_.forget_changes();
        arns_.rolled_back();
        execution_heads_.clear();
        map_runs_.forget_changes();
        started_running_ = 0;
        tokens_given_ = 0;
        // SQLite has already rolled back after some errors.
        // https://www.sqlite.org/lang_transaction.html
        if (connection_.in_transaction()) rollback_.execute();
        throw;
    }
    arns_.committed();
    retention_.closed(-removal_.take_closed());
    running_.fetch_add(std::exchange(started_running_, 0), std::memory_order_relaxed);
    open_tokens_.fetch_add(std::exchange(tokens_given_, 0), std::memory_order_relaxed);
    for (const auto& tell : on_commit_) tell();
    on_commit_.clear();
}

/// Reads again what is kept in memory of the file.
void SqliteWriter::refresh() {
    heads_.clear();
    full_machines_.clear();
    machine_counts_.forget();
    activity_counts_.forget();
    uses_.forget_changes();
    removal_.reload();
    retention_.reload();
    running_.store(connection_.integer(sql::kCountRunning), std::memory_order_relaxed);
    const auto meta = [this](std::string_view name) -> std::optional<std::int64_t> {
        sqlite::Rows rows = meta_.query(name);
        if (!rows.next()) return std::nullopt;
        return rows.integer(0);
    };
    numbers_reserved_ = meta(kNumbersReserved).value_or(1);
    next_number_ = numbers_reserved_;
    open_tokens_.store(meta(kOpenTokens).value_or(0), std::memory_order_relaxed);
    {
        sqlite::Rows rows = last_journal_id_.query();
        rows.next();
        next_row_ = rows.integer(0) + 1;
    }
    const auto latest = meta(kLatestTime);
    latest_ = latest ? std::optional(TimePoint{Milliseconds{*latest}}) : std::nullopt;
    latest_changed_ = false;
    {
        const std::lock_guard lock(facts_mutex_);
        committed_latest_ = latest_;
    }
    stale_ = false;
}

Answer SqliteWriter::apply(Write& write) {
    return std::visit(
        Overloaded{
            [](Refused&) -> Answer { return Outcome::overloaded; },
            [this](CreateStateMachine& w) -> Answer { return create(w); },
            [this](UpdateStateMachine& w) -> Answer { return update(w); },
            [this](DeleteStateMachine& w) -> Answer { return remove(w); },
            [this](CreateActivity& w) -> Answer { return create(w); },
            [this](DeleteActivity& w) -> Answer { return remove(w); },
            [this](PublishVersion& w) -> Answer { return publish(w); },
            [this](DeleteVersion& w) -> Answer { return delete_version(w); },
            [this](CreateAlias& w) -> Answer {
                const MachineHead* const machine = active_machine(w.record.state_machine_arn);
                return machine ? versions_.create_alias(machine->id, w.record) : Outcome::not_found;
            },
            [this](UpdateAlias& w) -> Answer {
                const MachineHead* const machine = active_machine(w.state_machine_arn);
                return machine ? versions_.update_alias(machine->id, w.name, w.change)
                               : Outcome::not_found;
            },
            [this](DeleteAlias& w) -> Answer {
                const MachineHead* const machine = machine_head(w.state_machine_arn);
                return machine ? versions_.delete_alias(machine->id, w.name) : Outcome::not_found;
            },
            [this](TagResource& w) -> Answer { return tags_.tag(w.arn, w.tags); },
            [this](UntagResource& w) -> Answer { return tags_.untag(w.arn, w.keys); },
            [this](StartExecution& w) -> Answer { return start(w); },
            [this](AppendStep& w) -> Answer { return append(w); },
            [this](ForgetExecution& w) -> Answer { return forget(w); },
            [this](StartChildren& w) -> Answer { return start_children(w); },
            [this](RedriveChild& w) -> Answer { return redrive_child(w); },
            [this](UpdateMapRun& w) -> Answer { return map_runs_.update(w.arn, w.limits); },
            [this](FailMapRun& w) -> Answer { return map_runs_.fail(w.key, w.error, w.cause); },
            [this](EndMapRun& w) -> Answer {
                saw(w.end.stop_date);
                const Outcome outcome = map_runs_.end(w.key, w.end);
                removal_.map_run_ended();
                return outcome;
            },
            [this](SettleMapRun& w) -> Answer { return map_runs_.settle(w.arn); },
            [this](JobStopped& w) -> Answer { return job_stopped(w); },
            [this](PutDocument& w) -> Answer { return put(w); },
            [this](DeleteDocument& w) -> Answer { return remove(w); },
            [this](Reset&) -> Answer { return reset(); },
        },
        write);
}

std::int64_t SqliteWriter::next_number() {
    if (next_number_ == numbers_reserved_) {
        numbers_reserved_ += kNumbersAtOnce;
        set_meta_.execute(kNumbersReserved, numbers_reserved_);
    }
    return next_number_++;
}

void SqliteWriter::saw(TimePoint time) {
    if (time <= latest_.value_or(TimePoint{})) return;
    latest_ = time;
    latest_changed_ = true;
}

// --- the whole

Outcome SqliteWriter::reset() {
    // Without WHERE a table is emptied page by page, not row by row. The numbers given so far stay
    // used.
    connection_.run(
        "DELETE FROM journal; DELETE FROM journal_anchors; DELETE FROM executions;"
        "DELETE FROM execution_inputs; DELETE FROM execution_results; DELETE FROM tags;"
        "DELETE FROM aliases; DELETE FROM versions;"
        "DELETE FROM revision_uses; DELETE FROM revisions; DELETE FROM state_machines;"
        "DELETE FROM activities; DELETE FROM documents;"
        "DELETE FROM map_runs; DELETE FROM map_run_plans; DELETE FROM map_run_results;"
        "DELETE FROM execution_arns; DELETE FROM journal_leftovers; DELETE FROM job_stops;"
        "DELETE FROM meta WHERE name IN ('latest_time', 'open_tokens')");
    std::string key = random_bytes();
    set_meta_.execute(kTokenKey, sqlite::Blob{key});
    heads_.clear();
    full_machines_.clear();
    machine_counts_.forget();
    activity_counts_.forget();
    uses_.forget_changes();
    removal_.clear();
    retention_.clear();
    arns_.clear();
    execution_heads_.clear();
    map_runs_.forget_changes();
    started_running_ = -running_.load(std::memory_order_relaxed);
    tokens_given_ = -open_tokens_.load(std::memory_order_relaxed);
    latest_.reset();
    latest_changed_ = false;
    // Also what earlier writes of this group would have told the cache is void.
    on_commit_.clear();
    on_commit_.emplace_back([this, key = std::move(key)] {
        machines_.clear();
        const std::lock_guard lock(facts_mutex_);
        token_key_ = key;
        committed_latest_.reset();
        activities_.clear();
    });
    return Outcome::committed;
}

bool SqliteWriter::tidy() {
    if (stale_) refresh();
    const bool more = tidy_once();
    // Nobody may write for long: what has been removed leaves the WAL all the same.
    checkpointer_.after_commit(connection_);
    if (more) return true;
    // Only a checkpoint makes the file shorter.
    if (std::exchange(gave_back_, false)) checkpointer_.begin();
    return false;
}

bool SqliteWriter::tidy_once() {
    if (removal_.work_left()) {
        in_transaction([this] { bite(Budget::of_a_moment()); });
        return true;
    }
    if (retention_.work_left()) {
        in_transaction([this] {
            execution_heads_.clear();
            retention_.bite();
        });
        return true;
    }
    return give_space_back();
}

/// Returns some of the file's free pages to the disk; false where the rest is worth keeping for
/// what comes.
bool SqliteWriter::give_space_back() {
    const auto number = [](sqlite::Statement& pragma) {
        sqlite::Rows rows = pragma.query();
        return rows.next() ? rows.integer(0) : 0;
    };
    const std::int64_t free = number(free_pages_);
    if (free <= kFreePagesKept || free <= number(all_pages_) / 4) return false;
    connection_.run(kGiveSpaceBack);
    gave_back_ = true;
    return true;
}

void SqliteWriter::bite(Budget budget) {
    // What is removed must not be known any more.
    map_runs_.flush();
    execution_heads_.flush();
    execution_heads_.clear();
    if (auto gone = removal_.bite(budget)) {
        machine_counts_.forget();
        machine_changed(*std::move(gone), nullptr);
    }
}

std::string SqliteWriter::token_key() const {
    const std::lock_guard lock(facts_mutex_);
    return token_key_;
}

std::optional<TimePoint> SqliteWriter::latest_time() const {
    const std::lock_guard lock(facts_mutex_);
    return committed_latest_;
}

bool SqliteWriter::has_activity(const std::string& arn) const {
    const std::lock_guard lock(facts_mutex_);
    return activities_.contains(arn_hash(arn));
}

}  // namespace stepwell::storage
