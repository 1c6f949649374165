#include "storage/memory_tables.hpp"

#include <unistd.h>

#include <algorithm>
#include <mutex>
#include <stdexcept>
#include <utility>

#include "engine/base/overloaded.hpp"

namespace stepwell::storage {
namespace {

/// Executions that one bite removes.
constexpr int kBite = 256;

std::string random_bytes() {
    std::string bytes(32, '\0');
    if (::getentropy(bytes.data(), bytes.size()) != 0)
        throw std::runtime_error("the system gives no random bytes");
    return bytes;
}

template <class Record>
MemoryTables::OwnedName owned_name(const Record& record) {
    return {record.owner.account, record.owner.region, record.owner.partition, record.name};
}

/// How many of an owner's there are.
std::int64_t counted(const std::map<MemoryTables::OwnedName, std::string>& names,
                     const Owner& owner) {
    auto at = names.lower_bound({owner.account, owner.region, owner.partition, {}});
    std::int64_t count = 0;
    for (; at != names.end() && at->first[0] == owner.account && at->first[1] == owner.region &&
           at->first[2] == owner.partition;
         ++at)
        ++count;
    return count;
}

}  // namespace

MemoryTables::MemoryTables(KeepExecutions keep, std::int64_t max_open_executions)
    : token_key(random_bytes()),
      keep_(std::move(keep)),
      max_open_executions_(max_open_executions) {}

void MemoryTables::commit(std::span<QueuedWrite> group) {
    const std::unique_lock lock(mutex);
    for (QueuedWrite& queued : group) queued.answer = apply(queued.write);
}

Answer MemoryTables::apply(Write& write) {
    return std::visit(Overloaded{
                          [](Refused&) -> Answer { return Outcome::overloaded; },
                          [this](CreateStateMachine& w) -> Answer { return create(w); },
                          [this](UpdateStateMachine& w) -> Answer { return update(w); },
                          [this](DeleteStateMachine& w) -> Answer { return remove(w); },
                          [this](CreateActivity& w) -> Answer { return create(w); },
                          [this](DeleteActivity& w) -> Answer { return remove(w); },
                          [this](PublishVersion& w) -> Answer { return publish(w); },
                          [this](DeleteVersion& w) -> Answer { return delete_version(w); },
                          [this](CreateAlias& w) -> Answer { return create_alias(w); },
                          [this](UpdateAlias& w) -> Answer { return update_alias(w); },
                          [this](DeleteAlias& w) -> Answer { return delete_alias(w); },
                          [this](TagResource& w) -> Answer { return tag(w); },
                          [this](UntagResource& w) -> Answer { return untag(w); },
                          [this](StartExecution& w) -> Answer { return start(w); },
                          [this](AppendStep& w) -> Answer { return append(w); },
                          [this](ForgetExecution& w) -> Answer { return forget(w.key); },
                          [this](StartChildren& w) -> Answer { return start_children(w); },
                          [this](RedriveChild& w) -> Answer { return redrive_child(w); },
                          [this](UpdateMapRun& w) -> Answer { return update(w); },
                          [this](FailMapRun& w) -> Answer { return fail(w); },
                          [this](EndMapRun& w) -> Answer { return end(w); },
                          [this](SettleMapRun& w) -> Answer { return settle(w.arn); },
                          [this](JobStopped& w) -> Answer {
                              return job_stops.erase(w.key) > 0 ? Outcome::committed
                                                                : Outcome::not_found;
                          },
                          [this](PutDocument& w) -> Answer { return put(w); },
                          [this](DeleteDocument& w) -> Answer { return remove(w); },
                          [this](Reset&) -> Answer { return reset(); },
                      },
                      write);
}

// --- state machines

PublishOutcome MemoryTables::create(CreateStateMachine& write) {
    if (machines.contains(write.record.arn)) return {Outcome::conflict};
    std::int64_t& count = machine_counts_.of(
        write.record.owner, [&] { return counted(machine_names, write.record.owner); });
    if (count >= kMaxStateMachines) return {Outcome::limit_reached};
    ++count;
    saw(write.record.creation_date);
    saw(write.record.update_date);
    Machine machine;
    machine.revision = new_revision(write.record);
    set_tags(machine.tags, std::move(write.tags));
    machine_names.emplace(owned_name(write.record), write.record.arn);
    const std::string arn = write.record.arn;
    const TimePoint now = write.record.creation_date;
    machine.record = std::make_shared<const StateMachineRecord>(std::move(write.record));
    Machine& made = machines.emplace(arn, std::move(machine)).first->second;
    return write.publish ? publish(made, *write.publish, now) : PublishOutcome{};
}

PublishOutcome MemoryTables::update(UpdateStateMachine& write) {
    Machine* const machine = active_machine(write.record.arn);
    if (machine == nullptr) return {Outcome::not_found};
    if (machine->record->revision_id != write.expected_revision_id) return {Outcome::conflict};
    if (write.publish && machine->versions.size() >= kMaxVersions) return {Outcome::limit_reached};
    const StateMachineRecord& old = *machine->record;
    StateMachineRecord record = std::move(write.record);
    record.name = old.name;
    record.owner = old.owner;
    record.type = old.type;
    record.status = old.status;
    record.creation_date = old.creation_date;
    const TimePoint now = record.update_date;
    saw(now);
    machine->revision = new_revision(record);
    machine->record = std::make_shared<const StateMachineRecord>(std::move(record));
    return write.publish ? publish(*machine, *write.publish, now) : PublishOutcome{};
}

Outcome MemoryTables::remove(DeleteStateMachine& write) {
    const auto found = machines.find(write.arn);
    if (found == machines.end()) return Outcome::not_found;
    Machine& machine = found->second;
    if (machine.record->status == MachineStatus::deleting) return Outcome::committed;
    auto record = std::make_shared<StateMachineRecord>(*machine.record);
    record->status = MachineStatus::deleting;
    machine.record = std::move(record);
    execution_ended(write.arn);
    if (!removable_.empty()) bite();
    return Outcome::committed;
}

MemoryTables::Machine* MemoryTables::active_machine(const std::string& arn) {
    const auto found = machines.find(arn);
    return found != machines.end() && found->second.record->status == MachineStatus::active
               ? &found->second
               : nullptr;
}

std::shared_ptr<const RevisionRecord> MemoryTables::new_revision(const StateMachineRecord& record) {
    RevisionRecord revision;
    revision.state_machine_arn = record.arn;
    revision.revision_key = std::to_string(++revisions_);
    revision.definition = record.definition;
    revision.role_arn = record.role_arn;
    revision.update_date = record.update_date;
    revision.revision_id = record.revision_id;
    revision.logging_configuration = record.logging_configuration;
    revision.tracing_configuration = record.tracing_configuration;
    revision.encryption_configuration = record.encryption_configuration;
    return std::make_shared<const RevisionRecord>(std::move(revision));
}

// --- activities

Outcome MemoryTables::create(CreateActivity& write) {
    const std::string arn = write.record.arn;
    if (activities.contains(arn)) return Outcome::conflict;
    std::int64_t& count = activity_counts_.of(
        write.record.owner, [&] { return counted(activity_names, write.record.owner); });
    if (count >= kMaxActivities) return Outcome::limit_reached;
    ++count;
    saw(write.record.creation_date);
    activity_names.emplace(owned_name(write.record), arn);
    Activity activity{std::move(write.record), {}};
    set_tags(activity.tags, std::move(write.tags));
    activities.emplace(arn, std::move(activity));
    return Outcome::committed;
}

Outcome MemoryTables::remove(DeleteActivity& write) {
    const auto found = activities.find(write.arn);
    if (found == activities.end()) return Outcome::not_found;
    activity_names.erase(owned_name(found->second.record));
    activity_counts_.forget();
    activities.erase(found);
    return Outcome::committed;
}

// --- executions

StartOutcome MemoryTables::start(StartExecution& write) {
    ExecutionRecord& record = write.record;
    Machine* const machine = active_machine(record.state_machine_arn);
    if (machine == nullptr) return {Outcome::not_found, {}};
    if (const auto key = keys.find(record.arn); key != keys.end()) {
        return {Outcome::conflict, executions.at(key->second).record};
    }
    if (executions.contains(record.key)) return {Outcome::conflict, {}};
    auto revision = machine->revision;
    if (record.version != 0) {
        const auto version = machine->versions.find(record.version);
        if (version == machine->versions.end()) return {Outcome::conflict, {}};
        revision = version->second.revision;
    } else if (machine->record->revision_id != record.revision_id) {
        return {Outcome::conflict, {}};
    }
    if (machine->record->type == WorkflowType::standard &&
        as_many_open_as_may(machine->record->owner))
        return {Outcome::limit_reached, {}};
    saw(record.start_date);
    if (record.stop_date) saw(*record.stop_date);
    saw(write.first_step.latest_time);
    if (record.status != ExecutionStatus::running) record.wake_at.reset();
    record.role_arn = revision->role_arn;
    record.revision_id = revision->revision_id;
    index(record);
    keys.emplace(record.arn, record.key);
    if (record.wake_at) wakes.emplace(*record.wake_at, record.key);
    if (record.stop_date) closed_.emplace(*record.stop_date, record.key);
    open_tokens += record.open_tokens;
    Execution execution;
    execution.revision = std::move(revision);
    take_job_stops(write.first_step);
    const auto changes = std::exchange(write.first_step.map_runs, nullptr);
    if (write.first_step.entry_count > 0) execution.journal.push_back(std::move(write.first_step));
    const ExecutionKey key = record.key;
    execution.record = std::move(record);
    executions.emplace(key, std::move(execution));
    if (changes) change_map_runs(key, *changes);
    return {Outcome::committed, {}};
}

Outcome MemoryTables::append(AppendStep& write) {
    const auto found = executions.find(write.key);
    if (found == executions.end()) return Outcome::not_found;
    ExecutionRecord& record = found->second.record;
    ExecutionUpdate& update = write.update;
    if (record.last_sequence != write.after) return Outcome::conflict;
    if (record.status != ExecutionStatus::running && !active_machine(record.state_machine_arn))
        return Outcome::not_found;
    const bool redriven = record.map_run != 0 && record.status != ExecutionStatus::running;
    if (redriven && awaits_redrive(record) == nullptr) return Outcome::conflict;
    // As of a start: also of one that ends with its first Step.
    if (record.status != ExecutionStatus::running && record.map_run == 0 &&
        as_many_open_as_may(machines.at(record.state_machine_arn).record->owner))
        return Outcome::limit_reached;
    saw(write.step.latest_time);
    if (update.stop_date) saw(*update.stop_date);
    if (update.status != ExecutionStatus::running) update.wake_at.reset();
    if (update.wake_at != record.wake_at) {
        if (record.wake_at) wakes.erase({*record.wake_at, record.key});
        if (update.wake_at) wakes.emplace(*update.wake_at, record.key);
    }
    const ExecutionStatus before = record.status;
    const bool turns = before != update.status;
    if (turns) unindex(record);
    take_job_stops(write.step);
    const auto changes = std::exchange(write.step.map_runs, nullptr);
    if (changes) change_map_runs(write.key, *changes);
    if (record.stop_date) closed_.erase({*record.stop_date, record.key});
    if (update.stop_date && record.map_run == 0) closed_.emplace(*update.stop_date, record.key);
    record.status = update.status;
    record.stop_date = update.stop_date;
    record.output = std::move(update.output);
    record.error = std::move(update.error);
    record.cause = std::move(update.cause);
    record.wake_at = update.wake_at;
    record.last_sequence = update.last_sequence;
    record.last_event = update.last_event;
    open_tokens += std::int64_t{update.open_tokens} - record.open_tokens;
    record.open_tokens = update.open_tokens;
    if (update.redrive_count != 0) {
        record.redrive_count = update.redrive_count;
        record.redrive_date = update.redrive_date;
    }
    if (write.step.entry_count > 0) found->second.journal.push_back(std::move(write.step));
    if (redriven) child_redriven(record);
    if (turns) {
        index(record);
        if (record.map_run != 0 && !redriven) child_turned(record, before);
        execution_ended(record.state_machine_arn);
    }
    return Outcome::committed;
}

bool MemoryTables::as_many_open_as_may(const Owner& owner) const {
    // Nearly always it is plain that there are fewer.
    if (static_cast<std::int64_t>(executions.size()) < max_open_executions_) return false;
    std::int64_t open = 0;
    auto at = machine_names.lower_bound({owner.account, owner.region, owner.partition, {}});
    for (; at != machine_names.end(); ++at) {
        const Machine& machine = machines.at(at->second);
        if (!(machine.record->owner == owner)) break;
        if (machine.record->type == WorkflowType::standard)
            open +=
                static_cast<std::int64_t>(machine.executions.of(ExecutionStatus::running).size());
    }
    return open >= max_open_executions_;
}

void MemoryTables::take_job_stops(JournalRow& row) {
    const auto stops = std::exchange(row.job_stops, nullptr);
    if (!stops) return;
    for (const JobStop& stop : *stops) job_stops.insert_or_assign(stop.key, stop.call);
}

Outcome MemoryTables::forget(ExecutionKey key) {
    const auto found = executions.find(key);
    if (found == executions.end()) return Outcome::not_found;
    const std::string machine = found->second.record.state_machine_arn;
    erase_execution(found);
    execution_ended(machine);
    return Outcome::committed;
}

void MemoryTables::erase_execution(std::unordered_map<ExecutionKey, Execution>::iterator found) {
    erase_map_runs(found->first);
    const ExecutionRecord& record = found->second.record;
    if (record.wake_at) wakes.erase({*record.wake_at, record.key});
    if (record.stop_date) closed_.erase({*record.stop_date, record.key});
    unindex(record);
    open_tokens -= record.open_tokens;
    keys.erase(record.arn);
    executions.erase(found);
}

/// Perhaps the last one of a deleted machine.
void MemoryTables::execution_ended(const std::string& machine_arn) {
    const Machine& machine = machines.at(machine_arn);
    if (machine.record->status != MachineStatus::deleting ||
        !machine.executions.of(ExecutionStatus::running).empty())
        return;
    // A Map Run may outlast its execution: its children are being stopped, or its results exported.
    const bool runs = std::ranges::any_of(map_runs, [&](const auto& run) {
        const MapRunRecord& record = run.second.record;
        return record.progress.status == MapRunStatus::running &&
               record.state_machine_arn == machine_arn;
    });
    if (!runs) removable_.insert(machine_arn);
}

/// Whether a Map Run of an execution, or of a child below it, goes on.
bool MemoryTables::map_runs_below(ExecutionKey key) const {
    for (const auto& [run_key, run] : map_runs) {
        if (run.record.progress.status != MapRunStatus::running) continue;
        for (ExecutionKey at = run.record.execution; at != 0;) {
            if (at == key) return true;
            const auto outer = map_runs.find(executions.at(at).record.map_run);
            at = outer == map_runs.end() ? 0 : outer->second.record.execution;
        }
    }
    return false;
}

// --- the whole

bool MemoryTables::tidy() {
    const std::unique_lock lock(mutex);
    if (!removable_.empty()) {
        bite();
        return true;
    }
    return remove_old();
}

/// One bite of what --keep-executions does not keep; false where nothing is left.
bool MemoryTables::remove_old() {
    for (int left = kBite; left > 0; --left) {
        const auto key = oldest_due();
        if (!key) return false;
        erase_execution(executions.find(*key));
    }
    return true;
}

std::optional<ExecutionKey> MemoryTables::oldest_due() const {
    if (closed_.empty()) return std::nullopt;
    const auto& [stopped, key] = *closed_.begin();
    const bool too_many = keep_.newest && closed_.size() > *keep_.newest;
    const bool too_old = keep_.age && stopped + *keep_.age <= keep_.time();
    // With a Map Run that goes on its turn comes with the end of that.
    return (too_many || too_old) && !map_runs_below(key) ? std::optional(key) : std::nullopt;
}

void MemoryTables::bite() {
    const std::string arn = *removable_.begin();
    Machine& machine = machines.at(arn);
    int left = kBite;
    for (auto& of_status : machine.executions.sets) {
        while (!of_status.empty()) {
            if (left-- == 0) return;
            erase_execution(executions.find(*of_status.begin()));
        }
    }
    machine_names.erase(owned_name(*machine.record));
    machine_counts_.forget();
    machines.erase(arn);
    removable_.erase(arn);
}

// --- documents

Outcome MemoryTables::put(PutDocument& write) {
    Document& document = write.document;
    documents[{std::move(document.collection), std::move(document.key)}] = std::move(document.body);
    return Outcome::committed;
}

Outcome MemoryTables::remove(const DeleteDocument& write) {
    return documents.erase({write.collection, write.key}) > 0 ? Outcome::committed
                                                              : Outcome::not_found;
}

Outcome MemoryTables::reset() {
    machines.clear();
    machine_names.clear();
    machine_counts_.forget();
    activity_counts_.forget();
    activities.clear();
    activity_names.clear();
    documents.clear();
    executions.clear();
    keys.clear();
    wakes.clear();
    map_runs.clear();
    map_run_keys.clear();
    runs_of.clear();
    closed_.clear();
    removable_.clear();
    job_stops.clear();
    open_tokens = 0;
    latest_time.reset();
    token_key = random_bytes();
    return Outcome::committed;
}

void MemoryTables::saw(TimePoint time) {
    if (time > latest_time.value_or(TimePoint{})) latest_time = time;
}

}  // namespace stepwell::storage
