#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "integrations/items/folder_store.hpp"

namespace stepwell::items {

/// A folder of buckets, gone at the end.
class TemporaryBuckets {
public:
    TemporaryBuckets();
    ~TemporaryBuckets();
    TemporaryBuckets(const TemporaryBuckets&) = delete;
    TemporaryBuckets& operator=(const TemporaryBuckets&) = delete;

    const std::filesystem::path& path() const { return path_; }
    FolderStore& store() { return *store_; }
    /// Writes a file, with the folders on the way to it: `bucket/key`.
    void write(const std::string& name, std::string_view content);
    std::string read(const std::string& name) const;

private:
    std::filesystem::path path_;
    std::unique_ptr<FolderStore> store_;
};

/// As a gzip file has it.
std::string gzipped(std::string_view text);
/// As a zstd file has it.
std::string zstandard(std::string_view text);

}  // namespace stepwell::items
