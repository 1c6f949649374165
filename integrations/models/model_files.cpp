#include "integrations/models/model_files.hpp"

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>
#include <stdexcept>

#include "engine/base/ascii.hpp"
#include "engine/base/json.hpp"
#include "engine/base/json_member.hpp"

namespace stepwell::models {
namespace {

/// EC2's, the longest there is, has 2 MB.
constexpr std::size_t kMaxFileBytes = 32U << 20U;

constexpr std::array<std::string_view, 6> kProtocols = {"json", "rest-json", "query",
                                                        "ec2",  "rest-xml",  "smithy-rpc-v2-cbor"};
constexpr std::array<std::string_view, 11> kKinds = {"structure", "list", "map",      "string",
                                                     "integer",   "long", "float",    "double",
                                                     "boolean",   "blob", "timestamp"};
constexpr std::array<std::string_view, 4> kTimestamps = {"", "iso8601", "rfc822", "unixTimestamp"};
constexpr std::array<std::string_view, 6> kPlaces = {"",    "header",      "headers",
                                                     "uri", "querystring", "statusCode"};

/// What a member or text of the file must be for it to be a model.
[[noreturn]] void no_model(const std::string& why) { throw std::runtime_error(why); }

const Json& need(const Json& object, const char* name) {
    const Json* found = given_member_of(object, name);
    if (found == nullptr) no_model(std::string("it lacks \"") + name + '"');
    return *found;
}
bool flag(const Json& object, const char* name) {
    const Json* found = given_member_of(object, name);
    return found != nullptr && (!found->is_boolean() || found->get<bool>());
}

template <std::size_t Size>
std::optional<std::size_t> index_in(const std::array<std::string_view, Size>& names,
                                    std::string_view name) {
    const auto* found = std::ranges::find(names, name);
    if (found == names.end()) return std::nullopt;
    return static_cast<std::size_t>(found - names.begin());
}

class ModelReader {
public:
    explicit ModelReader(FileService& out) : out_(out) {}

    void read(const Json& model) {
        read_metadata(need(model, "metadata"));
        const Json& shapes = need(model, "shapes");
        const Json& operations = need(model, "operations");
        if (!shapes.is_object() || !operations.is_object())
            no_model("its shapes or operations are no objects");
        std::uint32_t number = 0;
        for (const auto& [name, shape] : shapes.get_ref<const Json::object_t&>()) {
            index_.emplace(name, number++);
            own_traits_.push_back({text(shape, "locationName"), xml_namespace(shape)});
        }
        for (const auto& [name, shape] : shapes.get_ref<const Json::object_t&>())
            out_.service.shapes.push_back(read_shape(name, shape));
        for (const auto& [name, operation] : operations.get_ref<const Json::object_t&>())
            out_.service.operations.push_back(read_operation(name, operation));
        std::ranges::sort(out_.service.operations, less_ignoring_case, &Operation::name);
    }

private:
    Text keep(std::string text) { return out_.texts.emplace_back(std::move(text)); }

    Text text(const Json& object, const char* name) {
        const Json* found = given_member_of(object, name);
        return found != nullptr && found->is_string() ? keep(found->get<std::string>()) : Text();
    }

    XmlNamespace xml_namespace(const Json& object) {
        const Json* trait = given_member_of(object, "xmlNamespace");
        if (trait == nullptr) return {};
        if (trait->is_string()) return {{}, keep(trait->get<std::string>())};
        return {text(*trait, "prefix"), text(*trait, "uri")};
    }

    std::uint32_t shape_of(const Json& reference) {
        const Json& name = need(reference, "shape");
        const auto found = name.is_string() ? index_.find(name.get<std::string>()) : index_.end();
        if (found == index_.end()) no_model("it names a shape that it lacks");
        return found->second;
    }

