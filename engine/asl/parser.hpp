#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/asl/model.hpp"

namespace stepwell::asl {

/// The most bytes a definition may have. Developer Guide, "Service quotas": 1 MB for a request.
inline constexpr std::size_t kMaxDefinitionBytes = 1'048'576;

enum class Severity { error, warning };

/// One finding, as ValidateStateMachineDefinition reports it.
struct Diagnostic {
    Severity severity = Severity::error;
    std::string code;      ///< "SCHEMA_VALIDATION_FAILED"
    std::string message;   ///< "Missing 'Next' target: x"
    std::string location;  ///< "/States/S/Next"; "/" for the top; empty where AWS gives none
    bool operator==(const Diagnostic&) const = default;
};

struct Parsed {
    /// Null if any diagnostic is an error.
    std::shared_ptr<const StateMachine> machine;
    /// All findings in the order of the text; warnings included.
    std::vector<Diagnostic> diagnostics;
};

class SdkActions;

/// Parses and validates a definition: all diagnostics at once, in AWS's forms.
/// CreateStateMachine, UpdateStateMachine, ValidateStateMachineDefinition, TestState and `stepwell
/// validate` share it. `sdk_actions` says which actions of `aws-sdk:` there are; with nullptr only
/// their form is looked at.
Parsed parse(std::string_view definition, WorkflowType type,
             const SdkActions* sdk_actions = nullptr);

/// A definition that was taken before, perhaps by an older version: it runs on. What only its
/// author is told, of the parameters of requests and the actions of `aws-sdk:`, is not looked at
/// again.
Parsed parse_stored(std::string_view definition, WorkflowType type);

/// The message of InvalidDefinition for these errors (warnings are left out):
/// `Invalid State Machine Definition: 'CODE: text at /place, CODE: text at /place'`; no location is
/// `at null`.
std::string invalid_definition_message(const std::vector<Diagnostic>& diagnostics);

}  // namespace stepwell::asl
