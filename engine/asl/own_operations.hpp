#pragma once

#include <cstdint>
#include <span>
#include <string_view>

/// The operations of Step Functions' own API, as Task states call them
/// (`arn:aws:states:::aws-sdk:sfn:<action>`). API model states, 2016-11-23, with the names in the
/// forms that Step Functions gives to SDK actions and their parameters (Developer Guide, "Learning
/// to use AWS service SDK integrations").
namespace stepwell::asl {

/// What a parameter takes. `json` is a text that holds JSON: any other value is written as one.
enum class ParameterKind : std::uint8_t { text, json, integer, number, flag, list, structure };

struct OwnParameter {
    std::string_view name;  ///< `StateMachineArn`
    ParameterKind kind = ParameterKind::text;
    bool required = false;
};

struct OwnOperation {
    std::string_view action;  ///< `startExecution`
    std::span<const OwnParameter> parameters;

    /// nullptr where it has no such parameter.
    const OwnParameter* find(std::string_view name) const;
};

/// nullptr where there is no such operation.
const OwnOperation* find_own_operation(std::string_view action);

}  // namespace stepwell::asl
