#pragma once

#include <string>
#include <string_view>

#include "engine/asl/own_operations.hpp"
#include "engine/base/payload.hpp"
#include "engine/base/result.hpp"
#include "engine/own_service.hpp"

/// Between the parameters and results of `states:…` and `aws-sdk:sfn:…` Tasks and the API's own
/// requests and answers. Pure; facts.md, section 4, and the recorded cases of sfn_task_service,
/// aws_sdk_task_service and callback.
namespace stepwell {

/// How an integration shows what its service answers: `states` as the first Java SDK does,
/// `aws-sdk:sfn` as the second.
enum class SdkStyle { optimized, sdk };

/// An answer's JSON; null where it is none.
Json body_of(const OwnAnswer& answer);

/// The request's JSON for a Task's parameters. States.Runtime in AWS's words where the operation
/// cannot take them.
Evaluated<Json> own_request(const asl::OwnOperation& operation, const Payload& parameters);

/// An answer's JSON with its members in PascalCase and in alphabetical order, as a Task's result
/// has them; dates as the style writes them.
Json own_result(const Json& answer, SdkStyle style);

/// The same of StartExecution as `states:startExecution` gives it: with the SDK's metadata.
Json started_result(const OwnAnswer& answer, const std::string& request_id);

/// The error of a refusal: `StepFunctions.ExecutionAlreadyExistsException`,
/// `Sfn.InvalidTokenException`.
StateError own_error(const OwnAnswer& answer, const std::string& request_id, SdkStyle style);

/// `startExecution` as the operation's name in the API: `StartExecution`.
std::string operation_name(std::string_view action);

}  // namespace stepwell
