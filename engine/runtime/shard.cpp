#include "engine/runtime/shard.hpp"

#include <pthread.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <iterator>
#include <string>
#include <utility>

#include "engine/base/state_errors.hpp"
#include "engine/runtime/records.hpp"

namespace stepwell {
namespace {

/// Inputs, and due timers, that are taken before a turn of an execution that would run on.
constexpr int kInputsPerRound = 256;
/// A sleeping shard looks at the clock this often while it has timers: a clock that jumped (a
/// machine that was asleep, a clock that was set) is noticed this late.
constexpr Milliseconds kLongestSleep{1000};

std::string failure_cause(std::string_view what) {
    return "An internal error ended this execution: " + std::string(what.substr(0, 1024));
}

/// What is told of its end, but for the end itself. Takes what it has logged and not told: the
/// failure is stored behind that, so where one is durable the other is.
FailedExecution failed_execution_of(LiveExecution& live) {
    const Execution& execution = live.execution;
    FailedExecution failed;
    failed.arn = execution.info.arn;
    failed.type = execution.info.type;
    failed.start_date = execution.info.start_time;
    failed.logged = {live.logging, execution.info.arn, execution.redrive_count, {}};
    for (PendingStep& step : live.pending) {
        std::move(step.logged.begin(), step.logged.end(), std::back_inserter(failed.logged.events));
        step.logged.clear();
    }
    return failed;
}

void add_failure(FailedExecution& failed, HistoryEvent event) {
    failed.stop_date = event.timestamp;
    if (failed.arn.empty()) failed.start_date = failed.stop_date;  // not known
    failed.last_event = event.id;
    if (failed.logged.logging) failed.logged.events.push_back(std::move(event));
}

}  // namespace

Shard::Shard(ShardSurroundings surroundings, unsigned number, std::uint64_t seed,
             std::shared_ptr<const TokenMint> tokens, std::shared_ptr<Activity> activity)
    : by_(surroundings),
      number_(number),
      activity_(activity),
      inbox_(std::make_shared<Inbox>(std::move(activity))),
      random_(seed),
      tokens_(std::move(tokens)),
      began_(by_.clock.now()) {}

void Shard::begin() {
    thread_ = std::thread([this] { run(); });
    pthread_setname_np(thread_.native_handle(), ("shard-" + std::to_string(number_)).c_str());
}

void Shard::join() {
    if (thread_.joinable()) thread_.join();
}

Runtime::Statistics Shard::statistics() const {
    return {.live_executions = live_count_.load(std::memory_order_relaxed),
            .timers = timer_count_.load(std::memory_order_relaxed),
            .transitions = transitions_.load(std::memory_order_relaxed),
            .calls = call_count_.load(std::memory_order_relaxed)};
}

void Shard::run() {
    while (!quit_) {
        next_inputs();
        for (int i = 0; i < kInputsPerRound && next_input_ < inputs_.size() && !quit_; ++i) {
            Message& message = inputs_[next_input_++];
            guarded([&] { std::visit([this](auto& input) { on(std::move(input)); }, message); });
        }
        fire_due_timers();
        take_one_turn();
        guarded([this] { load_overdue(); });
        guarded([this] { park_idle(); });
        guarded([this] { forget_again(); });
        look_whether_caught_up();
        live_count_.store(live_.size(), std::memory_order_relaxed);
        timer_count_.store(timers_.size(), std::memory_order_relaxed);
        call_count_.store(calls_.size(), std::memory_order_relaxed);
    }
    drop_everything(Outcome::overloaded);
    inbox_->close();
    taken_ += static_cast<std::int64_t>(inputs_.size());
    inputs_.clear();
    activity_->end(taken_);
}

void Shard::next_inputs() {
    if (next_input_ < inputs_.size()) return;
    taken_ += static_cast<std::int64_t>(inputs_.size());
    inputs_.clear();
    next_input_ = 0;
    const auto wait = time_to_wait();
    // What was taken counts as under way until all that it led to on this thread is done.
    if (wait != Milliseconds{0} && turns_.empty() && overdue_.empty())
        activity_->end(std::exchange(taken_, 0));
    inbox_->take(inputs_, wait);
}

std::optional<Milliseconds> Shard::time_to_wait() const {
    if (held_up()) return std::nullopt;  // until a write ends, or what is expected comes
    if (!turns_.empty() || (!overdue_.empty() && may_load())) return Milliseconds{0};
    const auto look = next_look();
    if (!look) return std::nullopt;
    return std::clamp(*look - by_.clock.now(), Milliseconds{0}, kLongestSleep);
}

/// When there is something to do next, if nothing comes in.
std::optional<TimePoint> Shard::next_look() const {
    std::optional<TimePoint> next;
    const auto consider = [&](TimePoint time) { next = next ? std::min(*next, time) : time; };
    if (!timers_.empty()) consider(timers_.begin()->first);
    if (!idle_.empty()) consider(idle_.front().since + kIdleLook);
    if (!unforgotten_.empty()) consider(unforgotten_.front().first);
    return next;
}

void Shard::take_one_turn() {
    if (held_up() || turns_.empty()) return;
    const Turn turn = turns_.front();
    turns_.pop_front();
    LiveExecution* live = find(turn.key, turn.life);
    if (live == nullptr) return;
    live->turn_queued = false;
    guarded([&] { proceed(*live, GoOn{}); });
}

void Shard::fire_due_timers() {
    if (timers_.empty()) return;
    const TimePoint now = by_.clock.now();
    for (int i = 0;
         i < kInputsPerRound && !held_up() && !timers_.empty() && timers_.begin()->first <= now;
         ++i) {
        const auto [due, key] = *timers_.begin();
        timers_.erase(timers_.begin());
        guarded([this, key = key, due = due] { timer_fired(key, due); });
    }
}

void Shard::timer_fired(ExecutionKey key, TimePoint due) {
    LiveExecution* live = find(key);
    if (live == nullptr) {
        if (!away_.contains(key)) overdue_.push_back(key);
        return;
    }
    // Else it is left over from when the execution was not in memory.
    if (live->armed != due) return;
    live->armed.reset();
    proceed(*live, GoOn{});
}

void Shard::gone_wrong(const std::exception* error) {
    const std::string what = error != nullptr ? error->what() : "an unknown exception";
    if (!in_hand_) {
        spdlog::error("shard {}: {}", number_, what);
        return;
    }
    InHand in_hand = *std::move(in_hand_);
    LiveExecution* live = find(in_hand.key);
    if (live == nullptr) {
        spdlog::error("an execution (key {}) cannot go on: {}", in_hand.key, what);
        if (!in_hand.failed) in_hand.failed = std::make_shared<FailedExecution>();
        store_failure(in_hand.key, in_hand.last_sequence, in_hand.last_event, what,
                      std::move(in_hand.failed));
        return;
    }
    spdlog::error("{} cannot go on: {}", live->execution.info.arn, what);
    const Kept kept = live->kept;
    const Sequence last_sequence = live->stored_sequence;
    const EventId last_event = live->stored_event;
    const EventId live_event = live->execution.last_event;
    if (kept == Kept::nothing) {
        SyncEnded ended = sync_end_of(live->execution);
        ended.status = ExecutionStatus::failed;
        ended.output.reset();
        ended.error = state_errors::kRuntime;
        ended.cause = failure_cause(what);
        live->sync_reply(std::move(ended));
    }
    const bool outlives_memory = live->outlives_memory();
    auto failed = std::make_shared<FailedExecution>(failed_execution_of(*live));
    drop(*live, Outcome::overloaded);
    if (outlives_memory) {
        store_failure(in_hand.key, last_sequence, last_event, what, std::move(failed));
        return;
    }
    // No history but the event log's: nothing else numbers its events.
    add_failure(*failed, failure_step(0, live_event, by_.clock.now(), failure_cause(what)).event);
    tell_failure(*failed);
    if (kept == Kept::start) forget(in_hand.key);
}

void Shard::tell_failure(FailedExecution& failed) {
    by_.reports->ended({.arn = failed.arn,
                        .type = failed.type,
                        .status = ExecutionStatus::failed,
                        .duration = failed.stop_date - failed.start_date,
                        .events = failed.last_event});
    if (by_.event_log && failed.logged.logging) by_.event_log->write(std::move(failed.logged));
}

void Shard::store_failure(ExecutionKey key, Sequence last_sequence, EventId last_event,
                          std::string_view what, std::shared_ptr<FailedExecution> failed) {
    away_.try_emplace(key);  // until it is stored, inputs wait
    FailureStep step =
        failure_step(last_sequence, last_event, by_.clock.now(), failure_cause(what));
    add_failure(*failed, std::move(step.event));
    const std::size_t bytes = step.row.bytes.size();
    inbox_->write_began(bytes);
    by_.store.append(key, last_sequence, std::move(step.row), std::move(step.update),
                     [inbox = inbox_, key, generation = generation_, bytes,
                      failed = std::move(failed)](Outcome outcome) {
                         inbox->post(FailureStored{key, generation, outcome, failed});
                         inbox->write_ended(bytes);
                     });
}

}  // namespace stepwell
