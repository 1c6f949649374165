#include "integrations/items/folder_actions.hpp"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <utility>

#include "engine/base/ascii.hpp"
#include "engine/base/digest.hpp"
#include "engine/base/payload.hpp"
#include "engine/base/utf8.hpp"
#include "integrations/base64.hpp"

namespace stepwell::items {

namespace {

using ActionResult = Result<Json, aws::Error>;

aws::Error error_of(aws::Error::Kind kind, std::string message) {
    aws::Error error;
    error.kind = kind;
    error.service_id = "S3";
    error.message = std::move(message);
    return error;
}

}  // namespace

aws::Error to_aws_error(const ObjectError& from) {
    aws::Error error = error_of(aws::Error::Kind::refused, from.message);
    error.code = from.code;
    // The exceptions that the model of S3 has.
    for (const char* known : {"NoSuchBucket", "NoSuchKey", "BucketAlreadyOwnedByYou"}) {
        if (from.code == known) error.exception = known;
    }
    error.status = from.status;
    return error;
}

aws::Error object_too_large() {
    aws::Error error = error_of(aws::Error::Kind::unreadable, "The object is too large");
    error.http = HttpError::Kind::too_large;
    return error;
}

namespace {

aws::Error missing(std::string_view name) {
    return error_of(aws::Error::Kind::parameters,
                    "The field '" + std::string(name) + "' is required but was missing");
}

std::optional<std::string> text(const Json& parameters, std::string_view name) {
    const auto found = parameters.is_object() ? parameters.find(name) : parameters.end();
    if (found == parameters.end() || !found->is_string()) return std::nullopt;
    return found->get<std::string>();
}

Result<ObjectName, aws::Error> object_of(const Json& parameters) {
    auto bucket = text(parameters, "Bucket");
    auto key = text(parameters, "Key");
    if (!bucket) return missing("Bucket");
    if (!key) return missing("Key");
    return ObjectName{std::move(*bucket), std::move(*key),
                      text(parameters, "VersionId").value_or("")};
}

/// What the folder did, or S3's error.
template <class T>
Result<T, aws::Error> asked(Stored<T> result) {
    if (!result) return to_aws_error(result.error());
    return Result<T, aws::Error>(boost::system::in_place_value, std::move(*result));
}

/// A part of an object: `bytes=0-9`, `bytes=5-`, `bytes=-3`.
struct Range {
    std::uint64_t begin = 0;
    std::uint64_t end = 0;  ///< one behind the last byte
};

std::optional<std::uint64_t> number(std::string_view digits) {
    std::uint64_t value = 0;
    const auto [stopped, ec] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (ec != std::errc() || stopped != digits.data() + digits.size()) return std::nullopt;
    return value;
}

/// RFC 9110, section 14.1.2. nullopt: nothing that S3 heeds. An empty range: none that can be
/// served.
std::optional<Range> parse_range(std::string_view range, std::uint64_t size) {
    constexpr std::string_view kUnit = "bytes=";
    const std::size_t dash = range.find('-');
    if (!range.starts_with(kUnit) || dash == std::string_view::npos) return std::nullopt;
    const auto first = range.substr(kUnit.size(), dash - kUnit.size());
    const auto last = range.substr(dash + 1);
    if (first.empty()) {
        const auto count = number(last);
        if (!count) return std::nullopt;
        return Range{size - std::min(*count, size), size};
    }
    const auto begin = number(first);
    const auto end = last.empty() ? std::optional(size) : number(last);
    if (!begin || !end) return std::nullopt;
    if (*begin >= size) return Range{};
    return Range{*begin, last.empty() ? size : std::min(size, *end + 1)};
}

Json description(const ObjectInfo& info) {
    Json out = Json::object();
    out["AcceptRanges"] = "bytes";
    out["ContentLength"] = info.size;
    out["ContentType"] = "binary/octet-stream";
    out["ETag"] = info.etag;
    out["LastModified"] = to_iso8601(info.last_modified);
    out["Metadata"] = Json::object();
    out["ServerSideEncryption"] = "AES256";
    return out;
}

ActionResult get_object(FolderStore& store, const Json& parameters) {
    const ObjectName name = TRY(object_of(parameters));
    const ObjectInfo info = TRY(asked(store.head(name)));
    Range range{0, info.size};
    Json out = description(info);
    if (const auto asked_for = text(parameters, "Range")) {
        const auto part = parse_range(*asked_for, info.size);
        if (part && part->begin >= part->end) {
            return to_aws_error(
                {"InvalidRange", "The requested range is not satisfiable", 416, {}, {}});
        }
        if (part) {
            range = *part;
            out["ContentLength"] = range.end - range.begin;
            out["ContentRange"] = "bytes " + std::to_string(range.begin) + "-" +
                                  std::to_string(range.end - 1) + "/" + std::to_string(info.size);
        }
    }
    if (range.end - range.begin > kMaxPayloadBytes) {
        return object_too_large();
    }
    ObjectPart part = TRY(asked(store.get({}, name, range.begin, range.end - range.begin)));
    out["Body"] = to_valid_utf8(part.bytes);
    return ActionResult(boost::system::in_place_value, std::move(out));
}

ActionResult head_object(FolderStore& store, const Json& parameters) {
    const ObjectName name = TRY(object_of(parameters));
    auto info = store.head(name);
    if (!info) {
        ObjectError error = info.error();
        // An answer to HEAD does not say whether it is the bucket that is missing; the SDK for Java
        // 2 takes it for the key (aws/aws-sdk-java-v2#830).
        if (error.status == 404) {
            error.code = "NoSuchKey";
            error.message = "The specified key does not exist.";
        }
        return to_aws_error(error);
    }
    return ActionResult(boost::system::in_place_value, description(*info));
}

std::string crc32_base64(std::string_view bytes) {
    const auto sum = ::crc32_z(0, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size());
    std::string big_endian;
    for (const int shift : {24, 16, 8, 0})
        big_endian += static_cast<char>(static_cast<unsigned char>(sum >> shift));
    return base64::encode(big_endian);
}

/// Step Functions sends a Body as JSON text, strings with their quotes.
ActionResult put_object(FolderStore& store, const Json& parameters) {
    const ObjectName name = TRY(object_of(parameters));
    const auto body = parameters.find("Body");
    const std::string bytes = body == parameters.end() ? std::string() : write_json(*body);
    (void)TRY(asked(store.put({}, name, bytes)));
    Json out = Json::object();
    out["ChecksumCRC32"] = crc32_base64(bytes);
    out["ChecksumType"] = "FULL_OBJECT";
    out["ETag"] = "\"" + *hex_digest("MD5", bytes) + "\"";
    out["ServerSideEncryption"] = "AES256";
    return ActionResult(boost::system::in_place_value, std::move(out));
}

ActionResult delete_object(FolderStore& store, const Json& parameters) {
    const ObjectName name = TRY(object_of(parameters));
    (void)TRY(asked(store.remove(name)));
    return ActionResult(boost::system::in_place_value, Json::object());
}

ActionResult delete_objects(FolderStore& store, const Json& parameters) {
    const auto bucket = text(parameters, "Bucket");
    if (!bucket) return missing("Bucket");
    const auto deletion = parameters.find("Delete");
    const bool listed = deletion != parameters.end() && deletion->is_object() &&
                        deletion->contains("Objects") && (*deletion)["Objects"].is_array();
    if (!listed) return missing("Delete");
    Json deleted = Json::array();
    for (const Json& object : (*deletion)["Objects"]) {
        const auto key = text(object, "Key");
        if (!key) return missing("Key");
        (void)TRY(asked(store.remove({*bucket, *key, {}})));
        deleted.push_back(Json::object());
        deleted.back()["Key"] = *key;
    }
    Json out = Json::object();
    out["Deleted"] = std::move(deleted);
    return ActionResult(boost::system::in_place_value, std::move(out));
}

/// `%20` → a blank. RFC 3986, section 2.1.
std::string percent_decoded(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        unsigned value = 0;
        const char* digits = text.data() + i + 1;
        if (text[i] == '%' && i + 2 < text.size() &&
            std::from_chars(digits, digits + 2, value, 16).ptr == digits + 2) {
            out += static_cast<char>(static_cast<unsigned char>(value));
            i += 2;
        } else {
            out += text[i];
        }
    }
    return out;
}

Stored<std::monostate> copy(FolderStore& store, const ObjectName& from, const ObjectName& to) {
    constexpr std::size_t kPiece = std::size_t{1} << 20U;
    const auto upload = TRY(store.upload({}, to));
    for (std::uint64_t offset = 0;;) {
        const ObjectPart part = TRY(store.get({}, from, offset, kPiece));
        if (part.bytes.empty() && offset < part.object_size)
            return ObjectError{"InternalError", "The object has changed", 500, {}, {}};
        if (part.bytes.empty()) return upload->finish();
        (void)TRY(upload->append(part.bytes));
        offset += part.bytes.size();
    }
}

ActionResult copy_object(FolderStore& store, const Json& parameters) {
    const ObjectName name = TRY(object_of(parameters));
    const auto source = text(parameters, "CopySource");
    if (!source) return missing("CopySource");
    std::string path = percent_decoded(source->substr(0, source->find('?')));
    if (path.starts_with('/')) path.erase(0, 1);
    const std::size_t slash = path.find('/');
    if (slash == std::string::npos)
        return to_aws_error({"InvalidArgument", "Invalid copy source object key", 400, {}, {}});
    const ObjectName from{path.substr(0, slash), path.substr(slash + 1), {}};
    (void)TRY(asked(copy(store, from, name)));
    const ObjectInfo info = TRY(asked(store.head(name)));
    Json out = Json::object();
    out["CopyObjectResult"] = Json::object();
    out["CopyObjectResult"]["ETag"] = info.etag;
    out["CopyObjectResult"]["LastModified"] = to_iso8601(info.last_modified);
    out["ServerSideEncryption"] = "AES256";
    return ActionResult(boost::system::in_place_value, std::move(out));
}

Json contents_of(const ObjectList& list) {
    Json contents = Json::array();
    for (const ObjectInfo& object : list.objects) {
        Json& entry = contents.emplace_back(Json::object());
        entry["ETag"] = object.etag;
        entry["Key"] = object.key;
        entry["LastModified"] = to_iso8601(object.last_modified);
        entry["Size"] = object.size;
        entry["StorageClass"] = object.storage_class;
    }
    return contents;
}

std::size_t max_keys(const Json& parameters) {
    constexpr std::size_t kMost = 1'000;
    const auto found = parameters.find("MaxKeys");
    if (found == parameters.end() || !found->is_number_integer()) return kMost;
    return std::min<std::size_t>(
        kMost, static_cast<std::size_t>(std::max<std::int64_t>(0, found->get<std::int64_t>())));
}

/// What ListObjects and ListObjectsV2 have in common. `after` is where the page begins.
Result<std::pair<ObjectList, Json>, aws::Error> list(FolderStore& store, const Json& parameters,
                                                     const std::string& after) {
    const auto bucket = text(parameters, "Bucket");
    if (!bucket) return missing("Bucket");
    ListRequest request{.bucket = *bucket};
    request.prefix = text(parameters, "Prefix").value_or("");
    request.delimiter = text(parameters, "Delimiter").value_or("");
    request.start_after = after;
    request.max_keys = max_keys(parameters);
    ObjectList found = TRY(asked(store.list({}, request)));
    Json out = Json::object();
    if (!found.common_prefixes.empty()) {
        out["CommonPrefixes"] = Json::array();
        for (const std::string& prefix : found.common_prefixes) {
            out["CommonPrefixes"].push_back(Json::object());
            out["CommonPrefixes"].back()["Prefix"] = prefix;
        }
    }
    if (!found.objects.empty()) out["Contents"] = contents_of(found);
    if (!request.delimiter.empty()) out["Delimiter"] = request.delimiter;
    out["IsTruncated"] = found.truncated;
    out["MaxKeys"] = request.max_keys;
    out["Name"] = *bucket;
    out["Prefix"] = request.prefix;
    return std::pair(std::move(found), std::move(out));
}

ActionResult list_objects_v2(FolderStore& store, const Json& parameters) {
    const auto token = text(parameters, "ContinuationToken");
    std::string after = text(parameters, "StartAfter").value_or("");
    if (token) {
        auto decoded = base64::decode(*token);
        if (!decoded)
            return to_aws_error(
                {"InvalidArgument", "The continuation token provided is incorrect", 400, {}, {}});
        after = std::move(*decoded);
    }
    auto [found, out] = TRY(list(store, parameters, after));
    out["KeyCount"] = found.objects.size() + found.common_prefixes.size();
    if (token) out["ContinuationToken"] = *token;
    if (found.truncated) out["NextContinuationToken"] = base64::encode(found.last);
    if (const auto start = text(parameters, "StartAfter")) out["StartAfter"] = *start;
    return ActionResult(boost::system::in_place_value, std::move(out));
}

ActionResult list_objects(FolderStore& store, const Json& parameters) {
    const std::string marker = text(parameters, "Marker").value_or("");
    auto [found, out] = TRY(list(store, parameters, marker));
    out["Marker"] = marker;
    if (found.truncated) out["NextMarker"] = found.last;
    return ActionResult(boost::system::in_place_value, std::move(out));
}

struct Action {
    std::string_view name;  ///< in lower case
    ActionResult (*carry_out)(FolderStore& store, const Json& parameters);
};

constexpr Action kActions[] = {
    {"copyobject", &copy_object},        {"deleteobject", &delete_object},
    {"deleteobjects", &delete_objects},  {"getobject", &get_object},
    {"headobject", &head_object},        {"listobjects", &list_objects},
    {"listobjectsv2", &list_objects_v2}, {"putobject", &put_object},
};

}  // namespace

aws::CallResult call_folder(FolderStore& store, std::string_view action, const Json& parameters) {
    const std::string name = ascii_lower(action);
    const auto* row = std::find_if(std::begin(kActions), std::end(kActions),
                                   [&](const Action& a) { return a.name == name; });
    if (row == std::end(kActions)) {
        return error_of(aws::Error::Kind::unknown_action,
                        "the folder of --s3-folder keeps objects only; it does not have '" +
                            std::string(action) + "'");
    }
    aws::Answer answer;
    answer.output = TRY(row->carry_out(store, parameters));
    return answer;
}

}  // namespace stepwell::items
