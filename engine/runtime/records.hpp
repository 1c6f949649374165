#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "engine/machine/execution.hpp"
#include "engine/machine/map_run_plan.hpp"
#include "engine/runtime/runtime.hpp"
#include "engine/store.hpp"

/// Between an execution and what the store keeps of it.
namespace stepwell {

/// What a new execution is. Takes the request's strings.
ExecutionInfo info_of(StartRequest request, ExecutionKey key, TimePoint start_time);
/// What a stored execution was. Takes the record's strings.
ExecutionInfo info_of(ExecutionRecord record, std::shared_ptr<const asl::StateMachine> definition);

/// The row of a Map Run that begins.
MapRunRecord record_of(const MapRunPlan& plan, MapRunKey key, TimePoint start_date);

/// The row of a new execution after its first Step.
ExecutionRecord record_of(const Execution& execution, const std::string& revision_id);
/// The row of an asynchronous Express execution: a restart runs it again from the beginning, so it
/// stays like this.
ExecutionRecord start_record_of(const Execution& execution, const std::string& revision_id);
/// What a Step changes in the row.
ExecutionUpdate update_of(const Execution& execution);
/// The entries of a Step that followed entry `after` and event `last_event`.
JournalRow row_of(const std::vector<Entry>& entries, const Execution& execution, Sequence after,
                  EventId last_event);
/// How a synchronous Express execution ended.
SyncEnded sync_end_of(const Execution& execution);

/// The end of an execution that cannot go on, behind what is known to be stored: ExecutionFailed
/// with States.Runtime.
struct FailureStep {
    HistoryEvent event;
    JournalRow row;
    ExecutionUpdate update;
};
FailureStep failure_step(Sequence after, EventId last_event, TimePoint now,
                         const std::string& cause);

}  // namespace stepwell
