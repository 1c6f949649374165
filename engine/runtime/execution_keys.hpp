#pragma once

#include <algorithm>
#include <atomic>

#include "engine/base/time.hpp"
#include "engine/machine/token.hpp"

namespace stepwell {

/// Makes ExecutionKeys: unique, growing with time, never repeated after a restart. The milliseconds
/// of the start and 20 bits that count within them; a million starts in one millisecond would
/// borrow from the next. Thread-safe.
class ExecutionKeys {
public:
    ExecutionKey next(TimePoint now) {
        ExecutionKey last = last_.load(std::memory_order_relaxed);
        ExecutionKey key = 0;
        do {
            key = std::max(last + 1, first_of(now));
        } while (!last_.compare_exchange_weak(last, key, std::memory_order_relaxed));
        return key;
    }
    /// No later key may have been made at or before `time`.
    void after(TimePoint time) {
        const ExecutionKey floor = first_of(time) + kPerMillisecond;
        ExecutionKey last = last_.load(std::memory_order_relaxed);
        while (last < floor &&
               !last_.compare_exchange_weak(last, floor, std::memory_order_relaxed)) {
        }
    }

private:
    static constexpr ExecutionKey kPerMillisecond = ExecutionKey{1} << 20;
    static ExecutionKey first_of(TimePoint time) {
        return time.time_since_epoch().count() * kPerMillisecond;
    }

    std::atomic<ExecutionKey> last_{0};
};

}  // namespace stepwell
