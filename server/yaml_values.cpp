#include "server/yaml_values.hpp"

#include <charconv>
#include <set>

namespace stepwell::server::yaml {

std::string in_quotes(std::string_view text) { return '"' + std::string(text) + '"'; }

const std::string& scalar(const YAML::Node& node, const std::string& name) {
    if (!node.IsScalar() || node.Scalar().empty())
        throw Mistake(node.Mark(), name + " needs one value");
    return node.Scalar();
}

void need_value(const std::string& key, const YAML::Node& key_node, const YAML::Node& value) {
    if (value.IsNull()) throw Mistake(key_node.Mark(), key + " needs a value");
}

double number(const YAML::Node& node, const std::string& name, double least, double most) {
    const std::string& text = scalar(node, name);
    double value = 0;
    const char* end = text.data() + text.size();
    const auto [stopped, ec] = std::from_chars(text.data(), end, value);
    if (ec != std::errc() || stopped != end || !(value >= least) || !(value <= most)) {
        throw Mistake(node.Mark(), name + " " + in_quotes(text) + " is not a number from " +
                                       std::to_string(static_cast<long>(least)) + " to " +
                                       std::to_string(static_cast<long>(most)));
    }
    return value;
}

void check_members(const YAML::Node& map, const std::string& name) {
    if (!map.IsMap()) throw Mistake(map.Mark(), name + " needs lines of the form `key: value`");
    std::set<std::string> seen;
    for (const auto& member : map) {
        const std::string& key = scalar(member.first, "a key of " + name);
        if (!seen.insert(key).second)
            throw Mistake(member.first.Mark(), in_quotes(key) + " stands there twice; keep one");
    }
}

}  // namespace stepwell::server::yaml
