#include "api/arns.hpp"
#include "api/executions.hpp"
#include "api/json_writer.hpp"
#include "api/machines.hpp"
#include "api/operations.hpp"
#include "api/trial_request.hpp"
#include "engine/base/state_errors.hpp"

// API Reference, "TestState"; Developer Guide, "Testing state machines with TestState API". The
// state runs as an Express execution of which nothing is stored.
namespace stepwell::api::operations_of {
namespace {

enum class Level { info, debug, trace };

struct Wanted {
    TestedState tested;
    std::shared_ptr<Trial> trial;
    Payload input;
    std::string role_arn;
    Level level = Level::info;
};

Level level_of(const Input& input) {
    const std::string* level = input.text("inspectionLevel");
    if (level == nullptr || *level == "INFO") return Level::info;
    return *level == "DEBUG" ? Level::debug : Level::trace;
}

bool is_http_task(const asl::State& state) {
    const auto* task = std::get_if<asl::TaskState>(&state.body);
    const auto* service =
        task == nullptr ? nullptr : std::get_if<asl::ServiceResource>(&task->resource);
    return service != nullptr && service->resource_type == "http";
}

/// What an HTTP Task has sent and received. API Reference, InspectionData.
void http_messages(ObjectWriter& object, const TaskInspection& inspection) {
    if (!inspection.request.is_null()) append_json(object.member("request"), inspection.request);
    if (!inspection.response.is_null()) append_json(object.member("response"), inspection.response);
}

Checked<Wanted> read_wanted(Call& call) {
    Input& input = call.input();
    Wanted wanted;
    if (const std::string* role = input.text("roleArn"))
        wanted.role_arn = TRY(parse_role_arn(*role));
    wanted.tested =
        TRY(read_tested_state(input.required_text("definition"), input.text("stateName"),
                              call.services().options.sdk_actions));
    wanted.trial = TRY(read_trial(input, wanted.tested, call.services().options.result_schemas));
    if (auto text = input.take_text("input"))
        wanted.input = TRY(parse_payload(*std::move(text), ErrorKind::invalid_execution_input));
    wanted.level = level_of(input);
    if (wanted.level == Level::trace && is_http_task(wanted.tested.state())) {
        wanted.trial->inspection = std::make_shared<TaskInspection>();
        wanted.trial->inspection->reveal_secrets = input.flag("revealSecrets");
    }
    return wanted;
}

void payload(ObjectWriter& object, std::string_view name, const std::optional<Payload>& value) {
    if (value) object.text(name, value->text());
}

void error_details(ObjectWriter& object, const TrialData& data) {
    if (!data.retry_index && !data.catch_index) return;
    ObjectWriter details(object.member("errorDetails"));
    if (data.catch_index) details.number("catchIndex", *data.catch_index);
    if (data.retry_index) details.number("retryIndex", *data.retry_index);
    if (data.retry_backoff_seconds)
        details.number("retryBackoffIntervalSeconds", *data.retry_backoff_seconds);
    details.end();
}

std::string variables_text(const VariableTable& variables) {
    Json object = Json::object();
    for (const auto& [name, value] : variables) object[name] = value.value();
    return write_json(object);
}

/// Whether an ItemReader of the state looks for its items in a part of what it reads.
bool has_items_pointer(const Json& state) {
    const Json* reader = Input::find(state, "ItemReader");
    const Json* config = reader == nullptr ? nullptr : Input::find(*reader, "ReaderConfig");
    return config != nullptr && Input::find(*config, "ItemsPointer") != nullptr;
}

/// OBSERVED: DEBUG shows all that TRACE does but the messages of an HTTP Task (docs/observed.md).
void inspection_data(ObjectWriter& object, const Wanted& wanted) {
    const TrialData& data = wanted.trial->data;
    ObjectWriter seen(object.member("inspectionData"));
    seen.text("input", wanted.input.text());
    payload(seen, "afterArguments", data.after_arguments);
    payload(seen, "afterInputPath", data.after_input_path);
    payload(seen, "afterParameters", data.after_parameters);
    payload(seen, "result", data.result);
    payload(seen, "afterResultSelector", data.after_result_selector);
    payload(seen, "afterResultPath", data.after_result_path);
    payload(seen, "afterItemsPath", data.after_items_path);
    payload(seen, "afterItemSelector", data.after_item_selector);
    payload(seen, "afterItemBatcher", data.after_item_batcher);
    if (has_items_pointer(wanted.tested.source))
        payload(seen, "afterItemsPointer", wanted.trial->items_read);
    if (data.tolerated_failure_count)
        seen.number("toleratedFailureCount", *data.tolerated_failure_count);
    if (data.tolerated_failure_percentage) {
        append_java_double(seen.member("toleratedFailurePercentage"),
                           *data.tolerated_failure_percentage);
    }
    if (data.max_concurrency) seen.number("maxConcurrency", *data.max_concurrency);
    if (!wanted.trial->variables.empty())
        seen.text("variables", variables_text(wanted.trial->variables));
    if (wanted.trial->inspection) http_messages(seen, *wanted.trial->inspection);
    error_details(seen, data);
    seen.end();
}

std::string_view status_of(const Trial& trial, const SyncEnded& ended) {
    if (trial.retriable) return "RETRIABLE";
    if (ended.status != ExecutionStatus::succeeded) return "FAILED";
    return trial.caught ? "CAUGHT_ERROR" : "SUCCEEDED";
}

std::string answer_body(const Wanted& wanted, const SyncEnded& ended) {
    const Trial& trial = *wanted.trial;
    const bool caught = ended.status == ExecutionStatus::succeeded && trial.caught;
    std::optional<std::string> error = caught ? trial.error : ended.error;
    const std::optional<std::string> cause = caught ? trial.cause : ended.cause;
    // The five minutes are over: a time-out, which an execution reports by its status alone.
    if (ended.status == ExecutionStatus::timed_out) error = state_errors::kTimeout;
    std::string body;
    ObjectWriter object(body);
    if (ended.output) object.text("output", *ended.output);
    if (error) object.text("error", *error);
    if (cause) object.text("cause", *cause);
    if (wanted.level != Level::info) inspection_data(object, wanted);
    if (trial.next && ended.status == ExecutionStatus::succeeded)
        object.text("nextState", wanted.tested.definition->states[*trial.next].name);
    object.text("status", status_of(trial, ended));
    object.end();
    return body;
}

/// OBSERVED: machine and execution are called by UUIDs, and the execution's ARN is an Express one
/// without the third (docs/observed.md).
StartRequest start_request(const Call& call, const Wanted& wanted) {
    auto machine = std::make_shared<StateMachineRecord>();
    machine->name = new_uuid();
    machine->owner = call.owner();
    machine->arn = state_machine_arn(machine->owner, machine->name);
    machine->type = WorkflowType::express;
    machine->role_arn = wanted.role_arn;
    StartRequest request;
    request.name = new_uuid();
    constexpr std::string_view kMachine = ":stateMachine:";
    request.execution_arn = machine->arn + ":" + request.name;
    request.execution_arn.replace(request.execution_arn.find(kMachine), kMachine.size(),
                                  ":express:");
    request.state_machine = std::move(machine);
    request.definition = wanted.tested.definition;
    request.input = wanted.input;
    request.trial = wanted.trial;
    return request;
}

void answer(const CallPtr& call, const Wanted& wanted, const SyncEnded& ended) {
    if (ended.outcome != Outcome::committed) return call->fail(ended.outcome);
    const Trial& trial = *wanted.trial;
    if (trial.failed_items && trial.item_count &&
        *trial.failed_items > static_cast<std::int64_t>(*trial.item_count)) {
        return call->refuse(error(ErrorKind::validation,
                                  "Map iteration failure count must be less than or equal to the "
                                  "number of Map iterations"));
    }
    call->succeed(answer_body(wanted, ended));
}

}  // namespace

void test_state(const CallPtr& call) {
    call->on_reader([call] {
        auto read = read_wanted(*call);
        if (!read) return call->refuse(read.error());
        const auto wanted = std::make_shared<const Wanted>(*std::move(read));
        call->on_cancel(call->services().runtime.start_sync(
            start_request(*call, *wanted), [call, wanted](const SyncEnded& ended) {
                call->guarded([&] { answer(call, *wanted, ended); });
            }));
    });
}

}  // namespace stepwell::api::operations_of
