#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "engine/base/arn.hpp"
#include "engine/base/result.hpp"
#include "engine/base/time.hpp"

/// Where the objects of S3 are: behind an S3 endpoint, or in a folder.
namespace stepwell::items {

struct ObjectName {
    std::string bucket;
    std::string key;
    std::string version_id;  ///< empty: the newest

    /// As the Context Object's Map.Item.Source has it: `S3://bucket/key`.
    std::string uri() const { return "S3://" + bucket + "/" + key; }
};

/// Of `s3://bucket/key`; nullopt: it is none.
std::optional<ObjectName> object_of_uri(std::string_view uri);

/// Why S3 has not done what it was asked for, in its own words.
struct ObjectError {
    std::string code;     ///< `NoSuchKey`; empty: there was no answer
    std::string message;  ///< `The specified key does not exist.`
    unsigned status = 0;  ///< of HTTP; 0: there was no answer
    std::string request_id;
    std::string extended_request_id;

    /// As AWS quotes it in a cause: `The specified key does not exist. (Service: Amazon S3; Status
    /// Code: 404; Error Code: NoSuchKey; …)`.
    std::string cause() const;
};

template <class T>
using Stored = Result<T, ObjectError>;

struct ObjectPart {
    std::string bytes;
    std::uint64_t object_size = 0;
    /// Changes when the object is written anew.
    std::string version;
};

struct ObjectInfo {
    std::string key;
    std::string etag;  ///< with its quotes, as S3 has them
    TimePoint last_modified;
    std::uint64_t size = 0;
    std::string storage_class;  ///< may be empty
};

struct ListRequest {
    std::string bucket;
    std::string prefix = {};
    std::string delimiter = {};    ///< empty: none
    std::string start_after = {};  ///< keys behind this one, in the order of their UTF-8 bytes
    std::size_t max_keys = 1000;   ///< S3 gives at most 1,000
};

struct ObjectList {
    std::vector<ObjectInfo> objects;
    std::vector<std::string> common_prefixes;
    bool truncated = false;
    /// The last key or common prefix of this page, where it is truncated: what the next page starts
    /// after.
    std::string last;
};

/// An object in the making, which appears as a whole when it is finished.
class ObjectUpload {
public:
    virtual ~ObjectUpload() = default;
    virtual Stored<std::monostate> append(std::string_view bytes) = 0;
    /// Nothing may follow. Without it the object does not come to be.
    virtual Stored<std::monostate> finish() = 0;
};

/// Keeps objects. Thread-safe. Every function blocks, so is called on a thread that may wait, never
/// on a shard and never on the IoLoop.
class ObjectStore {
public:
    virtual ~ObjectStore() = default;

    /// At most `length` bytes from `offset`; none behind the object's end.
    virtual Stored<ObjectPart> get(const Owner& owner, const ObjectName& name, std::uint64_t offset,
                                   std::size_t length) = 0;
    virtual Stored<ObjectList> list(const Owner& owner, const ListRequest& request) = 0;
    virtual Stored<std::monostate> put(const Owner& owner, const ObjectName& name,
                                       std::string_view bytes) = 0;
    /// For objects of up to 5 TB, written piece by piece.
    virtual Stored<std::unique_ptr<ObjectUpload>> upload(const Owner& owner,
                                                         const ObjectName& name) = 0;
    /// Ends all waiting, now and later: calls fail at once.
    virtual void stop() = 0;
};

}  // namespace stepwell::items
