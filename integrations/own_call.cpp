#include "integrations/own_call.hpp"

#include <algorithm>
#include <cmath>
#include <ctime>
#include <vector>

#include "engine/base/json.hpp"
#include "engine/base/state_errors.hpp"
#include "engine/base/time.hpp"
#include "integrations/aws/timestamps.hpp"
#include "integrations/sdk_result.hpp"

namespace stepwell {
namespace {

using Kind = asl::ParameterKind;

std::string with_first(std::string_view name, int (*change)(int)) {
    std::string text(name);
    if (!text.empty()) text[0] = static_cast<char>(change(static_cast<unsigned char>(text[0])));
    return text;
}

StateError cannot_start(const Payload& parameters, const std::string& why) {
    return {std::string(state_errors::kRuntime), "The Parameters '" + parameters.text() +
                                                     "' could not be used to start the Task: [" +
                                                     why + "]"};
}

bool takes(Kind kind, const Json& value) {
    switch (kind) {
        case Kind::text:
            return value.is_string();
        case Kind::json:
            return true;
        case Kind::integer:
            return value.is_number_integer();
        case Kind::number:
            return value.is_number();
        case Kind::flag:
            return value.is_boolean();
        case Kind::list:
            return value.is_array();
        case Kind::structure:
            return value.is_object();
    }
    return false;
}

/// `{"LogGroupArn":…}` as `{"logGroupArn":…}`, at every depth.
Json in_camel_case(const Json& value) {
    if (value.is_array()) {
        Json out = Json::array();
        for (const Json& item : value.get_ref<const Json::array_t&>())
            out.push_back(in_camel_case(item));
        return out;
    }
    if (!value.is_object()) return value;
    Json out = Json::object();
    for (const auto& [name, member] : value.get_ref<const Json::object_t&>())
        out[with_first(name, ::tolower)] = in_camel_case(member);
    return out;
}

/// Members whose names are the caller's own: states and variables.
bool is_map(std::string_view member) {
    return member == "variableReferences" || member == "assignedVariables";
}
bool is_date(std::string_view member) { return member == "timestamp" || member.ends_with("Date"); }

Json date_of(const Json& epoch_seconds, SdkStyle style) {
    const auto millis =
        static_cast<std::int64_t>(std::llround(epoch_seconds.get<double>() * 1000.0));
    if (style == SdkStyle::optimized) return Json(millis);
    return Json(to_iso8601(TimePoint{Milliseconds{millis}}));
}

/// SdkHttpMetadata of an answer that came over no wire: what the SDK would have seen.
Json metadata_of(const OwnAnswer& answer, const std::string& request_id) {
    const std::int64_t now = std::int64_t{std::time(nullptr)} * 1000;
    return http_metadata(static_cast<unsigned>(answer.status),
                         {{"x-amzn-RequestId", request_id},
                          {"connection", "keep-alive"},
                          {"Content-Length", std::to_string(answer.body.size())},
                          {"Date", aws::to_http_date(now)},
                          {"Content-Type", "application/x-amz-json-1.0"}});
}

/// The exceptions that no operation of the API model declares are reported as the service's general
/// one.
bool is_modelled(std::string_view type) {
    return type != "UnknownOperationException" && type != "SerializationException" &&
           type != "InternalFailure";
}

}  // namespace

std::string operation_name(std::string_view action) { return with_first(action, ::toupper); }

Json body_of(const OwnAnswer& answer) {
    auto body = parse_json(answer.body);
    return body ? *std::move(body) : Json();
}

Evaluated<Json> own_request(const asl::OwnOperation& operation, const Payload& parameters) {
    const Json& given = parameters.value();
    if (!given.is_object()) return cannot_start(parameters, "The parameters must be an object");
    Json request = Json::object();
    for (const auto& [name, value] : given.get_ref<const Json::object_t&>()) {
        const asl::OwnParameter* known = operation.find(name);
        if (known == nullptr) {
            return cannot_start(parameters,
                                "The field '" + name + "' is not supported by Step Functions");
        }
        if (value.is_null()) continue;
        if (!takes(known->kind, value)) {
            return cannot_start(parameters,
                                "The value of the field '" + name + "' has an invalid format");
        }
        // OBSERVED: a value that is no text is written as JSON (conformance cases
        // sfn_task_service__start_execution_input_json, sfn_start_execution_implicit_json_…).
        request[with_first(name, ::tolower)] = known->kind == Kind::json && !value.is_string()
                                                   ? Json(write_json(value))
                                                   : in_camel_case(value);
    }
    for (const asl::OwnParameter& parameter : operation.parameters) {
        if (!parameter.required || request.contains(with_first(parameter.name, ::tolower)))
            continue;
        return cannot_start(parameters, "The field '" + std::string(parameter.name) +
                                            "' is required but was missing");
    }
    return request;
}

Json own_result(const Json& answer, SdkStyle style) {
    if (answer.is_array()) {
        Json out = Json::array();
        for (const Json& item : answer.get_ref<const Json::array_t&>())
            out.push_back(own_result(item, style));
        return out;
    }
    if (!answer.is_object()) return answer;
    std::vector<std::pair<std::string, Json>> members;
    for (const auto& [name, value] : answer.get_ref<const Json::object_t&>()) {
        if (value.is_null()) continue;  // what the SDK has not got, it does not show
        members.emplace_back(with_first(name, ::toupper), is_map(name) ? value
                                                          : is_date(name) && value.is_number()
                                                              ? date_of(value, style)
                                                              : own_result(value, style));
    }
    std::ranges::sort(members, {}, &std::pair<std::string, Json>::first);
    Json out = Json::object();
    for (auto& [name, value] : members) out[name] = std::move(value);
    return out;
}

Json started_result(const OwnAnswer& answer, const std::string& request_id) {
    Json result = own_result(body_of(answer), SdkStyle::optimized);
    Json metadata = Json::object();
    metadata["RequestId"] = request_id;
    Json out = Json::object();
    out["ExecutionArn"] = result["ExecutionArn"];
    out["SdkHttpMetadata"] = metadata_of(answer, request_id);
    out["SdkResponseMetadata"] = std::move(metadata);
    out["StartDate"] = result["StartDate"];
    return out;
}

StateError own_error(const OwnAnswer& answer, const std::string& request_id, SdkStyle style) {
    std::string message;
    if (const Json body = body_of(answer); body.is_object()) {
        const auto found = body.find("message");
        if (found != body.end() && found->is_string()) message = found->get<std::string>();
    }
    const std::string& type = answer.error_type;
    const std::string exception = type.ends_with("Exception") ? type : type + "Exception";
    if (style == SdkStyle::sdk) {
        return {"Sfn." + (is_modelled(type) ? exception : "SfnException"),
                message + " (Service: Sfn, Status Code: " + std::to_string(answer.status) +
                    ", Request ID: " + request_id + ") (SDK Attempt Count: 1)"};
    }
    return {"StepFunctions." + (is_modelled(type) ? exception : "AWSStepFunctionsException"),
            message + " (Service: AWSStepFunctions; Status Code: " + std::to_string(answer.status) +
                "; Error Code: " + type + "; Request ID: " + request_id + "; Proxy: null)"};
}

}  // namespace stepwell
