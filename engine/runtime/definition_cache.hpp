#pragma once

#include <cstddef>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>

#include "engine/asl/model.hpp"
#include "engine/store.hpp"

namespace stepwell {

/// Definitions parsed for executions that are brought back, by machine and revision; the least
/// recently used go first. Executions that have one keep it alive beyond that. Thread-safe.
class DefinitionCache {
public:
    /// The parsed definition of a revision. Throws std::runtime_error where it does not parse (any
    /// more).
    std::shared_ptr<const asl::StateMachine> get(const RevisionRecord& revision,
                                                 asl::WorkflowType type);

private:
    /// Of definition text; what is made of it takes several times that.
    static constexpr std::size_t kMostBytes = 8U << 20U;
    static constexpr std::size_t kMostDefinitions = 256;

    struct Cached {
        std::string key;
        std::size_t bytes = 0;
        std::shared_ptr<const asl::StateMachine> machine;
    };
    void trim();

    std::mutex mutex_;
    std::list<Cached> recent_;  // the last used first
    std::unordered_map<std::string, std::list<Cached>::iterator> by_key_;
    std::size_t bytes_ = 0;
};

}  // namespace stepwell
