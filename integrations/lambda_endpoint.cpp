#include "integrations/lambda_endpoint.hpp"

#include <memory>
#include <utility>

#include "engine/base/json.hpp"
#include "engine/base/percent.hpp"
#include "integrations/error_body.hpp"

namespace stepwell {

namespace {

constexpr std::string_view kErrorType = "x-amzn-ErrorType";
constexpr std::string_view kRequestId = "x-amzn-RequestId";
// A function may run for 15 minutes; the rest is for the way there and back.
constexpr Milliseconds kLongestCall{930'000};
constexpr std::size_t kMaxAnswerBytes = 8U << 20U;  // Lambda's own limit is 6 MB.

bool describes_failure(const Json& payload) {
    if (!payload.is_object() || !payload.contains("errorMessage")) return false;
    const auto type = payload.find("errorType");
    return type != payload.end() && type->is_string() &&
           !type->get_ref<const std::string&>().empty();
}

StateError refusal(const HttpResponse& response, const std::string& request_id) {
    const auto body = parse_json(response.body);
    const Json details = body ? *body : Json();
    std::string code;
    if (const std::string* type = find_header(response.headers, kErrorType))
        code = bare_error_code(*type);
    if (code.empty()) code = error_code_in(details);
    if (code.empty()) {
        code = response.status == 404   ? "ResourceNotFoundException"
               : response.status == 429 ? "TooManyRequestsException"
               : response.status >= 500 ? "ServiceException"
                                        : std::to_string(response.status);
    }
    std::string message = error_message_in(details);
    if (message.empty()) message = body ? "null" : response.body.substr(0, 1'024);
    return lambda_error(code, message, response.status, request_id);
}

StateError unreachable(const HttpError& error) {
    return StateError{"Lambda.SdkClientException",
                      "Unable to execute HTTP request: " + error.message};
}

}  // namespace

/// One invocation on its way; it may take two requests.
struct EndpointCall {
    LambdaInvocation invocation;
    LambdaDone done;
    HttpClient::CallId http_call = 0;
    bool by_bare_name = false;
};

LambdaResult read_invoke_answer(HttpResponse response, const std::string& request_id,
                                bool bare_runtime) {
    const std::string* given_id = find_header(response.headers, kRequestId);
    const std::string id = given_id != nullptr ? *given_id : request_id;
    if (response.status < 200 || response.status >= 300) return refusal(response, id);
    LambdaAnswer answer;
    answer.status = response.status;
    answer.function_failed = find_header(response.headers, "X-Amz-Function-Error") != nullptr;
    if (bare_runtime && !answer.function_failed) {
        const auto body = parse_json(response.body);
        answer.function_failed = body && describes_failure(*body);
    }
    answer.headers = std::move(response.headers);
    if (given_id == nullptr) answer.headers.push_back({std::string(kRequestId), id});
    answer.payload = std::move(response.body);
    return answer;
}

LambdaEndpoint::LambdaEndpoint(HttpClient& http, HttpUrl url)
    : http_(http), url_(std::move(url)), takes_every_call_(url_.target.ends_with("/invocations")) {
    if (!takes_every_call_ && url_.target.ends_with('/')) url_.target.pop_back();
}

HttpRequest LambdaEndpoint::request_for(const LambdaInvocation& invocation,
                                        const std::string& function_name) const {
    HttpRequest request;
    request.method = "POST";
    request.url = url_;
    if (!takes_every_call_) {
        request.url.target +=
            "/2015-03-31/functions/" + percent_encode(function_name) + "/invocations";
        // A FunctionName that carries its qualifier says so itself.
        const std::string& qualifier = invocation.function.qualifier;
        if (!qualifier.empty() && !function_name.ends_with(":" + qualifier)) {
            request.url.target += "?Qualifier=" + percent_encode(qualifier);
        }
    }
    constexpr std::string_view kTypes[] = {"RequestResponse", "Event", "DryRun"};
    request.headers = {
        {"Content-Type", "application/json"},
        {"X-Amz-Invocation-Type", std::string(kTypes[static_cast<std::size_t>(invocation.type)])},
        {"X-Amz-Log-Type", invocation.tail_log ? "Tail" : "None"},
        // Stand-ins take account and region from here, and none checks the signature; AWS itself is
        // not meant.
        {"Authorization",
         "AWS4-HMAC-SHA256 Credential=" + invocation.function.account + "/20240101/" +
             invocation.function.region +
             "/lambda/aws4_request, SignedHeaders=host, Signature=" + std::string(64, '0')},
    };
    // As AWS's SDKs send it: the same for every attempt of one call, also after a restart.
    if (!invocation.request_id.empty())
        request.headers.push_back({"amz-sdk-invocation-id", invocation.request_id});
    if (!invocation.client_context.empty()) {
        request.headers.push_back({"X-Amz-Client-Context", invocation.client_context});
    }
    if (!invocation.trace_id.empty())
        request.headers.push_back({"X-Amzn-Trace-Id", invocation.trace_id});
    request.body = invocation.payload;
    request.timeout = kLongestCall;
    request.max_body_bytes = kMaxAnswerBytes;
    return request;
}

CancelInvocation LambdaEndpoint::invoke(const LambdaInvocation& invocation, LambdaDone done) {
    auto call = std::make_shared<EndpointCall>();
    call->invocation = invocation;
    call->done = std::move(done);
    HttpRequest request = request_for(invocation, invocation.function.given);
    send(call, std::move(request));
    return [this, call] { http_.cancel(call->http_call); };
}

void LambdaEndpoint::send(std::shared_ptr<EndpointCall> call, HttpRequest request) {
    call->http_call = http_.send(std::move(request), [this, call](HttpResult result) {
        if (!result) return call->done(unreachable(result.error()));
        const FunctionId& function = call->invocation.function;
        // SAM before 1.139 and others know functions by their bare names only.
        if (result->status == 404 && !call->by_bare_name && !takes_every_call_ &&
            function.given != function.name) {
            call->by_bare_name = true;
            return send(call, request_for(call->invocation, function.name));
        }
        call->done(
            read_invoke_answer(std::move(*result), call->invocation.request_id, takes_every_call_));
    });
}

}  // namespace stepwell
