#pragma once

#include <cstdint>
#include <optional>

#include "engine/keep_executions.hpp"
#include "storage/removal.hpp"
#include "storage/sqlite.hpp"

namespace stepwell::storage {

/// Removes executions that have been over for long enough, in bites. Never one that runs, or whose
/// Map Run does.
///
/// It finds them by an index that exists only while retention is asked for: who keeps everything
/// pays nothing for it. The first start with the option makes it (a second or two for a million
/// executions), the first one without it drops it.
class Retention {
public:
    Retention(sqlite::Connection& connection, Removal& removal, KeepExecutions keep);

    /// Makes the index, or drops it: once, before the first transaction.
    void prepare();
    /// Counts again what is over: after a rollback.
    void reload();

    /// Inside a transaction: so many more executions are over now.
    void closed(std::int64_t executions) { closed_ += executions; }
    void clear() { closed_ = 0; }

    bool work_left();
    /// Inside a transaction. Removes as much as one bite may.
    void bite();

private:
    std::int64_t surplus() const;
    std::optional<std::int64_t> oldest_due();

    sqlite::Connection& connection_;
    Removal& removal_;
    const KeepExecutions keep_;
    std::int64_t closed_ = 0;  ///< counted only where their number matters

    sqlite::Statement oldest_closed_;
    sqlite::Statement map_runs_below_;
};

}  // namespace stepwell::storage
