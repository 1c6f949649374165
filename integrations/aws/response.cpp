#include "integrations/aws/response.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "engine/base/ascii.hpp"
#include "engine/base/utf8.hpp"
#include "integrations/aws/timestamps.hpp"
#include "integrations/aws/values.hpp"
#include "integrations/base64.hpp"
#include "integrations/error_body.hpp"

namespace stepwell::aws {
namespace {

using models::Kind;
using models::Member;
using models::Operation;
using models::Place;
using models::Protocol;
using models::Service;
using models::Shape;

/// What nests deeper is no answer of a service.
constexpr unsigned kMaxDepth = 256;

bool is_rest(const Service& service) {
    return service.protocol == Protocol::rest_json || service.protocol == Protocol::rest_xml;
}
bool is_xml(const Service& service) {
    return service.protocol == Protocol::rest_xml || service.protocol == Protocol::query ||
           service.protocol == Protocol::ec2;
}

std::string key_of(const Member& member) {
    return std::string(member.location_name.empty() ? member.name : member.location_name);
}

/// From JSON, CBOR or a header's text.
Json json_value(const Service& service, std::uint32_t index, const Json& value, unsigned depth) {
    const Shape& shape = service.shapes.at(index);
    if (shape.document || depth > kMaxDepth) return value;
    switch (shape.kind) {
        case Kind::structure: {
            if (!value.is_object()) return value;
            Json out = Json::object();
            for (const Member& member : shape.members) {
                const auto found = value.find(key_of(member));
                if (found == value.end() || found->is_null()) continue;
                out[std::string(member.name)] =
                    json_value(service, member.shape, *found, depth + 1);
            }
            return out;
        }
        case Kind::list: {
            if (!value.is_array()) return value;
            Json out = Json::array();
            for (const Json& item : value.get_ref<const Json::array_t&>())
                out.push_back(json_value(service, shape.members.front().shape, item, depth + 1));
            return out;
        }
        case Kind::map: {
            if (!value.is_object()) return value;
            Json out = Json::object();
            for (const auto& [name, item] : value.get_ref<const Json::object_t&>())
                out[name] = json_value(service, shape.members.back().shape, item, depth + 1);
            return out;
        }
        case Kind::blob: {
            if (!value.is_string()) return value;
            const auto decoded = base64::decode(value.get_ref<const std::string&>());
            return decoded ? binary_value(*decoded) : value;
        }
        case Kind::timestamp: {
            if (value.is_number()) {
                const double seconds = value.get<double>();
                if (!(std::abs(seconds) < 1e12)) return value;
                return Json(static_cast<std::int64_t>(std::llround(seconds * 1000.0)));
            }
            if (!value.is_string()) return value;
            const auto millis = parse_timestamp(value.get_ref<const std::string&>());
            return millis ? Json(*millis) : value;
        }
        default:
            return value;
    }
}

Json header_scalar(const Shape& shape, const std::string& text) {
    const char* end = text.data() + text.size();
    switch (shape.kind) {
        case Kind::integer:
        case Kind::long_integer: {
            std::int64_t number = 0;
            const auto [stopped, ec] = std::from_chars(text.data(), end, number);
            return ec == std::errc() && stopped == end ? Json(number) : Json(text);
        }
        case Kind::single_float:
        case Kind::double_float: {
            double number = 0;
            const auto [stopped, ec] = std::from_chars(text.data(), end, number);
            return ec == std::errc() && stopped == end ? Json(number) : Json(text);
        }
        case Kind::boolean:
            return Json(text == "true");
        case Kind::timestamp: {
            const auto millis = parse_timestamp(text);
            return millis ? Json(*millis) : Json(text);
        }
        case Kind::blob: {
            const auto decoded = base64::decode(text);
            return decoded ? binary_value(*decoded) : Json(text);
        }
        default:
            return Json(text);
    }
}

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
    while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
    return text;
}

Json header_value(const Service& service, const Member& member, const std::string& text) {
    const Shape& shape = service.shapes.at(member.shape);
    if (member.json_value) {
        const auto decoded = base64::decode(text);
        auto value = decoded ? parse_json(*decoded) : parse_json("");
        return value ? *std::move(value) : Json(text);
    }
    if (shape.kind != Kind::list) return header_scalar(shape, text);
    const Shape& element = service.shapes.at(shape.members.front().shape);
    Json out = Json::array();
    for (std::size_t at = 0; at <= text.size();) {
        const std::size_t comma = std::min(text.find(',', at), text.size());
        out.push_back(header_scalar(
            element, std::string(trimmed(std::string_view(text).substr(at, comma - at)))));
        at = comma + 1;
    }
    return out;
}

/// What stands in status and headers.
void read_head(const Service& service, const Shape& shape, const HttpResponse& response,
               Json& out) {
    for (const Member& member : shape.members) {
        const std::string name(member.name);
        if (member.place == Place::status_code) {
            out[name] = response.status;
        } else if (member.place == Place::header) {
            if (const std::string* text = find_header(response.headers, key_of(member)))
                out[name] = header_value(service, member, *text);
        } else if (member.place == Place::headers) {
            const std::string prefix(member.location_name);
            Json map = Json::object();
            for (const HttpHeader& header : response.headers) {
                if (starts_with_ignoring_case(header.name, prefix))
                    map[header.name.substr(prefix.size())] = header.value;
            }
            out[name] = std::move(map);
        }
    }
}

/// The body of a structure, or of its member that is the body.
std::optional<Json> read_body(const Service& service, std::uint32_t index,
                              const std::string& body) {
    if (is_xml(service)) {
        if (body.empty()) return Json::object();
        return read_xml_value(service, index, body, "");
    }
    if (service.protocol == Protocol::cbor) {
        if (body.empty()) return Json::object();
        const auto value = read_cbor(body);
        if (!value) return std::nullopt;
        return json_value(service, index, *value, 0);
    }
    if (body.empty()) return Json::object();
    const auto value = parse_json(body);
    if (!value) return std::nullopt;
    return json_value(service, index, *value, 0);
}

std::optional<Json> read_rest_output(const Service& service, std::uint32_t index,
                                     const HttpResponse& response) {
    const Shape& shape = service.shapes.at(index);
    Json out = Json::object();
    read_head(service, shape, response, out);
    if (const Member* payload = payload_member(shape)) {
        const Shape& body_shape = service.shapes.at(payload->shape);
        const std::string name(payload->name);
        if (body_shape.kind == Kind::blob || body_shape.event_stream) {
            out[name] = binary_value(response.body);
        } else if (body_shape.kind == Kind::string) {
            out[name] = to_valid_utf8(response.body);
        } else if (!response.body.empty()) {
            auto value = read_body(service, payload->shape, response.body);
            if (!value) return std::nullopt;
            out[name] = *std::move(value);
        }
        return out;
    }
    const bool has_body = std::ranges::any_of(
        shape.members, [](const Member& member) { return member.place == Place::body; });
    if (!has_body) return out;
    auto body = read_body(service, index, response.body);
    if (!body || !body->is_object()) return std::nullopt;
    for (auto& [name, value] : body->get_ref<Json::object_t&>()) {
        if (!out.contains(name)) out[name] = std::move(value);
    }
    return out;
}

void read_json_error(const Service& service, const HttpResponse& response, WireError& error) {
    Json body;
    if (service.protocol == Protocol::cbor) {
        body = read_cbor(response.body).value_or(Json());
    } else if (auto parsed = parse_json(response.body)) {
        body = *std::move(parsed);
    }
    // The code that the service had in the query protocol goes first.
    if (const std::string* query_error = find_header(response.headers, "x-amzn-query-error"))
        error.code = query_error->substr(0, query_error->find(';'));
    if (const std::string* type = find_header(response.headers, "x-amzn-errortype");
        type != nullptr && error.code.empty())
        error.code = bare_error_code(*type);
    if (error.code.empty()) error.code = error_code_in(body);
    error.message = error_message_in(body);
}

/// The operation's exception of that code; or, as some services declare them late, any.
const Shape* find_exception(const Service& service, const Operation& operation,
                            std::string_view code) {
    const auto has_code = [&](const Shape& shape) {
        return (!shape.error_code.empty() && shape.error_code == code) || shape.name == code;
    };
    for (const std::uint32_t index : operation.errors) {
        if (has_code(service.shapes.at(index))) return &service.shapes.at(index);
    }
    const auto any = std::ranges::find_if(
        service.shapes, [&](const Shape& shape) { return shape.exception && has_code(shape); });
    return any == service.shapes.end() ? nullptr : &*any;
}

/// What answers to HEAD requests, which have no body, say by their status. What is not there the
/// SDK for Java 2 tells by the operation, in the service's words (aws/aws-sdk-java-v2#830, #1941).
void read_status(const Service& service, const Operation& operation, unsigned status,
                 WireError& error) {
    if (service.service_id != "S3") return;
    if (status == 404 && operation.name == "HeadObject") {
        error.code = "NoSuchKey";
        error.message = "The specified key does not exist.";
    } else if (status == 404 && operation.name == "HeadBucket") {
        error.code = "NoSuchBucket";
        error.message = "The specified bucket does not exist";
    } else if (status == 404) {
        error.code = "NotFound";
    } else if (status == 403) {
        error.code = "AccessDenied";
    } else if (status == 400) {
        error.code = "BadRequest";
    } else if (status == 301) {
        error.code = "PermanentRedirect";
    }
}

}  // namespace

