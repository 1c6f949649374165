#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

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
    /// Of every service that is not in `endpoints`, but Step Functions itself.
    std::optional<std::string> endpoint_all;
    /// Absent: the account of the call is the access key id.
    std::optional<Credentials> credentials;
    /// Services without endpoint are called at AWS itself, with `credentials`.
    bool allow_real_aws = false;
    /// A folder of further models, as botocore keeps them; empty: none.
    std::string service_models;
    /// Certificates to trust beside the system's, in PEM; empty: none.
    std::string ca_bundle;

    /// Where a service is said to be, by its key; null where nobody has.
    const std::string* endpoint_of(std::string_view key) const;
};

/// The key in AwsOptions::endpoints for what people call a service: a Task's (`aws-sdk:dynamodb`,
/// `events`, `states`), the AWS CLI's (`stepfunctions`, `cognito-idp`) or that of
/// AWS_ENDPOINT_URL_…
/// (`EVENTBRIDGE`, `COGNITO_IDENTITY_PROVIDER`).
std::string endpoint_key(std::string_view name);

/// What is wrong with the URL of an endpoint, in one line; nullopt: nothing.
std::optional<std::string> check_endpoint_url(std::string_view url);

}  // namespace stepwell::aws
