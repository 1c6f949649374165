#include "engine/runtime/readers.hpp"

#include <pthread.h>

#include <utility>

namespace stepwell {

Readers::Readers(unsigned threads, std::shared_ptr<Activity> activity)
    : activity_(std::move(activity)) {
    for (unsigned i = 0; i < threads; ++i) {
        threads_.push_back(std::make_unique<Thread>());
        Thread& self = *threads_.back();
        self.thread = std::thread([this, &self] { run(self); });
        pthread_setname_np(self.thread.native_handle(), "reader");
    }
}

void Readers::post(unsigned lane, std::function<void()> job) {
    Thread& self = *threads_[lane % threads_.size()];
    {
        const std::lock_guard lock(self.mutex);
        if (self.stopped) return;
        activity_->begin();
        self.jobs.push_back(std::move(job));
    }
    self.came.notify_one();
}

void Readers::stop() {
    for (const auto& self : threads_) {
        std::deque<std::function<void()>> dropped;
        {
            const std::lock_guard lock(self->mutex);
            self->stopped = true;
            dropped.swap(self->jobs);
        }
        self->came.notify_one();
        activity_->end(static_cast<std::int64_t>(dropped.size()));
    }
    for (const auto& self : threads_) {
        if (self->thread.joinable()) self->thread.join();
    }
}

void Readers::run(Thread& self) {
    for (;;) {
        std::function<void()> job;
        {
            std::unique_lock lock(self.mutex);
            self.came.wait(lock, [&] { return self.stopped || !self.jobs.empty(); });
            if (self.stopped) return;
            job = std::move(self.jobs.front());
            self.jobs.pop_front();
        }
        job();
        job = nullptr;
        activity_->end();
    }
}

}  // namespace stepwell
