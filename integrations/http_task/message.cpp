#include "integrations/http_task/message.hpp"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "engine/asl/task_headers.hpp"
#include "engine/base/ascii.hpp"
#include "engine/base/percent.hpp"
#include "engine/base/state_errors.hpp"
#include "engine/base/utf8.hpp"

namespace stepwell::http_task {
namespace {

constexpr std::array<std::string_view, 7> kMethods = {"GET",   "POST",    "PUT", "DELETE",
                                                      "PATCH", "OPTIONS", "HEAD"};
/// Developer Guide, "Service quotas": an HTTP Task ends after 60 seconds.
constexpr Milliseconds kTimeout{60'000};
/// Room for what is cut off by the limit of a task's result, so that it, not this, is what fails.
constexpr std::size_t kMaxBodyBytes = kMaxPayloadBytes + 1;

/// RFC 9110, section 5.6.2.
bool is_token(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
    });
}
/// No line break: it would begin another header.
bool is_field_value(std::string_view text) {
    return std::ranges::all_of(text, [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return (byte >= 0x20 && byte != 0x7F) || byte == '\t';
    });
}

StateError runtime_error(std::string cause) {
    return {std::string(state_errors::kRuntime), std::move(cause)};
}

/// Reads the parameters, and says what is wrong with them in AWS's words.
class ParameterReader {
public:
    explicit ParameterReader(const Payload& parameters) : all_(parameters) {}

    Evaluated<Parameters> read() const {
        if (!all_.value().is_object()) return wrong("The parameters must be an object");
        for (const auto& [name, value] : all_.value().get_ref<const Json::object_t&>()) {
            if (std::ranges::find(kFields, name) == kFields.end())
                return wrong("The field '" + name + "' is not supported by Step Functions");
        }
        Parameters read;
        const std::string endpoint = TRY(required_text(all_.value(), "ApiEndpoint"));
        auto url = parse_http_url(endpoint);
        if (!url)
            return wrong("The value of the field 'ApiEndpoint' is not a URL: " +
                         url.error().message);
        read.endpoint = *std::move(url);
        read.method = TRY(required_text(all_.value(), "Method"));
        if (std::ranges::find(kMethods, read.method) == kMethods.end())
            return wrong(bad_format("Method"));
        read.connection_arn = TRY(connection());
        read.headers = TRY(headers());
        read.query = TRY(query());
        if (const Json* body = find(all_.value(), "RequestBody")) read.body = *body;
        if (const Json* transform = find(all_.value(), "Transform")) {
            const auto done = set_transform(read, *transform);
            if (!done) return done.error();
        }
        return read;
    }

private:
    static constexpr std::array<std::string_view, 8> kFields = {
        "ApiEndpoint", "Method",          "Authentication", "InvocationConfig",
        "Headers",     "QueryParameters", "RequestBody",    "Transform"};

    StateError wrong(const std::string& why) const {
        return runtime_error("The Parameters '" + all_.text() +
                             "' could not be used to start the Task: [" + why + "]");
    }
    static std::string bad_format(std::string_view field) {
        return "The value of the field '" + std::string(field) + "' has an invalid format";
    }
    /// Null where it is absent or null.
    static const Json* find(const Json& object, const char* name) {
        const auto found = object.find(name);
        return found == object.end() || found->is_null() ? nullptr : &*found;
    }
    Evaluated<std::string> required_text(const Json& object, const char* name) const {
        const Json* value = find(object, name);
        if (value == nullptr)
            return wrong("The field '" + std::string(name) + "' is required but was missing");
        if (!value->is_string()) return wrong(bad_format(name));
        return {boost::system::in_place_value, value->get<std::string>()};
    }

    Evaluated<std::string> connection() const {
        const Json* config = find(all_.value(), "InvocationConfig");
        if (config == nullptr) config = find(all_.value(), "Authentication");
        if (config == nullptr)
            return wrong("The field 'InvocationConfig' is required but was missing");
        if (!config->is_object()) return wrong(bad_format("InvocationConfig"));
        return required_text(*config, "ConnectionArn");
    }

