#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "storage/arn_index.hpp"
#include "storage/revision_uses.hpp"
#include "storage/sqlite.hpp"

namespace stepwell::storage {

/// How much one bite may delete, so that a transaction stays short.
struct Budget {
    std::int64_t rows = 256;
    std::int64_t bytes = 1 << 20;
    std::chrono::steady_clock::time_point until = std::chrono::steady_clock::time_point::max();

    /// For work that nobody waits for and that holds others up: two milliseconds.
    static Budget of_a_moment() {
        Budget budget;
        budget.until = std::chrono::steady_clock::now() + std::chrono::milliseconds{2};
        return budget;
    }
    bool spent() const {
        return rows <= 0 || bytes <= 0 || std::chrono::steady_clock::now() > until;
    }
};

/// Takes deleted state machines apart: once nothing of one runs, its executions go with their
/// journals, then its revisions, tags and the machine itself. What is left to do can be told from
/// the file, so a restart goes on. All calls are inside a write transaction of the connection, but
/// reload().
///
/// An execution goes as one, so that nobody sees half of it; of a long journal a part may be left
/// over for later bites.
class Removal {
public:
    Removal(sqlite::Connection& connection, ArnIndex& arns, RevisionUses& uses);

    /// Looks into the file what is DELETING: at the start, and after a transaction was rolled back.
    void reload();
    void clear();

    void machine_deleted(std::int64_t machine);
    bool is_deleting(std::int64_t machine) const { return deleting_.contains(machine); }
    /// An execution of the machine has ended or gone.
    void execution_ended(std::int64_t machine);
    /// Of some machine.
    void map_run_ended();

    bool work_left() const { return !idle_.empty() || leftovers_; }
    /// Removes as much as the budget allows; the ARN of a machine that is gone now.
    std::optional<std::string> bite(Budget& budget);

    /// Removes one execution that does not run, or does not run any more, after its Map Runs with
    /// their children: those may be many, and it stays as long as the budget leaves some.
    void remove_execution(std::int64_t key, Budget& budget);
    /// Of those removed since the last call of take_closed: how many were over.
    std::int64_t closed() const { return closed_; }
    std::int64_t take_closed() { return std::exchange(closed_, 0); }

private:
    void remove_leftovers(Budget& budget);
    bool remove_map_runs(std::int64_t execution, Budget& budget);
    std::int64_t remove_journal(std::int64_t last_row, Budget& budget);
    std::optional<std::string> remove_machine(std::int64_t machine, Budget& budget);

    ArnIndex& arns_;
    RevisionUses& uses_;
    std::int64_t closed_ = 0;
    bool leftovers_ = false;           ///< maybe
    std::set<std::int64_t> deleting_;  ///< all that are DELETING
    std::set<std::int64_t> idle_;      ///< those of which nothing runs

    sqlite::Statement deleting_machines_;
    sqlite::Statement one_running_;
    sqlite::Statement one_execution_;
    sqlite::Statement one_map_run_;
    sqlite::Statement one_child_;
    sqlite::Statement delete_map_run_;
    sqlite::Statement delete_plan_;
    sqlite::Statement delete_run_result_;
    sqlite::Statement execution_end_;
    sqlite::Statement journal_head_;
    sqlite::Statement delete_journal_;
    sqlite::Statement any_leftover_;
    sqlite::Statement insert_leftover_;
    sqlite::Statement delete_leftover_;
    sqlite::Statement delete_anchors_;
    sqlite::Statement delete_execution_;
    sqlite::Statement delete_input_;
    sqlite::Statement delete_result_;
    sqlite::Statement one_revision_;
    sqlite::Statement delete_revision_;
    sqlite::Statement delete_uses_;
    sqlite::Statement machine_arn_;
    sqlite::Statement delete_versions_;
    sqlite::Statement delete_aliases_;
    sqlite::Statement delete_tags_;
    sqlite::Statement delete_machine_;
};

}  // namespace stepwell::storage
