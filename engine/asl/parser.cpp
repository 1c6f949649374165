#include "engine/asl/parser.hpp"

#include "engine/asl/definition_text.hpp"
#include "engine/asl/flow.hpp"

namespace stepwell::asl {
namespace {

constexpr auto kBoth = FieldRule::In::both;

/// ASL specification, "Top-level fields". OBSERVED: TimeoutSeconds 0 is taken
/// (badmintoncryer/cdk-preflight, measured 2026-09-05). docs/observed.md
constexpr FieldRule kMachineFields[] = {{"Comment", kBoth},        {"StartAt", kBoth},
                                        {"States", kBoth},         {"Version", kBoth},
                                        {"TimeoutSeconds", kBoth}, {"QueryLanguage", kBoth}};
constexpr IntegerRange kTimeoutSeconds{0, 99'999'999};

void read_language(const Fields& fields, Definition& definition) {
    const std::string* language = fields.one_of("QueryLanguage", {"JSONPath", "JSONata"});
    if (language == nullptr || *language == "JSONPath") return;
    definition.language = QueryLanguage::jsonata;
}

void read_machine(const Json& json, WorkflowType type, Definition& definition) {
    const Location top;
    if (!json.is_object()) {
        definition.problems.error(codes::kSchema, "Definition must be a valid JSON object");
        return;
    }
    const Fields fields(json.get_ref<const Json::object_t&>(), top, QueryLanguage::json_path,
                        definition.problems);
    fields.require({"States", "StartAt"});
    fields.allow_only(kMachineFields);
    read_language(fields, definition);
    if (const std::string* comment = fields.string("Comment"))
        definition.machine.comment = *comment;
    fields.one_of("Version", {"1.0"});
    if (const auto seconds = fields.integer("TimeoutSeconds", kTimeoutSeconds)) {
        definition.machine.timeout = Seconds{*seconds};
    }
    FlowReader::read(definition, fields, {type, 0});
}

Parsed parse_with(Definition definition, std::string_view text, WorkflowType type) {
    auto json = read_definition_text(text);
    if (json) {
        read_machine(*json, type, definition);
    } else {
        return {nullptr, {std::move(json).error()}};
    }
    Parsed out;
    out.diagnostics = definition.problems.take();
    for (const Diagnostic& diagnostic : out.diagnostics) {
        if (diagnostic.severity == Severity::error) return out;
    }
    out.machine = std::make_shared<const StateMachine>(std::move(definition.machine));
    return out;
}

}  // namespace

Parsed parse(std::string_view text, WorkflowType type, const SdkActions* sdk_actions) {
    Definition definition;
    definition.sdk_actions = sdk_actions;
    return parse_with(std::move(definition), text, type);
}

Parsed parse_stored(std::string_view text, WorkflowType type) {
    Definition definition;
    definition.stored = true;
    return parse_with(std::move(definition), text, type);
}

}  // namespace stepwell::asl
