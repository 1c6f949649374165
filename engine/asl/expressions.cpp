#include "engine/asl/expressions.hpp"

#include <string>

namespace stepwell::asl {
namespace {

using Accept = Expression::Accept;

constexpr const char* kNotAPath = "Value must be a valid JSONPath.";
constexpr const char* kNotAReference = "Value is not a Reference Path";
/// Developer Guide, "Fail workflow state": the intrinsics that ErrorPath and CausePath take.
constexpr std::string_view kTextIntrinsics[] = {
    "States.Format",       "States.JsonToString", "States.ArrayGetItem", "States.Base64Encode",
    "States.Base64Decode", "States.Hash",         "States.UUID"};

bool json_path(const Fields& fields) { return fields.language() == QueryLanguage::json_path; }

/// The text of a field that is looked up.
const std::string* path_text(const Fields& fields, std::string_view name) {
    return json_path(fields) ? fields.string(name) : nullptr;
}

/// What reads like an expression where only literals are: `$.a`, `$['a']`, `$$.a`,
/// `States.Format(…)`.
bool looks_like_expression(std::string_view text) {
    return text.starts_with("$.") || text.starts_with("$[") || text.starts_with("$$.") ||
           (text.starts_with("States.") && text.find('(') != std::string_view::npos &&
            text.ends_with(')'));
}

void warn_of_missing_dollar(const Json& value, std::string_view key, const Location& where,
                            Problems& problems) {
    if (value.is_object()) {
        for (const auto& [name, member] : value.get_ref<const Json::object_t&>()) {
            if (!name.ends_with(".$")) warn_of_missing_dollar(member, name, where, problems);
        }
    } else if (value.is_array()) {
        for (const Json& item : value.get_ref<const Json::array_t&>()) {
            warn_of_missing_dollar(item, key, where, problems);
        }
    } else if (value.is_string() && looks_like_expression(value.get_ref<const std::string&>())) {
        problems.warning(codes::kNoDollar,
                         "No '.$' on the field '" + std::string(key) +
                             "' that appears to be a JSONPath or Intrinsic Function",
                         where);
    }
}

bool contains_expression(const Json& value) {
    if (value.is_string()) return looks_like_expression(value.get_ref<const std::string&>());
    if (value.is_array()) {
        for (const Json& item : value.get_ref<const Json::array_t&>()) {
            if (contains_expression(item)) return true;
        }
    }
    if (value.is_object()) {
        for (const auto& [name, member] : value.get_ref<const Json::object_t&>()) {
            if (contains_expression(member)) return true;
        }
    }
    return false;
}

bool odd_jsonata(const Json& value) {
    if (value.is_string()) {
        const auto& text = value.get_ref<const std::string&>();
        return (text.starts_with("{%") || text.ends_with("%}")) && !is_jsonata(text);
    }
    if (value.is_array()) {
        for (const Json& item : value.get_ref<const Json::array_t&>()) {
            if (odd_jsonata(item)) return true;
        }
    }
    if (value.is_object()) {
        for (const auto& [name, member] : value.get_ref<const Json::object_t&>()) {
            if (odd_jsonata(member)) return true;
        }
    }
    return false;
}

}  // namespace

PathField whole_or_path(const Fields& fields, std::string_view name) {
    const Json* value = fields.find(name);
    if (value == nullptr || !json_path(fields)) return WholeValue{};
    if (value->is_null()) return EmptyObject{};
    const std::string* text = path_text(fields, name);
    if (text == nullptr) return WholeValue{};
    auto path = Expression::compile(*text, Accept::path);
    if (!path) {
        fields.problems().schema(kNotAPath, fields.at(name));
        return WholeValue{};
    }
    return *std::move(path);
}

std::optional<Expression> reference_path(const Fields& fields, std::string_view name) {
    const std::string* text = path_text(fields, name);
    if (text == nullptr) return std::nullopt;
    auto path = Expression::compile(*text, Accept::reference_path);
    if (path) return *std::move(path);
    fields.problems().schema(Expression::compile(*text, Accept::path) ? kNotAReference : kNotAPath,
                             fields.at(name));
    return std::nullopt;
}

std::optional<Expression> choice_path(const Fields& fields, std::string_view name) {
    const std::string* text = path_text(fields, name);
    if (text == nullptr) return std::nullopt;
    auto path = Expression::compile(*text, Accept::reference_path);
    if (path) return *std::move(path);
    std::string message = kNotAReference;
    // OBSERVED: a Variable that is an intrinsic call (badmintoncryer/cdk-preflight, measured
    // 2026-09-05). docs/observed.md
    if (!text->starts_with('$')) message += ": Reference path didn't start with '$'";
    fields.problems().schema(std::move(message), fields.at(name));
    return std::nullopt;
}

std::optional<Expression> text_expression(const Fields& fields, std::string_view name) {
    const std::string* text = path_text(fields, name);
    if (text == nullptr) return std::nullopt;
    auto expression = Expression::compile(*text, Accept::path_or_intrinsic);
    bool gives_text = bool(expression);
    if (expression && expression->kind() == Expression::Kind::intrinsic) {
        gives_text = false;
        const std::string_view function = std::string_view(*text).substr(0, text->find('('));
        for (const std::string_view allowed : kTextIntrinsics)
            gives_text = gives_text || function == allowed;
    }
    if (gives_text) return *std::move(expression);
    fields.problems().schema("The value for the field '" + std::string(name) +
                                 "' must be a valid JSONPath or a valid intrinsic function call",
                             fields.at(name));
    return std::nullopt;
}

ResultPath result_path(const Fields& fields) {
    const Json* value = fields.find("ResultPath");
    if (value == nullptr || !json_path(fields)) return ReplaceInput{};
    if (value->is_null()) return DiscardResult{};
    const std::string* text = path_text(fields, "ResultPath");
    if (text == nullptr || *text == "$") return ReplaceInput{};
    // The result goes into the state's input, never into the Context Object or a variable.
    auto path = JsonPath::compile(*text);
    const bool elsewhere = text->starts_with("$$") || begins_with_variable(*text);
    if (path && path->reference() && !elsewhere) return *std::move(path);
    fields.problems().schema(path || elsewhere ? kNotAReference : kNotAPath,
                             fields.at("ResultPath"));
    return ReplaceInput{};
}

std::optional<Template> payload_template(const Fields& fields, std::string_view name) {
    const Json* value = fields.find(name);
    if (value == nullptr) return std::nullopt;
    if (!json_path(fields)) {
        check_jsonata_strings(fields, name);
        return std::nullopt;
    }
    const Location where = fields.at(name);
    warn_of_missing_dollar(*value, name, where, fields.problems());
    auto compiled = Template::compile(*value);
    if (compiled) return *std::move(compiled);
    for (const TemplateProblem& problem : compiled.error())
        fields.problems().schema(problem.message, where);
    return std::nullopt;
}

std::optional<Computed> computed(const Fields& fields, std::string_view name, std::string path,
                                 StatesMembers members) {
    if (json_path(fields)) {
        if (auto compiled = payload_template(fields, name)) return Computed(*std::move(compiled));
    } else if (auto compiled = jsonata_value(fields, name, std::move(path), members)) {
        return Computed(*std::move(compiled));
    }
    return std::nullopt;
}

std::optional<JsonataValue> jsonata_value(const Fields& fields, std::string_view name,
                                          std::string path, StatesMembers members) {
    const Json* value = fields.find(name);
    if (value == nullptr || json_path(fields)) return std::nullopt;
    check_jsonata_strings(fields, name);
    auto compiled = JsonataValue::compile(*value, std::move(path), members);
    if (compiled) return *std::move(compiled);
    for (JsonataProblem& problem : compiled.error()) {
        fields.problems().error_below(problem.code, std::move(problem.message), fields.at(name),
                                      problem.place);
    }
    return std::nullopt;
}

std::optional<JsonataValue> jsonata_expression(const Fields& fields, std::string_view name) {
    const Json* value = fields.find(name);
    if (value == nullptr || !value->is_string()) return std::nullopt;
    if (!is_jsonata(value->get_ref<const std::string&>())) return std::nullopt;
    return jsonata_value(fields, name, std::string(name));
}

void warn_of_path(const Fields& fields, std::string_view name) {
    const Json* value = fields.find(name);
    if (value == nullptr || !value->is_string() || !json_path(fields)) return;
    if (!looks_like_expression(value->get_ref<const std::string&>())) return;
    fields.problems().warning(
        codes::kNoPath, "Field value looks like a path, but field name does not end with 'Path'",
        fields.at(name));
}

void warn_of_static_result(const Fields& fields) {
    const Json* value = fields.find("Result");
    if (value == nullptr || !contains_expression(*value)) return;
    fields.problems().warning(codes::kStaticResult,
                              "Attempt to use a path in the result of a pass state",
                              fields.at("Result"));
}

void check_jsonata_strings(const Fields& fields, std::string_view name) {
    const Json* value = fields.find(name);
    if (value == nullptr || json_path(fields) || !odd_jsonata(*value)) return;
    fields.problems().schema("JSONata string must start with {% and end with %}", fields.at(name));
}

}  // namespace stepwell::asl
