#pragma once

#include <string>
#include <string_view>

namespace stepwell::models {

/// What `aws-sdk:<name>:<action>` calls the service of this id: `Config Service` → `config`,
/// `Cognito Identity Provider` → `cognitoidentityprovider`. The package of AWS's SDK for Java 2,
/// which leaves out an `Amazon` or `AWS` before and a `Service` behind.
std::string sdk_name(std::string_view service_id);

}  // namespace stepwell::models