    /// A header's or parameter's value: texts, numbers and truth values, or a list of them.
    static bool add_values(NamedValues& out, const std::string& name, const Json& value) {
        if (value.is_array()) {
            return std::ranges::all_of(
                value.get_ref<const Json::array_t&>(),
                [&](const Json& item) { return !item.is_array() && add_values(out, name, item); });
        }
        if (value.is_structured() || value.is_null()) return false;
        out.emplace_back(name, value.is_string() ? value.get<std::string>() : write_json(value));
        return true;
    }

    Evaluated<HttpHeaders> headers() const {
        HttpHeaders out;
        const Json* given = find(all_.value(), "Headers");
        if (given == nullptr) return out;
        if (!given->is_object()) return wrong(bad_format("Headers"));
        std::vector<std::string> names;
        for (const auto& [name, unused] : given->get_ref<const Json::object_t&>())
            names.push_back(name);
        if (const auto why = asl::unsupported_headers("http", names)) return wrong(*why);
        for (const auto& [name, value] : given->get_ref<const Json::object_t&>()) {
            NamedValues values;
            if (!is_token(name) || !add_values(values, name, value) ||
                !std::ranges::all_of(values,
                                     [](const auto& v) { return is_field_value(v.second); }))
                return wrong(bad_format("Headers"));
            for (auto& [key, text] : values) out.push_back({key, std::move(text)});
        }
        return out;
    }

    Evaluated<NamedValues> query() const {
        NamedValues out;
        const Json* given = find(all_.value(), "QueryParameters");
        if (given == nullptr) return out;
        if (given->is_string()) return parse_query(given->get_ref<const std::string&>());
        const auto add_object = [&](const Json& object) {
            if (!object.is_object()) return false;
            const auto& members = object.get_ref<const Json::object_t&>();
            return std::all_of(members.begin(), members.end(), [&](const auto& member) {
                return add_values(out, member.first, member.second);
            });
        };
        const bool good =
            given->is_array()
                ? std::ranges::all_of(given->get_ref<const Json::array_t&>(), add_object)
                : add_object(*given);
        if (!good) return wrong(bad_format("QueryParameters"));
        return out;
    }

    /// `a=1&b=2`.
    static NamedValues parse_query(std::string_view text) {
        NamedValues out;
        while (!text.empty()) {
            const std::string_view pair = text.substr(0, text.find('&'));
            text.remove_prefix(std::min(text.size(), pair.size() + 1));
            if (pair.empty()) continue;
            const std::size_t equals = pair.find('=');
            out.emplace_back(pair.substr(0, equals), equals == std::string_view::npos
                                                         ? std::string_view()
                                                         : pair.substr(equals + 1));
        }
        return out;
    }

    Evaluated<void> set_transform(Parameters& read, const Json& transform) const {
        if (!transform.is_object()) return wrong(bad_format("Transform"));
        if (const Json* encoding = find(transform, "RequestBodyEncoding")) {
            if (*encoding != Json("NONE") && *encoding != Json("URL_ENCODED"))
                return wrong(bad_format("RequestBodyEncoding"));
            read.url_encoded = *encoding == Json("URL_ENCODED");
        }
        const Json* options = find(transform, "RequestEncodingOptions");
        if (options == nullptr) return {};
        if (!options->is_object()) return wrong(bad_format("RequestEncodingOptions"));
        const Json* format = find(*options, "ArrayFormat");
        if (format == nullptr) return {};
        static constexpr std::pair<const char*, ArrayFormat> kFormats[] = {
            {"INDICES", ArrayFormat::indices},
            {"REPEAT", ArrayFormat::repeat},
            {"COMMAS", ArrayFormat::commas},
            {"BRACKETS", ArrayFormat::brackets}};
        for (const auto& [name, value] : kFormats) {
            if (*format != Json(name)) continue;
            read.array_format = value;
            return {};
        }
        return wrong(bad_format("ArrayFormat"));
    }

    const Payload& all_;
};

/// The form of a JSON body: `customer=1&metadata%5Bkey%5D=v`.
class Form {
public:
    explicit Form(ArrayFormat format) : format_(format) {}