Json binary_value(std::string_view bytes) {
    return Json::binary(std::vector<std::uint8_t>(bytes.begin(), bytes.end()));
}

Json read_json_value(const Service& service, std::uint32_t shape, const Json& value) {
    return json_value(service, shape, value, 0);
}

std::optional<Json> read_output(const Service& service, const Operation& operation,
                                const HttpResponse& response) {
    if (!operation.output) return Json::object();
    if (is_rest(service)) return read_rest_output(service, *operation.output, response);
    if (is_xml(service)) {
        if (response.body.empty()) return std::nullopt;
        return read_xml_value(service, *operation.output, response.body, operation.result_wrapper);
    }
    auto value = read_body(service, *operation.output, response.body);
    if (value && !value->is_object()) return std::nullopt;
    return value;
}

WireError read_error(const Service& service, const Operation& operation,
                     const HttpResponse& response) {
    WireError error;
    bool understood = true;
    if (is_xml(service)) {
        if (auto xml = read_xml_error(response.body)) {
            error.code = std::move(xml->code);
            error.message = std::move(xml->message);
        } else {
            understood = false;
        }
    }
    if (!is_xml(service) || !understood) read_json_error(service, response, error);
    if (error.code.empty()) read_status(service, operation, response.status, error);
    if (error.message.empty() && error.code.empty())
        error.message = to_valid_utf8(std::string_view(response.body).substr(0, 1'024));
    if (const Shape* shape = find_exception(service, operation, error.code))
        error.exception = shape->name;
    return error;
}

std::string request_id_of(const HttpResponse& response) {
    for (const char* name : {"x-amzn-RequestId", "x-amz-request-id", "x-amzn-request-id"}) {
        if (const std::string* id = find_header(response.headers, name)) return *id;
    }
    // XML protocols have it in the body.
    for (const std::string_view tag : {"<RequestId>", "<requestId>", "<RequestID>"}) {
        const std::size_t at = response.body.find(tag);
        if (at == std::string::npos) continue;
        const std::size_t begin = at + tag.size();
        const std::size_t end = response.body.find('<', begin);
        if (end != std::string::npos && end - begin <= 128)
            return response.body.substr(begin, end - begin);
    }
    return {};
}

}  // namespace stepwell::aws
