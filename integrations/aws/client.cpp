#include "integrations/aws/client.hpp"

#include <algorithm>
#include <ctime>
#include <unordered_map>
#include <utility>

#include "engine/base/random.hpp"
#include "engine/base/utf8.hpp"
#include "integrations/aws/endpoint.hpp"
#include "integrations/aws/request.hpp"
#include "integrations/aws/response.hpp"
#include "integrations/aws/signature.hpp"
#include "integrations/aws/values.hpp"

namespace stepwell::aws {
namespace {

using models::Operation;
using models::Service;

// AWS SDKs and Tools Reference Guide, "Retry behavior", standard mode.
constexpr Milliseconds kFirstDelay{100};
constexpr Milliseconds kFirstThrottledDelay{500};
constexpr Milliseconds kLongestDelay{20'000};
constexpr std::string_view kThrottlingCodes[] = {
    "BandwidthLimitExceeded",
    "EC2ThrottledException",
    "PriorRequestNotComplete",
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "RequestThrottled",
    "RequestThrottledException",
    "SlowDown",
    "ThrottledException",
    "Throttling",
    "ThrottlingException",
    "TooManyRequestsException",
    "TransactionInProgressException",
};
constexpr std::string_view kTransientCodes[] = {"RequestTimeout", "RequestTimeoutException",
                                                "InternalError"};

bool is_worth_another_attempt(const Error& error) {
    if (error.kind == Error::Kind::unreachable)
        return error.http == HttpError::Kind::connect || error.http == HttpError::Kind::closed;
    if (error.kind != Error::Kind::refused) return false;
    return is_throttled(error) || error.status == 500 || error.status == 502 ||
           error.status == 503 || error.status == 504 ||
           std::ranges::find(kTransientCodes, error.code) != std::end(kTransientCodes);
}

/// These answer with 200 before they know how it ends. Amazon S3 API Reference, "CopyObject".
bool may_fail_with_200(const Service& service, const Operation& operation) {
    return service.service_id == "S3" &&
           (operation.name == "CopyObject" || operation.name == "UploadPartCopy" ||
            operation.name == "CompleteMultipartUpload");
}

std::string new_uuid() {
    RandomBits random(system_seed());
    return make_uuid(random);
}

}  // namespace

bool is_throttled(const Error& error) {
    return error.status == 429 ||
           std::ranges::find(kThrottlingCodes, error.code) != std::end(kThrottlingCodes);
}

struct AwsClient::Impl : std::enable_shared_from_this<Impl> {
    struct Pending {
        CallId id = 0;
        Call call;
        CallDone done;
        const Service* service = nullptr;
        const Operation* operation = nullptr;
        WireRequest wire;
        Endpoint endpoint;
        std::string invocation_id;
        int attempt = 1;
        HttpClient::CallId http_call = 0;
        std::unique_ptr<LoopTimer> retry;
    };
    using PendingPtr = std::shared_ptr<Pending>;

    Impl(IoLoop& io_loop, HttpClient& http_client, const models::ServiceModels& service_models,
         AwsOptions aws_options)
        : loop(io_loop),
          http(http_client),
          models(service_models),
          options(std::move(aws_options)),
          random(system_seed()) {}

    IoLoop& loop;
    HttpClient& http;
    const models::ServiceModels& models;
    const AwsOptions options;
    RandomBits random;
    CallId last_id = 0;
    std::unordered_map<CallId, PendingPtr> pending;

    static Error error_of(const Pending& one, Error::Kind kind, std::string message) {
        Error error;
        error.kind = kind;
        error.message = std::move(message);
        error.attempts = one.attempt;
        if (one.service != nullptr) error.service_id = one.service->service_id;
        return error;
    }

    /// What can be wrong before anything is sent.
    std::optional<Error> prepare(Pending& one) {
        one.service = models.find(one.call.service);
        if (one.service == nullptr)
            return error_of(one, Error::Kind::unknown_action,
                            "there is no model of the service '" + one.call.service +
                                "': name a folder that has one with --service-models");
        one.operation = one.service->find_operation(one.call.action);
        if (one.operation == nullptr)
            return error_of(
                one, Error::Kind::unknown_action,
                "the service '" + one.call.service + "' has no action '" + one.call.action + "'");
        const std::string key = endpoint_key(one.call.service);
        auto endpoint = find_endpoint(options, *one.service, key, one.call.owner);
        if (!endpoint)
            return error_of(one, Error::Kind::no_endpoint,
                            "there is no endpoint for the service '" + key +
                                "': say where it is with --endpoint " + key + "=URL");
        one.endpoint = *std::move(endpoint);
        Fill fill{one.call.client_token.empty() ? new_uuid() : one.call.client_token,
                  std::move(one.call.body)};
        auto input = read_parameters(*one.service, *one.operation, one.call.parameters, fill);
        if (!input) return error_of(one, Error::Kind::parameters, input.error().why);
        auto wire = write_request(*one.service, *one.operation, *input);
        if (!wire) return error_of(one, Error::Kind::parameters, wire.error().why);
        one.wire = *std::move(wire);
        one.call.parameters = Json();
        one.invocation_id = new_uuid();
        return std::nullopt;
    }

    Credentials credentials_of(const Call& call) const {
        if (options.credentials) return *options.credentials;
        return {call.owner.account, "stepwell", ""};
    }

