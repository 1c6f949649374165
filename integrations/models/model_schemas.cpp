#include "integrations/models/model_schemas.hpp"

#include <algorithm>

#include "engine/base/ascii.hpp"
#include "engine/base/json_syntax.hpp"

namespace stepwell::models {
namespace {

/// Results nest no deeper than a mock may; models that contain themselves end there.
constexpr unsigned kMaxDepth = 512;

/// A member's name as Step Functions writes it: with a capital.
std::string result_name(Text name) {
    std::string out(name);
    if (!out.empty()) out.front() = ascii_upper(out.front());
    return out;
}

/// The member of this name; or, with the same capital in front, one that differs in letter case
/// alone: SDKs for Java, which Step Functions follows, write `DbInstances` for `DBInstances`.
const Json* find_member(const Json::object_t& members, const std::string& name) {
    if (const auto exact = members.find(name); exact != members.end()) return &exact->second;
    for (const auto& [key, value] : members) {
        if (!key.empty() && key.front() == name.front() && equals_ignoring_case(key, name))
            return &value;
    }
    return nullptr;
}

/// Finds the first thing in which a value differs from its shape. The words are AWS's
/// (conformance family teststate).
class Check {
public:
    Check(const Service& service, RequiredMembers required)
        : service_(service), required_(required) {}

    std::optional<std::string> value(const Json& value, std::uint32_t index,
                                     const std::string& name, unsigned depth) const {
        if (depth > kMaxDepth || index >= service_.shapes.size()) return std::nullopt;
        const Shape& shape = service_.shapes[index];
        if (shape.document) return std::nullopt;
        switch (shape.kind) {
            case Kind::structure:
                if (!value.is_object()) return must_be(name, "an object");
                return structure(value, shape, depth);
            case Kind::list:
                if (!value.is_array()) return must_be(name, "an array");
                return list(value, shape, name, depth);
            case Kind::map:
                if (!value.is_object()) return must_be(name, "an object");
                return map(value, shape, depth);
            case Kind::integer:
            case Kind::long_integer:
            case Kind::single_float:
            case Kind::double_float:
                if (!value.is_number()) return must_be(name, "a number");
                return number(value.get<double>(), shape, name);
            case Kind::boolean:
                if (!value.is_boolean()) return must_be(name, "a boolean");
                return std::nullopt;
            case Kind::string:
            case Kind::blob:
                if (!value.is_string()) return must_be(name, "a string");
                return text(value.get_ref<const std::string&>(), shape, name);
            case Kind::timestamp:
                if (!value.is_string()) return must_be(name, "a string");
                return std::nullopt;
        }
        return std::nullopt;
    }

private:
    static std::string must_be(const std::string& name, std::string_view what) {
        return "Field '" + name + "' must be " + std::string(what);
    }
    static std::string field(const std::string& name, std::string_view what) {
        return "Field '" + name + "' " + std::string(what);
    }

    std::optional<std::string> structure(const Json& value, const Shape& shape,
                                         unsigned depth) const {
        const auto& members = value.get_ref<const Json::object_t&>();
        const auto present = [&](const std::string& name) -> const Json* {
            const Json* found = find_member(members, name);
            return found == nullptr || found->is_null() ? nullptr : found;
        };
        if (required_ == RequiredMembers::checked) {
            for (const Member& member : shape.members) {
                const std::string name = result_name(member.name);
                if (member.required && present(name) == nullptr)
                    return "Required field '" + name + "' is missing";
            }
        }
        for (const Member& member : shape.members) {
            const std::string name = result_name(member.name);
            const Json* found = present(name);
            // Streams and JSON in headers are texts or JSON, as the service has it.
            if (found == nullptr || member.json_value) continue;
            if (auto why = this->value(*found, member.shape, name, depth + 1)) return why;
        }
        return std::nullopt;
    }
    std::optional<std::string> list(const Json& value, const Shape& shape, const std::string& name,
                                    unsigned depth) const {
        if (auto why = length(value.size(), shape, name)) return why;
        for (const Json& item : value.get_ref<const Json::array_t&>()) {
            if (auto why = this->value(item, shape.members.front().shape, name, depth + 1))
                return why;
        }
        return std::nullopt;
    }
    std::optional<std::string> map(const Json& value, const Shape& shape, unsigned depth) const {
        for (const auto& [key, member] : value.get_ref<const Json::object_t&>()) {
            if (auto why = this->value(member, shape.members.back().shape, key, depth + 1))
                return why;
        }
        return std::nullopt;
    }
    static std::optional<std::string> number(double value, const Shape& shape,
                                             const std::string& name) {
        if (shape.min && value < *shape.min) return field(name, "is less than the minimum value");
        if (shape.max && value > *shape.max) return field(name, "exceeds the maximum value");
        return std::nullopt;
    }
    static std::optional<std::string> length(std::size_t size, const Shape& shape,
                                             const std::string& name) {
        const auto count = static_cast<double>(size);
        if (shape.min && count < *shape.min)
            return field(name, "is smaller than the minimum length");
        if (shape.max && count > *shape.max) return field(name, "exceeds the maximum length");
        return std::nullopt;
    }
    static std::optional<std::string> text(const std::string& value, const Shape& shape,
                                           const std::string& name) {
        if (auto why = length(utf16_length(value), shape, name)) return why;
        if (!shape.values.empty() && std::ranges::find(shape.values, value) == shape.values.end())
            return field(name, "is not an expected value");
        return std::nullopt;
    }

    const Service& service_;
    RequiredMembers required_;
};

/// Whose answer the result is: of the action itself or, where a nested execution is waited for, of
/// what asks how it went. Empty where the result is no answer of an API: a job's description has a
/// form of its own, and for a token the worker says what it likes.
std::string_view answering_action(const asl::ServiceResource& resource) {
    switch (resource.pattern) {
        case asl::Pattern::request_response:
            return resource.action;
        case asl::Pattern::sync:
        case asl::Pattern::sync2:
            return resource.resource_type == "states" ? "describeExecution" : "";
        case asl::Pattern::wait_for_task_token:
            return "";
    }
    return "";
}

}  // namespace

std::optional<std::string> ModelSchemas::find_mismatch(const asl::ServiceResource& resource,
                                                       const Json& result,
                                                       RequiredMembers required) const {
    const std::string_view action = answering_action(resource);
    const Service* service = action.empty() ? nullptr : models_.find(resource.resource_type);
    const Operation* operation = service == nullptr ? nullptr : service->find_operation(action);
    if (operation == nullptr) return std::nullopt;
    if (!operation->output) {
        if (result.is_object()) return std::nullopt;
        return "Field 'result' must be an object";
    }
    return Check(*service, required).value(result, *operation->output, "result", 0);
}

}  // namespace stepwell::models
