#pragma once

#include <algorithm>
#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "engine/tasks.hpp"

namespace stepwell::testing {

/// A task runner that does as a test says: a state's calls are answered at once by its script, or
/// stay open until `finish`. Remembers every call. Thread-safe.
class ScriptedTasks final : public TaskRunner {
public:
    using Script = std::function<TaskResult(const TaskCall&)>;

    /// Calls of the state `name` are answered at once from now on. A script that throws makes
    /// `start` throw.
    void script(const std::string& state_name, Script script) {
        const std::lock_guard lock(mutex_);
        scripts_[state_name] = std::move(script);
    }

    /// From now on they stay open again.
    void unscript(const std::string& state_name) {
        const std::lock_guard lock(mutex_);
        scripts_.erase(state_name);
    }

    void start(TaskCall call, TaskDone done) override {
        Script script;
        {
            const std::lock_guard lock(mutex_);
            calls_.push_back(call);
            if (const auto found = scripts_.find(call.state_name); found != scripts_.end()) {
                script = found->second;
            } else {
                open_.emplace(call.id, done);
            }
            came_.notify_all();
        }
        if (script) done(call.id, script(call));
    }
    void cancel(TaskCallId id) override {
        const std::lock_guard lock(mutex_);
        cancelled_.push_back(id);
    }
    void stop_job(TaskCall call, std::function<void()> done) override {
        const std::lock_guard lock(mutex_);
        cancelled_.push_back(call.id);
        stops_.push_back({std::move(call), std::move(done)});
        came_.notify_all();
    }
    void cancel_all() override {
        const std::lock_guard lock(mutex_);
        for (const auto& [id, done] : open_) cancelled_.push_back(id);
    }

    /// Ends an open call, also one that was cancelled: a late result.
    void finish(TaskCallId id, TaskResult result) {
        TaskDone done;
        {
            const std::lock_guard lock(mutex_);
            const auto found = open_.find(id);
            if (found == open_.end()) throw std::logic_error("no such open call");
            done = std::move(found->second);
            open_.erase(found);
        }
        done(id, std::move(result));
    }

    /// All calls so far, in order.
    std::vector<TaskCall> calls() const {
        const std::lock_guard lock(mutex_);
        return calls_;
    }
    /// The calls so far of one state.
    std::vector<TaskCall> calls(const std::string& state_name) const {
        std::vector<TaskCall> found = calls();
        std::erase_if(found, [&](const TaskCall& call) { return call.state_name != state_name; });
        return found;
    }
    /// Those that are neither answered nor cancelled, in order.
    std::vector<TaskCall> open_calls() const {
        const std::lock_guard lock(mutex_);
        std::vector<TaskCall> found;
        for (const TaskCall& call : calls_) {
            const bool given_up =
                std::find(cancelled_.begin(), cancelled_.end(), call.id) != cancelled_.end();
            if (open_.contains(call.id) && !given_up) found.push_back(call);
        }
        return found;
    }
    bool cancelled(TaskCallId id) const {
        const std::lock_guard lock(mutex_);
        return std::find(cancelled_.begin(), cancelled_.end(), id) != cancelled_.end();
    }
    /// The calls so far whose jobs were to be stopped, in order.
    std::vector<TaskCall> stops() const {
        const std::lock_guard lock(mutex_);
        std::vector<TaskCall> found;
        for (const Stop& stop : stops_) found.push_back(stop.call);
        return found;
    }
    /// One of them, counted from 0, is done.
    void finish_stop(std::size_t number) {
        std::function<void()> done;
        {
            const std::lock_guard lock(mutex_);
            done = std::exchange(stops_.at(number).done, nullptr);
        }
        done();
    }
    void wait_for_calls(std::size_t count) const {
        std::unique_lock lock(mutex_);
        came_.wait(lock, [&] { return calls_.size() >= count; });
    }

private:
    struct Stop {
        TaskCall call;
        std::function<void()> done;
    };

    mutable std::mutex mutex_;
    mutable std::condition_variable came_;
    std::map<std::string, Script> scripts_;
    std::vector<TaskCall> calls_;
    std::map<TaskCallId, TaskDone> open_;
    std::vector<TaskCallId> cancelled_;
    std::vector<Stop> stops_;
};

}  // namespace stepwell::testing
