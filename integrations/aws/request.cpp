#include "integrations/aws/request.hpp"

#include <algorithm>

#include "integrations/aws/checksum.hpp"
#include "integrations/aws/text.hpp"
#include "integrations/aws/timestamps.hpp"
#include "integrations/base64.hpp"

namespace stepwell::aws {
namespace {

using models::Kind;
using models::Member;
using models::Operation;
using models::Protocol;
using models::Service;
using models::Shape;
using models::TimestampFormat;

const Member* member_of(const Shape& shape, const std::string& name) {
    const auto found = std::ranges::find(shape.members, name, &Member::name);
    return found == shape.members.end() ? nullptr : &*found;
}

/// `{AccountId}.` with its labels filled.
Result<std::string, BadParameters> fill_host_prefix(const Operation& operation, const Json& input) {
    std::string out;
    std::string_view rest = operation.host_prefix;
    while (!rest.empty()) {
        const std::size_t open = rest.find('{');
        out += rest.substr(0, open);
        if (open == std::string_view::npos) break;
        const std::size_t close = rest.find('}', open);
        if (close == std::string_view::npos) break;
        const std::string label(rest.substr(open + 1, close - open - 1));
        const auto value = input.find(label);
        const std::string text = value == input.end() ? std::string() : scalar_text(*value);
        const auto allowed = [](char c) {
            return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                   c == '-' || c == '.';
        };
        if (text.empty() || !std::ranges::all_of(text, allowed))
            return BadParameters{"The value of the field '" + label + "' has an invalid format"};
        out += text;
        rest.remove_prefix(close + 1);
    }
    return {boost::system::in_place_value, std::move(out)};
}

/// What services want beside what their models say, as all of AWS's SDKs add it.
void add_customary_headers(const Service& service, const Operation& operation,
                           WireRequest& request) {
    if (service.service_id == "Glacier")
        request.headers.push_back({"x-amz-glacier-version", std::string(service.api_version)});
    if (service.service_id == "API Gateway" && find_header(request.headers, "Accept") == nullptr) {
        request.headers.push_back({"Accept", "application/json"});
    }
    const bool upload = service.service_id == "S3" &&
                        (operation.name == "PutObject" || operation.name == "UploadPart");
    if ((operation.checksum_required || upload) && !has_checksum(request.headers))
        request.headers.push_back({"Content-MD5", md5_base64(request.body)});
}

}  // namespace

Result<WireRequest, BadParameters> write_request(const Service& service, const Operation& operation,
                                                 const Json& input) {
    WireRequest request;
    switch (service.protocol) {
        case Protocol::rest_json:
        case Protocol::rest_xml:
            request = TRY(write_rest_request(service, operation, input));
            break;
        case Protocol::json:
            request.method = operation.method;
            write_json_request(service, operation, input, request);
            break;
        case Protocol::query:
        case Protocol::ec2:
            request.method = operation.method;
            write_query_request(service, operation, input, request);
            break;
        case Protocol::cbor:
            write_cbor_request(service, operation, input, request);
            break;
    }
    request.host_prefix = TRY(fill_host_prefix(operation, input));
    if (!operation.checksum_member.empty()) {
        const auto algorithm = input.find(std::string(operation.checksum_member));
        if (algorithm != input.end() && algorithm->is_string())
            add_checksum(request.headers, algorithm->get_ref<const std::string&>(), request.body);
    }
    add_customary_headers(service, operation, request);
    return request;
}

void write_json_request(const Service& service, const Operation& operation, const Json& input,
                        WireRequest& request) {
    request.headers = {
        {"X-Amz-Target", std::string(service.target_prefix) + '.' + std::string(operation.name)},
        {"Content-Type", "application/x-amz-json-" + std::string(service.json_version)}};
    request.body = to_wire_json(operation.input ? wire_json(service, *operation.input, input)
                                                : Json::object());
}

Json wire_json(const Service& service, std::uint32_t index, const Json& value) {
    const Shape& shape = service.shapes.at(index);
    if (shape.document || value.is_null()) return value;
    switch (shape.kind) {
        case Kind::structure: {
            if (!value.is_object()) return value;
            Json out = Json::object();
            for (const auto& [name, given] : value.get_ref<const Json::object_t&>()) {
                const Member* member = member_of(shape, name);
                if (member == nullptr) continue;
                const std::string key(member->location_name.empty() ? member->name
                                                                    : member->location_name);
                if (member->json_value && !given.is_string()) {
                    out[key] = to_wire_json(given);
                } else {
                    out[key] = wire_json(service, member->shape, given);
                }
            }
            return out;
        }
        case Kind::list: {
            Json out = Json::array();
            for (const Json& item : value.get_ref<const Json::array_t&>())
                out.push_back(wire_json(service, shape.members.front().shape, item));
            return out;
        }
        case Kind::map: {
            Json out = Json::object();
            for (const auto& [name, item] : value.get_ref<const Json::object_t&>())
                out[name] = wire_json(service, shape.members.back().shape, item);
            return out;
        }
        case Kind::blob:
            return Json(base64::encode(bytes_view(value)));
        case Kind::timestamp: {
            const auto millis = value.get<std::int64_t>();
            if (shape.timestamp_format == TimestampFormat::iso8601)
                return Json(to_date_time(millis));
            if (shape.timestamp_format == TimestampFormat::rfc822)
                return Json(to_http_date(millis));
            if (millis % 1000 == 0) return Json(millis / 1000);
            return Json(static_cast<double>(millis) / 1000.0);
        }
        default:
            return value;
    }
}

std::string date_text(const Shape& shape, std::int64_t millis, TimestampFormat otherwise) {
    switch (shape.timestamp_format == TimestampFormat::unset ? otherwise : shape.timestamp_format) {
        case TimestampFormat::rfc822:
            return to_http_date(millis);
        case TimestampFormat::unix_timestamp:
            return to_epoch(millis);
        case TimestampFormat::iso8601:
        case TimestampFormat::unset:
            break;
    }
    return to_date_time(millis);
}

std::string_view bytes_view(const Json& binary) {
    const auto& bytes = binary.get_binary();
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace stepwell::aws
