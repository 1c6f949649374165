#include <algorithm>
#include <charconv>
#include <optional>
#include <string>

#include "api/arns.hpp"
#include "api/executions.hpp"
#include "api/list_page.hpp"
#include "api/operations.hpp"
#include "engine/base/json.hpp"
#include "engine/machine/map_run_plan.hpp"

namespace stepwell::api::operations_of {
namespace {

std::string_view status_text(MapRunStatus status) {
    switch (status) {
        case MapRunStatus::running:
            return "RUNNING";
        case MapRunStatus::succeeded:
            return "SUCCEEDED";
        case MapRunStatus::failed:
            return "FAILED";
        case MapRunStatus::aborted:
            return "ABORTED";
    }
    return {};
}

/// One of the two objects of counts. API Reference, MapRunExecutionCounts, MapRunItemCounts.
void write_counts(ObjectWriter& object, std::string_view name, const MapRunTally& tally,
                  std::int64_t pending) {
    ObjectWriter counts(object.member(name));
    counts.number("pending", pending);
    counts.number("running", tally.running);
    counts.number("succeeded", tally.succeeded);
    counts.number("failed", tally.failed);
    counts.number("timedOut", tally.timed_out);
    counts.number("aborted", tally.aborted);
    counts.number("total", pending + tally.started());
    counts.number("resultsWritten", tally.results_written);
    // OBSERVED: there only where a redrive has to do with it (docs/observed.md).
    if (tally.not_redrivable != 0) counts.number("failuresNotRedrivable", tally.not_redrivable);
    if (tally.pending_redrive != 0) counts.number("pendingRedrive", tally.pending_redrive);
    counts.end();
}

/// How many children the pending items will make, as far as that can be known.
/// DIFFERS: what AWS counts before a batch is made is not documented (docs/differences.md).
std::int64_t pending_children(std::int64_t pending_items, const MapRunPlan& plan) {
    if (!plan.batched) return pending_items;
    if (plan.batch_items <= 0) return 0;
    return (pending_items + plan.batch_items - 1) / plan.batch_items;
}

/// A float as the service writes it: `0.0`, `12.5`.
std::string percentage_text(double value) { return write_json(Json(value)); }

Checked<MapRunRecord> find_map_run(Call& call) {
    const auto arn = TRY(parse_map_run_arn(call.input().required_text("mapRunArn")));
    auto run = call.store().find_map_run(arn);
    if (!run) return error(ErrorKind::resource_not_found);
    return *std::move(run);
}

}  // namespace

Checked<std::string> describe_map_run(Call& call) {
    const MapRunRecord run = TRY(find_map_run(call));
    const MapRunProgress& progress = run.progress;
    const MapRunPlan plan = decode_plan(run.plan);
    std::string body;
    ObjectWriter object(body);
    object.text("mapRunArn", run.arn);
    object.text("executionArn", run.execution_arn);
    object.text("status", status_text(progress.status));
    object.date("startDate", run.start_date);
    if (progress.stop_date) object.date("stopDate", *progress.stop_date);
    object.number("maxConcurrency", progress.max_concurrency);
    object.raw("toleratedFailurePercentage",
               percentage_text(progress.tolerated_failure_percentage));
    object.number("toleratedFailureCount", progress.tolerated_failure_count);
    const std::int64_t pending =
        std::max<std::int64_t>(progress.items_known - progress.items.started(), 0);
    write_counts(object, "itemCounts", progress.items, pending);
    write_counts(object, "executionCounts", progress.executions, pending_children(pending, plan));
    object.number("redriveCount", progress.redrive_count);
    if (progress.redrive_date) object.date("redriveDate", *progress.redrive_date);
    object.end();
    return body;
}

Checked<std::string> list_map_runs(Call& call) {
    const auto arn = TRY(parse_execution_arn(call.input().required_text("executionArn")));
    const auto execution = call.store().find_execution(arn);
    if (!execution) return error(ErrorKind::execution_does_not_exist, arn);
    return list_page(
        call, "mapRuns", "ListMapRuns\n" + arn,
        [&](const std::string& after, std::size_t limit) {
            MapRunKey before = 0;
            std::from_chars(after.data(), after.data() + after.size(), before);
            return call.store().list_map_runs(execution->key, before, limit);
        },
        [](const MapRunRecord& run) { return std::to_string(run.key); },
        [](ObjectWriter& item, const MapRunRecord& run) {
            item.text("executionArn", run.execution_arn);
            item.text("mapRunArn", run.arn);
            item.text("stateMachineArn", run.state_machine_arn + '/' + run.label);
            item.date("startDate", run.start_date);
            if (run.progress.stop_date) item.date("stopDate", *run.progress.stop_date);
        });
}

void update_map_run(const CallPtr& call) {
    auto arn = parse_map_run_arn(call->input().required_text("mapRunArn"));
    if (!arn) return call->refuse(arn.error());
    const Input& input = call->input();
    MapRunLimits limits;
    limits.max_concurrency = input.integer("maxConcurrency");
    limits.tolerated_failure_count = input.integer("toleratedFailureCount");
    if (const Json* percentage = input.find("toleratedFailurePercentage"))
        limits.tolerated_failure_percentage = percentage->get<double>();
    if (!limits.max_concurrency && !limits.tolerated_failure_count &&
        !limits.tolerated_failure_percentage) {
        return call->refuse(ApiError{ErrorKind::validation,
                                     "At least one of maxConcurrency, toleratedFailureCount and "
                                     "toleratedFailurePercentage must be specified",
                                     "MISSING_REQUIRED_PARAMETER"});
    }
    call->store().update_map_run(*arn, limits, [call, arn = *arn](Outcome outcome) {
        call->guarded([&] {
            switch (outcome) {
                case Outcome::committed:
                    call->services().runtime.map_run_updated(arn);
                    return call->succeed("{}");
                case Outcome::not_found:
                    return call->refuse(error(ErrorKind::resource_not_found));
                case Outcome::conflict:
                    return call->refuse(ApiError{
                        ErrorKind::validation,
                        "Map Run is already completed and cannot be updated: '" + arn + "'",
                        "CANNOT_UPDATE_COMPLETED_MAP_RUN"});
                case Outcome::limit_reached:
                case Outcome::in_use:
                case Outcome::overloaded:
                case Outcome::discarded:
                    return call->fail(outcome);
            }
        });
    });
}

}  // namespace stepwell::api::operations_of
