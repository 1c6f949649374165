#include "engine/runtime/execution_reports.hpp"

#include <spdlog/spdlog.h>

#include <utility>

#include "engine/machine/execution_status.hpp"

namespace stepwell {
namespace {

/// Lines a second at level info: more nobody reads, and each is a write on the way of a shard. At
/// level debug there are no bounds.
constexpr int kMostLines = 100;

void tell_left_out(std::uint64_t count) {
    if (count > 0)
        spdlog::info("{} more executions ended (--log-level debug has a line for each)", count);
}

}  // namespace

ExecutionReports::~ExecutionReports() { tell_left_out(left_out_); }

void ExecutionReports::tell(asl::WorkflowType type, std::string_view arn, ExecutionStatus status) {
    if (observer_ == nullptr || type != asl::WorkflowType::standard || arn.empty()) return;
    observer_->status_changed(std::string(arn), status);
}

void ExecutionReports::started(asl::WorkflowType type, const std::string& arn) {
    started_[static_cast<std::size_t>(type)].fetch_add(1, std::memory_order_relaxed);
    tell(type, arn, ExecutionStatus::running);
}

void ExecutionReports::redriven(const std::string& arn) {
    redriven_.fetch_add(1, std::memory_order_relaxed);
    tell(asl::WorkflowType::standard, arn, ExecutionStatus::running);
}

void ExecutionReports::ended(const Ended& execution) {
    ended_[static_cast<std::size_t>(execution.type)][static_cast<std::size_t>(execution.status)]
        .fetch_add(1, std::memory_order_relaxed);
    tell(execution.type, execution.arn, execution.status);
    if (spdlog::should_log(spdlog::level::info)) log(execution);
}

void ExecutionReports::log(const Ended& execution) {
    if (!spdlog::should_log(spdlog::level::debug)) {
        const auto now = std::chrono::steady_clock::now();
        std::uint64_t left_out = 0;
        {
            const std::lock_guard lock(mutex_);
            if (now - second_began_ >= std::chrono::seconds{1}) {
                second_began_ = now;
                lines_ = 0;
                left_out = std::exchange(left_out_, 0);
            }
            if (++lines_ > kMostLines) {
                ++left_out_;
                return;
            }
        }
        tell_left_out(left_out);
    }
    spdlog::info("{} {} after {} ms, {} events", execution.arn, status_name(execution.status),
                 execution.duration.count(), execution.events);
}

ExecutionReports::Started ExecutionReports::starts() const {
    Started reading{};
    for (std::size_t type = 0; type < reading.size(); ++type)
        reading[type] = started_[type].load(std::memory_order_relaxed);
    return reading;
}

ExecutionReports::Ends ExecutionReports::ends() const {
    Ends reading{};
    for (std::size_t type = 0; type < reading.size(); ++type) {
        for (std::size_t status = 0; status < reading[type].size(); ++status)
            reading[type][status] = ended_[type][status].load(std::memory_order_relaxed);
    }
    return reading;
}

}  // namespace stepwell
