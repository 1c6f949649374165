#include "integrations/lambda_call.hpp"

#include <algorithm>
#include <array>

#include "engine/base/arn.hpp"

namespace stepwell {

namespace {

/// The exceptions that the Invoke operation declares; any other is reported as the service's
/// general one. API reference, "Invoke", Errors.
constexpr std::array<std::string_view, 32> kModelled = {
    "EC2AccessDeniedException",
    "EC2ThrottledException",
    "EC2UnexpectedException",
    "EFSIOException",
    "EFSMountConnectivityException",
    "EFSMountFailureException",
    "EFSMountTimeoutException",
    "ENILimitReachedException",
    "InvalidParameterValueException",
    "InvalidRequestContentException",
    "InvalidRuntimeException",
    "InvalidSecurityGroupIDException",
    "InvalidSubnetIDException",
    "InvalidZipFileException",
    "KMSAccessDeniedException",
    "KMSDisabledException",
    "KMSInvalidStateException",
    "KMSNotFoundException",
    "NoPublishedVersionException",
    "RecursiveInvocationException",
    "RequestTooLargeException",
    "ResourceConflictException",
    "ResourceNotFoundException",
    "ResourceNotReadyException",
    "SerializedRequestEntityTooLargeException",
    "ServiceException",
    "SnapStartException",
    "SnapStartNotReadyException",
    "SnapStartTimeoutException",
    "SubnetIPAddressLimitReachedException",
    "TooManyRequestsException",
    "UnsupportedMediaTypeException",
};

/// `NAME`, `NAME:QUALIFIER`.
void set_name(FunctionId& id, std::string_view text) {
    const auto colon = text.find(':');
    id.name = text.substr(0, colon);
    if (colon != std::string_view::npos) id.qualifier = text.substr(colon + 1);
}

}  // namespace

std::string FunctionId::arn() const {
    std::string text =
        "arn:" + partition + ":lambda:" + region + ":" + account + ":function:" + name;
    if (!qualifier.empty()) text += ":" + qualifier;
    return text;
}

FunctionId parse_function_id(std::string_view function_name, std::string_view qualifier,
                             std::string_view region, std::string_view account) {
    FunctionId id;
    id.given = function_name;
    id.region = region;
    id.account = account;
    constexpr std::string_view kFunction = "function:";
    if (const auto arn = Arn::parse(function_name); arn && arn->resource.starts_with(kFunction)) {
        id.partition = arn->partition;
        if (!arn->region.empty()) id.region = arn->region;
        if (!arn->account.empty()) id.account = arn->account;
        set_name(id, std::string_view(arn->resource).substr(kFunction.size()));
    } else if (const auto at = function_name.find(kFunction);
               at == 0 ||
               (at != std::string_view::npos && at > 1 && function_name[at - 1] == ':')) {
        // The partial forms `123456789012:function:NAME` and `function:NAME`.
        if (at > 0) id.account = function_name.substr(0, at - 1);
        set_name(id, function_name.substr(at + kFunction.size()));
    } else {
        set_name(id, function_name);
    }
    if (!qualifier.empty()) id.qualifier = qualifier;
    return id;
}

StateError lambda_error(std::string_view code, std::string_view message, unsigned status,
                        std::string_view request_id) {
    const bool modelled = std::find(kModelled.begin(), kModelled.end(), code) != kModelled.end();
    StateError error;
    error.error = "Lambda." + std::string(modelled ? code : "AWSLambdaException");
    error.cause = std::string(message) +
                  " (Service: AWSLambda; Status Code: " + std::to_string(status) +
                  "; Error Code: " + std::string(code) +
                  "; Request ID: " + std::string(request_id) + "; Proxy: null)";
    return error;
}

StateError function_not_found(const FunctionId& function, std::string_view request_id) {
    FunctionId shown = function;
    if (shown.qualifier.empty()) shown.qualifier = "$LATEST";
    return lambda_error("ResourceNotFoundException", "Function not found: " + shown.arn(), 404,
                        request_id);
}

}  // namespace stepwell
