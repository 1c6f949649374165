#include "engine/base/digest.hpp"
#include "engine/query/intrinsics/arguments.hpp"

namespace stepwell::intrinsics {

Answer<Json> hash(const Invocation& call) {
    const std::string* data = TRY(bounded_string_argument(call, 0, "data"));
    const std::string* wanted = TRY(string_argument(call, 1, "algorithm"));
    if (auto digest = hex_digest(*wanted, *data)) return Json(*std::move(digest));
    return Refusal{
        "The algorithm must be one of [MD5, SHA-1, SHA-256, SHA-384, SHA-512] but was: " +
        wanted->substr(0, 100)};
}

}  // namespace stepwell::intrinsics
