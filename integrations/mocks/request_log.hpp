#pragma once

#include <cstddef>
#include <deque>
#include <list>
#include <mutex>
#include <string>
#include <unordered_map>

#include "integrations/mocks/mock_config.hpp"

namespace stepwell::mocks {

/// What mocked tasks were asked, and what they were told, by execution: for tests to look at.
///
/// Bounded: the latest kMostExecutions executions with kMostRequests requests each, and about
/// kMostBytes in all; the oldest go. In memory: a restart begins anew. Thread-safe.
class RequestLog {
public:
    static constexpr std::size_t kMostExecutions = 1'000;
    static constexpr std::size_t kMostRequests = 1'000;
    static constexpr std::size_t kMostBytes = 64U << 20U;

    void add(const TaskCall& call, const Evaluated<Answer>& answer);
    void clear();

    /// `{"requests":[…],"dropped":N}`, oldest first; no requests where nothing is known of it.
    std::string of(const std::string& execution_arn) const;

private:
    struct Execution {
        std::string arn;
        std::deque<std::string> requests;  ///< JSON texts
        std::size_t dropped = 0;
        std::size_t bytes = 0;
    };
    void drop_oldest();

    mutable std::mutex mutex_;
    std::list<Execution> executions_;  ///< the one that was begun first in front
    std::unordered_map<std::string, std::list<Execution>::iterator> by_arn_;
    std::size_t bytes_ = 0;
};

}  // namespace stepwell::mocks
