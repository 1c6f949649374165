#include "integrations/aws/eks_token.hpp"

#include <algorithm>

#include "engine/base/percent.hpp"
#include "engine/base/sigv4.hpp"
#include "integrations/base64.hpp"

namespace stepwell::aws {
namespace {

/// RFC 4648, section 5, without padding.
std::string base64_for_urls(std::string_view bytes) {
    std::string out = base64::encode(bytes);
    std::ranges::replace(out, '+', '-');
    std::ranges::replace(out, '/', '_');
    out.erase(std::min(out.find('='), out.size()));
    return out;
}

}  // namespace

std::string eks_token(const Credentials& credentials, const std::string& region,
                      std::string_view cluster_name, const std::string& time) {
    const sigv4::Scope scope{time, region, "sts"};
    sigv4::CanonicalRequest request;
    request.method = "GET";
    request.path = "/";
    const std::string host = "sts." + region + ".amazonaws.com";
    request.headers = {{"host", host}, {"x-k8s-aws-id", sigv4::canonical_value(cluster_name)}};
    request.query = "Action=GetCallerIdentity&Version=2011-06-15&X-Amz-Algorithm=AWS4-HMAC-SHA256";
    request.query +=
        "&X-Amz-Credential=" + percent_encode(credentials.access_key_id + '/' + scope.text());
    request.query += "&X-Amz-Date=" + time + "&X-Amz-Expires=60";
    request.query += "&X-Amz-SignedHeaders=" + percent_encode(sigv4::signed_headers(request));
    if (!credentials.session_token.empty())
        request.query += "&X-Amz-Security-Token=" + percent_encode(credentials.session_token);
    request.body_hash = sigv4::sha256_hex("");
    const std::string signature = sigv4::signature(request, scope, credentials.secret_access_key);
    return "k8s-aws-v1." + base64_for_urls("https://" + host + "/?" + request.query +
                                           "&X-Amz-Signature=" + signature);
}

}  // namespace stepwell::aws
