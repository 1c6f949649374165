#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <thread>
#include <utility>

namespace stepwell::testing {

/// No wait of a test is longer: generous, since sanitizers and a busy machine are slow.
inline constexpr std::chrono::seconds kDeadline{60};

/// A value that another thread will give.
template <class T>
class Awaited {
public:
    void give(T value) {
        const std::lock_guard lock(mutex_);
        value_ = std::move(value);
        given_.notify_all();
    }
    bool has_value() const {
        const std::lock_guard lock(mutex_);
        return value_.has_value();
    }
    /// The value; throws where it does not come in time.
    T get(std::chrono::milliseconds deadline = kDeadline) {
        std::unique_lock lock(mutex_);
        if (!given_.wait_for(lock, deadline, [this] { return value_.has_value(); })) {
            throw std::runtime_error("nothing came within the deadline");
        }
        return std::move(*value_);
    }

private:
    mutable std::mutex mutex_;
    std::condition_variable given_;
    std::optional<T> value_;
};

/// Asks again and again, for what has no other way of telling (a process of the system): whether it
/// came true in time.
template <class Condition>
bool eventually(Condition condition, std::chrono::milliseconds deadline = kDeadline) {
    const auto end = std::chrono::steady_clock::now() + deadline;
    while (!condition()) {
        if (std::chrono::steady_clock::now() > end) return false;
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    return true;
}

}  // namespace stepwell::testing
