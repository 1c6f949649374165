#include "integrations/aws/values.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <vector>

#include "engine/base/time.hpp"
#include "engine/base/utf8.hpp"
#include "integrations/aws/timestamps.hpp"
#include "integrations/base64.hpp"

namespace stepwell::aws {
namespace {

using models::Kind;
using models::Member;
using models::Service;
using models::Shape;

/// Deeper than any model goes, and than JSON may.
constexpr unsigned kMaxDepth = 512;

BadParameters bad_format(std::string_view field) {
    return {"The value of the field '" + std::string(field) + "' has an invalid format"};
}

Json::binary_t bytes_of(std::string_view text) {
    return Json::binary_t(std::vector<std::uint8_t>(text.begin(), text.end()));
}

template <class Number>
std::optional<Number> number_of(const std::string& text) {
    Number number{};
    const char* end = text.data() + text.size();
    const auto [stopped, ec] = std::from_chars(text.data(), end, number);
    return ec == std::errc() && stopped == end ? std::optional(number) : std::nullopt;
}

class ParameterReader {
public:
    ParameterReader(const Service& service, const Fill& fill) : service_(service), fill_(fill) {}

    Result<Json, BadParameters> read(const Json& value, std::uint32_t index, const Member* as,
                                     std::string_view field, unsigned depth) const {
        const Shape& shape = service_.shapes.at(index);
        if (depth > kMaxDepth) return bad_format(field);
        if (shape.document) return value;
        if (as != nullptr && as->json_value && as->place == models::Place::header) return value;
        switch (shape.kind) {
            case Kind::structure:
                return structure(value, shape, field, depth);
            case Kind::list:
                return list(value, shape, field, depth);
            case Kind::map:
                return map(value, shape, field, depth);
            case Kind::string:
                return Json(value.is_string() ? value.get<std::string>() : write_json(value));
            case Kind::integer:
            case Kind::long_integer:
                return integer(value, field);
            case Kind::single_float:
            case Kind::double_float:
                return decimal(value, field);
            case Kind::boolean:
                return boolean(value, field);
            case Kind::blob:
                return blob(value);
            case Kind::timestamp:
                return timestamp(value, field);
        }
        return bad_format(field);
    }

    Result<Json, BadParameters> structure(const Json& value, const Shape& shape,
                                          std::string_view field, unsigned depth) const {
        if (!value.is_object()) return bad_format(field);
        Json out = Json::object();
        const Member* payload = payload_member(shape);
        bool sends_text = false;
        for (const auto& [name, given] : value.get_ref<const Json::object_t&>()) {
            const Member* member = find_member(shape, name);
            if (member == nullptr)
                return BadParameters{"The field '" + name + "' is not supported by Step Functions"};
            if (given.is_null()) continue;
            if (member == payload && service_.shapes.at(member->shape).kind == Kind::blob) {
                out[std::string(member->name)] = body(given, *member);
                sends_text = is_stream(*member) && !fill_.body;
                continue;
            }
            out[std::string(member->name)] =
                TRY(read(given, member->shape, member, name, depth + 1));
        }
        for (const Member& member : shape.members) {
            const std::string name(member.name);
            if (out.contains(name)) continue;
            if (member.idempotency_token && !fill_.client_token.empty())
                out[name] = fill_.client_token;
            // OBSERVED: S3 keeps this type for an object that a task has put without one
            // (conformance, aws_sdk_task_service__s3_put_object).
            if (sends_text && member.location_name == "Content-Type") out[name] = kTypeOfText;
        }
        return out;
    }

private:
    static constexpr const char* kTypeOfText = "text/plain; charset=UTF-8";

    bool is_stream(const Member& member) const {
        return member.streaming || service_.shapes.at(member.shape).streaming;
    }
    /// OBSERVED: a stream is sent as JSON, text with its quotes (conformance,
    /// aws_sdk_task_service__s3_put_object__str: the checksum tells).
    Json body(const Json& value, const Member& member) const {
        const bool as_it_is = value.is_string() && !is_stream(member);
        return Json(bytes_of(as_it_is ? value.get<std::string>() : write_json(value)));
    }

    Result<Json, BadParameters> list(const Json& value, const Shape& shape, std::string_view field,
                                     unsigned depth) const {
        if (!value.is_array()) return bad_format(field);
        Json out = Json::array();
        const Member& element = shape.members.front();
        for (const Json& item : value.get_ref<const Json::array_t&>()) {
            if (item.is_null()) {
                out.push_back(nullptr);
                continue;
            }
            out.push_back(TRY(read(item, element.shape, &element, field, depth + 1)));
        }
        return out;
    }

    Result<Json, BadParameters> map(const Json& value, const Shape& shape, std::string_view field,
                                    unsigned depth) const {
        if (!value.is_object()) return bad_format(field);
        Json out = Json::object();
        const Member& element = shape.members.back();
        for (const auto& [name, item] : value.get_ref<const Json::object_t&>()) {
            if (item.is_null()) continue;
            out[name] = TRY(read(item, element.shape, &element, field, depth + 1));
        }
        return out;
    }

    static Result<Json, BadParameters> integer(const Json& value, std::string_view field) {
        if (value.is_number_integer()) return value;
        if (value.is_number_float()) {
            const double number = value.get<double>();
            if (std::trunc(number) == number && std::abs(number) < 9e15)
                return Json(static_cast<std::int64_t>(number));
        }
        if (value.is_string()) {
            if (const auto number = number_of<std::int64_t>(value.get_ref<const std::string&>()))
                return Json(*number);
        }
        return bad_format(field);
    }

