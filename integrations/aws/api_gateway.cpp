#include "integrations/aws/api_gateway.hpp"

#include <algorithm>
#include <ctime>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "engine/asl/task_headers.hpp"
#include "engine/base/json.hpp"
#include "engine/base/json_member.hpp"
#include "engine/base/percent.hpp"
#include "engine/base/state_errors.hpp"
#include "engine/base/utf8.hpp"
#include "integrations/aws/errors.hpp"
#include "integrations/aws/sdk_tasks.hpp"
#include "integrations/aws/signature.hpp"
#include "integrations/aws/task_fields.hpp"

namespace stepwell::aws {
namespace {

constexpr std::string_view kMethods[] = {"GET",   "POST", "PUT",    "DELETE",
                                         "PATCH", "HEAD", "OPTIONS"};
constexpr std::string_view kAuthTypes[] = {"NO_AUTH", "IAM_ROLE", "RESOURCE_POLICY"};
constexpr std::string_view kFields[] = {"AllowNullValues", "ApiEndpoint", "AuthType",
                                        "Headers",         "Method",      "Path",
                                        "QueryParameters", "RequestBody", "Stage"};
constexpr std::string_view kRequired[] = {"ApiEndpoint", "Method"};
/// What API Gateway itself allows: 29 seconds for most integrations, more on request.
constexpr Milliseconds kTimeout{120'000};

/// What a Task asks of an API.
struct Invocation {
    std::string host;
    std::string method;
    std::string target;
    HttpHeaders headers;
    std::string body;
    bool signed_by_role = false;
};

bool is_host(std::string_view text) {
    return !text.empty() && text.size() <= 255 && std::ranges::all_of(text, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '.' || c == '-' || c == ':' || c == '[' || c == ']';
    });
}

bool is_header_name(std::string_view name) {
    return !name.empty() && std::ranges::all_of(name, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
    });
}

/// Developer Guide, "Create API Gateway REST APIs with Step Functions": fields that are null are
/// not sent unless AllowNullValues is true.
Json without_nulls(const Json& value) {
    if (value.is_array()) {
        Json out = Json::array();
        for (const Json& item : value.get_ref<const Json::array_t&>())
            out.push_back(without_nulls(item));
        return out;
    }
    if (!value.is_object()) return value;
    Json out = Json::object();
    for (const auto& [name, member] : value.get_ref<const Json::object_t&>()) {
        if (!member.is_null()) out[name] = without_nulls(member);
    }
    return out;
}

Result<Invocation, BadParameters> read_invocation(const Json& parameters) {
    if (auto bad = check_fields(parameters, kFields, kRequired)) return *std::move(bad);
    Invocation out;
    out.host = text_of(parameters, "ApiEndpoint");
    if (!is_host(out.host)) return bad_format("ApiEndpoint");
    out.method = text_of(parameters, "Method");
    if (std::ranges::find(kMethods, out.method) == std::end(kMethods)) return bad_format("Method");
    const std::string auth = text_of(parameters, "AuthType");
    if (!auth.empty() && std::ranges::find(kAuthTypes, auth) == std::end(kAuthTypes))
        return bad_format("AuthType");
    out.signed_by_role = auth == "IAM_ROLE" || auth == "RESOURCE_POLICY";

    for (const char* part : {"Stage", "Path"}) {
        std::string text = text_of(parameters, part);
        while (text.starts_with('/')) text.erase(0, 1);
        if (!text.empty()) out.target += '/' + path_text(text);
    }
    if (out.target.empty()) out.target = "/";
    char before = '?';
    if (auto bad = for_each_value(
            parameters, "QueryParameters", [&](const std::string& name, const std::string& value) {
                out.target += before + percent_encode(name) + '=' + percent_encode(value);
                before = '&';
            }))
        return *std::move(bad);
    std::vector<std::string> names;
    bool names_are_good = true;
    if (auto bad = for_each_value(parameters, "Headers",
                                  [&](const std::string& name, const std::string& value) {
                                      names_are_good = names_are_good && is_header_name(name);
                                      if (names.empty() || names.back() != name)
                                          names.push_back(name);
                                      out.headers.push_back({name, value});
                                  }))
        return *std::move(bad);
    if (!names_are_good) return bad_format("Headers");
    if (auto why = asl::unsupported_headers("apigateway", names))
        return BadParameters{*std::move(why)};
    if (const auto body = parameters.find("RequestBody");
        body != parameters.end() && !body->is_null()) {
        const auto allow = parameters.find("AllowNullValues");
        const bool with_nulls = allow != parameters.end() && *allow == Json(true);
        out.body = body->is_string() ? body->get<std::string>()
                   : with_nulls      ? write_json(*body)
                                     : write_json(without_nulls(*body));
        if (find_header(out.headers, "Content-Type") == nullptr)
            out.headers.push_back({"Content-Type", "application/json"});
    }
    return out;
}

bool is_of_aws(std::string_view host) {
    host = host.substr(0, host.find(':'));
    return host.ends_with(".amazonaws.com") || host.ends_with(".amazonaws.com.cn");
}

/// Where the call goes; nullopt: nobody has said.
std::optional<HttpRequest> request_of(const Invocation& invocation, const AwsOptions& options) {
    HttpRequest request;
    const std::string* endpoint = options.endpoint_of("executeapi");
    if (endpoint != nullptr && is_of_aws(invocation.host)) {
        auto url = parse_http_url(*endpoint);
        if (!url) return std::nullopt;
        request.url = *std::move(url);
        request.headers.push_back({"Host", invocation.host});
    } else if (is_of_aws(invocation.host)) {
        if (!options.allow_real_aws || !options.credentials) return std::nullopt;
        request.url = *parse_http_url("https://" + invocation.host);
    } else {
        auto url = parse_http_url("http://" + invocation.host);
        if (!url) return std::nullopt;
        request.url = *std::move(url);
    }
    std::string& target = request.url.target;
    if (target.ends_with('/')) target.pop_back();
    target += invocation.target;
    request.method = invocation.method;
    for (const HttpHeader& header : invocation.headers) request.headers.push_back(header);
    request.body = invocation.body;
    request.timeout = kTimeout;
    return request;
}

TaskResult result_of(const HttpResponse& response) {
    if (response.status < 200 || response.status >= 300)
        return StateError{"ApiGateway." + std::to_string(response.status),
                          to_valid_utf8(response.body)};
    Json out = Json::object();
    out["Headers"] = Json::object();
    for (const HttpHeader& header : response.headers) {
        Json& values = out["Headers"][header.name];
        if (values.is_null()) values = Json::array();
        values.push_back(header.value);
    }
    out["ResponseBody"] = body_value(response.body);
    out["StatusCode"] = response.status;
    out["StatusText"] = response.reason;
    return task_result(std::move(out), "apigateway");
}

}  // namespace

ApiGatewayTasks::GiveUp ApiGatewayTasks::invoke(TaskCall call, Finished finished) {
    auto invocation = read_invocation(call.input.value());
    if (!invocation) {
        finished(bad_parameters(call.input, invocation.error().why));
        return {};
    }
    auto request = request_of(*invocation, options_);
    if (!request) {
        finished(cannot_call(call, "there is no endpoint for the API '" + invocation->host +
                                       "': say where it is with --endpoint execute-api=URL"));
        return {};
    }
    if (invocation->signed_by_role) {
        sign(*request, options_.credentials.value_or(Credentials{call.account, "stepwell", ""}),
             {sigv4::time_text(TimePoint{Seconds{std::time(nullptr)}}), call.region, "execute-api"},
             BodyHash::signed_only);
    }
    const auto id =
        http_.send(*std::move(request), [finished = std::move(finished)](HttpResult result) {
            if (result) return finished(result_of(*result));
            if (result.error().kind == HttpError::Kind::too_large)
                return finished(result_too_large("apigateway"));
            finished(StateError{"ApiGateway.SdkClientException",
                                "Unable to execute HTTP request: " + result.error().message});
        });
    return [&http = http_, id] { http.cancel(id); };
}

}  // namespace stepwell::aws
