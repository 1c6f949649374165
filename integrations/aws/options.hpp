#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "engine/base/result.hpp"

/// Where AWS's services are: plain values, filled by server/ from the command line, the environment
/// and stepwell.yaml.
namespace stepwell::aws {

/// What requests are signed with.
struct Credentials {
    std::string access_key_id;
    std::string secret_access_key;
    std::string session_token;  ///< empty: none
};

struct AwsOptions {
    /// By the name that `aws-sdk:` is put before: `dynamodb`, `eventbridge`, `sfn`.
    std::map<std::string, std::string, std::less<>> endpoints;
    /// Of every service that is not in `endpoints`.
    std::optional<std::string> endpoint_all;
    /// Absent: the account of the call is the access key id.
    std::optional<Credentials> credentials;
    /// Services without endpoint are called at AWS itself, with `credentials`.
    bool allow_real_aws = false;
};

/// The name in AwsOptions::endpoints for what people call the service: a Task's
/// (`aws-sdk:dynamodb`, `events`, `states`), the CLI's (`stepfunctions`, `cognito-idp`) or that of
/// AWS_ENDPOINT_URL_…
/// (`EVENTBRIDGE`, `COGNITO_IDENTITY_PROVIDER`). Empty where no model has such a name.
std::string endpoint_key(std::string_view name);

}  // namespace stepwell::aws
