#include "storage/group_writer.hpp"

#include <algorithm>
#include <exception>
#include <utility>

namespace stepwell::storage {
namespace {

constexpr std::chrono::milliseconds kFirstPause{10};
constexpr std::chrono::milliseconds kLongestPause{500};
/// Under load a bite of tidying is taken at most so often, and takes at most a fifth of the time;
/// when nothing is queued, one comes after the other.
constexpr std::chrono::milliseconds kTidyInterval{10};
constexpr int kTidyShare = 5;

}  // namespace

GroupWriter::GroupWriter(WriteBackend& backend, Options options)
    : backend_(backend), options_(std::move(options)), thread_([this] { run(); }) {}

void GroupWriter::submit(Write write, Committed done) {
    QueuedWrite queued;
    queued.write = std::move(write);
    queued.done = std::move(done);
    enqueue(std::move(queued));
}

void GroupWriter::submit_publishing(Write write, Published done) {
    QueuedWrite queued;
    queued.write = std::move(write);
    queued.published = std::move(done);
    enqueue(std::move(queued));
}

void GroupWriter::submit_start(StartExecution write, std::function<void(StartOutcome)> done) {
    QueuedWrite queued;
    queued.write = std::move(write);
    queued.started = std::move(done);
    enqueue(std::move(queued));
}

void GroupWriter::enqueue(QueuedWrite queued) {
    queued.bytes = size_of(queued.write);
    queued.queued_at = Clock::now();
    {
        const std::lock_guard lock(mutex_);
        if (!closing_) {
            const bool is_reset = std::holds_alternative<Reset>(queued.write);
            const bool full =
                pending_ >= options_.max_queued_writes ||
                (pending_ > 0 && pending_bytes_ + queued.bytes > options_.max_queued_bytes);
            // A reset empties the queue, so it always finds room.
            if (full && !is_reset) {
                queued.write = Refused{};
                queued.bytes = 0;
            }
            ++pending_;
            pending_bytes_ += queued.bytes;
            if (is_reset) ++resets_;
            queue_.push_back(std::move(queued));
            // A reset also ends the pause after a failure.
            if (std::exchange(sleeping_, false) || is_reset) wake_.notify_one();
            return;
        }
    }
    queued.answer.outcome = Outcome::discarded;
    queued.tell();
}

void GroupWriter::run() {
    bool tidying = true;
    for (;;) {
        answer(take_discarded());
        if (pause_ > pause_.zero()) answer(take_expired());
        if (Group group = take_group(); !group.empty()) {
            attempt(std::move(group));
            // Any write may have left something to tidy up.
            tidying = true;
            if (Clock::now() < next_tidy_) continue;
        } else if (!wait_for_work(tidying)) {
            return;
        }
        if (std::exchange(idle_, false)) tidying = true;
        if (tidying && pause_ == pause_.zero()) tidying = tidy();
    }
}

/// Returns when there is something to write or to tidy up; false when all is written and the writer
/// is to end.
bool GroupWriter::wait_for_work(bool tidying) {
    std::unique_lock lock(mutex_);
    if (!queue_.empty()) return true;
    if (closing_) return false;
    if (tidying && pause_ == pause_.zero()) return true;
    sleeping_ = true;
    const auto something = [this] { return !queue_.empty() || closing_; };
    if (options_.tidy_every > options_.tidy_every.zero()) {
        idle_ = !wake_.wait_for(lock, options_.tidy_every, something);
    } else {
        wake_.wait(lock, something);
    }
    sleeping_ = false;
    return true;
}

/// What was queued before a reset. A reset before a reset stays: its caller, too, waits for an
/// empty store.
GroupWriter::Group GroupWriter::take_discarded() {
    const std::lock_guard lock(mutex_);
    Group group;
    if (resets_ == 0) return group;
    auto kept = queue_.begin();
    std::size_t resets_to_come = resets_;
    for (QueuedWrite& queued : queue_) {
        const bool is_reset = std::holds_alternative<Reset>(queued.write);
        if (is_reset) --resets_to_come;
        if (!is_reset && resets_to_come > 0) {
            queued.answer.outcome = Outcome::discarded;
            group.push_back(std::move(queued));
        } else {
            if (&*kept != &queued) *kept = std::move(queued);
            ++kept;
        }
    }
    queue_.erase(kept, queue_.end());
    return group;
}

GroupWriter::Group GroupWriter::take_expired() {
    const Clock::time_point oldest_allowed = Clock::now() - options_.give_up_after;
    const std::lock_guard lock(mutex_);
    Group group;
    while (!queue_.empty() && queue_.front().queued_at < oldest_allowed) {
        QueuedWrite& queued = queue_.front();
        if (std::holds_alternative<Reset>(queued.write)) --resets_;
        queued.answer.outcome = Outcome::overloaded;
        overloaded_.fetch_add(1, std::memory_order_relaxed);
        group.push_back(std::move(queued));
        queue_.pop_front();
    }
    return group;
}

GroupWriter::Group GroupWriter::take_group() {
    const std::size_t most = one_by_one_ > 0 ? 1 : options_.max_group_writes;
    std::size_t bytes = 0;
    const std::lock_guard lock(mutex_);
    Group group;
    group.reserve(std::min(most, queue_.size()));
    while (!queue_.empty() && group.size() < most &&
           (group.empty() || bytes < options_.max_group_bytes)) {
        QueuedWrite& queued = queue_.front();
        if (std::holds_alternative<Reset>(queued.write)) --resets_;
        bytes += queued.bytes;
        group.push_back(std::move(queued));
        queue_.pop_front();
    }
    return group;
}

void GroupWriter::attempt(Group group) {
    const std::size_t size = group.size();
    const Clock::time_point began = Clock::now();
    try {
        backend_.commit(group);
    } catch (const StorageError& error) {
        one_by_one_ = std::max(one_by_one_, size);
        put_back(std::move(group));
        disk_failed(error.what());
        return;
    } catch (const std::exception& error) {
        if (size > 1) {
            // One of them is broken: alone it will show, and the others will be stored.
            one_by_one_ = size;
            put_back(std::move(group));
            return;
        }
        if (options_.warn) options_.warn(std::string("a write cannot be stored: ") + error.what());
        group.front().answer = {};
        group.front().answer.outcome = Outcome::overloaded;
        overloaded_.fetch_add(1, std::memory_order_relaxed);
    }
    commit_time_.add(Clock::now() - began);
    for (const QueuedWrite& queued : group) queue_time_.add(began - queued.queued_at);
    if (pause_ > pause_.zero()) disk_works();
    one_by_one_ -= std::min(one_by_one_, size);
    commits_.fetch_add(1, std::memory_order_relaxed);
    writes_.fetch_add(size, std::memory_order_relaxed);
    if (size > largest_group_.load(std::memory_order_relaxed))
        largest_group_.store(size, std::memory_order_relaxed);
    answer(std::move(group));
    backend_.after_answers();
}

void GroupWriter::put_back(Group group) {
    const std::lock_guard lock(mutex_);
    for (auto queued = group.rbegin(); queued != group.rend(); ++queued) {
        if (std::holds_alternative<Reset>(queued->write)) ++resets_;
        queued->answer = {};
        queue_.push_front(std::move(*queued));
    }
}

void GroupWriter::answer(Group group) {
    if (group.empty()) return;
    std::size_t bytes = 0;
    for (const QueuedWrite& queued : group) {
        bytes += queued.bytes;
        if (std::holds_alternative<Refused>(queued.write)) {
            overloaded_.fetch_add(1, std::memory_order_relaxed);
        }
    }
    {
        // First, so that who is answered finds the room that its write took.
        const std::lock_guard lock(mutex_);
        pending_ -= group.size();
        pending_bytes_ -= bytes;
    }
    for (QueuedWrite& queued : group) queued.tell();
}

/// One bite; false where nothing is left, or where the disk fails: the next write finds out whether
/// it works again.
bool GroupWriter::tidy() {
    bool more = false;
    const Clock::time_point began = Clock::now();
    try {
        more = backend_.tidy();
    } catch (const std::exception& error) {
        if (options_.warn) options_.warn(std::string("cleaning up is put off: ") + error.what());
    }
    const Clock::time_point ended = Clock::now();
    next_tidy_ = std::max(began + kTidyInterval, ended + (kTidyShare - 1) * (ended - began));
    return more;
}

/// Waits a while, or until a reset or the end makes waiting pointless.
void GroupWriter::disk_failed(const std::string& complaint) {
    failures_.fetch_add(1, std::memory_order_relaxed);
    if (complaint != complaint_ && options_.warn) options_.warn(complaint + " (writes wait)");
    complaint_ = complaint;
    pause_ = std::clamp(pause_ * 2, kFirstPause, kLongestPause);
    std::unique_lock lock(mutex_);
    // Not past the moment when the first write has waited long enough.
    Clock::time_point until = Clock::now() + pause_;
    if (!queue_.empty())
        until = std::min(until, queue_.front().queued_at + options_.give_up_after + kFirstPause);
    const std::size_t resets = resets_;
    const bool was_closing = closing_;
    wake_.wait_until(lock, until, [&] { return resets_ > resets || closing_ != was_closing; });
}

void GroupWriter::disk_works() {
    if (options_.warn) options_.warn("the disk works again");
    complaint_.clear();
    pause_ = pause_.zero();
}

void GroupWriter::close() {
    const std::lock_guard one_closer(closing_mutex_);
    {
        const std::lock_guard lock(mutex_);
        closing_ = true;
    }
    wake_.notify_all();
    if (thread_.joinable()) thread_.join();
}

WriteStatistics GroupWriter::statistics() const {
    WriteStatistics now;
    now.commits = commits_.load(std::memory_order_relaxed);
    now.writes = writes_.load(std::memory_order_relaxed);
    now.largest_group = largest_group_.load(std::memory_order_relaxed);
    now.failures = failures_.load(std::memory_order_relaxed);
    now.overloaded = overloaded_.load(std::memory_order_relaxed);
    now.queue_time = &queue_time_;
    now.commit_time = &commit_time_;
    const std::lock_guard lock(mutex_);
    now.queued = pending_;
    now.queued_bytes = pending_bytes_;
    return now;
}

}  // namespace stepwell::storage
