#include "engine/runtime/slow_lane.hpp"

#include <pthread.h>
#include <sys/resource.h>
#include <unistd.h>

#include <utility>

namespace stepwell {
namespace {

/// What a question may take on the quick thread.
constexpr std::chrono::milliseconds kQuick{20};
/// `nice` of the threads: where they compete with a shard, the quick one has a tenth of its weight,
/// the slow ones, which may be busy with what never ends, a thirtieth.
constexpr int kQuickNice = 10;
constexpr int kSlowNice = 15;

/// Of this thread alone: on Linux the priority belongs to the thread.
void lower_priority(int nice) { setpriority(PRIO_PROCESS, static_cast<id_t>(gettid()), nice); }

}  // namespace

SlowLane::SlowLane(unsigned threads, std::shared_ptr<Activity> activity)
    : thread_count_(threads + 1), activity_(std::move(activity)) {}

void SlowLane::start_threads() {
    for (unsigned i = 0; i < thread_count_; ++i) {
        threads_.emplace_back([this, i] { run(i == 0 ? quick : slow); });
        pthread_setname_np(threads_.back().native_handle(), "slow-lane");
    }
}

void SlowLane::post(Question question, std::weak_ptr<const void> asker,
                    std::function<void(Answer)> done) {
    activity_->begin();
    put(quick, {std::move(question), std::move(asker), std::move(done)});
}

void SlowLane::put(Speed speed, Job job) {
    {
        const std::lock_guard lock(mutex_);
        if (stopped_) return activity_->end();
        if (threads_.empty()) start_threads();
        queues_[speed].jobs.push_back(std::move(job));
    }
    queues_[speed].came.notify_one();
}

void SlowLane::run(Speed speed) {
    lower_priority(speed == quick ? kQuickNice : kSlowNice);
    Queue& queue = queues_[speed];
    for (;;) {
        std::unique_lock lock(mutex_);
        queue.came.wait(lock, [&] { return stopped_ || !queue.jobs.empty(); });
        if (stopped_) return;
        Job job = std::move(queue.jobs.front());
        queue.jobs.pop_front();
        lock.unlock();
        if (!job.asker.expired()) {
            Answer answered =
                speed == quick ? answer(job.question, kQuick) : answer(job.question, std::nullopt);
            if (!answered && answered.error().deferred) {
                put(slow, std::move(job));
                continue;
            }
            job.done(std::move(answered));
        }
        job = {};
        activity_->end();
    }
}

void SlowLane::stop() {
    std::int64_t dropped = 0;
    {
        const std::lock_guard lock(mutex_);
        stopped_ = true;
        for (Queue& queue : queues_) {
            dropped += static_cast<std::int64_t>(queue.jobs.size());
            queue.jobs.clear();
            queue.came.notify_all();
        }
    }
    activity_->end(dropped);
    for (std::thread& thread : threads_) {
        if (thread.joinable()) thread.join();
    }
}

}  // namespace stepwell
