#pragma once

#include <atomic>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <shared_mutex>
#include <span>
#include <vector>

#include "engine/store.hpp"
#include "storage/sqlite.hpp"

/// Finds executions by the hash of their ARN.
///
/// Hashes come in no order. Written one by one, each start would rewrite a page of its own of an
/// index that grows with what is stored. So the newest are kept in memory, and go to the file in
/// the order of their hashes, many to a page. Nothing is lost with the memory: it follows from the
/// executions, and a restart reads it again.
namespace stepwell::storage {

/// An execution by the hash of its ARN.
struct ArnEntry {
    std::int64_t hash = 0;
    ExecutionKey key = 0;  ///< 0: none
    auto operator<=>(const ArnEntry&) const = default;
};

/// Executions that are not in the file's index yet. Those of a transaction under way are among
/// them: who looks for one finds no row. Thread-safe; one thread changes it.
class RecentArns {
public:
    /// Several where hashes collide.
    std::vector<ExecutionKey> find(std::int64_t hash) const;
    std::size_t size() const { return size_.load(std::memory_order_relaxed); }
    std::vector<ArnEntry> sorted() const;

    void add(ArnEntry entry);
    void remove(std::span<const ArnEntry> gone);
    void clear();

private:
    std::size_t home_of(std::int64_t hash) const {
        return static_cast<std::size_t>(hash) & (slots_.size() - 1);
    }
    std::size_t next(std::size_t slot) const { return (slot + 1) & (slots_.size() - 1); }
    void insert(ArnEntry entry);
    void erase(ArnEntry entry);

    mutable std::shared_mutex mutex_;
    /// Open addressing, at most half full: an entry stands in its home or behind it, with no empty
    /// slot between. A power of two, or none.
    std::vector<ArnEntry> slots_;
    std::atomic<std::size_t> size_{0};
};

/// The writer's side. What it changes it changes inside a write transaction; `committed` or
/// `rolled_back` ends each.
class ArnIndex {
public:
    /// `recent` must outlive it. When it has `batch` entries they are moved to the file, a few with
    /// each group.
    ArnIndex(sqlite::Connection& connection, RecentArns& recent, std::size_t batch);

    /// Reads again what the file's index lacks: once, before the first transaction.
    void load();

    /// Keys that may have this hash, uncommitted ones of this transaction included. Whose ARN it
    /// really is, the execution tells: an entry may be left over from one that is gone.
    std::vector<ExecutionKey> find(std::int64_t hash);
    void add(std::int64_t hash, ExecutionKey key);
    void remove(std::int64_t hash, ExecutionKey key);
    void clear();

    /// First in a transaction that starts so many executions: moves twice as many to the file, if
    /// there is enough in memory to make it worth while.
    void move(std::size_t starts);

    void committed();
    void rolled_back();

private:
    RecentArns& recent_;
    const std::size_t most_;
    /// All executions with keys up to this one are in the file's index, or in `batch_` on their way
    /// to it. Keys grow with time, but are not committed in quite their order.
    ExecutionKey moved_up_to_ = 0;
    /// Those with greater keys are certainly not.
    ExecutionKey maybe_in_file_ = 0;
    std::vector<ArnEntry> batch_;  ///< by hash; its first `next_` are in the file
    std::size_t next_ = 0;

    // Of the transaction.
    std::vector<ArnEntry> added_;
    std::vector<ArnEntry> dropped_;  ///< added before a reset
    std::vector<ArnEntry> removed_;
    std::size_t moved_ = 0;
    bool cleared_ = false;

    sqlite::Statement find_;
    sqlite::Statement insert_;
    sqlite::Statement delete_;
    sqlite::Statement newer_;
    sqlite::Statement meta_;
    sqlite::Statement set_meta_;
};

}  // namespace stepwell::storage
