#pragma once

#include <string>
#include <string_view>

namespace stepwell {

/// Whether the bytes are UTF-8: no over-long forms, no surrogates, nothing beyond U+10FFFF.
bool is_utf8(std::string_view bytes);

/// The bytes as text: each longest beginning of a character that is none becomes U+FFFD. Unicode
/// Standard, section 3.9, "U+FFFD Substitution of Maximal Subparts".
std::string to_valid_utf8(std::string_view bytes);

}  // namespace stepwell
