#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <unordered_map>
#include <vector>

#include "engine/store.hpp"
#include "storage/sqlite.hpp"

namespace stepwell::storage {

/// What an append must know of an execution's row.
struct ExecutionHead {
    std::int64_t number = 0;
    std::int64_t machine = 0;
    std::int64_t revision = 0;
    ExecutionStatus status = ExecutionStatus::running;
    std::optional<TimePoint> wake_at;
    Sequence last_sequence = 0;
    EventId last_event = 0;
    std::int64_t last_row = 0;   ///< of its journal; 0: none
    std::int64_t row_count = 0;  ///< of its journal
    MapRunKey map_run = 0;       ///< whose child it is; 0: of none
    std::int64_t item_count = 0;
    std::int64_t open_tokens = 0;
};

/// The heads of executions that were written to lately: a Step need not read its execution's row,
/// and several Steps of one execution in one transaction write it once, when `flush` is called. All
/// calls are inside a write transaction.
class ExecutionHeads {
public:
    explicit ExecutionHeads(sqlite::Connection& connection);

    /// Null where it is not there. Valid until the next call of another function.
    ExecutionHead* find(ExecutionKey key);
    /// Of an execution that was inserted just now.
    void inserted(ExecutionKey key, const ExecutionHead& head);
    /// What find() gave was changed, and is to be written; not its status.
    void stepped(ExecutionKey key);
    /// The row was written, or deleted, by someone else.
    void forget(ExecutionKey key) { heads_.erase(key); }
    /// Before the commit, and before anything else reads rows that may have been changed.
    void flush();
    /// After a rollback or a reset.
    void clear();

private:
    struct Known {
        ExecutionHead head;
        std::optional<TimePoint> wake_in_file;
        bool changed = false;
    };
    std::unordered_map<ExecutionKey, Known> heads_;
    std::vector<ExecutionKey> changed_;

    sqlite::Statement execution_head_;
    sqlite::Statement step_execution_;
    sqlite::Statement wake_execution_;
};

}  // namespace stepwell::storage
