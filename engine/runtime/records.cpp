#include "engine/runtime/records.hpp"

#include <utility>

#include "engine/base/state_errors.hpp"
#include "engine/machine/journal.hpp"

namespace stepwell {
namespace {

std::optional<std::string> output_text(const Execution& execution) {
    if (!execution.output) return std::nullopt;
    return execution.output->text();
}

/// `NAME` of `…:stateMachine:NAME`.
std::string machine_name(const std::string& state_machine_arn) {
    return state_machine_arn.substr(state_machine_arn.rfind(':') + 1);
}

}  // namespace

ExecutionInfo info_of(StartRequest request, ExecutionKey key, TimePoint start_time) {
    const StateMachineRecord& machine = *request.state_machine;
    ExecutionInfo info;
    info.key = key;
    info.arn = std::move(request.execution_arn);
    info.name = std::move(request.name);
    info.role_arn = machine.role_arn;
    info.state_machine_arn = machine.arn;
    info.state_machine_name = machine.name;
    info.account = machine.owner.account;
    info.region = machine.owner.region;
    info.version = machine.version;
    info.alias = std::move(request.alias);
    info.trace_header = std::move(request.trace_header);
    info.test_case = std::move(request.test_case);
    info.type = machine.type;
    info.start_time = start_time;
    info.input = std::move(request.input);
    info.definition = std::move(request.definition);
    info.trial = std::move(request.trial);
    return info;
}

ExecutionInfo info_of(ExecutionRecord record, std::shared_ptr<const asl::StateMachine> definition) {
    ExecutionInfo info;
    info.key = record.key;
    if (auto arn = Arn::parse(record.arn)) {
        info.account = std::move(arn->account);
        info.region = std::move(arn->region);
    }
    info.arn = std::move(record.arn);
    info.name = std::move(record.name);
    info.role_arn = std::move(record.role_arn);
    info.state_machine_name = machine_name(record.state_machine_arn);
    info.state_machine_arn = std::move(record.state_machine_arn);
    info.version = record.version;
    info.alias = std::move(record.alias);
    info.trace_header = std::move(record.trace_header);
    info.test_case = std::move(record.test_case);
    info.type = record.type;
    info.map_run = record.map_run;
    info.start_time = record.start_date;
    info.input = Payload::from_text(std::move(record.input));
    info.definition = std::move(definition);
    return info;
}

MapRunRecord record_of(const MapRunPlan& plan, MapRunKey key, TimePoint start_date) {
    MapRunRecord record;
    record.key = key;
    record.arn = plan.arn;
    record.label = plan.label;
    record.type = plan.child_type;
    record.start_date = start_date;
    record.plan = encode_plan(plan);
    record.progress.max_concurrency = plan.max_concurrency;
    record.progress.tolerated_failure_count = plan.tolerated_failure_count;
    record.progress.tolerated_failure_percentage = plan.tolerated_failure_percentage;
    if (plan.items) {
        record.progress.read_to_end = true;
        record.progress.items_known = static_cast<std::int64_t>(plan.items->value().size());
    }
    return record;
}

ExecutionRecord record_of(const Execution& execution, const std::string& revision_id) {
    ExecutionRecord record = start_record_of(execution, revision_id);
    record.status = execution.status;
    record.stop_date = execution.stop_time;
    record.output = output_text(execution);
    record.error = execution.failure.error;
    record.cause = execution.failure.cause;
    record.wake_at = execution.wake_at();
    record.last_sequence = execution.last_sequence;
    record.last_event = execution.last_event;
    record.open_tokens = execution.open_tokens();
    record.redrive_count = execution.redrive_count;
    record.redrive_date = execution.redrive_time;
    return record;
}

ExecutionRecord start_record_of(const Execution& execution, const std::string& revision_id) {
    const ExecutionInfo& info = execution.info;
    ExecutionRecord record;
    record.key = info.key;
    record.arn = info.arn;
    record.name = info.name;
    record.state_machine_arn = info.state_machine_arn;
    record.revision_id = revision_id;
    record.version = info.version;
    record.alias = info.alias;
    record.type = info.type;
    record.start_date = info.start_time;
    record.role_arn = info.role_arn;
    record.input = info.input.text();
    record.trace_header = info.trace_header;
    record.test_case = info.test_case;
    record.wake_at = TimePoint{};
    return record;
}

ExecutionUpdate update_of(const Execution& execution) {
    return {.status = execution.status,
            .stop_date = execution.stop_time,
            .output = output_text(execution),
            .error = execution.failure.error,
            .cause = execution.failure.cause,
            .wake_at = execution.wake_at(),
            .last_sequence = execution.last_sequence,
            .last_event = execution.last_event,
            .open_tokens = execution.open_tokens(),
            .redrive_count = execution.redrive_count,
            .redrive_date = execution.redrive_time};
}

JournalRow row_of(const std::vector<Entry>& entries, const Execution& execution, Sequence after,
                  EventId last_event) {
    return {.first_sequence = after + 1,
            .entry_count = static_cast<std::uint32_t>(entries.size()),
            .first_event = last_event + 1,
            .event_count = static_cast<std::uint32_t>(execution.last_event - last_event),
            .bytes = encode_entries(entries),
            .latest_time = execution.last_time};
}

SyncEnded sync_end_of(const Execution& execution) {
    SyncEnded ended;
    ended.status = execution.status;
    ended.start_date = execution.info.start_time;
    ended.stop_date = execution.stop_time.value_or(execution.last_time);
    ended.output = output_text(execution);
    ended.error = execution.failure.error;
    ended.cause = execution.failure.cause;
    return ended;
}

FailureStep failure_step(Sequence after, EventId last_event, TimePoint now,
                         const std::string& cause) {
    const std::string error(state_errors::kRuntime);
    FailureStep step;
    step.event = HistoryEvent{last_event + 1, last_event, now, EventType::execution_failed,
                              FailureDetails{error, cause}};
    std::vector<Entry> entries;
    entries.push_back(Entry{step.event, Note{0, false, Closed{}}});
    step.row = {.first_sequence = after + 1,
                .entry_count = 1,
                .first_event = last_event + 1,
                .event_count = 1,
                .bytes = encode_entries(entries),
                .latest_time = now};
    step.update.status = ExecutionStatus::failed;
    step.update.stop_date = now;
    step.update.error = error;
    step.update.cause = cause;
    step.update.last_sequence = after + 1;
    step.update.last_event = last_event + 1;
    return step;
}

}  // namespace stepwell
