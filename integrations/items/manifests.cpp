#include "integrations/items/manifests.hpp"

#include <optional>
#include <utility>

#include "engine/base/json.hpp"
#include "integrations/items/json_elements.hpp"
#include "integrations/items/reader_config.hpp"

namespace stepwell::items {

namespace {

const std::string* text_member(const Json& object, std::string_view name) {
    const auto found = object.find(name);
    return found != object.end() && found->is_string() ? found->get_ptr<const std::string*>()
                                                       : nullptr;
}

/// `Bucket, Key, Size` → its parts, without blanks.
std::vector<std::string> columns_of(std::string_view schema) {
    std::vector<std::string> columns(1);
    for (const char c : schema) {
        if (c == ',') {
            columns.emplace_back();
        } else if (c != ' ') {
            columns.back() += c;
        }
    }
    return columns;
}

StateError no_manifest(const ObjectName& manifest, const std::string& why) {
    return reader_failed("The object " + manifest.uri() +
                         " is no manifest of S3 Inventory: " + why + ".");
}

}  // namespace

Evaluated<Inventory> read_inventory(std::string_view text, const ObjectName& manifest) {
    const auto parsed = parse_json(text, {.max_bytes = text.size()});
    if (!parsed || !parsed->is_object()) return no_manifest(manifest, "it is no JSON object");
    const std::string* format = text_member(*parsed, "fileFormat");
    const std::string* schema = text_member(*parsed, "fileSchema");
    const auto files = parsed->find("files");
    if (schema == nullptr || files == parsed->end() || !files->is_array())
        return no_manifest(manifest, "it has no fileSchema or no list of files");
    if (format != nullptr && *format != "CSV")
        return no_manifest(manifest, "its files have the format " + *format + ", not CSV");
    Inventory inventory;
    inventory.columns = columns_of(*schema);
    for (const Json& file : *files) {
        const std::string* key = file.is_object() ? text_member(file, "key") : nullptr;
        if (key == nullptr) return no_manifest(manifest, "a file of it has no key");
        inventory.files.push_back({manifest.bucket, *key, {}});
    }
    return inventory;
}

Evaluated<std::vector<ObjectName>> read_athena_manifest(std::string_view text) {
    std::vector<ObjectName> files;
    while (const auto line = cut_line(text, Rest::none)) {
        text.remove_prefix(line->bytes);
        std::string_view uri = line->text;
        if (uri.size() >= 2 && uri.front() == '"' && uri.back() == '"')
            uri = uri.substr(1, uri.size() - 2);
        if (is_json_blank(uri)) continue;
        auto name = object_of_uri(uri);
        if (!name) {
            return reader_failed(
                "The Athena manifest has a line that names no object (s3://bucket/key): " +
                std::string(uri.substr(0, 200)));
        }
        files.push_back(std::move(*name));
    }
    return files;
}

}  // namespace stepwell::items
