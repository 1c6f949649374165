#include "integrations/mocks/mock_result.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>
#include <vector>

#include "integrations/aws/timestamps.hpp"
#include "integrations/sdk_result.hpp"

namespace stepwell::mocks {
namespace {

constexpr const char* kHttpMetadata = "SdkHttpMetadata";
constexpr const char* kResponseMetadata = "SdkResponseMetadata";

const asl::ServiceResource* service_of(const TaskCall& call) {
    if (call.mock && call.mock->type != asl::StateType::task) return nullptr;
    return std::get_if<asl::ServiceResource>(&call.resource);
}

/// The optimized integrations hand on what the SDK for Java 1 says of the HTTP exchange; aws-sdk,
/// API Gateway, EventBridge and HTTP Tasks do not.
bool has_metadata(const asl::ServiceResource& service) {
    const std::string& type = service.resource_type;
    return !type.starts_with("aws-sdk:") && type != "apigateway" && type != "http" &&
           type != "events";
}

Json metadata_of(const TaskCall& call, std::size_t body_bytes) {
    const auto millis =
        std::chrono::duration_cast<Milliseconds>(call.scheduled_time.time_since_epoch());
    return http_metadata(200, {{"x-amzn-RequestId", call.request_id},
                               {"Connection", "keep-alive"},
                               {"Content-Length", std::to_string(body_bytes)},
                               {"Date", aws::to_http_date(millis.count())},
                               {"Content-Type", "application/x-amz-json-1.0"}});
}

Json with_metadata(const TaskCall& call, Json output, std::size_t body_bytes) {
    if (!output.contains(kHttpMetadata)) output[kHttpMetadata] = metadata_of(call, body_bytes);
    if (!output.contains(kResponseMetadata)) {
        output[kResponseMetadata] = Json::object();
        output[kResponseMetadata]["RequestId"] = call.request_id;
    }
    return in_name_order(output);
}

std::string md5_of(std::string_view text) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned int size = 0;
    EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_md5(), nullptr);
    static constexpr char kHex[] = "0123456789abcdef";
    std::string hex;
    for (unsigned int i = 0; i < size; ++i) {
        hex += kHex[digest[i] >> 4U];
        hex += kHex[digest[i] & 0xFU];
    }
    return hex;
}

/// A parameter that services take as text, and workflows may give as JSON.
std::string text_of(const Json& parameters, const char* name) {
    const auto found = parameters.find(name);
    if (found == parameters.end()) return {};
    return found->is_string() ? found->get<std::string>() : write_json(*found);
}

/// What services say to the requests that most callbacks and jobs begin with.
Json submitted_members(const TaskCall& call, const asl::ServiceResource& service) {
    const Json none = Json::object();
    const Json& parameters = call.input.value().is_object() ? call.input.value() : none;
    const std::string type = service.resource_type.substr(service.resource_type.rfind(':') + 1);
    Json out = Json::object();
    if (type == "sqs" && service.action == "sendMessage") {
        out["MD5OfMessageBody"] = md5_of(text_of(parameters, "MessageBody"));
        out["MessageId"] = call.request_id;
    } else if (type == "sns" && service.action == "publish") {
        out["MessageId"] = call.request_id;
    } else if (type == "lambda" && service.action == "invoke") {
        out["ExecutedVersion"] = "$LATEST";
        out["Payload"] = nullptr;
        out["StatusCode"] = 200;
    } else if ((type == "events" || type == "eventbridge") && service.action == "putEvents") {
        out["Entries"] = Json::array();
        out["Entries"].push_back(Json::object());
        out["Entries"][0]["EventId"] = call.request_id;
        out["FailedEntryCount"] = 0;
    } else if ((type == "states" || type == "sfn") && service.action == "startExecution") {
        std::string arn = text_of(parameters, "StateMachineArn");
        if (const std::size_t at = arn.find(":stateMachine:"); at != std::string::npos)
            arn.replace(at, 14, ":execution:");
        out["ExecutionArn"] = arn + ":" + call.request_id;
        out["StartDate"] = std::int64_t{call.scheduled_time.time_since_epoch().count()};
    }
    return out;
}

}  // namespace

bool is_submitted_first(const TaskCall& call) {
    const asl::ServiceResource* const service = service_of(call);
    return service != nullptr && service->pattern != asl::Pattern::request_response;
}

Payload mocked_result(const TaskCall& call, const Payload& returned) {
    const bool task = call.mock->type == asl::StateType::task;
    const Json& value = returned.value();
    if (!task || !value.is_object()) return returned;
    if (std::holds_alternative<asl::LambdaResource>(call.resource)) {
        // A function by its ARN gives its payload alone, and the mock is that of the Invoke API.
        const auto payload = value.find("Payload");
        return payload != value.end() && value.contains("StatusCode") ? Payload(*payload)
                                                                      : returned;
    }
    const asl::ServiceResource* const service = service_of(call);
    if (service == nullptr || is_submitted_first(call) || !has_metadata(*service)) return returned;
    Json output = value;
    if (service->resource_type == "lambda" && output.contains("Payload") &&
        !output.contains("ExecutedVersion")) {
        output["ExecutedVersion"] = "$LATEST";
    }
    return Payload(with_metadata(call, std::move(output), returned.size()));
}

Payload mocked_submission(const TaskCall& call) {
    const auto& service = std::get<asl::ServiceResource>(call.resource);
    Json output = submitted_members(call, service);
    if (!has_metadata(service)) return Payload(std::move(output));
    const std::size_t bytes = write_json(output).size();
    return Payload(with_metadata(call, std::move(output), bytes));
}

}  // namespace stepwell::mocks
