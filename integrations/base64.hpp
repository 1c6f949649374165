#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace stepwell::base64 {

/// RFC 4648, section 4, with padding.
std::string encode(std::string_view bytes);
/// nullopt where `text` is not that.
std::optional<std::string> decode(std::string_view text);

}  // namespace stepwell::base64
