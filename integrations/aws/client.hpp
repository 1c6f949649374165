#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "engine/base/arn.hpp"
#include "engine/base/json.hpp"
#include "engine/base/result.hpp"
#include "engine/base/time.hpp"
#include "integrations/aws/names.hpp"
#include "integrations/aws/options.hpp"
#include "integrations/http_client.hpp"
#include "integrations/io_loop.hpp"
#include "integrations/models/service_models.hpp"

/// Calls of AWS's services, made from their API models.
namespace stepwell::aws {

struct Call {
    /// The service as a Task's Resource names it: `aws-sdk:s3`, `s3`, `dynamodb`, `events`.
    std::string service;
    /// In any letter case: `getObject`.
    std::string action;
    /// With members named as Step Functions names them: `{"Bucket":…,"Key":…,"Range":"bytes=0-9"}`.
    Json parameters = Json::object();
    Style style = Style::sdk;
    /// Whose call it is: signs for the region, with the account as access key id where no
    /// credentials are set (stand-ins tell accounts apart by it).
    Owner owner;
    /// Stands for members that are idempotency tokens, where `parameters` has none. Empty: a random
    /// one.
    std::string client_token;
    /// The bytes of the request's blob that is its body (PutObject's Body), in place of that
    /// member: as they are, where `parameters` would have them as text.
    std::optional<std::string> body;
    /// The bytes of an answer's body that is one blob (GetObject's Body) stand in `Answer::body`,
    /// and not in its output.
    bool raw_body = false;
    /// For each attempt.
    Milliseconds timeout{60'000};
    /// The body of an answer; a longer one fails the call.
    std::size_t max_body_bytes = 8U << 20U;
    /// Attempts in all, where the first ones are throttled, answered with 5xx or not at all.
    int max_attempts = 3;
};

struct Answer {
    /// Members in PascalCase, those that the service has set.
    Json output;
    std::string body;  ///< with Call::raw_body only
    unsigned status = 200;
    HttpHeaders headers;
    std::string request_id;  ///< may be empty: not every stand-in gives one
};

struct Error {
    enum class Kind {
        no_endpoint,     ///< nobody has said where the service is
        unknown_action,  ///< no model has the service, or the service the action
        parameters,      ///< they do not fit the model: `message` says why
        unreachable,     ///< no answer; `http` says why
        unreadable,      ///< an answer that is not what the protocol says
        refused,         ///< by the service
    };
    Kind kind = Kind::refused;
    /// As the service sent it: `ResourceNotFoundException`, `NoSuchKey`,
    /// `AWS.SimpleQueueService.NonExistentQueue`.
    std::string code;
    /// The model's exception of that code: `NoSuchKey`, `QueueDoesNotExist`; empty where the
    /// operation has none.
    std::string exception;
    std::string message;
    unsigned status = 0;  ///< 0: no answer
    std::string request_id;
    std::string extended_request_id;  ///< S3's `x-amz-id-2`
    std::string service_id;           ///< of the model: `DynamoDB`, `S3`
    int attempts = 1;
    std::optional<HttpError::Kind> http;
};

/// Refused for now, since there were too many calls.
bool is_throttled(const Error& error);

using CallResult = Result<Answer, Error>;
using CallDone = std::function<void(CallResult)>;

/// Makes calls: finds the service's endpoint, writes the request as its protocol has it, signs it
/// (Signature Version 4), reads the answer, and tries again what AWS's SDKs would.
///
/// Belongs to the loop's thread: all functions are called, and all callbacks come, on it.
class AwsClient {
public:
    using CallId = std::uint64_t;

    /// All but the options must outlive it.
    AwsClient(IoLoop& loop, HttpClient& http, const models::ServiceModels& models,
              const AwsOptions& options);
    /// Calls under way are not answered any more.
    ~AwsClient();
    AwsClient(const AwsClient&) = delete;
    AwsClient& operator=(const AwsClient&) = delete;

    /// `done` is called once, never before `call` has returned, and not at all after `cancel`.
    CallId call(Call call, CallDone done);
    /// Gives a call up and closes its connection. Unknown ids are ignored.
    void cancel(CallId id);
    void cancel_all();

    /// Whether calls of this service have somewhere to go.
    bool reaches(std::string_view service) const;

private:
    struct Impl;
    std::shared_ptr<Impl> impl_;
};

}  // namespace stepwell::aws
