#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "engine/runtime/activity.hpp"

namespace stepwell {

/// The few threads on which the runtime reads the store: reads block, so no shard does them.
/// Thread-safe. Jobs of one lane run in order. They must not throw.
class Readers {
public:
    Readers(unsigned threads, std::shared_ptr<Activity> activity);
    Readers(const Readers&) = delete;
    Readers& operator=(const Readers&) = delete;
    ~Readers() { stop(); }

    void post(unsigned lane, std::function<void()> job);
    /// Ends what runs and drops the rest, now and later. Not to be called from a job.
    void stop();

private:
    struct Thread {
        std::mutex mutex;
        std::condition_variable came;
        std::deque<std::function<void()>> jobs;
        bool stopped = false;
        std::thread thread;
    };
    void run(Thread& self);

    const std::shared_ptr<Activity> activity_;
    std::vector<std::unique_ptr<Thread>> threads_;
};

}  // namespace stepwell
