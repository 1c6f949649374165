#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "engine/runtime/activity.hpp"
#include "engine/runtime/readers.hpp"
#include "engine/store.hpp"
#include "engine/tasks.hpp"

namespace stepwell {

/// Has the jobs stopped that nothing waits for any more (`.sync`: nested executions, jobs of AWS
/// services), and tells the store when that is done. What a server that was killed has left to stop
/// is stopped by the next one. Thread-safe.
class JobStops {
public:
    /// All must outlive it, or, what is shared, be stopped before it goes.
    JobStops(Store& store, TaskRunner& tasks, std::shared_ptr<Readers> readers,
             std::shared_ptr<Activity> activity);

    /// For when the Step is committed that has stored `key`.
    void stop(JobStopKey key, TaskCall call);
    /// Takes up what is stored, some at a time: at a start, and where the outcome of a write that
    /// had jobs to stop was open.
    void recover();
    /// With a reset: what is under way is not answered any more.
    void drop_all();

private:
    void stop_then(JobStopKey key, TaskCall call, std::function<void()> next);
    void take_up(JobStopKey after);
    bool begin_again();
    void done(JobStopKey key);

    Store& store_;
    TaskRunner& tasks_;
    const std::shared_ptr<Readers> readers_;
    const std::shared_ptr<Activity> activity_;

    std::mutex mutex_;
    bool taking_up_ = false;
    bool again_ = false;  ///< asked for while that was under way
};

/// What JobStop::call says of a call.
std::string encode_stopped_call(const TaskCall& call);
/// Throws std::runtime_error where the text is not what encode_stopped_call wrote.
TaskCall decode_stopped_call(std::string_view text);

}  // namespace stepwell
