#include <string>
#include <utility>

#include "engine/base/overloaded.hpp"
#include "engine/base/state_errors.hpp"
#include "engine/runtime/records.hpp"
#include "engine/runtime/shard.hpp"

namespace stepwell {
namespace {

/// Between two attempts to remove the row of an ended Express execution.
constexpr Milliseconds kForgetPause{1000};
/// A result of a task that is larger than this is too large by far, and is not queued.
constexpr std::size_t kMostResultBytes = 4 * kMaxPayloadBytes;
/// API model: the most that error and cause of a failure may have.
constexpr std::size_t kMostErrorCharacters = 256;
constexpr std::size_t kMostCauseCharacters = 32'768;

/// Cuts UTF-8 after so many characters.
void cut(std::string& text, std::size_t most_characters) {
    if (text.size() <= most_characters) return;
    std::size_t characters = 0;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const bool begins_character = (static_cast<unsigned char>(text[at]) & 0xC0U) != 0x80U;
        if (begins_character && characters++ == most_characters) {
            text.resize(at);
            return;
        }
    }
}

/// What the expressions of one entry or exit may take on a shard. design.md, "Order", 6.
constexpr std::chrono::milliseconds kPatienceForExpressions{5};

/// What may stand in an inbox: a result that no limit lets pass is replaced by a small one of which
/// that is true, too.
TaskResult bounded(TaskResult result) {
    static const Payload too_large{Json(std::string(kMaxPayloadBytes + 1, ' '))};
    if (!result) {
        StateError error = std::move(result).error();
        cut(error.error, kMostErrorCharacters);
        cut(error.cause, kMostCauseCharacters);
        return error;
    }
    if (result->size() > kMostResultBytes) return too_large;
    return result;
}

void answer(Waiter& waiter, Outcome outcome) {
    std::visit(Overloaded{[&](StopWaiter& stop) {
                              stop.reply({outcome, stop.stop_date});
                          },
                          [&](RedriveWaiter& redrive) {
                              redrive.ended.outcome = outcome;
                              redrive.reply(redrive.ended);
                          },
                          [&](TokenWaiter& token) {
                              token.reply(outcome == Outcome::committed ? token.outcome
                                          : outcome == Outcome::not_found
                                              ? TokenOutcome::task_not_found
                                              : TokenOutcome::overloaded);
                          },
                          [&](PollWaiter& waiting) {
                              waiting.task.outcome = outcome;
                              waiting.poll->reply(std::move(waiting.task));
                          }},
               waiter);
}

void answer_all(std::list<PendingStep>& steps, Outcome outcome) {
    for (PendingStep& step : steps) {
        for (Waiter& waiter : step.waiters) answer(waiter, outcome);
    }
    steps.clear();
}

}  // namespace

LiveExecution* Shard::find(ExecutionKey key) {
    const auto found = live_.find(key);
    return found == live_.end() ? nullptr : found->second.get();
}

LiveExecution* Shard::find(ExecutionKey key, std::uint64_t life) {
    LiveExecution* live = find(key);
    return live != nullptr && live->life == life ? live : nullptr;
}

Step Shard::decide(LiveExecution& live, InputBody body) {
    // A start that is to be stored is not in live_ yet: where it goes wrong nothing is there that
    // could be failed.
    if (live_.contains(live.key())) in_hand_ = InHand{live.key(), 0, 0};
    live.touched = by_.clock.now();
    Step step = advance(live.execution, Input{.now = live.touched,
                                              .seed = random_.next(),
                                              .body = std::move(body),
                                              .activities = &by_.store,
                                              .mocks = by_.mocks,
                                              .patience = kPatienceForExpressions});
    transitions_.fetch_add(static_cast<std::uint64_t>(step.transitions), std::memory_order_relaxed);
    return step;
}

void Shard::follow(LiveExecution& live, Step step, std::optional<Waiter> waiter) {
    const bool ends = live.kept == Kept::ends && live.execution.closed();
    if (!step.entries.empty() && (live.kept == Kept::journal || ends)) write(live, step);
    std::vector<HistoryEvent> logged =
        logged_events(by_.event_log ? live.logging.get() : nullptr, step.entries);
    if (live.pending.empty()) {
        log(live, std::move(logged));
        act(live, std::move(step.actions));
        if (waiter) answer(*waiter, Outcome::committed);
    } else {
        PendingStep& last = live.pending.back();
        std::move(logged.begin(), logged.end(), std::back_inserter(last.logged));
        std::move(step.actions.begin(), step.actions.end(), std::back_inserter(last.actions));
        if (waiter) last.waiters.push_back(std::move(*waiter));
    }
    if (step.more) queue_turn(live);
    arm(live);
    look_after(live);
}

