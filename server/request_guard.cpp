#include "server/request_guard.hpp"

#include <arpa/inet.h>

#include <string>

#include "engine/base/ascii.hpp"

namespace stepwell::server {

namespace {

std::string_view without_port(std::string_view host) {
    if (host.starts_with('[')) return host.substr(0, host.find(']') + 1);
    return host.substr(0, host.find(':'));
}

bool is_ip_address(std::string_view name) {
    in_addr v4{};
    in6_addr v6{};
    if (name.size() > 2 && name.front() == '[' && name.back() == ']') {
        return inet_pton(AF_INET6, std::string(name.substr(1, name.size() - 2)).c_str(), &v6) == 1;
    }
    return inet_pton(AF_INET, std::string(name).c_str(), &v4) == 1;
}

/// Whether the page that sent the request came from this very server.
bool is_own_origin(std::string_view origin, std::string_view host) {
    for (const std::string_view scheme : {"http://", "https://"}) {
        if (starts_with_ignoring_case(origin, scheme)) {
            return !host.empty() && equals_ignoring_case(origin.substr(scheme.size()), host);
        }
    }
    return false;  // `null`, an extension, another scheme
}

/// The three types that a form or a script of any page may send unasked.
bool is_form_content(std::string_view content_type) {
    const std::string_view type = content_type.substr(0, content_type.find_first_of("; \t"));
    return equals_ignoring_case(type, "application/x-www-form-urlencoded") ||
           equals_ignoring_case(type, "multipart/form-data") ||
           equals_ignoring_case(type, "text/plain");
}

}  // namespace

bool is_local_host(std::string_view host) {
    const std::string_view name = without_port(host);
    return is_ip_address(name) || equals_ignoring_case(name, "localhost") ||
           ends_with_ignoring_case(name, ".localhost");
}

std::optional<std::string_view> refuse_forgeable(bool is_post, const BrowserHeaders& headers) {
    if (!headers.origin.empty()) {
        if (!is_own_origin(headers.origin, headers.host)) {
            return "Requests that a browser sends for a page of another origin are refused.";
        }
        if (!is_local_host(headers.host)) {
            return "Requests of a browser are taken under an IP address or localhost only.";
        }
    }
    if (!is_post) return std::nullopt;
    if (!headers.sec_fetch_site.empty() &&
        !equals_ignoring_case(headers.sec_fetch_site, "same-origin") &&
        !equals_ignoring_case(headers.sec_fetch_site, "none")) {
        return "Requests that a browser sends for a page of another site are refused.";
    }
    if (headers.amz_target.empty() && is_form_content(headers.content_type)) {
        return "A POST with the content type of a web form is refused: any web page could send it. "
               "Use application/json.";
    }
    return std::nullopt;
}

}  // namespace stepwell::server
