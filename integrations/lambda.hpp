#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "engine/tasks.hpp"
#include "integrations/config.hpp"
#include "integrations/http_client.hpp"
#include "integrations/io_loop.hpp"
#include "integrations/lambda_endpoint.hpp"
#include "integrations/local_functions.hpp"

namespace stepwell {

/// How a call ends; how it is given up.
using Finished = std::function<void(TaskResult)>;
using CancelTask = std::function<void()>;

/// Tasks that invoke Lambda functions: local ones first, then those of the endpoint. A function
/// that is nowhere fails as on AWS, and the log says where it was looked for. Belongs to the loop's
/// thread.
class LambdaIntegration {
public:
    /// Throws std::invalid_argument where check_lambda_options has an objection.
    LambdaIntegration(IoLoop& loop, HttpClient& http, const LambdaOptions& options);

    /// A Task whose Resource is a function's ARN.
    CancelTask call_function(TaskCall call, Finished finished);
    /// `arn:aws:states:::lambda:invoke`, with `.waitForTaskToken` too: its result is then what the
    /// token was handed to.
    CancelTask invoke(TaskCall call, Finished finished);
    /// Gives up all calls, and ends the processes that are at work on them.
    void cancel_all();

    LocalFunctions& local_functions() { return local_; }

private:
    CancelInvocation invoke_function(LambdaInvocation invocation, LambdaDone done);
    CancelInvocation invoke_locally(LambdaInvocation invocation, LambdaDone done);
    void log_not_found(const FunctionId& function) const;

    LocalFunctions local_;
    std::optional<LambdaEndpoint> endpoint_;
};

}  // namespace stepwell
