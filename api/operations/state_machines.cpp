#include "api/arns.hpp"
#include "api/configurations.hpp"
#include "api/json_writer.hpp"
#include "api/machines.hpp"
#include "api/mock_checks.hpp"
#include "api/operations.hpp"

namespace stepwell::api::operations_of {
namespace {

/// Another caller may change or remove a machine between our look and our write; then we look
/// again, so often.
constexpr int kMaxAttempts = 8;

using Machine = std::shared_ptr<const StateMachineRecord>;

/// API Reference, CreateStateMachine, `publish` and `versionDescription`.
Checked<std::optional<Publication>> read_publication(Input& input) {
    if (input.flag("publish"))
        return std::optional(Publication{input.take_text("versionDescription").value_or("")});
    if (input.text("versionDescription")) {
        return error(ErrorKind::validation,
                     "Version description can only be set when publish is true");
    }
    return std::optional<Publication>();
}

struct NewMachine {
    StateMachineRecord record;
    Tags tags;
    std::optional<Publication> publish;
};

Checked<NewMachine> read_new_machine(Call& call) {
    Input& input = call.input();
    NewMachine machine;
    StateMachineRecord& record = machine.record;
    record.name = TRY(parse_name(input.required_text("name")));
    record.role_arn = TRY(parse_role_arn(input.required_text("roleArn")));
    machine.publish = TRY(read_publication(input));
    record.logging_configuration =
        TRY(parse_logging_configuration(input.find("loggingConfiguration")));
    record.tracing_configuration = parse_tracing_configuration(input.find("tracingConfiguration"));
    record.encryption_configuration =
        TRY(parse_encryption_configuration(input.find("encryptionConfiguration")));
    machine.tags = TRY(parse_tags(input.find("tags")));
    const std::string* type = input.text("type");
    record.type = type && *type == "EXPRESS" ? WorkflowType::express : WorkflowType::standard;
    record.definition = *input.take_text("definition");
    record.owner = call.owner();
    record.arn = state_machine_arn(record.owner, record.name);
    return machine;
}

std::string created(const StateMachineRecord& machine, std::int64_t version) {
    std::string body;
    ObjectWriter object(body);
    object.text("stateMachineArn", machine.arn);
    object.date("creationDate", machine.creation_date);
    if (version != 0) object.text("stateMachineVersionArn", qualified_arn(machine.arn, version));
    object.end();
    return body;
}

/// Whether a second create asks for what is there. API Reference, CreateStateMachine: "idempotency
/// check is based on the state machine name, definition, type, LoggingConfiguration,
/// TracingConfiguration, and EncryptionConfiguration".
bool asks_for(const StateMachineRecord& wanted, const StateMachineRecord& there) {
    const auto key = [](const StateMachineRecord& machine) {
        return machine.encryption_configuration.empty()
                   ? kOwnedKey
                   : std::string_view(machine.encryption_configuration);
    };
    return wanted.definition == there.definition && wanted.type == there.type &&
           wanted.logging_configuration == there.logging_configuration &&
           wanted.tracing_configuration == there.tracing_configuration && key(wanted) == key(there);
}

/// The version that came with the machine; null where it was made without one, or that is gone.
Machine first_version(const Call& call, const StateMachineRecord& machine) {
    auto version = call.store().find_version(machine.arn, 1);
    return version && version->creation_date == machine.creation_date ? version : nullptr;
}

/// "The check is also based on the publish and versionDescription parameters."
bool publishes_the_same(const std::optional<Publication>& wanted, const Machine& first) {
    return wanted ? first && first->description == wanted->description : !first;
}

void create(const CallPtr& call, const std::shared_ptr<const NewMachine>& machine,
            const DefinitionCache::Definition& definition, int attempt);

/// The ARN exists: answers as the first create was, where this one asks for the same.
void answer_existing(const CallPtr& call, const std::shared_ptr<const NewMachine>& machine,
                     const DefinitionCache::Definition& definition, int attempt) {
    const Machine there = call->store().find_state_machine(machine->record.arn);
    if (!there) {
        if (attempt >= kMaxAttempts)
            return call->fail("the machine comes and goes: " + machine->record.arn);
        return create(call, machine, definition, attempt + 1);
    }
    if (there->status != MachineStatus::active) {
        return call->refuse(error(ErrorKind::state_machine_deleting, there->arn));
    }
    const Machine version = first_version(*call, *there);
    if (!asks_for(machine->record, *there) || !publishes_the_same(machine->publish, version)) {
        return call->refuse(error(ErrorKind::state_machine_already_exists, there->arn));
    }
    call->succeed(created(*there, version ? version->version : 0));
}

void create(const CallPtr& call, const std::shared_ptr<const NewMachine>& machine,
            const DefinitionCache::Definition& definition, int attempt) {
    call->store().create_state_machine(
        machine->record, machine->tags, machine->publish,
        [call, machine, definition, attempt](const PublishOutcome& made) {
            call->guarded([&] {
                if (made.outcome == Outcome::conflict) {
                    return call->on_reader(
                        [=] { answer_existing(call, machine, definition, attempt); });
                }
                if (made.outcome == Outcome::limit_reached) {
                    return call->refuse(
                        error(ErrorKind::state_machine_limit_exceeded, machine->record.arn));
                }
                if (made.outcome != Outcome::committed) return call->fail(made.outcome);
                call->succeed(created(machine->record, made.version.number));
            });
        });
}

struct Change {
    StateMachineArn arn;
    std::optional<std::string> definition;
    std::optional<std::string> role_arn;
    std::optional<std::string> logging_configuration;
    std::optional<std::string> tracing_configuration;
    std::optional<std::string> encryption_configuration;
    std::optional<Publication> publish;
};

Checked<Change> read_change(Input& input) {
    Change change{TRY(parse_unlabeled_state_machine_arn(input.required_text("stateMachineArn"))),
                  {},
                  {},
                  {},
                  {},
                  {},
                  {}};
    change.publish = TRY(read_publication(input));
    if (const Json* given = input.find("loggingConfiguration")) {
        change.logging_configuration = TRY(parse_logging_configuration(given));
    }
    if (const Json* given = input.find("tracingConfiguration")) {
        change.tracing_configuration = parse_tracing_configuration(given);
    }
    if (const Json* given = input.find("encryptionConfiguration")) {
        change.encryption_configuration = TRY(parse_encryption_configuration(given));
    }
    if (const std::string* given = input.text("roleArn"))
        change.role_arn = TRY(parse_role_arn(*given));
    change.definition = input.take_text("definition");
    if (!change.definition && !change.role_arn && !change.logging_configuration &&
        !change.tracing_configuration && !change.encryption_configuration) {
        return error(ErrorKind::missing_required_parameter,
                     "Either the definition, the role ARN, the LoggingConfiguration, or the "
                     "TracingConfiguration must "
                     "be specified");
    }
    return change;
}

std::string updated(const StateMachineRecord& machine, std::int64_t version) {
    std::string body;
    ObjectWriter object(body);
    object.date("updateDate", machine.update_date);
    if (!machine.revision_id.empty()) object.text("revisionId", machine.revision_id);
    if (version != 0) object.text("stateMachineVersionArn", qualified_arn(machine.arn, version));
    object.end();
    return body;
}

/// The machine after the change; equal to `machine` where nothing changes.
StateMachineRecord apply(const Change& change, const StateMachineRecord& machine) {
    StateMachineRecord next = machine;
    if (change.definition) next.definition = *change.definition;
    if (change.role_arn) next.role_arn = *change.role_arn;
    if (change.logging_configuration) next.logging_configuration = *change.logging_configuration;
    if (change.tracing_configuration) next.tracing_configuration = *change.tracing_configuration;
    if (change.encryption_configuration)
        next.encryption_configuration = *change.encryption_configuration;
    return next;
}

void update(const CallPtr& call, const std::shared_ptr<const Change>& change, int attempt);

/// How a write ended that leaves the machine as `written`.
void answer_update(const CallPtr& call, const std::shared_ptr<const Change>& change,
                   const Machine& written, const PublishOutcome& made, int attempt) {
    switch (made.outcome) {
        case Outcome::committed:
            return call->succeed(updated(*written, made.version.number));
        case Outcome::limit_reached:
            return call->refuse(too_many_versions(written->arn));
        case Outcome::conflict:
        case Outcome::not_found:
            break;
        case Outcome::in_use:
        case Outcome::overloaded:
        case Outcome::discarded:
            return call->fail(made.outcome);
    }
    // Changed or deleted meanwhile: the next look says which.
    if (attempt >= kMaxAttempts) {
        return call->refuse(
            error(ErrorKind::conflict,
                  "The state machine is being updated by other requests: '" + written->arn + "'"));
    }
    call->on_reader([call, change, attempt] { update(call, change, attempt + 1); });
}

/// On a reader thread. Looks, parses, writes under the precondition that the revision is still the
/// one looked at.
void update(const CallPtr& call, const std::shared_ptr<const Change>& change, int attempt) {
    const auto found = find_active_machine(*call, change->arn);
    if (!found) return call->refuse(found.error());
    const StateMachineRecord& machine = **found;
    DefinitionCache::Definition definition;
    if (change->definition) {
        auto parsed = parse_definition(*change->definition, machine.type,
                                       call->services().options.sdk_actions);
        if (!parsed) return call->refuse(parsed.error());
        definition = *std::move(parsed);
        report_unknown_mocks(call->services().options.mocks, machine.name, *definition);
    }
    StateMachineRecord next = apply(*change, machine);
    // OBSERVED: an update that changes nothing makes no revision (conformance case
    // sfn_api_logs__update_logging_configuration).
    if (next.role_arn == machine.role_arn && asks_for(next, machine)) {
        if (!change->publish) return call->succeed(updated(machine, 0));
        return call->store().publish_version(
            machine.arn, machine.revision_id, *change->publish,
            publication_time(call->services().clock, machine),
            [call, change, found = *found, attempt](const PublishOutcome& made) {
                call->guarded([&] { answer_update(call, change, found, made, attempt); });
            });
    }

    next.revision_id = new_uuid();
    next.update_date =
        std::max(publication_time(call->services().clock, machine), machine.update_date);
    const auto written = std::make_shared<const StateMachineRecord>(std::move(next));
    call->store().update_state_machine(
        *written, machine.revision_id, change->publish,
        [call, change, written, attempt](const PublishOutcome& made) {
            call->guarded([&] { answer_update(call, change, written, made, attempt); });
        });
}

}  // namespace

void create_state_machine(const CallPtr& call) {
    auto machine = read_new_machine(*call);
    if (!machine) return call->refuse(machine.error());
    call->on_reader([call, machine = std::make_shared<NewMachine>(*std::move(machine))] {
        auto definition = parse_definition(machine->record.definition, machine->record.type,
                                           call->services().options.sdk_actions);
        if (!definition) return call->refuse(definition.error());
        report_unknown_mocks(call->services().options.mocks, machine->record.name, **definition);
        machine->record.creation_date = call->services().clock.now();
        machine->record.update_date = machine->record.creation_date;
        create(call, machine, *definition, 1);
    });
}

void update_state_machine(const CallPtr& call) {
    auto change = read_change(call->input());
    if (!change) return call->refuse(change.error());
    call->on_reader([call, change = std::make_shared<const Change>(*std::move(change))] {
        update(call, change, 1);
    });
}

void delete_state_machine(const CallPtr& call) {
    const auto arn =
        parse_unlabeled_state_machine_arn(call->input().required_text("stateMachineArn"));
    if (!arn) return call->refuse(arn.error());
    // "Deleting" what does not exist succeeds, and a version or an alias is not the machine.
    if (arn->qualified()) return call->succeed("{}");
    call->store().delete_state_machine(arn->text, [call, text = arn->text](Outcome outcome) {
        call->guarded([&] {
            if (outcome == Outcome::committed) call->services().runtime.state_machine_deleted(text);
            if (outcome != Outcome::committed && outcome != Outcome::not_found)
                return call->fail(outcome);
            call->succeed("{}");
        });
    });
}

}  // namespace stepwell::api::operations_of
