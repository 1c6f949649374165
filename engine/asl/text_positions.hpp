#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/json.hpp"

namespace stepwell::asl {

/// A place in a text as editors count: from 1, columns in characters.
struct TextPosition {
    std::size_t line = 1;
    std::size_t column = 1;
    bool operator==(const TextPosition&) const = default;
};

/// Where the members and elements of a document stand in the text that it was read from.
struct PlacedValue {
    std::string key;        ///< of a member; empty for an element and for the document itself
    TextPosition position;  ///< of the key, of the element, or of the document's first character
    bool array = false;
    std::vector<PlacedValue> children;
};

/// The values of a text that is well-formed JSON (parse_json takes it with these limits): what it
/// gives for any other is unspecified, but safe.
PlacedValue place_json(std::string_view text, JsonLimits limits = {});

/// The place that a Diagnostic's location names: `/States/S/Choices[0]/Next`, `/`, or the parser's
/// `[Source: …; line: 1, column: 4]`. Where the last steps of it are not in the text (a field that
/// is missing), the place of what is.
TextPosition find_location(const PlacedValue& document, std::string_view location);

}  // namespace stepwell::asl
