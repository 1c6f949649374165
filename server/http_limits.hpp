#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace stepwell::server {

/// What one client may take of the server.
struct HttpLimits {
    std::uint32_t max_header_bytes = 64U << 10U;
    /// A definition of 1 MiB fits however its JSON is escaped (`\u00e9` is six bytes for one
    /// character).
    std::uint64_t max_body_bytes = 8U << 20U;
    std::size_t max_connections = 4096;
    /// Between two requests of a connection.
    std::chrono::milliseconds idle_timeout = std::chrono::seconds(75);
    /// From the first byte of a request to its last.
    std::chrono::milliseconds request_timeout = std::chrono::seconds(30);
    /// For the client to take an answer.
    std::chrono::milliseconds write_timeout = std::chrono::seconds(60);
    /// How often the above are looked at; they are late by at most that much.
    std::chrono::milliseconds sweep_interval = std::chrono::seconds(1);
    /// At the end of the server: for answers that are under way.
    std::chrono::milliseconds drain_timeout = std::chrono::seconds(5);
};

}  // namespace stepwell::server