    static Result<Json, BadParameters> decimal(const Json& value, std::string_view field) {
        if (value.is_number()) return value;
        if (value.is_string()) {
            const auto number = number_of<double>(value.get_ref<const std::string&>());
            if (number && std::isfinite(*number)) return Json(*number);
        }
        return bad_format(field);
    }

    static Result<Json, BadParameters> boolean(const Json& value, std::string_view field) {
        if (value.is_boolean()) return value;
        if (value == Json("true")) return Json(true);
        if (value == Json("false")) return Json(false);
        return bad_format(field);
    }

    /// Base64, as JSON has bytes; other text stands for itself, other JSON for its text.
    static Result<Json, BadParameters> blob(const Json& value) {
        const std::string text = value.is_string() ? value.get<std::string>() : write_json(value);
        if (value.is_string()) {
            if (const auto decoded = base64::decode(text)) return Json(bytes_of(*decoded));
        }
        return Json(bytes_of(text));
    }

    /// ISO 8601, or seconds since 1970.
    static Result<Json, BadParameters> timestamp(const Json& value, std::string_view field) {
        if (value.is_number()) {
            const double seconds = value.get<double>();
            if (std::abs(seconds) > 1e12) return bad_format(field);
            return Json(static_cast<std::int64_t>(std::llround(seconds * 1000.0)));
        }
        if (value.is_string()) {
            if (const auto millis = parse_timestamp(value.get_ref<const std::string&>()))
                return Json(*millis);
        }
        return bad_format(field);
    }

    const Service& service_;
    const Fill& fill_;
};

Json show_structure(const Service& service, const Shape& shape, const Json& value, Style style) {
    std::vector<std::pair<std::string, Json>> members;
    const Member* payload = payload_member(shape);
    for (const auto& [name, member_value] : value.get_ref<const Json::object_t&>()) {
        const auto member = std::ranges::find(shape.members, name, &Member::name);
        if (member == shape.members.end()) continue;
        if (&*member == payload && member_value.is_binary()) {
            const auto& bytes = member_value.get_binary();
            members.emplace_back(member_name(name, style),
                                 to_valid_utf8(std::string(bytes.begin(), bytes.end())));
            continue;
        }
        members.emplace_back(member_name(name, style),
                             show(service, member->shape, member_value, style));
    }
    std::ranges::sort(members, {}, &std::pair<std::string, Json>::first);
    Json out = Json::object();
    for (auto& [name, shown] : members) out[name] = std::move(shown);
    return out;
}

}  // namespace

const Member* payload_member(const Shape& shape) {
    if (shape.payload.empty()) return nullptr;
    const auto found = std::ranges::find(shape.members, shape.payload, &Member::name);
    return found == shape.members.end() ? nullptr : &*found;
}

Result<Json, BadParameters> read_parameters(const Service& service,
                                            const models::Operation& operation,
                                            const Json& parameters, const Fill& fill) {
    if (!parameters.is_object()) return BadParameters{"The parameters must be an object"};
    if (!operation.input) {
        for (const auto& [name, value] : parameters.get_ref<const Json::object_t&>())
            return BadParameters{"The field '" + name + "' is not supported by Step Functions"};
        return Json::object();
    }
    const Shape& shape = service.shapes.at(*operation.input);
    Json input = TRY(ParameterReader(service, fill).structure(parameters, shape, "Parameters", 0));
    if (const Member* payload = payload_member(shape); payload != nullptr && fill.body)
        input[std::string(payload->name)] = bytes_of(*fill.body);
    for (const Member& member : shape.members) {
        // A member that is there and null is the service's to refuse, but no URL can be without.
        const std::string name(member.name);
        if (!member.required || input.contains(name)) continue;
        const auto given = std::ranges::find_if(
            parameters.get_ref<const Json::object_t&>(),
            [&](const auto& pair) { return find_member(shape, pair.first) == &member; });
        if (given == parameters.get_ref<const Json::object_t&>().end() ||
            member.place == models::Place::uri) {
            return BadParameters{"The field '" + member_name(name, Style::sdk) +
                                 "' is required but was missing"};
        }
    }
    return input;
}

Json show(const Service& service, std::uint32_t index, const Json& value, Style style) {
    const Shape& shape = service.shapes.at(index);
    if (shape.document) return value;
    switch (shape.kind) {
        case Kind::structure:
            return value.is_object() ? show_structure(service, shape, value, style) : value;
        case Kind::list: {
            if (!value.is_array()) return value;
            Json out = Json::array();
            for (const Json& item : value.get_ref<const Json::array_t&>())
                out.push_back(show(service, shape.members.front().shape, item, style));
            return out;
        }
        case Kind::map: {
            if (!value.is_object()) return value;
            Json out = Json::object();
            for (const auto& [name, item] : value.get_ref<const Json::object_t&>())
                out[name] = show(service, shape.members.back().shape, item, style);
            return out;
        }
        case Kind::blob: {
            if (!value.is_binary()) return value;
            const auto& bytes = value.get_binary();
            return Json(base64::encode(std::string(bytes.begin(), bytes.end())));
        }
        case Kind::timestamp: {
            if (!value.is_number_integer()) return value;
            if (style == Style::optimized) return value;
            return Json(to_iso8601(TimePoint{Milliseconds{value.get<std::int64_t>()}}));
        }
        default:
            return value;
    }
}

}  // namespace stepwell::aws
