#pragma once

#include <string>

#include "engine/machine/events.hpp"

namespace stepwell::api {

/// Whether an event is shown with its inputs and outputs: `includeExecutionData` of
/// GetExecutionHistory.
enum class ExecutionData : bool { leave_out, include };

/// Appends an event as the API shows it. API Reference, "HistoryEvent".
void append_history_event(std::string& out, const HistoryEvent& event, ExecutionData data);

}  // namespace stepwell::api
