#include "server/own_api.hpp"

#include <mutex>
#include <utility>

namespace stepwell::server {

void OwnApi::bind(api::Api& api, Runtime& runtime) {
    const std::unique_lock lock(mutex_);
    api_ = &api;
    runtime_ = &runtime;
}

void OwnApi::unbind() {
    const std::unique_lock lock(mutex_);
    api_ = nullptr;
    runtime_ = nullptr;
}

OwnService::GiveUp OwnApi::call(OwnCall call, std::function<void(OwnAnswer)> done) {
    const std::shared_lock lock(mutex_);
    if (api_ == nullptr) {
        done({500, R"({"message":"The server is starting or ending."})", "InternalFailure"});
        return {};
    }
    api::Request request;
    request.target = "AWSStepFunctions." + call.operation;
    request.content_type = "application/x-amz-json-1.0";
    request.caller = std::move(call.caller);
    request.body = std::move(call.body);
    request.request_id = std::move(call.request_id);
    return api_->handle(std::move(request), [done = std::move(done)](api::Response response) {
        done({response.status, std::move(response.body), std::move(response.error_type)});
    });
}

OwnService::GiveUp OwnApi::when_closed(const std::string& execution_arn,
                                       std::function<void()> closed) {
    const std::shared_lock lock(mutex_);
    if (runtime_ == nullptr) return {};
    return runtime_->when_closed(execution_arn, std::move(closed));
}

}  // namespace stepwell::server
