#include "engine/machine/execution.hpp"

#include <algorithm>

#include "engine/base/overloaded.hpp"
#include "engine/machine/advance.hpp"
#include "engine/machine/redrive.hpp"

namespace stepwell {
namespace {

/// Whether a restart has something to do for the frame's task.
bool is_carried_out(Phase phase) {
    return phase == Phase::called || phase == Phase::watched || phase == Phase::queued;
}

bool is_sync(const asl::TaskState& state) {
    const auto* service = std::get_if<asl::ServiceResource>(&state.resource);
    return service != nullptr &&
           (service->pattern == asl::Pattern::sync || service->pattern == asl::Pattern::sync2);
}

/// Applies one entry: a visitor over its note.
class Fold {
public:
    Fold(Execution& execution, const Entry& entry)
        : x_(execution), entry_(entry), frame_(execution.frames.at(entry.note.frame)) {}

    void operator()(const Plain&) {}

    void operator()(const EnteredState& note) {
        frame_.state = note.state;
        frame_.in_state = true;
        frame_.entered_event = entry_.event->id;
        frame_.before_entered = entry_.event->previous;
        frame_.entered_time = entry_.event->timestamp;
        frame_.attempts.clear();
        frame_.retry_count = 0;
        set_phase(Phase::working);
    }

    void operator()(const LeftState& note) {
        drop_work();
        assign_variables();
        frame_.in_state = false;
        if (note.next) {
            frame_.state = *note.next;
            frame_.input = note.output;
            frame_.result = Payload();
            set_phase(Phase::entering);
            return;
        }
        frame_.result = note.output;
        frame_.input = Payload();
        set_phase(Phase::ended);
        if (frame_.id == frame_.parent) return;
        Frame& parent = x_.frame(frame_.parent);
        parent.last_event = frame_.last_event;
        --parent.children->running;
    }

    void operator()(const WaitsUntil& note) { sleep(Phase::waiting, note.due); }

    void operator()(const TaskWasScheduled& note) {
        auto task = std::make_unique<FrameTask>();
        task->scheduled = x_.last_sequence;
        task->request_id = note.request_id;
        task->token = note.token;
        task->credentials_role_arn = note.credentials_role_arn;
        task->deadline = note.deadline;
        task->scheduled_time = entry_.event->timestamp;
        task->heartbeat = Seconds{note.heartbeat_seconds};
        task->mocked = note.mocked;
        task->invocation = count_invocation();
        const EventDetails& details = entry_.event->details;
        const auto* activity = std::get_if<ActivityScheduledDetails>(&details);
        if (const auto* lambda = std::get_if<LambdaScheduledDetails>(&details)) {
            task->input = lambda->input;
        } else if (activity != nullptr) {
            task->input = activity->input;
            if (activity->timeout_in_seconds)
                task->timeout = Seconds{*activity->timeout_in_seconds};
        } else {
            task->input = std::get<TaskScheduledDetails>(details).parameters;
        }
        if (task->deadline)
            x_.timers.emplace(*task->deadline, task->scheduled, frame_.id, TimerKind::deadline);
        if (!task->token.empty()) {
            ++x_.tasks_with_token;
            task->token_names = TokenMint::entry_named_by(task->token).value_or(task->scheduled);
        }
        frame_.task = std::move(task);
        if (activity != nullptr && !note.mocked) return set_phase(Phase::queued);
        // Items that run side by side are all scheduled before the first is started (recorded:
        // timeouts__service_lambda_map_timeout), so the turn passes on.
        set_phase(Phase::scheduled);
        to_back();
    }
    void operator()(const TaskWasStarted&) {
        await_heartbeat();
        set_phase(Phase::called);
    }
    void operator()(const WorkerHasTask& note) {
        FrameTask& task = *frame_.task;
        task.deadline = note.deadline;
        if (task.deadline)
            x_.timers.emplace(*task.deadline, task.scheduled, frame_.id, TimerKind::deadline);
        await_heartbeat();
        set_phase(Phase::submitted);
    }
    void operator()(const TaskWasSubmitted&) {
        const auto& state = std::get<asl::TaskState>(x_.state_of(frame_).body);
        // A mock reports the end of a callback, too.
        if (!is_sync(state) && !frame_.task->mocked) return set_phase(Phase::submitted);
        frame_.task->submitted = std::get<TaskOutputDetails>(entry_.event->details).output;
        set_phase(Phase::watched);
    }
    void operator()(const TaskReturned& note) {
        drop_task();
        frame_.result = note.result;
        set_phase(Phase::finishing);
        to_back();
    }
    void operator()(const TaskBroke& note) {
        drop_task();
        frame_.heartbeat_missed = note.heartbeat;
        frame_.reported = true;
        if (const auto* lambda = std::get_if<FailureDetails>(&entry_.event->details)) {
            frame_.failure = {lambda->error, lambda->cause};
        } else {
            const auto& task = std::get<TaskFailureDetails>(entry_.event->details);
            frame_.failure = {task.error, task.cause};
        }
        set_phase(Phase::failing);
        to_back();
    }

