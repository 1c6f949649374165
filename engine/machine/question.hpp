#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "engine/asl/model.hpp"

/// The expressions of one state's entry or exit: a question, whose answer is a pure function of it.
/// design.md, "Order, commit, answer", 6.
namespace stepwell {

/// Some JSONata fields of a state with all that they see. A value: any thread may answer it.
struct Question {
    /// Owns what `values` and the names of `variables` point to.
    std::shared_ptr<const asl::StateMachine> definition;
    std::vector<const JsonataValue*> values;
    /// They are the Conditions of a Choice: booleans, of which the first that is true is the last
    /// one looked at.
    bool conditions = false;
    Payload input;
    std::optional<Payload> result;
    std::optional<Payload> error_output;
    std::optional<Payload> context;  ///< where one of them reads it
    std::vector<BoundVariable> variables;
    TimePoint now;
    std::uint64_t seed = 0;
};

/// The values, in order, or why the first that has none has none.
using Answer = Result<std::vector<Json>, QueryFailure>;

/// `patience`: how long it may take before it is given up (QueryFailure::deferred); none: as long
/// as AWS's limits let it.
Answer answer(const Question& question, std::optional<std::chrono::microseconds> patience);

}  // namespace stepwell
