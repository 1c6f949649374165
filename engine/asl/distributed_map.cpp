#include "engine/asl/distributed_map.hpp"

#include <string>

#include "engine/asl/expressions.hpp"
#include "engine/asl/unsupported.hpp"
#include "engine/base/arn.hpp"
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

void check_parameters(const Fields& fields) {
    payload_template(fields, "Parameters");
    jsonata_value(fields, "Arguments", "Arguments");
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

void check_reader_config(const Fields& config) {
    config.allow_only(kReaderConfigFields);
    config.one_of("InputType", {"CSV", "JSON", "JSONL", "MANIFEST", "PARQUET"});
    check_headers(config);
    config.one_of("CSVDelimiter", {"COMMA", "PIPE", "SEMICOLON", "SPACE", "TAB"});
    config.at_most_one({"MaxItems", "MaxItemsPath"});
    jsonata_expression(config, "MaxItems");
    config.integer("MaxItems", kMaxItems);
    reference_path(config, "MaxItemsPath");
    config.string("ItemsPointer");
}

void check_reader(const Fields& reader) {
    reader.allow_only(kReaderFields);
    reader.require({"Resource"});
    check_s3_resource(reader, {"getObject", "listObjectsV2"});
    check_parameters(reader);
    with_object(reader, "ReaderConfig", check_reader_config);
}

void check_batcher(const Fields& batcher) {
    batcher.allow_only(kBatcherFields);
    batcher.at_most_one({"MaxItemsPerBatch", "MaxItemsPerBatchPath"});
    batcher.at_most_one({"MaxInputBytesPerBatch", "MaxInputBytesPerBatchPath"});
    batcher.integer("MaxItemsPerBatch", kBatchItems);
    batcher.integer("MaxInputBytesPerBatch", kBatchBytes);
    reference_path(batcher, "MaxItemsPerBatchPath");
    reference_path(batcher, "MaxInputBytesPerBatchPath");
    computed(batcher, "BatchInput", "ItemBatcher/BatchInput", StatesMembers::plain);
}

void check_writer(const Fields& writer) {
    writer.allow_only(kWriterFields);
    if (writer.has("Resource")) {
        writer.require(
            {writer.language() == QueryLanguage::json_path ? "Parameters" : "Arguments"});
    } else {
        writer.require({"WriterConfig"});
    }
    check_s3_resource(writer, {"putObject"});
    check_parameters(writer);
    with_object(writer, "WriterConfig", [](const Fields& config) {
        config.allow_only(kWriterConfigFields);
        config.require({"Transformation", "OutputType"});
        config.one_of("Transformation", {"NONE", "COMPACT", "FLATTEN"});
        config.one_of("OutputType", {"JSON", "JSONL"});
    });
}

void check_label(const StateReader& state) {
    const std::string* label = state.fields.string("Label");
    if (label == nullptr) return;
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
        unsupported::distributed_map(config.problems(), config.at("Mode"));
    });
    return out;
}

void check_distributed_fields(const StateReader& state, MapMode mode) {
    if (mode == MapMode::in_line) {
        for (const std::string_view name : {"ItemReader", "ItemBatcher", "ResultWriter", "Label"}) {
            if (!state.fields.has(name)) continue;
            state.problems().schema("Field '" + std::string(name) + "' is not supported",
                                    state.fields.where());
        }
        return;
    }
    with_object(state.fields, "ItemReader", check_reader);
    with_object(state.fields, "ItemBatcher", check_batcher);
    with_object(state.fields, "ResultWriter", check_writer);
    check_label(state);
}

}  // namespace stepwell::asl