    void operator()(const WillRetry& note) {
        drop_work();
        if (frame_.attempts.size() <= note.retrier) frame_.attempts.resize(note.retrier + 1);
        ++frame_.attempts[note.retrier];
        ++frame_.retry_count;
        sleep(Phase::backoff, note.due);
    }
    void operator()(const RetryBegins&) {
        drop_timer();
        set_phase(Phase::retrying);
        to_back();
    }

    void operator()(const BranchesStarted& note) {
        begin_children(note.first_child, note.count);
        frame_.children->started = frame_.children->running = note.count;
        const auto& branches = std::get<asl::ParallelState>(x_.state_of(frame_).body).branches;
        for (std::uint32_t i = 0; i < note.count; ++i) add_child(i, branches[i], note.input);
    }
    void operator()(const MapStarted& note) {
        begin_children(note.first_child, static_cast<std::uint32_t>(note.items.value().size()));
        FrameChildren& children = *frame_.children;
        children.map = true;
        children.items = note.items;
        children.input = note.input;
        children.concurrency = note.concurrency;
    }
    void operator()(const ChildrenMocked& note) {
        auto task = std::make_unique<FrameTask>();
        task->scheduled = x_.last_sequence;
        task->request_id = note.request_id;
        task->input = note.input;
        task->scheduled_time = entry_.event->timestamp;
        task->mocked = true;
        task->invocation = count_invocation();
        frame_.task = std::move(task);
        set_phase(Phase::called);
    }
    void operator()(const IterationStarted& note) {
        frame_.children->started = note.index + 1;
        ++frame_.children->running;
        add_child(note.index, std::get<asl::MapState>(x_.state_of(frame_).body).processor,
                  note.input);
    }
    void operator()(const ChildrenDone& note) {
        drop_task();  // where a mock stood for them
        frame_.result = note.result;
        if (frame_.map_run) frame_.map_run->succeeded = true;
        set_phase(Phase::finishing);
        to_back();
    }

    void operator()(const MapRunBegan&) {
        frame_.map_run = std::make_unique<FrameMapRun>();
        frame_.map_run->arn = std::get<MapRunStartedDetails>(entry_.event->details).map_run_arn;
        set_phase(Phase::mapping);
    }
    void operator()(const MapRunBroke&) {
        const auto& failure = std::get<FailureDetails>(entry_.event->details);
        frame_.failure = {failure.error, failure.cause};
        frame_.reported = true;
        set_phase(Phase::failing);
        to_back();
    }

    void operator()(const FrameFailed& note) {
        const bool reported = frame_.phase == Phase::failing && frame_.reported;
        drop_timer();
        drop_task();
        drop_questions(frame_);
        frame_.failure = {note.error, note.cause};
        set_phase(Phase::failed);
        Frame& parent = x_.frame(frame_.parent);
        --parent.children->running;
        parent.last_event = note.failing_event;
        parent.failure = frame_.failure;
        parent.heartbeat_missed = frame_.heartbeat_missed;
        parent.reported = reported;
        parent.phase = Phase::failing;
        x_.ready.push_back(parent.id);
    }
    void operator()(const FrameAborted&) {
        drop_timer();
        drop_task();
        drop_questions(frame_);
        set_phase(Phase::aborted);
        --x_.frame(frame_.parent).children->running;
    }

    void operator()(const Closed&) {
        const HistoryEvent& event = *entry_.event;
        x_.stop_time = event.timestamp;
        x_.ready.clear();
        x_.timers.clear();
        if (event.type == EventType::execution_succeeded) {
            x_.status = ExecutionStatus::succeeded;
            x_.output = std::get<OutputDetails>(event.details).output;
            return;
        }
        x_.status = event.type == EventType::execution_failed    ? ExecutionStatus::failed
                    : event.type == EventType::execution_aborted ? ExecutionStatus::aborted
                                                                 : ExecutionStatus::timed_out;
        const auto& failure = std::get<FailureDetails>(event.details);
        // OBSERVED: DescribeExecution of a timed-out execution has neither error nor cause
        // (docs/observed.md).
        if (x_.status != ExecutionStatus::timed_out) x_.failure = {failure.error, failure.cause};
    }

