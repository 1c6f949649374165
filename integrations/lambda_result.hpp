#pragma once

#include <string>
#include <string_view>

#include "engine/tasks.hpp"
#include "integrations/lambda_call.hpp"

/// What Step Functions makes of a Lambda function's answer. Pure; facts.md sections 3 and 4 and the
/// recorded cases.
namespace stepwell {

/// For a Task whose Resource is the function's ARN: the function's own JSON, in its own words.
TaskResult function_task_result(const LambdaResult& result, const std::string& resource_arn);

/// For `lambda:invoke`: an object with Payload, StatusCode, ExecutedVersion and the SDK's metadata.
TaskResult invoke_task_result(const LambdaResult& result);

/// Parameters of `lambda:invoke` as an invocation; its refusals are States.Runtime in AWS's words.
Evaluated<LambdaInvocation> read_invoke_parameters(const Payload& parameters,
                                                   std::string_view region,
                                                   std::string_view account);

}  // namespace stepwell
