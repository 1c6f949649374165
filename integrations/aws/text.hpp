#pragma once

#include <string>
#include <string_view>

#include "engine/base/json.hpp"

/// The texts that AWS's protocols put values into, byte for byte as botocore writes them: what a
/// request looks like can then be compared with a second implementation.
namespace stepwell::aws {

/// JSON with blanks behind `,` and `:`, and everything but ASCII as `\uXXXX`.
std::string to_wire_json(const Json& value);
/// The same without blanks.
std::string to_compact_json(const Json& value);

/// A number or boolean as text: `1`, `0.5`, `1e-05`, `true`.
std::string scalar_text(const Json& value);

/// As HTML forms are sent: percent-encoded, but that a blank becomes `+`.
std::string form_encode(std::string_view text);

}  // namespace stepwell::aws
