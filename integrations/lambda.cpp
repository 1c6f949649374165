#include "integrations/lambda.hpp"

#include <spdlog/spdlog.h>

#include <ctime>
#include <stdexcept>
#include <utility>

#include "engine/base/random.hpp"
#include "integrations/aws/timestamps.hpp"
#include "integrations/lambda_result.hpp"

namespace stepwell {

namespace {

/// The headers that Lambda's own front would add to a local function's answer.
void add_front_headers(LambdaAnswer& answer) {
    answer.headers.push_back({"x-amzn-Remapped-Content-Length", "0"});
    answer.headers.push_back({"Connection", "keep-alive"});
    answer.headers.push_back({"Content-Length", std::to_string(answer.payload.size())});
    answer.headers.push_back({"Date", aws::to_http_date(std::int64_t{std::time(nullptr)} * 1000)});
}

LambdaAnswer without_result(unsigned status, const LambdaInvocation& invocation) {
    LambdaAnswer answer;
    answer.status = status;
    answer.headers.push_back({"x-amzn-RequestId", invocation.request_id});
    add_front_headers(answer);
    return answer;
}

std::string new_uuid() {
    RandomBits random(system_seed());
    return make_uuid(random);
}

/// X-Ray's header, made up where tracing gives none: Lambda always sends one.
/// X-Ray Developer Guide, "Tracing header".
std::string new_trace_id() {
    RandomBits random(system_seed());
    return fmt::format("Root=1-{:08x}-{:08x}{:016x};Parent={:016x};Sampled=0",
                       static_cast<std::uint32_t>(std::time(nullptr)),
                       static_cast<std::uint32_t>(random.next()), random.next(), random.next());
}

void add_call(LambdaInvocation& invocation, TaskCall& call) {
    invocation.request_id = call.request_id.empty() ? new_uuid() : std::move(call.request_id);
    invocation.trace_id = call.trace_header.empty() ? new_trace_id() : std::move(call.trace_header);
}

const LambdaOptions& checked(const LambdaOptions& options) {
    if (const auto problem = check_lambda_options(options))
        throw std::invalid_argument(problem->message);
    return options;
}

}  // namespace

LambdaIntegration::LambdaIntegration(IoLoop& loop, HttpClient& http, const LambdaOptions& options)
    : local_(loop, checked(options)) {
    if (options.endpoint) endpoint_.emplace(http, *parse_http_url(*options.endpoint));
}

CancelTask LambdaIntegration::call_function(TaskCall call, Finished finished) {
    const std::string arn = std::get<asl::LambdaResource>(call.resource).function_arn;
    LambdaInvocation invocation;
    invocation.function = parse_function_id(arn, "", call.region, call.account);
    invocation.payload = call.input.text();
    add_call(invocation, call);
    return invoke_function(std::move(invocation),
                           [arn, finished = std::move(finished)](LambdaResult result) {
                               finished(function_task_result(result, arn));
                           });
}

CancelTask LambdaIntegration::invoke(TaskCall call, Finished finished) {
    auto invocation = read_invoke_parameters(call.input, call.region, call.account);
    if (!invocation) {
        finished(std::move(invocation).error());
        return [] {};
    }
    add_call(*invocation, call);
    return invoke_function(std::move(*invocation),
                           [finished = std::move(finished)](LambdaResult result) {
                               finished(invoke_task_result(result));
                           });
}

void LambdaIntegration::cancel_all() { local_.cancel_all(); }

CancelInvocation LambdaIntegration::invoke_function(LambdaInvocation invocation, LambdaDone done) {
    if (local_.has(invocation.function))
        return invoke_locally(std::move(invocation), std::move(done));
    if (!endpoint_) {
        log_not_found(invocation.function);
        done(function_not_found(invocation.function, invocation.request_id));
        return [] {};
    }
    return endpoint_->invoke(invocation, [this, function = invocation.function,
                                          done = std::move(done)](LambdaResult result) {
        if (!result && result.error().error == "Lambda.ResourceNotFoundException")
            log_not_found(function);
        done(std::move(result));
    });
}

CancelInvocation LambdaIntegration::invoke_locally(LambdaInvocation invocation, LambdaDone done) {
    if (invocation.type == InvocationType::dry_run) {
        done(without_result(204, invocation));
        return [] {};
    }
    if (invocation.type == InvocationType::event) {
        // Lambda answers once the event is in its queue. DIFFERS: a failure is logged and not tried
        // twice more.
        LambdaAnswer taken = without_result(202, invocation);
        const std::string name = invocation.function.name;
        local_.invoke(std::move(invocation), [name](const LambdaResult& result) {
            if (!result)
                spdlog::warn("function {}: an event was lost: {}", name, result.error().cause);
            else if (result->function_failed)
                spdlog::warn("function {}: an event failed: {}", name, result->payload);
        });
        done(std::move(taken));
        return [] {};
    }
    return local_.invoke(std::move(invocation), [done = std::move(done)](LambdaResult result) {
        if (result) add_front_headers(*result);
        done(std::move(result));
    });
}

void LambdaIntegration::log_not_found(const FunctionId& function) const {
    const std::string names = local_.names();
    spdlog::warn(
        "Lambda function \"{}\" ({}) was not found: {}; {}", function.name, function.given,
        names.empty() ? "there are no local functions" : "the local functions are " + names,
        endpoint_ ? "the endpoint " + endpoint_->url().authority() + " does not know it"
                  : std::string("no Lambda endpoint is set"));
}

}  // namespace stepwell
