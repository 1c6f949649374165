#pragma once

#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "engine/own_service.hpp"

namespace stepwell::testing {

/// A service that answers as a test says, and remembers what it was asked. Thread-safe.
class ScriptedService final : public OwnService {
public:
    using Script = std::function<OwnAnswer(const OwnCall&)>;

    /// Calls of `operation` are answered so from now on. Without a script they stay open.
    void script(const std::string& operation, Script script) {
        const std::lock_guard lock(mutex_);
        scripts_[operation] = std::move(script);
    }
    void script(const std::string& operation, int status, std::string body,
                std::string error_type = {}) {
        script(operation, [=](const OwnCall&) { return OwnAnswer{status, body, error_type}; });
    }

    GiveUp call(OwnCall call, std::function<void(OwnAnswer)> done) override {
        Script script;
        {
            const std::lock_guard lock(mutex_);
            calls_.push_back(call);
            if (const auto found = scripts_.find(call.operation); found != scripts_.end()) {
                script = found->second;
            } else {
                open_.emplace(call.operation, std::move(done));
            }
            came_.notify_all();
        }
        if (script) done(script(call));
        return [this, operation = call.operation] {
            const std::lock_guard lock(mutex_);
            given_up_.push_back(operation);
            came_.notify_all();
        };
    }
    GiveUp when_closed(const std::string& execution_arn, std::function<void()> closed) override {
        const std::lock_guard lock(mutex_);
        watches_.emplace(execution_arn, std::move(closed));
        came_.notify_all();
        return [] {};
    }

    /// Answers an open call of the operation.
    void answer(const std::string& operation, OwnAnswer answer) {
        std::function<void(OwnAnswer)> done;
        {
            const std::lock_guard lock(mutex_);
            const auto found = open_.find(operation);
            done = std::move(found->second);
            open_.erase(found);
        }
        done(std::move(answer));
    }
    /// Says that an execution has closed.
    void close(const std::string& execution_arn) {
        std::multimap<std::string, std::function<void()>> told;
        {
            const std::lock_guard lock(mutex_);
            told.swap(watches_);
        }
        for (const auto& [arn, tell] : told) {
            if (arn == execution_arn) tell();
        }
    }
    /// The n-th call of the operation, from 0; waits for it.
    OwnCall wait_for(const std::string& operation, std::size_t n = 0) {
        std::unique_lock lock(mutex_);
        const OwnCall* found = nullptr;
        came_.wait(lock, [&] {
            std::size_t seen = 0;
            for (const OwnCall& call : calls_) {
                if (call.operation == operation && seen++ == n) found = &call;
            }
            return found != nullptr;
        });
        return *found;
    }
    void wait_until_given_up(const std::string& operation) {
        std::unique_lock lock(mutex_);
        came_.wait(lock, [&] {
            for (const std::string& name : given_up_) {
                if (name == operation) return true;
            }
            return false;
        });
    }
    std::size_t count(const std::string& operation) {
        const std::lock_guard lock(mutex_);
        std::size_t count = 0;
        for (const OwnCall& call : calls_) count += call.operation == operation ? 1 : 0;
        return count;
    }

private:
    std::mutex mutex_;
    std::condition_variable came_;
    std::map<std::string, Script> scripts_;
    std::vector<OwnCall> calls_;
    std::multimap<std::string, std::function<void(OwnAnswer)>> open_;
    std::multimap<std::string, std::function<void()>> watches_;
    std::vector<std::string> given_up_;
};

}  // namespace stepwell::testing
