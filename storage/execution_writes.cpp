#include <stdexcept>
#include <string>
#include <utility>

#include "storage/records.hpp"
#include "storage/sqlite_writer.hpp"
#include "storage/statements.hpp"

// What is written of executions: their starts, Steps and ends, children of Map Runs, and what Steps
// do beside their execution.
namespace stepwell::storage {
namespace {

/// Longer texts are kept out of the execution's row, which every Step rewrites.
constexpr std::size_t kMaxInlineBytes = 256;

std::size_t size_of(const std::optional<std::string>& text) { return text ? text->size() : 0; }

/// Of an ExecutionRecord or an ExecutionUpdate: whether its result goes to execution_results.
template <class Result>
bool has_long_result(const Result& result) {
    return size_of(result.output) + size_of(result.error) + size_of(result.cause) > kMaxInlineBytes;
}

}  // namespace

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
    if (machine->type == WorkflowType::standard && as_many_open_as_may(machine->id))
        return {Outcome::limit_reached, {}};

    // The row names the journal's, which is inserted only if the row could be.
    ExecutionHead head;
    head.number = next_number();
    head.machine = machine->id;
    head.revision = revision;
    head.status = record.status;
    head.wake_at = record.status == ExecutionStatus::running ? record.wake_at : std::nullopt;
    head.last_sequence = record.last_sequence;
    head.last_event = record.last_event;
    head.open_tokens = record.open_tokens;
    ExecutionHead with_step = head;
    if (write.first_step.entry_count > 0) {
        with_step.last_row = next_row_;
        with_step.row_count = 1;
    }
    if (!insert_execution(record, with_step)) return {Outcome::conflict, {}};
    insert_journal(head, write.first_step);
    insert_effects(record.key, write.first_step);
    tokens_given_ += head.open_tokens;
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

/// Of the owner of a machine.
bool SqliteWriter::as_many_open_as_may(std::int64_t machine) {
    // That it is so is rare, and only then they are counted.
    const std::int64_t of_all_owners = running_.load(std::memory_order_relaxed) + started_running_;
    if (of_all_owners < max_open_executions_) return false;
    if (full_machines_.contains(machine)) return true;
    sqlite::Rows rows = count_open_.query(machine, max_open_executions_);
    if (!rows.next() || rows.integer(0) < max_open_executions_) return false;
    full_machines_.insert(machine);
    return true;
}

void SqliteWriter::execution_ended(std::int64_t machine) {
    full_machines_.clear();
    removal_.execution_ended(machine);
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
    const Number run_redrive = r.run_redrive != 0 ? Number(r.run_redrive) : Number();
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
        map_run, item_count, test_case, head.open_tokens, run_redrive);
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

/// What a Step does beside its execution.
void SqliteWriter::insert_effects(ExecutionKey key, const JournalRow& row) {
    if (row.map_runs) map_runs_.change(key, *row.map_runs);
    if (!row.job_stops) return;
    for (const JobStop& stop : *row.job_stops) insert_job_stop_.execute(stop.key, stop.call);
}

Outcome SqliteWriter::job_stopped(const JobStopped& write) {
    delete_job_stop_.execute(write.key);
    return connection_.changes() > 0 ? Outcome::committed : Outcome::not_found;
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
    const bool runs = update.status == ExecutionStatus::running;
    // As of a start: also of one that ends with its first Step.
    if (!ran && head->map_run == 0 && as_many_open_as_may(head->machine))
        return Outcome::limit_reached;
    insert_journal(*head, write.step);
    insert_effects(write.key, write.step);

    head->last_sequence = update.last_sequence;
    head->last_event = update.last_event;
    head->wake_at = runs ? update.wake_at : std::nullopt;
    tokens_given_ += std::int64_t{update.open_tokens} - head->open_tokens;
    head->open_tokens = update.open_tokens;
    if (ran && runs && !update.stop_date && !update.output && !update.error && !update.cause) {
        execution_heads_.stepped(write.key);
    } else {
        turn_execution(write, *head, !ran);
        started_running_ += (runs ? 1 : 0) - (ran ? 1 : 0);
        if (head->map_run == 0) {
            retention_.closed((ran ? 1 : 0) - (runs ? 1 : 0));
            if (!runs) execution_ended(head->machine);
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
    for (ExecutionRecord& child : write.start.children) {
        // One that begins in a redrive of its run has not waited for it.
        child.run_redrive = run->redrive_count;
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
        write.key, head.last_sequence, head.last_event, head.last_row, head.row_count,
        head.open_tokens, head.wake_at, static_cast<int>(u.status), u.stop_date,
        long_result ? none : u.output, long_result ? none : u.error, long_result ? none : u.cause,
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
    execution_ended(head.machine);
    return Outcome::committed;
}

}  // namespace stepwell::storage