    void read_metadata(const Json& metadata) {
        Service& service = out_.service;
        service.service_id = text(metadata, "serviceId");
        if (service.service_id.empty()) no_model("its metadata lack a serviceId");
        std::optional<std::size_t> protocol = index_in(kProtocols, text(metadata, "protocol"));
        if (const Json* several = given_member_of(metadata, "protocols");
            several != nullptr && !protocol) {
            for (const Json& name : *several) {
                if (!protocol && name.is_string())
                    protocol = index_in(kProtocols, name.get<std::string>());
            }
        }
        if (!protocol) no_model("its protocol is none that there is here");
        service.protocol = static_cast<Protocol>(*protocol);
        service.endpoint_prefix = text(metadata, "endpointPrefix");
        service.signing_name = text(metadata, "signingName");
        if (service.signing_name.empty()) service.signing_name = service.endpoint_prefix;
        service.target_prefix = text(metadata, "targetPrefix");
        service.json_version = text(metadata, "jsonVersion");
        service.api_version = text(metadata, "apiVersion");
        service.global_endpoint = text(metadata, "globalEndpoint");
        service.signature_version = text(metadata, "signatureVersion");
        service.xml_namespace = xml_namespace(metadata);
    }

    Member read_member(const std::string& name, const Json& json) {
        Member member;
        member.name = keep(name);
        member.shape = shape_of(json);
        member.idempotency_token = flag(json, "idempotencyToken");
        member.host_label = flag(json, "hostLabel");
        member.json_value = flag(json, "jsonvalue");
        member.flattened = flag(json, "flattened");
        member.xml_attribute = flag(json, "xmlAttribute");
        member.streaming = flag(json, "streaming");
        member.event_payload = flag(json, "eventpayload");
        const auto place = index_in(kPlaces, text(json, "location"));
        member.place = static_cast<Place>(place.value_or(0));
        member.location_name = text(json, "locationName");
        if (member.location_name.empty())
            member.location_name = own_traits_[member.shape].location_name;
        member.query_name = text(json, "queryName");
        member.xml_namespace = xml_namespace(json);
        if (member.xml_namespace.uri.empty())
            member.xml_namespace = own_traits_[member.shape].xml_namespace;
        return member;
    }

    static std::optional<double> bound(const Json& shape, const char* name) {
        const Json* found = given_member_of(shape, name);
        return found != nullptr && found->is_number() ? std::optional(found->get<double>())
                                                      : std::nullopt;
    }

    void read_structure(const Json& json, Shape& shape) {
        if (const Json* error = given_member_of(json, "error")) {
            shape.error_code = text(*error, "code");
            if (const Json* status = given_member_of(*error, "httpStatusCode");
                status != nullptr && status->is_number_unsigned())
                shape.http_status = status->get<std::uint32_t>();
        }
        shape.payload = text(json, "payload");
        const Json* members = given_member_of(json, "members");
        if (members == nullptr || !members->is_object()) return;
        for (const auto& [name, member] : members->get_ref<const Json::object_t&>())
            shape.members.push_back(read_member(name, member));
        const Json* required = given_member_of(json, "required");
        if (required == nullptr) return;
        for (Member& member : shape.members)
            member.required = std::ranges::any_of(*required, [&](const Json& name) {
                return name == Json(std::string(member.name));
            });
    }

    Shape read_shape(const std::string& name, const Json& json) {
        Shape shape;
        shape.name = keep(name);
        const auto kind = index_in(kKinds, text(json, "type"));
        shape.kind = kind ? static_cast<Kind>(*kind) : Kind::string;
        shape.exception = flag(json, "exception");
        shape.fault = flag(json, "fault");
        shape.flattened = flag(json, "flattened");
        shape.is_union = flag(json, "union");
        shape.document = flag(json, "document");
        shape.event_stream = flag(json, "eventstream");
        shape.streaming = flag(json, "streaming");
        shape.wrapper = flag(json, "wrapper");
        shape.sensitive = flag(json, "sensitive");
        switch (shape.kind) {
            case Kind::structure:
                read_structure(json, shape);
                return shape;
            case Kind::list:
                shape.members.push_back(read_member("", need(json, "member")));
                break;
            case Kind::map:
                shape.members.push_back(read_member("", need(json, "key")));
                shape.members.push_back(read_member("", need(json, "value")));
                break;
            case Kind::timestamp:
                shape.timestamp_format = static_cast<TimestampFormat>(
                    index_in(kTimestamps, text(json, "timestampFormat")).value_or(0));
                break;
            default:
                break;
        }
        shape.min = bound(json, "min");
        shape.max = bound(json, "max");
        if (const Json* values = given_member_of(json, "enum");
            values != nullptr && values->is_array()) {
            for (const Json& value : *values) {
                if (value.is_string()) shape.values.push_back(keep(value.get<std::string>()));
            }
        }
        return shape;
    }

