#include "integrations/aws/task_fields.hpp"

#include <algorithm>

#include "engine/base/percent.hpp"
#include "engine/base/utf8.hpp"

namespace stepwell::aws {

BadParameters bad_format(std::string_view field) {
    return {"The value of the field '" + std::string(field) + "' has an invalid format"};
}

std::optional<BadParameters> check_fields(const Json& parameters,
                                          std::span<const std::string_view> fields,
                                          std::span<const std::string_view> required) {
    if (!parameters.is_object()) return BadParameters{"The parameters must be an object"};
    for (const auto& [name, value] : parameters.get_ref<const Json::object_t&>()) {
        if (std::ranges::find(fields, name) == fields.end())
            return BadParameters{"The field '" + name + "' is not supported by Step Functions"};
    }
    for (const std::string_view name : required) {
        if (!parameters.contains(std::string(name)))
            return BadParameters{"The field '" + std::string(name) +
                                 "' is required but was missing"};
    }
    return std::nullopt;
}

std::optional<BadParameters> for_each_value(const Json& parameters, const char* field,
                                            const VisitValue& visit) {
    const auto map = parameters.find(field);
    if (map == parameters.end() || map->is_null()) return std::nullopt;
    if (!map->is_object()) return bad_format(field);
    for (const auto& [name, values] : map->get_ref<const Json::object_t&>()) {
        if (!values.is_array()) return bad_format(field);
        for (const Json& value : values.get_ref<const Json::array_t&>())
            visit(name, value.is_string() ? value.get<std::string>() : write_json(value));
    }
    return std::nullopt;
}

std::string path_text(std::string_view path) { return percent_encode(path, "/:@!$&'()*+,;=%"); }

Json body_value(std::string_view body) {
    if (auto value = parse_json(body)) return *std::move(value);
    return Json(to_valid_utf8(body));
}

}  // namespace stepwell::aws
