#include "engine/runtime/inbox.hpp"

#include <utility>

namespace stepwell {

void Inbox::post(Message message) {
    bool wake = false;
    {
        const std::lock_guard lock(mutex_);
        if (closed_)
            return;  // the message goes when the lock has gone: its reply may call anything
        activity_->begin();
        messages_.push_back(std::move(message));
        wake = std::exchange(waiting_, false);
    }
    if (wake) came_.notify_one();
}

void Inbox::take(std::vector<Message>& messages, std::optional<Milliseconds> wait) {
    std::unique_lock lock(mutex_);
    const auto something = [this] { return !messages_.empty() || drained_; };
    if (!something() && wait != Milliseconds{0}) {
        waiting_ = true;
        if (wait) {
            came_.wait_for(lock, *wait, something);
        } else {
            came_.wait(lock, something);
        }
        waiting_ = false;
    }
    drained_ = false;
    messages.swap(messages_);
}

void Inbox::close() {
    std::vector<Message> dropped;
    {
        const std::lock_guard lock(mutex_);
        closed_ = true;
        dropped.swap(messages_);
    }
    const auto count = static_cast<std::int64_t>(dropped.size());
    dropped.clear();
    activity_->end(count);
}

void Inbox::write_began(std::size_t bytes) {
    activity_->begin();
    unwritten_bytes_.fetch_add(bytes, std::memory_order_relaxed);
}

void Inbox::write_ended(std::size_t bytes) {
    const std::size_t before = unwritten_bytes_.fetch_sub(bytes, std::memory_order_relaxed);
    if (before > kMostUnwrittenBytes && before - bytes <= kMostUnwrittenBytes) {
        {
            const std::lock_guard lock(mutex_);
            drained_ = true;
        }
        came_.notify_one();
    }
    activity_->end();
}

}  // namespace stepwell
