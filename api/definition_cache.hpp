#pragma once

#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "engine/asl/model.hpp"
#include "engine/store.hpp"

namespace stepwell::api {

/// Compiled definitions by machine ARN and revision, those used least recently forgotten first.
/// Thread-safe; a look-up costs well under a microsecond, so it may be made on the network thread.
class DefinitionCache {
public:
    using Definition = std::shared_ptr<const asl::StateMachine>;

    /// Bounds what is kept: the number of definitions, and the bytes of their texts together.
    DefinitionCache(std::size_t max_definitions, std::size_t max_bytes)
        : max_definitions_(max_definitions), max_bytes_(max_bytes) {}

    /// nullptr where it has to be parsed.
    Definition find(const std::shared_ptr<const StateMachineRecord>& machine);
    void put(std::shared_ptr<const StateMachineRecord> machine, Definition definition);

private:
    struct Entry {
        std::string key;
        /// What the definition was parsed from: a machine deleted and created anew has the same ARN
        /// and revision.
        std::shared_ptr<const StateMachineRecord> machine;
        Definition definition;
    };
    using Entries = std::list<Entry>;

    void erase(Entries::iterator entry);

    const std::size_t max_definitions_;
    const std::size_t max_bytes_;
    std::mutex mutex_;
    Entries entries_;  // the most recently used first
    std::unordered_map<std::string_view, Entries::iterator> by_key_;
    std::size_t bytes_ = 0;
};

}  // namespace stepwell::api
