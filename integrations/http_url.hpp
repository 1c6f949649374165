#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "engine/base/result.hpp"

namespace stepwell {

/// Where an outbound call goes.
struct HttpUrl {
    bool tls = false;
    std::string host;  ///< a name or an address, IPv6 without its brackets
    std::uint16_t port = 80;
    /// Path and query: `/`, `/base?x=1`; begins with a slash.
    std::string target = "/";

    /// The value of a Host header: `localhost:3001`, `[::1]:3001`, `example.com`.
    std::string authority() const;
    bool operator==(const HttpUrl&) const = default;
};

struct UrlError {
    std::string message;
};

/// An absolute http or https URL (RFC 3986); user information is refused, a fragment is dropped.
Result<HttpUrl, UrlError> parse_http_url(std::string_view text);

}  // namespace stepwell
