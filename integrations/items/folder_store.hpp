#pragma once

#include <filesystem>
#include <memory>

#include "integrations/items/object_store.hpp"

namespace stepwell::items {

/// S3 as a plain folder: each bucket is a sub-folder, each object a file in it, whose path is its
/// key.
///
/// Nothing outside of the folder is read or written: symbolic links are not followed, and a key
/// that is no path below the bucket (`../x`, `/x`, `a//b`) names no object. Buckets are not made: a
/// missing sub-folder is a missing bucket. An object that is written appears as a whole; until then
/// it stands in the folder `.stepwell-uploads` beside the buckets.
class FolderStore : public ObjectStore {
public:
    /// `root` exists and is a folder.
    explicit FolderStore(const std::filesystem::path& root);
    ~FolderStore() override;

    Stored<ObjectPart> get(const Owner& owner, const ObjectName& name, std::uint64_t offset,
                           std::size_t length) override;
    Stored<ObjectList> list(const Owner& owner, const ListRequest& request) override;
    Stored<std::monostate> put(const Owner& owner, const ObjectName& name,
                               std::string_view bytes) override;
    Stored<std::unique_ptr<ObjectUpload>> upload(const Owner& owner,
                                                 const ObjectName& name) override;
    void stop() override {}

    /// What only the folder's own S3 actions need.
    Stored<ObjectInfo> head(const ObjectName& name);
    Stored<std::monostate> remove(const ObjectName& name);

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace stepwell::items
