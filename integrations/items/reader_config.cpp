#include "integrations/items/reader_config.hpp"

#include <optional>
#include <string_view>
#include <utility>

#include "engine/base/state_errors.hpp"
#include "engine/query/jsonata/utf16.hpp"
#include "integrations/items/json_elements.hpp"

namespace stepwell::items {

namespace {

// Developer Guide, "ItemReader (Map)", ItemsPointer.
constexpr std::size_t kMaxPointerLength = 2'000;

std::optional<std::string> text(const Json& fields, std::string_view name) {
    const auto found = fields.is_object() ? fields.find(name) : fields.end();
    if (found == fields.end() || !found->is_string()) return std::nullopt;
    return found->get<std::string>();
}

const Json& object(const Json& fields, std::string_view name) {
    static const Json kEmpty = Json::object();
    const auto found = fields.find(name);
    return found != fields.end() && found->is_object() ? *found : kEmpty;
}

Evaluated<std::string> required(const Json& parameters, std::string_view name) {
    if (auto value = text(parameters, name); value && !value->empty())
        return Evaluated<std::string>(boost::system::in_place_value, std::move(*value));
    return reader_failed("The field '" + std::string(name) +
                         "' of the ItemReader must be a string that is not empty.");
}

std::optional<InputType> input_type(const std::string& name) {
    if (name == "CSV") return InputType::csv;
    if (name == "JSON") return InputType::json;
    if (name == "JSONL") return InputType::jsonl;
    if (name == "PARQUET") return InputType::parquet;
    return std::nullopt;
}

std::optional<char> delimiter(const std::string& name) {
    if (name == "COMMA") return ',';
    if (name == "PIPE") return '|';
    if (name == "SEMICOLON") return ';';
    if (name == "SPACE") return ' ';
    if (name == "TAB") return '\t';
    return std::nullopt;
}

StateError not_known(std::string_view field, const std::string& value) {
    return reader_failed("The value \"" + value + "\" of " + std::string(field) +
                         " in the ReaderConfig is not supported.");
}

Evaluated<std::monostate> read_csv_fields(const Json& config, ReaderConfig& out) {
    if (const auto name = text(config, "CSVDelimiter")) {
        const auto character = delimiter(*name);
        if (!character) return not_known("CSVDelimiter", *name);
        out.delimiter = *character;
    }
    if (text(config, "CSVHeaderLocation") != "GIVEN") return std::monostate();
    out.header_in_first_row = false;
    const auto given = config.find("CSVHeaders");
    if (given == config.end() || !given->is_array()) {
        return reader_failed("CSVHeaders must be an array of strings.");
    }
    for (const Json& header : *given) {
        if (!header.is_string()) return reader_failed("CSVHeaders must be an array of strings.");
        out.headers.push_back(header.get<std::string>());
    }
    return std::monostate();
}

Evaluated<std::monostate> read_object(const Json& config, const Json& parameters,
                                      ReaderConfig& out) {
    out.object.bucket = TRY(required(parameters, "Bucket"));
    out.object.key = TRY(required(parameters, "Key"));
    out.object.version_id = text(parameters, "VersionId").value_or("");
    const std::string type = text(config, "InputType").value_or("JSON");
    const auto manifest = text(config, "ManifestType");
    if (manifest == "ATHENA_DATA") {
        out.files = FileList::athena;
    } else if (manifest == "S3_INVENTORY" || type == "MANIFEST") {
        out.files = FileList::inventory;
        out.type = InputType::csv;
        return std::monostate();
    } else if (manifest) {
        return not_known("ManifestType", *manifest);
    }
    const auto known = input_type(type);
    if (!known) return not_known("InputType", type);
    out.type = *known;
    if (out.type == InputType::parquet && !out.object.version_id.empty())
        return reader_failed("VersionId is not supported for the InputType PARQUET.");
    return std::monostate();
}

Evaluated<std::monostate> read_listing(const Json& config, const Json& parameters,
                                       ReaderConfig& out) {
    out.list.bucket = TRY(required(parameters, "Bucket"));
    out.object.bucket = out.list.bucket;
    out.list.prefix = text(parameters, "Prefix").value_or("");
    out.list.delimiter = text(parameters, "Delimiter").value_or("");
    out.list.start_after = text(parameters, "StartAfter").value_or("");
    const std::string transformation = text(config, "Transformation").value_or("NONE");
    if (transformation == "NONE") {
        out.files = FileList::objects_as_items;
        return std::monostate();
    }
    if (transformation != "LOAD_AND_FLATTEN") return not_known("Transformation", transformation);
    out.files = FileList::listed;
    const auto type = text(config, "InputType");
    if (!type) return reader_failed("LOAD_AND_FLATTEN needs an InputType in the ReaderConfig.");
    const auto known = input_type(*type);
    if (!known) return not_known("InputType", *type);
    out.type = *known;
    return std::monostate();
}

}  // namespace

StateError reader_failed(std::string cause) {
    return {std::string(state_errors::kItemReaderFailed), std::move(cause)};
}

Evaluated<ReaderConfig> read_reader_config(const Json& reader) {
    ReaderConfig out;
    const Json& config = object(reader, "ReaderConfig");
    const Json& parameters = object(reader, "Parameters");
    const bool listing = text(reader, "Resource").value_or("").ends_with(":s3:listObjectsV2");
    (void)TRY(listing ? read_listing(config, parameters, out)
                      : read_object(config, parameters, out));
    if (out.type == InputType::csv && out.files != FileList::inventory)
        (void)TRY(read_csv_fields(config, out));
    if (const auto pointer = text(config, "ItemsPointer")) {
        if (jsonata::utf16_length(*pointer) > kMaxPointerLength) {
            return reader_failed("ItemsPointer must have at most " +
                                 std::to_string(kMaxPointerLength) + " characters.");
        }
        auto tokens = parse_json_pointer(*pointer);
        if (!tokens)
            return reader_failed("ItemsPointer \"" + *pointer + "\" " + tokens.error().message +
                                 ".");
        out.items_pointer = std::move(*tokens);
    }
    return out;
}

}  // namespace stepwell::items
