#include "engine/machine/redrive.hpp"

#include <algorithm>
#include <chrono>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/base/state_errors.hpp"
#include "engine/machine/turn.hpp"

namespace stepwell {
namespace {

constexpr EventId kRedrivableEvents = kMaxEvents - 2;
constexpr std::chrono::days kLongestOpen{365};
constexpr std::chrono::days kRedrivablePeriod{14};
constexpr std::chrono::minutes kTokensLast{15};
/// Developer Guide, "Redriving Map Runs": a hard limit.
constexpr std::int64_t kMostRedrivesOfMapRun = 1000;

using Plan = std::vector<std::pair<FrameId, TakenUpAt>>;

/// Whether all branches or items of a frame's state came to the end of their flow.
bool all_ended(const Execution& x, const FrameChildren& children) {
    if (children.started < children.count) return false;
    for (FrameId id = children.first; id < children.first + children.count; ++id) {
        if (x.frames.at(id).phase != Phase::ended) return false;
    }
    return true;
}

/// Whether a frame's state failed with this error.
bool failed_with(const Execution& x, const Frame& frame, std::string_view error) {
    const bool is_root = frame.id == frame.parent;
    const bool failed = is_root ? x.status == ExecutionStatus::failed
                                : frame.phase == Phase::failed || frame.phase == Phase::failing;
    const Failure& failure = is_root ? x.failure : frame.failure;
    return failed && failure.error == error;
}

/// "If the state failed because of a States.DataLimitExceeded error, the Parallel state is rerun,
/// including the branches that were successful in the original execution attempt."
bool failed_by_size(const Execution& x, const Frame& frame) {
    return failed_with(x, frame, state_errors::kDataLimitExceeded);
}

/// Developer Guide, "Redriving Map Runs": "A new Map Run is started and the existing Map Run isn't
/// redriven" where it failed by States.DataLimitExceeded or States.Runtime.
bool redrives_map_run(const Execution& x, const Frame& frame) {
    return frame.map_run && !frame.map_run->succeeded && !failed_by_size(x, frame) &&
           !failed_with(x, frame, state_errors::kRuntime);
}

TakenUpAt where_to_go_on(const Execution& x, const Frame& frame) {
    // "Reenters the Fail state and fails again."
    if (!frame.in_state || x.state_of(frame).type() == asl::StateType::fail)
        return TakenUpAt::entry;
    if (redrives_map_run(x, frame)) return TakenUpAt::map_run;
    if (!frame.children || failed_by_size(x, frame)) return TakenUpAt::work;
    return all_ended(x, *frame.children) ? TakenUpAt::finish : TakenUpAt::children;
}

/// What had not come to its end, from the root down.
void plan(const Execution& x, const Frame& frame, Plan& out) {
    if (frame.phase == Phase::ended) return;
    const TakenUpAt at = where_to_go_on(x, frame);
    out.emplace_back(frame.id, at);
    if (at != TakenUpAt::children) return;
    const FrameChildren& children = *frame.children;
    for (FrameId id = children.first; id < children.first + children.started; ++id)
        plan(x, x.frames.at(id), out);
}

}  // namespace

Redrivability redrivability(const RedriveFacts& facts, TimePoint now) {
    if (facts.machine_deleting) return Redrivability::machine_deleting;
    if (facts.status == ExecutionStatus::running) return Redrivability::running;
    if (facts.status == ExecutionStatus::succeeded) return Redrivability::succeeded;
    if (facts.last_event > kRedrivableEvents) return Redrivability::too_many_events;
    if (now - facts.start_date > kLongestOpen) return Redrivability::open_too_long;
    if (facts.stop_date && now - *facts.stop_date > kRedrivablePeriod)
        return Redrivability::closed_too_long;
    if (facts.of_map_run) return Redrivability::by_map_run;
    return Redrivability::redrivable;
}

RedriveFacts redrive_facts(const Execution& execution) {
    return {.status = execution.status,
            .last_event = execution.last_event,
            .start_date = execution.info.start_time,
            .stop_date = execution.stop_time,
            .machine_deleting = execution.machine_deleted,
            .of_map_run = execution.info.map_run != 0};
}

std::optional<TimePoint> redriven_with(const Execution& execution, std::string_view client_token,
                                       TimePoint now) {
    if (client_token.empty()) return std::nullopt;
    const auto& tokens = execution.tokens_of_redrives;
    const auto found = std::ranges::find(tokens, client_token, &TokenOfRedrive::token);
    if (found == tokens.end() || now - found->redrive_date > kTokensLast) return std::nullopt;
    return found->redrive_date;
}

void Turn::take(const Redrive& input) {
    RedriveFacts facts = redrive_facts(x_);
    if (input.by_map_run) facts.of_map_run = false;
    if (redrivability(facts, now_) != Redrivability::redrivable) {
        step_.accepted = false;
        return;
    }
    Plan taken_up;
    plan(x_, x_.frame(0), taken_up);
    Redriven redriven{x_.redrive_count + 1, input.client_token, std::nullopt};
    // The machine's TimeoutSeconds is not its children's.
    if (const auto timeout = x_.info.definition->timeout; timeout && x_.info.flow == 0)
        redriven.deadline = now_ + *timeout;
    const HistoryEvent event{x_.last_event + 1, x_.last_event, now_, EventType::execution_redriven,
                             ExecutionRedrivenDetails{redriven.count}};
    step_.entries.push_back(Entry{event, Note{0, false, std::move(redriven)}});
    apply(x_, step_.entries.back());
    for (const auto& [id, at] : taken_up) {
        if (x_.closed()) return;
        take_up(x_.frame(id), at);
    }
    // Items that had not begun do so now, where there is room for them.
    for (const auto& [id, at] : taken_up) {
        if (x_.closed()) return;
        Frame& frame = x_.frame(id);
        if (at == TakenUpAt::children && frame.children->map) start_items(frame, x_.redriven_event);
    }
}

void Turn::take_up(Frame& frame, TakenUpAt at) {
    const bool was_over = frame.phase == Phase::failed || frame.phase == Phase::aborted;
    const Frame& parent = x_.frame(frame.parent);
    const bool item = frame.id != parent.id && was_over && parent.children->map;
    MapIterationDetails details;
    if (item) details = {x_.state_of(parent).name, frame.index};
    if (at == TakenUpAt::map_run) {
        if (item) {
            record_beside(frame, x_.redriven_event, EventType::map_iteration_started,
                          std::move(details), Plain{});
        }
        return redrive_map_run(frame);
    }
    if (!item) return note(frame, TakenUp{at});
    record(frame, x_.redriven_event, true, EventType::map_iteration_started, std::move(details),
           TakenUp{at});
}

void Turn::redrive_map_run(Frame& frame) {
    const std::string arn = frame.map_run->arn;
    const std::int64_t count = frame.map_run->redrive_count + 1;
    if (count > kMostRedrivesOfMapRun) {
        note(frame, TakenUp{TakenUpAt::work});
        return state_failed(frame, {std::string(state_errors::kRuntime),
                                    "The Map Run has been redriven 1000 times and cannot be "
                                    "redriven again: " +
                                        arn});
    }
    record(frame, x_.redriven_event, true, EventType::map_run_redriven,
           MapRunRedrivenDetails{arn, count}, TakenUp{TakenUpAt::map_run});
    if (!x_.closed()) step_.actions.emplace_back(RedriveMapRun{arn});
}

}  // namespace stepwell
