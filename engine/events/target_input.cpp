#include "engine/events/target_input.hpp"

#include <algorithm>
#include <map>
#include <string_view>
#include <utility>

#include "engine/base/json_member.hpp"
#include "engine/query/jsonpath.hpp"

namespace stepwell::events {
namespace {

/// API Reference, "InputTransformer".
constexpr std::size_t kMostPaths = 100;
constexpr std::size_t kMostTemplateBytes = 8'192;

/// The value at a path; nullopt where there is none.
std::optional<Json> value_at(const std::string& path, const Json& event) {
    const auto compiled = JsonPath::compile(path);
    if (!compiled) return std::nullopt;
    auto selected = compiled->select(event);
    if (!selected) return std::nullopt;
    return std::move(*selected).take();
}

std::optional<InputError> check_path(const Json& path) {
    if (path.is_string() && JsonPath::compile(path.get_ref<const std::string&>()))
        return std::nullopt;
    return InputError{"Invalid JsonPath: " +
                      (path.is_string() ? path.get<std::string>() : write_json(path))};
}

std::optional<InputError> check_transformer(const Json& transformer) {
    if (!transformer.is_object()) return InputError{"InputTransformer must be an object"};
    const Json* text = given_member_of(transformer, "InputTemplate");
    if (text == nullptr || !text->is_string() || text->get_ref<const std::string&>().empty() ||
        text->get_ref<const std::string&>().size() > kMostTemplateBytes)
        return InputError{"InputTemplate must have 1 to 8192 characters"};
    const Json* paths = given_member_of(transformer, "InputPathsMap");
    if (paths == nullptr) return std::nullopt;
    if (!paths->is_object() || paths->size() > kMostPaths)
        return InputError{"InputPathsMap must have at most 100 members"};
    for (const auto& [name, path] : paths->get_ref<const Json::object_t&>()) {
        if (name.empty() || name.starts_with("AWS"))
            return InputError{"InputPathsMap has the invalid name '" + name + "'"};
        if (auto error = check_path(path)) return error;
    }
    return std::nullopt;
}

/// `text` as it stands between the quotes of a JSON string.
std::string escaped(std::string_view text) {
    std::string quoted;
    append_json_string(quoted, text);
    return quoted.substr(1, quoted.size() - 2);
}

/// Fills in `<name>`: in a JSON string a text without its quotes, elsewhere any value as JSON.
class Filler {
public:
    Filler(const Json& transformer, const Json& event, const RuleInEvent& rule) : event_(event) {
        values_["aws.events.rule-arn"] = rule.arn;
        values_["aws.events.rule-name"] = rule.name;
        values_["aws.events.event.ingestion-time"] = rule.ingestion_time;
        const Json* paths = given_member_of(transformer, "InputPathsMap");
        if (paths == nullptr) return;
        for (const auto& [name, path] : paths->get_ref<const Json::object_t&>())
            values_[name] = value_at(path.get<std::string>(), event);
    }

    std::string fill(std::string_view text) const {
        std::string out;
        bool in_string = false;
        while (!text.empty()) {
            if (text.front() == '<') {
                const std::size_t end = text.find('>');
                if (end != std::string_view::npos) {
                    const auto value = value_of(text.substr(1, end - 1));
                    if (value) {
                        out += written(*value, in_string);
                        text.remove_prefix(end + 1);
                        continue;
                    }
                }
            }
            const bool escapes = text.front() == '\\' && text.size() > 1;
            if (text.front() == '"') in_string = !in_string;
            out.append(text.substr(0, escapes ? 2 : 1));
            text.remove_prefix(escapes ? 2 : 1);
        }
        return out;
    }

private:
    /// nullopt where there is no variable of this name.
    std::optional<std::optional<Json>> value_of(std::string_view name) const {
        if (name == "aws.events.event" || name == "aws.events.event.json") return event_;
        const auto found = values_.find(name);
        if (found == values_.end()) return std::nullopt;
        return found->second;
    }
    /// A path without a value leaves nothing in a string, and a null elsewhere.
    static std::string written(const std::optional<Json>& value, bool in_string) {
        if (!value) return in_string ? "" : "null";
        if (!in_string) return write_json(*value);
        return escaped(value->is_string() ? value->get_ref<const std::string&>()
                                          : write_json(*value));
    }

    const Json& event_;
    std::map<std::string, std::optional<Json>, std::less<>> values_;
};

}  // namespace

std::optional<InputError> check_target_input(const Json& target) {
    const Json* input = given_member_of(target, "Input");
    const Json* path = given_member_of(target, "InputPath");
    const Json* transformer = given_member_of(target, "InputTransformer");
    if (int(input != nullptr) + int(path != nullptr) + int(transformer != nullptr) > 1)
        return InputError{"Only one of Input, InputPath, or InputTransformer must be provided"};
    if (input != nullptr &&
        (!input->is_string() || !parse_json(input->get_ref<const std::string&>())))
        return InputError{"JSON syntax error in input"};
    if (path != nullptr) return check_path(*path);
    if (transformer != nullptr) return check_transformer(*transformer);
    return std::nullopt;
}

Result<std::string, InputError> target_input(const Json& target, const Json& event,
                                             const RuleInEvent& rule) {
    if (const Json* input = given_member_of(target, "Input"))
        return {boost::system::in_place_value, input->get<std::string>()};
    if (const Json* path = given_member_of(target, "InputPath")) {
        const auto value = value_at(path->get<std::string>(), event);
        return {boost::system::in_place_value, write_json(value ? *value : Json::object())};
    }
    const Json* transformer = given_member_of(target, "InputTransformer");
    if (transformer == nullptr) return {boost::system::in_place_value, write_json(event)};
    const Json* text = given_member_of(*transformer, "InputTemplate");
    std::string filled = Filler(*transformer, event, rule).fill(text->get<std::string>());
    if (!parse_json(filled)) return InputError{"The input template does not give JSON: " + filled};
    return {boost::system::in_place_value, std::move(filled)};
}

}  // namespace stepwell::events
