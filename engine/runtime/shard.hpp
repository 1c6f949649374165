#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <exception>
#include <memory>
#include <optional>
#include <set>
#include <string_view>
#include <thread>
#include <unordered_map>
#include <utility>
#include <vector>

#include "engine/base/random.hpp"
#include "engine/runtime/activity_queues.hpp"
#include "engine/runtime/closing_watch.hpp"
#include "engine/runtime/definition_cache.hpp"
#include "engine/runtime/engine_clock.hpp"
#include "engine/runtime/execution_keys.hpp"
#include "engine/runtime/inbox.hpp"
#include "engine/runtime/job_stops.hpp"
#include "engine/runtime/live_execution.hpp"
#include "engine/runtime/loader.hpp"
#include "engine/runtime/map_runs.hpp"
#include "engine/runtime/readers.hpp"
#include "engine/runtime/slow_lane.hpp"

namespace stepwell {

/// What all shards of a runtime share. All of it is thread-safe and outlives them.
struct ShardSurroundings {
    Store& store;
    TaskRunner& tasks;
    const EngineClock& clock;
    Readers& readers;
    SlowLane& slow_lane;
    DefinitionCache& definitions;
    ActivityQueues& activities;
    ClosingWatch& closings;
    ExecutionKeys& keys;
    JobStops& job_stops;
    std::shared_ptr<MapRunQueue> map_runs;
    std::atomic<TaskCallId>& last_call;
    std::shared_ptr<ExecutionReports> reports;
    double wait_time_scale = 1.0;
    std::shared_ptr<EventLog> event_log;  ///< null: events are not logged
    const MockDirectory* mocks = nullptr;
};

/// One thread with the executions that are its own: takes an input, lets the interpreter decide,
/// gives the Step to the store and takes the next. When the store says that a Step is durable, its
/// actions start and its answers leave, in order for each execution. design.md, "Order, commit,
/// answer".
///
/// Everything but the constructor, begin, join, inbox and statistics runs on that thread.
class Shard {
public:
    Shard(ShardSurroundings surroundings, unsigned number, std::uint64_t seed,
          std::shared_ptr<const TokenMint> tokens, std::shared_ptr<Activity> activity);
    Shard(const Shard&) = delete;
    Shard& operator=(const Shard&) = delete;

    void begin();
    /// After Quit was posted.
    void join();
    const std::shared_ptr<Inbox>& inbox() const { return inbox_; }
    Runtime::Statistics statistics() const;

private:
    enum class Mode { open, resetting, draining };
    /// (due, key): of executions in memory one each, of parked ones one each, and of others that
    /// are to be looked at.
    using Timer = std::pair<TimePoint, ExecutionKey>;
    struct Turn {
        ExecutionKey key = 0;
        std::uint64_t life = 0;
    };
    struct Idle {
        TimePoint since;
        ExecutionKey key = 0;
        std::uint64_t life = 0;
    };
    struct Call {
        ExecutionKey key = 0;
        FrameId frame = 0;
        Sequence scheduled = 0;
    };
    /// What is being worked on: whose failure an exception is.
    struct InHand {
        ExecutionKey key = 0;
        Sequence last_sequence = 0;
        EventId last_event = 0;
        /// Of one that is not in memory.
        std::shared_ptr<FailedExecution> failed = nullptr;
    };

    // shard.cpp: the loop.
    void run();
    void next_inputs();
    std::optional<Milliseconds> time_to_wait() const;
    std::optional<TimePoint> next_look() const;
    bool open() const { return mode_ == Mode::open; }
    bool held_up() const { return !open() || inbox_->backed_up(); }
    void take_one_turn();
    void fire_due_timers();
    void timer_fired(ExecutionKey key, TimePoint due);
    template <class Work>
    void guarded(Work&& work);
    void gone_wrong(const std::exception* error);
    void store_failure(ExecutionKey key, Sequence last_sequence, EventId last_event,
                       std::string_view what, std::shared_ptr<FailedExecution> failed);
    void tell_failure(FailedExecution& failed);

    // shard_inputs.cpp: what comes in.
    void on(StartInput input);
    void on(StartSyncInput input);
    void on(CancelSyncInput input);
    void on(StopInput input);
    void on(RedriveInput input);
    void on(TokenInput input);
    void on(WorkerInput input);
    void on(MachineGone input);
    void on(MachineGoneFor input);
    void on(ChildBegins input);
    void on(WakeChild input);
    void on(MapRunOverInput input);
    void on(LookAtClock) {}  // the loop looks at it after every message
    void on(CallEnded input);
    void on(QuestionAnswered input);
    void on(CloseForReset input);
    void on(Reopen input);
    void on(Drain);
    void on(Quit);
    std::unique_ptr<LiveExecution> begin_execution(ExecutionKey key, StartRequest request,
                                                   Kept kept);
    void start_stored(std::unique_ptr<LiveExecution> live, Step step,
                      const std::string& revision_id, Reply<Started> reply);

