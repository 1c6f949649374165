#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <mutex>
#include <string_view>

#include "engine/asl/model.hpp"
#include "engine/base/time.hpp"
#include "engine/machine/execution.hpp"
#include "engine/runtime/status_observer.hpp"

namespace stepwell {

/// Counts executions for /metrics, and writes a line into the log for each that ends. Thread-safe.
class ExecutionReports {
public:
    struct Ended {
        std::string_view arn;
        asl::WorkflowType type = asl::WorkflowType::standard;
        ExecutionStatus status = ExecutionStatus::succeeded;
        Milliseconds duration{0};
        EventId events = 0;
    };
    /// By type.
    using Started = std::array<std::uint64_t, 2>;
    /// By type, then status.
    using Ends = std::array<std::array<std::uint64_t, 5>, 2>;

    /// `observer`, which may be null, must outlive it.
    explicit ExecutionReports(StatusObserver* observer = nullptr) : observer_(observer) {}
    ExecutionReports(const ExecutionReports&) = delete;
    ExecutionReports& operator=(const ExecutionReports&) = delete;
    ~ExecutionReports();

    /// When each is durable, where it is stored at all.
    void started(asl::WorkflowType type, const std::string& arn);
    void ended(const Ended& execution);
    void redriven(const std::string& arn);

    Started starts() const;
    Ends ends() const;
    std::uint64_t redrives() const { return redriven_.load(std::memory_order_relaxed); }

private:
    void log(const Ended& execution);
    void tell(asl::WorkflowType type, std::string_view arn, ExecutionStatus status);

    StatusObserver* const observer_;

    std::array<std::atomic<std::uint64_t>, 2> started_{};
    std::array<std::array<std::atomic<std::uint64_t>, 5>, 2> ended_{};
    std::atomic<std::uint64_t> redriven_{0};

    std::mutex mutex_;  // of what follows
    std::chrono::steady_clock::time_point second_began_;
    int lines_ = 0;               ///< of this second
    std::uint64_t left_out_ = 0;  ///< not told yet
};

}  // namespace stepwell
