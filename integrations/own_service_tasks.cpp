#include "integrations/own_service_tasks.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

#include "engine/base/json_member.hpp"
#include "engine/base/random.hpp"
#include "engine/base/state_errors.hpp"
#include "integrations/own_call.hpp"

namespace stepwell {
namespace {

/// We are told when a watched execution closes; should that be lost, it is noticed this late.
constexpr Milliseconds kLookAgain{30'000};
/// Pauses between attempts to stop an execution while the store fails: they double.
constexpr Milliseconds kFirstPause{100};
constexpr Milliseconds kLongestPause{30'000};

const asl::ServiceResource& resource_of(const TaskCall& call) {
    return std::get<asl::ServiceResource>(call.resource);
}

bool is_sync(const TaskCall& call) {
    const asl::Pattern pattern = resource_of(call).pattern;
    return pattern == asl::Pattern::sync || pattern == asl::Pattern::sync2;
}

Owner owner_of(const TaskCall& call) {
    Owner owner{call.account, call.region};
    if (auto arn = Arn::parse(call.execution_arn)) owner.partition = std::move(arn->partition);
    return owner;
}

std::string new_uuid() {
    RandomBits random(system_seed());
    return make_uuid(random);
}

/// The execution that a StartExecution has begun, or would have.
std::string execution_arn_of(const Json& request) {
    const auto machine = Arn::parse(text_of(request, "stateMachineArn"));
    if (!machine) return {};
    std::string name = machine->resource.substr(machine->resource.find(':') + 1);
    name = name.substr(0, name.find(':'));  // without version or alias
    return execution_arn(*machine, name, text_of(request, "name"));
}

/// What asks StartExecution for the execution of a call. The request id is the same after a
/// restart, so a second start of the same task finds the first.
Evaluated<Json> start_request(const TaskCall& call) {
    auto request = own_request(*asl::find_own_operation("startExecution"), call.input);
    if (request && !request->contains("name")) (*request)["name"] = call.request_id;
    return request;
}

/// Whether a call has started what DescribeExecution shows: an execution of its input that began
/// since its task was scheduled. The name is its own.
bool is_of(const Json& description, const Json& request, const TaskCall& call) {
    const std::string input =
        request.contains("input") ? text_of(request, "input") : std::string("{}");
    const double since = double(call.scheduled_time.time_since_epoch().count()) / 1000.0;
    const auto date = description.find("startDate");
    return text_of(description, "input") == input && date != description.end() &&
           date->is_number() && date->get<double>() >= since;
}

/// `.sync` gives Input and Output as the texts they are, `.sync:2` as JSON. Developer Guide, "Start
/// workflow executions from a task state".
Json closed_result(const Json& description, asl::Pattern pattern) {
    Json result = own_result(description, SdkStyle::optimized);
    if (pattern != asl::Pattern::sync2) return result;
    for (const char* member : {"Input", "Output"}) {
        const auto found = result.find(member);
        if (found == result.end() || !found->is_string()) continue;
        if (auto value = parse_json(found->get_ref<const std::string&>()))
            result[member] = *std::move(value);
    }
    return result;
}

}  // namespace

/// A call of the API under way.
struct OwnServiceTasks::Ask {
    Then then;  ///< empty: nobody wants the answer
    OwnService::GiveUp give_up;
};

struct OwnServiceTasks::Start {
    TaskCall call;
    Json request;
    Finished finished;
    AskPtr ask;
};

struct OwnServiceTasks::Watch {
    explicit Watch(IoLoop& loop) : timer(loop) {}
    TaskCall call;
    std::string execution_arn;
    Finished finished;
    OwnService::GiveUp watching;
    AskPtr ask;
    LoopTimer timer;
    bool over = false;
};

/// An execution that is to be stopped.
struct OwnServiceTasks::Stop {
    explicit Stop(IoLoop& loop) : timer(loop) {}
    TaskCall call;
    std::string execution_arn;
    std::function<void()> done;
    LoopTimer timer;
    Milliseconds pause = kFirstPause;
};

OwnServiceTasks::AskPtr OwnServiceTasks::ask(const TaskCall& call, std::string operation,
                                             const Json& request, Then then) {
    auto ask = std::make_shared<Ask>();
    ask->then = std::move(then);
    std::string request_id = new_uuid();
    OwnCall own{std::move(operation), write_json(request), owner_of(call), request_id};
    auto give_up = service_.call(
        std::move(own), [&loop = loop_, ask, request_id = std::move(request_id)](OwnAnswer answer) {
            loop.post([ask, request_id, answer = std::move(answer)] {
                ask->give_up = nullptr;
                if (const Then next = std::exchange(ask->then, nullptr)) next(answer, request_id);
            });
        });
    ask->give_up = std::move(give_up);
    return ask;
}

void OwnServiceTasks::drop(const AskPtr& ask) {
    if (!ask) return;
    ask->then = nullptr;
    if (const auto give_up = std::exchange(ask->give_up, nullptr)) give_up();
}

OwnServiceTasks::GiveUp OwnServiceTasks::call_operation(TaskCall call, Finished finished) {
    const std::string& action = resource_of(call).action;
    const asl::OwnOperation* operation = asl::find_own_operation(action);
    if (operation == nullptr) {
        finished(StateError{std::string(state_errors::kRuntime),
                            "Step Functions has no operation " + action});
        return {};
    }
    auto request = own_request(*operation, call.input);
    if (!request) {
        finished(std::move(request).error());
        return {};
    }
    const AskPtr asked =
        ask(call, operation_name(action), *request,
            [finished = std::move(finished)](const OwnAnswer& answer, const std::string& id) {
                if (answer.status != 200) return finished(own_error(answer, id, SdkStyle::sdk));
                finished(Payload(own_result(body_of(answer), SdkStyle::sdk)));
            });
    return [asked] { drop(asked); };
}

OwnServiceTasks::GiveUp OwnServiceTasks::start_execution(TaskCall call, Finished finished) {
    return call.submitted ? watch(std::move(call), std::move(finished))
                          : start(std::move(call), std::move(finished));
}

// --- starting

OwnServiceTasks::GiveUp OwnServiceTasks::start(TaskCall call, Finished finished) {
    auto request = start_request(call);
    if (!request) {
        finished(std::move(request).error());
        return {};
    }
    const auto begun = std::make_shared<Start>();
    begun->request = *std::move(request);
    begun->call = std::move(call);
    begun->finished = std::move(finished);
    if (is_sync(begun->call)) {
        check_type(begun);
    } else {
        begin(begun);
    }
    return [begun] { drop(begun->ask); };
}

/// Nobody can wait for an Express execution: it has no description.
void OwnServiceTasks::check_type(const std::shared_ptr<Start>& start) {
    Json request = Json::object();
    request["stateMachineArn"] = start->request["stateMachineArn"];
    start->ask = ask(
        start->call, "DescribeStateMachine", request,
        [this, start](const OwnAnswer& answer, const std::string& id) {
            const auto machine = parse_json(answer.body);
            if (answer.status == 200 && machine && text_of(*machine, "type") == "EXPRESS") {
                OwnAnswer refusal{400, {}, "StateMachineTypeNotSupported"};
                refusal.body =
                    R"({"message":"This operation is not supported by this type of state machine"})";
                return start->finished(own_error(refusal, id, SdkStyle::optimized));
            }
            begin(start);  // which says what else may be wrong with it
        });
}

void OwnServiceTasks::begin(const std::shared_ptr<Start>& start) {
    start->ask = ask(start->call, "StartExecution", start->request,
                     [this, start](const OwnAnswer& answer, const std::string& id) {
                         if (answer.status == 200)
                             return start->finished(Payload(started_result(answer, id)));
                         StateError refusal = own_error(answer, id, SdkStyle::optimized);
                         if (start->call.repeated && answer.error_type == "ExecutionAlreadyExists")
                             return look_whose(start, std::move(refusal));
                         start->finished(std::move(refusal));
                     });
}

/// The server was restarted after the start and before its answer was stored: an execution of this
/// name and input that began since the task was scheduled is ours.
void OwnServiceTasks::look_whose(const std::shared_ptr<Start>& start, StateError refusal) {
    Json request = Json::object();
    request["executionArn"] = execution_arn_of(start->request);
    start->ask =
        ask(start->call, "DescribeExecution", request,
            [this, start, refusal = std::move(refusal)](const OwnAnswer& answer,
                                                        const std::string& id) {
                const auto there = parse_json(answer.body);
                if (answer.status != 200 || !there || !is_of(*there, start->request, start->call))
                    return start->finished(refusal);
                OwnAnswer as_started{200, {}, {}};
                Json body = Json::object();
                body["executionArn"] = (*there)["executionArn"];
                body["startDate"] = (*there)["startDate"];
                as_started.body = write_json(body);
                start->finished(Payload(started_result(as_started, id)));
            });
}

// --- waiting for the end

OwnServiceTasks::GiveUp OwnServiceTasks::watch(TaskCall call, Finished finished) {
    const auto watch = std::make_shared<Watch>(loop_);
    watch->execution_arn = text_of(call.submitted->value(), "ExecutionArn");
    watch->call = std::move(call);
    watch->finished = std::move(finished);
    look(watch);
    return [watch] {
        watch->over = true;
        watch->timer.cancel();
        drop(watch->ask);
        if (const auto stop_watching = std::exchange(watch->watching, nullptr)) stop_watching();
    };
}

void OwnServiceTasks::look(const std::shared_ptr<Watch>& watch) {
    if (watch->over) return;
    // The watch first: what closes after the look is told.
    if (const auto stop_watching = std::exchange(watch->watching, nullptr)) stop_watching();
    drop(watch->ask);
    const auto look_again = [this, weak = std::weak_ptr(watch)] {
        if (const auto again = weak.lock()) look(again);
    };
    watch->watching = service_.when_closed(watch->execution_arn,
                                           [&loop = loop_, look_again] { loop.post(look_again); });
    watch->timer.start(kLookAgain, look_again);
    Json request = Json::object();
    request["executionArn"] = watch->execution_arn;
    watch->ask = ask(
        watch->call, "DescribeExecution", request,
        [watch](const OwnAnswer& answer, const std::string& id) {
            if (watch->over || answer.status >= 500) return;  // looked at again
            const auto there = parse_json(answer.body);
            const std::string status = there ? text_of(*there, "status") : "";
            if (answer.status == 200 && status == "RUNNING") return;
            watch->over = true;
            watch->timer.cancel();
            if (const auto stop_watching = std::exchange(watch->watching, nullptr)) stop_watching();
            if (answer.status != 200)
                return watch->finished(own_error(answer, id, SdkStyle::optimized));
            Json result = closed_result(*there, resource_of(watch->call).pattern);
            if (status == "SUCCEEDED") return watch->finished(Payload(std::move(result)));
            watch->finished(StateError{std::string(state_errors::kTaskFailed), write_json(result)});
        });
}

// --- stopping

void OwnServiceTasks::stop_execution(TaskCall call, std::function<void()> done) {
    const auto stop = std::make_shared<Stop>(loop_);
    if (call.submitted) stop->execution_arn = text_of(call.submitted->value(), "ExecutionArn");
    stop->call = std::move(call);
    stop->done = std::move(done);
    stops_.insert(stop);
    if (stop->call.submitted) {
        ask_to_stop(stop);
    } else {
        find_started(stop);
    }
}

/// The server was restarted, or the task ended, before it was stored what it has started.
void OwnServiceTasks::find_started(const StopPtr& stop) {
    const auto request = start_request(stop->call);
    if (!request) return stopped(stop);  // nothing could be started
    stop->execution_arn = execution_arn_of(*request);
    Json look = Json::object();
    look["executionArn"] = stop->execution_arn;
    ask(stop->call, "DescribeExecution", look,
        [this, stop, request = *request](const OwnAnswer& answer, const std::string&) {
            if (answer.status >= 500) return try_again(stop, &OwnServiceTasks::find_started);
            const auto there = parse_json(answer.body);
            const bool found = answer.status == 200 && there && is_of(*there, request, stop->call);
            if (!found) return stopped(stop);
            ask_to_stop(stop);
        });
}

/// Best effort, as AWS has it: one that has closed meanwhile stays as it is.
void OwnServiceTasks::ask_to_stop(const StopPtr& stop) {
    if (!stops_.contains(stop)) return;  // forgotten meanwhile
    Json request = Json::object();
    request["executionArn"] = stop->execution_arn;
    ask(stop->call, "StopExecution", request,
        [this, stop](const OwnAnswer& answer, const std::string&) {
            if (answer.status >= 500) return try_again(stop, &OwnServiceTasks::ask_to_stop);
            if (answer.status != 200)
                spdlog::warn("{} could not be stopped: {}", stop->execution_arn, answer.body);
            stopped(stop);
        });
}

void OwnServiceTasks::try_again(const StopPtr& stop,
                                void (OwnServiceTasks::*what)(const StopPtr&)) {
    stop->timer.start(stop->pause, [this, what, weak = std::weak_ptr(stop)] {
        if (const auto again = weak.lock()) (this->*what)(again);
    });
    stop->pause = std::min(2 * stop->pause, kLongestPause);
}

void OwnServiceTasks::stopped(const StopPtr& stop) {
    if (stops_.erase(stop) > 0) stop->done();
}

}  // namespace stepwell
