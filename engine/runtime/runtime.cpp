#include "engine/runtime/runtime.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <atomic>
#include <deque>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "engine/runtime/definition_cache.hpp"
#include "engine/runtime/engine_clock.hpp"
#include "engine/runtime/execution_keys.hpp"
#include "engine/runtime/job_stops.hpp"
#include "engine/runtime/map_runs.hpp"
#include "engine/runtime/readers.hpp"
#include "engine/runtime/reply.hpp"
#include "engine/runtime/shard.hpp"

namespace stepwell {
namespace {

constexpr unsigned kReaders = 2;
/// Threads for expressions that take long: more than there are processors would only make each
/// slower, and AWS's second goes by the clock.
unsigned slow_threads() { return std::clamp(std::thread::hardware_concurrency(), 2U, 8U); }
constexpr std::size_t kWakesPerRead = 4096;
/// How long a shut-down waits for writes: somewhat longer than the store lets one wait for a
/// failing disk.
constexpr Milliseconds kLongestDrain{6000};

/// Neighbouring keys go to different shards.
std::size_t hash_of(ExecutionKey key) {
    return static_cast<std::size_t>(RandomBits(static_cast<std::uint64_t>(key)).next());
}

unsigned shard_count(const RuntimeOptions& options) { return std::max(options.shards, 1U); }

}  // namespace

class Runtime::Impl {
public:
    Impl(Store& store, TaskRunner& tasks, const Clock& clock, RuntimeOptions options,
         std::uint64_t random_seed)
        : store_(store),
          tasks_(tasks),
          clock_(clock),
          reports_(std::make_shared<ExecutionReports>(options.observer)),
          activity_(std::make_shared<Activity>()),
          activities_(options.longest_poll, shard_count(options),
                      [this](const TaskPlace& task, PollPtr poll) {
                          inbox_of(task.key).post(WorkerInput{task, std::move(poll)});
                      }),
          tokens_(std::make_shared<TokenMint>(store.token_key())),
          readers_(std::make_shared<Readers>(kReaders, activity_)),
          job_stops_(store, tasks, readers_, activity_),
          slow_lane_(slow_threads(), activity_) {
        RandomBits seeds(random_seed);
        static std::atomic<TaskCallId> last_call{0};  // unique in the process, so of all runtimes
        const ShardSurroundings by{store,
                                   tasks,
                                   clock_,
                                   *readers_,
                                   slow_lane_,
                                   definitions_,
                                   activities_,
                                   *closings_,
                                   keys_,
                                   job_stops_,
                                   map_run_queue_,
                                   last_call,
                                   reports_,
                                   options.wait_time_scale,
                                   options.event_log,
                                   options.mocks};
        for (unsigned i = 0; i < shard_count(options); ++i) {
            shards_.push_back(std::make_unique<Shard>(by, i, seeds.next(), tokens_, activity_));
        }
        map_runs_ =
            std::make_unique<MapRuns>(map_run_surroundings(options), map_run_queue_, seeds.next());
        for (const auto& shard : shards_) shard->begin();
    }
    ~Impl() { shut_down(); }

    void recover() {
        if (const auto latest = store_.latest_time()) {
            clock_.never_before(*latest);
            keys_.after(*latest);
        }
        announce_wakes(generation_);
        post_to_all([] { return AllWakesFound{}; });
        map_runs_->recover();
        job_stops_.recover();
    }
    void map_run_updated(const std::string& arn) { map_run_queue_->changed(arn); }

    Inbox& inbox_of(ExecutionKey key) { return *shards_[hash_of(key) % shards_.size()]->inbox(); }
    std::shared_ptr<Inbox> shared_inbox_of(ExecutionKey key) {
        return shards_[hash_of(key) % shards_.size()]->inbox();
    }
    ExecutionKey new_key() { return keys_.next(clock_.now()); }
    std::shared_ptr<const TokenMint> tokens() const {
        const std::lock_guard lock(mutex_);
        return tokens_;
    }
    template <class Make>
    void post_to_all(Make&& make) {
        for (const auto& shard : shards_) shard->inbox()->post(make());
    }
    void settle() { activity_->wait(); }
    ActivityQueues& activities() { return activities_; }
    const std::shared_ptr<ClosingWatch>& closings() const { return closings_; }

    void reset(Reply<Outcome> reply) {
        {
            const std::lock_guard lock(mutex_);
            if (stopped_) return;
            resets_.push_back(std::move(reply));
            if (resets_.size() > 1) return;
        }
        begin_reset();
    }
    void shut_down();
    Statistics statistics() const;

private:
    MapRunSurroundings map_run_surroundings(const RuntimeOptions& options);
    void begin_reset();
    void forget_everything();
    void end_reset(Outcome outcome);
    void announce_wakes(std::uint64_t generation);

