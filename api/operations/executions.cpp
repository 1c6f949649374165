#include "api/executions.hpp"

#include <charconv>
#include <chrono>
#include <functional>

#include "api/arns.hpp"
#include "api/json_writer.hpp"
#include "api/machines.hpp"
#include "api/operations.hpp"

namespace stepwell::api::operations_of {
namespace {

/// Of a Standard execution: whether and how often it was redriven, and may be.
void write_redrive(ObjectWriter& object, Call& call, const ExecutionRecord& execution) {
    const Redrivability redrivable = redrivability_of(call, execution);
    object.number("redriveCount", execution.redrive_count);
    if (execution.redrive_date) object.date("redriveDate", *execution.redrive_date);
    const bool may_be = redrivable == Redrivability::redrivable;
    const bool by_map_run = redrivable == Redrivability::by_map_run;
    object.text("redriveStatus", may_be       ? "REDRIVABLE"
                                 : by_map_run ? "REDRIVABLE_BY_MAP_RUN"
                                              : "NOT_REDRIVABLE");
    if (!may_be && !by_map_run)
        object.text("redriveStatusReason", not_redrivable_reason(redrivable, execution.status));
}

/// What an execution was started on, where that was not the machine as it stood.
void write_qualifiers(ObjectWriter& object, const ExecutionRecord& execution) {
    const std::string& machine = execution.state_machine_arn;
    if (execution.version != 0)
        object.text("stateMachineVersionArn", qualified_arn(machine, execution.version));
    if (!execution.alias.empty())
        object.text("stateMachineAliasArn", qualified_arn(machine, execution.alias));
}

/// Either a machine or a Map Run is asked for.
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

/// Whether a child did not succeed and is waiting for its run, which goes on, to redrive it.
bool awaits_redrive(const ExecutionRecord& child, const MapRunProgress& run) {
    return run.status == MapRunStatus::running && child.status != ExecutionStatus::running &&
           child.status != ExecutionStatus::succeeded && child.run_redrive < run.redrive_count;
}

std::string_view child_status(const ExecutionRecord& child, const MapRunRecord* run) {
    const bool pending = run != nullptr && awaits_redrive(child, run->progress);
    return pending ? "PENDING_REDRIVE" : status_text(child.status);
}

/// `run`: whose children are listed, or null.
void write_list_item(std::string& body, const ExecutionRecord& execution, const MapRunRecord* run) {
    ObjectWriter item(body);
    item.text("executionArn", execution.arn);
    item.text("stateMachineArn", shown_machine_arn(execution));
    item.text("name", execution.name);
    item.text("status", child_status(execution, run));
    item.date("startDate", execution.start_date);
    if (execution.stop_date) item.date("stopDate", *execution.stop_date);
    if (run != nullptr) {
        item.text("mapRunArn", run->arn);
        item.number("itemCount", execution.item_count);
    }
    write_qualifiers(item, execution);
    item.number("redriveCount", execution.redrive_count);
    if (execution.redrive_date) item.date("redriveDate", *execution.redrive_date);
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

    std::optional<MapRunRecord> run;
    if (execution->map_run != 0) run = call.store().find_map_run(execution->map_run);

    std::string body;
    ObjectWriter object(body);
    object.text("executionArn", execution->arn);
    object.text("stateMachineArn", shown_machine_arn(*execution));
    object.text("name", execution->name);
    object.text("status", child_status(*execution, run ? &*run : nullptr));
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
    if (run) object.text("mapRunArn", run->arn);
    if (!execution->trace_header.empty()) object.text("traceHeader", execution->trace_header);
    write_redrive(object, call, *execution);
    object.end();
    return body;
}

namespace {

Checked<std::string> write_page(
    Call& call, const std::string& question, const MapRunRecord* run,
    const std::function<ExecutionPage(ExecutionKey before, std::size_t limit)>& load) {
    const Input& input = call.input();
    ExecutionKey before = 0;
    if (const std::string* token = input.text("nextToken")) {
        const std::string position = TRY(call.services().page_tokens.read(question, *token));
        std::from_chars(position.data(), position.data() + position.size(), before);
    }
    const ExecutionPage page = load(before, page_size(input));
    std::string body;
    ObjectWriter object(body);
    object.member("executions").push_back('[');
    for (const ExecutionRecord& execution : page.executions) {
        if (body.back() != '[') body.push_back(',');
        write_list_item(body, execution, run);
    }
    body.push_back(']');
    if (page.more && !page.executions.empty()) {
        const std::string position = std::to_string(page.executions.back().key);
        object.text("nextToken", call.services().page_tokens.issue(question, position));
    }
    object.end();
    return body;
}

/// Children of a Map Run.
Checked<std::string> list_children(Call& call, const std::string& map_run_arn) {
    const Input& input = call.input();
    const auto arn = TRY(parse_map_run_arn(map_run_arn));
    const auto run = call.store().find_map_run(arn);
    if (!run) return error(ErrorKind::resource_not_found);
    // DIFFERS: AWS does not say what it answers here (docs/differences.md). API Reference,
    // ListExecutions: "This operation is not supported by EXPRESS state machines."
    if (run->type == WorkflowType::express)
        return error(ErrorKind::state_machine_type_not_supported);
    const std::string* status = input.text("statusFilter");
    const std::string* redriven = input.text("redriveFilter");
    const ChildFilter listed{.status = status ? status_of(*status) : std::nullopt};
    const std::string question = "ListExecutions\n" + arn + '\n' + (status ? *status : "") + '\n' +
                                 (redriven ? *redriven : "");
    const auto wanted = [&](const ExecutionRecord& child) {
        const bool pending = awaits_redrive(child, run->progress);
        if (status && pending != (*status == "PENDING_REDRIVE")) return false;
        return !redriven || (child.redrive_count > 0) == (*redriven == "REDRIVEN");
    };
    return write_page(call, question, &*run, [&](ExecutionKey before, std::size_t limit) {
        ExecutionPage chosen;
        for (;;) {
            ExecutionPage page = call.store().list_children(run->key, listed, before, limit);
            chosen.more = page.more;
            for (ExecutionRecord& child : page.executions) {
                before = child.key;
                if (!wanted(child)) continue;
                chosen.more = chosen.executions.size() == limit || page.more;
                if (chosen.executions.size() == limit) return chosen;
                chosen.executions.push_back(std::move(child));
            }
            if (!page.more || page.executions.empty() || chosen.executions.size() == limit)
                return chosen;
        }
    });
}

}  // namespace

Checked<std::string> list_executions(Call& call) {
    const Input& input = call.input();
    if (const auto checked = check_filters(input); !checked) return checked.error();
    if (const std::string* map_run = input.text("mapRunArn")) return list_children(call, *map_run);
    const auto arn = TRY(parse_state_machine_arn(input.required_text("stateMachineArn")));
    const auto machine = TRY(find_described(call, arn));
    if (machine->type == WorkflowType::express)
        return error(ErrorKind::state_machine_type_not_supported);

    const std::string* filter = input.text("statusFilter");
    const ExecutionFilter listed{.status = filter ? status_of(*filter) : std::nullopt,
                                 .version = arn.version().value_or(0),
                                 .alias = arn.alias()};
    const std::string question = "ListExecutions\n" + arn.text + '\n' + (filter ? *filter : "");
    return write_page(call, question, nullptr, [&](ExecutionKey before, std::size_t limit) {
        return call.store().list_executions(machine->arn, listed, before, limit);
    });
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
