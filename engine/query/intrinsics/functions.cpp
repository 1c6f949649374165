#include "engine/query/intrinsics/functions.hpp"

#include <limits>

namespace stepwell::intrinsics {
namespace {

constexpr std::size_t kAny = std::numeric_limits<std::size_t>::max();

/// The whole language at a glance: name, least and most arguments, function.
constexpr Function kFunctions[] = {
    {"Array", 0, kAny, array},
    {"ArrayPartition", 2, 2, array_partition},
    {"ArrayContains", 2, 2, array_contains},
    {"ArrayRange", 3, 3, array_range},
    {"ArrayGetItem", 2, 2, array_get_item},
    {"ArrayLength", 1, 1, array_length},
    {"ArrayUnique", 1, 1, array_unique},
    {"Base64Encode", 1, 1, base64_encode},
    {"Base64Decode", 1, 1, base64_decode},
    {"Hash", 2, 2, hash},
    {"JsonMerge", 3, 3, json_merge},
    {"StringToJson", 1, 1, string_to_json},
    {"JsonToString", 1, 1, json_to_string},
    {"MathRandom", 2, 3, math_random},
    {"MathAdd", 2, 2, math_add},
    {"StringSplit", 2, 2, string_split},
    {"Format", 1, kAny, format},
    {"UUID", 0, 0, uuid},
};

}  // namespace

const Function* find_function(std::string_view name) {
    for (const Function& function : kFunctions) {
        if (function.name == name) return &function;
    }
    return nullptr;
}

}  // namespace stepwell::intrinsics
