#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <mutex>
#include <thread>
#include <vector>

#include "engine/base/histogram.hpp"
#include "engine/write_statistics.hpp"
#include "storage/write.hpp"

namespace stepwell::storage {

/// Takes writes from any thread and has one thread of its own commit them: everything that is
/// queued (bounded) as one group, then the answers in the order of the writes, on that thread.
/// Nobody waits for a group to fill.
///
/// When the disk fails, the group goes back and is tried again, write by write, with growing
/// pauses. A write that has waited longer than `give_up_after` by then is dropped and answered
/// `overloaded`; those behind it that depend on it will find their precondition unmet. Nothing is
/// dropped while the disk works, however slow. design.md, "Order, commit, answer", 8.
class GroupWriter {
public:
    struct Options {
        std::size_t max_queued_writes = 100'000;
        std::size_t max_queued_bytes = 64U << 20U;
        std::size_t max_group_writes = 1024;
        std::size_t max_group_bytes = 4U << 20U;
        std::chrono::milliseconds give_up_after{5000};
        /// The backend is asked to tidy up so often even if nothing is written; 0: never then.
        std::chrono::milliseconds tidy_every{0};
        /// Told, on a thread of the store, when the disk begins to fail, changes its complaint, and
        /// works again.
        std::function<void(const std::string&)> warn;
    };

    /// `backend` must outlive the writer.
    GroupWriter(WriteBackend& backend, Options options);
    GroupWriter(const GroupWriter&) = delete;
    GroupWriter& operator=(const GroupWriter&) = delete;
    ~GroupWriter() { close(); }

    void submit(Write write, Committed done);
    void submit_publishing(Write write, Published done);
    void submit_start(StartExecution write, std::function<void(StartOutcome)> done);
    /// Commits what is queued and ends the thread. Later writes are answered `discarded`, in the
    /// caller's thread. Not to be called from an answer.
    void close();

    WriteStatistics statistics() const;

private:
    using Clock = std::chrono::steady_clock;
    using Group = std::vector<QueuedWrite>;

    void enqueue(QueuedWrite queued);
    void run();
    bool wait_for_work(bool tidying);
    Group take_discarded();
    Group take_group();
    Group take_expired();
    void attempt(Group group);
    void put_back(Group group);
    void answer(Group group);
    bool tidy();
    void disk_failed(const std::string& complaint);
    void disk_works();

    WriteBackend& backend_;
    const Options options_;

    mutable std::mutex mutex_;
    std::condition_variable wake_;
    std::deque<QueuedWrite> queue_;
    std::size_t resets_ = 0;   ///< in the queue
    std::size_t pending_ = 0;  ///< writes not yet answered, in the queue or under way
    std::size_t pending_bytes_ = 0;
    bool sleeping_ = false;
    bool closing_ = false;

    // Of the writer's thread.
    std::size_t one_by_one_ = 0;          ///< so many more writes are tried alone, after a failure
    std::chrono::milliseconds pause_{0};  ///< before the next attempt; 0: the disk works
    std::string complaint_;               ///< the last that was told
    Clock::time_point next_tidy_{};       ///< under load not before
    bool idle_ = false;                   ///< woke up because it is time to tidy up

    std::atomic<std::uint64_t> commits_{0};
    std::atomic<std::uint64_t> writes_{0};
    std::atomic<std::uint64_t> largest_group_{0};
    std::atomic<std::uint64_t> failures_{0};
    std::atomic<std::uint64_t> overloaded_{0};
    Histogram queue_time_;
    Histogram commit_time_;

    std::mutex closing_mutex_;
    std::thread thread_;
};

}  // namespace stepwell::storage