void Shard::log(const LiveExecution& live, std::vector<HistoryEvent> events) {
    if (events.empty() || !by_.event_log) return;
    const Execution& execution = live.execution;
    LoggedEvents logged{live.logging, execution.info.arn, execution.redrive_count,
                        std::move(events)};
    by_.event_log->write(std::move(logged));
}

void Shard::write(LiveExecution& live, Step& step) {
    const Execution& execution = live.execution;
    JournalRow row;
    ExecutionUpdate update = update_of(execution);
    Sequence after = live.stored_sequence;
    if (live.kept == Kept::journal) {
        row = row_of(step.entries, execution, live.stored_sequence, live.stored_event);
        row.map_runs = map_run_changes(execution, step.actions);
        row.job_stops = job_stops(step.actions);
        live.stored_sequence = execution.last_sequence;
    } else {
        // One number that is not the start's, so that no other end follows it.
        row.latest_time = execution.last_time;
        update.last_sequence = 1;
        update.last_event = 0;
    }
    const std::size_t bytes = row.bytes.size() + kBytesPerWrite;
    live.stored_event = execution.last_event;
    live.pending.emplace_back();
    inbox_->write_began(bytes);
    by_.store.append(live.key(), after, std::move(row), std::move(update),
                     [inbox = inbox_, key = live.key(), life = live.life, bytes](Outcome outcome) {
                         inbox->post(StepStored{key, life, outcome});
                         inbox->write_ended(bytes);
                     });
}

/// What a Step does to Map Runs: part of its batch.
std::shared_ptr<const MapRunChanges> Shard::map_run_changes(const Execution& execution,
                                                            const std::vector<Action>& actions) {
    std::shared_ptr<MapRunChanges> changes;
    const auto some = [&]() -> MapRunChanges& {
        if (!changes) changes = std::make_shared<MapRunChanges>();
        return *changes;
    };
    for (const Action& action : actions) {
        if (const auto* start = std::get_if<StartMapRun>(&action)) {
            some().begun.push_back(
                record_of(*start->plan, by_.keys.next(by_.clock.now()), execution.last_time));
        } else if (const auto* stop = std::get_if<StopMapRun>(&action)) {
            some().stopping.push_back(stop->arn);
        } else if (const auto* redrive = std::get_if<RedriveMapRun>(&action)) {
            some().redriven.push_back({redrive->arn, execution.redrive_time.value()});
        } else if (const auto* settle = std::get_if<SettleMapRun>(&action)) {
            some().settled.push_back(settle->arn);
        }
    }
    return changes;
}

/// The jobs that are to be stopped after a Step: part of its batch, so that a restart knows them.
std::shared_ptr<const std::vector<JobStop>> Shard::job_stops(std::vector<Action>& actions) {
    std::shared_ptr<std::vector<JobStop>> stops;
    for (Action& action : actions) {
        auto* stop = std::get_if<StopJob>(&action);
        if (stop == nullptr) continue;
        if (!stops) stops = std::make_shared<std::vector<JobStop>>();
        stop->key = by_.keys.next(by_.clock.now());
        stops->push_back({stop->key, encode_stopped_call(stop->call)});
    }
    return stops;
}

/// Nobody waits for its end any more, so that is what its row says.
void Shard::map_run_unwanted(const std::string& arn) {
    by_.store.settle_map_run(arn, [queue = by_.map_runs, under_way = by_.map_runs->under_way(),
                                   arn](Outcome) { queue->changed(arn); });
}

