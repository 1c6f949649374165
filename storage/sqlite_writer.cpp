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

/// Longer texts are kept out of the execution's row, which every Step rewrites.
constexpr std::size_t kMaxInlineBytes = 256;
/// Numbers are reserved in the file so many at a time: a start need not write how far they are
/// used.
constexpr std::int64_t kNumbersAtOnce = 4096;
/// Machines that the writer knows by heart; past that it begins again.
constexpr std::size_t kMaxHeads = 4096;

/// 4 MiB; what is free beyond that, and beyond a quarter of the file, goes back to the disk in
/// bites.
constexpr std::int64_t kFreePagesKept = 1024;
constexpr const char* kGiveSpaceBack = "PRAGMA incremental_vacuum(128)";

constexpr std::string_view kTokenKey = "token_key";
constexpr std::string_view kLatestTime = "latest_time";
constexpr std::string_view kNumbersReserved = "numbers_reserved";

std::string random_bytes() {
    std::string bytes(32, '\0');
    if (::getentropy(bytes.data(), bytes.size()) != 0)
        throw std::runtime_error("the system gives no random bytes");
    return bytes;
}

std::int64_t counted(sqlite::Statement& count, const Owner& owner) {
    sqlite::Rows rows = count.query(owner.account, owner.region, owner.partition);
    return rows.next() ? rows.integer(0) : 0;
}

std::size_t size_of(const std::optional<std::string>& text) { return text ? text->size() : 0; }

/// Of an ExecutionRecord or an ExecutionUpdate: whether its result goes to execution_results.
template <class Result>
bool has_long_result(const Result& result) {
    return size_of(result.output) + size_of(result.error) + size_of(result.cause) > kMaxInlineBytes;
}

}  // namespace

SqliteWriter::SqliteWriter(sqlite::Connection connection, MachineCache& machines,
                           RecentArns& recent_arns, Checkpointer& checkpointer,
                           std::size_t arn_batch, KeepExecutions keep)
    : connection_(std::move(connection)),
      machines_(machines),
      checkpointer_(checkpointer),
      uses_(connection_),
      versions_(connection_),
      tags_(connection_),
      arns_(connection_, recent_arns, arn_batch),
      execution_heads_(connection_),
      map_runs_(connection_),
      removal_(connection_, arns_, uses_),
      retention_(connection_, removal_, std::move(keep)),
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
      insert_execution_(connection_, sql::kInsertExecution),
      turn_execution_(connection_, sql::kTurnExecution),
      insert_input_(connection_, sql::kInsertInput),
      insert_result_(connection_, sql::kInsertResult),
      delete_result_(connection_, sql::kDeleteResult),
      insert_journal_(connection_, sql::kInsertJournal),
      insert_anchor_(connection_, sql::kInsertAnchor),
      last_journal_id_(connection_, sql::kLastJournalId),
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
        commit_.execute();
    } catch (...) {
        stale_ = true;
        on_commit_.clear();
        uses_.forget_changes();
        arns_.rolled_back();
        execution_heads_.clear();
        map_runs_.forget_changes();
        started_running_ = 0;
        // SQLite has already rolled back after some errors.
        // https://www.sqlite.org/lang_transaction.html
        if (connection_.in_transaction()) rollback_.execute();
        throw;
    }
    arns_.committed();
    retention_.closed(-removal_.take_closed());
    running_.fetch_add(std::exchange(started_running_, 0), std::memory_order_relaxed);
    for (const auto& tell : on_commit_) tell();
    on_commit_.clear();
}

/// Reads again what is kept in memory of the file.
void SqliteWriter::refresh() {
    heads_.clear();
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
            [this](EndMapRun& w) -> Answer {
                saw(w.end.stop_date);
                return map_runs_.end(w.key, w.end);
            },
            [this](SettleMapRun& w) -> Answer { return map_runs_.settle(w.arn); },
            [this](PutDocument& w) -> Answer { return put(w); },
            [this](DeleteDocument& w) -> Answer { return remove(w); },
            [this](Reset&) -> Answer { return reset(); },
        },
        write);
}

// --- state machines

