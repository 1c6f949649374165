#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace stepwell {

/// How long something took, in ranges, for /metrics. One thread adds, any thread reads: so adding
/// costs a few nanoseconds, no locked instruction.
class Histogram {
public:
    /// Upper bounds of the ranges, in seconds, each included; what is longer comes behind them.
    static constexpr std::array<double, 15> kBounds = {0.00005, 0.0001, 0.00025, 0.0005, 0.001,
                                                       0.0025,  0.005,  0.01,    0.025,  0.05,
                                                       0.1,     0.25,   1,       2.5,    10};
    struct Reading {
        std::array<std::uint64_t, kBounds.size() + 1> counts{};  ///< of each range alone
        double sum_seconds = 0;
    };

    void add(std::chrono::nanoseconds duration) {
        const double seconds = std::chrono::duration<double>(duration).count();
        std::size_t range = 0;
        while (range < kBounds.size() && seconds > kBounds[range]) ++range;
        raise(counts_[range], 1);
        raise(nanoseconds_,
              duration.count() > 0 ? static_cast<std::uint64_t>(duration.count()) : 0);
    }
    Reading read() const {
        Reading reading;
        for (std::size_t i = 0; i < counts_.size(); ++i)
            reading.counts[i] = counts_[i].load(std::memory_order_relaxed);
        reading.sum_seconds =
            static_cast<double>(nanoseconds_.load(std::memory_order_relaxed)) / 1e9;
        return reading;
    }

private:
    static void raise(std::atomic<std::uint64_t>& value, std::uint64_t by) {
        value.store(value.load(std::memory_order_relaxed) + by, std::memory_order_relaxed);
    }

    std::array<std::atomic<std::uint64_t>, kBounds.size() + 1> counts_{};
    std::atomic<std::uint64_t> nanoseconds_{0};
};

}  // namespace stepwell
