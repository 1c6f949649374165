#include "integrations/aws/optimized_tasks.hpp"

#include <spdlog/spdlog.h>

#include <utility>

#include "engine/base/state_errors.hpp"
#include "integrations/aws/errors.hpp"
#include "integrations/aws/job_fields.hpp"
#include "integrations/aws/look_timer.hpp"
#include "integrations/aws/optimized_shapes.hpp"

namespace stepwell::aws {
namespace {

/// So many looks in a row that show no job at all (`{"tasks":[]}`) mean that it is forgotten: a
/// service may take some seconds to show what it has just started.
constexpr int kMostEmptyLooks = 8;

const asl::ServiceResource& resource_of(const TaskCall& call) {
    return std::get<asl::ServiceResource>(call.resource);
}

/// `.sync:2` shows Input and Output of a nested execution as JSON.
void parse_texts(Json& description) {
    for (const char* member : {"Input", "Output"}) {
        const auto found = description.find(member);
        if (found == description.end() || !found->is_string()) continue;
        if (auto value = parse_json(found->get_ref<const std::string&>()))
            description[member] = *std::move(value);
    }
}

/// A look that failed for a moment only.
bool may_pass(const Error& error) {
    return error.kind == Error::Kind::unreachable || error.status >= 500 || is_throttled(error);
}

/// Of tasks those that were made no earlier than `since`, in milliseconds since 1970.
void keep_since(Json& tasks, std::int64_t since) {
    Json kept = Json::array();
    for (const Json& task : tasks) {
        if (is_since(value_at(task, "CreatedAt"), since)) kept.push_back(task);
    }
    tasks = std::move(kept);
}

bool is_not_found(const Error& error) {
    return error.kind == Error::Kind::refused &&
           (error.status == 404 || error.code == "ResourceNotFoundException");
}

}  // namespace

struct OptimizedTasks::Start {
    const OptimizedAction* action = nullptr;
    TaskCall call;
    Finished finished;
    AwsClient::CallId id = 0;
    bool only_look = false;  ///< for what was started: nothing is to be
};

struct OptimizedTasks::Watch {
    explicit Watch(IoLoop& loop) : timer(loop) {}
    const OptimizedAction* action = nullptr;
    TaskCall call;
    Finished finished;
    AwsClient::CallId id = 0;
    LookTimer timer;
    int empty_looks = 0;
    bool over = false;
};

/// The server was killed between a call and its answer, and a second one is refused since the first
/// has done what it asked for: what the answer would have said of it.
std::optional<Json> OptimizedTasks::done_before(const Start& start, const Error& error) {
    if (!start.call.repeated) return std::nullopt;
    const JobKind* job = start.action->job;
    if (job != nullptr && job->until_gone && is_not_found(error)) return Json::object();
    const bool own_name = value_at(start.call.input.value(), "Name") == nullptr;
    if (error.code != "ExecutionAlreadyExists" || !own_name) return std::nullopt;
    const std::size_t begin = error.message.find("'arn:");
    const std::size_t end = error.message.rfind('\'');
    if (begin == std::string::npos || end <= begin) return std::nullopt;
    Json execution = Json::object();
    execution["ExecutionArn"] = error.message.substr(begin + 1, end - begin - 1);
    return execution;
}

OptimizedTasks::GiveUp OptimizedTasks::call_action(const OptimizedAction& action, TaskCall call,
                                                   Finished finished) {
    return call.submitted ? watch(action, std::move(call), std::move(finished))
                          : start(action, std::move(call), std::move(finished));
}

// --- starting

OptimizedTasks::GiveUp OptimizedTasks::start(const OptimizedAction& action, TaskCall call,
                                             Finished finished) {
    const auto started = std::make_shared<Start>();
    started->action = &action;
    started->call = std::move(call);
    started->finished = std::move(finished);
    if (started->call.repeated && action.search != nullptr) {
        search(started);
    } else if (!by_name(action).list_action.empty()) {
        resolve_name(started);
    } else {
        begin(started, action_parameters(action, started->call));
    }
    return [this, started] { client_.cancel(started->id); };
}

/// The server was restarted after the start and before its answer was stored.
void OptimizedTasks::search(const StartPtr& start) {
    const JobSearch& search = *start->action->search;
    if (start->action->service == "ecs") return search_ecs_tasks(start, "RUNNING");
    const Json& in = start->call.input.value();
    start->id = client_.call(
        call_of(*start->action, start->call, search.look, fill_fields(search.fields, {in, in, in})),
        [this, start, &search](CallResult result) {
            const Json& input = start->call.input.value();
            const auto since = start->call.scheduled_time.time_since_epoch().count();
            const Json* found = result ? find_job(search, result->output, input, since) : nullptr;
            if (found == nullptr) return nothing_found(start);
            Answer answer = *result;
            answer.output = fill_fields(search.answer, {input, input, *found});
            start->finished(task_result(shown_answer(*start->action, answer, start->call),
                                        start->action->service));
        });
}

/// Tasks bear the request's id, or what the definition says; those that have stopped are listed
/// apart.
void OptimizedTasks::search_ecs_tasks(const StartPtr& start, const std::string& status) {
    const JobSearch& search = *start->action->search;
    const Json& in = start->call.input.value();
    Json parameters = fill_fields(search.fields, {in, in, in});
    if (!parameters.contains("StartedBy")) parameters["StartedBy"] = start->call.request_id;
    parameters["DesiredStatus"] = status;
    start->id =
        client_.call(call_of(*start->action, start->call, search.look, std::move(parameters)),
                     [this, start, status](const CallResult& result) {
                         const Json* arns = result ? value_at(result->output, "TaskArns") : nullptr;
                         if (arns != nullptr && arns->is_array() && !arns->empty())
                             return describe_ecs_tasks(start, *arns, status);
                         ecs_tasks_searched(start, status);
                     });
}

/// None is the one.
void OptimizedTasks::ecs_tasks_searched(const StartPtr& start, const std::string& status) {
    if (status == "RUNNING") return search_ecs_tasks(start, "STOPPED");
    nothing_found(start);
}

/// Tasks are listed by their ARNs; what runTask answers is their description.
void OptimizedTasks::describe_ecs_tasks(const StartPtr& start, const Json& arns,
                                        const std::string& status) {
    const Json& in = start->call.input.value();
    Json parameters = Json::object();
    if (const Json* cluster = value_at(in, "Cluster")) parameters["Cluster"] = *cluster;
    parameters["Tasks"] = arns;
    start->id = client_.call(
        call_of(*start->action, start->call, "describeTasks", std::move(parameters)),
        [this, start, status](CallResult result) {
            if (!result)
                return start->finished(error_of(*start->action, result.error(), start->call));
            // Others may have been started by what the definition says, too.
            const bool shared = value_at(start->call.input.value(), "StartedBy") != nullptr;
            if (shared)
                keep_since(result->output["Tasks"],
                           start->call.scheduled_time.time_since_epoch().count());
            if (shared && result->output["Tasks"].empty()) return ecs_tasks_searched(start, status);
            start->finished(task_result(shown_answer(*start->action, *result, start->call),
                                        start->action->service));
        });
}

void OptimizedTasks::nothing_found(const StartPtr& start) {
    if (start->only_look) return start->finished(StateError{});
    begin(start, action_parameters(*start->action, start->call));
}

void OptimizedTasks::resolve_name(const StartPtr& start) {
    const ByName by = by_name(*start->action);
    Json parameters = Json::object();
    if (const Json* cluster = value_at(start->call.input.value(), "ClusterId"))
        parameters["ClusterId"] = *cluster;
    start->id = client_.call(
        call_of(*start->action, start->call, by.list_action, std::move(parameters)),
        [this, start, by](CallResult result) {
            if (!result)
                return start->finished(error_of(*start->action, result.error(), start->call));
            auto resolved = parameters_by_name(by, start->call.input.value(), result->output);
            if (!resolved)
                return start->finished(bad_parameters(
                    start->call.input,
                    "The cluster has nothing of the name in '" + std::string(by.wanted) + "'"));
            begin(start, *std::move(resolved));
        });
}

void OptimizedTasks::begin(const StartPtr& start, Json parameters) {
    const OptimizedAction& action = *start->action;
    if (!action.token.empty() && parameters.is_object()) {
        const std::string member(action.token);
        if (!parameters.contains(member)) parameters[member] = start->call.request_id;
    }
    start->id = client_.call(
        call_of(action, start->call, operation_of(action), std::move(parameters)),
        [this, start](CallResult result) {
            if (!result) {
                if (auto done = done_before(*start, result.error()))
                    return start->finished(task_result(*std::move(done), start->action->service));
                return start->finished(error_of(*start->action, result.error(), start->call));
            }
            Json shown = shown_answer(*start->action, *result, start->call);
            if (auto failure = failure_in(*start->action, shown, resource_of(start->call).pattern))
                return start->finished(*std::move(failure));
            start->finished(task_result(std::move(shown), start->action->service));
        });
}

// --- waiting for the end

OptimizedTasks::GiveUp OptimizedTasks::watch(const OptimizedAction& action, TaskCall call,
                                             Finished finished) {
    const auto watched = std::make_shared<Watch>(loop_);
    watched->action = &action;
    watched->call = std::move(call);
    watched->finished = std::move(finished);
    look(watched);
    return [this, watched] {
        watched->over = true;
        watched->timer.cancel();
        client_.cancel(watched->id);
    };
}

void OptimizedTasks::look(const WatchPtr& watch) {
    const JobKind& job = *watch->action->job;
    Json parameters = fill_fields(
        job.look_fields, {watch->call.input.value(), watch->call.submitted->value(), Json()});
    watch->id =
        client_.call(call_of(*watch->action, watch->call, job.look, std::move(parameters)),
                     [this, watch](CallResult result) { looked(watch, std::move(result)); });
}

void OptimizedTasks::looked(const WatchPtr& watch, CallResult result) {
    const JobKind& job = *watch->action->job;
    if (watch->over) return;
    if (!result) {
        const bool gone = job.until_gone && is_not_found(result.error());
        if (!gone && may_pass(result.error())) return look_later(watch);
        watch->over = true;
        if (!gone) return watch->finished(error_of(*watch->action, result.error(), watch->call));
        Json last = watch->call.submitted->value();
        last.erase("SdkHttpMetadata");
        last.erase("SdkResponseMetadata");
        return watch->finished(task_result(std::move(last), watch->action->service));
    }
    const Json* status = value_at(result->output, job.status);
    const std::string state =
        status != nullptr && status->is_string() ? status->get<std::string>() : std::string();
    watch->empty_looks = state.empty() ? watch->empty_looks + 1 : 0;
    if (watch->empty_looks == kMostEmptyLooks) {
        watch->over = true;
        return watch->finished(
            StateError{std::string(state_errors::kTaskFailed), write_json(result->output)});
    }
    const bool failed = is_among(job.failed, state);
    if (!failed && !is_among(job.succeeded, state)) return look_later(watch);
    watch->over = true;
    const Json* part = value_at(result->output, job.result);
    Json shown = part == nullptr ? result->output : *part;
    const bool well = !failed && ended_well(*watch->action, shown);
    if (resource_of(watch->call).pattern == asl::Pattern::sync2) parse_texts(shown);
    shown = shown_job(*watch->action, std::move(shown));
    if (!well)
        return watch->finished(
            StateError{std::string(state_errors::kTaskFailed), write_json(shown)});
    watch->finished(task_result(std::move(shown), watch->action->service));
}

void OptimizedTasks::look_later(const WatchPtr& watch) {
    watch->timer.start([this, weak = std::weak_ptr(watch)] {
        if (const auto again = weak.lock()) look(again);
    });
}

// --- stopping

void OptimizedTasks::stop_job(const OptimizedAction& action, TaskCall call,
                              std::function<void()> done) {
    if (action.job->stop.empty()) return done();
    if (call.submitted) return stop(action, call, call.submitted->value(), std::move(done));
    if (action.search == nullptr) {
        spdlog::warn("{}: whether {}:{} has started a job is not known, so none is stopped",
                     call.execution_arn, action.service, action.action);
        return done();
    }
    const auto started = std::make_shared<Start>();
    started->action = &action;
    started->call = std::move(call);
    started->only_look = true;
    started->finished = [this, &action, call = started->call,
                         done = std::move(done)](const TaskResult& found) {
        if (!found) return done();
        stop(action, call, found->value(), done);
    };
    search(started);
}

void OptimizedTasks::stop(const OptimizedAction& action, const TaskCall& call,
                          const Json& submitted, std::function<void()> done) {
    const JobKind& job = *action.job;
    const Json& in = call.input.value();
    client_.call(call_of(action, call, job.stop, fill_fields(job.stop_fields, {in, submitted, in})),
                 [arn = call.execution_arn, service = std::string(action.service),
                  done = std::move(done)](const CallResult& result) {
                     // A job that has ended meanwhile stays as it is.
                     if (!result)
                         spdlog::warn("{}: the {} job could not be stopped: {}", arn, service,
                                      result.error().message);
                     done();
                 });
}

}  // namespace stepwell::aws
