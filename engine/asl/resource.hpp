#pragma once

#include <string>
#include <string_view>

#include "engine/asl/model.hpp"
#include "engine/base/result.hpp"

namespace stepwell::asl {

/// Why a Resource is refused: `Value is not a valid resource ARN`, or `The resource provided … is
/// not recognized. …`.
struct ResourceError {
    std::string message;
};

/// `The resource provided … is not recognized. …`.
ResourceError unrecognized_resource(std::string_view arn);

/// Reads a Task's Resource and looks it up in the table of optimized integrations (Developer Guide,
/// "Integrating optimized services"). Of `aws-sdk:<service>:<action>` only the form is checked, and
/// the action where the service is Step Functions (`sfn`); SdkActions know more.
Result<TaskResource, ResourceError> parse_resource(std::string_view arn);

}  // namespace stepwell::asl
