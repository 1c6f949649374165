#include "storage/records.hpp"

#include <string>

namespace stepwell::storage {
namespace {

// Positions of columns, as storage/statements.hpp selects them.
namespace machine {
enum {
    arn,
    account,
    region,
    partition,
    name,
    type,
    status,
    creation_date,
    revision_id,
    update_date,
    role_arn,
    description,
    logging,
    tracing,
    encryption,
    definition,
    version
};
}
namespace activity {
enum { arn, account, region, partition, name, creation_date, encryption };
}
namespace execution {
enum {
    key,
    arn,
    name,
    machine_arn,
    revision_id,
    type,
    status,
    start_date,
    stop_date,
    role_arn,
    trace_header,
    wake_at,
    last_sequence,
    last_event,
    version,
    alias,
    redrive_count,
    redrive_date,
    map_run,
    item_count,
    run_redrive,
    test_case,
    input,
    output,
    error,
    cause
};
}
namespace alias {
enum {
    name,
    description,
    creation_date,
    update_date,
    version,
    weight,
    other_version,
    other_weight
};
}
}  // namespace

void damaged(std::string_view what) {
    throw StorageError("the data file is damaged (" + std::string(what) +
                       "): put back a copy, or move it away to begin anew");
}

StateMachineRecord machine_head_record(const sqlite::Rows& rows) {
    StateMachineRecord record;
    record.arn = rows.text(machine::arn);
    record.owner = {.account = rows.text(machine::account),
                    .region = rows.text(machine::region),
                    .partition = rows.text(machine::partition)};
    record.name = rows.text(machine::name);
    record.type =
        enumerator(rows.integer(machine::type), WorkflowType::express, "type of a state machine");
    record.status = enumerator(rows.integer(machine::status), MachineStatus::deleting,
                               "status of a state machine");
    record.creation_date = rows.time(machine::creation_date);
    record.revision_id = rows.text(machine::revision_id);
    record.update_date = rows.time(machine::update_date);
    return record;
}

StateMachineRecord version_record(const sqlite::Rows& rows) {
    StateMachineRecord record = machine_record(rows);
    record.version = rows.integer(machine::version);
    return record;
}

StateMachineRecord machine_record(const sqlite::Rows& rows) {
    StateMachineRecord record = machine_head_record(rows);
    record.role_arn = rows.text(machine::role_arn);
    record.description = rows.text(machine::description);
    record.logging_configuration = rows.text(machine::logging);
    record.tracing_configuration = rows.text(machine::tracing);
    record.encryption_configuration = rows.text(machine::encryption);
    record.definition = rows.text(machine::definition);
    return record;
}

ActivityRecord activity_record(const sqlite::Rows& rows) {
    ActivityRecord record;
    record.arn = rows.text(activity::arn);
    record.owner = {.account = rows.text(activity::account),
                    .region = rows.text(activity::region),
                    .partition = rows.text(activity::partition)};
    record.name = rows.text(activity::name);
    record.creation_date = rows.time(activity::creation_date);
    record.encryption_configuration = rows.text(activity::encryption);
    return record;
}

ExecutionRecord execution_head_record(const sqlite::Rows& rows) {
    ExecutionRecord record;
    record.key = rows.integer(execution::key);
    record.name = rows.text(execution::name);
    record.state_machine_arn = rows.text(execution::machine_arn);
    record.arn = rows.is_null(execution::arn) ? standard_arn(record.state_machine_arn, record.name)
                                              : rows.text(execution::arn);
    record.revision_id = rows.text(execution::revision_id);
    record.type =
        enumerator(rows.integer(execution::type), WorkflowType::express, "type of an execution");
    record.status = enumerator(rows.integer(execution::status), ExecutionStatus::aborted,
                               "status of an execution");
    record.start_date = rows.time(execution::start_date);
    record.stop_date = rows.maybe_time(execution::stop_date);
    record.role_arn = rows.text(execution::role_arn);
    record.trace_header = rows.text(execution::trace_header);
    record.wake_at = rows.maybe_time(execution::wake_at);
    record.last_sequence = rows.integer(execution::last_sequence);
    record.last_event = rows.integer(execution::last_event);
    record.version = rows.maybe_integer(execution::version).value_or(0);
    record.alias = rows.text(execution::alias);
    record.redrive_count = rows.maybe_integer(execution::redrive_count).value_or(0);
    record.redrive_date = rows.maybe_time(execution::redrive_date);
    record.map_run = rows.maybe_integer(execution::map_run).value_or(0);
    record.item_count = rows.maybe_integer(execution::item_count).value_or(0);
    record.run_redrive = rows.maybe_integer(execution::run_redrive).value_or(0);
    record.test_case = rows.text(execution::test_case);
    return record;
}

ExecutionRecord execution_record(const sqlite::Rows& rows) {
    ExecutionRecord record = execution_head_record(rows);
    record.input = rows.text(execution::input);
    record.output = rows.maybe_text(execution::output);
    record.error = rows.maybe_text(execution::error);
    record.cause = rows.maybe_text(execution::cause);
    return record;
}

AliasRecord alias_record(const std::string& state_machine_arn, const sqlite::Rows& rows) {
    AliasRecord record;
    record.state_machine_arn = state_machine_arn;
    record.name = rows.text(alias::name);
    record.description = rows.text(alias::description);
    record.creation_date = rows.time(alias::creation_date);
    record.update_date = rows.time(alias::update_date);
    record.routes.push_back(
        {rows.integer(alias::version), static_cast<int>(rows.integer(alias::weight))});
    if (!rows.is_null(alias::other_version)) {
        record.routes.push_back({rows.integer(alias::other_version),
                                 static_cast<int>(rows.integer(alias::other_weight))});
    }
    return record;
}

std::string standard_arn(std::string_view machine_arn, std::string_view name) {
    static constexpr std::string_view kMachine = ":stateMachine:";
    const std::size_t at = machine_arn.find(kMachine);
    if (at == std::string_view::npos) return {};
    std::string arn;
    arn.reserve(machine_arn.size() + name.size());
    arn.append(machine_arn.substr(0, at)).append(":execution:");
    arn.append(machine_arn.substr(at + kMachine.size())).append(":").append(name);
    return arn;
}

std::int64_t arn_hash(std::string_view arn) {
    std::uint64_t hash = 0xCBF29CE484222325ULL;
    for (const char c : arn) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3ULL;
    return static_cast<std::int64_t>(hash);
}

}  // namespace stepwell::storage
