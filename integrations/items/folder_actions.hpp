#pragma once

#include <string_view>

#include "integrations/aws/client.hpp"
#include "integrations/items/folder_store.hpp"

namespace stepwell::items {

/// Carries out an action of S3 on a folder, as `aws-sdk:s3:getObject` calls it: GetObject,
/// HeadObject, PutObject, DeleteObject, DeleteObjects, CopyObject, ListObjects and ListObjectsV2.
/// Blocks. Parameters and answer are named as Step Functions names them; errors are S3's.
///
/// A folder keeps no more than bytes: content types, metadata, versions and encryption are not
/// remembered. An object that is larger than a state may hold is not read: `too_large`.
aws::CallResult call_folder(FolderStore& store, std::string_view action, const Json& parameters);

aws::Error to_aws_error(const ObjectError& from);
/// What is larger than may be read.
aws::Error object_too_large();

}  // namespace stepwell::items
