// The first line is the call of an intrinsic function, the rest the input.

#include "engine/query/expression.hpp"
#include "fuzz/input.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace stepwell;
    const auto [text, rest] = fuzz::split_line(fuzz::text_of(data, size));
    const auto call = Expression::compile(text, Expression::Accept::path_or_intrinsic);
    if (!call) return 0;
    const auto parsed = parse_json(rest);
    const Json input = parsed ? *parsed : Json();
    const LazyContext context([] { return Json::object(); });
    RandomBits random(1);
    const Scope scope{input, context, random};
    const auto value = call->evaluate(scope);
    if (value) {
        write_json(value->value());
    } else {
        not_found_in_field(value.error(), "a.$", input);
    }
    return 0;
}
