#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "engine/base/json.hpp"
#include "engine/base/result.hpp"

/// Event patterns of EventBridge. User Guide, "Creating EventBridge event patterns", "Comparison
/// operators".
namespace stepwell::events {

struct PatternError {
    std::string message;
};

/// Whether an event is one that a rule waits for. Immutable and cheap to copy.
class EventPattern {
public:
    /// Of a JSON text: an object of fields, each an object or a list of what its value may be.
    static Result<EventPattern, PatternError> parse(std::string_view text);

    bool matches(const Json& event) const;

private:
    explicit EventPattern(std::shared_ptr<const Json> pattern) : pattern_(std::move(pattern)) {}
    /// Checked: every operator is known, with operands of its kind.
    std::shared_ptr<const Json> pattern_;
};

}  // namespace stepwell::events
