#pragma once

#include <algorithm>
#include <cstddef>

#include "engine/base/json.hpp"

namespace stepwell {

/// Bounds what one evaluation makes: `$..*` repeats what it nests, and a template may ask for the
/// whole input a thousand times. Far above the largest payload (262,144 bytes), far below what
/// hurts.
class Budget {
public:
    static constexpr std::size_t kMaxBytes = 16U << 20U;

    explicit Budget(std::size_t bytes = kMaxBytes) : left_(bytes) {}

    /// Takes off about what a copy of `value` needs; false once that is more than is left.
    bool spend(const Json& value) {
        if (!spend_bytes(kNodeBytes)) return false;
        if (const auto* text = value.get_ptr<const Json::string_t*>())
            return spend_bytes(text->size());
        if (const auto* object = value.get_ptr<const Json::object_t*>()) {
            return std::all_of(object->begin(), object->end(), [this](const auto& member) {
                return spend_bytes(kNodeBytes + member.first.size()) && spend(member.second);
            });
        }
        if (const auto* array = value.get_ptr<const Json::array_t*>()) {
            return std::all_of(array->begin(), array->end(),
                               [this](const Json& item) { return spend(item); });
        }
        return true;
    }

private:
    static constexpr std::size_t kNodeBytes = 32;

    bool spend_bytes(std::size_t bytes) {
        const bool enough = bytes <= left_;
        left_ -= std::min(bytes, left_);
        return enough;
    }

    std::size_t left_;
};

}  // namespace stepwell
