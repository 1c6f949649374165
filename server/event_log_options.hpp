#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace stepwell::server {

/// Where the events go that loggingConfigurations ask for.
struct EventLogOptions {
    /// --log-folder: each log group has a file in it.
    std::optional<std::filesystem::path> folder = {};
    /// --log-events: a file with the records of all, or `stdout`.
    std::optional<std::string> all = {};
};

}  // namespace stepwell::server
