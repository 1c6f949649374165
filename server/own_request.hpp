#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "api/api.hpp"

namespace stepwell::server {

/// A request to what Stepwell itself offers below `/_stepwell/`.
struct OwnRequest {
    std::string method;  ///< `PUT`
    std::string path;    ///< still percent-encoded, without the query
    std::string body;
};

/// Text with its `%XX` decoded; nullopt where one is none.
std::optional<std::string> percent_decoded(std::string_view text);

}  // namespace stepwell::server
