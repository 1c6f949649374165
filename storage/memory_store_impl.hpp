#pragma once

#include <cstdint>
#include <string>
#include <utility>

#include "storage/memory_store.hpp"
#include "storage/memory_tables.hpp"

namespace stepwell {

class MemoryStore::Impl {
public:
    Impl(storage::GroupWriter::Options options, KeepExecutions keep,
         std::int64_t max_open_executions)
        : tables(std::move(keep), max_open_executions), writer(tables, std::move(options)) {}

    /// Null where there is none. The caller holds the mutex.
    const storage::MemoryTables::Machine* find(const std::string& arn) const {
        const auto found = tables.machines.find(arn);
        return found == tables.machines.end() ? nullptr : &found->second;
    }

    storage::MemoryTables tables;
    storage::GroupWriter writer;
};

}  // namespace stepwell