void Shard::on(StepStored input) {
    LiveExecution* live = find(input.key, input.life);
    if (live == nullptr) return;
    in_hand_ = InHand{input.key, 0, 0};
    if (input.outcome == Outcome::committed) {
        PendingStep step = std::move(live->pending.front());
        live->pending.pop_front();
        if (step.redrive) by_.reports->redriven(live->execution.info.arn);
        log(*live, std::move(step.logged));
        act(*live, std::move(step.actions));
        for (Waiter& waiter : step.waiters) answer(waiter, Outcome::committed);
        look_after(*live);
        return;
    }
    // What is in memory is ahead of what is stored, and every Step behind this one fails, too: it
    // goes, and what is stored comes back. A start that failed has left nothing, unless its outcome
    // is open.
    const bool start = live->pending.front().start;
    const bool gone = input.outcome == Outcome::not_found || input.outcome == Outcome::discarded;
    const bool refused = input.outcome == Outcome::limit_reached;
    const bool restarted = live->outlives_memory() && !gone && !refused &&
                           (!start || input.outcome == Outcome::overloaded);
    drop(*live, gone ? Outcome::not_found : refused ? Outcome::limit_reached : Outcome::overloaded);
    if (restarted) bring_back_later(input.key);
}

void Shard::act(LiveExecution& live, std::vector<Action> actions) {
    for (Action& action : actions) {
        std::visit(
            Overloaded{
                [&](Ask& ask) { ask_slow_lane(live, std::move(ask)); },
                [&](StartTask& start) { call_task(live, std::move(start)); },
                [&](CancelTask& cancel) {
                    if (const TaskCallId id = end_call(live, cancel.frame, cancel.scheduled))
                        by_.tasks.cancel(id);
                },
                [&](StopJob& stop) { stop_job(live, std::move(stop)); },
                [&](StartMapRun& start) { by_.map_runs->changed(start.plan->arn); },
                [&](StopMapRun& stop) { by_.map_runs->changed(std::move(stop.arn)); },
                [&](RedriveMapRun& redrive) { by_.map_runs->changed(std::move(redrive.arn)); },
                [&](SettleMapRun& settle) { by_.map_runs->changed(std::move(settle.arn)); },
                [&](QueueTask& task) {
                    // What came meanwhile may have ended the attempt.
                    if (!live.execution.find_task(task.frame, task.scheduled)) return;
                    by_.activities.add(task.activity_arn, place_of(live, task));
                },
                [&](UnqueueTask& gone) {
                    by_.activities.remove(gone.task.activity_arn, place_of(live, gone.task));
                }},
            action);
    }
}

void Shard::call_task(LiveExecution& live, StartTask start) {
    // What came meanwhile (a stop, a time-out) may have ended the attempt; and who drains calls
    // nobody.
    if (!open() || live.execution.find_task(start.frame, start.scheduled) == nullptr) return;
    start.call.id = by_.last_call.fetch_add(1, std::memory_order_relaxed) + 1;
    calls_.emplace(start.call.id, Call{live.key(), start.frame, start.scheduled});
    live.calls.emplace(std::pair(start.frame, start.scheduled), start.call.id);
    by_.tasks.start(std::move(start.call), [inbox = inbox_](TaskCallId id, TaskResult result) {
        inbox->post(CallEnded{id, bounded(std::move(result))});
    });
}

void Shard::ask_slow_lane(LiveExecution& live, Ask ask) {
    if (!open()) return;
    if (!live.presence) live.presence = std::make_shared<char>();
    by_.slow_lane.post(
        std::move(ask.question), live.presence,
        [inbox = inbox_, key = live.key(), life = live.life, frame = ask.frame,
         ticket = ask.ticket](Answer answer) {
            inbox->post(QuestionAnswered{key, life, frame, ticket, std::move(answer)});
        });
}

void Shard::on(QuestionAnswered input) {
    LiveExecution* live = find(input.key, input.life);
    if (live == nullptr || !open()) return;
    proceed(*live, Answered{input.frame, input.ticket, std::move(input.answer)});
}

/// Its result is not wanted any more. 0: it is not under way.
TaskCallId Shard::end_call(LiveExecution& live, FrameId frame, Sequence scheduled) {
    const auto found = live.calls.find({frame, scheduled});
    if (found == live.calls.end()) return 0;
    const TaskCallId id = found->second;
    live.calls.erase(found);
    calls_.erase(id);
    return id;
}

void Shard::stop_job(LiveExecution& live, StopJob stop) {
    stop.call.id = end_call(live, stop.frame, stop.scheduled);
    by_.job_stops.stop(stop.key, std::move(stop.call));
}