    // shard_steps.cpp: from input to Step, to commit, to action and answer.
    Step decide(LiveExecution& live, InputBody body);
    void follow(LiveExecution& live, Step step, std::optional<Waiter> waiter = std::nullopt);
    void proceed(LiveExecution& live, InputBody body) {
        follow(live, decide(live, std::move(body)));
    }
    void write(LiveExecution& live, Step& step);
    void log(const LiveExecution& live, std::vector<HistoryEvent> events);
    std::shared_ptr<const MapRunChanges> map_run_changes(const Execution& execution,
                                                         const std::vector<Action>& actions);
    std::shared_ptr<const std::vector<JobStop>> job_stops(std::vector<Action>& actions);
    void map_run_unwanted(const std::string& arn);
    void on(StepStored input);
    void act(LiveExecution& live, std::vector<Action> actions);
    void call_task(LiveExecution& live, StartTask start);
    void ask_slow_lane(LiveExecution& live, Ask ask);
    TaskCallId end_call(LiveExecution& live, FrameId frame, Sequence scheduled);
    void stop_job(LiveExecution& live, StopJob stop);
    static void note_job(LiveExecution& live, const Call& call, const TaskResult& result);
    void cancel_calls(LiveExecution& live);
    TaskPlace place_of(const LiveExecution& live, const QueueTask& task) const;
    void queue_turn(LiveExecution& live);
    void arm(LiveExecution& live);
    void look_after(LiveExecution& live);
    void finish(LiveExecution& live);
    void drop(LiveExecution& live, Outcome outcome);
    void remove(LiveExecution& live);
    void drop_everything(Outcome outcome);
    void forget(ExecutionKey key);
    void on(StillStored input);
    void forget_again();
    LiveExecution* find(ExecutionKey key);
    LiveExecution* find(ExecutionKey key, std::uint64_t life);

    // shard_returns.cpp: executions that leave memory and come back.
    void wait_for(ExecutionKey key, Message message);
    void load(ExecutionKey key, IfClosed if_closed = IfClosed::say_so);
    void load_overdue();
    bool may_load() const { return loads_ < kMostLoads; }
    void on(BroughtBack input);
    void on(WakesFound input);
    void on(AllWakesFound);
    void look_whether_caught_up();
    void on(FailureStored input);
    void come_back(Folded folded);
    void already_closed(ExecutionKey key, TimePoint stop_date, std::vector<Message> waiting);
    void answer_closed(Message& message, TimePoint stop_date);
    void deliver_to_closed(Folded folded, std::vector<Message> waiting);
    void deliver(std::vector<Message> messages);
    void bring_back_later(ExecutionKey key);
    void not_there(ExecutionKey key);
    void park_idle();
    bool may_park(const LiveExecution& live, TimePoint now) const;

    /// How long an execution only waits before it is thought of letting go, and how far its timer
    /// has to be beyond that.
    static constexpr Milliseconds kIdleLook{1000};
    /// What a write costs beside its own bytes, about: enough that many small ones count, too.
    static constexpr std::size_t kBytesPerWrite = 512;
    /// Reads under way for executions whose time has come. Those that a caller waits for come on
    /// top.
    static constexpr std::size_t kMostLoads = 64;

    const ShardSurroundings by_;
    const unsigned number_;
    const std::shared_ptr<Activity> activity_;
    const std::shared_ptr<Inbox> inbox_;
    RandomBits random_;
    std::shared_ptr<const TokenMint> tokens_;

    Mode mode_ = Mode::open;
    bool quit_ = false;
    bool catching_up_ = false;  // what a start has to bring back is being brought
    std::uint64_t generation_ = 0;
    std::uint64_t last_life_ = 0;
    TimePoint began_;  // what was not stored (heartbeats) is counted from here
    std::vector<Message> inputs_;
    std::size_t next_input_ = 0;
    std::int64_t taken_ = 0;  // messages that still count as under way
    std::optional<InHand> in_hand_;

    std::unordered_map<ExecutionKey, std::unique_ptr<LiveExecution>> live_;
    std::unordered_map<TaskCallId, Call> calls_;
    std::set<Timer> timers_;
    std::deque<Turn> turns_;
    std::deque<Idle> idle_;             // by `since`, about
    std::deque<ExecutionKey> overdue_;  // to be brought back, when there is room
    std::unordered_map<ExecutionKey, std::vector<Message>>
        away_;  // being brought back or failed, and what waits for it
    std::size_t loads_ = 0;
    std::unordered_map<ExecutionKey, Milliseconds>
        retries_;                    // to be brought back after a failed write or read
    std::deque<Timer> unforgotten_;  // Express rows to remove again

    std::atomic<std::uint64_t> live_count_{0};
    std::atomic<std::uint64_t> timer_count_{0};
    std::atomic<std::uint64_t> transitions_{0};
    std::atomic<std::uint64_t> call_count_{0};
    std::thread thread_;
};

template <class Work>
void Shard::guarded(Work&& work) {
    // The one place where our own bugs end: style.md, "Three kinds of failure".
    try {
        work();
    } catch (const std::exception& error) {
        gone_wrong(&error);
    } catch (...) {
        gone_wrong(nullptr);
    }
    in_hand_.reset();
}

}  // namespace stepwell
