#include <algorithm>

#include "engine/query/intrinsics/arguments.hpp"
#include "engine/query/java_values.hpp"

namespace stepwell::intrinsics {
namespace {

/// The bucket of a java.util.HashMap with `buckets` of them.
std::uint32_t bucket_of(std::string_view key, std::uint32_t buckets) {
    const std::uint32_t hash = java_hash(key);
    return (hash ^ hash >> 16U) & (buckets - 1);
}

/// Members in the order of a java.util.HashMap, which doubles its buckets when three quarters are
/// taken. OBSERVED: the recorded outputs of States.JsonMerge are in this order, not in that of the
/// arguments.
void order_like_hash_map(std::vector<Json::object_t::value_type>& members) {
    std::uint32_t buckets = 16;
    while (members.size() > std::size_t{buckets} / 4 * 3) buckets *= 2;
    std::stable_sort(members.begin(), members.end(), [buckets](const auto& a, const auto& b) {
        return bucket_of(a.first, buckets) < bucket_of(b.first, buckets);
    });
}

Answer<const Json::object_t*> object_argument(const Invocation& call, std::size_t index,
                                              std::string_view what) {
    if (const auto* object = call.value(index).get_ptr<const Json::object_t*>()) return object;
    return Refusal{"The " + std::string(what) + " must be a JSON object"};
}

bool is_blank(std::string_view text) {
    return text.find_first_not_of(" \t\r\n") == std::string_view::npos;
}

}  // namespace

Answer<Json> json_merge(const Invocation& call) {
    const auto* first = TRY(object_argument(call, 0, "first argument"));
    const auto* second = TRY(object_argument(call, 1, "second argument"));
    const auto* deep = call.value(2).get_ptr<const Json::boolean_t*>();
    if (!deep) return Refusal{"The third argument must be a boolean"};
    if (*deep) return Refusal{"Deep merging is not supported: the third argument must be false"};
    std::vector<Json::object_t::value_type> members;
    members.reserve(first->size() + second->size());
    for (const auto& [key, value] : *first) {
        const auto replaced = second->find(key);
        members.emplace_back(key, replaced == second->end() ? value : replaced->second);
    }
    for (const auto& [key, value] : *second) {
        if (first->find(key) == first->end()) members.emplace_back(key, value);
    }
    order_like_hash_map(members);
    Json::object_t merged;
    merged.reserve(members.size());
    for (auto& [key, value] : members) merged.emplace(std::move(key), std::move(value));
    return Json(std::move(merged));
}

Answer<Json> string_to_json(const Invocation& call) {
    const std::string* text = TRY(string_argument(call, 0, "argument"));
    if (is_blank(*text)) return Json(nullptr);
    auto value = parse_json(*text);
    if (!value) return Refusal{"The argument is not a JSON text: " + value.error().message};
    return *std::move(value);
}

Answer<Json> json_to_string(const Invocation& call) { return Json(write_json(call.value(0))); }

}  // namespace stepwell::intrinsics
