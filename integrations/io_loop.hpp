#pragma once

#include <functional>
#include <memory>

#include "engine/base/time.hpp"

namespace boost::asio {
class io_context;
}

namespace stepwell {

/// The one thread on which integrations do their input and output.
///
/// Everything built on it (HttpClient, LocalFunctions …) is touched on this thread only, so it has
/// no locks. Child processes are started here too: the signal that ends them with their parent
/// watches the thread that made them.
class IoLoop {
public:
    IoLoop();
    ~IoLoop();
    IoLoop(const IoLoop&) = delete;
    IoLoop& operator=(const IoLoop&) = delete;

    /// Runs `work` on the loop's thread, in order of posting. From any thread. An exception is our
    /// bug: it is logged.
    void post(std::function<void()> work);
    /// Runs `work` on the loop's thread and waits for it. From any other thread.
    void run(std::function<void()> work);
    /// Ends the thread; work that is still waiting is dropped. Called by the destructor.
    void stop();

    boost::asio::io_context& context();

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

/// Calls back once, on the loop's thread, unless it is cancelled, started again or destroyed
/// before.
class LoopTimer {
public:
    explicit LoopTimer(IoLoop& loop);
    ~LoopTimer();
    LoopTimer(const LoopTimer&) = delete;
    LoopTimer& operator=(const LoopTimer&) = delete;

    void start(Milliseconds after, std::function<void()> fired);
    void cancel();

private:
    struct Impl;
    std::shared_ptr<Impl> impl_;
};

/// Calls back whenever a file descriptor is readable (or at its end). Owns the descriptor.
/// The callback may destroy the watch.
class FdWatch {
public:
    FdWatch(IoLoop& loop, int fd, std::function<void()> readable);
    ~FdWatch();
    FdWatch(const FdWatch&) = delete;
    FdWatch& operator=(const FdWatch&) = delete;

    int fd() const;

private:
    struct Impl;
    std::shared_ptr<Impl> impl_;
};

}  // namespace stepwell