    void add(const std::string& key, const Json& value) {
        if (value.is_object()) {
            for (const auto& [name, member] : value.get_ref<const Json::object_t&>())
                add(key.empty() ? name : key + "[" + name + "]", member);
        } else if (value.is_array()) {
            add_list(key, value);
        } else if (!value.is_null()) {
            append(key, percent_encode(text_of(value)));
        }
    }
    std::string text() && { return std::move(text_); }

private:
    static std::string text_of(const Json& value) {
        return value.is_string() ? value.get<std::string>() : write_json(value);
    }
    void add_list(const std::string& key, const Json& list) {
        std::size_t index = 0;
        std::string joined;
        for (const Json& item : list.get_ref<const Json::array_t&>()) {
            switch (format_) {
                case ArrayFormat::indices:
                    add(key + "[" + std::to_string(index) + "]", item);
                    break;
                case ArrayFormat::repeat:
                    add(key, item);
                    break;
                case ArrayFormat::brackets:
                    add(key + "[]", item);
                    break;
                case ArrayFormat::commas:
                    joined += (index == 0 ? "" : ",") + percent_encode(text_of(item));
                    break;
            }
            ++index;
        }
        if (format_ == ArrayFormat::commas) append(key, joined);
    }
    void append(const std::string& key, const std::string& encoded_value) {
        if (!text_.empty()) text_ += '&';
        text_ += percent_encode(key) + "=" + encoded_value;
    }

    ArrayFormat format_;
    std::string text_;
};

/// What the connection says goes in place of what the task says of the same name.
template <class Values, class SameName>
void override_with(Values& values, const NamedValues& with, SameName same_name) {
    for (const auto& [name, value] : with) {
        std::erase_if(values, [&](const auto& there) { return same_name(there, name); });
    }
}

bool same_header(const HttpHeader& header, const std::string& name) {
    return equals_ignoring_case(header.name, name);
}

HttpHeaders merged_headers(const Parameters& task, const Connection& connection) {
    HttpHeaders headers = task.headers;
    override_with(headers, connection.headers, same_header);
    for (const auto& [name, value] : connection.headers) headers.push_back({name, value});
    if (const auto* key = std::get_if<ApiKeyAuth>(&connection.auth)) {
        override_with(headers, {{key->name, ""}}, same_header);
        headers.push_back({key->name, key->value});
    }
    return headers;
}

std::string merged_target(const Parameters& task, const Connection& connection) {
    NamedValues query = task.query;
    override_with(query, connection.query,
                  [](const auto& there, const std::string& name) { return there.first == name; });
    query.insert(query.end(), connection.query.begin(), connection.query.end());
    std::string target = task.endpoint.target;
    if (query.empty()) return target;
    target += target.find('?') == std::string::npos ? "?" : "&";
    return target + url_encoded(query);
}

Evaluated<std::optional<Json>> merged_body(const Parameters& task, const Connection& connection) {
    if (connection.body.empty()) return task.body;
    Json body = task.body.value_or(Json::object());
    if (!body.is_object()) {
        return runtime_error(
            "The RequestBody of the HTTP Task is no JSON object, and cannot be merged with the "
            "body "
            "parameters of the connection '" +
            task.connection_arn + "'");
    }
    for (const auto& [name, value] : connection.body) body[name] = value;
    return std::optional(std::move(body));
}

bool is_binary(std::string_view content_type) {
    const std::string type = ascii_lower(content_type);
    return type.starts_with("application/octet-stream") || type.starts_with("image/") ||
           type.starts_with("video/") || type.starts_with("audio/");
}

Json headers_by_name(const HttpHeaders& headers) {
    Json out = Json::object();
    for (const HttpHeader& header : headers) {
        Json& values = out[ascii_lower(header.name)];
        if (values.is_null()) values = Json::array();
        values.push_back(is_utf8(header.value) ? header.value : std::string("?"));
    }
    return out;
}

std::string headers_text(const HttpHeaders& headers) {
    std::string text = "[";
    for (const HttpHeader& header : headers)
        text += (text.size() > 1 ? ", " : "") + header.name + ": " + header.value;
    return text + "]";
}

std::string_view protocol_of(const HttpUrl& url) { return url.tls ? "https" : "http"; }

StateError data_limit() {
    return {std::string(state_errors::kDataLimitExceeded),
            "The state/task 'http' returned a result with a size exceeding the maximum number of "
            "bytes service limit."};
}

}  // namespace

const Connections::value_type* find_connection(const Connections& connections,
                                               std::string_view arn) {
    if (const auto found = connections.find(arn); found != connections.end()) return &*found;
    constexpr std::string_view kResource = ":connection/";
    const std::size_t at = arn.find(kResource);
    if (at == std::string_view::npos) return nullptr;
    const std::string_view rest = arn.substr(at + kResource.size());
    const auto found = connections.find(rest.substr(0, rest.find('/')));
    return found == connections.end() ? nullptr : &*found;
}

