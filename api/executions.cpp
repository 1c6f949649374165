#include "api/executions.hpp"

#include <array>
#include <utility>

namespace stepwell::api {
namespace {

constexpr std::array<std::pair<ExecutionStatus, std::string_view>, 5> kStatuses{{
    {ExecutionStatus::running, "RUNNING"},
    {ExecutionStatus::succeeded, "SUCCEEDED"},
    {ExecutionStatus::failed, "FAILED"},
    {ExecutionStatus::timed_out, "TIMED_OUT"},
    {ExecutionStatus::aborted, "ABORTED"},
}};

}  // namespace

std::string_view status_text(ExecutionStatus status) {
    for (const auto& [value, text] : kStatuses) {
        if (value == status) return text;
    }
    return {};
}

std::string label_of(const ExecutionRecord& execution) {
    if (execution.map_run == 0) return {};
    const std::size_t slash = execution.arn.find('/');
    if (slash == std::string::npos) return {};
    return execution.arn.substr(slash + 1, execution.arn.find(':', slash) - slash - 1);
}

std::string shown_machine_arn(const ExecutionRecord& execution) {
    if (execution.map_run == 0) return execution.state_machine_arn;
    return execution.state_machine_arn + '/' + label_of(execution);
}

std::optional<ExecutionStatus> status_of(std::string_view text) {
    for (const auto& [value, name] : kStatuses) {
        if (name == text) return value;
    }
    return std::nullopt;
}

Redrivability redrivability_of(Call& call, const ExecutionRecord& execution) {
    const auto machine = call.store().find_state_machine(execution.state_machine_arn);
    return redrivability({.status = execution.status,
                          .last_event = execution.last_event,
                          .start_date = execution.start_date,
                          .stop_date = execution.stop_date,
                          .machine_deleting = !machine || machine->status != MachineStatus::active,
                          .of_map_run = execution.map_run != 0},
                         call.services().clock.now());
}

std::string not_redrivable_reason(Redrivability why, ExecutionStatus status) {
    switch (why) {
        case Redrivability::redrivable:
            return {};
        case Redrivability::machine_deleting:
            return "State machine is in DELETING status";
        case Redrivability::running:
        case Redrivability::succeeded:
            return "Execution is " + std::string(status_text(status)) + " and cannot be redriven";
        case Redrivability::too_many_events:
            return "Execution history event limit exceeded";
        case Redrivability::open_too_long:
            return "Execution has exceeded the max execution time";
        case Redrivability::closed_too_long:
            return "Execution redrivable period exceeded";
        case Redrivability::by_map_run:
            return "Execution was started by a Map Run and can only be redriven with it";
    }
    return {};
}

Checked<Payload> parse_payload(std::string text, ErrorKind kind) {
    if (text.find_first_not_of(" \t\r\n") == std::string::npos) {
        // OBSERVED: conformance case sfn_api__invalid_start_execution_input.
        return error(kind, kind == ErrorKind::invalid_output ? "Invalid output."
                                                             : "Invalid execution input.");
    }
    auto value = parse_json(text);
    if (!value) return error(kind, value.error().message);
    return Payload::from_parts(std::move(text), *std::move(value));
}

}  // namespace stepwell::api
