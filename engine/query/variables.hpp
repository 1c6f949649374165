#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/payload.hpp"

namespace stepwell {

/// Workflow variables by name, without the `$`. Developer Guide, "Passing data between states with
/// variables".
using VariableTable = std::map<std::string, Payload, std::less<>>;

/// The variables that a state sees: those of its own scope and, behind them, those of the scopes
/// around it. Borrowed for one evaluation; the tables must outlive it.
class Variables {
public:
    /// From the innermost scope outwards.
    void add_scope(const VariableTable& table) {
        if (!table.empty()) scopes_.push_back(&table);
    }
    /// Null where no scope has one of that name.
    const Payload* find(std::string_view name) const {
        for (const VariableTable* scope : scopes_) {
            const auto found = scope->find(name);
            if (found != scope->end()) return &found->second;
        }
        return nullptr;
    }

private:
    std::vector<const VariableTable*> scopes_;
};

}  // namespace stepwell
