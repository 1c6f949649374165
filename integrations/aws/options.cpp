#include "integrations/aws/options.hpp"

#include <algorithm>

#include "integrations/http_url.hpp"
#include "integrations/models/sdk_name.hpp"

namespace stepwell::aws {
namespace {

struct Alias {
    std::string_view name;
    std::string_view key;
};
/// Names of the optimized integrations, of the AWS CLI and of hosts that are not those of
/// `aws-sdk:`.
constexpr Alias kAliases[] = {
    {"cloudwatchevents", "eventbridge"},
    {"cognitoidp", "cognitoidentityprovider"},
    {"deploy", "codedeploy"},
    {"dms", "databasemigration"},
    {"ds", "directory"},
    {"elasticfilesystem", "efs"},
    {"elasticmapreduce", "emr"},
    {"elb", "elasticloadbalancing"},
    {"elbv2", "elasticloadbalancingv2"},
    {"email", "ses"},
    {"es", "elasticsearch"},
    {"events", "eventbridge"},
    {"iotdata", "iotdataplane"},
    {"logs", "cloudwatchlogs"},
    {"monitoring", "cloudwatch"},
    {"s3api", "s3"},
    {"states", "sfn"},
    {"stepfunctions", "sfn"},
};

}  // namespace

const std::string* AwsOptions::endpoint_of(std::string_view key) const {
    if (const auto own = endpoints.find(key); own != endpoints.end()) return &own->second;
    return endpoint_all && key != "sfn" ? &*endpoint_all : nullptr;
}

std::string endpoint_key(std::string_view name) {
    constexpr std::string_view kSdk = "aws-sdk:";
    if (name.starts_with(kSdk)) name.remove_prefix(kSdk.size());
    std::string key = models::sdk_name(name);
    const auto* alias = std::ranges::find(kAliases, key, &Alias::name);
    return alias == std::end(kAliases) ? key : std::string(alias->key);
}

std::optional<std::string> check_endpoint_url(std::string_view url) {
    const auto parsed = parse_http_url(url);
    if (!parsed) return parsed.error().message;
    if (parsed->target.find('?') != std::string::npos) return "an endpoint has no query";
    return std::nullopt;
}

}  // namespace stepwell::aws