PublishOutcome SqliteWriter::create(CreateStateMachine& write) {
    const StateMachineRecord& r = write.record;
    if (machine_head(r.arn) != nullptr) return {Outcome::conflict};
    std::int64_t& machines =
        machine_counts_.of(r.owner, [&] { return counted(count_machines_, r.owner); });
    if (machines >= kMaxStateMachines) return {Outcome::limit_reached};
    ++machines;
    std::int64_t id = 0;
    {
        sqlite::Rows rows = insert_machine_.query(
            r.arn, r.owner.account, r.owner.region, r.owner.partition, r.name,
            static_cast<int>(r.type), static_cast<int>(r.status), r.creation_date, 0);
        rows.next();
        id = rows.integer(0);
        rows.next();  // to its end: only then it is done
    }
    const std::int64_t revision = insert_revision(id, r);
    set_machine_revision_.execute(id, revision);
    tags_.add(r.arn, write.tags);
    saw(r.creation_date);
    saw(r.update_date);
    machine_changed(r.arn, std::make_shared<const StateMachineRecord>(r));
    if (!write.publish) return {};
    return versions_.publish(id, revision, *write.publish, r.creation_date);
}

PublishOutcome SqliteWriter::update(UpdateStateMachine& write) {
    const MachineHead* const head = active_machine(write.record.arn);
    if (head == nullptr) return {Outcome::not_found};
    if (head->revision_id != write.expected_revision_id) return {Outcome::conflict};
    const std::int64_t id = head->id;
    const std::int64_t old_revision = head->revision;
    if (write.publish && versions_.full(id)) return {Outcome::limit_reached};
    const std::int64_t revision = insert_revision(id, write.record);
    set_machine_revision_.execute(id, revision);
    uses_.left_behind(old_revision);
    saw(write.record.update_date);
    // What an update does not change (name, owner, type, creation date) is taken from the file, not
    // from the caller.
    MachineCache::Machine machine;
    {
        sqlite::Rows rows = find_machine_.query(write.record.arn);
        if (!rows.next()) damaged("a state machine without a revision");
        machine = std::make_shared<const StateMachineRecord>(machine_record(rows));
    }
    machine_changed(write.record.arn, std::move(machine));
    if (!write.publish) return {};
    return versions_.publish(id, revision, *write.publish, write.record.update_date);
}

Outcome SqliteWriter::remove(DeleteStateMachine& write) {
    const MachineHead* const head = machine_head(write.arn);
    if (head == nullptr) return Outcome::not_found;
    if (head->status == MachineStatus::deleting) return Outcome::committed;
    const std::int64_t id = head->id;
    set_machine_deleting_.execute(id);
    // Not shown from memory any more: it is going.
    machine_changed(write.arn, nullptr);
    removal_.machine_deleted(id);
    // A machine with little history is gone with the answer, so that its name is free again.
    if (removal_.work_left()) bite(Budget{});
    return Outcome::committed;
}

PublishOutcome SqliteWriter::publish(PublishVersion& write) {
    const MachineHead* const head = active_machine(write.state_machine_arn);
    if (head == nullptr) return {Outcome::not_found};
    if (head->revision_id != write.expected_revision_id) return {Outcome::conflict};
    const PublishOutcome published =
        versions_.publish(head->id, head->revision, write.publication, write.now);
    if (published.outcome == Outcome::committed) saw(published.version.creation_date);
    return published;
}

Outcome SqliteWriter::delete_version(DeleteVersion& write) {
    const MachineHead* const head = machine_head(write.state_machine_arn);
    if (head == nullptr) return Outcome::not_found;
    const auto revision = versions_.revision_of(head->id, write.number);
    const Outcome outcome = versions_.remove(head->id, write.number);
    if (outcome == Outcome::committed) uses_.left_behind(*revision);
    return outcome;
}

const SqliteWriter::MachineHead* SqliteWriter::active_machine(const std::string& arn) {
    const MachineHead* const head = machine_head(arn);
    return head != nullptr && head->status == MachineStatus::active ? head : nullptr;
}

const SqliteWriter::MachineHead* SqliteWriter::machine_head(const std::string& arn) {
    if (const auto known = heads_.find(arn); known != heads_.end()) return &known->second;
    sqlite::Rows rows = machine_head_.query(arn);
    if (!rows.next()) return nullptr;
    if (heads_.size() >= kMaxHeads) heads_.clear();
    MachineHead head;
    head.id = rows.integer(0);
    head.type = enumerator(rows.integer(1), WorkflowType::express, "type of a state machine");
    head.status = enumerator(rows.integer(2), MachineStatus::deleting, "status of a state machine");
    head.revision = rows.integer(3);
    head.revision_id = rows.text(4);
    return &heads_.emplace(arn, std::move(head)).first->second;
}

