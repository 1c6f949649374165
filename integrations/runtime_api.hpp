#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "engine/base/time.hpp"
#include "integrations/io_loop.hpp"

namespace stepwell {

/// What a runtime is given to do: the body and headers of `GET /runtime/invocation/next`.
struct RuntimeInvocation {
    std::string request_id;
    std::string payload;
    TimePoint deadline;
    std::string function_arn;
    std::string trace_id;
    std::string client_context;  ///< JSON; empty: none
};

/// Serves the AWS Lambda Runtime API (2018-06-01) to one process, on a port of the loopback
/// interface of its own, so that functions do not get each other's invocations. What a browser
/// sends, from whatever page, is refused. Lambda Developer Guide, "Using the Lambda runtime API for
/// custom runtimes".
///
/// Belongs to the loop's thread. Callbacks may destroy the object.
class RuntimeApi {
public:
    /// What a runtime may send and still be read: a little over Lambda's 6 MB.
    static constexpr std::size_t kMaxResponseBytes = 6'291'556;

    struct Events {
        /// The runtime asks for an invocation and waits: `deliver` answers it.
        std::function<void()> waiting;
        /// It gave up waiting.
        std::function<void()> left;
        /// The result of the invocation `request_id`. Returns whether that was the one under way.
        std::function<bool(const std::string& request_id, std::string payload)> responded;
        /// Its failure, as the runtime describes it: `{"errorMessage", "errorType", "stackTrace"}`.
        std::function<bool(const std::string& request_id, std::string error)> failed;
        /// Its result was over kMaxResponseBytes.
        std::function<void(const std::string& request_id)> too_large;
        /// The runtime could not load the function.
        std::function<void(std::string error)> init_failed;
    };

    /// Throws std::system_error where no port is to be had.
    RuntimeApi(IoLoop& loop, Events events);
    ~RuntimeApi();
    RuntimeApi(const RuntimeApi&) = delete;
    RuntimeApi& operator=(const RuntimeApi&) = delete;

    /// The value of AWS_LAMBDA_RUNTIME_API: `127.0.0.1:40123`.
    std::string address() const;
    bool is_waiting() const;
    /// Answers the request that waits. Only while one does.
    void deliver(RuntimeInvocation invocation);

private:
    struct Impl;
    std::shared_ptr<Impl> impl_;
};

}  // namespace stepwell
