#include "api/api.hpp"

#include <utility>

#include "api/call.hpp"
#include "api/caller.hpp"
#include "api/operations.hpp"
#include "engine/base/ascii.hpp"

namespace stepwell::api {
namespace {

constexpr std::string_view kTargetPrefix = "AWSStepFunctions.";
/// Compiled definitions kept: enough for every machine of a large test suite.
constexpr std::size_t kMaxCachedDefinitions = 4096;
constexpr std::size_t kMaxCachedDefinitionBytes = 64U << 20U;

/// `application/x-amz-json-1.0`, with or without parameters, in any case. RFC 9110, section 8.3.1.
bool is_aws_json(std::string_view content_type) {
    constexpr std::string_view kJson = "application/x-amz-json-1.";
    if (content_type.size() <= kJson.size() || !starts_with_ignoring_case(content_type, kJson))
        return false;
    const char minor = content_type[kJson.size()];
    const std::string_view rest = content_type.substr(kJson.size() + 1);
    return (minor == '0' || minor == '1') &&
           (rest.empty() || rest.front() == ';' || rest.front() == ' ');
}

Checked<const Operation*> find_called(const Request& request) {
    if (!is_aws_json(request.content_type)) {
        return error(ErrorKind::unknown_operation,
                     "The content type must be application/x-amz-json-1.0, but is '" +
                         request.content_type + "'.");
    }
    const std::string_view target = request.target;
    if (target.empty()) {
        return error(ErrorKind::unknown_operation,
                     "The header X-Amz-Target is missing: it names the operation.");
    }
    const Operation* operation = target.starts_with(kTargetPrefix)
                                     ? find_operation(target.substr(kTargetPrefix.size()))
                                     : nullptr;
    if (!operation)
        return error(ErrorKind::unknown_operation, "Unknown operation: '" + request.target + "'");
    return operation;
}

Response refusal(const ApiError& error) {
    const ErrorRow& row = row_of(error.kind);
    return {row.status, error_body(error), std::string(row.type)};
}

}  // namespace

class Api::Impl {
public:
    Impl(Store& store, Runtime& runtime, ReaderPool& readers, const Clock& clock, Options options)
        : services_(new Services{store, runtime, readers, clock, std::move(options),
                                 DefinitionCache(kMaxCachedDefinitions, kMaxCachedDefinitionBytes),
                                 PageTokens(store, clock)}) {}

    Cancel handle(Request request, std::function<void(Response)> respond) {
        const auto operation = find_called(request);
        if (!operation) {
            respond(refusal(operation.error()));
            return {};
        }
        auto input = parse_input(request.body, *(*operation)->input);
        if (!input) {
            respond(refusal(input.error()));
            return {};
        }
        Owner caller = request.caller ? *std::move(request.caller)
                                      : caller_of(request.authorization, services_->options.owner);
        auto call = std::make_shared<Call>(
            services_, (*operation)->name, std::move(request.request_id), std::move(caller),
            std::move(request.trace_id), *std::move(input), std::move(respond));
        call->guarded([&] { (*operation)->handle(call); });
        if ((*operation)->when_client_goes == WhenClientGoes::finish) return {};
        return [given_up = std::weak_ptr(call)] {
            if (const auto under_way = given_up.lock()) under_way->cancel();
        };
    }

private:
    std::shared_ptr<Services> services_;
};

Api::Api(Store& store, Runtime& runtime, ReaderPool& readers, const Clock& clock, Options options)
    : impl_(std::make_unique<Impl>(store, runtime, readers, clock, std::move(options))) {}
Api::~Api() = default;

Api::Cancel Api::handle(Request request, std::function<void(Response)> respond) {
    return impl_->handle(std::move(request), std::move(respond));
}

}  // namespace stepwell::api
