#include "storage/retention.hpp"

#include <utility>

#include "storage/statements.hpp"

namespace stepwell::storage {

Retention::Retention(sqlite::Connection& connection, Removal& removal, KeepExecutions keep)
    : connection_(connection),
      removal_(removal),
      keep_(std::move(keep)),
      oldest_closed_(connection, sql::kOldestClosed),
      map_runs_below_(connection, sql::kMapRunsBelow) {}

void Retention::prepare() {
    connection_.run(keep_.for_ever() ? sql::kDropClosedIndex : sql::kCreateClosedIndex);
}

void Retention::reload() { closed_ = keep_.newest ? connection_.integer(sql::kCountClosed) : 0; }

bool Retention::work_left() { return oldest_due().has_value(); }

/// What the bite under way has removed is not in `closed_` yet.
std::int64_t Retention::surplus() const {
    return closed_ - removal_.closed() - static_cast<std::int64_t>(*keep_.newest);
}

std::optional<std::int64_t> Retention::oldest_due() {
    const bool too_many = keep_.newest && surplus() > 0;
    if (!too_many && !keep_.age) return std::nullopt;
    sqlite::Rows rows = oldest_closed_.query();
    if (!rows.next()) return std::nullopt;
    if (!too_many && rows.time(1) + *keep_.age > keep_.time()) return std::nullopt;
    const std::int64_t key = rows.integer(0);
    // Its turn comes with the end of its Map Runs.
    if (map_runs_below_.query(key).next()) return std::nullopt;
    return key;
}

void Retention::bite() {
    Budget budget = Budget::of_a_moment();
    while (!budget.spent()) {
        const auto key = oldest_due();
        if (!key) return;
        removal_.remove_execution(*key, budget);
    }
}

}  // namespace stepwell::storage