    Store& store_;
    TaskRunner& tasks_;
    EngineClock clock_;
    ExecutionKeys keys_;
    DefinitionCache definitions_;
    const std::shared_ptr<ExecutionReports> reports_;
    const std::shared_ptr<Activity> activity_;
    ActivityQueues activities_;
    const std::shared_ptr<ClosingWatch> closings_ = std::make_shared<ClosingWatch>();
    const std::shared_ptr<MapRunQueue> map_run_queue_ = std::make_shared<MapRunQueue>(activity_);
    std::vector<std::unique_ptr<Shard>> shards_;

    mutable std::mutex mutex_;  // of what follows
    std::shared_ptr<const TokenMint> tokens_;
    std::deque<Reply<Outcome>> resets_;  // the front is under way
    bool stopped_ = false;
    std::atomic<std::uint64_t> generation_{0};

    const std::shared_ptr<Readers> readers_;
    JobStops job_stops_;
    SlowLane slow_lane_;
    std::unique_ptr<MapRuns> map_runs_;
};

MapRunSurroundings Runtime::Impl::map_run_surroundings(const RuntimeOptions& options) {
    std::vector<std::shared_ptr<Inbox>> inboxes;
    for (const auto& shard : shards_) inboxes.push_back(shard->inbox());
    const auto post = [inboxes](ExecutionKey key, auto message) {
        inboxes[hash_of(key) % inboxes.size()]->post(std::move(message));
    };
    return {.store = store_,
            .clock = clock_,
            .keys = keys_,
            .definitions = definitions_,
            .slow_lane = slow_lane_,
            .reader = options.item_reader,
            .writer = options.result_writer,
            .child_begins =
                [post](ChildBegins child) {
                    const ExecutionKey key = child.info.key;
                    post(key, std::move(child));
                },
            .stop_child =
                [post](ExecutionKey key) {
                    post(key, StopInput{key, {}, {}});
                },
            .wake_child = [post](ExecutionKey key) { post(key, WakeChild{key}); },
            .redrive_child =
                [post](ExecutionKey key, std::function<void(RedriveEnded)> done) {
                    post(key, RedriveInput{key,
                                           {.client_token = {}, .by_map_run = true},
                                           Reply<RedriveEnded>(std::move(done))});
                },
            .tell_parent =
                [post](MapRunOverInput over) {
                    const ExecutionKey key = over.parent;
                    post(key, std::move(over));
                }};
}

/// Tells the shards when which execution must be looked at. Runs on a thread that may block.
void Runtime::Impl::announce_wakes(std::uint64_t generation) {
    std::optional<Store::Wake> last;
    for (;;) {
        const std::vector<Store::Wake> page = store_.wakes_after(last, kWakesPerRead);
        if (page.empty()) return;
        last = page.back();
        std::vector<std::vector<Store::Wake>> by_shard(shards_.size());
        for (const Store::Wake& wake : page)
            by_shard[hash_of(wake.key) % shards_.size()].push_back(wake);
        for (std::size_t i = 0; i < shards_.size(); ++i) {
            if (!by_shard[i].empty())
                shards_[i]->inbox()->post(WakesFound{generation, std::move(by_shard[i])});
        }
        if (page.size() < kWakesPerRead) return;
    }
}

// A reset goes: every shard drops what it has and closes; the store forgets, with a new key for
// tokens; they open again. One after the other, if several are asked for.

void Runtime::Impl::begin_reset() {
    const std::uint64_t generation = ++generation_;
    const auto left = std::make_shared<std::atomic<std::size_t>>(shards_.size());
    post_to_all([&] {
        return CloseForReset{generation, [this, left] {
                                 if (left->fetch_sub(1) == 1)
                                     readers_->post(0, [this] { forget_everything(); });
                             }};
    });
}

void Runtime::Impl::forget_everything() {
    tasks_.cancel_all();
    activities_.reset();
    map_runs_->drop_all();
    job_stops_.drop_all();
    activity_->begin();
    // The store may answer when this runtime is gone: then the readers drop the job.
    store_.reset([this, readers = readers_, activity = activity_](Outcome outcome) {
        readers->post(0, [this, outcome] { end_reset(outcome); });
        activity->end();
    });
}

void Runtime::Impl::end_reset(Outcome outcome) {
    std::shared_ptr<const TokenMint> tokens = this->tokens();
    try {
        tokens = std::make_shared<TokenMint>(store_.token_key());
        // What the store did not forget goes on.
        if (outcome != Outcome::committed) announce_wakes(generation_);
    } catch (const StorageError& error) {
        spdlog::error("the store cannot be read after a reset: {}", error.what());
        outcome = Outcome::overloaded;
    }
    Reply<Outcome> reply;
    bool again = false;
    {
        const std::lock_guard lock(mutex_);
        tokens_ = tokens;
        if (!resets_.empty()) {
            reply = std::move(resets_.front());
            resets_.pop_front();
        }
        again = !resets_.empty();
    }
    post_to_all([&] { return Reopen{tokens}; });
    reply(outcome);
    if (outcome != Outcome::committed) {
        map_runs_->recover();
        job_stops_.recover();
    }
    if (again) begin_reset();
}

void Runtime::Impl::shut_down() {
    std::deque<Reply<Outcome>> resets;
    {
        const std::lock_guard lock(mutex_);
        if (std::exchange(stopped_, true)) return;
        resets.swap(resets_);
    }
    activities_.close();
    map_runs_->stop();
    post_to_all([] { return Drain{}; });
    slow_lane_.stop();
    activity_->wait_for(kLongestDrain);
    post_to_all([] { return Quit{}; });
    for (const auto& shard : shards_) shard->join();
    readers_->stop();
    tasks_.cancel_all();
}

Runtime::Statistics Runtime::Impl::statistics() const {
    Statistics sum;
    for (const auto& shard : shards_) {
        const Statistics part = shard->statistics();
        sum.live_executions += part.live_executions;
        sum.timers += part.timers;
        sum.transitions += part.transitions;
        sum.calls += part.calls;
    }
    sum.started = reports_->starts();
    sum.redriven = reports_->redrives();
    sum.ended = reports_->ends();
    return sum;
}

Runtime::Runtime(Store& store, TaskRunner& tasks, const Clock& clock, RuntimeOptions options,
                 std::uint64_t random_seed)
    : impl_(std::make_unique<Impl>(store, tasks, clock, options, random_seed)) {}

Runtime::~Runtime() = default;

void Runtime::recover() { impl_->recover(); }

void Runtime::start(StartRequest request, std::function<void(Started)> answer) {
    const ExecutionKey key = impl_->new_key();
    impl_->inbox_of(key).post(
        StartInput{key, std::move(request), Reply<Started>(std::move(answer))});
}

Runtime::CancelSync Runtime::start_sync(StartRequest request,
                                        std::function<void(SyncEnded)> answer) {
    const ExecutionKey key = impl_->new_key();
    auto inbox = impl_->shared_inbox_of(key);
    inbox->post(StartSyncInput{key, std::move(request), Reply<SyncEnded>(std::move(answer))});
    return [inbox = std::move(inbox), key] { inbox->post(CancelSyncInput{key}); };
}

void Runtime::stop(ExecutionKey key, StopRequest request, std::function<void(Stopped)> answer) {
    impl_->inbox_of(key).post(
        StopInput{key, std::move(request), Reply<Stopped>(std::move(answer))});
}

void Runtime::redrive(ExecutionKey key, RedriveRequest request,
                      std::function<void(RedriveEnded)> answer) {
    impl_->inbox_of(key).post(
        RedriveInput{key, std::move(request), Reply<RedriveEnded>(std::move(answer))});
}

void Runtime::report(std::string token, TokenReport report,
                     std::function<void(TokenOutcome)> answer) {
    const auto target = impl_->tokens()->read(token);
    if (!target) return answer(TokenOutcome::invalid);
    impl_->inbox_of(target->execution)
        .post(TokenInput{*target, std::move(report), Reply<TokenOutcome>(std::move(answer))});
}

bool Runtime::is_task_token(std::string_view token) const {
    return impl_->tokens()->read(token).has_value();
}

Runtime::GiveUp Runtime::poll_activity(std::string activity_arn, std::string worker_name,
                                       std::function<void(PolledTask)> answer) {
    PollPtr poll = impl_->activities().poll(std::move(activity_arn), std::move(worker_name),
                                            Reply<PolledTask>(std::move(answer)));
    if (!poll) return {};
    return [this, poll = std::move(poll)] { impl_->activities().give_up(poll); };
}

Runtime::StopWatching Runtime::when_closed(const std::string& execution_arn,
                                           std::function<void()> closed) {
    return [closings = impl_->closings(),
            watch = impl_->closings()->add(execution_arn, std::move(closed))] {
        closings->remove(watch);
    };
}

void Runtime::map_run_updated(const std::string& map_run_arn) {
    impl_->map_run_updated(map_run_arn);
}

void Runtime::state_machine_deleted(std::string state_machine_arn) {
    impl_->post_to_all([&] { return MachineGone{state_machine_arn}; });
}

void Runtime::reset(std::function<void(Outcome)> answer) {
    impl_->reset(Reply<Outcome>(std::move(answer)));
}
void Runtime::shut_down() { impl_->shut_down(); }
void Runtime::clock_changed() {
    impl_->post_to_all([] { return LookAtClock{}; });
}
void Runtime::settle() { impl_->settle(); }
Runtime::Statistics Runtime::statistics() const { return impl_->statistics(); }

}  // namespace stepwell
