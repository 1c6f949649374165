#include "integrations/aws/errors.hpp"

#include <utility>

#include "engine/base/state_errors.hpp"
#include "integrations/aws/names.hpp"

namespace stepwell::aws {
namespace {

std::string or_null(const std::string& text) { return text.empty() ? "null" : text; }

/// What the SDK for Java 2 calls an exception that no model has.
std::string base_exception(const std::string& prefix) { return prefix + "Exception"; }

std::string attempts_of(const Error& error) {
    return " (SDK Attempt Count: " + std::to_string(error.attempts) + ")";
}

}  // namespace

StateError sdk_error(const Error& error) {
    const std::string prefix = service_prefix(error.service_id);
    if (error.kind == Error::Kind::unreachable)
        return {prefix + ".SdkClientException",
                "Unable to execute HTTP request: " + error.message + attempts_of(error)};
    if (error.kind == Error::Kind::unreadable)
        return {prefix + ".SdkClientException", error.message + attempts_of(error)};
    std::string cause = or_null(error.message) + " (Service: " + prefix +
                        ", Status Code: " + std::to_string(error.status) +
                        ", Request ID: " + or_null(error.request_id);
    if (!error.extended_request_id.empty())
        cause += ", Extended Request ID: " + error.extended_request_id;
    cause += ")" + attempts_of(error);
    return {
        prefix + '.' +
            (error.exception.empty() ? base_exception(prefix) : exception_name(error.exception)),
        std::move(cause)};
}

StateError optimized_error(const Error& error, const OptimizedNames& names) {
    const std::string prefix(names.prefix);
    if (error.kind == Error::Kind::unreachable)
        return {prefix + ".SdkClientException", "Unable to execute HTTP request: " + error.message};
    if (error.kind == Error::Kind::unreadable)
        return {prefix + ".SdkClientException", error.message};
    std::string exception(names.exception);
    if (!error.exception.empty()) {
        exception = error.exception;
        if (exception.ends_with("Fault")) exception.resize(exception.size() - 5);
        if (!exception.ends_with("Exception")) exception += "Exception";
    }
    return {prefix + '.' + exception,
            or_null(error.message) + " (Service: " + std::string(names.service) +
                "; Status Code: " + std::to_string(error.status) +
                "; Error Code: " + or_null(error.code) +
                "; Request ID: " + or_null(error.request_id) + "; Proxy: null)"};
}

StateError bad_parameters(const Payload& parameters, std::string_view why) {
    return {std::string(state_errors::kRuntime), "The Parameters '" + parameters.text() +
                                                     "' could not be used to start the Task: [" +
                                                     std::string(why) + "]"};
}

StateError result_too_large(std::string_view service) {
    return {std::string(state_errors::kDataLimitExceeded),
            "The state/task '" + std::string(service) +
                "' returned a result with a size exceeding the maximum number of bytes service "
                "limit."};
}

StateError cannot_call(const TaskCall& call, std::string_view why) {
    const auto& resource = std::get<asl::ServiceResource>(call.resource);
    return {std::string(state_errors::kRuntime),
            "Stepwell cannot reach what the state '" + call.state_name +
                "' calls (arn:aws:states:::" + resource.resource_type + ":" + resource.resource +
                "): " + std::string(why)};
}

StateError task_error(const Error& error, const TaskCall& call,
                      const std::function<StateError(const Error&)>& own) {
    switch (error.kind) {
        case Error::Kind::no_endpoint:
        case Error::Kind::unknown_action:
            return cannot_call(call, error.message);
        case Error::Kind::parameters:
            return bad_parameters(call.input, error.message);
        case Error::Kind::unreadable:
            if (error.http == HttpError::Kind::too_large)
                return result_too_large(
                    std::get<asl::ServiceResource>(call.resource).resource_type);
            return own(error);
        case Error::Kind::unreachable:
        case Error::Kind::refused:
            return own(error);
    }
    return own(error);
}

TaskResult task_result(Json output, std::string_view service) {
    Payload result(std::move(output));
    if (result.size() > kMaxPayloadBytes) return result_too_large(service);
    return result;
}

}  // namespace stepwell::aws
