#include "server/status_events.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <exception>

#include "api/events/status_event.hpp"

namespace stepwell::server {

StatusEvents::StatusEvents(const Store& store, const Clock& clock)
    : store_(store), clock_(clock), thread_([this] { run(); }) {}

StatusEvents::~StatusEvents() { close(); }

void StatusEvents::add_sink(std::function<bool()> wanted, Sink sink) {
    const std::lock_guard lock(mutex_);
    sinks_.emplace_back(std::move(wanted), std::move(sink));
}

void StatusEvents::status_changed(const std::string& execution_arn, ExecutionStatus status) {
    {
        const std::lock_guard lock(mutex_);
        const bool wanted =
            std::ranges::any_of(sinks_, [](const auto& sink) { return sink.first(); });
        if (!wanted || closing_) return;
        if (waiting_.size() >= kMostWaiting) {
            ++dropped_;
            return;
        }
        waiting_.emplace_back(execution_arn, status);
    }
    changed_.notify_one();
}

void StatusEvents::close() {
    {
        const std::lock_guard lock(mutex_);
        closing_ = true;
    }
    changed_.notify_one();
    if (thread_.joinable()) thread_.join();
}

void StatusEvents::run() {
    std::unique_lock lock(mutex_);
    while (true) {
        changed_.wait(lock, [this] { return closing_ || !waiting_.empty(); });
        if (waiting_.empty()) return;
        const auto [arn, status] = std::move(waiting_.front());
        waiting_.pop_front();
        const std::uint64_t dropped = std::exchange(dropped_, 0);
        lock.unlock();
        if (dropped > 0) spdlog::warn("{} status events were dropped: they came too fast", dropped);
        try {
            tell(arn, status);
        } catch (const std::exception& e) {
            spdlog::warn("the status event of {} is lost: {}", arn, e.what());
        }
        lock.lock();
    }
}

void StatusEvents::tell(const std::string& execution_arn, ExecutionStatus status) const {
    const auto execution = store_.find_execution(execution_arn);
    if (!execution) return;  // deleted meanwhile
    const Json event = api::events::status_event(*execution, status, clock_.now());
    for (const auto& [wanted, sink] : sinks_) {
        if (wanted()) sink(event);
    }
}

}  // namespace stepwell::server
