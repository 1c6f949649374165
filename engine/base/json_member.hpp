#pragma once

#include <string>
#include <string_view>

#include "engine/base/json.hpp"

namespace stepwell {

/// The member of an object; null where there is none, and where `value` is no object.
inline const Json* member_of(const Json& value, std::string_view name) {
    const auto* members = value.get_ptr<const Json::object_t*>();
    if (members == nullptr) return nullptr;
    const auto found = members->find(name);
    return found == members->end() ? nullptr : &found->second;
}

/// The same, and null where it is JSON's null: what a request leaves out, it may also say so.
inline const Json* given_member_of(const Json& value, std::string_view name) {
    const Json* found = member_of(value, name);
    return found == nullptr || found->is_null() ? nullptr : found;
}

/// The text of a member; "" where it is absent or something else.
inline std::string text_of(const Json& value, std::string_view name) {
    const Json* found = member_of(value, name);
    return found != nullptr && found->is_string() ? found->get<std::string>() : std::string();
}

}  // namespace stepwell
