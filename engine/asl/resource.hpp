#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "engine/asl/model.hpp"
#include "engine/base/result.hpp"

namespace stepwell::asl {

/// A Task that workers poll for: `arn:aws:states:<region>:<account>:activity:<name>`.
struct ActivityResource {};

/// What a Task's Resource names.
using AnyResource = std::variant<LambdaResource, ServiceResource, ActivityResource>;

/// Why a Resource is refused: `Value is not a valid resource ARN`, or `The resource provided … is
/// not recognized. …`.
struct ResourceError {
    std::string message;
};

/// Reads a Task's Resource and looks it up in the table of optimized integrations (Developer Guide,
/// "Integrating optimized services"). Of `aws-sdk:<service>:<action>` only the form is checked.
Result<AnyResource, ResourceError> parse_resource(std::string_view arn);

}  // namespace stepwell::asl
