#pragma once

#include "engine/base/arn.hpp"
#include "engine/base/json.hpp"
#include "engine/store.hpp"

namespace stepwell::api::events {

/// "Step Functions Execution Status Change", as Step Functions sends it to EventBridge: of a
/// Standard execution that has just come to this status. Developer Guide, "Automating Step
/// Functions event delivery with EventBridge".
Json status_event(const ExecutionRecord& execution, ExecutionStatus status, TimePoint now);

/// Whose execution it is, by its ARN.
Owner owner_of(const ExecutionRecord& execution);

}  // namespace stepwell::api::events
