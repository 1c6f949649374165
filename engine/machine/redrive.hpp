#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "engine/base/time.hpp"
#include "engine/machine/execution.hpp"

/// RedriveExecution: Developer Guide, "Restarting state machine executions with redrive".
namespace stepwell {

/// Whether an execution may be redriven, or what stands against it. API Reference,
/// DescribeExecution, `redriveStatusReason`.
enum class Redrivability : std::uint8_t {
    redrivable,
    machine_deleting,
    running,
    succeeded,
    too_many_events,  ///< no room for ExecutionRedriven and one more
    open_too_long,    ///< a year after its start
    closed_too_long,  ///< fourteen days after its end
    by_map_run,       ///< a child of a Map Run: redriven with its parent, and not by itself
};

/// What is looked at. Of a Standard execution.
struct RedriveFacts {
    ExecutionStatus status = ExecutionStatus::running;
    EventId last_event = 0;
    TimePoint start_date;
    std::optional<TimePoint> stop_date;
    bool machine_deleting = false;
    bool of_map_run = false;  ///< it is a child, and it is not its run that asks
};

Redrivability redrivability(const RedriveFacts& facts, TimePoint now);

RedriveFacts redrive_facts(const Execution& execution);

/// When the execution was redriven with this token, if a caller may still ask for that: of its last
/// ten tokens, within fifteen minutes. API Reference, RedriveExecution, `clientToken`.
std::optional<TimePoint> redriven_with(const Execution& execution, std::string_view client_token,
                                       TimePoint now);

/// How many tokens are remembered.
inline constexpr std::size_t kTokensOfRedrives = 10;

}  // namespace stepwell
