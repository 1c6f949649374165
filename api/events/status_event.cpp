#include "api/events/status_event.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <utility>

#include "api/events/event_entry.hpp"
#include "api/executions.hpp"
#include "api/machines.hpp"
#include "engine/machine/redrive.hpp"

namespace stepwell::api::events {
namespace {

/// Developer Guide: input and output that together are larger are left out.
constexpr std::size_t kMostDataBytes = 248U << 10U;

Json or_null(const std::optional<std::string>& text) { return text ? Json(*text) : Json(); }

Json epoch_millis(TimePoint time) { return Json(std::int64_t{time.time_since_epoch().count()}); }

Json included(bool is) {
    Json details = Json::object();
    details["included"] = is;
    return details;
}

void add_redrive(Json& detail, const ExecutionRecord& execution, ExecutionStatus status,
                 TimePoint now) {
    const Redrivability may = redrivability({.status = status,
                                             .last_event = execution.last_event,
                                             .start_date = execution.start_date,
                                             .stop_date = execution.stop_date,
                                             .machine_deleting = false},
                                            now);
    detail["redriveCount"] = execution.redrive_count;
    detail["redriveDate"] = execution.redrive_date ? epoch_millis(*execution.redrive_date) : Json();
    const bool redrivable = may == Redrivability::redrivable;
    detail["redriveStatus"] = redrivable ? "REDRIVABLE" : "NOT_REDRIVABLE";
    detail["redriveStatusReason"] = redrivable ? Json() : Json(not_redrivable_reason(may, status));
}

}  // namespace

Owner owner_of(const ExecutionRecord& execution) {
    Owner owner;
    if (const auto arn = Arn::parse(execution.arn)) {
        owner.account = arn->account;
        owner.region = arn->region;
        owner.partition = arn->partition;
    }
    return owner;
}

Json status_event(const ExecutionRecord& execution, ExecutionStatus status, TimePoint now) {
    // It may have gone on since: what is told is how it was then.
    const bool runs = status == ExecutionStatus::running;
    const std::size_t bytes =
        execution.input.size() + (runs || !execution.output ? 0 : execution.output->size());
    const bool data = bytes <= kMostDataBytes;
    const std::string& machine = execution.state_machine_arn;
    Json detail = Json::object();
    detail["executionArn"] = execution.arn;
    detail["stateMachineArn"] = machine;
    detail["name"] = execution.name;
    detail["status"] = std::string(status_text(status));
    detail["startDate"] = epoch_millis(execution.start_date);
    detail["stopDate"] = runs || !execution.stop_date ? Json() : epoch_millis(*execution.stop_date);
    detail["input"] = data ? Json(execution.input) : Json();
    detail["output"] = data && !runs ? or_null(execution.output) : Json();
    detail["stateMachineVersionArn"] =
        execution.version == 0 ? Json() : Json(qualified_arn(machine, execution.version));
    detail["stateMachineAliasArn"] =
        execution.alias.empty() ? Json() : Json(qualified_arn(machine, execution.alias));
    add_redrive(detail, execution, status, now);
    detail["inputDetails"] = included(data);
    detail["outputDetails"] =
        !runs && execution.status == ExecutionStatus::succeeded ? included(data) : Json();
    detail["error"] = runs ? Json() : or_null(execution.error);
    detail["cause"] = runs ? Json() : or_null(execution.cause);

    const Owner owner = owner_of(execution);
    const TimePoint time = runs ? execution.redrive_date.value_or(execution.start_date)
                                : execution.stop_date.value_or(now);
    Json event = Json::object();
    event["version"] = "0";
    event["id"] = new_uuid();
    event["detail-type"] = "Step Functions Execution Status Change";
    event["source"] = "aws.states";
    event["account"] = owner.account;
    event["time"] = event_time(time);
    event["region"] = owner.region;
    event["resources"] = Json::array();
    event["resources"].push_back(execution.arn);
    event["detail"] = std::move(detail);
    return event;
}

}  // namespace stepwell::api::events
