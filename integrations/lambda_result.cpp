#include "integrations/lambda_result.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <vector>

#include "engine/base/json.hpp"
#include "engine/base/state_errors.hpp"
#include "integrations/base64.hpp"
#include "integrations/sdk_result.hpp"

namespace stepwell {

namespace {

StateError too_large(const std::string& task) {
    return StateError{
        std::string(state_errors::kDataLimitExceeded),
        "The state/task '" + task +
            "' returned a result with a size exceeding the maximum number of bytes service limit."};
}

/// The function's failure: its errorType, and all it said as the cause. `rewrite`: the optimized
/// integration has parsed the payload and writes it anew; a call by ARN passes on its text.
StateError function_failure(const std::string& payload, bool rewrite) {
    const auto parsed = parse_json(payload);
    if (parsed && parsed->is_object()) {
        const auto type = parsed->find("errorType");
        if (type != parsed->end() && type->is_string() &&
            !type->get_ref<const std::string&>().empty()) {
            return StateError{type->get<std::string>(), rewrite ? write_json(*parsed) : payload};
        }
    }
    return StateError{"Lambda.Unknown",
                      "The cause could not be determined because Lambda did not return an error "
                      "type. Returned payload: " +
                          payload};
}

/// The headers of Lambda's answer in the order in which the service shows them. What else a
/// stand-in sends (Server, CORS …) is left out, so that a workflow sees here what it will see on
/// AWS.
constexpr std::array<std::string_view, 9> kShownHeaders = {
    "X-Amz-Log-Result",
    "X-Amz-Executed-Version",
    "x-amzn-Remapped-Content-Length",
    "Connection",
    "x-amzn-RequestId",
    "Content-Length",
    "Date",
    "X-Amzn-Trace-Id",
    "Content-Type",
};

HttpHeaders shown_headers(const LambdaAnswer& answer) {
    HttpHeaders shown;
    for (const std::string_view name : kShownHeaders) {
        if (const std::string* value = find_header(answer.headers, name))
            shown.push_back({std::string(name), *value});
    }
    return shown;
}

StateError bad_parameters(const Payload& parameters, const std::string& why) {
    return StateError{std::string(state_errors::kRuntime),
                      "The Parameters '" + parameters.text() +
                          "' could not be used to start the Task: [" + why + "]"};
}

std::string bad_format(std::string_view field) {
    return "The value of the field '" + std::string(field) + "' has an invalid format";
}

constexpr std::array<std::string_view, 6> kInvokeFields = {
    "ClientContext", "FunctionName", "InvocationType", "LogType", "Payload", "Qualifier"};

std::optional<InvocationType> parse_invocation_type(std::string_view text) {
    if (text == "RequestResponse") return InvocationType::request_response;
    if (text == "Event") return InvocationType::event;
    if (text == "DryRun") return InvocationType::dry_run;
    return std::nullopt;
}

/// FunctionName and Qualifier of the API: patterns without anything that could leave its place in a
/// URL.
bool is_function_reference(std::string_view text) {
    return !text.empty() && text.size() <= 256 && std::all_of(text.begin(), text.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == ':' || c == '-' || c == '_' || c == '$' || c == '.' || c == '/' || c == '+' ||
               c == '=' || c == '@';
    });
}

/// A text member of the parameters; nullopt where it is absent or null.
Evaluated<std::optional<std::string>> text_field(const Payload& parameters, const char* name) {
    const Json& object = parameters.value();
    const auto found = object.find(name);
    if (found == object.end() || found->is_null()) return std::optional<std::string>();
    if (!found->is_string()) return bad_parameters(parameters, bad_format(name));
    return std::optional<std::string>(found->get<std::string>());
}

}  // namespace

