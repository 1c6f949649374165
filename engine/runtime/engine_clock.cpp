#include "engine/runtime/engine_clock.hpp"

#include <algorithm>

namespace stepwell {
namespace {

using Count = Milliseconds::rep;

/// Threads that look at the clock at once may see it a little apart; that is no clock set back.
constexpr Count kTolerance = 100;

/// Raises `latest` to `time` and gives the greater of both.
Count raise(std::atomic<Count>& latest, Count time) {
    Count seen = latest.load(std::memory_order_relaxed);
    while (seen < time && !latest.compare_exchange_weak(seen, time, std::memory_order_relaxed)) {
    }
    return std::max(seen, time);
}

}  // namespace

TimePoint EngineClock::now() const {
    Count time = source_.now().time_since_epoch().count() + offset_.load(std::memory_order_relaxed);
    if (time + kTolerance < latest_.load(std::memory_order_relaxed)) {
        catch_up();
        time = source_.now().time_since_epoch().count() + offset_.load(std::memory_order_relaxed);
    }
    return TimePoint{Milliseconds{raise(latest_, time)}};
}

void EngineClock::never_before(TimePoint time) {
    raise(latest_, time.time_since_epoch().count());
    catch_up();
}

void EngineClock::catch_up() const {
    const std::lock_guard lock(mutex_);
    const Count time =
        source_.now().time_since_epoch().count() + offset_.load(std::memory_order_relaxed);
    const Count behind = latest_.load(std::memory_order_relaxed) - time;
    if (behind > 0) offset_.fetch_add(behind, std::memory_order_relaxed);
}

}  // namespace stepwell
