#pragma once

#include <optional>
#include <string>

#include "engine/base/json.hpp"
#include "engine/base/result.hpp"

/// What a rule's target gets of an event. EventBridge API Reference, "Target"; User Guide,
/// "EventBridge input transformation".
namespace stepwell::events {

struct InputError {
    std::string message;
};

/// The rule on whose behalf.
struct RuleInEvent {
    std::string arn;
    std::string name;
    std::string ingestion_time;  ///< ISO 8601
};

/// Whether a target's Input, InputPath and InputTransformer can be used; at most one of them.
std::optional<InputError> check_target_input(const Json& target);

/// The text that the target gets: the event, or what Input, InputPath or InputTransformer make of
/// it.
Result<std::string, InputError> target_input(const Json& target, const Json& event,
                                             const RuleInEvent& rule);

}  // namespace stepwell::events
