#pragma once

#include <optional>
#include <string_view>

namespace stepwell::server {

/// The headers by which a browser says who makes it send a request; empty where absent.
struct BrowserHeaders {
    std::string_view host = {};
    std::string_view origin = {};
    std::string_view sec_fetch_site = {};
    std::string_view content_type = {};
    /// X-Amz-Target: a browser sends it for a page of another site only after asking us (CORS
    /// preflight).
    std::string_view amz_target = {};
};

/// Why a request is refused that a web page could have made a browser send, or nullopt for any
/// other.
///
/// Stepwell takes every signature unchecked, so that a page open in the user's browser must not be
/// able to drive it: neither by a POST that needs no preflight (a form, text/plain), nor through a
/// name of its own that it lets point at 127.0.0.1 (DNS rebinding), where the browser takes page
/// and server for one site. SDKs, the CLI and curl send no Origin and pass. Fetch standard,
/// "CORS-safelisted request-header"; Fetch Metadata, "Sec-Fetch-Site".
std::optional<std::string_view> refuse_forgeable(bool is_post, const BrowserHeaders& headers);

/// Whether a Host names this machine in a way that no web site can own: an IP address, localhost or
/// a name below it.
bool is_local_host(std::string_view host);

}  // namespace stepwell::server
