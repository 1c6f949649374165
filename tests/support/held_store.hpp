#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "tests/support/forwarding_store.hpp"

namespace stepwell::testing {

/// A store whose disk obeys a test: writes of executions can be held back before they are made, or
/// refused; reads can fail or lie. Thread-safe.
class HeldStore final : public ForwardingStore {
public:
    using ForwardingStore::ForwardingStore;

    /// Keeps writes from now on, until `release`.
    void hold() {
        const std::lock_guard lock(mutex_);
        holding_ = true;
    }
    /// Makes what was kept, in order, and what comes.
    void release() {
        for (;;) {
            Write write;
            {
                // What comes meanwhile stands behind what is held.
                const std::lock_guard lock(mutex_);
                holding_ = !held_.empty();
                if (!holding_) return;
                write = std::move(held_.front());
                held_.pop_front();
            }
            write(Fate::made);
        }
    }
    void wait_for_held(std::size_t count) {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] { return held_.size() >= count; });
    }
    std::size_t held() const {
        const std::lock_guard lock(mutex_);
        return held_.size();
    }
    /// Answers the next writes so, without making them.
    void refuse(Outcome outcome, int times = 1) {
        const std::lock_guard lock(mutex_);
        refusals_.insert(refusals_.end(), static_cast<std::size_t>(times), outcome);
    }
    /// Makes the next write of an execution, but answers it so: what a caller sees whose write's
    /// outcome was open.
    void refuse_but_make(Outcome outcome) {
        const std::lock_guard lock(mutex_);
        made_refusal_ = outcome;
    }
    /// Of the writes that are held, the process lives to make only the first `count`.
    void keep_only(std::size_t count) {
        std::deque<Write> lost;
        {
            const std::lock_guard lock(mutex_);
            while (held_.size() > count) {
                lost.push_front(std::move(held_.back()));
                held_.pop_back();
            }
        }
        for (auto& write : lost) write(Fate::lost);
    }
    /// The process dies here: nothing is written from now on, but for what is held.
    void cut_off() {
        const std::lock_guard lock(mutex_);
        cut_off_ = true;
    }
    /// The same, once so many more writes have been made.
    void cut_off_after(std::size_t writes) {
        const std::lock_guard lock(mutex_);
        writes_left_ = writes;
    }
    void fail_reads(bool fail) {
        const std::lock_guard lock(mutex_);
        reads_fail_ = fail;
    }
    /// The status that the last Step handed to the store gave an execution.
    std::optional<ExecutionStatus> last_status(ExecutionKey key) const {
        const std::lock_guard lock(mutex_);
        const auto found = last_status_.find(key);
        if (found == last_status_.end()) return std::nullopt;
        return found->second;
    }
    /// What read_journal gives of one execution passes through here.
    void damage(ExecutionKey key, std::function<void(std::vector<JournalRow>&)> damage) {
        const std::lock_guard lock(mutex_);
        damaged_ = key;
        damage_ = std::move(damage);
    }

    void start_execution(ExecutionRecord record, JournalRow first_step,
                         std::function<void(StartOutcome)> done) override {
        if (const auto refusal = take_refusal()) return done({*refusal, std::nullopt});
        if (const auto refusal = take_made_refusal()) {
            done = [refusal, done = std::move(done)](StartOutcome) {
                done({*refusal, std::nullopt});
            };
        }
        make([this, record = std::move(record), step = std::move(first_step),
              done = std::move(done)](Fate fate) mutable {
            if (fate == Fate::lost) return done({Outcome::discarded, std::nullopt});
            ForwardingStore::start_execution(std::move(record), std::move(step), std::move(done));
        });
    }
    void append(ExecutionKey key, Sequence after, JournalRow step, ExecutionUpdate update,
                Committed done) override {
        {
            const std::lock_guard lock(mutex_);
            last_status_[key] = update.status;
        }
        if (const auto refusal = take_refusal()) return done(*refusal);
        if (const auto refusal = take_made_refusal()) {
            done = [refusal, done = std::move(done)](Outcome) { done(*refusal); };
        }
        make([this, key, after, step = std::move(step), update = std::move(update),
              done = std::move(done)](Fate fate) mutable {
            if (fate == Fate::lost) return done(Outcome::discarded);
            ForwardingStore::append(key, after, std::move(step), std::move(update),
                                    std::move(done));
        });
    }
    void forget_execution(ExecutionKey key, Committed done) override {
        if (const auto refusal = take_refusal()) return done(*refusal);
        make([this, key, done = std::move(done)](Fate fate) mutable {
            if (fate == Fate::lost) return done(Outcome::discarded);
            ForwardingStore::forget_execution(key, std::move(done));
        });
    }
    void start_children(ChildrenStart start, Committed done) override {
        if (const auto refusal = take_refusal()) return done(*refusal);
        if (const auto refusal = take_made_refusal())
            done = [refusal, done = std::move(done)](Outcome) { done(*refusal); };
        make([this, start = std::move(start), done = std::move(done)](Fate fate) mutable {
            if (fate == Fate::lost) return done(Outcome::discarded);
            ForwardingStore::start_children(std::move(start), std::move(done));
        });
    }
    void fail_map_run(MapRunKey key, const std::string& error, const std::string& cause,
                      Committed done) override {
        if (const auto refusal = take_refusal()) return done(*refusal);
        make([this, key, error, cause, done = std::move(done)](Fate fate) mutable {
            if (fate == Fate::lost) return done(Outcome::discarded);
            ForwardingStore::fail_map_run(key, error, cause, std::move(done));
        });
    }
    void end_map_run(MapRunKey key, MapRunEnd end, Committed done) override {
        if (const auto refusal = take_refusal()) return done(*refusal);
        make([this, key, end = std::move(end), done = std::move(done)](Fate fate) mutable {
            if (fate == Fate::lost) return done(Outcome::discarded);
            ForwardingStore::end_map_run(key, std::move(end), std::move(done));
        });
    }
    void settle_map_run(const std::string& arn, Committed done) override {
        if (const auto refusal = take_refusal()) return done(*refusal);
        make([this, arn, done = std::move(done)](Fate fate) mutable {
            if (fate == Fate::lost) return done(Outcome::discarded);
            ForwardingStore::settle_map_run(arn, std::move(done));
        });
    }
    void job_stopped(JobStopKey key, Committed done) override {
        if (const auto refusal = take_refusal()) return done(*refusal);
        make([this, key, done = std::move(done)](Fate fate) mutable {
            if (fate == Fate::lost) return done(Outcome::discarded);
            ForwardingStore::job_stopped(key, std::move(done));
        });
    }
    void reset(Committed done) override {
        if (const auto refusal = take_refusal()) return done(*refusal);
        ForwardingStore::reset(std::move(done));
    }
    std::optional<ExecutionRecord> find_execution(ExecutionKey key) const override {
        {
            const std::lock_guard lock(mutex_);
            if (reads_fail_) throw StorageError("the disk cannot be read");
        }
        return ForwardingStore::find_execution(key);
    }
    using ForwardingStore::find_execution;
    std::vector<JournalRow> read_journal(ExecutionKey key, Sequence from, std::size_t max_rows,
                                         std::size_t max_bytes) const override {
        auto rows = ForwardingStore::read_journal(key, from, max_rows, max_bytes);
        const std::lock_guard lock(mutex_);
        if (damage_ && key == damaged_) damage_(rows);
        return rows;
    }

