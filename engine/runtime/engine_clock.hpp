#pragma once

#include <atomic>
#include <mutex>

#include "engine/base/time.hpp"

namespace stepwell {

/// The time that executions live by: a clock's, but it never goes back.
///
/// Where the clock is behind what was already said (a restart under a clock set back, or one that
/// is corrected while the server runs), time goes on from there instead of standing still: a Wait
/// still takes as long as it should. Thread-safe.
class EngineClock final : public Clock {
public:
    /// `source` must outlive it.
    explicit EngineClock(const Clock& source) : source_(source) {}

    TimePoint now() const override;
    /// No later answer of now() is before `time`.
    void never_before(TimePoint time);

private:
    void catch_up() const;

    const Clock& source_;
    mutable std::mutex mutex_;  // of changes of offset_
    mutable std::atomic<Milliseconds::rep> offset_{0};
    mutable std::atomic<Milliseconds::rep> latest_{0};
};

}  // namespace stepwell
