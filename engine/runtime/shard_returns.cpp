#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

#include "engine/base/overloaded.hpp"
#include "engine/runtime/loader.hpp"
#include "engine/runtime/shard.hpp"

namespace stepwell {
namespace {

/// Pauses between attempts to bring an execution back after its store failed: they double.
constexpr Milliseconds kFirstPause{1000};
constexpr Milliseconds kLongestPause{60'000};
/// More than this, and an execution whose start has an open outcome waits for the next restart.
constexpr std::size_t kMostRetries = 100'000;
/// How long an execution stays in memory after it was last needed: as bringing it back costs time
/// in proportion to its journal, the longer that is, the longer it stays.
constexpr Milliseconds kPatience{1000};
constexpr Milliseconds kPatiencePerEntry{5};

Milliseconds patience(const Execution& execution) {
    return kPatience + execution.last_sequence * kPatiencePerEntry;
}

/// Whether it waits for a sign of life: that time is not stored, so memory is all that has it.
bool awaits_heartbeat(const Execution& execution) {
    return std::any_of(execution.timers.begin(), execution.timers.end(),
                       [](const Execution::Timer& timer) {
                           return std::get<TimerKind>(timer) == TimerKind::heartbeat;
                       });
}

}  // namespace

/// For an execution that is not in memory: brings it back, and then takes the input.
void Shard::wait_for(ExecutionKey key, Message message) {
    const auto [away, new_here] = away_.try_emplace(key);
    away->second.push_back(std::move(message));
    if (!new_here) return;
    const bool redrive = std::holds_alternative<RedriveInput>(away->second.back());
    load(key, redrive ? IfClosed::fold : IfClosed::say_so);
}

void Shard::load(ExecutionKey key, IfClosed if_closed) {
    ++loads_;
    away_.try_emplace(key);
    by_.readers.post(number_, [inbox = inbox_, key, if_closed, generation = generation_,
                               tokens = tokens_, by = &by_] {
        inbox->post(BroughtBack{key, generation,
                                load_execution(by->store, by->definitions, key, tokens,
                                               by->wait_time_scale, if_closed)});
    });
}

void Shard::load_overdue() {
    while (!held_up() && !overdue_.empty() && may_load()) {
        const ExecutionKey key = overdue_.front();
        overdue_.pop_front();
        if (find(key) == nullptr && !away_.contains(key)) load(key);
    }
}

void Shard::on(WakesFound input) {
    if (input.generation != generation_) return;
    for (const Store::Wake& wake : input.wakes)
        timers_.emplace_hint(timers_.end(), wake.at, wake.key);
}

void Shard::on(AllWakesFound) { catching_up_ = true; }

/// Once nothing is left that a start has to look at now, no task is missing from its queue.
void Shard::look_whether_caught_up() {
    if (!catching_up_ || !overdue_.empty() || loads_ > 0) return;
    if (!timers_.empty() && timers_.begin()->first == TimePoint{}) return;
    catching_up_ = false;
    by_.activities.let_go();
}

void Shard::on(BroughtBack input) {
    if (input.generation != generation_) return;
    --loads_;
    auto away = away_.extract(input.key);
    // Draining: what waits is dropped, and told so.
    if (!open() || away.empty()) return;
    std::vector<Message> waiting = std::move(away.mapped());
    std::visit(Overloaded{[&](NotThere&) {
                              for (Message& message : waiting) {
                                  if (auto* stop = std::get_if<StopInput>(&message)) {
                                      stop->reply({Outcome::not_found, {}});
                                  } else if (auto* redrive = std::get_if<RedriveInput>(&message)) {
                                      redrive->reply({Outcome::not_found, {}, {}});
                                  } else if (auto* token = std::get_if<TokenInput>(&message)) {
                                      token->reply(TokenOutcome::task_not_found);
                                  } else if (auto* worker = std::get_if<WorkerInput>(&message)) {
                                      by_.activities.wait_on(std::move(worker->poll));
                                  } else if (auto* over = std::get_if<MapRunOverInput>(&message)) {
                                      map_run_unwanted(over->arn);
                                  }
                              }
                              not_there(input.key);
                          },
                          [&](AlreadyClosed& closed) {
                              already_closed(input.key, closed.stop_date, std::move(waiting));
                          },
                          [&](Unreadable& unreadable) {
                              spdlog::error("an execution (key {}) cannot be read now: {}",
                                            input.key, unreadable.why);
                              bring_back_later(input.key);
                          },
                          [&](Broken& broken) {
                              if (broken.stop_date) {
                                  // A redrive is answered as lost; it stays as it is.
                                  for (Message& message : waiting)
                                      answer_closed(message, *broken.stop_date);
                                  std::rethrow_exception(broken.why);
                              }
                              // What waits for it goes on waiting until its end is stored.
                              away_.emplace(input.key, std::move(waiting));
                              in_hand_ = InHand{input.key, broken.last_sequence, broken.last_event,
                                                std::move(broken.failed)};
                              std::rethrow_exception(broken.why);
                          },
                          [&](Folded& folded) {
                              if (folded.execution->closed())
                                  return deliver_to_closed(std::move(folded), std::move(waiting));
                              come_back(std::move(folded));
                              deliver(std::move(waiting));
                          }},
               input.result);
}

void Shard::come_back(Folded folded) {
    Execution& execution = *folded.execution;
    const ExecutionKey key = execution.info.key;
    const bool retried = retries_.erase(key) > 0;
    if (retried) by_.job_stops.recover();
    const TimePoint now = by_.clock.now();
    if (execution.info.type == WorkflowType::express) {
        // A restart runs it again from the beginning, with all of its five minutes.
        if (folded.machine_deleted && execution.info.map_run == 0) return forget(key);
        ExecutionInfo info = std::move(execution.info);
        info.start_time = now;
        const Kept kept = info.map_run != 0 ? Kept::ends : Kept::start;
        auto begun = std::make_unique<LiveExecution>(std::move(info), ++last_life_, kept);
        begun->execution.machine_deleted = folded.machine_deleted;
        begun->logging = std::move(folded.logging);
        LiveExecution& live = *live_.emplace(key, std::move(begun)).first->second;
        // DIFFERS: AWS lets it run to its end. docs/differences.md
        return folded.unwanted ? proceed(live, Stop{}) : proceed(live, Begin{});
    }
    // Who waits for heartbeats never leaves memory but by a restart, or by a write that failed.
    restart_heartbeats(execution, retried ? now : began_);
    std::vector<Action> calls = calls_to_repeat(execution, now);
    auto returned = std::make_unique<LiveExecution>(std::move(execution), ++last_life_);
    returned->logging = std::move(folded.logging);
    LiveExecution& live = *live_.emplace(key, std::move(returned)).first->second;
    // Before it takes a Step or a task is called again: its Map Run tells it to stop, but later.
    if (folded.unwanted) return proceed(live, Stop{});
    if (folded.machine_deleted) proceed(live, MachineDeleted{});
    // A child's start is stored before its first Step.
    if (LiveExecution* still = find(key); still != nullptr && !still->execution.closed()) {
        if (still->execution.last_sequence == 0) {
            proceed(*still, Begin{});
        } else if (!folded.machine_deleted) {
            proceed(*still, GoOn{});
        }
    }
    // What was to be repeated was committed long ago; what has just timed out is not.
    if (LiveExecution* still = find(key); still != nullptr) act(*still, std::move(calls));
}

void Shard::answer_closed(Message& message, TimePoint stop_date) {
    if (auto* stop = std::get_if<StopInput>(&message)) {
        stop->reply({Outcome::committed, stop_date});
    } else if (auto* token = std::get_if<TokenInput>(&message)) {
        token->reply(TokenOutcome::task_timed_out);
    } else if (auto* worker = std::get_if<WorkerInput>(&message)) {
        by_.activities.wait_on(std::move(worker->poll));
    } else if (auto* over = std::get_if<MapRunOverInput>(&message)) {
        map_run_unwanted(over->arn);
    }
}

void Shard::already_closed(ExecutionKey key, TimePoint stop_date, std::vector<Message> waiting) {
    // A write of open outcome has closed it, unnoticed until now.
    if (retries_.erase(key) > 0) {
        by_.closings.some_closed();
        by_.map_runs->all_changed();
        by_.job_stops.recover();
    }
    const auto redrive = std::find_if(waiting.begin(), waiting.end(), [](const Message& message) {
        return std::holds_alternative<RedriveInput>(message);
    });
    for (auto message = waiting.begin(); message != redrive; ++message)
        answer_closed(*message, stop_date);
    if (redrive == waiting.end()) return;
    // It came while the execution was being looked at for another reason: now it must be folded.
    waiting.erase(waiting.begin(), redrive);
    away_.emplace(key, std::move(waiting));
    load(key, IfClosed::fold);
}

/// One that was folded for a redrive is in memory for as long as that takes.
void Shard::deliver_to_closed(Folded folded, std::vector<Message> waiting) {
    const ExecutionKey key = folded.execution->info.key;
    if (retries_.erase(key) > 0) {
        by_.closings.some_closed();
        by_.job_stops.recover();
    }
    folded.execution->machine_deleted = folded.machine_deleted;
    auto closed = std::make_unique<LiveExecution>(std::move(*folded.execution), ++last_life_);
    closed->logging = std::move(folded.logging);
    const std::uint64_t life = closed->life;
    live_.emplace(key, std::move(closed));
    const auto as_it_was = [&] {
        LiveExecution* live = find(key, life);
        return live != nullptr && live->execution.closed() && live->pending.empty() ? live
                                                                                    : nullptr;
    };
    for (Message& message : waiting) {
        LiveExecution* live = as_it_was();
        if (live != nullptr && !std::holds_alternative<RedriveInput>(message)) {
            answer_closed(message, live->execution.stop_time.value());
            continue;
        }
        guarded([&] { std::visit([this](auto& input) { on(std::move(input)); }, message); });
    }
    if (LiveExecution* live = as_it_was()) remove(*live);
}

/// Takes up what came for an execution while it was away.
void Shard::deliver(std::vector<Message> messages) {
    for (Message& message : messages) {
        guarded([&] { std::visit([this](auto& input) { on(std::move(input)); }, message); });
    }
}

void Shard::on(FailureStored input) {
    if (input.generation != generation_) return;
    if (input.outcome == Outcome::committed) tell_failure(*input.failed);
    auto away = away_.extract(input.key);
    if (!open() || away.empty()) return;
    if (input.outcome == Outcome::committed) {
        by_.closings.some_closed();
        by_.map_runs->all_changed();
        return deliver(std::move(away.mapped()));
    }
    bring_back_later(input.key);
}

/// Its store failed: it is looked at again after a pause.
void Shard::bring_back_later(ExecutionKey key) {
    if (retries_.size() >= kMostRetries && !retries_.contains(key)) {
        spdlog::error("an execution (key {}) stays as it is until the next start of the server",
                      key);
        return;
    }
    Milliseconds& pause = retries_[key];
    pause = pause.count() == 0 ? kFirstPause : std::min(2 * pause, kLongestPause);
    timers_.emplace(by_.clock.now() + pause, key);
}

/// A start whose outcome was open may still be committed, as long as the disk goes on failing.
void Shard::not_there(ExecutionKey key) {
    const auto retry = retries_.find(key);
    if (retry == retries_.end()) return;
    if (retry->second < kLongestPause) return bring_back_later(key);
    retries_.erase(retry);
}

/// Lets go of executions that have only waited for a while and will for a while: their timers stay,
/// nothing else.
void Shard::park_idle() {
    if (idle_.empty()) return;
    const TimePoint now = by_.clock.now();
    while (!idle_.empty() && idle_.front().since + kIdleLook <= now) {
        const Idle idle = idle_.front();
        idle_.pop_front();
        LiveExecution* live = find(idle.key, idle.life);
        if (live == nullptr) continue;
        live->idle_queued = false;
        if (live->busy() || live->execution.closed())
            continue;  // looked after again when that is over
        if (may_park(*live, now)) {
            live->armed.reset();  // the timer stays
            live_.erase(idle.key);
        } else if (now - live->touched < patience(live->execution)) {
            live->idle_queued = true;
            idle_.push_back({now, idle.key, idle.life});
        }
    }
}

bool Shard::may_park(const LiveExecution& live, TimePoint now) const {
    const Milliseconds enough = patience(live.execution);
    if (now - live.touched < enough) return false;
    const auto next = live.execution.next_timer();
    return (!next || *next - now > kIdleLook + enough) && !awaits_heartbeat(live.execution);
}

}  // namespace stepwell