/// A call has ended whose job is to be stopped once that is stored: what it has started is known.
void Shard::note_job(LiveExecution& live, const Call& call, const TaskResult& result) {
    if (!result) return;
    for (PendingStep& step : live.pending) {
        for (Action& action : step.actions) {
            auto* stop = std::get_if<StopJob>(&action);
            if (stop != nullptr && stop->frame == call.frame && stop->scheduled == call.scheduled &&
                !stop->call.submitted)
                stop->call.submitted = *result;
        }
    }
}

TaskPlace Shard::place_of(const LiveExecution& live, const QueueTask& task) const {
    return {task.since, live.key(), task.scheduled, task.frame};
}

void Shard::cancel_calls(LiveExecution& live) {
    for (const auto& [attempt, id] : std::exchange(live.calls, {})) {
        calls_.erase(id);
        by_.tasks.cancel(id);
    }
}

void Shard::queue_turn(LiveExecution& live) {
    if (live.turn_queued || !open()) return;
    live.turn_queued = true;
    turns_.push_back({live.key(), live.life});
}

void Shard::arm(LiveExecution& live) {
    const auto next = live.execution.next_timer();
    if (next == live.armed) return;
    if (live.armed) timers_.erase({*live.armed, live.key()});
    if (next) timers_.emplace(*next, live.key());
    live.armed = next;
}

/// After an input or a commit: whether it may go, for ever or for a while.
void Shard::look_after(LiveExecution& live) {
    if (live.execution.closed()) {
        if (live.pending.empty()) finish(live);
        return;
    }
    if (live.kept != Kept::journal || live.busy() || live.idle_queued) return;
    live.idle_queued = true;
    idle_.push_back({live.touched, live.key(), live.life});
}

/// It has ended, and that is durable.
void Shard::finish(LiveExecution& live) {
    cancel_calls(live);
    if (live.kept == Kept::start) forget(live.key());
    const Execution& x = live.execution;
    by_.reports->ended({.arn = x.info.arn,
                        .type = x.info.type,
                        .status = x.status,
                        .duration = x.stop_time.value_or(x.info.start_time) - x.info.start_time,
                        .events = x.last_event});
    if (live.kept == Kept::nothing) live.sync_reply(sync_end_of(live.execution));
    by_.closings.closed(x.info.arn);
    if (x.info.map_run != 0) by_.map_runs->changed(x.info.map_run);
    std::vector<RedriveInput> redrives = std::move(live.redrives);
    remove(live);
    for (RedriveInput& redrive : redrives) on(std::move(redrive));
}

/// It leaves memory as it stands; nothing more comes of it.
void Shard::drop(LiveExecution& live, Outcome outcome) {
    answer_all(live.pending, outcome);
    cancel_calls(live);
    remove(live);
}

void Shard::remove(LiveExecution& live) {
    if (live.armed) timers_.erase({*live.armed, live.key()});
    live_.erase(live.key());
}

void Shard::drop_everything(Outcome outcome) {
    for (auto& [key, live] : live_) answer_all(live->pending, outcome);
    live_.clear();
    away_.clear();
    calls_.clear();
    timers_.clear();
    turns_.clear();
    idle_.clear();
    overdue_.clear();
    retries_.clear();
    unforgotten_.clear();
    loads_ = 0;
}

void Shard::forget(ExecutionKey key) {
    inbox_->write_began(kBytesPerWrite);
    by_.store.forget_execution(key,
                               [inbox = inbox_, key, generation = generation_](Outcome outcome) {
                                   if (outcome == Outcome::overloaded)
                                       inbox->post(StillStored{key, generation});
                                   inbox->write_ended(kBytesPerWrite);
                               });
}

void Shard::on(StillStored input) {
    // At shut-down it stays, and runs once more: "at least once".
    if (!open() || input.generation != generation_) return;
    unforgotten_.emplace_back(by_.clock.now() + kForgetPause, input.key);
}

void Shard::forget_again() {
    while (open() && !unforgotten_.empty() && unforgotten_.front().first <= by_.clock.now()) {
        forget(unforgotten_.front().second);
        unforgotten_.pop_front();
    }
}

}  // namespace stepwell
