#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace stepwell::items {

/// Threads that run jobs, the one that came first at first. They begin with the first job.
class Workers {
public:
    explicit Workers(unsigned threads) : wanted_(threads) {}
    ~Workers();
    Workers(const Workers&) = delete;
    Workers& operator=(const Workers&) = delete;

    void add(std::function<void()> job);
    /// Drops what has not begun, and waits for what has. Called by the destructor.
    void stop();

private:
    void work();

    unsigned wanted_;
    std::mutex mutex_;
    std::condition_variable wake_;
    std::deque<std::function<void()>> jobs_;
    bool stopping_ = false;
    std::vector<std::thread> threads_;
};

}  // namespace stepwell::items
