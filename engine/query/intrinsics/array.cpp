#include <unordered_set>

#include "engine/query/intrinsics/arguments.hpp"
#include "engine/query/java_values.hpp"

namespace stepwell::intrinsics {
namespace {

constexpr std::int64_t kMaxRange =
    1'000;  // Developer Guide, States.ArrayRange: "up to 1000 elements"

}  // namespace

Answer<Json> array(const Invocation& call) {
    Json::array_t items;
    items.reserve(call.arguments.size());
    for (Selection& argument : call.arguments) items.push_back(std::move(argument).take());
    return Json(std::move(items));
}

Answer<Json> array_partition(const Invocation& call) {
    const auto* items = TRY(array_argument(call, 0, "array"));
    const std::int64_t size = TRY(integer_argument(call, 1, "chunk size"));
    if (size <= 0)
        return Refusal{"The chunk size must be a positive integer but was: " +
                       std::to_string(size)};
    Json::array_t chunks;
    for (const Json& item : *items) {
        if (chunks.empty() || chunks.back().size() == static_cast<std::size_t>(size))
            chunks.push_back(Json::array());
        chunks.back().push_back(item);
    }
    return Json(std::move(chunks));
}

Answer<Json> array_contains(const Invocation& call) {
    const auto* items = TRY(array_argument(call, 0, "array"));
    std::string wanted;
    append_canonical(wanted, call.value(1));
    std::string item_text;
    for (const Json& item : *items) {
        item_text.clear();
        append_canonical(item_text, item);
        if (item_text == wanted) return Json(true);
    }
    return Json(false);
}

Answer<Json> array_range(const Invocation& call) {
    const std::int64_t first = TRY(integer_argument(call, 0, "first value"));
    const std::int64_t last = TRY(integer_argument(call, 1, "last value"));
    const std::int64_t step = TRY(integer_argument(call, 2, "increment"));
    if (step == 0) return Refusal{"The increment must not be zero"};
    Json::array_t items;
    if (step > 0 ? first > last : first < last) return Json(std::move(items));
    // Unsigned: neither the distance nor a step to the far end overflows.
    const auto distance =
        step > 0 ? static_cast<std::uint64_t>(last) - static_cast<std::uint64_t>(first)
                 : static_cast<std::uint64_t>(first) - static_cast<std::uint64_t>(last);
    const auto stride =
        step > 0 ? static_cast<std::uint64_t>(step) : 0 - static_cast<std::uint64_t>(step);
    const std::uint64_t count = distance / stride;  // without the first
    if (count >= static_cast<std::uint64_t>(kMaxRange)) {
        return Refusal{"The range must have at most " + std::to_string(kMaxRange) + " items"};
    }
    items.reserve(count + 1);
    for (std::uint64_t i = 0; i <= count; ++i) {
        items.emplace_back(static_cast<std::int64_t>(static_cast<std::uint64_t>(first) +
                                                     i * static_cast<std::uint64_t>(step)));
    }
    return Json(std::move(items));
}

Answer<Json> array_get_item(const Invocation& call) {
    const auto* items = TRY(array_argument(call, 0, "array"));
    const std::int64_t index = TRY(integer_argument(call, 1, "index"));
    if (index < 0 || static_cast<std::size_t>(index) >= items->size()) {
        return Refusal{"The index " + std::to_string(index) +
                       " is out of bounds for an array of length " + std::to_string(items->size())};
    }
    return Json((*items)[static_cast<std::size_t>(index)]);
}

Answer<Json> array_length(const Invocation& call) {
    const auto* items = TRY(array_argument(call, 0, "array"));
    return Json(static_cast<std::int64_t>(items->size()));
}

Answer<Json> array_unique(const Invocation& call) {
    const auto* items = TRY(array_argument(call, 0, "array"));
    std::unordered_set<std::string> seen;
    Json::array_t unique;
    for (const Json& item : *items) {
        std::string key;
        append_canonical(key, item);
        if (seen.insert(std::move(key)).second) unique.push_back(item);
    }
    return Json(std::move(unique));
}

}  // namespace stepwell::intrinsics
