#include <cmath>
#include <cstdint>
#include <string>

#include "engine/base/digest.hpp"
#include "engine/query/jsonata/functions.hpp"
#include "engine/query/jsonata/text.hpp"

/// What Step Functions adds to JSONata. Developer Guide, "Transforming data with JSONata in Step
/// Functions", "JSONata functions provided by Step Functions". Numbers are rounded down.
namespace stepwell::jsonata {

namespace {

[[noreturn]] void refuse_argument(std::size_t number, const Value& value) {
    fail("T0410", {.value = json_text(value), .index = std::to_string(number)});
}

Value partition(const Call& call) {
    if (!call.has(0)) return {};
    const double size = std::floor(number_of(call[1]));
    if (!(size >= 1)) refuse_argument(2, call[1]);
    const Items items = items_of(call[0]);
    Value out = make_array();
    for (std::size_t i = 0; i < items.size(); ++i) {
        ArrayNode& chunks = *out.array();
        if (chunks.size == 0 || chunks.items[chunks.size - 1U].array()->size >= size) {
            chunks.push(make_array());
        }
        chunks.items[chunks.size - 1U].array()->push(items[i]);
    }
    return out;
}

Value range(const Call& call) {
    if (!call.has(0) || !call.has(1) || !call.has(2)) return {};
    const double first = std::floor(number_of(call[0]));
    const double last = std::floor(number_of(call[1]));
    const double step = std::floor(number_of(call[2]));
    if (!std::isfinite(first)) refuse_argument(1, call[0]);
    if (!std::isfinite(last)) refuse_argument(2, call[1]);
    if (!std::isfinite(step) || step == 0) refuse_argument(3, call[2]);
    const double count = std::floor((last - first) / step) + 1;
    Value out = make_sequence();
    if (!(count >= 1)) return out;
    heap().check_room(static_cast<std::size_t>(std::min(8 * count, 1e15)));
    for (double i = 0; i < count; ++i) {
        heap().tick();
        out.array()->push(Value::of(first + i * step));
    }
    return out;
}

Value hash(const Call& call) {
    if (!call[0].is_text()) return {};
    const auto digest = hex_digest(text_of(call[1]), call[0].text());
    if (!digest) refuse_argument(2, call[1]);
    return make_text(*digest);
}

/// java.util.Random: a seed gives the same first number as on AWS.
/// OBSERVED: $random(42) is 0.7275636800328681. docs/observed.md
class JavaRandom {
public:
    explicit JavaRandom(std::int64_t seed)
        : state_((static_cast<std::uint64_t>(seed) ^ kMultiplier) & kMask) {}
    double next_unit() {
        const std::uint64_t high = next(26);
        return static_cast<double>((high << 27U) + next(27)) * 0x1.0p-53;
    }

private:
    static constexpr std::uint64_t kMultiplier = 0x5DEECE66D;
    static constexpr std::uint64_t kMask = (std::uint64_t{1} << 48U) - 1;
    std::uint64_t next(unsigned bits) {
        state_ = (state_ * kMultiplier + 0xB) & kMask;
        return state_ >> (48U - bits);
    }
    std::uint64_t state_;
};

Value random(const Call& call) {
    if (!call.has(0)) return Value::of(call.evaluator.environment().random->next_unit());
    const double seed = std::floor(number_of(call[0]));
    if (!(std::abs(seed) < 0x1.0p63)) refuse_argument(1, call[0]);
    return Value::of(JavaRandom(static_cast<std::int64_t>(seed)).next_unit());
}

Value uuid(const Call& call) { return make_text(make_uuid(*call.evaluator.environment().random)); }

Value parse(const Call& call) {
    if (!call[0].is_text()) return {};
    heap().check_room(call[0].text().size());
    const auto json = parse_json(call[0].text());
    if (!json) {
        throw Failure(Error("D3120", "Unable to parse JSON: " + json.error().message));
    }
    return from_json(*json);
}

constexpr auto kAws = BuiltinRow::In::aws;
constexpr BuiltinRow kRows[] = {
    {"partition", "<an:a<a>>", 2, &partition, kAws},
    {"range", "<nnn:a<n>>", 3, &range, kAws},
    {"hash", "<ss:s>", 2, &hash, kAws},
    {"random", "<n?:n>", 0, &random, kAws},
    {"uuid", "<:s>", 0, &uuid, kAws},
    {"parse", "<s:x>", 1, &parse, kAws},
};

}  // namespace

std::span<const BuiltinRow> aws_functions() { return kRows; }

}  // namespace stepwell::jsonata
