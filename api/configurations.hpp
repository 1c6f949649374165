#pragma once

#include <string>

#include "api/errors.hpp"
#include "engine/base/json.hpp"
#include "engine/store.hpp"

/// What deployment tools send along with a state machine: checked, and kept as the JSON text that
/// Describe answers. Texts are equal exactly where the configurations are, so that idempotency and
/// "nothing changed" compare them.
namespace stepwell::api {

/// Answered where a machine has none. API Reference, DescribeStateMachine; conformance cases
/// sfn_api__*.
inline constexpr std::string_view kNoLogging = R"({"level":"OFF","includeExecutionData":false})";
inline constexpr std::string_view kNoTracing = R"({"enabled":false})";
inline constexpr std::string_view kOwnedKey = R"({"type":"AWS_OWNED_KEY"})";

/// Each takes the structure as it passed its shape; nullptr where the caller gave none.
Checked<std::string> parse_logging_configuration(const Json* given);
std::string parse_tracing_configuration(const Json* given);
/// "" where none was given.
Checked<std::string> parse_encryption_configuration(const Json* given);
/// A key that is given more than once has the value that comes last.
Checked<Tags> parse_tags(const Json* given);

}  // namespace stepwell::api
