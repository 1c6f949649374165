#pragma once

#include <functional>

#include "engine/tasks.hpp"
#include "integrations/aws/options.hpp"
#include "integrations/http_client.hpp"

namespace stepwell::aws {

/// `apigateway:invoke`: a call of an API's own methods. Developer Guide, "Create API Gateway REST
/// APIs with Step Functions". Belongs to the loop's thread.
///
/// An API at AWS is called at the endpoint of `execute-api`, with its own name as the Host, or at
/// AWS itself where that is allowed; any other ApiEndpoint is called where it says, without TLS.
class ApiGatewayTasks {
public:
    using Finished = std::function<void(TaskResult)>;
    using GiveUp = std::function<void()>;

    /// `http` must outlive it.
    ApiGatewayTasks(HttpClient& http, AwsOptions options)
        : http_(http), options_(std::move(options)) {}

    GiveUp invoke(TaskCall call, Finished finished);

private:
    HttpClient& http_;
    AwsOptions options_;
};

}  // namespace stepwell::aws
