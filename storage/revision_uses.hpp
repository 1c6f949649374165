#pragma once

#include <cstdint>
#include <unordered_map>

#include "storage/sqlite.hpp"

namespace stepwell::storage {

/// Counts the stored executions of each revision: one that neither its machine nor a version has
/// any more goes with the last of them. Differences are gathered over a group and written once, by
/// flush(). All calls are inside a write transaction.
class RevisionUses {
public:
    explicit RevisionUses(sqlite::Connection& connection);

    void add(std::int64_t revision, std::int64_t executions) { changes_[revision] += executions; }
    /// Its machine has another revision now, or its version is gone: removes it where nothing has
    /// it any more.
    void left_behind(std::int64_t revision);
    void flush();
    /// After a rollback or a reset.
    void forget_changes() { changes_.clear(); }

private:
    bool is_held(std::int64_t revision);
    std::int64_t stored(std::int64_t revision);
    void remove(std::int64_t revision);

    std::unordered_map<std::int64_t, std::int64_t> changes_;
    sqlite::Statement uses_;
    sqlite::Statement set_uses_;
    sqlite::Statement delete_uses_;
    sqlite::Statement is_held_;
    sqlite::Statement delete_revision_;
};

}  // namespace stepwell::storage
