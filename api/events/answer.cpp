#include "api/events/answer.hpp"

#include <string_view>
#include <utility>

#include "api/events/event_entry.hpp"
#include "engine/base/json_member.hpp"

namespace stepwell::api::events {

Response response_of(const Answered& answer) {
    if (answer) return {.status = 200, .body = write_json(*answer), .error_type = {}};
    Json body = Json::object();
    body["__type"] = answer.error().type;
    body["message"] = answer.error().message;
    return {.status = answer.error().status,
            .body = write_json(body),
            .error_type = answer.error().type};
}

Refusal validation(std::string message) { return {"ValidationException", std::move(message)}; }

Refusal missing(const char* member) {
    return validation("1 validation error detected: Value null at '" + std::string(member) +
                      "' failed to satisfy constraint: Member must not be null");
}

std::string bus_of(const Json& input) {
    const std::string given = text_of(input, "EventBusName");
    if (given.empty()) return "default";
    constexpr std::string_view kResource = ":event-bus/";
    const std::size_t at = given.find(kResource);
    return given.starts_with("arn:") && at != std::string::npos
               ? given.substr(at + kResource.size())
               : given;
}

}  // namespace stepwell::api::events
