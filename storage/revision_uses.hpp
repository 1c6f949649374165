#pragma once

#include <cstdint>
#include <unordered_map>

#include "storage/sqlite.hpp"

namespace stepwell::storage {

/// Counts the stored executions of each revision: one that a machine has left behind goes with the
/// last of them. Differences are gathered over a group and written once, by flush(). All calls are
/// inside a write transaction.
class RevisionUses {
public:
    explicit RevisionUses(sqlite::Connection& connection);

    void add(std::int64_t revision, std::int64_t executions) { changes_[revision] += executions; }
    /// The machine has another revision now: removes the old one where no execution was started on
    /// it.
    void left_behind(std::int64_t revision);
    void flush();
    /// After a rollback or a reset.
    void forget_changes() { changes_.clear(); }

private:
    std::int64_t stored(std::int64_t revision);
    void remove(std::int64_t revision);

    std::unordered_map<std::int64_t, std::int64_t> changes_;
    sqlite::Statement uses_;
    sqlite::Statement set_uses_;
    sqlite::Statement delete_uses_;
    sqlite::Statement is_current_;
    sqlite::Statement delete_revision_;
};

}  // namespace stepwell::storage
