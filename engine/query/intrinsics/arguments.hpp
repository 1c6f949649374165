#pragma once

#include <cstdint>

#include "engine/query/intrinsics/functions.hpp"

/// What the functions ask of their arguments. A refusal names the argument and quotes what it was.
namespace stepwell::intrinsics {

/// Characters (UTF-16 code units) that States.Base64Encode, Base64Decode and Hash take.
/// Developer Guide, "Intrinsic functions": "up to 10,000 characters".
inline constexpr std::size_t kMaxCharacters = 10'000;

Answer<const Json::array_t*> array_argument(const Invocation& call, std::size_t index,
                                            std::string_view what);
Answer<const std::string*> string_argument(const Invocation& call, std::size_t index,
                                           std::string_view what);
/// Rounded as Java's Math.round does, where it has a fraction.
Answer<std::int64_t> integer_argument(const Invocation& call, std::size_t index,
                                      std::string_view what);
/// A string of at most kMaxCharacters.
Answer<const std::string*> bounded_string_argument(const Invocation& call, std::size_t index,
                                                   std::string_view what);

}  // namespace stepwell::intrinsics
