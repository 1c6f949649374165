#pragma once

#include <string>
#include <string_view>

#include "integrations/models/service_models.hpp"

/// How Step Functions names what the API models name: after AWS's SDKs for Java, on which its
/// integrations are built. Developer Guide, "Learning to use AWS service SDK integrations", "API
/// naming conventions".
namespace stepwell::aws {

/// How a service's answer is shown: names, dates and metadata differ between the integrations that
/// were built on the SDK for Java 1 (`dynamodb:…`) and on 2 (`aws-sdk:dynamodb:…`).
enum class Style { optimized, sdk };

/// `DynamoDB` → `DynamoDb`, `SageMaker A2I Runtime` → `SageMakerA2IRuntime`: how the SDK for Java 2
/// makes a class name of words.
std::string pascal_case(std::string_view text);

/// What errors of a service begin with: `Secrets Manager` → `SecretsManager`, `Config Service` →
/// `Config`.
std::string service_prefix(std::string_view service_id);

/// The exception that an error shape becomes: `NoSuchKey` → `NoSuchKeyException`,
/// `DBInstanceNotFoundFault` → `DbInstanceNotFoundException`.
std::string exception_name(std::string_view shape_name);

/// What `aws-sdk:<service>:<action>` calls an operation: `PutItem` → `putItem`.
std::string action_name(std::string_view operation_name);

/// What a member is called in parameters and results: `functionName` → `FunctionName`, and in the
/// sdk style also `DBInstanceIdentifier` → `DbInstanceIdentifier`, `equals` → `EqualsValue`.
std::string member_name(std::string_view model_name, Style style);

/// The member that a Task's parameters call `name`, in either style's spelling or in the model's
/// own; null where there is none.
const models::Member* find_member(const models::Shape& shape, std::string_view name);

}  // namespace stepwell::aws