    void operator()(const Redriven& note) {
        const HistoryEvent& event = *entry_.event;
        x_.status = ExecutionStatus::running;
        x_.stop_time.reset();
        x_.output.reset();
        x_.failure = {};
        x_.redrive_count = note.count;
        x_.redrive_time = event.timestamp;
        x_.redriven_event = event.id;
        if (!note.client_token.empty())
            x_.tokens_of_redrives.push_back({note.client_token, event.timestamp});
        if (x_.tokens_of_redrives.size() > kTokensOfRedrives) x_.tokens_of_redrives.pop_front();
        // Nothing goes on but what the notes behind this one name.
        x_.ready.clear();
        x_.timers.clear();
        x_.calls = 0;
        for (auto& [id, frame] : x_.frames) drop_questions(frame);
        if (note.deadline) x_.timers.emplace(*note.deadline, 0, 0, TimerKind::execution);
    }
    void operator()(const TakenUp& note) {
        frame_.attempts.clear();
        frame_.retry_count = 0;
        frame_.failure = {};
        if (!entry_.event) frame_.last_event = x_.redriven_event;
        if (frame_.id != frame_.parent) ++x_.frame(frame_.parent).children->running;
        switch (note.at) {
            case TakenUpAt::entry:
                drop_work();
                frame_.in_state = false;
                return go_on(Phase::entering);
            case TakenUpAt::work:
                drop_work();
                frame_.result = Payload();
                return go_on(Phase::working);
            case TakenUpAt::children:
                frame_.children->running = 0;
                frame_.heartbeat_missed = false;
                frame_.phase = Phase::parent;
                return;
            case TakenUpAt::finish:
                return go_on(Phase::finishing);
            case TakenUpAt::map_run:
                frame_.map_run->redrive_count =
                    std::get<MapRunRedrivenDetails>(entry_.event->details).redrive_count;
                frame_.phase = Phase::mapping;
                return;
        }
    }

private:
    /// After a redrive, for which no phase stands for anything any more.
    void go_on(Phase phase) {
        frame_.phase = phase;
        x_.ready.push_back(frame_.id);
    }

    /// Keeps Execution::ready in step: a frame that becomes ready stands at the back, one that
    /// already was keeps its place.
    void set_phase(Phase phase) {
        const bool was = takes_turns(frame_.phase);
        const bool is = takes_turns(phase);
        if (is_carried_out(frame_.phase)) --x_.calls;
        if (is_carried_out(phase)) ++x_.calls;
        frame_.phase = phase;
        if (was && !is) {
            x_.ready.erase(std::find(x_.ready.begin(), x_.ready.end(), frame_.id));
        } else if (!was && is) {
            x_.ready.push_back(frame_.id);
        }
    }
    void to_back() {
        if (x_.ready.back() == frame_.id) return;
        x_.ready.erase(std::find(x_.ready.begin(), x_.ready.end(), frame_.id));
        x_.ready.push_back(frame_.id);
    }

    std::uint32_t count_invocation() {
        return x_.info.test_case.empty() ? 0 : x_.invocations[frame_.state]++;
    }

    void await_heartbeat() {
        FrameTask& task = *frame_.task;
        if (task.heartbeat.count() == 0) return;
        task.heartbeat_due = entry_.event->timestamp + task.heartbeat;
        x_.timers.emplace(*task.heartbeat_due, task.scheduled, frame_.id, TimerKind::heartbeat);
    }
    void sleep(Phase phase, TimePoint due) {
        frame_.due = due;
        frame_.due_since = x_.last_sequence;
        x_.timers.emplace(due, frame_.due_since, frame_.id, TimerKind::due);
        set_phase(phase);
    }
    void drop_timer() {
        if (frame_.due_since != 0)
            x_.timers.erase({frame_.due, frame_.due_since, frame_.id, TimerKind::due});
        frame_.due_since = 0;
    }
    void drop_task() {
        if (!frame_.task) return;
        const FrameTask& task = *frame_.task;
        if (task.deadline)
            x_.timers.erase({*task.deadline, task.scheduled, frame_.id, TimerKind::deadline});
        if (task.heartbeat_due) {
            x_.timers.erase({*task.heartbeat_due, task.scheduled, frame_.id, TimerKind::heartbeat});
        }
        if (!task.token.empty()) --x_.tasks_with_token;
        frame_.task.reset();
    }
    /// What the state had going is over: its timer, task and children.
    void drop_work() {
        drop_timer();
        drop_task();
        drop_questions(frame_);
        frame_.map_run.reset();
        frame_.heartbeat_missed = false;
        if (frame_.children) drop_children(frame_);
    }
    void assign_variables() {
        const auto* exited =
            entry_.event ? std::get_if<StateExitedDetails>(&entry_.event->details) : nullptr;
        if (exited == nullptr) return;
        for (const AssignedVariable& variable : exited->assigned) {
            const auto [at, added] = frame_.variables.try_emplace(variable.name);
            if (!added) x_.variable_bytes -= variable_bytes(variable.name, at->second);
            at->second = variable.value;
            x_.variable_bytes += variable_bytes(variable.name, variable.value);
        }
    }
    void drop_questions(Frame& frame) {
        if (!frame.questions) return;
        if (frame.questions->ticket != 0) --x_.open_questions;
        frame.questions.reset();
    }
    void drop_variables(const Frame& frame) {
        for (const auto& [name, value] : frame.variables)
            x_.variable_bytes -= variable_bytes(name, value);
    }
    void drop_children(Frame& frame) {
        const FrameId first = frame.children->first;
        const FrameId end = first + frame.children->count;
        for (auto child = x_.frames.lower_bound(first);
             child != x_.frames.end() && child->first < end;) {
            if (child->second.children) drop_children(child->second);
            drop_variables(child->second);
            drop_questions(child->second);
            if (child->second.task && !child->second.task->token.empty()) --x_.tasks_with_token;
            child = x_.frames.erase(child);
        }
        frame.children.reset();
    }
    void begin_children(FrameId first, std::uint32_t count) {
        frame_.children = std::make_unique<FrameChildren>();
        frame_.children->first = first;
        frame_.children->count = count;
        x_.next_frame = first + count;
        set_phase(Phase::parent);
    }
    void add_child(std::uint32_t index, asl::FlowIndex flow, const Payload& input) {
        const FrameId id = frame_.children->first + index;
        Frame& child = x_.frames[id];
        child.id = id;
        child.parent = frame_.id;
        child.index = index;
        child.state = x_.info.definition->flows[flow].start_at;
        child.input = input;
        child.last_event = entry_.event->id;
        x_.ready.push_back(id);
    }

