#pragma once

#include <cstdint>

#include "engine/base/histogram.hpp"

namespace stepwell {

/// What the writer of a store has done since it began, for /metrics.
struct WriteStatistics {
    std::uint64_t commits = 0;            ///< groups
    std::uint64_t writes = 0;             ///< in them
    std::uint64_t largest_group = 0;      ///< in writes
    std::uint64_t failures = 0;           ///< attempts that the disk refused
    std::uint64_t overloaded = 0;         ///< writes given up or refused
    std::uint64_t queued = 0;             ///< now
    std::uint64_t queued_bytes = 0;       ///< now, about
    std::int64_t running_executions = 0;  ///< stored, now
    std::int64_t open_tokens = 0;         ///< of tasks, that can still come back, now
    /// Of each write until its commit began, and of each commit that worked. They live as long as
    /// the writer.
    const Histogram* queue_time = nullptr;
    const Histogram* commit_time = nullptr;
};

}  // namespace stepwell
