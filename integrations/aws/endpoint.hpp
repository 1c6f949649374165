#pragma once

#include <optional>
#include <string>

#include "engine/base/arn.hpp"
#include "integrations/aws/options.hpp"
#include "integrations/aws/request.hpp"
#include "integrations/http_client.hpp"
#include "integrations/models/service_models.hpp"

namespace stepwell::aws {

/// Where a service is, and what requests there are signed for.
struct Endpoint {
    HttpUrl url;
    std::string region;
    bool real_aws = false;
};

/// nullopt: nobody has said where, and AWS itself is not meant.
std::optional<Endpoint> find_endpoint(const AwsOptions& options, const models::Service& service,
                                      std::string_view key, const Owner& owner);

/// The request as it is sent to an endpoint, signed for the moment. The host prefix of an operation
/// is for AWS itself only: no name of a stand-in begins with it.
HttpRequest to_http_request(const WireRequest& wire, const Endpoint& endpoint,
                            const models::Service& service, const models::Operation& operation,
                            const Credentials& credentials, const std::string& time);

}  // namespace stepwell::aws
