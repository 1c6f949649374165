#include "engine/query/intrinsics/arguments.hpp"

#include "engine/base/json_syntax.hpp"
#include "engine/query/java_values.hpp"

namespace stepwell::intrinsics {
namespace {

constexpr std::size_t kMaxQuoted = 1'000;  // bytes of a value that a refusal repeats

Refusal unexpected(std::string_view what, std::string_view expected, const Json& value) {
    std::string quoted = write_json(value);
    if (quoted.size() > kMaxQuoted) {
        std::size_t end = kMaxQuoted;
        while (end > 0 && (static_cast<unsigned char>(quoted[end]) & 0xC0U) == 0x80U) --end;
        quoted.resize(end);
        quoted += "...";
    }
    return {"The " + std::string(what) + " must be " + std::string(expected) +
            " but was: " + quoted};
}

}  // namespace

Answer<const Json::array_t*> array_argument(const Invocation& call, std::size_t index,
                                            std::string_view what) {
    const Json& value = call.value(index);
    if (const auto* array = value.get_ptr<const Json::array_t*>()) return array;
    return unexpected(what, "an array", value);
}

Answer<const std::string*> string_argument(const Invocation& call, std::size_t index,
                                           std::string_view what) {
    const Json& value = call.value(index);
    if (const auto* text = value.get_ptr<const Json::string_t*>()) return text;
    return unexpected(what, "a string", value);
}

Answer<std::int64_t> integer_argument(const Invocation& call, std::size_t index,
                                      std::string_view what) {
    const Json& value = call.value(index);
    if (const auto* real = value.get_ptr<const Json::number_float_t*>()) return java_round(*real);
    if (value.is_number_unsigned() && value.get<std::uint64_t>() > INT64_MAX) {
        return unexpected(what, "a 64-bit integer", value);
    }
    if (value.is_number_integer()) return value.get<std::int64_t>();
    return unexpected(what, "a number", value);
}

Answer<const std::string*> bounded_string_argument(const Invocation& call, std::size_t index,
                                                   std::string_view what) {
    const std::string* text = TRY(string_argument(call, index, what));
    if (utf16_length(*text) > kMaxCharacters) {
        return Refusal{"The " + std::string(what) + " must have at most " +
                       std::to_string(kMaxCharacters) + " characters"};
    }
    return text;
}

}  // namespace stepwell::intrinsics
