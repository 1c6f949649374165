#include "integrations/items/workers.hpp"

#include <utility>

namespace stepwell::items {

Workers::~Workers() { stop(); }

void Workers::add(std::function<void()> job) {
    {
        const std::lock_guard lock(mutex_);
        if (stopping_) return;
        jobs_.push_back(std::move(job));
        if (threads_.size() < wanted_) threads_.emplace_back([this] { work(); });
    }
    wake_.notify_one();
}

void Workers::stop() {
    std::deque<std::function<void()>> dropped;  // without the lock: a job may own much
    std::vector<std::thread> ending;
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
        dropped.swap(jobs_);
        ending.swap(threads_);
    }
    wake_.notify_all();
    for (std::thread& thread : ending) thread.join();
}

void Workers::work() {
    std::unique_lock lock(mutex_);
    for (;;) {
        wake_.wait(lock, [this] { return stopping_ || !jobs_.empty(); });
        if (stopping_) return;
        std::function<void()> job = std::move(jobs_.front());
        jobs_.pop_front();
        lock.unlock();
        job();
        job = nullptr;
        lock.lock();
    }
}

}  // namespace stepwell::items
