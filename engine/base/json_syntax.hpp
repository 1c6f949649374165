#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "engine/base/json.hpp"

namespace stepwell {

/// The first key that an object of this well-formed text has twice, as Jackson's strict detection
/// reports it
/// (`Duplicate field 'a'`), or nullopt. parse_json takes such a text; a definition is read more
/// strictly.
std::optional<JsonSyntaxError> describe_duplicate_key(std::string_view text,
                                                      JsonLimits limits = {});

/// Characters as Java and JavaScript count them (UTF-16 code units), and so do AWS's limits on
/// names. `text` is well-formed UTF-8.
std::size_t utf16_length(std::string_view text);

}  // namespace stepwell
