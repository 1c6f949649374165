#include "engine/query/intrinsics/arguments.hpp"

namespace stepwell::intrinsics {

/// A number from the first argument up to, not including, the second; a seed makes it the same each
/// time.
Answer<Json> math_random(const Invocation& call) {
    const std::int64_t start = TRY(integer_argument(call, 0, "start number"));
    const std::int64_t end = TRY(integer_argument(call, 1, "end number"));
    if (start >= end) {
        return Refusal{"The start number must be less than the end number but they were: " +
                       std::to_string(start) + " and " + std::to_string(end)};
    }
    const auto span = static_cast<std::uint64_t>(end) - static_cast<std::uint64_t>(start);
    std::uint64_t drawn = 0;
    if (call.arguments.size() == 3) {
        RandomBits seeded(static_cast<std::uint64_t>(TRY(integer_argument(call, 2, "seed"))));
        drawn = seeded.next_below(span);
    } else {
        drawn = call.random.next_below(span);
    }
    return Json(static_cast<std::int64_t>(static_cast<std::uint64_t>(start) + drawn));
}

/// OBSERVED: each argument is rounded before they are added: 1.49 + 1.5 is 3.
Answer<Json> math_add(const Invocation& call) {
    const std::int64_t a = TRY(integer_argument(call, 0, "first number"));
    const std::int64_t b = TRY(integer_argument(call, 1, "second number"));
    std::int64_t sum = 0;
    if (__builtin_add_overflow(a, b, &sum)) {
        return Refusal{"The sum of " + std::to_string(a) + " and " + std::to_string(b) +
                       " is too large"};
    }
    return Json(sum);
}

}  // namespace stepwell::intrinsics