    void send(const PendingPtr& one) {
        HttpRequest request = to_http_request(
            one->wire, one->endpoint, *one->service, *one->operation, credentials_of(one->call),
            sigv4::time_text(TimePoint{Seconds{std::time(nullptr)}}));
        request.headers.push_back({"amz-sdk-invocation-id", one->invocation_id});
        request.timeout = one->call.timeout;
        request.max_body_bytes = one->call.max_body_bytes;
        one->http_call = http.send(std::move(request), [this, one](HttpResult result) {
            one->http_call = 0;
            answered(one, std::move(result));
        });
    }

    void answered(const PendingPtr& one, HttpResult result) {
        CallResult outcome = result ? read(*one, *std::move(result))
                                    : CallResult(unreachable(*one, std::move(result).error()));
        if (!outcome && one->attempt < one->call.max_attempts &&
            is_worth_another_attempt(outcome.error()))
            return send_again(one, is_throttled(outcome.error()));
        finish(one, std::move(outcome));
    }

    void send_again(const PendingPtr& one, bool throttled) {
        const Milliseconds most =
            std::min(kLongestDelay, (throttled ? kFirstThrottledDelay : kFirstDelay) *
                                        (std::int64_t{1} << std::min(one->attempt - 1, 16)));
        const auto delay = Milliseconds(static_cast<std::int64_t>(
            random.next_below(static_cast<std::uint64_t>(most.count()) + 1)));
        ++one->attempt;
        if (!one->retry) one->retry = std::make_unique<LoopTimer>(loop);
        one->retry->start(delay, [this, weak = std::weak_ptr(one)] {
            if (const auto again = weak.lock()) send(again);
        });
    }

    static Error unreachable(const Pending& one, HttpError failure) {
        const bool answer_came = failure.kind == HttpError::Kind::malformed ||
                                 failure.kind == HttpError::Kind::too_large;
        Error error =
            error_of(one, answer_came ? Error::Kind::unreadable : Error::Kind::unreachable,
                     std::move(failure.message));
        error.http = failure.kind;
        return error;
    }

    static CallResult read(const Pending& one, HttpResponse response) {
        const bool refused =
            response.status >= 300 || (may_fail_with_200(*one.service, *one.operation) &&
                                       read_xml_error(response.body).has_value());
        if (refused) return refusal(one, response);
        Answer answer;
        answer.status = response.status;
        answer.request_id = request_id_of(response);
        const models::Member* payload = nullptr;
        if (one.operation->output)
            payload = payload_member(one.service->shapes.at(*one.operation->output));
        const bool raw = one.call.raw_body && payload != nullptr &&
                         one.service->shapes.at(payload->shape).kind == models::Kind::blob;
        if (raw) answer.body = std::exchange(response.body, std::string());
        auto output = read_output(*one.service, *one.operation, response);
        if (!output) {
            Error error =
                error_of(one, Error::Kind::unreadable,
                         "Unable to unmarshall response: the body is not what the service's "
                         "protocol has: " +
                             to_valid_utf8(std::string_view(response.body).substr(0, 256)));
            error.status = response.status;
            error.request_id = answer.request_id;
            return error;
        }
        if (raw) output->erase(std::string(payload->name));
        answer.output = one.operation->output
                            ? show(*one.service, *one.operation->output, *output, one.call.style)
                            : Json::object();
        answer.headers = std::move(response.headers);
        return answer;
    }

    static Error refusal(const Pending& one, const HttpResponse& response) {
        WireError wire = read_error(*one.service, *one.operation, response);
        Error error = error_of(one, Error::Kind::refused, std::move(wire.message));
        error.code = std::move(wire.code);
        error.exception = std::move(wire.exception);
        error.status = response.status;
        error.request_id = request_id_of(response);
        if (const std::string* extended = find_header(response.headers, "x-amz-id-2"))
            error.extended_request_id = *extended;
        return error;
    }

    void finish(const PendingPtr& one, CallResult outcome) {
        if (pending.erase(one->id) == 0) return;  // cancelled
        const CallDone done = std::move(one->done);
        done(std::move(outcome));
    }

    void drop(const PendingPtr& one) {
        one->done = nullptr;
        if (one->http_call != 0) http.cancel(one->http_call);
        one->retry.reset();
    }
};

AwsClient::AwsClient(IoLoop& loop, HttpClient& http, const models::ServiceModels& models,
                     const AwsOptions& options)
    : impl_(std::make_shared<Impl>(loop, http, models, options)) {}

AwsClient::~AwsClient() { cancel_all(); }

AwsClient::CallId AwsClient::call(Call call, CallDone done) {
    const auto one = std::make_shared<Impl::Pending>();
    one->id = ++impl_->last_id;
    one->call = std::move(call);
    one->done = std::move(done);
    impl_->pending.emplace(one->id, one);
    if (auto problem = impl_->prepare(*one)) {
        // Told later: the caller has no id yet.
        impl_->loop.post([weak = std::weak_ptr(impl_), one, error = *std::move(problem)] {
            if (const auto impl = weak.lock()) impl->finish(one, error);
        });
    } else {
        impl_->send(one);
    }
    return one->id;
}

void AwsClient::cancel(CallId id) {
    const auto found = impl_->pending.find(id);
    if (found == impl_->pending.end()) return;
    const auto one = found->second;
    impl_->pending.erase(found);
    impl_->drop(one);
}

void AwsClient::cancel_all() {
    const auto all = std::exchange(impl_->pending, {});
    for (const auto& [id, one] : all) impl_->drop(one);
}

bool AwsClient::reaches(std::string_view service) const {
    return impl_->options.endpoint_of(endpoint_key(service)) != nullptr ||
           (impl_->options.allow_real_aws && impl_->options.credentials);
}

}  // namespace stepwell::aws
