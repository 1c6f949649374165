#pragma once

#include <string>
#include <variant>

#include "engine/asl/text_positions.hpp"

namespace stepwell::server {

/// A definition as it stands in a file, as JSON text, and where its values stand in the file.
struct DefinitionText {
    std::string json;
    asl::PlacedValue places;
};
/// Why a file holds no definition that could be read at all.
struct UnreadableDefinition {
    asl::TextPosition position;
    std::string message;
};
using DefinitionFile = std::variant<DefinitionText, UnreadableDefinition>;

/// Reads a definition from a file, or from standard input where `path` is `-`. Files named *.yaml
/// and *.yml are YAML 1.2 (core schema), as the AWS Toolkit and SAM take them; all others JSON. At
/// most kMaxDefinitionBytes; a JSON text that is none is returned as it is, for the validator to
/// say so.
DefinitionFile read_definition_file(const std::string& path);

/// The same of a YAML text.
DefinitionFile read_yaml_definition(const std::string& text);

}  // namespace stepwell::server
