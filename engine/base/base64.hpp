#pragma once

#include <string>
#include <string_view>

namespace stepwell {

/// RFC 4648, section 4: with padding, without line breaks.
std::string base64_encode(std::string_view bytes);

}  // namespace stepwell
