#pragma once

#include <array>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "engine/machine/question.hpp"
#include "engine/runtime/activity.hpp"

namespace stepwell {

/// Answers the questions that take too long for a shard, on a few threads of low priority, under
/// AWS's limits. design.md, "Order, commit, answer", 6.
///
/// A question first gets a short time on a thread for such: one that was only unlucky on its shard
/// does not stand behind others that take their whole second. Its length is bounded by the frames
/// of executions in memory, each of which has one question at most. Thread-safe.
class SlowLane {
public:
    /// `threads`: for questions that take long; one more for the others. They begin with the first
    /// question, as most servers never get one.
    SlowLane(unsigned threads, std::shared_ptr<Activity> activity);
    SlowLane(const SlowLane&) = delete;
    SlowLane& operator=(const SlowLane&) = delete;
    ~SlowLane() { stop(); }

    /// `done` runs on a thread of the lane, and not at all where nobody is interested any more:
    /// once `asker` has gone, or after stop().
    void post(Question question, std::weak_ptr<const void> asker, std::function<void(Answer)> done);
    /// Ends what runs (a second at most) and drops the rest, now and later.
    void stop();

private:
    struct Job {
        Question question;
        std::weak_ptr<const void> asker;
        std::function<void(Answer)> done;
    };
    struct Queue {
        std::deque<Job> jobs;
        std::condition_variable came;
    };
    enum Speed : std::size_t { quick, slow };

    void start_threads();
    void run(Speed speed);
    void put(Speed speed, Job job);

    const unsigned thread_count_;
    const std::shared_ptr<Activity> activity_;
    std::mutex mutex_;
    std::array<Queue, 2> queues_;
    bool stopped_ = false;
    std::vector<std::thread> threads_;
};

}  // namespace stepwell
