#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "engine/base/result.hpp"
#include "integrations/http_client.hpp"

/// One invocation of a Lambda function and its answer, whoever runs the function.
/// API reference, "Invoke": https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
namespace stepwell {

enum class InvocationType { request_response, event, dry_run };

/// A function as it was named: by name, ARN, partial ARN, each with or without a version or alias.
struct FunctionId {
    std::string given;  ///< as written, what an endpoint is asked for
    std::string name;
    std::string qualifier;  ///< empty: none
    std::string region;
    std::string account;
    std::string partition = "aws";

    /// `arn:aws:lambda:us-east-1:123456789012:function:NAME[:QUALIFIER]`.
    std::string arn() const;
};

/// What a FunctionName and a Qualifier (may be empty) name; what they leave open is `region`'s and
/// `account`'s.
FunctionId parse_function_id(std::string_view function_name, std::string_view qualifier,
                             std::string_view region, std::string_view account);

struct LambdaInvocation {
    FunctionId function;
    InvocationType type = InvocationType::request_response;
    std::string payload;         ///< empty: none is sent
    std::string client_context;  ///< base64, as in the request
    bool tail_log = false;       ///< `LogType: Tail`
    std::string request_id;
    std::string trace_id;
};

/// An answer of the Invoke API with a status of success; the function itself may have failed.
struct LambdaAnswer {
    unsigned status = 200;
    HttpHeaders headers;
    std::string payload;
    /// Whether the payload describes the function's failure (`X-Amz-Function-Error`).
    bool function_failed = false;
};

/// Or the service's refusal, as Step Functions reports it: `Lambda.ResourceNotFoundException`.
using LambdaResult = Result<LambdaAnswer, StateError>;
using LambdaDone = std::function<void(LambdaResult)>;
/// Gives an invocation up; its `LambdaDone` is not called any more.
using CancelInvocation = std::function<void()>;

/// An error of the Lambda service: `code` without its prefix, in the words of the SDK that Step
/// Functions uses.
StateError lambda_error(std::string_view code, std::string_view message, unsigned status,
                        std::string_view request_id);

/// What nobody knows: `Lambda.ResourceNotFoundException`.
StateError function_not_found(const FunctionId& function, std::string_view request_id);

}  // namespace stepwell
