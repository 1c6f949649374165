#pragma once

#include <string>

#include "engine/base/arn.hpp"
#include "engine/base/json.hpp"
#include "engine/base/result.hpp"
#include "engine/base/time.hpp"

namespace stepwell::api::events {

/// Why an entry of PutEvents is none.
struct BadEntry {
    std::string code;
    std::string message;
};

/// The event that an entry of PutEvents stands for. EventBridge API Reference,
/// "PutEventsRequestEntry".
Result<Json, BadEntry> event_of(const Json& entry, const Owner& owner, TimePoint now);

/// A time as events have it: `2026-01-01T00:00:00Z`.
std::string event_time(TimePoint time);

}  // namespace stepwell::api::events
