#pragma once

#include <mutex>

#include "engine/base/time.hpp"

namespace stepwell::testing {

/// A clock that stands still until it is told otherwise. Thread-safe.
class ManualClock final : public Clock {
public:
    /// 2024-02-07T13:52:02.123Z.
    static constexpr TimePoint kStart{Milliseconds{1'707'313'922'123}};

    explicit ManualClock(TimePoint start = kStart) : now_(start) {}

    TimePoint now() const override {
        const std::lock_guard lock(mutex_);
        return now_;
    }
    void advance(Milliseconds by) {
        const std::lock_guard lock(mutex_);
        now_ += by;
    }
    void set(TimePoint now) {
        const std::lock_guard lock(mutex_);
        now_ = now;
    }

private:
    mutable std::mutex mutex_;
    TimePoint now_;
};

}  // namespace stepwell::testing
