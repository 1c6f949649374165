#include "integrations/io_loop.hpp"

#include <spdlog/spdlog.h>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <exception>
#include <future>
#include <thread>
#include <utility>

namespace stepwell {

namespace net = boost::asio;

struct IoLoop::Impl {
    net::io_context context{1};
    net::executor_work_guard<net::io_context::executor_type> alive{context.get_executor()};
    std::thread thread;

    void serve() {
        for (;;) {
            try {
                context.run();
                return;
            } catch (const std::exception& error) {
                // A fault in one call must not end the others: the loop goes on with what is left.
                spdlog::error("integrations: {}", error.what());
            }
        }
    }
};

IoLoop::IoLoop() : impl_(std::make_unique<Impl>()) {
    impl_->thread = std::thread([impl = impl_.get()] { impl->serve(); });
}

IoLoop::~IoLoop() { stop(); }

void IoLoop::stop() {
    if (!impl_->thread.joinable()) return;
    impl_->context.stop();
    impl_->thread.join();
}

void IoLoop::post(std::function<void()> work) { net::post(impl_->context, std::move(work)); }

void IoLoop::run(std::function<void()> work) {
    std::packaged_task<void()> task(std::move(work));
    std::future<void> done = task.get_future();
    net::post(impl_->context, [&task] { task(); });
    done.get();
}

net::io_context& IoLoop::context() { return impl_->context; }

struct LoopTimer::Impl : std::enable_shared_from_this<Impl> {
    explicit Impl(net::io_context& context) : timer(context) {}
    net::steady_timer timer;
    std::uint64_t round = 0;
};

LoopTimer::LoopTimer(IoLoop& loop) : impl_(std::make_shared<Impl>(loop.context())) {}

LoopTimer::~LoopTimer() { cancel(); }

void LoopTimer::start(Milliseconds after, std::function<void()> fired) {
    const std::uint64_t round = ++impl_->round;
    impl_->timer.expires_after(after);
    impl_->timer.async_wait([weak = impl_->weak_from_this(), round,
                             fired = std::move(fired)](const boost::system::error_code& ec) {
        const auto impl = weak.lock();
        // A timer that had expired before it was cancelled still comes here, without an error.
        if (!ec && impl && impl->round == round) fired();
    });
}

void LoopTimer::cancel() {
    ++impl_->round;
    impl_->timer.cancel();
}

struct FdWatch::Impl : std::enable_shared_from_this<Impl> {
    Impl(net::io_context& context, int fd, std::function<void()> callback)
        : descriptor(context, fd), readable(std::move(callback)) {}
    net::posix::stream_descriptor descriptor;
    std::function<void()> readable;

    void wait() {
        descriptor.async_wait(net::posix::stream_descriptor::wait_read,
                              [weak = weak_from_this()](const boost::system::error_code& ec) {
                                  const auto self = weak.lock();
                                  if (ec || !self) return;
                                  self->readable();
                                  if (self->descriptor.is_open()) self->wait();
                              });
    }
};

FdWatch::FdWatch(IoLoop& loop, int fd, std::function<void()> readable)
    : impl_(std::make_shared<Impl>(loop.context(), fd, std::move(readable))) {
    impl_->wait();
}

FdWatch::~FdWatch() {
    boost::system::error_code
        ignored;  // Closing a descriptor that we own: there is nothing to do about a failure.
    impl_->descriptor.close(ignored);
}

int FdWatch::fd() const { return impl_->descriptor.native_handle(); }

}  // namespace stepwell
