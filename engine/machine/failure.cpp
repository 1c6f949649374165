#include <algorithm>
#include <cmath>

#include "engine/base/state_errors.hpp"
#include "engine/machine/turn.hpp"

// Developer Guide, "Handling errors in Step Functions workflows".
namespace stepwell {
namespace {

/// Interval × rate^attempts, capped, in milliseconds: never more than a state may wait.
double delay_millis(const asl::Retrier& retrier, std::uint32_t attempts) {
    constexpr double kLongest = 99'999'999e3;
    double delay =
        double(retrier.interval.count()) * 1000.0 * std::pow(retrier.backoff_rate, attempts);
    if (retrier.max_delay) delay = std::min(delay, double(retrier.max_delay->count()) * 1000.0);
    return std::min(delay, kLongest);
}

}  // namespace

WorkRules rules_of(const asl::StateBody& body) {
    const auto of = [](const auto& state) {
        return WorkRules{&state.retry, &state.catchers, state.then};
    };
    if (const auto* task = std::get_if<asl::TaskState>(&body)) return of(*task);
    if (const auto* parallel = std::get_if<asl::ParallelState>(&body)) return of(*parallel);
    if (const auto* map = std::get_if<asl::MapState>(&body)) return of(*map);
    return {};
}

Payload error_output(const Failure& failure) {
    Json output = Json::object();
    // OBSERVED: what an error lacks (a time-out its cause) is empty here (docs/observed.md).
    output["Error"] = failure.error.value_or("");
    output["Cause"] = failure.cause.value_or("");
    return Payload(std::move(output));
}

bool error_matches(const std::vector<std::string>& error_equals, const Failure& failure,
                   bool reported, bool heartbeat_missed) {
    namespace names = state_errors;
    const std::string error = failure.error.value_or("");
    // OBSERVED: not even a Catch that names it takes States.Runtime (docs/observed.md).
    if (error == names::kRuntime) return false;
    const bool timeout = error == names::kTimeout || error == names::kHeartbeatTimeout;
    // OBSERVED: States.ALL takes a task's result that is too large, though not a state's
    // (docs/observed.md).
    const bool all_takes_it = error != names::kDataLimitExceeded || reported;
    return std::any_of(error_equals.begin(), error_equals.end(), [&](const std::string& name) {
        if (name == error) return true;
        if (name == names::kAll) return all_takes_it;
        if (name == names::kTaskFailed) return all_takes_it && !timeout;
        if (name == names::kTimeout) return timeout;
        if (name == names::kHeartbeatTimeout) return heartbeat_missed;
        return false;
    });
}

void Turn::state_failed(Frame& frame, StateError error) {
    settle(frame, Failure{std::move(error.error), std::move(error.cause)});
}

void Turn::handle_failure(Frame& frame) { settle(frame, Failure(frame.failure)); }

void Turn::settle(Frame& frame, const Failure& failure) {
    if (x_.closed()) return;
    if (retry(frame, failure)) return;
    // A retry of a Parallel or Map leaves no …StateFailed; its last failure does.
    const bool is_map = x_.state_of(frame).type() == asl::StateType::map;
    const bool mock_failed =
        frame.task != nullptr && x_.state_of(frame).type() != asl::StateType::task;
    const bool children_failed =
        mock_failed || ((frame.children || frame.map_run) &&
                        (frame.phase == Phase::failing || frame.phase == Phase::parent));
    // OBSERVED: of a Map also where an expression failed before its first item (docs/observed.md).
    const bool map_not_begun =
        is_map && !frame.children && !frame.map_run && evaluation_failed_ == frame.last_event;
    if (children_failed || map_not_begun) {
        const EventType type =
            is_map ? EventType::map_state_failed : EventType::parallel_state_failed;
        record(frame, type, NoDetails{}, Plain{});
    }
    if (recover(frame, failure)) return;
    fail_frame(frame, failure);
}

bool Turn::retry(Frame& frame, const Failure& failure) {
    const std::vector<asl::Retrier>* retriers = rules_of(x_.state_of(frame).body).retry;
    if (retriers == nullptr) return false;
    const bool reported = frame.phase == Phase::failing && frame.reported;
    for (std::uint32_t i = 0; i < retriers->size(); ++i) {
        const asl::Retrier& retrier = (*retriers)[i];
        if (!error_matches(retrier.error_equals, failure, reported, frame.heartbeat_missed))
            continue;
        const std::uint32_t attempts = trial() != nullptr          ? trial()->retry_count
                                       : i < frame.attempts.size() ? frame.attempts[i]
                                                                   : 0;
        if (trial() != nullptr) trial()->data.retry_index = i;
        // The first that matches decides: when it is exhausted, later ones are not asked.
        if (std::int64_t{attempts} >= retrier.max_attempts) return false;
        double delay = delay_millis(retrier, attempts);
        if (retrier.jitter == asl::Jitter::full) delay *= random_.next_unit();
        if (trial() != nullptr) {
            end_with_retry(frame, delay, failure);
            return true;
        }
        const TimePoint due = now_ + Milliseconds{std::llround(delay)};
        note(frame, WillRetry{i, scaled(due)});
        return true;
    }
    return false;
}

bool Turn::recover(Frame& frame, const Failure& failure) {
    const asl::State& state = x_.state_of(frame);
    const std::vector<asl::Catcher>* catchers = rules_of(state.body).catchers;
    if (catchers == nullptr) return false;
    const bool reported = frame.phase == Phase::failing && frame.reported;
    for (std::uint32_t i = 0; i < catchers->size(); ++i) {
        const asl::Catcher& catcher = (*catchers)[i];
        if (!error_matches(catcher.error_equals, failure, reported, frame.heartbeat_missed))
            continue;
        observe_catch(i, failure);
        if (state.language == asl::QueryLanguage::jsonata) {
            catch_jsonata(frame, i, failure);
            return true;
        }
        // OBSERVED: OutputPath does not touch a caught error's output (docs/observed.md).
        const auto caught = leave_caught(frame, catcher, error_output(failure));
        if (!caught) fail_frame(frame, Failure{caught.error().error, caught.error().cause});
        return true;
    }
    return false;
}

Evaluated<void> Turn::leave_caught(Frame& frame, const asl::Catcher& catcher,
                                   const Payload& error_output) {
    const auto output = merge(catcher.result_path, frame.input, error_output);
    if (!output) return located(frame, output.error());
    auto variables = TRY(assigned(frame, catcher.assign, error_output));
    if (auto fits = check_output(frame, *output); !fits) return fits.error();
    leave(frame, *output, std::move(variables), asl::Transition{catcher.next});
    return {};
}

void Turn::fail_frame(Frame& frame, const Failure& failure) {
    if (x_.closed()) return;
    if (frame.id == frame.parent) return fail_execution(failure, frame.last_event);
    // What follows hangs on the event that failed (recorded: timeouts__service_lambda_map_timeout):
    // the item, its own Task state, the other items with theirs, and what the parent records next.
    const EventId failing_event = frame.last_event;
    Frame& parent = x_.frame(frame.parent);
    const bool own_task = x_.state_of(frame).type() == asl::StateType::task;
    FrameFailed body{failure.error, failure.cause, failing_event};
    if (parent.children->map) {
        record_beside(frame, failing_event, EventType::map_iteration_failed,
                      MapIterationDetails{x_.state_of(parent).name, frame.index}, std::move(body));
    } else {
        note(frame, std::move(body));
    }
    if (own_task)
        record_beside(frame, failing_event, EventType::task_state_aborted, NoDetails{}, Plain{});
    abort_children(parent, failing_event);
}

void Turn::fail_execution(const Failure& failure, EventId previous) {
    close(EventType::execution_failed, FailureDetails{failure.error, failure.cause}, previous);
}

}  // namespace stepwell
