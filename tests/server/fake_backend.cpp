#include "tests/server/fake_backend.hpp"

#include <chrono>
#include <stdexcept>

namespace stepwell::server {

namespace {
constexpr std::chrono::seconds kPatience(5);
}

Handlers FakeBackend::handlers() {
    return {.call = [this](api::Request request, Handlers::Respond respond) -> api::Api::Cancel {
                std::unique_lock lock(mutex_);
                if (fail_) throw std::runtime_error("out of order");
                if (echo_) {
                    lock.unlock();
                    respond({.status = 200, .body = std::move(request.body), .error_type = {}});
                    return {};
                }
                // As in the Api, only what a client waits long for can be given up.
                const bool finishes = request.target.find("Sync") == std::string::npos;
                calls_.push_back({std::move(request), std::move(respond)});
                changed_.notify_all();
                if (finishes) return {};
                return [this] {
                    const std::scoped_lock cancel_lock(mutex_);
                    ++cancelled_;
                    changed_.notify_all();
                };
            },
            .reset =
                [this](const Handlers::Respond& respond) {
                    {
                        const std::scoped_lock lock(mutex_);
                        ++resets_;
                    }
                    respond({.status = 200, .body = "{}", .error_type = {}});
                },
            .metrics = [](std::string& text) { text += "backend_metric 7\n"; }};
}

FakeBackend::Call FakeBackend::next_call() {
    std::unique_lock lock(mutex_);
    if (!changed_.wait_for(lock, kPatience, [&] { return !calls_.empty(); })) {
        return {.request = {}, .respond = [](const api::Response&) {}};
    }
    Call call = std::move(calls_.front());
    calls_.pop_front();
    return call;
}

bool FakeBackend::await_cancel() {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, kPatience, [&] { return cancelled_ > 0; });
}

RunningServer::RunningServer(HttpLimits limits)
    : server_("127.0.0.1", 0, limits), thread_([this] { server_.run(backend.handlers()); }) {}

RunningServer::~RunningServer() { stop(); }

void RunningServer::stop() {
    if (!thread_.joinable()) return;
    server_.stop();
    thread_.join();
}

}  // namespace stepwell::server
