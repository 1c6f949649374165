// Bodies of the protocol rest-xml, as ElementTree writes them.

#include <algorithm>

#include "integrations/aws/request.hpp"
#include "integrations/aws/text.hpp"
#include "integrations/base64.hpp"

namespace stepwell::aws {
namespace {

using models::Kind;
using models::Member;
using models::Service;
using models::Shape;
using models::TimestampFormat;

class XmlWriter {
public:
    explicit XmlWriter(const Service& service) : service_(service) {}

    void element(std::string_view name, std::uint32_t index, const Json& value,
                 const models::XmlNamespace& xml_namespace, bool flattened) {
        const Shape& shape = service_.shapes.at(index);
        switch (shape.kind) {
            case Kind::structure:
                return structure(name, shape, value, xml_namespace);
            case Kind::list:
                return list(name, shape, value, flattened || shape.flattened);
            case Kind::map:
                return map(name, shape, value);
            case Kind::blob:
                return text(name, base64::encode(bytes_view(value)));
            case Kind::timestamp:
                return text(name,
                            date_text(shape, value.get<std::int64_t>(), TimestampFormat::iso8601));
            default:
                return text(name, scalar_text(value));
        }
    }

    std::string take() { return std::move(out_); }

private:
    static void append_escaped(std::string& out, std::string_view text, bool attribute) {
        for (const char c : text) {
            if (c == '&') {
                out += "&amp;";
            } else if (c == '<') {
                out += "&lt;";
            } else if (c == '>') {
                out += "&gt;";
            } else if (c == '"' && attribute) {
                out += "&quot;";
            } else if (c == '\r') {
                out += attribute ? "&#13;" : "&#xD;";
            } else if (c == '\n' && attribute) {
                out += "&#10;";
            } else if (c == '\t' && attribute) {
                out += "&#09;";
            } else {
                out += c;
            }
        }
    }

    void open(std::string_view name) {
        out_ += '<';
        out_ += name;
    }
    void close(std::string_view name) {
        out_ += "</";
        out_ += name;
        out_ += '>';
    }
    void text(std::string_view name, std::string_view value) {
        open(name);
        if (value.empty()) {
            out_ += " />";
            return;
        }
        out_ += '>';
        append_escaped(out_, value, false);
        close(name);
    }

    void structure(std::string_view name, const Shape& shape, const Json& value,
                   const models::XmlNamespace& xml_namespace) {
        open(name);
        if (!xml_namespace.uri.empty()) {
            out_ += " xmlns";
            if (!xml_namespace.prefix.empty()) out_ += ':' + std::string(xml_namespace.prefix);
            out_ += "=\"";
            append_escaped(out_, xml_namespace.uri, true);
            out_ += '"';
        }
        for (const bool attributes : {true, false}) {
            if (!attributes) out_ += '>';
            const std::size_t begin = out_.size();
            for (const auto& [key, given] : value.get_ref<const Json::object_t&>()) {
                const auto member = std::ranges::find(shape.members, key, &Member::name);
                if (member == shape.members.end() || member->xml_attribute != attributes) continue;
                const std::string_view as =
                    member->location_name.empty() ? member->name : member->location_name;
                if (!attributes) {
                    element(as, member->shape, given, member->xml_namespace, member->flattened);
                    continue;
                }
                out_ += ' ' + std::string(as) + "=\"";
                append_escaped(out_, scalar_text(given), true);
                out_ += '"';
            }
            if (attributes) continue;
            if (out_.size() > begin) return close(name);
            out_.back() = ' ';  // an element without content: also of lists that are empty
            out_ += "/>";
        }
    }

    void list(std::string_view name, const Shape& shape, const Json& value, bool flattened) {
        const Member& element_member = shape.members.front();
        const auto items = [&](std::string_view as) {
            for (const Json& item : value.get_ref<const Json::array_t&>())
                element(as, element_member.shape, item, element_member.xml_namespace, false);
        };
        if (flattened) return items(name);
        open(name);
        if (value.empty()) {
            out_ += " />";
            return;
        }
        out_ += '>';
        items(element_member.location_name.empty() ? "member" : element_member.location_name);
        close(name);
    }

    void map(std::string_view name, const Shape& shape, const Json& value) {
        const Member& key = shape.members.front();
        const Member& element_member = shape.members.back();
        open(name);
        if (value.empty()) {
            out_ += " />";
            return;
        }
        out_ += '>';
        for (const auto& [entry_key, item] : value.get_ref<const Json::object_t&>()) {
            open("entry");
            out_ += '>';
            text(key.location_name.empty() ? "key" : key.location_name, entry_key);
            element(element_member.location_name.empty() ? "value" : element_member.location_name,
                    element_member.shape, item, element_member.xml_namespace, false);
            close("entry");
        }
        close(name);
    }

    const Service& service_;
    std::string out_;
};

}  // namespace

std::string wire_xml(const Service& service, std::uint32_t shape, const Json& value,
                     std::string_view name, const models::XmlNamespace& xml_namespace) {
    XmlWriter writer(service);
    writer.element(name, shape, value, xml_namespace, false);
    return writer.take();
}

}  // namespace stepwell::aws
