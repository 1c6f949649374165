#include "storage/removal.hpp"

#include "storage/records.hpp"
#include "storage/statements.hpp"

namespace stepwell::storage {

Removal::Removal(sqlite::Connection& c, ArnIndex& arns, RevisionUses& uses)
    : arns_(arns),
      uses_(uses),
      deleting_machines_(c, sql::kDeletingMachines),
      one_running_(c, sql::kOneRunningOf),
      one_execution_(c, sql::kOneExecutionOf),
      one_map_run_(c, sql::kOneMapRunOf),
      one_child_(c, sql::kOneChildOf),
      delete_map_run_(c, sql::kDeleteMapRun),
      delete_plan_(c, sql::kDeleteMapRunPlan),
      delete_run_result_(c, sql::kDeleteMapRunResult),
      execution_end_(c, sql::kExecutionEnd),
      journal_head_(c, sql::kJournalHead),
      delete_journal_(c, sql::kDeleteJournal),
      any_leftover_(c, sql::kAnyLeftover),
      insert_leftover_(c, sql::kInsertLeftover),
      delete_leftover_(c, sql::kDeleteLeftover),
      delete_anchors_(c, sql::kDeleteAnchors),
      delete_execution_(c, sql::kDeleteExecution),
      delete_input_(c, sql::kDeleteInput),
      delete_result_(c, sql::kDeleteResult),
      one_revision_(c, sql::kOneRevisionOf),
      delete_revision_(c, sql::kDeleteRevision),
      delete_uses_(c, sql::kDeleteRevisionUses),
      machine_arn_(c, sql::kMachineArn),
      delete_versions_(c, sql::kDeleteVersionsOf),
      delete_aliases_(c, sql::kDeleteAliasesOf),
      delete_tags_(c, sql::kDeleteTags),
      delete_machine_(c, sql::kDeleteMachine) {}

void Removal::reload() {
    clear();
    sqlite::Rows machines = deleting_machines_.query();
    while (machines.next()) machine_deleted(machines.integer(0));
    leftovers_ = true;
}

void Removal::clear() {
    deleting_.clear();
    idle_.clear();
    leftovers_ = false;
    closed_ = 0;
}

void Removal::machine_deleted(std::int64_t machine) {
    deleting_.insert(machine);
    execution_ended(machine);
}

void Removal::execution_ended(std::int64_t machine) {
    if (!deleting_.contains(machine)) return;
    if (!one_running_.query(machine).next()) idle_.insert(machine);
}

void Removal::map_run_ended() {
    for (const std::int64_t machine : deleting_) execution_ended(machine);
}

std::optional<std::string> Removal::bite(Budget& budget) {
    remove_leftovers(budget);
    if (idle_.empty()) return std::nullopt;
    const std::int64_t machine = *idle_.begin();
    while (!budget.spent()) {
        std::int64_t key = 0;
        {
            sqlite::Rows execution = one_execution_.query(machine);
            if (!execution.next()) return remove_machine(machine, budget);
            key = execution.integer(0);
        }
        remove_execution(key, budget);
    }
    return std::nullopt;
}

/// False where the budget was spent before all were gone.
bool Removal::remove_map_runs(std::int64_t execution, Budget& budget) {
    const auto one = [](sqlite::Statement& statement, std::int64_t of) {
        sqlite::Rows rows = statement.query(of);
        return rows.next() ? rows.integer(0) : 0;
    };
    for (;;) {
        const std::int64_t run = one(one_map_run_, execution);
        if (run == 0) return true;
        for (;;) {
            const std::int64_t child = one(one_child_, run);
            if (child == 0) break;
            if (budget.spent()) return false;
            remove_execution(child, budget);
        }
        delete_plan_.execute(run);
        delete_run_result_.execute(run);
        delete_map_run_.execute(run);
    }
}

void Removal::remove_execution(std::int64_t key, Budget& budget) {
    if (!remove_map_runs(key, budget)) return;
    std::int64_t number = 0;
    std::int64_t revision = 0;
    std::int64_t hash = 0;
    std::int64_t last_row = 0;
    {
        sqlite::Rows rows = execution_end_.query(key);
        if (!rows.next()) return;
        number = rows.integer(0);
        revision = rows.integer(1);
        const bool child = rows.integer(5) != 0;
        if (rows.integer(2) != static_cast<int>(ExecutionStatus::running) && !child) ++closed_;
        hash = rows.integer(3);
        last_row = rows.integer(4);
    }
    delete_anchors_.execute(journal_place(number, 0), journal_place(number, kMaxSequence));
    delete_input_.execute(key);
    delete_result_.execute(key);
    delete_execution_.execute(key);
    arns_.remove(hash, key);
    uses_.add(revision, -1);
    --budget.rows;
    last_row = remove_journal(last_row, budget);
    if (last_row == 0) return;
    insert_leftover_.execute(last_row);
    leftovers_ = true;
}

void Removal::remove_leftovers(Budget& budget) {
    while (leftovers_ && !budget.spent()) {
        std::int64_t last_row = 0;
        {
            sqlite::Rows rows = any_leftover_.query();
            leftovers_ = rows.next();
            if (leftovers_) last_row = rows.integer(0);
        }
        if (last_row == 0) return;
        delete_leftover_.execute(last_row);
        last_row = remove_journal(last_row, budget);
        if (last_row != 0) insert_leftover_.execute(last_row);
    }
}

/// From the last row backwards, so that what is left, if anything, is a chain still: its last row,
/// or 0.
std::int64_t Removal::remove_journal(std::int64_t last_row, Budget& budget) {
    while (last_row != 0 && !budget.spent()) {
        std::int64_t previous = 0;
        {
            sqlite::Rows head = journal_head_.query(last_row);
            if (!head.next()) damaged("a row of a journal is missing");
            previous = head.integer(0);
            budget.bytes -= head.integer(5);
        }
        delete_journal_.execute(last_row);
        --budget.rows;
        last_row = previous;
    }
    return last_row;
}

std::optional<std::string> Removal::remove_machine(std::int64_t machine, Budget& budget) {
    for (;; --budget.rows) {
        if (budget.spent()) return std::nullopt;
        std::int64_t revision = 0;
        {
            sqlite::Rows rows = one_revision_.query(machine);
            if (!rows.next()) break;
            revision = rows.integer(0);
        }
        delete_uses_.execute(revision);
        delete_revision_.execute(revision);
    }
    std::string arn;
    {
        sqlite::Rows rows = machine_arn_.query(machine);
        if (rows.next()) arn = rows.text(0);
    }
    delete_aliases_.execute(machine);
    delete_versions_.execute(machine);
    delete_tags_.execute(arn);
    delete_machine_.execute(machine);
    deleting_.erase(machine);
    idle_.erase(machine);
    return arn;
}

}  // namespace stepwell::storage
