#include <memory>
#include <mutex>
#include <utility>

#include "storage/records.hpp"
#include "storage/sqlite_writer.hpp"
#include "storage/statements.hpp"

// What is written of state machines, their versions, activities and documents.
namespace stepwell::storage {
namespace {

/// Machines that the writer knows by heart; past that it begins again.
constexpr std::size_t kMaxHeads = 4096;

std::int64_t counted(sqlite::Statement& count, const Owner& owner) {
    sqlite::Rows rows = count.query(owner.account, owner.region, owner.partition);
    return rows.next() ? rows.integer(0) : 0;
}

}  // namespace

// --- state machines

PublishOutcome SqliteWriter::create(CreateStateMachine& write) {
    const StateMachineRecord& r = write.record;
    if (machine_head(r.arn) != nullptr) return {Outcome::conflict};
    std::int64_t& machines =
        machine_counts_.of(r.owner, [&] { return counted(count_machines_, r.owner); });
    if (machines >= kMaxStateMachines) return {Outcome::limit_reached};
    ++machines;
    std::int64_t id = 0;
    {
        sqlite::Rows rows = insert_machine_.query(
            r.arn, r.owner.account, r.owner.region, r.owner.partition, r.name,
            static_cast<int>(r.type), static_cast<int>(r.status), r.creation_date, 0);
        rows.next();
        id = rows.integer(0);
        rows.next();  // to its end: only then it is done
    }
    const std::int64_t revision = insert_revision(id, r);
    set_machine_revision_.execute(id, revision);
    tags_.add(r.arn, write.tags);
    saw(r.creation_date);
    saw(r.update_date);
    machine_changed(r.arn, std::make_shared<const StateMachineRecord>(r));
    if (!write.publish) return {};
    return versions_.publish(id, revision, *write.publish, r.creation_date);
}

PublishOutcome SqliteWriter::update(UpdateStateMachine& write) {
    const MachineHead* const head = active_machine(write.record.arn);
    if (head == nullptr) return {Outcome::not_found};
    if (head->revision_id != write.expected_revision_id) return {Outcome::conflict};
    const std::int64_t id = head->id;
    const std::int64_t old_revision = head->revision;
    if (write.publish && versions_.full(id)) return {Outcome::limit_reached};
    const std::int64_t revision = insert_revision(id, write.record);
    set_machine_revision_.execute(id, revision);
    uses_.left_behind(old_revision);
    saw(write.record.update_date);
    // What an update does not change (name, owner, type, creation date) is taken from the file, not
    // from the caller.
    MachineCache::Machine machine;
    {
        sqlite::Rows rows = find_machine_.query(write.record.arn);
        if (!rows.next()) damaged("a state machine without a revision");
        machine = std::make_shared<const StateMachineRecord>(machine_record(rows));
    }
    machine_changed(write.record.arn, std::move(machine));
    if (!write.publish) return {};
    return versions_.publish(id, revision, *write.publish, write.record.update_date);
}

Outcome SqliteWriter::remove(DeleteStateMachine& write) {
    const MachineHead* const head = machine_head(write.arn);
    if (head == nullptr) return Outcome::not_found;
    if (head->status == MachineStatus::deleting) return Outcome::committed;
    const std::int64_t id = head->id;
    set_machine_deleting_.execute(id);
    // Not shown from memory any more: it is going.
    machine_changed(write.arn, nullptr);
    removal_.machine_deleted(id);
    // A machine with little history is gone with the answer, so that its name is free again.
    if (removal_.work_left()) bite(Budget{});
    return Outcome::committed;
}

PublishOutcome SqliteWriter::publish(PublishVersion& write) {
    const MachineHead* const head = active_machine(write.state_machine_arn);
    if (head == nullptr) return {Outcome::not_found};
    if (head->revision_id != write.expected_revision_id) return {Outcome::conflict};
    const PublishOutcome published =
        versions_.publish(head->id, head->revision, write.publication, write.now);
    if (published.outcome == Outcome::committed) saw(published.version.creation_date);
    return published;
}

Outcome SqliteWriter::delete_version(DeleteVersion& write) {
    const MachineHead* const head = machine_head(write.state_machine_arn);
    if (head == nullptr) return Outcome::not_found;
    const auto revision = versions_.revision_of(head->id, write.number);
    const Outcome outcome = versions_.remove(head->id, write.number);
    if (outcome == Outcome::committed) uses_.left_behind(*revision);
    return outcome;
}

const SqliteWriter::MachineHead* SqliteWriter::active_machine(const std::string& arn) {
    const MachineHead* const head = machine_head(arn);
    return head != nullptr && head->status == MachineStatus::active ? head : nullptr;
}

const SqliteWriter::MachineHead* SqliteWriter::machine_head(const std::string& arn) {
    if (const auto known = heads_.find(arn); known != heads_.end()) return &known->second;
    sqlite::Rows rows = machine_head_.query(arn);
    if (!rows.next()) return nullptr;
    if (heads_.size() >= kMaxHeads) heads_.clear();
    MachineHead head;
    head.id = rows.integer(0);
    head.type = enumerator(rows.integer(1), WorkflowType::express, "type of a state machine");
    head.status = enumerator(rows.integer(2), MachineStatus::deleting, "status of a state machine");
    head.revision = rows.integer(3);
    head.revision_id = rows.text(4);
    return &heads_.emplace(arn, std::move(head)).first->second;
}

std::int64_t SqliteWriter::insert_revision(std::int64_t machine, const StateMachineRecord& r) {
    sqlite::Rows rows = insert_revision_.query(
        machine, r.revision_id, r.update_date, r.role_arn, r.description, r.logging_configuration,
        r.tracing_configuration, r.encryption_configuration, r.definition);
    rows.next();
    const std::int64_t id = rows.integer(0);
    rows.next();
    return id;
}

void SqliteWriter::machine_changed(std::string arn, MachineCache::Machine machine) {
    heads_.erase(arn);
    on_commit_.emplace_back([this, arn = std::move(arn), machine = std::move(machine)] {
        machines_.committed(arn, machine);
    });
}

// --- activities

Outcome SqliteWriter::create(CreateActivity& write) {
    const ActivityRecord& r = write.record;
    std::int64_t& activities =
        activity_counts_.of(r.owner, [&] { return counted(count_activities_, r.owner); });
    insert_activity_.execute(r.arn, r.owner.account, r.owner.region, r.owner.partition, r.name,
                             r.creation_date, r.encryption_configuration);
    if (connection_.changes() == 0) return Outcome::conflict;
    if (activities >= kMaxActivities) {
        delete_activity_.execute(r.arn);
        return Outcome::limit_reached;
    }
    ++activities;
    tags_.add(r.arn, write.tags);
    saw(r.creation_date);
    on_commit_.emplace_back([this, hash = arn_hash(r.arn)] {
        const std::lock_guard lock(facts_mutex_);
        activities_.insert(hash);
    });
    return Outcome::committed;
}

Outcome SqliteWriter::remove(DeleteActivity& write) {
    delete_activity_.execute(write.arn);
    if (connection_.changes() == 0) return Outcome::not_found;
    activity_counts_.forget();
    delete_tags_.execute(write.arn);
    on_commit_.emplace_back([this, hash = arn_hash(write.arn)] {
        const std::lock_guard lock(facts_mutex_);
        activities_.erase(hash);
    });
    return Outcome::committed;
}

// --- documents

Outcome SqliteWriter::put(const PutDocument& write) {
    const Document& document = write.document;
    put_document_.execute(document.collection, document.key, document.body);
    return Outcome::committed;
}

Outcome SqliteWriter::remove(const DeleteDocument& write) {
    delete_document_.execute(write.collection, write.key);
    return connection_.changes() > 0 ? Outcome::committed : Outcome::not_found;
}

}  // namespace stepwell::storage
