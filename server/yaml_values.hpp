#pragma once

#include <yaml-cpp/yaml.h>

#include <stdexcept>
#include <string>
#include <string_view>

/// Reading the values of stepwell.yaml, with what is wrong and where.
namespace stepwell::server::yaml {

/// A mistake at a place of the file; the message is what follows `FILE:LINE: `.
class Mistake : public std::runtime_error {
public:
    Mistake(const YAML::Mark& mark, const std::string& message)
        : std::runtime_error(message), mark_(mark) {}
    const YAML::Mark& mark() const { return mark_; }

private:
    YAML::Mark mark_;
};

std::string in_quotes(std::string_view text);

/// The text of a single value that is not empty.
const std::string& scalar(const YAML::Node& node, const std::string& name);

/// An empty value (`key:` and nothing) is wrong, and the key's line is the one to show.
void need_value(const std::string& key, const YAML::Node& key_node, const YAML::Node& value);

double number(const YAML::Node& node, const std::string& name, double least, double most);

/// Throws where it is no mapping, or a key has no text or stands there twice.
void check_members(const YAML::Node& map, const std::string& name);

/// Calls `visit(key, key node, value node)` for each member of a mapping, each key at most once.
template <class Visit>
void for_each_member(const YAML::Node& map, const std::string& name, Visit visit) {
    check_members(map, name);
    for (const auto& member : map) visit(member.first.Scalar(), member.first, member.second);
}

}  // namespace stepwell::server::yaml