    Operation read_operation(const std::string& name, const Json& json) {
        Operation operation;
        operation.name = keep(name);
        const Json& http = need(json, "http");
        operation.method = text(http, "method");
        operation.uri = text(http, "requestUri");
        if (const Json* input = given_member_of(json, "input")) {
            operation.input = shape_of(*input);
            operation.input_location_name = text(*input, "locationName");
            operation.input_namespace = xml_namespace(*input);
        }
        if (const Json* output = given_member_of(json, "output")) {
            operation.output = shape_of(*output);
            operation.result_wrapper = text(*output, "resultWrapper");
        }
        if (const Json* endpoint = given_member_of(json, "endpoint"))
            operation.host_prefix = text(*endpoint, "hostPrefix");
        if (const Json* checksum = given_member_of(json, "httpChecksum")) {
            operation.checksum_member = text(*checksum, "requestAlgorithmMember");
            operation.checksum_required = flag(*checksum, "requestChecksumRequired");
        }
        operation.checksum_required |= flag(json, "httpChecksumRequired");
        const Text auth = text(json, "authtype");
        operation.unsigned_request = auth == "none";
        operation.unsigned_payload = auth == "v4-unsigned-body";
        if (const Json* errors = given_member_of(json, "errors")) {
            for (const Json& error : *errors) operation.errors.push_back(shape_of(error));
        }
        return operation;
    }

    FileService& out_;
    std::map<std::string, std::uint32_t> index_;
    /// What a shape says of itself, and a reference to it has that does not say otherwise.
    struct OwnTraits {
        Text location_name;
        XmlNamespace xml_namespace;
    };
    std::vector<OwnTraits> own_traits_;
};

}  // namespace

std::unique_ptr<const FileService> read_model_file(const std::filesystem::path& file) {
    std::error_code ec;
    const auto size = std::filesystem::file_size(file, ec);
    if (ec) throw std::runtime_error(file.string() + ": " + ec.message());
    if (size > kMaxFileBytes) throw std::runtime_error(file.string() + " is no model: too large");
    std::ifstream in(file, std::ios::binary);
    const std::string text((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
    const auto model = parse_json(text, {.max_depth = 128, .max_bytes = kMaxFileBytes});
    if (!model) throw std::runtime_error(file.string() + " is not JSON: " + model.error().message);
    auto out = std::make_unique<FileService>();
    try {
        ModelReader(*out).read(*model);
    } catch (const std::runtime_error& why) {
        throw std::runtime_error(file.string() +
                                 " is no service model in botocore's form: " + why.what());
    }
    return out;
}

std::vector<std::filesystem::path> model_files(const std::filesystem::path& folder) {
    namespace fs = std::filesystem;
    std::error_code ec;
    std::vector<fs::path> files;
    for (fs::recursive_directory_iterator it(folder, ec), end; !ec && it != end; it.increment(ec)) {
        if (it.depth() > 2) {
            it.disable_recursion_pending();
            continue;
        }
        std::error_code unreadable;
        if (!it->is_regular_file(unreadable)) continue;
        const std::string name = it->path().filename().string();
        if (name == "service-2.json" || (it.depth() == 0 && it->path().extension() == ".json"))
            files.push_back(it->path());
    }
    if (ec) throw std::runtime_error(folder.string() + ": " + ec.message());
    if (files.empty())
        throw std::runtime_error(folder.string() +
                                 " has no service models: it needs SERVICE/VERSION/service-2.json, "
                                 "as botocore keeps them, or NAME.json");
    std::ranges::sort(files);
    return files;
}

}  // namespace stepwell::models
