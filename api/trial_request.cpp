#include "api/trial_request.hpp"

#include <algorithm>
#include <limits>

namespace stepwell::api {
namespace {

using asl::Pattern;
using asl::StateType;

ApiError refusal(std::string text) { return error(ErrorKind::validation, text); }

ApiError needs_mock(std::string_view what) {
    return refusal("TestState does not support " + std::string(what) +
                   " when a mock is not specified.");
}

const asl::ServiceResource* service_of(const asl::State& state) {
    const auto* task = std::get_if<asl::TaskState>(&state.body);
    return task == nullptr ? nullptr : std::get_if<asl::ServiceResource>(&task->resource);
}

bool waits_for_token_or_job(const asl::State& state) {
    const asl::ServiceResource* service = service_of(state);
    return service != nullptr && service->pattern != Pattern::request_response;
}

const Json* member(const Json* object, std::string_view name) {
    return object == nullptr || !object->is_object() ? nullptr : Input::find(*object, name);
}

/// What only makes sense beside a mock. API Reference, TestState, `context`, `stateConfiguration`.
Checked<void> check_without_mock(const Input& input) {
    const Json* configuration = input.find("stateConfiguration");
    if (member(configuration, "mapIterationFailureCount"))
        return needs_mock("MapIterationFailureCount");
    if (member(configuration, "retrierRetryCount")) return needs_mock("RetrierRetryCount");
    if (member(configuration, "errorCausedByState")) return needs_mock("ErrorCausedByState");
    if (member(configuration, "mapItemReaderData")) return needs_mock("MapItemReaderData");
    if (input.find("context")) return needs_mock("Context");
    return {};
}

/// API Reference, TestState: what it runs without a mock.
Checked<void> check_runnable(const Input& input, const asl::State& state) {
    const StateType type = state.type();
    if (type == StateType::map || type == StateType::parallel) {
        return error(ErrorKind::invalid_definition,
                     "TestState API does not support Map or Parallel states. Supported state types "
                     "include: [Task, Wait, Pass, Succeed, Fail, Choice]");
    }
    if (type != StateType::task) return {};
    if (!input.find("roleArn"))
        return refusal("RoleArn must be specified when testing a Task state");
    const bool answers_at_once = std::holds_alternative<asl::LambdaResource>(
                                     std::get<asl::TaskState>(state.body).resource) ||
                                 (service_of(state) != nullptr && !waits_for_token_or_job(state));
    if (!answers_at_once) {
        return error(ErrorKind::invalid_definition,
                     "TestState API does not support Activity tasks, '.sync' or "
                     "'.waitForTaskToken' service integration patterns when a mock is not "
                     "specified.");
    }
    return {};
}

Checked<void> check_result_of_map(const Json& result, const Json& source) {
    if (Input::find(source, "ResultWriter")) {
        if (!result.is_object()) return refusal("Mocked result must be a JSON object.");
    } else if (!result.is_array()) {
        return refusal("Mocked result must be an array.");
    }
    return {};
}

/// Whether the result is one that the state's work could have.
Checked<void> check_result(const Json& result, const TestedState& tested, RequiredMembers required,
                           const ResultSchemas* schemas) {
    const asl::State& state = tested.state();
    if (state.type() == StateType::map) return check_result_of_map(result, tested.source);
    if (const auto* parallel = std::get_if<asl::ParallelState>(&state.body)) {
        if (!result.is_array()) return refusal("Mocked result must be an array.");
        if (result.size() != parallel->branches.size()) {
            return refusal(
                "Mocked result must contain the same number of items as number of Parallel "
                "branches.");
        }
        return {};
    }
    const asl::ServiceResource* service = service_of(state);
    if (service == nullptr || schemas == nullptr) return {};
    if (const auto why = schemas->find_mismatch(*service, result, required))
        return refusal("Mock result schema validation error: " + *why);
    return {};
}

Checked<TrialMock> read_mock(const Json& mock, const TestedState& tested,
                             const ResultSchemas* schemas) {
    const Json* result = Input::find(mock, "result");
    const Json* failure = Input::find(mock, "errorOutput");
    if ((result != nullptr) == (failure != nullptr)) {
        return refusal(
            "A test mock should have only one of the following fields: [result, errorOutput].");
    }
    TrialMock out;
    if (failure != nullptr) {
        const Json* name = Input::find(*failure, "error");
        if (name == nullptr) return refusal("Mocked errorOutput must have an error.");
        out.error = name->get<std::string>();
        if (const Json* cause = Input::find(*failure, "cause"))
            out.cause = cause->get<std::string>();
        return out;
    }
    std::string text = result->get<std::string>();
    auto value = parse_json(text);
    if (!value) return refusal("Mocked result must be valid JSON");
    const Json* mode = Input::find(mock, "fieldValidationMode");
    const std::string how = mode == nullptr ? "STRICT" : mode->get<std::string>();
    // Of the branches of a Parallel and the items of a Map their number and kind is checked always.
    const bool unchecked = how == "NONE" && tested.state().type() == StateType::task;
    if (!unchecked) {
        const auto required = how == "STRICT" ? RequiredMembers::checked : RequiredMembers::ignored;
        if (const auto checked = check_result(*value, tested, required, schemas); !checked)
            return checked.error();
    }
    out.result = Payload::from_parts(std::move(text), *std::move(value));
    return out;
}

/// `stateConfiguration`.
Checked<void> configure(Trial& trial, const Json& configuration, const TestedState& tested) {
    if (const Json* count = Input::find(configuration, "retrierRetryCount"))
        trial.retry_count = static_cast<std::uint32_t>(
            std::min<std::int64_t>(integer_of(*count), std::numeric_limits<std::int32_t>::max()));
    if (const Json* count = Input::find(configuration, "mapIterationFailureCount"))
        trial.failed_items = integer_of(*count);
    if (const Json* name = Input::find(configuration, "errorCausedByState")) {
        if (!contains_state(tested.source, name->get_ref<const std::string&>()))
            return refusal("State not found in definition");
    }
    const Json* reader = Input::find(tested.source, "ItemReader");
    trial.reads_items = reader != nullptr;
    if (const Json* data = Input::find(configuration, "mapItemReaderData"); data && reader) {
        trial.items_read = TRY(parse_item_reader_data(data->get_ref<const std::string&>(),
                                                      member(reader, "ReaderConfig")));
    }
    return {};
}

Checked<VariableTable> parse_variables(const std::string& text) {
    auto values = parse_json(text);
    if (!values || !values->is_object()) return refusal("Variables must be a valid JSON object");
    VariableTable variables;
    for (auto& [name, value] : values->get_ref<Json::object_t&>())
        variables.emplace(name, Payload(std::move(value)));
    return variables;
}

}  // namespace

Checked<std::shared_ptr<Trial>> read_trial(const Input& input, const TestedState& tested,
                                           const ResultSchemas* schemas) {
    auto trial = std::make_shared<Trial>();
    trial->state = tested.index;
    if (const std::string* variables = input.text("variables"))
        trial->variables = TRY(parse_variables(*variables));
    const asl::State& state = tested.state();
    const Json* mock = input.find("mock");
    if (mock == nullptr) {
        if (const auto checked = check_without_mock(input); !checked) return checked.error();
        if (const auto checked = check_runnable(input, state); !checked) return checked.error();
        return trial;
    }
    if (input.flag("revealSecrets"))
        return refusal("TestState does not support RevealSecrets when a mock is specified.");
    const StateType type = state.type();
    if (type != StateType::task && type != StateType::map && type != StateType::parallel) {
        return refusal("State type '" + std::string(asl::type_name(type)) +
                       "' is not supported when a mock is specified");
    }
    trial->mock = TRY(read_mock(*mock, tested, schemas));
    if (const std::string* context = input.text("context"))
        trial->context = TRY(parse_trial_context(*context, waits_for_token_or_job(state)));
    const Json none = Json::object();
    const Json* configuration = input.find("stateConfiguration");
    if (const auto configured =
            configure(*trial, configuration == nullptr ? none : *configuration, tested);
        !configured) {
        return configured.error();
    }
    return trial;
}

}  // namespace stepwell::api
