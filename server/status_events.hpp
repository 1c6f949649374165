#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "engine/base/json.hpp"
#include "engine/runtime/status_observer.hpp"
#include "engine/store.hpp"

namespace stepwell::server {

/// Hands on "Step Functions Execution Status Change" events, after the commit and best effort, as
/// AWS does: a bounded queue and one thread, which reads what the event says from the store. What
/// the queue has no room for is dropped, and the log says how many that were. Thread-safe.
class StatusEvents final : public StatusObserver {
public:
    static constexpr std::size_t kMostWaiting = 10'000;

    /// Takes an event to where it belongs; runs on the thread of the events.
    using Sink = std::function<void(const Json& event)>;
    /// `wanted`: asked before anything is queued. Both must outlive it.
    StatusEvents(const Store& store, const Clock& clock);
    ~StatusEvents() override;

    /// Before the first event.
    void add_sink(std::function<bool()> wanted, Sink sink);

    void status_changed(const std::string& execution_arn, ExecutionStatus status) override;

    /// Tells what waits, and ends the thread.
    void close();

private:
    void run();
    void tell(const std::string& execution_arn, ExecutionStatus status) const;

    const Store& store_;
    const Clock& clock_;
    std::vector<std::pair<std::function<bool()>, Sink>> sinks_;

    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<std::pair<std::string, ExecutionStatus>> waiting_;
    std::uint64_t dropped_ = 0;
    bool closing_ = false;
    std::thread thread_;  ///< last: it uses all others
};

}  // namespace stepwell::server
