#include "engine/base/overloaded.hpp"
#include "engine/base/state_errors.hpp"
#include "engine/machine/turn.hpp"

// ASL specification, "Task State"; Developer Guide, "Task workflow state", "Service integration
// patterns".
namespace stepwell {
namespace {

/// A `TimeoutSeconds` or `HeartbeatSeconds` in seconds; nullopt where there is none.
Evaluated<std::optional<Seconds>> seconds_of(const asl::SecondsField& field, std::string_view name,
                                             const Scope& scope) {
    if (const auto* literal = std::get_if<Seconds>(&field)) return std::optional(*literal);
    const auto* path = std::get_if<Expression>(&field);
    if (path == nullptr) return std::optional<Seconds>();
    auto selected = path->evaluate(scope);
    if (!selected) return invalid_path(selected.error());
    const Json& value = selected->value();
    constexpr std::int64_t kMost = 99'999'999;
    const auto number = as_integer(value);
    if (!number || *number <= 0 || *number > kMost) {
        const std::string text = write_json(value);
        std::string cause = "The ";
        cause.append(name).append(" field refers to value ");
        cause += value.is_string() ? text : "\"" + text + "\"";
        cause.append(" which is not a valid positive integer: ").append(path->text());
        return StateError{std::string(state_errors::kRuntime), std::move(cause)};
    }
    return std::optional(Seconds{*number});
}

std::optional<std::int64_t> count_of(std::optional<Seconds> seconds) {
    if (!seconds) return std::nullopt;
    return seconds->count();
}

/// The name under which a result that is too large is reported.
std::string task_name(const asl::TaskResource& resource) {
    return std::visit(
        Overloaded{[](const asl::LambdaResource& lambda) { return lambda.function_arn; },
                   [](const asl::ServiceResource& service) { return service.resource_type; },
                   [](const asl::ActivityResource& activity) { return activity.activity_arn; }},
        resource);
}

bool is_lambda(const asl::TaskState& state) {
    return std::holds_alternative<asl::LambdaResource>(state.resource);
}
bool is_activity(const asl::TaskState& state) {
    return std::holds_alternative<asl::ActivityResource>(state.resource);
}

/// Lambda functions and activities have events of their own, which look alike.
struct OwnEvents {
    EventType succeeded;
    EventType failed;
    EventType timed_out;
};
std::optional<OwnEvents> own_events(const asl::TaskState& state) {
    if (is_lambda(state)) {
        return OwnEvents{EventType::lambda_function_succeeded, EventType::lambda_function_failed,
                         EventType::lambda_function_timed_out};
    }
    if (is_activity(state)) {
        return OwnEvents{EventType::activity_succeeded, EventType::activity_failed,
                         EventType::activity_timed_out};
    }
    return std::nullopt;
}

}  // namespace

TaskCall task_call(const Execution& execution, const Frame& frame) {
    const FrameTask& task = *frame.task;
    TaskCall call;
    if (const auto* state = std::get_if<asl::TaskState>(&execution.state_of(frame).body))
        call.resource = state->resource;
    call.mock = mocked_call(execution, frame);
    if (execution.info.trial) call.inspection = execution.info.trial->inspection;
    call.input = task.input;
    call.request_id = task.request_id;
    call.token = task.token;
    call.execution_arn = execution.info.arn;
    call.state_name = execution.state_of(frame).name;
    call.trace_header = execution.info.trace_header;
    call.credentials_role_arn = task.credentials_role_arn;
    call.region = execution.info.region;
    call.account = execution.info.account;
    call.deadline = task.deadline;
    call.scheduled_time = task.scheduled_time;
    call.submitted = task.submitted;
    return call;
}

bool has_job(const Execution& execution, const Frame& frame) {
    const auto* state = std::get_if<asl::TaskState>(&execution.state_of(frame).body);
    const auto* service =
        state != nullptr ? std::get_if<asl::ServiceResource>(&state->resource) : nullptr;
    return service != nullptr && !frame.task->mocked &&
           (service->pattern == asl::Pattern::sync || service->pattern == asl::Pattern::sync2);
}

QueueTask queue_task(const Execution& execution, const Frame& frame) {
    const auto& state = std::get<asl::TaskState>(execution.state_of(frame).body);
    return {frame.id, frame.task->scheduled,
            std::get<asl::ActivityResource>(state.resource).activity_arn,
            frame.task->scheduled_time};
}

void Turn::work(Frame& frame, const asl::TaskState& state) {
    if (const auto there = check_activity(frame, state); !there)
        return state_failed(frame, there.error());
    if (const auto scheduled = schedule(frame, state); !scheduled)
        state_failed(frame, scheduled.error());
}

/// Empty where nobody can report to the task.
std::string Turn::new_token(const Frame& frame, const asl::TaskState& state) {
    const auto* service = std::get_if<asl::ServiceResource>(&state.resource);
    // OBSERVED: `.sync` has a token, too, and whoever reports it first ends the task
    // (docs/observed.md).
    const bool reported = service != nullptr ? service->pattern != asl::Pattern::request_response
                                             : is_activity(state);
    // This entry's place names the attempt: a retry has a token of its own.
    return reported ? x_.info.tokens->make({x_.info.key, frame.id, x_.last_sequence + 1}, random_)
                    : std::string();
}

TaskWasScheduled Turn::new_attempt(const Frame& frame, const asl::TaskState& state) {
    TaskWasScheduled task;
    task.token = new_token(frame, state);
    task.request_id = make_uuid(random_);
    task.mocked = is_mocked(frame);
    return task;
}

std::string_view token_in_context(const asl::TaskState& state, const TaskWasScheduled& task) {
    return is_activity(state) ? std::string_view() : std::string_view(task.token);
}

Evaluated<void> Turn::check_activity(const Frame& frame, const asl::TaskState& state) const {
    const auto* activity = std::get_if<asl::ActivityResource>(&state.resource);
    if (activity == nullptr || mock() != nullptr || is_mocked(frame) ||
        input_.activities == nullptr || input_.activities->has_activity(activity->activity_arn)) {
        return {};
    }
    return located(frame, {std::string(state_errors::kRuntime),
                           "The activity " + activity->activity_arn + " does not exist."});
}

Evaluated<void> Turn::schedule(Frame& frame, const asl::TaskState& state) {
    TaskWasScheduled task = new_attempt(frame, state);
    const Payload input = TRY(effective_input(frame));
    const FrameScope scope(x_, frame, random_, input.value(), std::nullopt,
                           token_in_context(state, task));
    const auto here = [&](StateError error) { return located(frame, std::move(error)); };
    TaskPlan plan{.parameters = input};
    if (state.parameters) {
        auto made = state.parameters->evaluate(scope);
        if (!made) return here(std::move(made).error());
        plan.parameters = Payload(*std::move(made));
    }
    observe(&TrialData::after_parameters, plan.parameters);
    if (plan.parameters.size() > kMaxPayloadBytes) return too_large(x_.state_of(frame).name);
    auto timeout = seconds_of(state.timeout, "TimeoutSecondsPath", scope);
    if (!timeout) return here(std::move(timeout).error());
    auto heartbeat = seconds_of(state.heartbeat, "HeartbeatSecondsPath", scope);
    if (!heartbeat) return here(std::move(heartbeat).error());
    if (state.credentials) {
        auto credentials = std::get<Template>(*state.credentials).evaluate(scope);
        if (!credentials) return here(std::move(credentials).error());
        const auto role = credentials->find("RoleArn");
        if (role != credentials->end() && role->is_string())
            task.credentials_role_arn = role->get<std::string>();
    }
    plan.timeout = *timeout;
    plan.heartbeat = *heartbeat;
    record_scheduled(frame, state, std::move(task), plan);
    return {};
}

void Turn::record_scheduled(Frame& frame, const asl::TaskState& state, TaskWasScheduled task,
                            const TaskPlan& plan) {
    const auto* service = std::get_if<asl::ServiceResource>(&state.resource);
    const auto* activity = std::get_if<asl::ActivityResource>(&state.resource);
    task.heartbeat_seconds = plan.heartbeat ? plan.heartbeat->count() : 0;
    // The time of an activity's task counts from ActivityStarted on: Developer Guide,
    // "Troubleshooting activities". One that is mocked begins at once.
    const bool queued = activity != nullptr && !task.mocked;
    if (plan.timeout && !queued) task.deadline = now_ + *plan.timeout;
    if (activity != nullptr) {
        ActivityScheduledDetails details{activity->activity_arn, plan.parameters,
                                         count_of(plan.timeout), count_of(plan.heartbeat)};
        record(frame, EventType::activity_scheduled, std::move(details), std::move(task));
        if (x_.closed() || !queued) return;
        if (mock() != nullptr) {
            give_mock(frame, *mock());
        } else {
            step_.actions.emplace_back(queue_task(x_, frame));
        }
        return;
    }
    if (service == nullptr) {
        LambdaScheduledDetails details{std::get<asl::LambdaResource>(state.resource).function_arn,
                                       plan.parameters, count_of(plan.timeout),
                                       task.credentials_role_arn};
        record(frame, EventType::lambda_function_scheduled, std::move(details), std::move(task));
    } else {
        TaskScheduledDetails details{service->resource_type,   service->resource,
                                     x_.info.region,           plan.parameters,
                                     count_of(plan.timeout),   count_of(plan.heartbeat),
                                     task.credentials_role_arn};
        record(frame, EventType::task_scheduled, std::move(details), std::move(task));
    }
}

void Turn::call_task(Frame& frame) {
    const auto& state = std::get<asl::TaskState>(x_.state_of(frame).body);
    if (is_lambda(state)) {
        record(frame, EventType::lambda_function_started, NoDetails{}, TaskWasStarted{});
    } else if (is_activity(state)) {
        record(frame, EventType::activity_started, ActivityStartedDetails{}, TaskWasStarted{});
    } else {
        const auto& service = std::get<asl::ServiceResource>(state.resource);
        record(frame, EventType::task_started, TaskDetails{service.resource_type, service.resource},
               TaskWasStarted{});
    }
    if (x_.closed()) return;
    if (mock() != nullptr) return give_mock(frame, *mock());
    step_.actions.emplace_back(StartTask{frame.id, frame.task->scheduled, task_call(x_, frame)});
}

/// A worker has taken the task of an activity.
void Turn::worker_started(Frame& frame, const std::string& worker_name) {
    WorkerHasTask body;
    if (frame.task->timeout) body.deadline = now_ + *frame.task->timeout;
    record(frame, EventType::activity_started, ActivityStartedDetails{worker_name},
           std::move(body));
}

void Turn::task_succeeded(Frame& frame, Payload result) {
    const auto& state = std::get<asl::TaskState>(x_.state_of(frame).body);
    if (result.size() > kMaxPayloadBytes) {
        StateError error = too_large(task_name(state.resource));
        return task_failed(frame, Failure{std::move(error.error), std::move(error.cause)});
    }
    observe(&TrialData::result, result);
    if (const auto own = own_events(state)) {
        record(frame, own->succeeded, OutputDetails{result}, TaskReturned{result});
    } else {
        const auto& service = std::get<asl::ServiceResource>(state.resource);
        record(frame, EventType::task_succeeded,
               TaskOutputDetails{service.resource_type, service.resource, result},
               TaskReturned{result});
    }
}

void Turn::task_submitted(Frame& frame, Payload output) {
    const auto& state = std::get<asl::TaskState>(x_.state_of(frame).body);
    if (output.size() > kMaxPayloadBytes) return task_succeeded(frame, std::move(output));
    const auto& service = std::get<asl::ServiceResource>(state.resource);
    record(frame, EventType::task_submitted,
           TaskOutputDetails{service.resource_type, service.resource, output}, TaskWasSubmitted{});
    if (x_.closed() || frame.phase != Phase::watched) return;
    step_.actions.emplace_back(StartTask{frame.id, frame.task->scheduled, task_call(x_, frame)});
}

void Turn::task_failed(Frame& frame, Failure failure) {
    const auto& state = std::get<asl::TaskState>(x_.state_of(frame).body);
    if (const auto own = own_events(state)) {
        record(frame, own->failed, FailureDetails{failure.error, failure.cause}, TaskBroke{});
    } else {
        const auto& service = std::get<asl::ServiceResource>(state.resource);
        record(frame, EventType::task_failed,
               TaskFailureDetails{service.resource_type, service.resource, failure.error,
                                  failure.cause},
               TaskBroke{});
    }
}

void Turn::task_timed_out(Frame& frame, bool heartbeat) {
    // Only what is aborted is stopped, not what has timed out. Developer Guide, "Run a Job
    // (.sync)".
    cancel_call(frame, Job::keep);
    const auto& state = std::get<asl::TaskState>(x_.state_of(frame).body);
    // OBSERVED: a missed heartbeat is recorded as States.Timeout too, without a cause
    // (docs/observed.md).
    const std::string error(state_errors::kTimeout);
    if (const auto own = own_events(state)) {
        record(frame, own->timed_out, FailureDetails{error, std::nullopt}, TaskBroke{heartbeat});
    } else {
        const auto& service = std::get<asl::ServiceResource>(state.resource);
        record(frame, EventType::task_timed_out,
               TaskFailureDetails{service.resource_type, service.resource, error, std::nullopt},
               TaskBroke{heartbeat});
    }
}

}  // namespace stepwell
