#include "api/arns.hpp"
#include "api/configurations.hpp"
#include "api/executions.hpp"
#include "api/json_writer.hpp"
#include "api/list_page.hpp"
#include "api/machines.hpp"
#include "api/operations.hpp"
#include "api/variable_references.hpp"

namespace stepwell::api::operations_of {
namespace {

/// What DescribeStateMachine and DescribeStateMachineForExecution have in common.
template <class Machine>
void write_configurations(ObjectWriter& object, const Machine& machine) {
    object.raw("loggingConfiguration", machine.logging_configuration);
    object.raw("tracingConfiguration", machine.tracing_configuration);
    object.raw("encryptionConfiguration", machine.encryption_configuration.empty()
                                              ? kOwnedKey
                                              : machine.encryption_configuration);
}

}  // namespace

Checked<std::string> describe_state_machine(Call& call) {
    const Input& input = call.input();
    const auto arn = TRY(parse_unlabeled_state_machine_arn(input.required_text("stateMachineArn")));
    const auto machine = TRY(find_described(call, arn));
    std::string body;
    ObjectWriter object(body);
    // Of a version its own ARN.
    object.text("stateMachineArn", arn.text);
    object.text("name", machine->name);
    object.text("status", machine->status == MachineStatus::active ? "ACTIVE" : "DELETING");
    object.text("definition", metadata_only(input) ? "{}" : std::string_view(machine->definition));
    object.text("roleArn", machine->role_arn);
    object.text("type", type_text(machine->type));
    object.date("creationDate", machine->creation_date);
    write_configurations(object, *machine);
    if (!machine->revision_id.empty()) object.text("revisionId", machine->revision_id);
    if (machine->version != 0 && !machine->description.empty())
        object.text("description", machine->description);
    if (!metadata_only(input)) write_variable_references(object, definition_of(call, machine));
    object.end();
    return body;
}

Checked<std::string> describe_state_machine_for_execution(Call& call) {
    const Input& input = call.input();
    const auto arn = TRY(parse_execution_arn(input.required_text("executionArn")));
    const auto execution = call.store().find_execution(arn);
    const auto revision = execution ? call.store().revision_of(execution->key) : std::nullopt;
    const auto machine =
        execution ? call.store().find_state_machine(execution->state_machine_arn) : nullptr;
    // The revision goes with its machine, and its executions with both.
    if (!revision || !machine) return error(ErrorKind::execution_does_not_exist, arn);
    std::string body;
    ObjectWriter object(body);
    object.text("stateMachineArn", shown_machine_arn(*execution));
    object.text("name", machine->name);
    object.text("definition", metadata_only(input) ? "{}" : std::string_view(revision->definition));
    object.text("roleArn", revision->role_arn);
    object.date("updateDate", revision->update_date);
    write_configurations(object, *revision);
    if (execution->map_run != 0) {
        if (const auto run = call.store().find_map_run(execution->map_run))
            object.text("mapRunArn", run->arn);
        object.text("label", label_of(*execution));
    }
    if (!revision->revision_id.empty()) object.text("revisionId", revision->revision_id);
    if (!metadata_only(input)) {
        write_variable_references(object,
                                  asl::parse_stored(revision->definition, machine->type).machine);
    }
    object.end();
    return body;
}

Checked<std::string> list_state_machines(Call& call) {
    return list_page(
        call, "stateMachines", "ListStateMachines\n" + state_machine_arn(call.owner(), ""),
        [&](const std::string& after, std::size_t limit) {
            return call.store().list_state_machines(call.owner(), after, limit);
        },
        [](const StateMachineRecord& machine) { return machine.name; },
        [](ObjectWriter& item, const StateMachineRecord& machine) {
            item.text("stateMachineArn", machine.arn);
            item.text("name", machine.name);
            item.text("type", type_text(machine.type));
            item.date("creationDate", machine.creation_date);
        });
}

}  // namespace stepwell::api::operations_of
