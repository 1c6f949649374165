#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace stepwell {

/// The digest of `bytes` in lower-case hexadecimal digits, nullopt for an algorithm that is none of
/// those that AWS knows by these names: MD5, SHA-1, SHA-256, SHA-384, SHA-512.
std::optional<std::string> hex_digest(std::string_view algorithm, std::string_view bytes);

/// HMAC-SHA-256: 32 bytes. Throws std::runtime_error where the library fails.
std::string hmac_sha256(std::string_view key, std::string_view message);

}  // namespace stepwell