std::string url_encoded(const NamedValues& values) {
    std::string text;
    for (const auto& [name, value] : values)
        text += (text.empty() ? "" : "&") + percent_encode(name) + "=" + percent_encode(value);
    return text;
}

Evaluated<Parameters> read_parameters(const Payload& parameters) {
    return ParameterReader(parameters).read();
}

Evaluated<HttpRequest> make_request(const Parameters& task, const Connection& connection,
                                    const std::string& authorization, const std::string& region) {
    HttpRequest request;
    request.method = task.method;
    request.url = task.endpoint;
    request.url.target = merged_target(task, connection);
    request.headers = merged_headers(task, connection);
    if (!authorization.empty()) {
        std::erase_if(request.headers,
                      [](const HttpHeader& h) { return same_header(h, "Authorization"); });
        request.headers.push_back({"Authorization", authorization});
    }
    // Two of those that Step Functions sets itself; the third is Host.
    std::erase_if(request.headers, [](const HttpHeader& h) {
        return same_header(h, "User-Agent") || same_header(h, "Range");
    });
    request.headers.push_back({"Range", "bytes=0-262144"});
    request.headers.push_back({"User-Agent", "Amazon|StepFunctions|HttpInvoke|" + region});
    const std::optional<Json> body = TRY(merged_body(task, connection));
    if (body) {
        if (body->is_string()) {
            request.body = body->get<std::string>();
        } else if (task.url_encoded) {
            Form form(task.array_format);
            form.add("", *body);
            request.body = std::move(form).text();
        } else {
            request.body = write_json(*body);
        }
        if (find_header(request.headers, "Content-Type") == nullptr) {
            request.headers.push_back({"Content-Type", task.url_encoded
                                                           ? "application/x-www-form-urlencoded"
                                                           : "application/json; charset=UTF-8"});
        }
    }
    request.timeout = kTimeout;
    request.max_body_bytes = kMaxBodyBytes;
    return request;
}

Evaluated<Payload> read_response(const HttpResult& response) {
    if (!response) {
        if (response.error().kind == HttpError::Kind::too_large) return data_limit();
        return StateError{std::string(state_errors::kHttpSocket), response.error().message};
    }
    if (response->status < 200 || response->status >= 300) {
        // OBSERVED (field reports): the cause is the status text alone.
        return StateError{"States.Http.StatusCode." + std::to_string(response->status),
                          response->reason};
    }
    const std::string* type = find_header(response->headers, "Content-Type");
    if (type != nullptr && is_binary(*type)) {
        return runtime_error("The HTTP response has the content type '" + *type +
                             "', which an HTTP Task does not support");
    }
    if (!is_utf8(response->body))
        return runtime_error("The HTTP response body cannot be read as a string");
    Json output = Json::object();
    output["Headers"] = headers_by_name(response->headers);
    const bool is_json = type != nullptr && ascii_lower(*type).find("json") != std::string::npos;
    auto parsed =
        is_json ? parse_json(response->body) : Result<Json, JsonSyntaxError>(Json(response->body));
    output["ResponseBody"] = parsed ? *std::move(parsed) : Json(response->body);
    output["StatusCode"] = response->status;
    output["StatusText"] = response->reason;
    return Payload(std::move(output));
}

Json shown_request(const HttpRequest& request) {
    Json shown = Json::object();
    shown["protocol"] = std::string(protocol_of(request.url));
    shown["method"] = request.method;
    shown["url"] = std::string(protocol_of(request.url)) + "://" + request.url.authority() +
                   request.url.target;
    shown["headers"] = headers_text(request.headers);
    if (!request.body.empty()) shown["body"] = request.body;
    return shown;
}

Json shown_response(const HttpRequest& request, const HttpResponse& response) {
    Json shown = Json::object();
    shown["protocol"] = std::string(protocol_of(request.url));
    shown["statusCode"] = std::to_string(response.status);
    shown["statusMessage"] = response.reason;
    shown["headers"] = headers_text(response.headers);
    if (is_utf8(response.body)) shown["body"] = response.body;
    return shown;
}

}  // namespace stepwell::http_task
