#pragma once

#include <string>
#include <string_view>

#include "api/call.hpp"
#include "api/errors.hpp"
#include "engine/base/payload.hpp"
#include "engine/machine/redrive.hpp"
#include "engine/store.hpp"

/// What several operations on executions share.
namespace stepwell::api {

/// "RUNNING", "TIMED_OUT", …
std::string_view status_text(ExecutionStatus status);
/// Of a Map Run's child the label of its Map, which stands in its ARN; "" of any other execution.
std::string label_of(const ExecutionRecord& execution);
/// `…:stateMachine:NAME`, of a Map Run's child `…:stateMachine:NAME/LABEL`.
std::string shown_machine_arn(const ExecutionRecord& execution);
/// nullopt for PENDING_REDRIVE, in which no execution of ours ever is.
std::optional<ExecutionStatus> status_of(std::string_view text);

/// Whether an execution may be redriven now.
Redrivability redrivability_of(Call& call, const ExecutionRecord& execution);
/// `redriveStatusReason` of one that may not. API Reference, DescribeExecution.
std::string not_redrivable_reason(Redrivability why, ExecutionStatus status);

/// JSON from a caller, its text kept as written. `kind` says how it is refused:
/// InvalidExecutionInput, InvalidOutput.
Checked<Payload> parse_payload(std::string text, ErrorKind kind);

}  // namespace stepwell::api
