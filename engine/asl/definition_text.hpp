#pragma once

#include <string_view>

#include "engine/asl/parser.hpp"
#include "engine/base/json.hpp"
#include "engine/base/result.hpp"

namespace stepwell::asl {

/// The JSON value of a definition's text, or why it is none: too large, blank, not JSON, or with a
/// key that stands twice in an object (of which all but the last would be ignored).
Result<Json, Diagnostic> read_definition_text(std::string_view text);

}  // namespace stepwell::asl
