#pragma once

#include <functional>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "server/eval_command.hpp"
#include "server/health_command.hpp"
#include "server/mock_command.hpp"
#include "server/settings.hpp"
#include "server/validate_command.hpp"

namespace stepwell::server {

/// The value of an environment variable, or nullopt where it is not set.
using Environment = std::function<std::optional<std::string>(const std::string& name)>;

/// `stepwell serve`.
struct Serve {
    Settings settings;
    /// One line each for the log, once there is one: what was found and is not used.
    std::vector<std::string> warnings;
};
/// `--help`, `--version`: text for standard output.
struct Print {
    std::string text;
};
/// What cannot be understood: one line that says what is wrong and what would be right.
struct UsageError {
    std::string message;
};
using Command = std::variant<Serve, Validate, Eval, MockInit, Health, Print, UsageError>;

/// What the arguments (without the program's name) ask for. What they leave open is taken from our
/// environment variables (STEPWELL_…), then from those of AWS's local tool, then from
/// stepwell.yaml, then from the defaults. Reads stepwell.yaml: the file named by --config or
/// STEPWELL_CONFIG, else the one in the current folder, if any.
Command parse_command_line(const std::vector<std::string>& arguments,
                           const Environment& environment);

}  // namespace stepwell::server
