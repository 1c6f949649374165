#pragma once

#include "engine/base/json.hpp"
#include "integrations/http_client.hpp"

/// What the SDK for Java 1, on which the optimized integrations are built, puts into results.
namespace stepwell {

/// `SdkHttpMetadata`: each header with all its values in the order of the answer, and each once in
/// that of names. Recorded: lambda_task_service, sfn_task_service, dynamodb_task_service. Which
/// headers are shown is the caller's choice; of two of one name the first counts.
Json http_metadata(unsigned status, const HttpHeaders& headers);

/// The object's members in the order of their names, as results have them.
Json in_name_order(const Json& object);

}  // namespace stepwell
