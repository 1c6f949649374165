#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "engine/base/time.hpp"
#include "engine/runtime/activity.hpp"
#include "engine/runtime/messages.hpp"

namespace stepwell {

/// More than this waiting for the disk, and a shard takes no next turn: design.md, "Order", 6.
inline constexpr std::size_t kMostUnwrittenBytes = 4U << 20U;

/// The way into a shard, from any thread. Shared with those who report back (store, task runner),
/// for they may outlive the runtime: once closed it drops what comes.
///
/// Its length is bounded by what can be outstanding: a message for each open API call, task call,
/// write and read.
class Inbox {
public:
    explicit Inbox(std::shared_ptr<Activity> activity) : activity_(std::move(activity)) {}
    Inbox(const Inbox&) = delete;
    Inbox& operator=(const Inbox&) = delete;

    void post(Message message);
    /// Moves what has come to `messages`, in order. Waits for it at most so long, or, without a
    /// value, for ever. Each counts as under way until Activity::end is called for it.
    void take(std::vector<Message>& messages, std::optional<Milliseconds> wait);
    void close();

    /// Accounts for a write: before it is given to the store, and when the store has answered for
    /// it.
    void write_began(std::size_t bytes);
    void write_ended(std::size_t bytes);
    bool backed_up() const {
        return unwritten_bytes_.load(std::memory_order_relaxed) > kMostUnwrittenBytes;
    }

private:
    const std::shared_ptr<Activity> activity_;
    std::atomic<std::size_t> unwritten_bytes_{0};
    std::mutex mutex_;
    std::condition_variable came_;
    std::vector<Message> messages_;
    bool waiting_ = false;
    bool drained_ = false;  // the disk has caught up
    bool closed_ = false;
};

}  // namespace stepwell