std::int64_t SqliteWriter::insert_revision(std::int64_t machine, const StateMachineRecord& r) {
    sqlite::Rows rows = insert_revision_.query(
        machine, r.revision_id, r.update_date, r.role_arn, r.description, r.logging_configuration,
        r.tracing_configuration, r.encryption_configuration, r.definition);
    rows.next();
    const std::int64_t id = rows.integer(0);
    rows.next();
    return id;
}

void SqliteWriter::machine_changed(std::string arn, MachineCache::Machine machine) {
    heads_.erase(arn);
    on_commit_.emplace_back([this, arn = std::move(arn), machine = std::move(machine)] {
        machines_.committed(arn, machine);
    });
}

// --- activities

Outcome SqliteWriter::create(CreateActivity& write) {
    const ActivityRecord& r = write.record;
    std::int64_t& activities =
        activity_counts_.of(r.owner, [&] { return counted(count_activities_, r.owner); });
    insert_activity_.execute(r.arn, r.owner.account, r.owner.region, r.owner.partition, r.name,
                             r.creation_date, r.encryption_configuration);
    if (connection_.changes() == 0) return Outcome::conflict;
    if (activities >= kMaxActivities) {
        delete_activity_.execute(r.arn);
        return Outcome::limit_reached;
    }
    ++activities;
    tags_.add(r.arn, write.tags);
    saw(r.creation_date);
    on_commit_.emplace_back([this, hash = arn_hash(r.arn)] {
        const std::lock_guard lock(facts_mutex_);
        activities_.insert(hash);
    });
    return Outcome::committed;
}

Outcome SqliteWriter::remove(DeleteActivity& write) {
    delete_activity_.execute(write.arn);
    if (connection_.changes() == 0) return Outcome::not_found;
    activity_counts_.forget();
    delete_tags_.execute(write.arn);
    on_commit_.emplace_back([this, hash = arn_hash(write.arn)] {
        const std::lock_guard lock(facts_mutex_);
        activities_.erase(hash);
    });
    return Outcome::committed;
}

// --- executions

StartOutcome SqliteWriter::start(StartExecution& write) {
    const ExecutionRecord& record = write.record;
    const MachineHead* const machine = active_machine(record.state_machine_arn);
    if (machine == nullptr) return {Outcome::not_found, {}};
    const std::int64_t hash = arn_hash(record.arn);
    if (auto there = existing(hash, record.arn)) return {Outcome::conflict, std::move(there)};
    std::int64_t revision = machine->revision;
    if (record.version != 0) {
        const auto of_version = versions_.revision_of(machine->id, record.version);
        if (!of_version) return {Outcome::conflict, {}};
        revision = *of_version;
    } else if (machine->revision_id != record.revision_id) {
        return {Outcome::conflict, {}};
    }

    // The row names the journal's, which is inserted only if the row could be.
    ExecutionHead head;
    head.number = next_number();
    head.machine = machine->id;
    head.revision = revision;
    head.status = record.status;
    head.wake_at = record.status == ExecutionStatus::running ? record.wake_at : std::nullopt;
    head.last_sequence = record.last_sequence;
    head.last_event = record.last_event;
    ExecutionHead with_step = head;
    if (write.first_step.entry_count > 0) {
        with_step.last_row = next_row_;
        with_step.row_count = 1;
    }
    if (!insert_execution(record, with_step)) return {Outcome::conflict, {}};
    insert_journal(head, write.first_step);
    if (write.first_step.map_runs) map_runs_.change(record.key, *write.first_step.map_runs);
    arns_.add(hash, record.key);
    if (head.status == ExecutionStatus::running) {
        execution_heads_.inserted(record.key, head);
        ++started_running_;
    } else {
        retention_.closed(1);
    }
    uses_.add(revision, 1);
    saw(record.start_date);
    if (record.stop_date) saw(*record.stop_date);
    return {Outcome::committed, {}};
}

std::optional<ExecutionRecord> SqliteWriter::existing(std::int64_t hash, const std::string& arn) {
    const std::vector<ExecutionKey> keys = arns_.find(hash);
    if (!keys.empty()) execution_heads_.flush();
    for (const ExecutionKey key : keys) {
        sqlite::Rows rows = find_execution_.query(key);
        if (!rows.next()) continue;
        ExecutionRecord found = execution_record(rows);
        if (found.arn == arn) return found;
    }
    return std::nullopt;
}

