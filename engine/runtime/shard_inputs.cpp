#include <utility>

#include "engine/base/overloaded.hpp"
#include "engine/runtime/records.hpp"
#include "engine/runtime/shard.hpp"

namespace stepwell {
namespace {

std::variant<Payload, Failure, std::monostate> report_of(TokenReport report) {
    using Body = std::variant<Payload, Failure, std::monostate>;
    return std::visit(
        Overloaded{[](TokenSucceeded& success) { return Body(std::move(success.output)); },
                   [](TokenFailed& failure) {
                       return Body(Failure{std::move(failure.error), std::move(failure.cause)});
                   },
                   [](TokenHeartbeat&) { return Body(std::monostate{}); }},
        report);
}

}  // namespace

std::unique_ptr<LiveExecution> Shard::begin_execution(ExecutionKey key, StartRequest request,
                                                      Kept kept) {
    auto logging =
        by_.event_log ? parse_event_logging(request.state_machine->logging_configuration) : nullptr;
    ExecutionInfo info = info_of(std::move(request), key, by_.clock.now());
    info.tokens = tokens_;
    info.wait_time_scale = by_.wait_time_scale;
    auto live = std::make_unique<LiveExecution>(std::move(info), ++last_life_, kept);
    live->logging = std::move(logging);
    return live;
}

void Shard::on(StartInput input) {
    // In a reset there is no machine any more.
    if (mode_ == Mode::resetting) return input.reply({Outcome::not_found, {}, {}});
    if (!open()) return;
    const auto machine = input.request.state_machine;
    const Kept kept = machine->type == WorkflowType::standard ? Kept::journal : Kept::start;
    auto live = begin_execution(input.key, std::move(input.request), kept);
    Step step = decide(*live, Begin{});
    start_stored(std::move(live), std::move(step), machine->revision_id, std::move(input.reply));
}

void Shard::start_stored(std::unique_ptr<LiveExecution> live, Step step,
                         const std::string& revision_id, Reply<Started> reply) {
    const Execution& execution = live->execution;
    const ExecutionKey key = live->key();
    // One that is over with its first Step has nothing more to do but to be stored. Nobody knows
    // its key before.
    const bool over = execution.closed();
    ExecutionRecord record;
    JournalRow row;
    if (live->kept == Kept::journal) {
        record = record_of(execution, revision_id);
        row = row_of(step.entries, execution, 0, 0);
        row.map_runs = map_run_changes(execution, step.actions);
        row.job_stops = job_stops(step.actions);
    } else {
        record = start_record_of(execution, revision_id);
    }
    live->stored_sequence = execution.last_sequence;
    live->stored_event = execution.last_event;
    std::vector<HistoryEvent> logged = logged_events(live->logging.get(), step.entries);
    // Of one that is over nothing is left here that could log it when it is durable.
    LoggedEvents log_now;
    if (over && !logged.empty())
        log_now = {live->logging, execution.info.arn, 0, std::exchange(logged, {})};
    const std::size_t bytes = row.bytes.size() + record.input.size() + kBytesPerWrite;
    const bool has_map_runs = row.map_runs != nullptr;
    inbox_->write_began(bytes);
    by_.store.start_execution(
        std::move(record), std::move(row),
        [inbox = inbox_, key, life = over ? 0 : live->life, bytes,
         start_date = execution.info.start_time, answer = reply.release(), reports = by_.reports,
         type = execution.info.type, arn = execution.info.arn, status = execution.status,
         stop_date = execution.stop_time, events = execution.last_event, event_log = by_.event_log,
         log_now = std::move(log_now),
         map_runs = over && has_map_runs ? by_.map_runs : nullptr](StartOutcome start) {
            const TimePoint date = start.existing ? start.existing->start_date : start_date;
            if (start.outcome == Outcome::committed) {
                reports->started(type, arn);
                if (stop_date) reports->ended({arn, type, status, *stop_date - start_date, events});
                if (!log_now.events.empty()) event_log->write(log_now);
            }
            answer({start.outcome, date, std::move(start.existing)});
            // What it began and stopped in its only Step.
            if (map_runs) map_runs->all_changed();
            if (life != 0) inbox->post(StepStored{key, life, start.outcome});
            inbox->write_ended(bytes);
        });
    if (over) {
        if (live->kept == Kept::start) forget(key);
        return;
    }
    LiveExecution& kept = *live_.emplace(key, std::move(live)).first->second;
    kept.pending.push_back({.start = true,
                            .actions = std::move(step.actions),
                            .waiters = {},
                            .logged = std::move(logged)});
    if (step.more) queue_turn(kept);
    arm(kept);
}

void Shard::on(StartSyncInput input) {
    if (!open()) return;
    auto begun = begin_execution(input.key, std::move(input.request), Kept::nothing);
    by_.reports->started(begun->execution.info.type, {});
    LiveExecution& live = *live_.emplace(input.key, std::move(begun)).first->second;
    live.sync_reply = std::move(input.reply);
    proceed(live, Begin{});
}

void Shard::on(CancelSyncInput input) {
    LiveExecution* live = find(input.key);
    if (live != nullptr && live->kept == Kept::nothing) drop(*live, Outcome::overloaded);
}

void Shard::on(StopInput input) {
    if (mode_ == Mode::resetting) return input.reply({Outcome::not_found, {}});
    if (!open()) return;
    LiveExecution* live = find(input.key);
    if (live == nullptr) return wait_for(input.key, std::move(input));
    Step step;
    if (!live->execution.closed()) {
        step = decide(
            *live, Stop{Failure{std::move(input.request.error), std::move(input.request.cause)}});
    }
    const TimePoint stop_date = live->execution.stop_time.value();
    follow(*live, std::move(step), StopWaiter{std::move(input.reply), stop_date});
}

void Shard::on(RedriveInput input) {
    if (mode_ == Mode::resetting) return input.reply({Outcome::not_found, {}, {}});
    if (!open()) return;
    LiveExecution* live = find(input.key);
    if (live == nullptr) return wait_for(input.key, std::move(input));
    const Execution& execution = live->execution;
    // Its end is on its way to the disk: then it leaves memory, and is brought back for this.
    if (execution.closed() && !live->pending.empty())
        return live->redrives.push_back(std::move(input));
    const TimePoint now = by_.clock.now();
    RedriveEnded ended;
    Step step;
    if (const auto date = redriven_with(execution, input.request.client_token, now)) {
        ended.redrive_date = *date;
    } else if (execution.closed()) {
        step =
            decide(*live, Redrive{std::move(input.request.client_token), input.request.by_map_run});
        if (step.accepted) {
            ended.redrive_date = execution.redrive_time.value();
        } else {
            ended.redrivability = redrivability(redrive_facts(execution), now);
        }
    } else {
        ended.redrivability = Redrivability::running;
    }
    const bool opened = execution.redrive_time && !step.entries.empty();
    // One that stays closed is what the disk has of it.
    if (!opened && execution.closed()) return input.reply(ended);
    follow(*live, std::move(step), RedriveWaiter{std::move(input.reply), ended});
    if (opened) live->pending.back().redrive = true;
}

void Shard::on(TokenInput input) {
    if (mode_ == Mode::resetting) return input.reply(TokenOutcome::task_not_found);
    if (!open()) return;
    LiveExecution* live = find(input.target.execution);
    if (live == nullptr) return wait_for(input.target.execution, std::move(input));
    Step step = decide(*live, TokenCame{input.target.frame, input.target.scheduled,
                                        report_of(std::move(input.report))});
    // Also what a refusal says may rest on a Step that is not yet durable.
    const TokenOutcome outcome =
        step.accepted ? TokenOutcome::accepted : TokenOutcome::task_timed_out;
    follow(*live, std::move(step), TokenWaiter{std::move(input.reply), outcome});
}

void Shard::on(WorkerInput input) {
    if (mode_ == Mode::resetting) return input.poll->reply(PolledTask{});
    if (!open()) return;
    const TaskPlace& place = input.task;
    LiveExecution* live = find(place.key);
    if (live == nullptr) return wait_for(place.key, std::move(input));
    if (input.poll->gone) {
        // Its task goes to the next, from where it stood.
        const Frame* frame = live->execution.find_task(place.frame, place.scheduled);
        if (frame != nullptr && frame->phase == Phase::queued)
            by_.activities.add(input.poll->activity_arn, place);
        return input.poll->reply({Outcome::overloaded, {}, {}});
    }
    Step step = decide(*live, WorkerCame{place.frame, place.scheduled, input.poll->worker_name});
    const Frame* frame = live->execution.find_task(place.frame, place.scheduled);
    if (!step.accepted || frame == nullptr) {
        follow(*live, std::move(step));
        return by_.activities.wait_on(std::move(input.poll));
    }
    // Where it was brought back for this worker, it stands in the queue again.
    by_.activities.remove(input.poll->activity_arn, place);
    PolledTask task{Outcome::committed, frame->task->token, frame->task->input.text()};
    follow(*live, std::move(step), PollWaiter{std::move(input.poll), std::move(task)});
}

void Shard::on(ChildBegins input) {
    const ExecutionKey key = input.info.key;
    // Where it is here already, a call about it was faster, and has brought it.
    if (!open() || find(key) != nullptr || away_.contains(key)) return;
    input.info.tokens = tokens_;
    input.info.wait_time_scale = by_.wait_time_scale;
    const WorkflowType type = input.info.type;
    const Kept kept = type == WorkflowType::standard ? Kept::journal : Kept::ends;
    by_.reports->started(type, input.info.arn);
    auto begun = std::make_unique<LiveExecution>(std::move(input.info), ++last_life_, kept);
    begun->logging = std::move(input.logging);
    proceed(*live_.emplace(key, std::move(begun)).first->second, Begin{});
}

void Shard::on(WakeChild input) {
    if (!open() || find(input.key) != nullptr || away_.contains(input.key)) return;
    overdue_.push_back(input.key);
}

void Shard::on(MapRunOverInput input) {
    if (!open()) return;
    const ExecutionKey key = input.parent;
    LiveExecution* live = find(key);
    if (live == nullptr) return wait_for(key, std::move(input));
    const std::string arn = input.arn;
    Step step = decide(*live, MapRunOver{std::move(input.arn), std::move(input.result)});
    // One that was taken, but not yet stored, is not wanted either: that is the same.
    if (!step.accepted && live->pending.empty()) map_run_unwanted(arn);
    follow(*live, std::move(step));
}

void Shard::on(CallEnded input) {
    const auto found = calls_.find(input.call);
    if (!open() || found == calls_.end()) return;  // given up
    const Call call = found->second;
    calls_.erase(found);
    LiveExecution* live = find(call.key);
    if (live == nullptr) return;
    live->calls.erase({call.frame, call.scheduled});
    note_job(*live, call, input.result);
    proceed(*live, TaskEnded{call.frame, call.scheduled, std::move(input.result)});
}

void Shard::on(MachineGone input) {
    std::vector<ExecutionKey> keys;
    for (const auto& [key, live] : live_) {
        if (live->execution.info.state_machine_arn == input.state_machine_arn) keys.push_back(key);
    }
    for (const ExecutionKey key : keys) {
        guarded([&] { on(MachineGoneFor{key, input.state_machine_arn}); });
    }
    // These may have been read before the machine was marked. Parked ones read the mark when they
    // come back.
    for (auto& [key, messages] : away_)
        messages.emplace_back(MachineGoneFor{key, input.state_machine_arn});
}

void Shard::on(MachineGoneFor input) {
    LiveExecution* live = find(input.key);
    if (!open() || live == nullptr || live->execution.closed()) return;
    if (live->execution.info.state_machine_arn == input.state_machine_arn)
        proceed(*live, MachineDeleted{});
}

void Shard::on(CloseForReset input) {
    generation_ = input.generation;
    if (open()) mode_ = Mode::resetting;
    drop_everything(Outcome::not_found);
    input.dropped();
}

void Shard::on(Reopen input) {
    tokens_ = std::move(input.tokens);
    if (mode_ == Mode::resetting) mode_ = Mode::open;
}

void Shard::on(Drain) {
    mode_ = Mode::draining;
    turns_.clear();
    overdue_.clear();
}

void Shard::on(Quit) { quit_ = true; }

}  // namespace stepwell
