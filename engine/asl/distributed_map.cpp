#include "engine/asl/distributed_map.hpp"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>

#include "engine/asl/expressions.hpp"
#include "engine/base/arn.hpp"
#include "engine/base/digest.hpp"
#include "engine/base/json_syntax.hpp"

namespace stepwell::asl {
namespace {

constexpr auto kBoth = FieldRule::In::both;
constexpr auto kPath = FieldRule::In::json_path;
constexpr auto kJsonata = FieldRule::In::jsonata;

constexpr FieldRule kConfigFields[] = {{"Mode", kBoth}, {"ExecutionType", kBoth}};
constexpr FieldRule kReaderFields[] = {
    {"Resource", kBoth}, {"ReaderConfig", kBoth}, {"Parameters", kPath}, {"Arguments", kJsonata}};
constexpr FieldRule kReaderConfigFields[] = {
    {"InputType", kBoth},    {"CSVHeaderLocation", kBoth}, {"CSVHeaders", kBoth},
    {"CSVDelimiter", kBoth}, {"MaxItems", kBoth},          {"MaxItemsPath", kPath},
    {"ItemsPointer", kBoth}, {"ManifestType", kBoth},      {"Transformation", kBoth}};
constexpr FieldRule kBatcherFields[] = {{"MaxItemsPerBatch", kBoth},
                                        {"MaxItemsPerBatchPath", kPath},
                                        {"MaxInputBytesPerBatch", kBoth},
                                        {"MaxInputBytesPerBatchPath", kPath},
                                        {"BatchInput", kBoth}};
constexpr FieldRule kWriterFields[] = {
    {"Resource", kBoth}, {"Parameters", kPath}, {"Arguments", kJsonata}, {"WriterConfig", kBoth}};
constexpr FieldRule kWriterConfigFields[] = {{"Transformation", kBoth}, {"OutputType", kBoth}};

constexpr IntegerRange kMaxItems{0, 100'000'000};
constexpr IntegerRange kBatchItems{1, INT32_MAX};
constexpr IntegerRange kBatchBytes{1, 262'144};
constexpr std::size_t kMaxLabel = 40;
constexpr std::string_view kForbiddenInLabel = " ?*<>{}[]:;,\\|^~$#%&`\"";

/// The object `name` of `parent`, given to `read` together with its place.
template <class Read>
void with_object(const Fields& parent, std::string_view name, Read read) {
    const Json* value = parent.find(name);
    if (value == nullptr) return;
    const Location where = parent.at(name);
    const auto fields = Fields::of(*value, where, parent.language(), parent.problems());
    if (fields) read(*fields);
}

/// Of S3 alone: `arn:aws:states:::s3:<one of actions>`.
void check_s3_resource(const Fields& fields, std::initializer_list<std::string_view> actions) {
    const std::string* text = fields.string("Resource");
    if (text == nullptr) return;
    const auto arn = Arn::parse(*text);
    for (const std::string_view action : actions) {
        if (arn && arn->service == "states" && arn->region.empty() &&
            arn->resource == "s3:" + std::string(action))
            return;
    }
    fields.problems().schema("The field 'Resource' does not match any of the allowed values",
                             fields.at("Resource"));
}

/// A number, its `…Path`, or a `{% … %}`.
Limit<std::int64_t> read_number(const Fields& fields, std::string_view name, IntegerRange range) {
    const std::string path = std::string(name) + "Path";
    const auto present = fields.at_most_one({name, path});
    if (!present) return {};
    if (*present == path) {
        // The field's own key outlives this function, as a Location must.
        const std::string& key = fields.members().find(path)->first;
        if (auto expression = reference_path(fields, key)) return *std::move(expression);
        return {};
    }
    if (auto expression = jsonata_expression(fields, name)) return *std::move(expression);
    if (const auto value = fields.integer(name, range)) return *value;
    return {};
}

/// A copy without what is looked up when the state runs.
Json without(const Json::object_t& members, std::initializer_list<std::string_view> names) {
    Json out = Json::object();
    for (const auto& [key, value] : members) {
        if (std::find(names.begin(), names.end(), key) == names.end()) out[key] = value;
    }
    return out;
}

void check_headers(const Fields& config) {
    const std::string* type = config.string("InputType");
    const bool csv = type != nullptr && *type == "CSV";
    if (csv && !config.has("CSVHeaderLocation")) {
        config.problems().schema("The field 'CSVHeaderLocation' is required", config.where());
    }
    if (!csv && type != nullptr && config.has("CSVHeaderLocation") && *type != "MANIFEST") {
        config.problems().schema("Field 'CSVHeaderLocation' is not supported", config.where());
    }
    const std::string* location = config.one_of("CSVHeaderLocation", {"FIRST_ROW", "GIVEN"});
    if (location != nullptr && *location == "GIVEN") config.require({"CSVHeaders"});
    config.array("CSVHeaders");
}

Limit<std::int64_t> read_reader_config(const Fields& config) {
    config.allow_only(kReaderConfigFields);
    config.one_of("InputType", {"CSV", "JSON", "JSONL", "MANIFEST", "PARQUET"});
    check_headers(config);
    config.one_of("CSVDelimiter", {"COMMA", "PIPE", "SEMICOLON", "SPACE", "TAB"});
    auto max_items = read_number(config, "MaxItems", kMaxItems);
    config.string("ItemsPointer");
    return max_items;
}

ItemReaderField read_reader(const Fields& reader) {
    ItemReaderField out;
    reader.allow_only(kReaderFields);
    reader.require({"Resource"});
    check_s3_resource(reader, {"getObject", "listObjectsV2"});
    if (const std::string* resource = reader.string("Resource")) out.resource = *resource;
    out.parameters = payload_template(reader, "Parameters");
    out.arguments = jsonata_value(reader, "Arguments", "Arguments");
    with_object(reader, "ReaderConfig", [&](const Fields& config) {
        out.max_items = read_reader_config(config);
        out.config = without(config.members(), {"MaxItems", "MaxItemsPath"});
    });
    return out;
}

ItemBatcherField read_batcher(const Fields& batcher) {
    ItemBatcherField out;
    batcher.allow_only(kBatcherFields);
    out.max_items = read_number(batcher, "MaxItemsPerBatch", kBatchItems);
    out.max_bytes = read_number(batcher, "MaxInputBytesPerBatch", kBatchBytes);
    out.batch_input =
        computed(batcher, "BatchInput", "ItemBatcher/BatchInput", StatesMembers::plain);
    return out;
}

ResultWriterField read_writer(const Fields& writer) {
    ResultWriterField out;
    writer.allow_only(kWriterFields);
    if (writer.has("Resource")) {
        writer.require(
            {writer.language() == QueryLanguage::json_path ? "Parameters" : "Arguments"});
    } else {
        writer.require({"WriterConfig"});
    }
    check_s3_resource(writer, {"putObject"});
    if (const std::string* resource = writer.string("Resource")) out.resource = *resource;
    out.parameters = payload_template(writer, "Parameters");
    out.arguments = jsonata_value(writer, "Arguments", "Arguments");
    with_object(writer, "WriterConfig", [&](const Fields& config) {
        config.allow_only(kWriterConfigFields);
        config.require({"Transformation", "OutputType"});
        config.one_of("Transformation", {"NONE", "COMPACT", "FLATTEN"});
        config.one_of("OutputType", {"JSON", "JSONL"});
        out.config = Json(config.members());
    });
    return out;
}

/// In place of a Label. DIFFERS: AWS makes a new one (docs/differences.md); this is always the same
/// for the same state, so that ARNs of its runs go on having it, and unlike that of any other
/// state, as no two of a machine have the same name.
std::string made_label(const std::string& state_name) {
    std::string uuid = hex_digest("SHA-256", state_name).value().substr(0, 32);
    uuid[12] = '5';  // RFC 9562, section 5.5: made of a name
    uuid[16] = 'a';
    for (const std::size_t at : {20U, 16U, 12U, 8U}) uuid.insert(at, 1, '-');
    return uuid;
}

std::string read_label(const StateReader& state) {
    const std::string* label = state.fields.string("Label");
    if (label == nullptr) return made_label(std::string(state.flow.name_of(state.index)));
    const Location where = state.fields.at("Label");
    Problems& problems = state.problems();
    if (label->empty()) {
        problems.error(codes::kInvalidLabel, "Label cannot be empty", where);
    } else if (utf16_length(*label) > kMaxLabel) {
        problems.error(codes::kInvalidLabel,
                       "Invalid Label name: Label '" + *label +
                           "' exceeds the 40-character limit allowed by the service",
                       where);
    }
    for (const char c : *label) {
        if (kForbiddenInLabel.find(c) == std::string_view::npos &&
            static_cast<unsigned char>(c) > 0x1F && c != 0x7F) {
            continue;
        }
        problems.error(codes::kInvalidLabel,
                       std::string("Label contains invalid character: '") + c + "'", where);
        break;
    }
    if (!state.flow.definition().labels.insert(*label).second) {
        problems.error(codes::kDuplicateLabel, "Duplicate Label name: " + *label, where);
    }
    return *label;
}

}  // namespace

ProcessorConfig read_processor_config(const Fields& processor, WorkflowType type) {
    ProcessorConfig out;
    with_object(processor, "ProcessorConfig", [&](const Fields& config) {
        config.allow_only(kConfigFields);
        const std::string* mode = config.one_of("Mode", {"INLINE", "DISTRIBUTED"});
        const std::string* execution = config.one_of("ExecutionType", {"STANDARD", "EXPRESS"});
        if (mode == nullptr || *mode != "DISTRIBUTED") {
            const bool known = mode != nullptr || !config.has("Mode");
            if (known && config.has("ExecutionType")) {
                config.problems().schema("Field 'ExecutionType' is not supported", config.where());
            }
            return;
        }
        out.mode = MapMode::distributed;
        if (execution != nullptr && *execution == "EXPRESS")
            out.execution_type = WorkflowType::express;
        config.require({"ExecutionType"});
        if (type == WorkflowType::express) {
            config.problems().schema(
                "The field 'Mode' with value 'DISTRIBUTED' is not supported inside 'EXPRESS' state "
                "machines",
                config.at("Mode"));
        }
    });
    return out;
}

std::shared_ptr<const DistributedMap> read_distributed_fields(const StateReader& state,
                                                              const ProcessorConfig& config) {
    if (config.mode == MapMode::in_line) {
        for (const std::string_view name : {"ItemReader", "ItemBatcher", "ResultWriter", "Label"}) {
            if (!state.fields.has(name)) continue;
            state.problems().schema("Field '" + std::string(name) + "' is not supported",
                                    state.fields.where());
        }
        return nullptr;
    }
    auto out = std::make_shared<DistributedMap>();
    out->execution_type = config.execution_type;
    with_object(state.fields, "ItemReader",
                [&](const Fields& fields) { out->reader = read_reader(fields); });
    with_object(state.fields, "ItemBatcher",
                [&](const Fields& fields) { out->batcher = read_batcher(fields); });
    with_object(state.fields, "ResultWriter",
                [&](const Fields& fields) { out->writer = read_writer(fields); });
    out->label = read_label(state);
    return out;
}

}  // namespace stepwell::asl
