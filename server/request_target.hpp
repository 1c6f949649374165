#pragma once

#include <optional>
#include <string_view>

namespace stepwell::server {

/// A request target as a client of ours signs it: from the path on, with the query. nullopt as
/// below.
std::optional<std::string_view> origin_form(std::string_view target);

/// The path of a request target without its query, or nullopt for a target that names no resource
/// here
/// (`host:port` of CONNECT, `*` of OPTIONS, another scheme than http and https).
///
/// A target in absolute form is served like any other, whatever host it names, and never forwarded:
/// with HTTP_PROXY set to our own URL, a client's call to `http://sync-127.0.0.1:8083/` arrives
/// here. RFC 9112, section 3.2.2.
std::optional<std::string_view> request_path(std::string_view target);

}  // namespace stepwell::server
