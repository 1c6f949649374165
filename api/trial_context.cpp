#include <algorithm>
#include <array>
#include <span>

#include "api/trial_request.hpp"

namespace stepwell::api {
namespace {

enum class Kind { any, text, number };

struct ContextField {
    std::string_view name;
    Kind kind;
};
struct ContextPart {
    std::string_view name;
    std::span<const ContextField> fields;
};

/// Developer Guide, "Accessing execution data from the Context object".
constexpr ContextField kExecution[] = {{"Id", Kind::text},         {"Input", Kind::any},
                                       {"Name", Kind::text},       {"RoleArn", Kind::text},
                                       {"StartTime", Kind::text},  {"RedriveCount", Kind::number},
                                       {"RedriveTime", Kind::text}};
constexpr ContextField kState[] = {
    {"EnteredTime", Kind::text}, {"Name", Kind::text}, {"RetryCount", Kind::number}};
constexpr ContextField kStateMachine[] = {{"Id", Kind::text}, {"Name", Kind::text}};
constexpr ContextField kTask[] = {{"Token", Kind::text}};
constexpr ContextPart kParts[] = {
    {"Execution", kExecution}, {"State", kState}, {"StateMachine", kStateMachine}, {"Task", kTask}};

ApiError invalid(const std::string& why) {
    return error(ErrorKind::validation, "Invalid Context object provided: " + why);
}
ApiError not_allowed(const std::string& field) {
    return invalid("Field '" + field + "' is not allowed");
}

Checked<void> check_part(const ContextPart& part, const Json& value) {
    if (!value.is_object()) return invalid(std::string(part.name) + " must be an object");
    for (const auto& [name, member] : value.get_ref<const Json::object_t&>()) {
        const auto field = std::ranges::find(part.fields, name, &ContextField::name);
        if (field == part.fields.end()) return not_allowed(name);
        const std::string path = std::string(part.name) + "." + name;
        if (field->kind == Kind::text && !member.is_string())
            return invalid(path + " must be a string");
        if (field->kind == Kind::number && !member.is_number())
            return invalid(path + " must be a number");
    }
    return {};
}

}  // namespace

Checked<Json> parse_trial_context(const std::string& text, bool takes_token) {
    auto context = parse_json(text);
    if (!context || !context->is_object()) return invalid("it must be a JSON object");
    for (const auto& [name, value] : context->get_ref<const Json::object_t&>()) {
        if (name == "Map")
            return invalid("'Map' field is not supported when mocking a Context object");
        const auto part = std::ranges::find(kParts, name, &ContextPart::name);
        if (part == std::end(kParts)) return not_allowed(name);
        if (name == "Task" && !takes_token) {
            return invalid(
                "Context object contains 'Task' when state is not a Task state with a '.sync' or "
                "'.waitForTaskToken' service integration pattern");
        }
        if (const auto checked = check_part(*part, value); !checked) return checked.error();
    }
    return *std::move(context);
}

}  // namespace stepwell::api
