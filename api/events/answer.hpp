#pragma once

#include <functional>
#include <string>

#include "api/api.hpp"
#include "engine/base/json.hpp"
#include "engine/base/result.hpp"

/// What the operations of EventBridge answer with. EventBridge API Reference.
namespace stepwell::api::events {

/// One of EventBridge's errors.
struct Refusal {
    std::string type;
    std::string message;
    int status = 400;
};
using Answered = Result<Json, Refusal>;
using Respond = std::function<void(const Answered&)>;

Response response_of(const Answered& answer);

Refusal validation(std::string message);
/// `1 validation error detected: Value null at 'name' …`: a member that must be there is not.
Refusal missing(const char* member);

/// The event bus that a request or an entry names, by name or by ARN
/// (`arn:aws:events:us-east-1:123456789012:event-bus/default`); `default` where it names none.
std::string bus_of(const Json& input);

}  // namespace stepwell::api::events
