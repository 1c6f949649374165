#include "server/definition_file.hpp"

#include <yaml-cpp/yaml.h>

#include <charconv>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <optional>
#include <stdexcept>

#include "engine/asl/parser.hpp"

namespace stepwell::server {
namespace {

asl::TextPosition position_of(const YAML::Mark& mark) {
    if (mark.is_null()) return {};
    return {static_cast<std::size_t>(mark.line) + 1, static_cast<std::size_t>(mark.column) + 1};
}

class Mistake : public std::runtime_error {
public:
    Mistake(asl::TextPosition position, const std::string& message)
        : std::runtime_error(message), position_(position) {}
    asl::TextPosition position() const { return position_; }

private:
    asl::TextPosition position_;
};

/// Whether a plain scalar is a number that JSON can write: YAML 1.2, section 10.3.2 (core schema).
bool is_number(const std::string& text) {
    const char* first = text.data() + (text.starts_with('+') ? 1 : 0);
    const char* last = text.data() + text.size();
    double value = 0;
    const auto [stopped, ec] = std::from_chars(first, last, value);
    return ec == std::errc() && stopped == last && std::isfinite(value);
}

/// The JSON text of a plain scalar.
std::string json_of_plain(const std::string& text) {
    if (text.empty() || text == "~" || text == "null" || text == "Null" || text == "NULL")
        return "null";
    if (text == "true" || text == "True" || text == "TRUE") return "true";
    if (text == "false" || text == "False" || text == "FALSE") return "false";
    if (is_number(text)) {
        // As written where JSON writes it so, too: `1` stays an integer.
        const auto as_is = parse_json(text);
        if (as_is && as_is->is_number()) return text;
        double value = 0;
        std::from_chars(text.data() + (text.starts_with('+') ? 1 : 0), text.data() + text.size(),
                        value);
        return write_json(Json(value));
    }
    return write_json(Json(text));
}

/// Writes a YAML document as JSON and notes where its values stand.
class YamlReader {
public:
    explicit YamlReader(std::string& out) : out_(out) {}

    void read(const YAML::Node& node, asl::PlacedValue& place, std::size_t depth) {
        // Anchors may make a small text a large document, or one without an end.
        if (depth > JsonLimits{}.max_depth || out_.size() > asl::kMaxDefinitionBytes)
            throw Mistake(position_of(node.Mark()), "the definition is too large");
        switch (node.Type()) {
            case YAML::NodeType::Map:
                return read_map(node, place, depth);
            case YAML::NodeType::Sequence:
                return read_sequence(node, place, depth);
            case YAML::NodeType::Scalar:
                // "!" is the tag of what stands in quotes.
                out_ += node.Tag() == "!" || node.Tag() == "tag:yaml.org,2002:str"
                            ? write_json(Json(node.Scalar()))
                            : json_of_plain(node.Scalar());
                return;
            case YAML::NodeType::Null:
            case YAML::NodeType::Undefined:
                out_ += "null";
                return;
        }
    }

private:
    void read_map(const YAML::Node& node, asl::PlacedValue& place, std::size_t depth) {
        out_.push_back('{');
        for (auto member = node.begin(); member != node.end(); ++member) {
            if (!member->first.IsScalar())
                throw Mistake(position_of(member->first.Mark()), "a key must be a text");
            asl::PlacedValue child;
            child.key = member->first.Scalar();
            child.position = position_of(member->first.Mark());
            if (member != node.begin()) out_.push_back(',');
            append_json_string(out_, child.key);
            out_.push_back(':');
            read(member->second, child, depth + 1);
            place.children.push_back(std::move(child));
        }
        out_.push_back('}');
    }
    void read_sequence(const YAML::Node& node, asl::PlacedValue& place, std::size_t depth) {
        place.array = true;
        out_.push_back('[');
        for (auto item = node.begin(); item != node.end(); ++item) {
            asl::PlacedValue child;
            child.position = position_of(item->Mark());
            if (item != node.begin()) out_.push_back(',');
            read(*item, child, depth + 1);
            place.children.push_back(std::move(child));
        }
        out_.push_back(']');
    }

    std::string& out_;
};

std::optional<std::string> read_at_most(std::istream& in, std::size_t bytes) {
    std::string text(bytes, '\0');
    in.read(text.data(), static_cast<std::streamsize>(bytes));
    if (in.bad()) return std::nullopt;
    text.resize(static_cast<std::size_t>(in.gcount()));
    return text;
}

/// One byte more than a definition may have: what is longer is refused by the validator.
std::optional<std::string> read_text(const std::string& path) {
    constexpr std::size_t kMost = asl::kMaxDefinitionBytes + 1;
    if (path == "-") return read_at_most(std::cin, kMost);
    std::error_code ec;
    if (std::filesystem::is_directory(path, ec)) return std::nullopt;
    std::ifstream in(path, std::ios::binary);
    return in ? read_at_most(in, kMost) : std::nullopt;
}

}  // namespace

DefinitionFile read_yaml_definition(const std::string& text) {
    DefinitionText definition;
    try {
        const YAML::Node document = YAML::Load(text);
        definition.places.position = position_of(document.Mark());
        YamlReader(definition.json).read(document, definition.places, 0);
    } catch (const Mistake& mistake) {
        return UnreadableDefinition{mistake.position(), mistake.what()};
    } catch (const YAML::Exception& error) {
        return UnreadableDefinition{position_of(error.mark), error.msg};
    }
    return definition;
}

DefinitionFile read_definition_file(const std::string& path) {
    auto text = read_text(path);
    if (!text) return UnreadableDefinition{{}, "the file cannot be read"};
    if (path.ends_with(".yaml") || path.ends_with(".yml")) {
        if (text->size() > asl::kMaxDefinitionBytes)
            return UnreadableDefinition{{}, "the definition is too large"};
        return read_yaml_definition(*text);
    }
    DefinitionText definition;
    definition.places = asl::place_json(*text);
    definition.json = *std::move(text);
    return definition;
}

}  // namespace stepwell::server
