#pragma once

#include <optional>
#include <string_view>
#include <utility>

#include "engine/machine/execution.hpp"

/// What the expressions of a frame's state see. Used by engine/machine alone.
namespace stepwell {

/// An item of a Map: its index and value.
using ItemInContext = std::optional<std::pair<std::uint32_t, const Json*>>;

/// The Context Object of a frame's state. Developer Guide, "Accessing execution data from the
/// Context object". `item`: the one that is about to be started, for ItemSelector. `token`: of
/// a task that is about to be called, or empty.
Json context_of(const Execution& execution, const Frame& frame, ItemInContext item,
                std::string_view token);

/// The variables that a frame sees: its own, and those of the frames above it. Borrowed.
Variables variables_of(const Execution& execution, const Frame& frame);

/// The Scope of one JSONPath state's fields, with what it borrows. Stays where it was made.
class FrameScope {
public:
    FrameScope(const Execution& execution, const Frame& frame, RandomBits& random,
               const Json& input, ItemInContext item = std::nullopt, std::string_view token = {})
        : context_([&execution, &frame, item, token] {
              return context_of(execution, frame, item, token);
          }),
          variables_(variables_of(execution, frame)),
          scope_{input, context_, random, &variables_} {}
    FrameScope(const FrameScope&) = delete;
    FrameScope& operator=(const FrameScope&) = delete;

    operator const Scope&() const { return scope_; }

private:
    LazyContext context_;
    Variables variables_;
    Scope scope_;
};

}  // namespace stepwell
