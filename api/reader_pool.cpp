#include <algorithm>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <vector>

#include "api/api.hpp"

namespace stepwell::api {

/// The queue has no bound of its own: a connection has one request at a time, and server/ bounds
/// the connections.
class ReaderPool::Impl {
public:
    explicit Impl(unsigned threads) {
        for (unsigned i = 0; i < std::max(threads, 1U); ++i) {
            threads_.emplace_back([this] { run(); });
        }
    }
    ~Impl() {
        {
            const std::lock_guard lock(mutex_);
            closing_ = true;
        }
        wake_.notify_all();
        for (std::thread& thread : threads_) thread.join();
    }
    Impl(const Impl&) = delete;
    Impl& operator=(const Impl&) = delete;

    void post(std::function<void()> work) {
        {
            const std::lock_guard lock(mutex_);
            queue_.push_back(std::move(work));
        }
        wake_.notify_one();
    }

private:
    void run() {
        std::unique_lock lock(mutex_);
        for (;;) {
            wake_.wait(lock, [this] { return closing_ || !queue_.empty(); });
            if (queue_.empty()) return;  // closing, and all that was posted is done
            {
                const std::function<void()> work = std::move(queue_.front());
                queue_.pop_front();
                lock.unlock();
                work();
            }
            lock.lock();
        }
    }

    std::mutex mutex_;
    std::condition_variable wake_;
    std::deque<std::function<void()>> queue_;
    bool closing_ = false;
    std::vector<std::thread> threads_;
};

ReaderPool::ReaderPool(unsigned threads) : impl_(std::make_unique<Impl>(threads)) {}
ReaderPool::~ReaderPool() = default;
void ReaderPool::post(std::function<void()> work) { impl_->post(std::move(work)); }

}  // namespace stepwell::api