TaskResult function_task_result(const LambdaResult& result, const std::string& resource_arn) {
    if (!result) return result.error();
    const std::string& payload = result->payload;
    if (payload.size() > kMaxPayloadBytes) return too_large(resource_arn);
    if (result->function_failed) return function_failure(payload, false);
    if (payload.empty()) return Payload(Json(nullptr));
    auto parsed = parse_json(payload);
    if (!parsed) {
        return StateError{std::string(state_errors::kRuntime),
                          "The state/task '" + resource_arn +
                              "' returned a result that is not JSON: " + parsed.error().message};
    }
    return Payload::from_parts(payload, std::move(*parsed));
}

TaskResult invoke_task_result(const LambdaResult& result) {
    if (!result) return result.error();
    const LambdaAnswer& answer = *result;
    // The name is that of the service here, as recorded.
    if (answer.payload.size() > kMaxPayloadBytes) return too_large("lambda");
    if (answer.function_failed) return function_failure(answer.payload, true);
    Json output = Json::object();
    if (const std::string* version = find_header(answer.headers, "X-Amz-Executed-Version")) {
        output["ExecutedVersion"] = *version;
    }
    if (const std::string* log = find_header(answer.headers, "X-Amz-Log-Result"))
        output["LogResult"] = *log;
    auto payload = parse_json(answer.payload);
    output["Payload"] = payload ? std::move(*payload) : Json(answer.payload);
    output["SdkHttpMetadata"] = http_metadata(answer.status, shown_headers(answer));
    Json metadata = Json::object();
    if (const std::string* id = find_header(answer.headers, "x-amzn-RequestId"))
        metadata["RequestId"] = *id;
    output["SdkResponseMetadata"] = std::move(metadata);
    output["StatusCode"] = answer.status;
    Payload whole(std::move(output));
    if (whole.size() > kMaxPayloadBytes) return too_large("lambda");
    return whole;
}

Evaluated<LambdaInvocation> read_invoke_parameters(const Payload& parameters,
                                                   std::string_view region,
                                                   std::string_view account) {
    const Json& object = parameters.value();
    if (!object.is_object()) return bad_parameters(parameters, "The parameters must be an object");
    for (const auto& [name, value] : object.items()) {
        if (std::find(kInvokeFields.begin(), kInvokeFields.end(), name) == kInvokeFields.end()) {
            return bad_parameters(parameters,
                                  "The field '" + name + "' is not supported by Step Functions");
        }
    }
    const auto function = TRY(text_field(parameters, "FunctionName"));
    if (!function) {
        return bad_parameters(parameters, "The field 'FunctionName' is required but was missing");
    }
    if (!is_function_reference(*function))
        return bad_parameters(parameters, bad_format("FunctionName"));
    const auto qualifier = TRY(text_field(parameters, "Qualifier"));
    if (qualifier && !is_function_reference(*qualifier)) {
        return bad_parameters(parameters, bad_format("Qualifier"));
    }
    LambdaInvocation invocation;
    invocation.function = parse_function_id(*function, qualifier.value_or(""), region, account);

    if (const auto type = TRY(text_field(parameters, "InvocationType"))) {
        const auto parsed = parse_invocation_type(*type);
        if (!parsed) return bad_parameters(parameters, bad_format("InvocationType"));
        invocation.type = *parsed;
    }
    if (const auto log = TRY(text_field(parameters, "LogType"))) {
        if (*log != "None" && *log != "Tail")
            return bad_parameters(parameters, bad_format("LogType"));
        invocation.tail_log = *log == "Tail";
    }
    if (const auto context = TRY(text_field(parameters, "ClientContext"))) {
        if (context->size() > 3'583 || !base64::decode(*context)) {
            return bad_parameters(parameters, bad_format("ClientContext"));
        }
        invocation.client_context = *context;
    }
    // A null Payload is none: the recorded function then gets an empty object.
    if (const auto payload = object.find("Payload");
        payload != object.end() && !payload->is_null()) {
        // OBSERVED: a text that is JSON itself is sent as it is (docs/observed.md).
        const auto* text = payload->get_ptr<const std::string*>();
        invocation.payload = text != nullptr && parse_json(*text) ? *text : write_json(*payload);
    }
    return invocation;
}

}  // namespace stepwell
