#pragma once

#include <string>
#include <string_view>

/// Texts as Java has them, for messages that quote it.
namespace stepwell {

/// A text as Java holds it, up to its first malformed byte.
struct JavaText {
    std::u16string units;
    std::string malformed;  ///< what is wrong behind `units`; empty if nothing is
};
JavaText to_java(std::string_view utf8);

/// As Java's String.getBytes(UTF_8): half a surrogate pair becomes '?'.
void append_utf8(std::string& out, std::u16string_view units);

inline bool high_surrogate(unsigned unit) { return unit >= 0xD800 && unit <= 0xDBFF; }
inline bool low_surrogate(unsigned unit) { return unit >= 0xDC00 && unit <= 0xDFFF; }
/// java.lang.Character.isISOControl.
inline bool java_control(unsigned unit) { return unit < 0x20 || (unit >= 0x7F && unit <= 0x9F); }
/// java.lang.Character.isJavaIdentifierStart, by blocks where Unicode has letter after letter.
bool java_identifier_start(unsigned unit);
/// java.lang.Character.isJavaIdentifierPart: also digits, and control characters that may be
/// ignored.
bool java_identifier_part(unsigned unit);

/// java.lang.Integer.toHexString.
std::string java_hex(unsigned value);

}  // namespace stepwell
