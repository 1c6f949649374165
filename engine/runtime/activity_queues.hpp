#pragma once

#include <atomic>
#include <chrono>
#include <compare>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

#include "engine/machine/token.hpp"
#include "engine/runtime/reply.hpp"

namespace stepwell {

/// The place of a task in its activity's queue: by the time at which it was scheduled. A restart
/// finds all of it in the journal, so the order stays.
struct TaskPlace {
    TimePoint since;
    ExecutionKey key = 0;
    Sequence scheduled = 0;
    FrameId frame = 0;
    auto operator<=>(const TaskPlace&) const = default;
};

/// One GetActivityTask that waits. Shared by the caller, the queues, and the shard that may serve
/// it.
struct Poll {
    std::uint64_t number = 0;  ///< who came first is served first
    std::string activity_arn;
    std::string worker_name;
    std::chrono::steady_clock::time_point deadline;
    Reply<PolledTask> reply;
    std::atomic<bool> gone = false;  ///< its caller waits no more
};
using PollPtr = std::shared_ptr<Poll>;

/// Activities' tasks that wait for workers, and workers that wait for tasks: pairs them, both in
/// the order in which they came. A pair is handed to the task's shard, which records
/// ActivityStarted or gives one of the two back. Thread-safe; calls nobody under its lock.
///
/// Begins held: tasks and polls gather, and nobody is paired until `let_go` was called once for
/// each holder. So a task that comes back after a restart is there before a younger one is given
/// away.
class ActivityQueues {
public:
    /// What happens with a pair. Called on any thread.
    using Hand = std::function<void(const TaskPlace&, PollPtr)>;

    ActivityQueues(Milliseconds longest_poll, unsigned holders, Hand hand);
    ~ActivityQueues() { close(); }
    ActivityQueues(const ActivityQueues&) = delete;
    ActivityQueues& operator=(const ActivityQueues&) = delete;

    /// A task that stands there already stays where it is.
    void add(const std::string& activity_arn, const TaskPlace& task);
    void remove(const std::string& activity_arn, const TaskPlace& task);

    /// Waits for a task, at most as long as a poll may; the answer then has no token. Null where
    /// too many polls wait for this activity, or after `close`.
    PollPtr poll(std::string activity_arn, std::string worker_name, Reply<PolledTask> reply);
    /// Its caller has gone.
    void give_up(const PollPtr& poll);
    /// The task that it was handed was not to be had: it waits on, where it stood.
    void wait_on(PollPtr poll);

    void let_go();
    /// Forgets all tasks; polls are answered as if their time had run out.
    void reset();
    /// Drops all polls, and takes no more.
    void close();

    /// Developer Guide, "Service quotas": pollers per activity.
    static constexpr std::size_t kMostPolls = 1000;

private:
    struct Queue {
        std::set<TaskPlace> tasks;
        std::map<std::uint64_t, PollPtr> polls;
    };
    struct Pair {
        TaskPlace task;
        PollPtr poll;
    };

    void insert(PollPtr poll);
    std::vector<Pair> pair_up(const std::string& activity_arn);
    void hand(std::vector<Pair> pairs) const;
    void expire();

    const Milliseconds longest_poll_;
    const Hand hand_;

    std::mutex mutex_;
    std::condition_variable changed_;
    unsigned holders_;
    bool closed_ = false;
    std::uint64_t last_number_ = 0;
    std::unordered_map<std::string, Queue> queues_;
    std::map<std::uint64_t, PollPtr> waiting_;  ///< all polls, those that end first in front
    std::thread expiry_;                        ///< from the first poll on
};

}  // namespace stepwell
