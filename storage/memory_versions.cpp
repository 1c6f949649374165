#include <algorithm>
#include <ranges>

#include "storage/memory_tables.hpp"

/// Versions, aliases and tags of MemoryTables.
namespace stepwell::storage {
namespace {

bool has_all(const MemoryTables::Machine& machine, const std::vector<AliasRoute>& routes) {
    return std::ranges::all_of(
        routes, [&](const AliasRoute& route) { return machine.versions.contains(route.version); });
}

bool routes_to(const AliasRecord& alias, std::int64_t version) {
    return std::ranges::find(alias.routes, version, &AliasRoute::version) != alias.routes.end();
}

}  // namespace

void set_tags(Tags& tags, Tags added) {
    for (auto& [key, value] : added) {
        const auto found = std::ranges::find(tags, key, &Tags::value_type::first);
        if (found != tags.end()) {
            found->second = std::move(value);
        } else {
            tags.emplace_back(std::move(key), std::move(value));
        }
    }
}

// --- the indexes of executions

void MemoryTables::Machine::index(const ExecutionRecord& execution) {
    executions.of(execution.status).insert(execution.key);
    if (execution.version != 0)
        of_version[execution.version].of(execution.status).insert(execution.key);
    if (!execution.alias.empty())
        by_alias[execution.alias].of(execution.status).insert(execution.key);
}

void MemoryTables::Machine::unindex(const ExecutionRecord& execution) {
    executions.of(execution.status).erase(execution.key);
    if (execution.version != 0)
        of_version[execution.version].of(execution.status).erase(execution.key);
    if (!execution.alias.empty())
        by_alias[execution.alias].of(execution.status).erase(execution.key);
}

// --- versions

PublishOutcome MemoryTables::publish(PublishVersion& write) {
    Machine* const machine = active_machine(write.state_machine_arn);
    if (machine == nullptr) return {Outcome::not_found};
    if (machine->record->revision_id != write.expected_revision_id) return {Outcome::conflict};
    return publish(*machine, write.publication, write.now);
}

PublishOutcome MemoryTables::publish(Machine& machine, const Publication& publication,
                                     TimePoint now) {
    for (const auto& [number, version] : machine.versions | std::views::reverse) {
        if (version.revision == machine.revision) {
            return {Outcome::committed, {number, version.record->creation_date}};
        }
    }
    if (machine.versions.size() >= kMaxVersions) return {Outcome::limit_reached};
    saw(now);
    auto record = std::make_shared<StateMachineRecord>(*machine.record);
    record->version = ++machine.last_version;
    record->description = publication.description;
    record->creation_date = now;
    machine.versions.emplace(record->version, Version{record, machine.revision});
    return {Outcome::committed, {record->version, now}};
}

Outcome MemoryTables::delete_version(const DeleteVersion& write) {
    const auto machine = machines.find(write.state_machine_arn);
    if (machine == machines.end()) return Outcome::not_found;
    auto& versions = machine->second.versions;
    if (!versions.contains(write.number)) return Outcome::not_found;
    for (const auto& [name, alias] : machine->second.aliases) {
        if (routes_to(alias, write.number)) return Outcome::in_use;
    }
    versions.erase(write.number);
    return Outcome::committed;
}

// --- aliases

Outcome MemoryTables::create_alias(CreateAlias& write) {
    Machine* const machine = active_machine(write.record.state_machine_arn);
    if (machine == nullptr) return Outcome::not_found;
    if (machine->aliases.contains(write.record.name)) return Outcome::conflict;
    if (!has_all(*machine, write.record.routes)) return Outcome::not_found;
    if (machine->aliases.size() >= kMaxAliases) return Outcome::limit_reached;
    std::string name = write.record.name;
    machine->aliases.emplace(std::move(name), std::move(write.record));
    return Outcome::committed;
}

Outcome MemoryTables::update_alias(UpdateAlias& write) {
    Machine* const machine = active_machine(write.state_machine_arn);
    if (machine == nullptr) return Outcome::not_found;
    const auto found = machine->aliases.find(write.name);
    if (found == machine->aliases.end()) return Outcome::not_found;
    AliasChange& change = write.change;
    if (change.routes && !has_all(*machine, *change.routes)) return Outcome::not_found;
    AliasRecord& alias = found->second;
    if (change.description) alias.description = *std::move(change.description);
    if (change.routes) alias.routes = *std::move(change.routes);
    alias.update_date = change.update_date;
    return Outcome::committed;
}

Outcome MemoryTables::delete_alias(const DeleteAlias& write) {
    const auto machine = machines.find(write.state_machine_arn);
    if (machine == machines.end()) return Outcome::not_found;
    return machine->second.aliases.erase(write.name) > 0 ? Outcome::committed : Outcome::not_found;
}

// --- tags

Tags* MemoryTables::tags_of(const std::string& arn) {
    if (const auto activity = activities.find(arn); activity != activities.end())
        return &activity->second.tags;
    Machine* const machine = active_machine(arn);
    return machine ? &machine->tags : nullptr;
}

Outcome MemoryTables::tag(TagResource& write) {
    Tags* const tags = tags_of(write.arn);
    if (tags == nullptr) return Outcome::not_found;
    Tags together = *tags;
    set_tags(together, std::move(write.tags));
    if (together.size() > kMaxTags) return Outcome::limit_reached;
    *tags = std::move(together);
    return Outcome::committed;
}

Outcome MemoryTables::untag(const UntagResource& write) {
    Tags* const tags = tags_of(write.arn);
    if (tags == nullptr) return Outcome::not_found;
    std::erase_if(*tags, [&](const auto& tag) {
        return std::ranges::find(write.keys, tag.first) != write.keys.end();
    });
    return Outcome::committed;
}

}  // namespace stepwell::storage
