#include "api/definition_cache.hpp"

namespace stepwell::api {
namespace {

std::string key_of(const StateMachineRecord& machine) {
    return machine.arn + '\n' + machine.revision_id;
}

bool same_source(const StateMachineRecord& a, const StateMachineRecord& b) {
    return a.type == b.type && a.definition == b.definition;
}

}  // namespace

DefinitionCache::Definition DefinitionCache::find(
    const std::shared_ptr<const StateMachineRecord>& machine) {
    const std::string key = key_of(*machine);
    const std::lock_guard lock(mutex_);
    const auto found = by_key_.find(key);
    if (found == by_key_.end()) return nullptr;
    const auto entry = found->second;
    if (entry->machine != machine) {
        if (!same_source(*entry->machine, *machine)) {
            erase(entry);
            return nullptr;
        }
        entry->machine = machine;
    }
    if (entry != entries_.begin()) entries_.splice(entries_.begin(), entries_, entry);
    return entry->definition;
}

void DefinitionCache::put(std::shared_ptr<const StateMachineRecord> machine,
                          Definition definition) {
    std::string key = key_of(*machine);
    const std::lock_guard lock(mutex_);
    if (const auto found = by_key_.find(key); found != by_key_.end()) erase(found->second);
    bytes_ += machine->definition.size();
    entries_.push_front({std::move(key), std::move(machine), std::move(definition)});
    by_key_.emplace(entries_.front().key, entries_.begin());
    while (entries_.size() > 1 && (entries_.size() > max_definitions_ || bytes_ > max_bytes_)) {
        erase(std::prev(entries_.end()));
    }
}

void DefinitionCache::erase(Entries::iterator entry) {
    bytes_ -= entry->machine->definition.size();
    by_key_.erase(entry->key);
    entries_.erase(entry);
}

}  // namespace stepwell::api
