#include "api/machines.hpp"

#include <stdexcept>

#include "engine/base/random.hpp"

namespace stepwell::api {

Checked<DefinitionCache::Definition> parse_definition(std::string_view text, WorkflowType type) {
    asl::Parsed parsed = asl::parse(text, type);
    if (!parsed.machine) {
        return error(ErrorKind::invalid_definition,
                     asl::invalid_definition_message(parsed.diagnostics));
    }
    return parsed.machine;
}

void with_definition(const CallPtr& call, std::shared_ptr<const StateMachineRecord> machine,
                     std::function<void(DefinitionCache::Definition)> next) {
    if (auto cached = call->services().definitions.find(machine)) return next(std::move(cached));
    call->on_reader([call, machine = std::move(machine), next = std::move(next)]() mutable {
        auto parsed = parse_definition(machine->definition, machine->type);
        if (!parsed) {
            throw std::runtime_error("the stored definition of " + machine->arn +
                                     " is refused: " + parsed.error().message);
        }
        call->services().definitions.put(std::move(machine), *parsed);
        next(*std::move(parsed));
    });
}

Checked<std::shared_ptr<const StateMachineRecord>> find_machine(Call& call,
                                                                const StateMachineArn& arn) {
    // Versions and aliases do not exist yet, so neither does any that an ARN may name.
    auto machine = arn.qualified() ? nullptr : call.store().find_state_machine(arn.text);
    if (!machine) return error(ErrorKind::state_machine_does_not_exist, arn.text);
    return machine;
}

Checked<std::shared_ptr<const StateMachineRecord>> find_active_machine(Call& call,
                                                                       const StateMachineArn& arn) {
    auto machine = TRY(find_machine(call, arn));
    if (machine->status != MachineStatus::active)
        return error(ErrorKind::state_machine_deleting, arn.text);
    return machine;
}

std::string new_uuid() {
    thread_local RandomBits random(system_seed());
    return make_uuid(random);
}

std::string_view type_text(WorkflowType type) {
    return type == WorkflowType::express ? "EXPRESS" : "STANDARD";
}

}  // namespace stepwell::api
