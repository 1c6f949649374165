// The protocols rest-json and rest-xml: members in path, query, headers and body.

#include <algorithm>

#include "engine/base/percent.hpp"
#include "integrations/aws/request.hpp"
#include "integrations/aws/text.hpp"
#include "integrations/base64.hpp"

namespace stepwell::aws {
namespace {

using models::Kind;
using models::Member;
using models::Operation;
using models::Place;
using models::Protocol;
using models::Service;
using models::Shape;
using models::TimestampFormat;

/// RFC 9110, section 5.6.2: a map's keys become names of headers, and must not become more.
bool is_header_name(std::string_view name) {
    return !name.empty() && std::ranges::all_of(name, [](char c) {
        return c > ' ' && c < 0x7F &&
               std::string_view("\"(),/:;<=>?@[\\]{}").find(c) == std::string_view::npos;
    });
}

class RestWriter {
public:
    RestWriter(const Service& service, const Operation& operation, const Json& input)
        : service_(service), operation_(operation), input_(input) {
        request_.method = operation.method;
        if (operation.input) shape_ = &service.shapes.at(*operation.input);
    }

    Result<WireRequest, BadParameters> write() {
        request_.path = TRY(path());
        if (shape_ == nullptr) return std::move(request_);
        for (const auto& [name, value] : input_.get_ref<const Json::object_t&>()) {
            const auto member = std::ranges::find(shape_->members, name, &Member::name);
            if (member == shape_->members.end()) continue;
            place(*member, value);
        }
        for (const HttpHeader& header : request_.headers) {
            if (!is_header_name(header.name))
                return BadParameters{"\"" + header.name + "\" cannot be the name of a header"};
        }
        body();
        return std::move(request_);
    }

private:
    static std::string key_of(const Member& member) {
        return std::string(member.location_name.empty() ? member.name : member.location_name);
    }

    const Json* label_value(std::string_view label) const {
        if (shape_ == nullptr) return nullptr;
        for (const Member& member : shape_->members) {
            if (member.place != Place::uri || key_of(member) != label) continue;
            const auto found = input_.find(std::string(member.name));
            return found == input_.end() ? nullptr : &*found;
        }
        return nullptr;
    }

    /// Route 53's own answers put the kind before an id, and its requests must not have it.
    std::string label_text(std::string_view label, const Json& value) const {
        std::string text = scalar_text(value);
        const Shape* shape = nullptr;
        for (const Member& member : shape_->members) {
            if (member.place == Place::uri && key_of(member) == label)
                shape = &service_.shapes.at(member.shape);
        }
        if (shape != nullptr && shape->kind == Kind::timestamp)
            return date_text(*shape, value.get<std::int64_t>(), TimestampFormat::iso8601);
        if (service_.service_id == "Route 53" && shape != nullptr &&
            (shape->name == "ResourceId" || shape->name == "DelegationSetId" ||
             shape->name == "ChangeId"))
            text.erase(0, text.rfind('/') == std::string::npos ? 0 : text.rfind('/') + 1);
        return text;
    }

    /// The URI template with its labels filled; what it has behind a `?` goes to the query.
    Result<std::string, BadParameters> path() {
        std::string_view rest = operation_.uri;
        if (const std::size_t mark = rest.find('?'); mark != std::string_view::npos) {
            request_.query = rest.substr(mark + 1);
            rest = rest.substr(0, mark);
        }
        std::string out;
        while (!rest.empty()) {
            const std::size_t open = rest.find('{');
            out += rest.substr(0, open);
            if (open == std::string_view::npos) break;
            const std::size_t close = rest.find('}', open);
            if (close == std::string_view::npos) break;
            std::string_view label = rest.substr(open + 1, close - open - 1);
            const bool greedy = label.ends_with('+');
            if (greedy) label.remove_suffix(1);
            const Json* value = label_value(label);
            const std::string text = value == nullptr ? std::string() : label_text(label, *value);
            if (text.empty()) {
                return BadParameters{"The field '" + std::string(label) +
                                     "' is required but was missing"};
            }
            out += percent_encode(text, greedy ? "/" : "");
            rest.remove_prefix(close + 1);
        }
        if (out.empty()) out = "/";
        return {boost::system::in_place_value, std::move(out)};
    }

    void query_pair(std::string_view name, std::string_view value) {
        if (!request_.query.empty()) request_.query += '&';
        request_.query += percent_encode(name) + '=' + percent_encode(value);
    }

