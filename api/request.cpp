#include "api/request.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

namespace stepwell::api {
namespace {

using Kind = Shape::Kind;

/// No input of the API nests deeper than this; a definition or an execution's input is a string in
/// it.
constexpr std::size_t kMaxInputDepth = 32;

/// The words of the service's deserializer for a value that cannot become `wanted`.
/// OBSERVED: public error reports of AWS JSON services; e.g. "NUMBER_VALUE can not be converted to
/// a String".
std::string mismatch(const Json& value, Kind wanted) {
    if (value.is_object()) return "Start of structure or map found where not expected.";
    if (value.is_array()) return "Start of list found where not expected";
    if (wanted == Kind::structure) return "Expected null";
    if (wanted == Kind::list) return "Expected list or null";
    std::string text = value.is_string()   ? "STRING_VALUE"
                       : value.is_number() ? "NUMBER_VALUE"
                       : value.get<bool>() ? "TRUE_VALUE"
                                           : "FALSE_VALUE";
    text += " can not be converted to ";
    text += wanted == Kind::string    ? "a String"
            : wanted == Kind::integer ? "an Integer"
                                      : "a Boolean";
    return text;
}

bool has_type(const Json& value, Kind kind) {
    switch (kind) {
        case Kind::string:
            return value.is_string();
        case Kind::integer:
        case Kind::number:
            return value.is_number();
        case Kind::boolean:
            return value.is_boolean();
        case Kind::structure:
            return value.is_object();
        case Kind::list:
            return value.is_array();
    }
    return false;
}

/// Why the value is not of the shape's JSON types, or nullopt.
std::optional<std::string> find_mismatch(const Json& value, const Shape& shape) {
    if (value.is_null()) return std::nullopt;
    if (!has_type(value, shape.kind)) return mismatch(value, shape.kind);
    if (shape.kind == Kind::structure) {
        for (const Member& member : shape.members) {
            const Json* found = Input::find(value, member.name);
            if (!found) continue;
            if (auto why = find_mismatch(*found, *member.shape)) return why;
        }
    } else if (shape.kind == Kind::list) {
        for (const Json& item : value.get_ref<const Json::array_t&>()) {
            if (auto why = find_mismatch(item, *shape.item)) return why;
        }
    }
    return std::nullopt;
}

std::int64_t characters_of(std::string_view utf8) {
    return std::ranges::count_if(
        utf8, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; });
}

/// A list or structure as the service quotes it, which is how Java prints it: `[Item(arn=a,
/// weight=50)]`. OBSERVED: conformance case
/// sfn_api_aliasing__error_create_alias_invalid_router_configs.
std::string quoted(const Json& value, const Shape& shape) {
    if (value.is_null()) return "null";
    switch (shape.kind) {
        case Kind::string:
            return shape.sensitive ? "*** Sensitive Data Redacted ***"
                                   : value.get_ref<const std::string&>();
        case Kind::integer:
            return std::to_string(integer_of(value));
        case Kind::number:
            return write_json(value);
        case Kind::boolean:
            return value.get<bool>() ? "true" : "false";
        case Kind::structure: {
            std::string text(shape.name);
            text += '(';
            for (const Member& member : shape.members) {
                const Json* found = Input::find(value, member.name);
                if (text.back() != '(') text += ", ";
                text.append(member.name).append("=");
                text += found ? quoted(*found, *member.shape) : "null";
            }
            return text + ')';
        }
        case Kind::list: {
            std::string text = "[";
            for (const Json& item : value.get_ref<const Json::array_t&>()) {
                if (text.back() != '[') text += ", ";
                text += quoted(item, *shape.item);
            }
            return text + ']';
        }
    }
    return {};
}

/// Collects the violated constraints of one input.
class Constraints {
public:
    void check(const Json* value, const Shape& shape, bool required, std::string& path) {
        if (!value || value->is_null()) {
            if (required) violated("Value null", path, "Member must not be null");
            return;
        }
        switch (shape.kind) {
            case Kind::string:
                return check_text(value->get_ref<const std::string&>(), shape, path);
            case Kind::integer:
                return check_integer(integer_of(*value), shape, path);
            case Kind::number:
                return check_number(*value, shape, path);
            case Kind::boolean:
                return;
            case Kind::structure:
                return check_members(*value, shape, path);
            case Kind::list:
                return check_items(*value, shape, path);
        }
    }

    std::optional<ApiError> error() const {
        if (violations_.empty()) return std::nullopt;
        std::string message = std::to_string(violations_.size());
        message += violations_.size() == 1 ? " validation error detected: "
                                           : " validation errors detected: ";
        for (std::size_t i = 0; i < violations_.size(); ++i) {
            if (i > 0) message += "; ";
            message += violations_[i];
        }
        return ApiError{ErrorKind::validation, std::move(message)};
    }

private:
    void check_members(const Json& value, const Shape& shape, std::string& path) {
        const std::size_t length = path.size();
        for (const Member& member : shape.members) {
            if (length > 0) path += '.';
            path += member.name;
            check(Input::find(value, member.name), *member.shape, member.required, path);
            path.resize(length);
        }
    }
    void check_items(const Json& value, const Shape& shape, std::string& path) {
        const auto count = static_cast<std::int64_t>(value.size());
        if (shape.max && count > *shape.max) {
            violated("Value '" + quoted(value, shape) + "'", path,
                     "Member must have length less than or equal to " + std::to_string(*shape.max));
        }
        if (shape.min && count < *shape.min) {
            violated(
                "Value '" + quoted(value, shape) + "'", path,
                "Member must have length greater than or equal to " + std::to_string(*shape.min));
        }
        const std::size_t length = path.size();
        std::size_t number = 0;
        for (const Json& item : value.get_ref<const Json::array_t&>()) {
            path.append(".").append(std::to_string(++number)).append(".member");
            check(&item, *shape.item, true, path);
            path.resize(length);
        }
    }
    void check_number(const Json& value, const Shape& shape, const std::string& path) {
        const auto number = value.get<double>();
        const std::string quoted = "Value '" + write_json(Json(number)) + "'";
        if (shape.min && number < static_cast<double>(*shape.min)) {
            violated(
                quoted, path,
                "Member must have value greater than or equal to " + std::to_string(*shape.min));
        }
        if (shape.max && number > static_cast<double>(*shape.max)) {
            violated(quoted, path,
                     "Member must have value less than or equal to " + std::to_string(*shape.max));
        }
    }

