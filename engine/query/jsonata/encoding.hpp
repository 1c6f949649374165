#pragma once

#include <string>
#include <string_view>

#include "engine/base/result.hpp"
#include "engine/query/jsonata/expression.hpp"

namespace stepwell::jsonata {

/// `$base64encode`: of the low bytes of the UTF-16 units, as the reference implementation does in
/// Node.js (`é` is one byte).
std::string base64_encode_text(std::string_view text);
/// `$base64decode`: a byte is the code point of the same number. Overlooks what is not Base64,
/// takes both alphabets, ends at the first `=`.
std::string base64_decode_text(std::string_view text);

/// encodeURI, encodeURIComponent, decodeURI, decodeURIComponent. ECMA-262, "URI Handling
/// Functions". A lone surrogate and a malformed sequence are D3140.
Result<std::string, Error> encode_url(std::string_view text);
Result<std::string, Error> encode_url_component(std::string_view text);
Result<std::string, Error> decode_url(std::string_view text);
Result<std::string, Error> decode_url_component(std::string_view text);

}  // namespace stepwell::jsonata