    void place(const Member& member, const Json& value) {
        switch (member.place) {
            case Place::uri:
            case Place::status_code:
                break;
            case Place::query_string:
                query(member, value);
                break;
            case Place::header:
                header(member, value);
                break;
            case Place::headers:
                for (const auto& [name, text] : value.get_ref<const Json::object_t&>())
                    request_.headers.push_back({key_of(member) + name, scalar_text(text)});
                break;
            case Place::body:
                body_members_[std::string(member.name)] = value;
        }
    }

    std::string text_of(const Shape& shape, const Json& value, TimestampFormat dates) const {
        if (shape.kind == Kind::timestamp)
            return date_text(shape, value.get<std::int64_t>(), dates);
        if (shape.kind == Kind::blob) return base64::encode(bytes_view(value));
        return scalar_text(value);
    }

    void query(const Member& member, const Json& value) {
        const Shape& shape = service_.shapes.at(member.shape);
        const auto texts_of = [&](const std::string& name, const Shape& one, const Json& item) {
            if (one.kind != Kind::list)
                return query_pair(name, text_of(one, item, TimestampFormat::iso8601));
            const Shape& element = service_.shapes.at(one.members.front().shape);
            for (const Json& each : item.get_ref<const Json::array_t&>())
                query_pair(name, text_of(element, each, TimestampFormat::iso8601));
        };
        if (shape.kind != Kind::map) return texts_of(key_of(member), shape, value);
        const Shape& element = service_.shapes.at(shape.members.back().shape);
        for (const auto& [name, item] : value.get_ref<const Json::object_t&>())
            texts_of(name, element, item);
    }

    void header(const Member& member, const Json& value) {
        const Shape& shape = service_.shapes.at(member.shape);
        std::string text;
        if (shape.kind == Kind::list) {
            if (value.empty()) return;
            const Shape& element = service_.shapes.at(shape.members.front().shape);
            for (const Json& item : value.get_ref<const Json::array_t&>()) {
                if (!text.empty()) text += ',';
                text += text_of(element, item, TimestampFormat::rfc822);
            }
        } else if (member.json_value) {
            text = base64::encode(value.is_string() ? value.get<std::string>()
                                                    : to_compact_json(value));
        } else {
            text = text_of(shape, value, TimestampFormat::rfc822);
        }
        request_.headers.push_back({key_of(member), std::move(text)});
    }

    bool xml() const { return service_.protocol == Protocol::rest_xml; }

    void body() {
        if (const Member* payload = payload_member(*shape_)) return body_of_payload(*payload);
        const bool has_body_members = std::ranges::any_of(
            shape_->members, [](const Member& member) { return member.place == Place::body; });
        if (xml()) {
            if (!body_members_.empty())
                request_.body = wire_xml(service_, *operation_.input, body_members_,
                                         operation_.input_location_name.empty()
                                             ? shape_->name
                                             : operation_.input_location_name,
                                         operation_.input_namespace);
            return;
        }
        if (!has_body_members) return;
        request_.body = to_wire_json(wire_json(service_, *operation_.input, body_members_));
        json_content_type();
    }

    void body_of_payload(const Member& payload) {
        const Shape& shape = service_.shapes.at(payload.shape);
        const auto value = input_.find(std::string(payload.name));
        const bool given = value != input_.end();
        if (shape.kind == Kind::blob) {
            if (given) request_.body = bytes_view(*value);
            return;
        }
        if (shape.kind == Kind::string) {
            if (given) request_.body = scalar_text(*value);
            return;
        }
        if (xml()) {
            if (given)
                request_.body =
                    wire_xml(service_, payload.shape, *value,
                             payload.location_name.empty() ? shape.name : payload.location_name,
                             payload.xml_namespace);
            return;
        }
        request_.body = given ? to_wire_json(wire_json(service_, payload.shape, *value)) : "{}";
        json_content_type();
    }

    void json_content_type() {
        if (find_header(request_.headers, "Content-Type") == nullptr)
            request_.headers.push_back({"Content-Type", "application/json"});
    }

    const Service& service_;
    const Operation& operation_;
    const Json& input_;
    const Shape* shape_ = nullptr;
    WireRequest request_;
    Json body_members_ = Json::object();
};

}  // namespace

Result<WireRequest, BadParameters> write_rest_request(const Service& service,
                                                      const Operation& operation,
                                                      const Json& input) {
    return RestWriter(service, operation, input).write();
}

}  // namespace stepwell::aws
