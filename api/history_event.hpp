#pragma once

#include <cstddef>
#include <string>

#include "engine/machine/events.hpp"

namespace stepwell::api {

/// Whether an event is shown with its inputs and outputs: `includeExecutionData` of
/// GetExecutionHistory.
enum class ExecutionData : bool { leave_out, include };

/// Appends an event as the API shows it. API Reference, "HistoryEvent".
void append_history_event(std::string& out, const HistoryEvent& event, ExecutionData data);

/// Appends the details alone, `{}` where the type has none: what records of CloudWatch Logs have
/// under `details`.
///
/// An input or output whose text, escaped as it is written, is longer than `most_escaped_bytes` is
/// cut to that, and its inputDetails or outputDetails say so.
void append_event_details(std::string& out, const HistoryEvent& event, ExecutionData data,
                          std::size_t most_escaped_bytes = std::string::npos);

}  // namespace stepwell::api
