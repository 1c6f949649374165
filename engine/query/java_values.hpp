#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "engine/base/json.hpp"

/// What the service, a Java program, does with values where it shows: how it prints and compares
/// them.
namespace stepwell {

/// String.valueOf: text as it is, `{a=1, b=[x, y]}` for objects and arrays, `1.0E10` for doubles.
void append_java_text(std::string& out, const Json& value);
std::string java_text(const Json& value);

/// String.compareTo: by UTF-16 code units (a supplementary character comes before U+E000).
std::strong_ordering compare_utf16(std::string_view a, std::string_view b);

/// String.hashCode.
std::uint32_t java_hash(std::string_view text);

/// A text that is the same for two values exactly if they are equal as JSON nodes: the order of
/// members does not matter, 1 and 1.0 differ.
void append_canonical(std::string& out, const Json& value);

/// Math.round: halves go up, so -1.5 gives -1. Saturates.
std::int64_t java_round(double value);

}  // namespace stepwell
