#include "storage/execution_heads.hpp"

#include "storage/records.hpp"
#include "storage/statements.hpp"

namespace stepwell::storage {
namespace {

/// Past that it begins again.
constexpr std::size_t kMostHeads = 8192;

}  // namespace

ExecutionHeads::ExecutionHeads(sqlite::Connection& c)
    : execution_head_(c, sql::kExecutionHead),
      step_execution_(c, sql::kStepExecution),
      wake_execution_(c, sql::kWakeExecution) {}

ExecutionHead* ExecutionHeads::find(ExecutionKey key) {
    if (const auto known = heads_.find(key); known != heads_.end()) return &known->second.head;
    sqlite::Rows rows = execution_head_.query(key);
    if (!rows.next()) return nullptr;
    ExecutionHead head;
    head.number = rows.integer(0);
    head.machine = rows.integer(1);
    head.revision = rows.integer(2);
    head.status = enumerator(rows.integer(3), ExecutionStatus::aborted, "status of an execution");
    head.wake_at = rows.maybe_time(4);
    head.last_sequence = rows.integer(5);
    head.last_event = rows.integer(6);
    head.last_row = rows.integer(7);
    head.row_count = rows.integer(8);
    head.map_run = rows.maybe_integer(9).value_or(0);
    head.item_count = rows.maybe_integer(10).value_or(0);
    head.open_tokens = rows.maybe_integer(11).value_or(0);
    inserted(key, head);
    return &heads_.at(key).head;
}

void ExecutionHeads::inserted(ExecutionKey key, const ExecutionHead& head) {
    heads_.insert_or_assign(key, Known{head, head.wake_at, false});
}

void ExecutionHeads::stepped(ExecutionKey key) {
    Known& known = heads_.at(key);
    if (known.changed) return;
    known.changed = true;
    changed_.push_back(key);
}

void ExecutionHeads::flush() {
    for (const ExecutionKey key : changed_) {
        const auto found = heads_.find(key);
        if (found == heads_.end() || !found->second.changed) continue;
        Known& known = found->second;
        const ExecutionHead& head = known.head;
        // Two forms, as an index is rewritten when a column of it is named, changed or not.
        if (head.wake_at != known.wake_in_file) {
            wake_execution_.execute(key, head.last_sequence, head.last_event, head.last_row,
                                    head.row_count, head.open_tokens, head.wake_at);
        } else {
            step_execution_.execute(key, head.last_sequence, head.last_event, head.last_row,
                                    head.row_count, head.open_tokens);
        }
        known.wake_in_file = head.wake_at;
        known.changed = false;
    }
    changed_.clear();
    if (heads_.size() > kMostHeads) heads_.clear();
}

void ExecutionHeads::clear() {
    heads_.clear();
    changed_.clear();
}

}  // namespace stepwell::storage
