#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace stepwell {

/// Who wants to know when an execution has closed: the tasks of parents that wait for it.
/// Thread-safe; calls nobody under its lock.
class ClosingWatch {
public:
    using Watch = std::pair<std::string, std::uint64_t>;  ///< execution ARN, number

    /// `closed` is called at most once, on a thread of the runtime: it must be quick. It may come
    /// without cause, so look.
    Watch add(const std::string& execution_arn, std::function<void()> closed);
    void remove(const Watch& watch);

    void closed(const std::string& execution_arn);
    /// Some execution has closed of which only the key is known.
    void some_closed();

private:
    std::atomic<std::size_t> count_{0};  ///< most executions that close are watched by nobody
    std::mutex mutex_;
    std::uint64_t last_ = 0;
    std::map<Watch, std::function<void()>> watches_;
};

}  // namespace stepwell
