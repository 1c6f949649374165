#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.hpp"
#include "integrations/items/object_store.hpp"

/// Lists of files that other services of AWS write. Developer Guide, "ItemReader (Map)".
namespace stepwell::items {

struct Inventory {
    std::vector<ObjectName> files;     ///< CSV, mostly compressed with gzip
    std::vector<std::string> columns;  ///< `Bucket`, `Key`, `Size` …
};

/// The manifest.json of an S3 Inventory report, read from `manifest`; its files stand in the same
/// bucket. S3 User Guide, "Locating your inventory list", "Inventory manifest".
Evaluated<Inventory> read_inventory(std::string_view text, const ObjectName& manifest);

/// The manifest of an Athena UNLOAD query: one `s3://bucket/key` a line. Athena User Guide,
/// "Working with query results": "Data manifest file".
Evaluated<std::vector<ObjectName>> read_athena_manifest(std::string_view text);

}  // namespace stepwell::items