private:
    enum class Fate { made, lost };
    using Write = std::function<void(Fate)>;

    std::optional<Outcome> take_refusal() {
        const std::lock_guard lock(mutex_);
        if (writes_left_ && (*writes_left_)-- == 0) cut_off_ = true;
        if (cut_off_) return Outcome::discarded;
        if (refusals_.empty()) return std::nullopt;
        const Outcome outcome = refusals_.front();
        refusals_.pop_front();
        return outcome;
    }
    std::optional<Outcome> take_made_refusal() {
        const std::lock_guard lock(mutex_);
        return std::exchange(made_refusal_, std::nullopt);
    }
    void make(Write write) {
        {
            const std::lock_guard lock(mutex_);
            if (holding_) {
                held_.push_back(std::move(write));
                changed_.notify_all();
                return;
            }
        }
        write(Fate::made);
    }

    mutable std::mutex mutex_;
    std::condition_variable changed_;
    bool holding_ = false;
    bool cut_off_ = false;
    std::optional<std::size_t> writes_left_;  ///< before the cut
    bool reads_fail_ = false;
    std::deque<Write> held_;
    std::deque<Outcome> refusals_;
    std::optional<Outcome> made_refusal_;
    std::map<ExecutionKey, ExecutionStatus> last_status_;
    ExecutionKey damaged_ = 0;
    std::function<void(std::vector<JournalRow>&)> damage_;
};

}  // namespace stepwell::testing
