#pragma once

#include <optional>
#include <string>

namespace stepwell::items {

/// Where Map Runs find the objects of S3, and what reads Parquet. Plain values, filled by server/.
struct ItemOptions {
    /// A folder whose sub-folders are the buckets; goes before every endpoint of S3.
    std::optional<std::string> s3_folder;
    /// parquet_lines.mjs; empty: it is looked for (ParquetProgram).
    std::string parquet_helper;
};

}  // namespace stepwell::items
