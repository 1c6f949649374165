// The first line is the input as JSON, the rest the expression; in both dialects, with little time
// and memory. What the evaluation gives must be JSON that can be written and read again.

#include <cstdlib>

#include "engine/query/jsonata/expression.hpp"
#include "fuzz/input.hpp"

namespace {

using namespace stepwell;

constexpr auto kTime = std::chrono::milliseconds(100);
/// Far above `kTime`, for the sanitizers' slowness and the machine's; far below a hang.
constexpr auto kTooLong = std::chrono::seconds(5);

void evaluate(std::string_view text, const Json* input, jsonata::Dialect dialect) {
    const auto compiled = jsonata::Expression::compile(text, dialect);
    if (!compiled) return;
    RandomBits random(1);
    jsonata::Environment environment;
    environment.input = input;
    environment.states = [input](std::string_view) { return input; };
    environment.random = &random;
    environment.limits.time = kTime;
    environment.limits.memory = 4U << 20U;
    const auto start = std::chrono::steady_clock::now();
    const auto value = compiled->evaluate(environment);
    if (std::chrono::steady_clock::now() - start > kTooLong) std::abort();
    if (value && *value) write_json(**value);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto [first, text] = fuzz::split_line(fuzz::text_of(data, size));
    const auto input = parse_json(first);
    const Json* given = input ? &*input : nullptr;
    evaluate(text, given, jsonata::Dialect::aws);
    evaluate(text, given, jsonata::Dialect::standard);
    return 0;
}
