#pragma once

#include <memory>
#include <string>
#include <vector>

#include "integrations/config.hpp"
#include "integrations/io_loop.hpp"
#include "integrations/lambda_call.hpp"
#include "integrations/local_worker.hpp"

namespace stepwell {

/// Lambda functions that run as processes of this machine: kept warm, as many at once as are needed
/// and allowed, started again when a file of their folder changes or they die. Belongs to the
/// loop's thread.
class LocalFunctions {
public:
    /// Calls that wait for a process of one function; one more is refused with
    /// TooManyRequestsException.
    static constexpr std::size_t kMostWaiting = 10'000;

    LocalFunctions(IoLoop& loop, const LambdaOptions& options);
    /// Kills all processes, and waits until they are gone. Calls under way are not answered any
    /// more.
    ~LocalFunctions();
    LocalFunctions(const LocalFunctions&) = delete;
    LocalFunctions& operator=(const LocalFunctions&) = delete;

    /// Whether one of them answers to this name and qualifier.
    bool has(const FunctionId& function) const;
    /// Their names, for a message.
    std::string names() const;
    /// Only for a function that is there. `done` is called once, unless the invocation is
    /// cancelled.
    CancelInvocation invoke(LambdaInvocation invocation, LambdaDone done);
    /// Forgets all invocations and kills the processes that are at work.
    void cancel_all();
    /// The processes that run now.
    std::vector<pid_t> pids() const;

private:
    struct Impl;
    std::shared_ptr<Impl> impl_;
};

}  // namespace stepwell
