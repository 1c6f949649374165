#include "engine/machine/turn.hpp"

#include <algorithm>

#include "engine/base/overloaded.hpp"
#include "engine/base/state_errors.hpp"

namespace stepwell {

EventType entered_event(asl::StateType type) {
    return static_cast<EventType>(static_cast<int>(EventType::task_state_entered) +
                                  static_cast<int>(type));
}

std::optional<EventType> exited_event(asl::StateType type) {
    if (type == asl::StateType::fail) return std::nullopt;
    return static_cast<EventType>(static_cast<int>(EventType::task_state_exited) +
                                  static_cast<int>(type));
}

std::optional<EventType> aborted_event(asl::StateType type) {
    switch (type) {
        case asl::StateType::task:
            return EventType::task_state_aborted;
        case asl::StateType::wait:
            return EventType::wait_state_aborted;
        case asl::StateType::parallel:
            return EventType::parallel_state_aborted;
        case asl::StateType::map:
            return EventType::map_state_aborted;
        case asl::StateType::pass:
        case asl::StateType::choice:
        case asl::StateType::succeed:
        case asl::StateType::fail:
            return std::nullopt;
    }
    return std::nullopt;
}

namespace {

/// Whether the answer to its call is not yet the task's result (`.sync`, `.waitForTaskToken`).
bool is_submitted_first(const asl::State& state) {
    const auto* service =
        std::get_if<asl::ServiceResource>(&std::get<asl::TaskState>(state.body).resource);
    return service != nullptr && service->pattern != asl::Pattern::request_response;
}

ExecutionStartedDetails started_details(const ExecutionInfo& info) {
    ExecutionStartedDetails details{info.input, info.role_arn, {}, {}};
    if (!info.alias.empty()) {
        details.state_machine_alias_arn = info.state_machine_arn + ':' + info.alias;
    }
    if (info.version != 0) {
        details.state_machine_version_arn =
            info.state_machine_arn + ':' + std::to_string(info.version);
    }
    return details;
}

}  // namespace

Step advance(Execution& execution, const Input& input) {
    Step step;
    if (execution.closed() && !std::holds_alternative<Redrive>(input.body)) {
        step.accepted = false;
        return step;
    }
    Turn(execution, input, step).run();
    return step;
}

Turn::Turn(Execution& execution, const Input& input, Step& step)
    : x_(execution),
      input_(input),
      step_(step),
      now_(std::max(input.now, execution.last_time)),
      random_(input.seed) {}

void Turn::run() {
    while (!x_.closed() && fire_next_timer()) {
    }
    if (!x_.closed() || std::holds_alternative<Redrive>(input_.body)) {
        std::visit([this](const auto& body) { take(body); }, input_.body);
    } else {
        step_.accepted = false;
    }
    take_turns();
}

void Turn::take_turns() {
    do {
        while (!x_.closed() && !x_.ready.empty() && step_.transitions < kTransitionsPerStep &&
               !(input_.patience && spent_ > *input_.patience)) {
            const FrameId id = x_.ready.front();
            take_turn(x_.frame(id));
            forget_answers(id);
        }
        // Retries and Waits of no length are due at once.
    } while (!x_.closed() && x_.ready.empty() && fire_next_timer());
    step_.more = !x_.closed() && !x_.ready.empty();
}

void Turn::take(const Begin&) {
    Frame& root = x_.frame(0);
    // OBSERVED: the first …StateEntered has previousEventId 0, not 1 (docs/observed.md).
    record_beside(root, 0, EventType::execution_started, started_details(x_.info), Plain{});
}

void Turn::take(const GoOn&) {}

void Turn::take(const TaskEnded& input) {
    Frame* frame = x_.find_task(input.frame, input.scheduled);
    if (frame == nullptr || (frame->phase != Phase::called && frame->phase != Phase::watched)) {
        step_.accepted = false;
        return;
    }
    if (x_.state_of(*frame).type() != asl::StateType::task)
        return children_mock_ended(*frame, input.result);
    if (!input.result) {
        StateError error = input.result.error();
        // What an integration refuses to begin with is worded like what a state does.
        if (error.error == state_errors::kRuntime) error = located(*frame, std::move(error));
        task_failed(*frame, Failure{std::move(error.error), std::move(error.cause)});
    } else if (frame->phase == Phase::called && is_submitted_first(x_.state_of(*frame))) {
        task_submitted(*frame, *input.result);
    } else {
        task_succeeded(*frame, *input.result);
    }
}

void Turn::take(const WorkerCame& input) {
    Frame* frame = x_.find_task(input.frame, input.scheduled);
    if (frame == nullptr || frame->phase != Phase::queued) {
        step_.accepted = false;
        return;
    }
    worker_started(*frame, input.worker_name);
}

void Turn::take(const TokenCame& input) {
    Frame* frame = x_.find_token(input.frame, input.named);
    if (frame == nullptr || frame->phase == Phase::queued) {
        step_.accepted = false;
        return;
    }
    // A function may report before its own invocation has returned: the report wins, and there is
    // no TaskSubmitted. A job that is being watched goes on, but nobody waits for it any more.
    const bool over = !std::holds_alternative<std::monostate>(input.report);
    if (over && frame->phase == Phase::watched) cancel_call(*frame, Job::keep);
    std::visit(Overloaded{[&](const Payload& output) { task_succeeded(*frame, output); },
                          [&](const Failure& failure) { task_failed(*frame, failure); },
                          [&](const std::monostate&) {
                              FrameTask& task = *frame->task;
                              if (!task.heartbeat_due) return;
                              x_.timers.erase({*task.heartbeat_due, task.scheduled, frame->id,
                                               TimerKind::heartbeat});
                              task.heartbeat_due = now_ + task.heartbeat;
                              x_.timers.emplace(*task.heartbeat_due, task.scheduled, frame->id,
                                                TimerKind::heartbeat);
                          }},
               input.report);
}

void Turn::take(const Stop& input) {
    // The child of a Map Run that was stopped before its first Step.
    if (x_.last_sequence == 0) take(Begin{});
    close(EventType::execution_aborted, FailureDetails{input.failure.error, input.failure.cause},
          0);
}

void Turn::take(const MachineDeleted&) { x_.machine_deleted = true; }

bool Turn::fire_next_timer() {
    if (x_.timers.empty()) return false;
    const auto [due, since, id, kind] = *x_.timers.begin();
    if (due > now_) return false;
    Frame& frame = x_.frame(id);
    switch (kind) {
        case TimerKind::due:
            if (frame.phase == Phase::waiting) {
                end_wait(frame);
            } else {
                note(frame, RetryBegins{});
            }
            return true;
        case TimerKind::deadline:
            task_timed_out(frame, false);
            return true;
        case TimerKind::heartbeat:
            task_timed_out(frame, true);
            return true;
        case TimerKind::execution:
            close(EventType::execution_timed_out,
                  FailureDetails{std::string(state_errors::kTimeout), std::nullopt}, 0);
            return true;
    }
    return false;
}

void Turn::take_turn(Frame& frame) {
    switch (frame.phase) {
        case Phase::entering:
            enter(frame);
            return;
        case Phase::working:
        case Phase::retrying:
            work(frame);
            return;
        case Phase::scheduled:
            call_task(frame);
            return;
        case Phase::finishing:
            finish(frame);
            return;
        case Phase::failing:
            handle_failure(frame);
            return;
        case Phase::deciding:
        case Phase::waiting:
        case Phase::backoff:
        case Phase::called:
        case Phase::submitted:
        case Phase::watched:
        case Phase::queued:
        case Phase::parent:
        case Phase::mapping:
        case Phase::ended:
        case Phase::failed:
        case Phase::aborted:
            break;
    }
    throw std::logic_error("a frame that is not ready has a turn");
}

void Turn::enter(Frame& frame) {
    if (x_.machine_deleted) {
        // DeleteStateMachine: "running executions end at their next transition" (design.md,
        // "Order", 10).
        close(EventType::execution_aborted, FailureDetails{}, 0);
        return;
    }
    const asl::State& state = x_.state_of(frame);
    ++step_.transitions;
    record(frame, entered_event(state.type()), StateEnteredDetails{state.name, frame.input},
           EnteredState{frame.state});
}

void Turn::work(Frame& frame) {
    const asl::State& here = x_.state_of(frame);
    if (here.language == asl::QueryLanguage::jsonata)
        return std::visit([&](const auto& state) { work_jsonata(frame, state); }, here.body);
    std::visit([&](const auto& state) { work(frame, state); }, here.body);
}

void Turn::finish(Frame& frame) {
    if (x_.state_of(frame).language == asl::QueryLanguage::jsonata) return finish_jsonata(frame);
    const Payload result = frame.result;
    const auto leave_state = [&](const auto& state) {
        leave_with_result(frame, state.result_selector, state.result_path, result, state.then);
    };
    const asl::StateBody& body = x_.state_of(frame).body;
    if (const auto* task = std::get_if<asl::TaskState>(&body)) {
        leave_state(*task);
    } else if (const auto* parallel = std::get_if<asl::ParallelState>(&body)) {
        leave_state(*parallel);
    } else {
        leave_state(std::get<asl::MapState>(body));
    }
}

void Turn::close(EventType type, EventDetails details, EventId previous) {
    for (auto& [id, frame] : x_.frames) cancel_call(frame, Job::stop);
    record(x_.frame(0), previous, false, type, std::move(details), Closed{});
}

void Turn::cancel_call(Frame& frame, Job job) {
    if (frame.phase == Phase::queued) {
        step_.actions.emplace_back(UnqueueTask{queue_task(x_, frame)});
    } else if (frame.phase == Phase::called || frame.phase == Phase::watched) {
        give_up_call(frame, job);
    } else if (frame.phase == Phase::mapping) {
        step_.actions.emplace_back(StopMapRun{frame.map_run->arn});
    }
}

void Turn::give_up_call(Frame& frame, Job job) {
    const FrameTask& task = *frame.task;
    // What this Step was to begin is not begun at all.
    const bool unbegun = std::erase_if(step_.actions, [&](const Action& action) {
                             const auto* start = std::get_if<StartTask>(&action);
                             return start != nullptr && start->frame == frame.id &&
                                    start->scheduled == task.scheduled;
                         }) > 0;
    if (job == Job::stop && has_job(x_, frame)) {
        if (unbegun && !task.submitted) return;
        step_.actions.emplace_back(StopJob{frame.id, task.scheduled, task_call(x_, frame), 0});
    } else if (!unbegun) {
        step_.actions.emplace_back(CancelTask{frame.id, task.scheduled});
    }
}

void Turn::record(Frame& frame, EventType type, EventDetails details, NoteBody body) {
    record(frame, frame.last_event, true, type, std::move(details), std::move(body));
}

void Turn::record_beside(Frame& frame, EventId previous, EventType type, EventDetails details,
                         NoteBody body) {
    record(frame, previous, false, type, std::move(details), std::move(body));
}

void Turn::record(Frame& frame, EventId previous, bool advances_chain, EventType type,
                  EventDetails details, NoteBody body) {
    if (x_.closed()) return;
    const EventId id = x_.last_event + 1;
    if (id == kMaxEvents && x_.info.type == asl::WorkflowType::standard) {
        // The last event a history may have says so, whatever was due. Wording reported from the
        // service.
        for (auto& [other_id, other] : x_.frames) cancel_call(other, Job::stop);
        type = EventType::execution_failed;
        details =
            FailureDetails{std::string(state_errors::kRuntime),
                           "The execution reached the maximum number of history events (25000)."};
        body = Closed{};
        advances_chain = false;
    }
    step_.entries.push_back(Entry{HistoryEvent{id, previous, now_, type, std::move(details)},
                                  Note{frame.id, advances_chain, std::move(body)}});
    apply(x_, step_.entries.back());
}

void Turn::note(Frame& frame, NoteBody body) {
    if (x_.closed()) return;
    step_.entries.push_back(Entry{std::nullopt, Note{frame.id, false, std::move(body)}});
    apply(x_, step_.entries.back());
}

std::vector<Action> calls_to_repeat(const Execution& execution, TimePoint now) {
    std::vector<Action> actions;
    for (const auto& [id, frame] : execution.frames) {
        if (frame.phase == Phase::queued) {
            actions.emplace_back(queue_task(execution, frame));
            continue;
        }
        if (frame.phase != Phase::called && frame.phase != Phase::watched) continue;
        if (frame.task->deadline && *frame.task->deadline <= now) continue;
        TaskCall call = task_call(execution, frame);
        call.repeated = true;
        actions.emplace_back(StartTask{id, frame.task->scheduled, std::move(call)});
    }
    return actions;
}

void restart_heartbeats(Execution& execution, TimePoint now) {
    for (auto& [id, frame] : execution.frames) {
        if (!frame.task || !frame.task->heartbeat_due) continue;
        FrameTask& task = *frame.task;
        execution.timers.erase({*task.heartbeat_due, task.scheduled, id, TimerKind::heartbeat});
        task.heartbeat_due = now + task.heartbeat;
        execution.timers.emplace(*task.heartbeat_due, task.scheduled, id, TimerKind::heartbeat);
    }
}

}  // namespace stepwell
