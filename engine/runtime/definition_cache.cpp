#include "engine/runtime/definition_cache.hpp"

#include <stdexcept>

#include "engine/asl/parser.hpp"

namespace stepwell {

std::shared_ptr<const asl::StateMachine> DefinitionCache::get(const RevisionRecord& revision,
                                                              asl::WorkflowType type) {
    // No ARN contains a line feed.
    std::string key = revision.state_machine_arn + '\n' + revision.revision_key;
    {
        const std::lock_guard lock(mutex_);
        if (const auto found = by_key_.find(key); found != by_key_.end()) {
            recent_.splice(recent_.begin(), recent_, found->second);
            return found->second->machine;
        }
    }
    // Parsed without the lock: two threads may do it at once, to the same end.
    asl::Parsed parsed = asl::parse_stored(revision.definition, type);
    if (!parsed.machine) {
        throw std::runtime_error(
            "the definition of " + revision.state_machine_arn +
            " does not parse: " + asl::invalid_definition_message(parsed.diagnostics));
    }
    const std::lock_guard lock(mutex_);
    if (by_key_.contains(key)) return parsed.machine;
    recent_.push_front({key, revision.definition.size(), parsed.machine});
    by_key_.emplace(std::move(key), recent_.begin());
    bytes_ += recent_.front().bytes;
    trim();
    return parsed.machine;
}

void DefinitionCache::trim() {
    while (recent_.size() > 1 && (recent_.size() > kMostDefinitions || bytes_ > kMostBytes)) {
        bytes_ -= recent_.back().bytes;
        by_key_.erase(recent_.back().key);
        recent_.pop_back();
    }
}

}  // namespace stepwell
