#include "api/machines.hpp"

#include <algorithm>
#include <stdexcept>

#include "engine/base/random.hpp"

namespace stepwell::api {

Checked<DefinitionCache::Definition> parse_definition(std::string_view text, WorkflowType type,
                                                      const asl::SdkActions* sdk_actions) {
    asl::Parsed parsed = asl::parse(text, type, sdk_actions);
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
        auto definition = definition_of(*call, machine);
        if (!definition)
            throw std::runtime_error("the stored definition of " + machine->arn + " is refused");
        next(std::move(definition));
    });
}

DefinitionCache::Definition definition_of(Call& call,
                                          std::shared_ptr<const StateMachineRecord> machine) {
    if (auto cached = call.services().definitions.find(machine)) return cached;
    asl::Parsed parsed = asl::parse_stored(machine->definition, machine->type);
    if (!parsed.machine) return nullptr;
    call.services().definitions.put(std::move(machine), parsed.machine);
    return std::move(parsed.machine);
}

Checked<std::shared_ptr<const StateMachineRecord>> find_machine(Call& call,
                                                                const StateMachineArn& arn) {
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

namespace {

RandomBits& random_bits() {
    thread_local RandomBits random(system_seed());
    return random;
}

/// Developer Guide, "State machine aliases", routing configuration.
std::int64_t choose_version(const AliasRecord& alias) {
    const auto draw = static_cast<int>(random_bits().next_below(100));
    return draw < alias.routes.front().weight ? alias.routes.front().version
                                              : alias.routes.back().version;
}

enum class AliasChoice : std::uint8_t { by_weight, first };

Checked<Target> find_target(Call& call, const StateMachineArn& arn, AliasChoice choice) {
    if (!arn.qualified()) return Target{TRY(find_machine(call, arn)), {}};
    const std::string machine = arn.unqualified();
    Target target;
    if (const auto version = arn.version()) {
        target.machine = call.store().find_version(machine, *version);
    } else if (arn.label.empty()) {
        if (const auto alias = call.store().find_alias(machine, arn.qualifier)) {
            const std::int64_t chosen = choice == AliasChoice::by_weight
                                            ? choose_version(*alias)
                                            : alias->routes.front().version;
            target.machine = call.store().find_version(machine, chosen);
            target.alias = arn.qualifier;
        }
    }
    if (!target.machine) return error(ErrorKind::state_machine_does_not_exist, arn.text);
    return target;
}

}  // namespace

Checked<std::shared_ptr<const StateMachineRecord>> find_described(Call& call,
                                                                  const StateMachineArn& arn) {
    return TRY(find_target(call, arn, AliasChoice::first)).machine;
}

Checked<Target> find_active_target(Call& call, const StateMachineArn& arn) {
    auto target = TRY(find_target(call, arn, AliasChoice::by_weight));
    if (target.machine->status != MachineStatus::active)
        return error(ErrorKind::state_machine_deleting, target.machine->arn);
    return target;
}

std::string qualified_arn(std::string_view state_machine_arn, std::int64_t version) {
    return qualified_arn(state_machine_arn, std::to_string(version));
}

std::string qualified_arn(std::string_view state_machine_arn, std::string_view alias) {
    std::string arn(state_machine_arn);
    arn.append(":").append(alias);
    return arn;
}

TimePoint publication_time(const Clock& clock, const StateMachineRecord& machine) {
    return std::max(clock.now(), machine.creation_date + Milliseconds(1));
}

ApiError too_many_versions(std::string_view state_machine_arn) {
    return error(ErrorKind::service_quota_exceeded,
                 "The state machine has the maximum number of versions (" +
                     std::to_string(kMaxVersions) + "): '" + std::string(state_machine_arn) + "'");
}

std::string new_uuid() { return make_uuid(random_bits()); }

std::string_view type_text(WorkflowType type) {
    return type == WorkflowType::express ? "EXPRESS" : "STANDARD";
}

}  // namespace stepwell::api
