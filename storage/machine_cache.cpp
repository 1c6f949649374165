#include "storage/machine_cache.hpp"

#include <utility>

namespace stepwell::storage {

MachineCache::Machine MachineCache::find(const std::string& arn) {
    const std::lock_guard lock(mutex_);
    const auto found = by_arn_.find(arn);
    if (found == by_arn_.end()) return nullptr;
    items_.splice(items_.begin(), items_, found->second);
    return items_.front().machine;
}

std::uint64_t MachineCache::generation() const {
    const std::lock_guard lock(mutex_);
    return generation_;
}

void MachineCache::keep(Machine machine, std::uint64_t generation) {
    const std::lock_guard lock(mutex_);
    if (generation != generation_) return;
    erase(machine->arn);  // another reader may have been first
    insert(std::move(machine));
}

void MachineCache::committed(const std::string& arn, Machine machine) {
    const std::lock_guard lock(mutex_);
    ++generation_;
    erase(arn);
    if (machine) insert(std::move(machine));
}

void MachineCache::clear() {
    const std::lock_guard lock(mutex_);
    ++generation_;
    by_arn_.clear();
    items_.clear();
    bytes_ = 0;
}

void MachineCache::insert(Machine machine) {
    const std::size_t bytes = sizeof(StateMachineRecord) + sizeof(Item) +
                              machine->definition.size() + machine->logging_configuration.size() +
                              machine->description.size() + 512;
    items_.push_front({std::move(machine), bytes});
    by_arn_.emplace(items_.front().machine->arn, items_.begin());
    bytes_ += bytes;
    while (bytes_ > max_bytes_ && items_.size() > 1) erase(items_.back().machine->arn);
}

void MachineCache::erase(std::string_view arn) {
    const auto found = by_arn_.find(arn);
    if (found == by_arn_.end()) return;
    const Items::iterator item = found->second;
    bytes_ -= item->bytes;
    by_arn_.erase(found);  // before the record that the key points into
    items_.erase(item);
}

}  // namespace stepwell::storage
