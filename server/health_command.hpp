#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace stepwell::server {

/// `stepwell health [OPTIONS of serve]`: asks the server that these options, variables or this
/// configuration file would start whether it serves. For a container whose image holds no curl.
struct Health {
    std::string address;  ///< an IP address; a wildcard stands for loopback
    std::uint16_t port = 0;
};

/// nullopt where `GET /health` was answered with 200 within two seconds, else why not, in one line.
std::optional<std::string> check_health(const Health& command);

}  // namespace stepwell::server