    Execution& x_;
    const Entry& entry_;
    Frame& frame_;
};

}  // namespace

bool takes_turns(Phase phase) {
    switch (phase) {
        case Phase::entering:
        case Phase::working:
        case Phase::scheduled:
        case Phase::finishing:
        case Phase::failing:
        case Phase::retrying:
            return true;
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
            return false;
    }
    return false;
}

Execution::Execution(ExecutionInfo execution_info) : info(std::move(execution_info)) {
    last_time = info.start_time;
    Frame& root = frames[0];
    root.input = info.input;
    root.state = info.trial ? info.trial->state : info.definition->flows[info.flow].start_at;
    if (info.trial) {
        root.variables = info.trial->variables;
        for (const auto& [name, value] : root.variables)
            variable_bytes += stepwell::variable_bytes(name, value);
    }
    ready.push_back(0);
    // The machine's TimeoutSeconds is not its children's.
    std::optional<Seconds> timeout;
    if (info.flow == 0) timeout = info.definition->timeout;
    if (info.type == asl::WorkflowType::express) {
        timeout = timeout ? std::min(*timeout, kExpressTimeout) : kExpressTimeout;
    }
    if (timeout) timers.emplace(info.start_time + *timeout, 0, 0, TimerKind::execution);
}

std::size_t variable_bytes(std::string_view name, const Payload& value) {
    return name.size() + value.size();
}

std::optional<TimePoint> Execution::next_timer() const {
    if (timers.empty()) return std::nullopt;
    return std::get<TimePoint>(*timers.begin());
}

std::optional<TimePoint> Execution::wake_at() const {
    if (closed()) return std::nullopt;
    if (!ready.empty()) return TimePoint{};
    if (calls > 0 || open_questions > 0) return TimePoint{};
    return next_timer();
}

Frame* Execution::find_task(FrameId id, Sequence scheduled) {
    const auto found = frames.find(id);
    if (closed() || found == frames.end()) return nullptr;
    Frame& frame = found->second;
    const bool open = is_carried_out(frame.phase) || frame.phase == Phase::submitted;
    return open && frame.task && frame.task->scheduled == scheduled ? &frame : nullptr;
}

Frame* Execution::find_token(FrameId id, Sequence named) {
    const auto found = frames.find(id);
    if (found == frames.end() || !found->second.task) return nullptr;
    const FrameTask& task = *found->second.task;
    const bool meant = !task.token.empty() && task.token_names == named;
    return meant ? find_task(id, task.scheduled) : nullptr;
}

Frame* Execution::find_map_run(std::string_view arn) {
    if (closed()) return nullptr;
    for (auto& [id, frame] : frames) {
        if (frame.phase == Phase::mapping && frame.map_run->arn == arn) return &frame;
    }
    return nullptr;
}

void apply(Execution& execution, const Entry& entry) {
    ++execution.last_sequence;
    if (entry.event) {
        execution.last_event = entry.event->id;
        execution.last_time = std::max(execution.last_time, entry.event->timestamp);
        if (entry.note.advances_chain)
            execution.frame(entry.note.frame).last_event = entry.event->id;
    }
    std::visit(Fold(execution, entry), entry.note.body);
}

}  // namespace stepwell
