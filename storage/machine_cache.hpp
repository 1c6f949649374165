#pragma once

#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "engine/store.hpp"

namespace stepwell::storage {

/// State machines as committed, those used last: every StartExecution asks for one. Thread-safe.
///
/// It may never show what a commit has replaced. So a reader says which `generation` it read under,
/// and what it read is kept only if no commit came between.
class MachineCache {
public:
    using Machine = std::shared_ptr<const StateMachineRecord>;

    explicit MachineCache(std::size_t max_bytes) : max_bytes_(max_bytes) {}

    /// Null where it is not known here.
    Machine find(const std::string& arn);
    std::uint64_t generation() const;
    /// Keeps what was read after generation() gave `generation`.
    void keep(Machine machine, std::uint64_t generation);
    /// After each commit that changed the machine: `machine` as it is now, null if it is gone.
    void committed(const std::string& arn, Machine machine);
    /// After a reset.
    void clear();

private:
    struct Item {
        Machine machine;
        std::size_t bytes = 0;
    };
    using Items = std::list<Item>;  // the last used first

    void insert(Machine machine);
    void erase(std::string_view arn);

    const std::size_t max_bytes_;
    mutable std::mutex mutex_;
    Items items_;
    std::unordered_map<std::string_view, Items::iterator> by_arn_;  // into the records
    std::size_t bytes_ = 0;
    std::uint64_t generation_ = 0;
};

}  // namespace stepwell::storage
