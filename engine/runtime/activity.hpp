#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>

namespace stepwell {

/// Counts what is under way in a runtime (inputs, reads, writes), so that one can wait until
/// nothing is. Thread-safe.
class Activity {
public:
    void begin() { count_.fetch_add(1, std::memory_order_relaxed); }
    void end(std::int64_t count = 1) {
        if (count == 0 || count_.fetch_sub(count, std::memory_order_acq_rel) != count) return;
        const std::lock_guard lock(mutex_);
        nothing_.notify_all();
    }

    /// Waits until nothing is under way.
    void wait() {
        std::unique_lock lock(mutex_);
        nothing_.wait(lock, [this] { return count_.load(std::memory_order_acquire) == 0; });
    }
    /// The same, but not for ever.
    void wait_for(std::chrono::milliseconds limit) {
        std::unique_lock lock(mutex_);
        nothing_.wait_for(lock, limit,
                          [this] { return count_.load(std::memory_order_acquire) == 0; });
    }

private:
    std::atomic<std::int64_t> count_{0};
    std::mutex mutex_;
    std::condition_variable nothing_;
};

}  // namespace stepwell
