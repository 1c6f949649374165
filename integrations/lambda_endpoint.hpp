#pragma once

#include <string>

#include "integrations/http_client.hpp"
#include "integrations/http_url.hpp"
#include "integrations/lambda_call.hpp"

namespace stepwell {

/// A Lambda Invoke API reached over HTTP: SAM's, LocalStack's, the runtime interface emulator's, or
/// anyone's that answers `POST /2015-03-31/functions/{FunctionName}/invocations`. Belongs to the
/// loop's thread.
class LambdaEndpoint {
public:
    /// `url`: where the API's paths begin; or one whose path ends in `/invocations`, to which every
    /// call goes.
    LambdaEndpoint(HttpClient& http, HttpUrl url);

    /// `done` is called once, unless the invocation is cancelled.
    CancelInvocation invoke(const LambdaInvocation& invocation, LambdaDone done);
    const HttpUrl& url() const { return url_; }

private:
    HttpRequest request_for(const LambdaInvocation& invocation,
                            const std::string& function_name) const;
    void send(std::shared_ptr<struct EndpointCall> call, HttpRequest request);

    HttpClient& http_;
    HttpUrl url_;
    bool takes_every_call_;
};

/// What an HTTP answer of the Invoke API means. `bare_runtime`: it comes from a runtime interface
/// emulator, which does not say whether the function failed.
LambdaResult read_invoke_answer(HttpResponse response, const std::string& request_id,
                                bool bare_runtime);

}  // namespace stepwell
