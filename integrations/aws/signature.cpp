#include "integrations/aws/signature.hpp"

#include <algorithm>
#include <map>
#include <string_view>
#include <vector>

#include "engine/base/ascii.hpp"
#include "engine/base/percent.hpp"

namespace stepwell::aws {
namespace {

/// RFC 3986, section 5.2.4, with empty segments dropped too, as AWS's SDKs do.
std::string without_dot_segments(std::string_view path) {
    std::vector<std::string_view> segments;
    for (std::size_t at = 0; at <= path.size();) {
        const std::size_t slash = std::min(path.find('/', at), path.size());
        const std::string_view segment = path.substr(at, slash - at);
        if (segment == "..") {
            if (!segments.empty()) segments.pop_back();
        } else if (!segment.empty() && segment != ".") {
            segments.push_back(segment);
        }
        at = slash + 1;
    }
    std::string out;
    for (const std::string_view segment : segments) {
        out += '/';
        out += segment;
    }
    if (path.ends_with('/') || out.empty()) out += '/';
    return out;
}

bool is_unsigned(std::string_view lower_name) {
    return lower_name == "expect" || lower_name == "user-agent" ||
           lower_name == "x-amzn-trace-id" || lower_name == "content-length" ||
           lower_name == "amz-sdk-invocation-id" || lower_name == "amz-sdk-request" ||
           lower_name == "connection";
}

}  // namespace

void sign(HttpRequest& request, const Credentials& credentials, const sigv4::Scope& scope,
          BodyHash body_hash) {
    const std::string hash =
        body_hash == BodyHash::unsigned_ ? "UNSIGNED-PAYLOAD" : sigv4::sha256_hex(request.body);
    request.headers.push_back({"X-Amz-Date", scope.time});
    if (!credentials.session_token.empty())
        request.headers.push_back({"X-Amz-Security-Token", credentials.session_token});
    if (body_hash != BodyHash::signed_only)
        request.headers.push_back({"X-Amz-Content-SHA256", hash});

    std::map<std::string, std::string> headers;
    for (const HttpHeader& header : request.headers) {
        std::string name = ascii_lower(header.name);
        if (is_unsigned(name)) continue;
        std::string& value = headers[std::move(name)];
        if (!value.empty()) value += ',';
        value += sigv4::canonical_value(header.value);
    }
    if (!headers.contains("host")) headers["host"] = ascii_lower(request.url.authority());

    const std::string& target = request.url.target;
    const std::size_t mark = std::min(target.find('?'), target.size());
    const std::string_view path = std::string_view(target).substr(0, mark);
    sigv4::CanonicalRequest canonical;
    canonical.method = request.method;
    // Every service but S3 encodes the path once more.
    canonical.path =
        scope.service == "s3" ? std::string(path) : percent_encode(without_dot_segments(path), "/");
    if (mark < target.size()) canonical.query = target.substr(mark + 1);
    canonical.headers.assign(headers.begin(), headers.end());
    canonical.body_hash = hash;
    request.headers.push_back(
        {"Authorization",
         "AWS4-HMAC-SHA256 Credential=" + credentials.access_key_id + '/' + scope.text() +
             ", SignedHeaders=" + sigv4::signed_headers(canonical) +
             ", Signature=" + sigv4::signature(canonical, scope, credentials.secret_access_key)});
}

}  // namespace stepwell::aws
