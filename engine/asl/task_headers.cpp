#include "engine/asl/task_headers.hpp"

#include <algorithm>
#include <span>

#include "engine/asl/fields.hpp"
#include "engine/base/ascii.hpp"

namespace stepwell::asl {
namespace {

/// Developer Guide, "Create API Gateway REST APIs with Step Functions", Headers.
constexpr std::string_view kOfApiGateway[] = {
    "authorization",
    "connection",
    "content-md5",
    "expect",
    "host",
    "max-forwards",
    "server",
    "proxy-authenticate",
    "te",
    "transfer-encoding",
    "trailer",
    "upgrade",
    "via",
    "www-authenticate",
};
constexpr std::string_view kPrefixesOfApiGateway[] = {"x-forwarded", "x-amz", "x-amzn"};

/// Developer Guide: "You can't use the following headers in your HTTP Task definition". It leaves
/// Authorization out, which is refused too
/// (dev.classmethod.jp/articles/stepfunctions-http-endpoint-unsupported-authorization-header).
constexpr std::string_view kOfHttpTask[] = {
    "a-im",
    "accept-charset",
    "accept-datetime",
    "accept-encoding",
    "authorization",
    "cache-control",
    "connection",
    "content-encoding",
    "content-md5",
    "date",
    "expect",
    "forwarded",
    "from",
    "host",
    "http2-settings",
    "if-match",
    "if-modified-since",
    "if-none-match",
    "if-range",
    "if-unmodified-since",
    "max-forwards",
    "origin",
    "pragma",
    "proxy-authorization",
    "referer",
    "server",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "via",
    "warning",
};
constexpr std::string_view kPrefixesOfHttpTask[] = {"x-forwarded-", "x-amz-", "x-amzn-"};

bool is_among(std::string_view name, std::span<const std::string_view> names,
              std::span<const std::string_view> prefixes) {
    return std::ranges::find(names, name) != names.end() ||
           std::ranges::any_of(prefixes,
                               [&](std::string_view prefix) { return name.starts_with(prefix); });
}

}  // namespace

std::optional<std::string> unsupported_headers(std::string_view service,
                                               const std::vector<std::string>& names) {
    const bool gateway = service == "apigateway";
    if (!gateway && service != "http") return std::nullopt;
    std::vector<std::string> unsupported;
    for (const std::string& name : names) {
        std::string lower = ascii_lower(std::string_view(name));
        if (gateway ? is_among(lower, kOfApiGateway, kPrefixesOfApiGateway)
                    : is_among(lower, kOfHttpTask, kPrefixesOfHttpTask))
            unsupported.push_back(std::move(lower));
    }
    if (unsupported.empty()) return std::nullopt;
    return "The 'Headers' field contains unsupported values: " + listed(unsupported);
}

}  // namespace stepwell::asl