    void check_integer(std::int64_t value, const Shape& shape, const std::string& path) {
        const std::string quoted = "Value '" + std::to_string(value) + "'";
        if (shape.min && value < *shape.min) {
            violated(
                quoted, path,
                "Member must have value greater than or equal to " + std::to_string(*shape.min));
        }
        if (shape.max && value > *shape.max) {
            violated(quoted, path,
                     "Member must have value less than or equal to " + std::to_string(*shape.max));
        }
    }
    void check_text(const std::string& value, const Shape& shape, const std::string& path) {
        std::vector<std::string> broken;
        const std::int64_t size =
            shape.in_bytes ? static_cast<std::int64_t>(value.size()) : characters_of(value);
        if (shape.max && size > *shape.max) {
            broken.push_back(shape.in_bytes
                                 ? "Member must have size less than or equal to " +
                                       std::to_string(*shape.max) + " bytes in UTF-8 encoding"
                                 : "Member must have length less than or equal to " +
                                       std::to_string(*shape.max));
        }
        if (shape.min && size < *shape.min) {
            broken.push_back("Member must have length greater than or equal to " +
                             std::to_string(*shape.min));
        }
        if (shape.pattern && !shape.pattern->matches(value)) {
            broken.push_back("Member must satisfy regular expression pattern: " +
                             std::string(shape.pattern->text));
        }
        if (!shape.values.empty() && std::ranges::find(shape.values, value) == shape.values.end()) {
            std::string text = "Member must satisfy enum value set: [";
            for (const std::string_view allowed : shape.values) {
                if (text.back() != '[') text += ", ";
                text += allowed;
            }
            broken.push_back(text + "]");
        }
        for (const std::string& constraint : broken) {
            violated(shape.sensitive ? "Value" : "Value '" + value + "'", path, constraint);
        }
    }

    void violated(std::string_view value, std::string_view path, std::string_view constraint) {
        std::string text(value);
        text.append(" at '")
            .append(path)
            .append("' failed to satisfy constraint: ")
            .append(constraint);
        violations_.push_back(std::move(text));
    }

    std::vector<std::string> violations_;
};

}  // namespace

std::int64_t integer_of(const Json& number) {
    if (number.is_number_unsigned()) {
        constexpr auto kMax = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
        return static_cast<std::int64_t>(std::min(number.get<std::uint64_t>(), kMax));
    }
    if (number.is_number_integer()) return number.get<std::int64_t>();
    // 2^62 is exact as a double, and far outside every constraint.
    constexpr double kBound = 4.611686018427388e18;
    return static_cast<std::int64_t>(std::clamp(std::trunc(number.get<double>()), -kBound, kBound));
}

const Json* Input::find(const Json& structure, std::string_view member) {
    const auto& members = structure.get_ref<const Json::object_t&>();
    const auto found = members.find(member);
    return found == members.end() || found->second.is_null() ? nullptr : &found->second;
}

const std::string* Input::text(std::string_view member) const {
    const Json* found = find(member);
    return found ? &found->get_ref<const std::string&>() : nullptr;
}

std::optional<std::string> Input::take_text(std::string_view member) {
    auto& members = value_.get_ref<Json::object_t&>();
    const auto found = members.find(member);
    if (found == members.end() || !found->second.is_string()) return std::nullopt;
    return std::move(found->second.get_ref<std::string&>());
}

std::optional<std::int64_t> Input::integer(std::string_view member) const {
    const Json* found = find(member);
    return found ? std::optional(integer_of(*found)) : std::nullopt;
}

bool Input::flag(std::string_view member, bool otherwise) const {
    const Json* found = find(member);
    return found ? found->get<bool>() : otherwise;
}

std::size_t page_size(const Input& input) {
    constexpr std::size_t kDefault = 100;
    const auto given = input.integer("maxResults").value_or(0);
    return given == 0 ? kDefault : static_cast<std::size_t>(given);
}

bool metadata_only(const Input& input) {
    const std::string* included = input.text("includedData");
    return included && *included == "METADATA_ONLY";
}

Checked<Input> parse_input(std::string_view body, const Shape& shape) {
    auto value = parse_json(body, {.max_depth = kMaxInputDepth});
    if (!value) return error(ErrorKind::serialization, value.error().message);
    if (!value->is_object()) return error(ErrorKind::serialization, mismatch(*value, shape.kind));
    if (auto why = find_mismatch(*value, shape)) return error(ErrorKind::serialization, *why);
    Constraints constraints;
    std::string path;
    constraints.check(&*value, shape, true, path);
    if (auto violated = constraints.error()) return *std::move(violated);
    return Input(*std::move(value));
}

}  // namespace stepwell::api
