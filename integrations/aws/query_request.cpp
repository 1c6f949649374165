// The protocols query and ec2: a form, with members as `A.member.1.B`.

#include <algorithm>

#include "integrations/aws/request.hpp"
#include "integrations/aws/text.hpp"
#include "integrations/base64.hpp"

namespace stepwell::aws {
namespace {

using models::Kind;
using models::Member;
using models::Protocol;
using models::Service;
using models::Shape;

class QueryWriter {
public:
    QueryWriter(const Service& service, std::string& body) : service_(service), body_(body) {}

    void pair(std::string_view name, std::string_view value) {
        if (!body_.empty()) body_ += '&';
        body_ += form_encode(name);
        body_ += '=';
        body_ += form_encode(value);
    }

    void structure(const Json& value, const Shape& shape, const std::string& prefix) {
        for (const auto& [name, given] : value.get_ref<const Json::object_t&>()) {
            const auto member = std::ranges::find(shape.members, name, &Member::name);
            if (member == shape.members.end()) continue;
            const std::string key = name_of(*member, member->name);
            write(given, *member, prefix.empty() ? key : prefix + '.' + key);
        }
    }

private:
    bool ec2() const { return service_.protocol == Protocol::ec2; }

    std::string name_of(const Member& member, std::string_view otherwise) const {
        if (ec2() && !member.query_name.empty()) return std::string(member.query_name);
        if (member.location_name.empty()) return std::string(otherwise);
        std::string name(member.location_name);
        if (ec2() && name.front() >= 'a' && name.front() <= 'z')
            name.front() = static_cast<char>(name.front() - 'a' + 'A');
        return name;
    }

    void write(const Json& value, const Member& as, const std::string& prefix) {
        const Shape& shape = service_.shapes.at(as.shape);
        switch (shape.kind) {
            case Kind::structure:
                structure(value, shape, prefix);
                break;
            case Kind::list:
                list(value, shape, as.flattened || shape.flattened, prefix);
                break;
            case Kind::map:
                map(value, shape, as.flattened || shape.flattened, prefix);
                break;
            case Kind::blob:
                pair(prefix, base64::encode(bytes_view(value)));
                break;
            case Kind::timestamp:
                pair(prefix,
                     date_text(shape, value.get<std::int64_t>(), models::TimestampFormat::iso8601));
                break;
            default:
                pair(prefix, scalar_text(value));
        }
    }

    void list(const Json& value, const Shape& shape, bool flattened, const std::string& prefix) {
        const Member& element = shape.members.front();
        std::string list_prefix = prefix;
        if (!ec2()) {
            // Only this protocol can say that a list is empty.
            if (value.empty()) return pair(prefix, "");
            if (!flattened) {
                list_prefix += '.' + name_of(element, "member");
            } else if (!element.location_name.empty()) {
                const std::size_t dot = prefix.rfind('.');
                list_prefix = dot == std::string::npos ? std::string() : prefix.substr(0, dot + 1);
                list_prefix += name_of(element, "");
            }
        }
        std::size_t number = 0;
        for (const Json& item : value.get_ref<const Json::array_t&>())
            write(item, element, list_prefix + '.' + std::to_string(++number));
    }

    void map(const Json& value, const Shape& shape, bool flattened, const std::string& prefix) {
        const Member& key = shape.members.front();
        const Member& element = shape.members.back();
        const std::string entry = flattened ? prefix : prefix + ".entry";
        std::size_t number = 0;
        for (const auto& [name, item] : value.get_ref<const Json::object_t&>()) {
            const std::string numbered = entry + '.' + std::to_string(++number) + '.';
            pair(numbered + name_of(key, "key"), name);
            write(item, element, numbered + name_of(element, "value"));
        }
    }

    const Service& service_;
    std::string& body_;
};

}  // namespace

void write_query_request(const Service& service, const models::Operation& operation,
                         const Json& input, WireRequest& request) {
    request.headers = {{"Content-Type", "application/x-www-form-urlencoded; charset=utf-8"}};
    QueryWriter writer(service, request.body);
    writer.pair("Action", operation.name);
    writer.pair("Version", service.api_version);
    if (operation.input) writer.structure(input, service.shapes.at(*operation.input), "");
}

}  // namespace stepwell::aws
