#include "integrations/aws/endpoint.hpp"

#include "integrations/aws/signature.hpp"

namespace stepwell::aws {
namespace {

std::string dns_suffix(std::string_view partition) {
    return partition == "aws-cn" ? "amazonaws.com.cn" : "amazonaws.com";
}

/// AWS General Reference, "AWS service endpoints".
Endpoint real_endpoint(const models::Service& service, const Owner& owner) {
    Endpoint endpoint;
    endpoint.real_aws = true;
    endpoint.region = owner.region;
    endpoint.url.tls = true;
    endpoint.url.port = 443;
    if (!service.global_endpoint.empty() && owner.partition == "aws" &&
        service.service_id != "S3") {
        endpoint.url.host = service.global_endpoint;
        endpoint.region = "us-east-1";
        return endpoint;
    }
    endpoint.url.host = std::string(service.endpoint_prefix) + '.' + owner.region + '.' +
                        dns_suffix(owner.partition);
    return endpoint;
}

}  // namespace

std::optional<Endpoint> find_endpoint(const AwsOptions& options, const models::Service& service,
                                      std::string_view key, const Owner& owner) {
    const std::string* said = options.endpoint_of(key);
    if (said == nullptr) {
        if (!options.allow_real_aws || !options.credentials) return std::nullopt;
        return real_endpoint(service, owner);
    }
    auto url = parse_http_url(*said);
    if (!url) return std::nullopt;
    Endpoint endpoint;
    endpoint.url = *std::move(url);
    endpoint.region = owner.region;
    return endpoint;
}

HttpRequest to_http_request(const WireRequest& wire, const Endpoint& endpoint,
                            const models::Service& service, const models::Operation& operation,
                            const Credentials& credentials, const std::string& time) {
    HttpRequest request;
    request.method = wire.method;
    request.url = endpoint.url;
    if (endpoint.real_aws) request.url.host = wire.host_prefix + request.url.host;
    std::string& target = request.url.target;
    if (target.ends_with('/')) target.pop_back();
    target += wire.path;
    if (!wire.query.empty()) target += '?' + wire.query;
    request.headers = wire.headers;
    request.body = wire.body;
    if (operation.unsigned_request) return request;
    const bool s3 = service.signing_name == "s3";
    sign(request, credentials, {time, endpoint.region, std::string(service.signing_name)},
         operation.unsigned_payload ? BodyHash::unsigned_
         : s3                       ? BodyHash::in_header
                                    : BodyHash::signed_only);
    return request;
}

}  // namespace stepwell::aws
