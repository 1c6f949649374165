#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>

#include "engine/base/time.hpp"

namespace stepwell {

/// How long executions that are over are kept (--keep-executions). Nothing set: for ever.
struct KeepExecutions {
    std::optional<Milliseconds> age;      ///< since they ended
    std::optional<std::uint64_t> newest;  ///< so many, those that ended last
    std::function<TimePoint()> now;       ///< empty: the system's clock

    bool for_ever() const { return !age && !newest; }
    TimePoint time() const {
        if (now) return now();
        return std::chrono::time_point_cast<Milliseconds>(std::chrono::system_clock::now());
    }
};

}  // namespace stepwell
