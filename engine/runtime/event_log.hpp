#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "engine/machine/events.hpp"
#include "engine/machine/journal.hpp"

/// Where a state machine's loggingConfiguration sends the events of its executions. Developer
/// Guide, "Using CloudWatch Logs to log execution history in Step Functions".
namespace stepwell {

enum class EventLogLevel : std::uint8_t { all, error, fatal };

/// A loggingConfiguration that is not OFF.
struct EventLogging {
    EventLogLevel level = EventLogLevel::all;
    bool include_data = false;  ///< includeExecutionData: with inputs and outputs
    std::string log_group;      ///< its name, such as `/aws/vendedlogs/states/orders`
};

/// Of the JSON text of StateMachineRecord::logging_configuration; null where nothing is to be
/// logged.
std::shared_ptr<const EventLogging> parse_event_logging(const std::string& configuration);

/// Whether events of this type are logged at a level. Developer Guide, "Log levels for Step
/// Functions execution events".
bool is_logged(EventType type, EventLogLevel level);

/// Events of one execution, in order, each of a type that is logged.
struct LoggedEvents {
    std::shared_ptr<const EventLogging> logging;
    std::string execution_arn;
    std::int64_t redrive_count = 0;
    std::vector<HistoryEvent> events;
};

/// What they take in memory, about.
std::size_t approximate_bytes(const LoggedEvents& logged);

/// Takes the events that executions log. Thread-safe.
class EventLog {
public:
    virtual ~EventLog() = default;

    /// Called on shards and on the store's writer thread, so it must not wait for a disk. As with
    /// AWS the delivery is best effort: a kill may lose what was committed a moment before, and an
    /// Express execution that a restart runs again logs again.
    virtual void write(LoggedEvents logged) = 0;
};

/// The events of a Step that `logging` (which may be null) asks for.
std::vector<HistoryEvent> logged_events(const EventLogging* logging,
                                        const std::vector<Entry>& entries);

}  // namespace stepwell
