#include "engine/base/json.hpp"
namespace stepwell {
JsonSyntaxError describe_json_syntax_error(std::string_view, JsonLimits) { return {}; }
}  // namespace stepwell
