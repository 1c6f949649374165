// Bodies of the protocols query, ec2 and rest-xml.

#include <algorithm>
#include <charconv>
#include <pugixml.hpp>

#include "integrations/aws/response.hpp"
#include "integrations/aws/timestamps.hpp"
#include "integrations/aws/values.hpp"
#include "integrations/base64.hpp"

namespace stepwell::aws {
namespace {

using models::Kind;
using models::Member;
using models::Protocol;
using models::Service;
using models::Shape;

constexpr unsigned kMaxDepth = 256;

/// Without its namespace's prefix.
std::string_view tag_of(const pugi::xml_node& node) {
    std::string_view name = node.name();
    if (const std::size_t colon = name.find(':'); colon != std::string_view::npos)
        name.remove_prefix(colon + 1);
    return name;
}

pugi::xml_node child_named(const pugi::xml_node& node, std::string_view name) {
    for (const pugi::xml_node& child : node.children()) {
        if (child.type() == pugi::node_element && tag_of(child) == name) return child;
    }
    return {};
}

class XmlReader {
public:
    explicit XmlReader(const Service& service) : service_(service) {}

    Json value(const pugi::xml_node& node, std::uint32_t index, unsigned depth) const {
        const Shape& shape = service_.shapes.at(index);
        if (depth > kMaxDepth) return nullptr;
        const std::string text = node.text().get();
        switch (shape.kind) {
            case Kind::structure:
                return structure(node, shape, depth);
            case Kind::list:
                return list(node, shape, depth);
            case Kind::map:
                return map(node, shape, depth);
            case Kind::integer:
            case Kind::long_integer:
                return number<std::int64_t>(text);
            case Kind::single_float:
            case Kind::double_float:
                return number<double>(text);
            case Kind::boolean:
                return Json(text == "true");
            case Kind::blob: {
                const auto decoded = base64::decode(text);
                return decoded ? binary_value(*decoded) : Json(text);
            }
            case Kind::timestamp: {
                const auto millis = parse_timestamp(text);
                return millis ? Json(*millis) : Json(text);
            }
            case Kind::string:
                return Json(text);
        }
        return nullptr;
    }

private:
    template <class Number>
    static Json number(const std::string& text) {
        Number value{};
        const char* end = text.data() + text.size();
        const auto [stopped, ec] = std::from_chars(text.data(), end, value);
        return ec == std::errc() && stopped == end ? Json(value) : Json(text);
    }

    bool is_flat(const Member& member) const {
        return member.flattened || service_.shapes.at(member.shape).flattened;
    }

    /// What the elements of a member are called below its structure.
    std::string_view element_name(const Member& member) const {
        const Shape& shape = service_.shapes.at(member.shape);
        if (shape.kind == Kind::list && is_flat(member) &&
            !shape.members.front().location_name.empty())
            return shape.members.front().location_name;
        return member.location_name.empty() ? member.name : member.location_name;
    }

    Json structure(const pugi::xml_node& node, const Shape& shape, unsigned depth) const {
        Json out = Json::object();
        for (const Member& member : shape.members) {
            if (member.place != models::Place::body) continue;
            const std::string name(member.name);
            if (member.xml_attribute) {
                const pugi::xml_attribute attribute =
                    node.attribute(std::string(element_name(member)).c_str());
                if (attribute) out[name] = attribute.value();
                continue;
            }
            const pugi::xml_node child = child_named(node, element_name(member));
            if (!child) continue;
            const Shape& member_shape = service_.shapes.at(member.shape);
            if (member_shape.kind == Kind::list && is_flat(member)) {
                out[name] = flat_list(node, element_name(member), member_shape, depth);
            } else if (member_shape.kind == Kind::map && is_flat(member)) {
                out[name] = flat_map(node, element_name(member), member_shape, depth);
            } else {
                out[name] = value(child, member.shape, depth + 1);
            }
        }
        return out;
    }

    Json list(const pugi::xml_node& node, const Shape& shape, unsigned depth) const {
        Json out = Json::array();
        for (const pugi::xml_node& child : node.children()) {
            if (child.type() == pugi::node_element)
                out.push_back(value(child, shape.members.front().shape, depth + 1));
        }
        return out;
    }

    Json flat_list(const pugi::xml_node& parent, std::string_view name, const Shape& shape,
                   unsigned depth) const {
        Json out = Json::array();
        for (const pugi::xml_node& child : parent.children()) {
            if (child.type() == pugi::node_element && tag_of(child) == name)
                out.push_back(value(child, shape.members.front().shape, depth + 1));
        }
        return out;
    }

    void entry(const pugi::xml_node& node, const Shape& shape, unsigned depth, Json& out) const {
        const Member& key = shape.members.front();
        const Member& element = shape.members.back();
        const pugi::xml_node key_node =
            child_named(node, key.location_name.empty() ? "key" : key.location_name);
        const pugi::xml_node value_node =
            child_named(node, element.location_name.empty() ? "value" : element.location_name);
        if (key_node && value_node)
            out[std::string(key_node.text().get())] = value(value_node, element.shape, depth + 1);
    }

    Json map(const pugi::xml_node& node, const Shape& shape, unsigned depth) const {
        Json out = Json::object();
        for (const pugi::xml_node& child : node.children()) {
            if (child.type() == pugi::node_element) entry(child, shape, depth, out);
        }
        return out;
    }

    Json flat_map(const pugi::xml_node& parent, std::string_view name, const Shape& shape,
                  unsigned depth) const {
        Json out = Json::object();
        for (const pugi::xml_node& child : parent.children()) {
            if (child.type() == pugi::node_element && tag_of(child) == name)
                entry(child, shape, depth, out);
        }
        return out;
    }

    const Service& service_;
};

/// S3's GetBucketLocation has its one member as the root itself.
bool is_bare_member(const Service& service, const Shape& shape) {
    return service.service_id == "S3" && shape.name == "GetBucketLocationOutput";
}

}  // namespace

std::optional<Json> read_xml_value(const Service& service, std::uint32_t index,
                                   const std::string& body, std::string_view wrapper) {
    pugi::xml_document document;
    const auto parsed = document.load_buffer(body.data(), body.size(),
                                             pugi::parse_default | pugi::parse_ws_pcdata_single);
    const pugi::xml_node root = document.document_element();
    if (!parsed || !root) return std::nullopt;
    const Shape& shape = service.shapes.at(index);
    if (is_bare_member(service, shape)) {
        Json out = Json::object();
        const std::string location = root.text().get();
        if (!location.empty()) out[std::string(shape.members.front().name)] = location;
        return out;
    }
    pugi::xml_node from = root;
    if (!wrapper.empty()) {
        from = child_named(root, wrapper);
        if (!from) return std::nullopt;
    }
    return XmlReader(service).value(from, index, 0);
}

/// `<ErrorResponse><Error><Code>` (query), `<Response><Errors><Error>` (ec2), `<Error><Code>` (S3).
std::optional<XmlError> read_xml_error(const std::string& body) {
    pugi::xml_document document;
    const auto parsed = document.load_buffer(body.data(), body.size());
    const pugi::xml_node root = document.document_element();
    if (!parsed || !root) return std::nullopt;
    pugi::xml_node error = root;
    if (const pugi::xml_node errors = child_named(root, "Errors")) error = errors;
    if (tag_of(error) != "Error") error = child_named(error, "Error");
    if (!error) return std::nullopt;
    XmlError out;
    out.code = child_named(error, "Code").text().get();
    out.message = child_named(error, "Message").text().get();
    if (out.message.empty()) out.message = child_named(error, "message").text().get();
    return out;
}

}  // namespace stepwell::aws
