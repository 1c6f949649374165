#pragma once

#include <optional>
#include <string>

#include "engine/base/payload.hpp"
#include "engine/base/result.hpp"
#include "integrations/http_client.hpp"
#include "integrations/http_task/connection.hpp"

/// The HTTP messages of an HTTP Task. Pure. Developer Guide, "Call HTTPS APIs in Step Functions
/// workflows".
namespace stepwell::http_task {

enum class ArrayFormat { indices, repeat, commas, brackets };

/// The parameters of `http:invoke`.
struct Parameters {
    HttpUrl endpoint;
    std::string method;
    std::string connection_arn;
    HttpHeaders headers;
    NamedValues query;
    std::optional<Json> body;
    bool url_encoded = false;
    ArrayFormat array_format = ArrayFormat::indices;
};

/// States.Runtime where they cannot be used: a field is missing or of the wrong kind, or names a
/// header that an HTTP Task may not set.
Evaluated<Parameters> read_parameters(const Payload& parameters);

/// What is sent with a connection. `authorization` goes into the header of that name; empty: none.
/// States.Runtime where the bodies of task and connection cannot be merged.
Evaluated<HttpRequest> make_request(const Parameters& task, const Connection& connection,
                                    const std::string& authorization, const std::string& region);

/// The task's result, or its error.
Evaluated<Payload> read_response(const HttpResult& response);

/// InspectionDataRequest and InspectionDataResponse of TestState.
Json shown_request(const HttpRequest& request);
Json shown_response(const HttpRequest& request, const HttpResponse& response);

/// `a=1&b=x%20y`.
std::string url_encoded(const NamedValues& values);

}  // namespace stepwell::http_task
