#include "api/executions.hpp"

#include <charconv>
#include <chrono>

#include "api/arns.hpp"
#include "api/json_writer.hpp"
#include "api/machines.hpp"
#include "api/operations.hpp"
#include "engine/machine/events.hpp"

namespace stepwell::api::operations_of {
namespace {

/// Developer Guide, "Restarting state machine executions with redrive": within 14 days, with less
/// than 24,999 events.
constexpr std::chrono::days kRedrivablePeriod{14};
constexpr EventId kMaxRedrivableEvents = kMaxEvents - 1;

/// Why an execution cannot be redriven, or "". API Reference, DescribeExecution,
/// `redriveStatusReason`.
std::string not_redrivable_reason(const ExecutionRecord& execution, TimePoint now) {
    if (execution.status == ExecutionStatus::running ||
        execution.status == ExecutionStatus::succeeded) {
        return "Execution is " + std::string(status_text(execution.status)) +
               " and cannot be redriven";
    }
    if (execution.last_event >= kMaxRedrivableEvents)
        return "Execution history event limit exceeded";
    if (execution.stop_date && now - *execution.stop_date > kRedrivablePeriod) {
        return "Execution redrivable period exceeded";
    }
    return {};
}

void write_redrive(ObjectWriter& object, const ExecutionRecord& execution, TimePoint now) {
    const std::string reason = not_redrivable_reason(execution, now);
    object.number("redriveCount", 0);
    object.text("redriveStatus", reason.empty() ? "REDRIVABLE" : "NOT_REDRIVABLE");
    if (!reason.empty()) object.text("redriveStatusReason", reason);
}

/// What an execution was started on, where that was not the machine as it stood.
void write_qualifiers(ObjectWriter& object, const ExecutionRecord& execution) {
    const std::string& machine = execution.state_machine_arn;
    if (execution.version != 0)
        object.text("stateMachineVersionArn", qualified_arn(machine, execution.version));
    if (!execution.alias.empty())
        object.text("stateMachineAliasArn", qualified_arn(machine, execution.alias));
}

/// Either a machine or a Map Run is asked for; nothing else about a Map Run is checked here.
Checked<void> check_filters(const Input& input) {
    const bool machine = input.text("stateMachineArn") != nullptr;
    const bool map_run = input.text("mapRunArn") != nullptr;
    if (machine == map_run) {
        return ApiError{ErrorKind::validation,
                        "Either stateMachineArn or mapRunArn must be specified, and not both",
                        machine ? std::string_view() : "MISSING_REQUIRED_PARAMETER"};
    }
    const std::string* status = input.text("statusFilter");
    if (machine && status && *status == "PENDING_REDRIVE") {
        return error(ErrorKind::validation,
                     "The statusFilter PENDING_REDRIVE can only be used with a mapRunArn");
    }
    if (machine && input.text("redriveFilter")) {
        return error(ErrorKind::validation, "The redriveFilter can only be used with a mapRunArn");
    }
    return {};
}

void write_list_item(std::string& body, const ExecutionRecord& execution) {
    ObjectWriter item(body);
    item.text("executionArn", execution.arn);
    item.text("stateMachineArn", execution.state_machine_arn);
    item.text("name", execution.name);
    item.text("status", status_text(execution.status));
    item.date("startDate", execution.start_date);
    if (execution.stop_date) item.date("stopDate", *execution.stop_date);
    write_qualifiers(item, execution);
    item.number("redriveCount", 0);
    item.end();
}

}  // namespace

Checked<std::string> describe_execution(Call& call) {
    const Input& input = call.input();
    const auto arn = TRY(parse_execution_arn(input.required_text("executionArn")));
    const auto execution = call.store().find_execution(arn);
    if (!execution) return error(ErrorKind::execution_does_not_exist, arn);
    const bool data = !metadata_only(input);
    const std::string_view details = data ? R"({"included":true})" : R"({"included":false})";

    std::string body;
    ObjectWriter object(body);
    object.text("executionArn", execution->arn);
    object.text("stateMachineArn", execution->state_machine_arn);
    object.text("name", execution->name);
    object.text("status", status_text(execution->status));
    object.date("startDate", execution->start_date);
    if (execution->stop_date) object.date("stopDate", *execution->stop_date);
    if (data) object.text("input", execution->input);
    object.raw("inputDetails", details);
    if (execution->status == ExecutionStatus::succeeded) {
        if (data && execution->output) object.text("output", *execution->output);
        object.raw("outputDetails", details);
    }
    if (data && execution->error) object.text("error", *execution->error);
    if (data && execution->cause) object.text("cause", *execution->cause);
    write_qualifiers(object, *execution);
    if (!execution->trace_header.empty()) object.text("traceHeader", execution->trace_header);
    write_redrive(object, *execution, call.services().clock.now());
    object.end();
    return body;
}

Checked<std::string> list_executions(Call& call) {
    const Input& input = call.input();
    if (const auto checked = check_filters(input); !checked) return checked.error();
    if (const std::string* map_run = input.text("mapRunArn")) {
        TRY(parse_map_run_arn(*map_run));
        return error(ErrorKind::resource_not_found);  // TODO(#5): Map Runs.
    }
    const auto arn = TRY(parse_state_machine_arn(input.required_text("stateMachineArn")));
    const auto machine = TRY(find_described(call, arn));
    if (machine->type == WorkflowType::express)
        return error(ErrorKind::state_machine_type_not_supported);

    const std::string* filter = input.text("statusFilter");
    const ExecutionFilter listed{.status = filter ? status_of(*filter) : std::nullopt,
                                 .version = arn.version().value_or(0),
                                 .alias = arn.alias()};
    const std::string question = "ListExecutions\n" + arn.text + '\n' + (filter ? *filter : "");
    ExecutionKey before = 0;
    if (const std::string* token = input.text("nextToken")) {
        const std::string position = TRY(call.services().page_tokens.read(question, *token));
        std::from_chars(position.data(), position.data() + position.size(), before);
    }
    const ExecutionPage page =
        call.store().list_executions(machine->arn, listed, before, page_size(input));

    std::string body;
    ObjectWriter object(body);
    object.member("executions").push_back('[');
    for (const ExecutionRecord& execution : page.executions) {
        if (body.back() != '[') body.push_back(',');
        write_list_item(body, execution);
    }
    body.push_back(']');
    if (page.more && !page.executions.empty()) {
        const std::string position = std::to_string(page.executions.back().key);
        object.text("nextToken", call.services().page_tokens.issue(question, position));
    }
    object.end();
    return body;
}

void stop_execution(const CallPtr& call) {
    auto arn = parse_execution_arn(call->input().required_text("executionArn"));
    if (!arn) return call->refuse(arn.error());
    call->on_reader([call, arn = *std::move(arn)] {
        const auto execution = call->store().find_execution(arn);
        if (!execution) return call->refuse(error(ErrorKind::execution_does_not_exist, arn));
        StopRequest request{call->input().take_text("error"), call->input().take_text("cause")};
        call->services().runtime.stop(
            execution->key, std::move(request), [call, arn](const Stopped& stopped) {
                call->guarded([&] {
                    if (stopped.outcome == Outcome::not_found) {
                        return call->refuse(error(ErrorKind::execution_does_not_exist, arn));
                    }
                    if (stopped.outcome != Outcome::committed) return call->fail(stopped.outcome);
                    std::string body;
                    ObjectWriter object(body);
                    object.date("stopDate", stopped.stop_date);
                    object.end();
                    call->succeed(std::move(body));
                });
            });
    });
}

}  // namespace stepwell::api::operations_of
