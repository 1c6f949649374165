#include "storage/removal.hpp"

#include "storage/records.hpp"
#include "storage/statements.hpp"

namespace stepwell::storage {

Removal::Removal(sqlite::Connection& c)
    : deleting_machines_(c, sql::kDeletingMachines),
      one_running_(c, sql::kOneRunningOf),
      one_execution_(c, sql::kOneExecutionOf),
      journal_sizes_(c, sql::kJournalSizes),
      delete_journal_(c, sql::kDeleteJournal),
      delete_execution_(c, sql::kDeleteExecution),
      delete_input_(c, sql::kDeleteInput),
      delete_result_(c, sql::kDeleteResult),
      one_revision_(c, sql::kOneRevisionOf),
      delete_revision_(c, sql::kDeleteRevision),
      delete_uses_(c, sql::kDeleteRevisionUses),
      machine_arn_(c, sql::kMachineArn),
      delete_tags_(c, sql::kDeleteTags),
      delete_machine_(c, sql::kDeleteMachine) {}

void Removal::reload() {
    clear();
    sqlite::Rows machines = deleting_machines_.query();
    while (machines.next()) machine_deleted(machines.integer(0));
}

void Removal::clear() {
    deleting_.clear();
    idle_.clear();
}

void Removal::machine_deleted(std::int64_t machine) {
    deleting_.insert(machine);
    execution_ended(machine);
}

void Removal::execution_ended(std::int64_t machine) {
    if (!deleting_.contains(machine)) return;
    if (!one_running_.query(machine).next()) idle_.insert(machine);
}

std::optional<std::string> Removal::bite(Budget& budget) {
    const std::int64_t machine = *idle_.begin();
    while (!budget.spent()) {
        std::int64_t key = 0;
        std::int64_t number = 0;
        {
            sqlite::Rows execution = one_execution_.query(machine);
            if (!execution.next()) return remove_machine(machine, budget);
            key = execution.integer(0);
            number = execution.integer(1);
        }
        remove_execution(key, number, budget);
    }
    return std::nullopt;
}

bool Removal::remove_execution(std::int64_t key, std::int64_t number, Budget& budget) {
    if (!remove_journal(number, budget)) return false;
    delete_input_.execute(key);
    delete_result_.execute(key);
    delete_execution_.execute(key);
    --budget.rows;
    return true;
}

bool Removal::remove_journal(std::int64_t number, Budget& budget) {
    const std::int64_t first = journal_id(number, 0);
    std::int64_t last = journal_id(number, kMaxSequence);
    bool all = true;
    {
        sqlite::Rows rows = journal_sizes_.query(first, last, budget.rows + 1);
        while (rows.next()) {
            if (budget.spent()) {
                last = rows.integer(0) - 1;
                all = false;
                break;
            }
            --budget.rows;
            budget.bytes -= rows.integer(1);
        }
    }
    delete_journal_.execute(first, last);
    return all;
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
    delete_tags_.execute(arn);
    delete_machine_.execute(machine);
    deleting_.erase(machine);
    idle_.erase(machine);
    return arn;
}

}  // namespace stepwell::storage
