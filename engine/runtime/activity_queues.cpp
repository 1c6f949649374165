#include "engine/runtime/activity_queues.hpp"

#include <pthread.h>

#include <utility>

namespace stepwell {

ActivityQueues::ActivityQueues(Milliseconds longest_poll, unsigned holders, Hand hand)
    : longest_poll_(longest_poll), hand_(std::move(hand)), holders_(holders) {}

void ActivityQueues::add(const std::string& activity_arn, const TaskPlace& task) {
    std::vector<Pair> pairs;
    {
        const std::lock_guard lock(mutex_);
        if (closed_) return;
        queues_[activity_arn].tasks.insert(task);
        pairs = pair_up(activity_arn);
    }
    hand(std::move(pairs));
}

void ActivityQueues::remove(const std::string& activity_arn, const TaskPlace& task) {
    const std::lock_guard lock(mutex_);
    const auto found = queues_.find(activity_arn);
    if (found == queues_.end()) return;
    found->second.tasks.erase(task);
    if (found->second.tasks.empty() && found->second.polls.empty()) queues_.erase(found);
}

PollPtr ActivityQueues::poll(std::string activity_arn, std::string worker_name,
                             Reply<PolledTask> reply) {
    auto poll = std::make_shared<Poll>();
    poll->activity_arn = std::move(activity_arn);
    poll->worker_name = std::move(worker_name);
    poll->reply = std::move(reply);
    std::vector<Pair> pairs;
    {
        const std::lock_guard lock(mutex_);
        const auto queue = queues_.find(poll->activity_arn);
        const bool full = queue != queues_.end() && queue->second.polls.size() >= kMostPolls;
        if (closed_ || full) {
            poll->reply.release();  // the caller is told by the null
            return nullptr;
        }
        poll->number = ++last_number_;
        poll->deadline = std::chrono::steady_clock::now() + longest_poll_;
        insert(poll);
        if (!expiry_.joinable()) {
            expiry_ = std::thread([this] { expire(); });
            pthread_setname_np(expiry_.native_handle(), "polls");
        }
        pairs = pair_up(poll->activity_arn);
    }
    hand(std::move(pairs));
    return poll;
}

void ActivityQueues::give_up(const PollPtr& poll) {
    poll->gone = true;
    Reply<PolledTask> dropped;  // says so when it goes, which is not under the lock
    const std::lock_guard lock(mutex_);
    const auto waiting = waiting_.find(poll->number);
    if (waiting == waiting_.end()) return;  // in the hands of a shard, or answered
    dropped = std::move(poll->reply);
    waiting_.erase(waiting);
    const auto queue = queues_.find(poll->activity_arn);
    queue->second.polls.erase(poll->number);
    if (queue->second.tasks.empty() && queue->second.polls.empty()) queues_.erase(queue);
}

void ActivityQueues::wait_on(PollPtr poll) {
    if (poll->gone) return;
    std::vector<Pair> pairs;
    {
        const std::lock_guard lock(mutex_);
        if (closed_) return;
        const std::string activity_arn = poll->activity_arn;
        insert(std::move(poll));
        pairs = pair_up(activity_arn);
    }
    hand(std::move(pairs));
}

void ActivityQueues::let_go() {
    std::vector<Pair> pairs;
    {
        const std::lock_guard lock(mutex_);
        if (holders_ == 0 || --holders_ > 0) return;
        std::vector<std::string> arns;
        for (const auto& [arn, queue] : queues_) arns.push_back(arn);
        for (const std::string& arn : arns) {
            for (Pair& pair : pair_up(arn)) pairs.push_back(std::move(pair));
        }
    }
    hand(std::move(pairs));
}

void ActivityQueues::reset() {
    std::map<std::uint64_t, PollPtr> waiting;
    {
        const std::lock_guard lock(mutex_);
        queues_.clear();
        waiting.swap(waiting_);
    }
    for (auto& [number, poll] : waiting) poll->reply(PolledTask{});
}

void ActivityQueues::close() {
    std::map<std::uint64_t, PollPtr> waiting;
    {
        const std::lock_guard lock(mutex_);
        closed_ = true;
        queues_.clear();
        waiting.swap(waiting_);
    }
    changed_.notify_all();
    waiting.clear();
    if (expiry_.joinable()) expiry_.join();
}

void ActivityQueues::insert(PollPtr poll) {
    const bool first = waiting_.empty() || poll->number < waiting_.begin()->first;
    queues_[poll->activity_arn].polls.emplace(poll->number, poll);
    const std::uint64_t number = poll->number;
    waiting_.emplace(number, std::move(poll));
    if (first) changed_.notify_all();
}

/// Takes all pairs out of a queue.
std::vector<ActivityQueues::Pair> ActivityQueues::pair_up(const std::string& activity_arn) {
    std::vector<Pair> pairs;
    const auto found = queues_.find(activity_arn);
    if (holders_ > 0 || found == queues_.end()) return pairs;
    Queue& queue = found->second;
    while (!queue.tasks.empty() && !queue.polls.empty()) {
        const auto poll = queue.polls.begin();
        pairs.push_back({*queue.tasks.begin(), std::move(poll->second)});
        waiting_.erase(poll->first);
        queue.tasks.erase(queue.tasks.begin());
        queue.polls.erase(poll);
    }
    if (queue.tasks.empty() && queue.polls.empty()) queues_.erase(found);
    return pairs;
}

void ActivityQueues::hand(std::vector<Pair> pairs) const {
    for (Pair& pair : pairs) hand_(pair.task, std::move(pair.poll));
}

/// Ends polls whose time has run out.
void ActivityQueues::expire() {
    std::unique_lock lock(mutex_);
    while (!closed_) {
        if (waiting_.empty()) {
            changed_.wait(lock);
            continue;
        }
        const auto deadline = waiting_.begin()->second->deadline;
        if (deadline > std::chrono::steady_clock::now()) {
            changed_.wait_until(lock, deadline);
            continue;
        }
        const PollPtr poll = std::move(waiting_.begin()->second);
        waiting_.erase(waiting_.begin());
        const auto queue = queues_.find(poll->activity_arn);
        queue->second.polls.erase(poll->number);
        if (queue->second.tasks.empty() && queue->second.polls.empty()) queues_.erase(queue);
        lock.unlock();
        poll->reply(PolledTask{});
        lock.lock();
    }
}

}  // namespace stepwell
