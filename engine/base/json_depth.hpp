#pragma once

#include <cstddef>

#include "engine/base/json.hpp"

namespace stepwell {

/// How deep data from outside, and what a state makes of it, may be nested: copying, comparing and
/// writing recurse.
inline constexpr std::size_t kMaxJsonDepth = JsonLimits{}.max_depth;

/// Whether arrays and objects are nested deeper than `most` levels. Looks no further down than
/// that.
bool is_deeper_than(const Json& value, std::size_t most);

}  // namespace stepwell
