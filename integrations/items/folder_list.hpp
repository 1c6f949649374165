#pragma once

#include "integrations/items/folder_etag.hpp"
#include "integrations/items/object_store.hpp"

namespace stepwell::items {

/// A page of ListObjectsV2 over the folder `bucket`: all regular files below it, in the order of
/// their keys' UTF-8 bytes. What a symbolic link leads to, and names that are no UTF-8, are left
/// out.
Stored<ObjectList> list_folder(int bucket, const ListRequest& request, EtagCache& etags);

}  // namespace stepwell::items
