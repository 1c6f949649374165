#pragma once

#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "server/http_server.hpp"

namespace stepwell::server {

/// Stands where the Api stands: remembers the requests, and answers them when the test says so.
class FakeBackend {
public:
    /// A request that has arrived, with the means to answer it.
    struct Call {
        api::Request request;
        Handlers::Respond respond;
    };

    Handlers handlers();

    /// From now on each request is answered at once with its own body.
    void echo() {
        const std::scoped_lock lock(mutex_);
        echo_ = true;
    }
    /// From now on each request throws.
    void fail() {
        const std::scoped_lock lock(mutex_);
        fail_ = true;
    }
    /// The next request to arrive; fails the test by an empty target if none does within five
    /// seconds.
    Call next_call();
    /// Whether a request is given up within five seconds.
    bool await_cancel();
    int resets() const {
        const std::scoped_lock lock(mutex_);
        return resets_;
    }
    std::size_t waiting_calls() const {
        const std::scoped_lock lock(mutex_);
        return calls_.size();
    }

private:
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<Call> calls_;
    bool echo_ = false;
    bool fail_ = false;
    int cancelled_ = 0;
    int resets_ = 0;
};

/// An HttpServer on a port of its own, in a thread of its own, before a FakeBackend.
class RunningServer {
public:
    explicit RunningServer(HttpLimits limits = {});
    ~RunningServer();
    RunningServer(const RunningServer&) = delete;
    RunningServer& operator=(const RunningServer&) = delete;

    std::uint16_t port() const { return server_.port(); }
    HttpServer& server() { return server_; }
    /// Ends it and waits until it has ended.
    void stop();

    FakeBackend backend;

private:
    HttpServer server_;
    std::thread thread_;
};

}  // namespace stepwell::server
