#pragma once

#include <mutex>
#include <string>
#include <unordered_map>

#include "integrations/items/object_store.hpp"

namespace stepwell::items {

/// ETags of files: what their content's digest was when it was last looked at. Thread-safe.
class EtagCache {
public:
    /// Of the open file `fd`, with quotes: the MD5 of its content, as S3 has it for objects put at
    /// once; for files over 8 MiB a value of the form that multipart uploads get (`"…-2"`), made
    /// without reading them. Empty where the file cannot be read.
    std::string etag_of(int fd);

private:
    std::mutex mutex_;
    std::unordered_map<std::string, std::string> by_identity_;
};

/// What S3 would say of the open file `fd`.
Stored<ObjectInfo> describe_file(int fd, const std::string& key, EtagCache& etags);

}  // namespace stepwell::items