/// False where its key is taken.
bool SqliteWriter::insert_execution(const ExecutionRecord& r, const ExecutionHead& head) {
    using View = std::optional<std::string_view>;
    const bool is_standard = standard_arn(r.state_machine_arn, r.name) == r.arn;
    const View arn = is_standard ? View() : View(r.arn);
    const auto version = r.version != 0 ? std::optional(r.version) : std::nullopt;
    using Number = std::optional<std::int64_t>;
    const Number map_run = r.map_run != 0 ? Number(r.map_run) : Number();
    const Number item_count = r.map_run != 0 ? Number(r.item_count) : Number();
    const View alias = r.alias.empty() ? View() : View(r.alias);
    const View trace = r.trace_header.empty() ? View() : View(r.trace_header);
    const View test_case = r.test_case.empty() ? View() : View(r.test_case);
    const bool long_input = r.input.size() > kMaxInlineBytes;
    const View input = long_input ? View() : View(r.input);
    const bool long_result = has_long_result(r);
    const auto inline_result = [&](const std::optional<std::string>& text) {
        return long_result || !text ? View() : View(*text);
    };
    insert_execution_.execute(
        r.key, head.number, head.machine, head.revision, static_cast<int>(r.type),
        static_cast<int>(r.status), r.start_date, r.stop_date, head.wake_at, r.last_sequence,
        r.last_event, arn_hash(r.arn), head.last_row, head.row_count, arn, r.name, trace, input,
        inline_result(r.output), inline_result(r.error), inline_result(r.cause), version, alias,
        map_run, item_count, test_case);
    if (connection_.changes() == 0) return false;
    if (long_input) insert_input_.execute(r.key, r.input);
    if (long_result) insert_result_.execute(r.key, r.output, r.error, r.cause);
    return true;
}

/// Adds a row to the journal; nothing where the Step has no entries.
void SqliteWriter::insert_journal(ExecutionHead& head, const JournalRow& row) {
    if (row.entry_count == 0) return;
    if (row.first_sequence < 1 || row.first_sequence + row.entry_count > kMaxSequence) {
        throw std::out_of_range("sequence number " + std::to_string(row.first_sequence));
    }
    const std::int64_t id = next_row_++;
    insert_journal_.execute(id, head.last_row, row.first_sequence, row.entry_count, row.first_event,
                            row.event_count, sqlite::Blob{row.bytes});
    head.last_row = id;
    if (++head.row_count % kAnchorDistance == 0) {
        insert_anchor_.execute(journal_place(head.number, row.first_sequence), id, row.first_event);
    }
    saw(row.latest_time);
}

Outcome SqliteWriter::append(AppendStep& write) {
    const ExecutionUpdate& update = write.update;
    ExecutionHead* const head = execution_heads_.find(write.key);
    if (head == nullptr) return Outcome::not_found;
    if (head->last_sequence != write.after) return Outcome::conflict;
    const bool ran = head->status == ExecutionStatus::running;
    if (!ran && removal_.is_deleting(head->machine)) return Outcome::not_found;
    std::int64_t redrive = 0;
    if (!ran && head->map_run != 0) {
        if (head->status == ExecutionStatus::succeeded) return Outcome::conflict;
        const auto awaited = map_runs_.awaits_redrive(head->map_run, write.key);
        if (!awaited) return Outcome::conflict;
        redrive = *awaited;
    }
    insert_journal(*head, write.step);
    if (write.step.map_runs) map_runs_.change(write.key, *write.step.map_runs);

    const bool runs = update.status == ExecutionStatus::running;
    head->last_sequence = update.last_sequence;
    head->last_event = update.last_event;
    head->wake_at = runs ? update.wake_at : std::nullopt;
    if (ran && runs && !update.stop_date && !update.output && !update.error && !update.cause) {
        execution_heads_.stepped(write.key);
    } else {
        turn_execution(write, *head, !ran);
        started_running_ += (runs ? 1 : 0) - (ran ? 1 : 0);
        if (head->map_run == 0) {
            retention_.closed((ran ? 1 : 0) - (runs ? 1 : 0));
            if (!runs) removal_.execution_ended(head->machine);
        } else if (!ran) {
            map_runs_.child_redriven(head->map_run, redrive, write.key, update.status,
                                     head->item_count);
        } else if (head->status != update.status) {
            map_runs_.child_turned(head->map_run, head->status, update.status, head->item_count);
        }
        execution_heads_.forget(write.key);
    }
    if (update.stop_date) saw(*update.stop_date);
    return Outcome::committed;
}

/// Children of a Map Run. They share the revision of their parent, which may be an old one by now.
Outcome SqliteWriter::start_children(StartChildren& write) {
    const ChildrenStart& start = write.start;
    const auto run = map_runs_.head(start.run);
    if (!run) return Outcome::not_found;
    if (!run->open || run->started != start.after) return Outcome::conflict;
    const ExecutionHead* const parent = execution_heads_.find(run->parent);
    if (parent == nullptr) return Outcome::not_found;
    ExecutionHead head;
    head.machine = parent->machine;
    head.revision = parent->revision;
    head.wake_at = TimePoint{};
    head.map_run = start.run;
    if (!start.children.empty() && !active_machine(start.children.front().state_machine_arn))
        return Outcome::not_found;
    std::int64_t items = 0;
    for (const ExecutionRecord& child : start.children) {
        head.number = next_number();
        head.item_count = child.item_count;
        // The runtime gives every key but once.
        if (!insert_execution(child, head)) throw std::logic_error("a child's key is taken");
        arns_.add(arn_hash(child.arn), child.key);
        execution_heads_.inserted(child.key, head);
        items += child.item_count;
        saw(child.start_date);
    }
    const auto count = static_cast<std::int64_t>(start.children.size());
    started_running_ += count;
    if (count > 0) uses_.add(head.revision, count);
    map_runs_.children_started(start, items);
    return Outcome::committed;
}

Outcome SqliteWriter::redrive_child(const RedriveChild& write) {
    const ExecutionHead* const head = execution_heads_.find(write.child);
    if (head == nullptr) return Outcome::not_found;
    if (head->map_run != write.run || head->status == ExecutionStatus::running ||
        head->status == ExecutionStatus::succeeded)
        return Outcome::conflict;
    const auto redrive = map_runs_.awaits_redrive(write.run, write.child);
    if (!redrive) return Outcome::conflict;
    if (write.how == ChildRedrive::not_redrivable) {
        map_runs_.child_not_redrivable(write.run, *redrive, write.child, head->status,
                                       head->item_count);
        return Outcome::committed;
    }
    map_runs_.begin_child_anew(write.run, *redrive, write.child, head->item_count);
    delete_result_.execute(write.child);
    execution_heads_.forget(write.child);
    ++started_running_;
    return Outcome::committed;
}

/// The execution ends, or is opened again.
void SqliteWriter::turn_execution(const AppendStep& write, const ExecutionHead& head,
                                  bool had_results) {
    const ExecutionUpdate& u = write.update;
    const bool long_result = has_long_result(u);
    const std::optional<std::string> none;
    turn_execution_.execute(
        write.key, head.last_sequence, head.last_event, head.last_row, head.row_count, head.wake_at,
        static_cast<int>(u.status), u.stop_date, long_result ? none : u.output,
        long_result ? none : u.error, long_result ? none : u.cause,
        u.redrive_count != 0 ? std::optional(u.redrive_count) : std::nullopt, u.redrive_date);
    if (long_result) {
        insert_result_.execute(write.key, u.output, u.error, u.cause);
    } else if (had_results) {
        delete_result_.execute(write.key);
    }
}

Outcome SqliteWriter::forget(ForgetExecution& write) {
    const ExecutionHead* const found = execution_heads_.find(write.key);
    if (found == nullptr) return Outcome::not_found;
    const ExecutionHead head = *found;
    execution_heads_.flush();
    execution_heads_.forget(write.key);
    Budget budget;
    removal_.remove_execution(write.key, budget);
    if (head.status == ExecutionStatus::running) --started_running_;
    removal_.execution_ended(head.machine);
    return Outcome::committed;
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

// --- documents

Outcome SqliteWriter::put(const PutDocument& write) {
    const Document& document = write.document;
    put_document_.execute(document.collection, document.key, document.body);
    return Outcome::committed;
}

Outcome SqliteWriter::remove(const DeleteDocument& write) {
    delete_document_.execute(write.collection, write.key);
    return connection_.changes() > 0 ? Outcome::committed : Outcome::not_found;
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
        "DELETE FROM execution_arns; DELETE FROM journal_leftovers;"
        "DELETE FROM meta WHERE name = 'latest_time'");
    std::string key = random_bytes();
    set_meta_.execute(kTokenKey, sqlite::Blob{key});
    heads_.clear();
    machine_counts_.forget();
    activity_counts_.forget();
    uses_.forget_changes();
    removal_.clear();
    retention_.clear();
    arns_.clear();
    execution_heads_.clear();
    map_runs_.forget_changes();
    started_running_ = -running_.load(std::memory_order_relaxed);
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
