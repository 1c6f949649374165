#include "engine/runtime/map_run.hpp"

#include <stdexcept>
#include <utility>

#include "engine/base/state_errors.hpp"
#include "engine/machine/recorded_test_case.hpp"
#include "engine/runtime/definition_cache.hpp"
#include "engine/runtime/messages.hpp"

namespace stepwell {
namespace {

/// A word to a shard may be lost when its disk fails, so it is said again.
constexpr std::chrono::seconds kSayAgain{5};

bool due(const std::optional<std::chrono::steady_clock::time_point>& last) {
    return !last || std::chrono::steady_clock::now() - *last > kSayAgain;
}

}  // namespace

MapRun::MapRun(const MapRunSurroundings& by, std::shared_ptr<MapRunQueue> queue,
               MapRunRecord record, std::uint64_t seed)
    : by_(by),
      queue_(std::move(queue)),
      record_(std::move(record)),
      plan_(decode_plan(std::exchange(record_.plan, {}))),
      random_(seed),
      progress_(record_.progress) {
    const auto revision = by_.store.revision_of(record_.execution);
    const auto parent = by_.store.find_execution(record_.execution);
    if (!revision || !parent) throw std::runtime_error("its execution is not stored");
    role_arn_ = revision->role_arn;
    test_case_ = read_test_case(parent->test_case, parent->map_run != 0).name;
    look_at_parent();
    definition_ = by_.definitions.get(*revision, WorkflowType::standard);
    logging_ = parse_event_logging(revision->logging_configuration);
    if (plan_.state >= definition_->states.size())
        throw std::runtime_error("its definition lacks the state");
    state_ = std::get_if<asl::MapState>(&definition_->states[plan_.state].body);
    if (state_ == nullptr || !state_->distributed)
        throw std::runtime_error("its state is no distributed Map");
    inputs_.emplace(plan_, definition_, *state_, record_.progress);
    if (progress_.status == MapRunStatus::running && record_.error) {
        failure_ = StateError{*record_.error, record_.cause.value_or("")};
        failure_stored_ = true;
    }
    const auto arn = Arn::parse(record_.state_machine_arn);
    if (!arn) throw std::runtime_error("its state machine has no ARN");
    owner_ = {arn->account, arn->region, arn->partition};
}

void MapRun::look_at_parent() { unwanted_ = by_.store.map_run_unwanted(record_.key); }

MapRun::Next MapRun::look() {
    if (astray_) return Next::begin_again;
    const auto progress = by_.store.map_run_progress(record_.key);
    if (!progress || progress->settled) return Next::forget;
    progress_ = *progress;
    if (progress_.redrive_count != record_.progress.redrive_count) return Next::redriven;
    if (progress_.status != MapRunStatus::running) {
        tell_parent();
        return Next::wait_and_look;
    }
    if (!failure_ && !stopped()) go_on();
    if (!failure_ && !stopped()) return Next::wait;
    if (starting_ || ending_ || storing_failure_ || redriving_ > 0) return Next::wait;
    if (progress_.executions.running > 0) {
        if (!stopped() && !failure_stored_) {
            store_failure();
            return Next::wait;
        }
        stop_children();
    } else {
        finish();
    }
    return Next::wait_and_look;
}

/// What there is to do while nothing stands against it.
void MapRun::go_on() {
    if (exceeds_tolerance()) {
        return fail({std::string(state_errors::kExceedToleratedFailureThreshold),
                     "The specified tolerated failure threshold was exceeded"});
    }
    redrive_children();
    start_children();
    if (failure_) return;
    const bool all_started =
        items().at_end() && items().in_hand().empty() && progress_.executions.pending_redrive == 0;
    const bool idle = !starting_ && redriving_ == 0 && progress_.executions.running == 0;
    if (all_started && idle) finish();
}

void MapRun::give_up() {
    if (stop_reading_) std::exchange(stop_reading_, nullptr)();
    if (stop_writing_) std::exchange(stop_writing_, nullptr)();
}

void MapRun::fail(StateError error) {
    if (!failure_) failure_ = std::move(error);
}

/// Before a child is stopped for it: a restart would take those that were stopped for failures of
/// their own, and know no other.
void MapRun::store_failure() {
    storing_failure_ = true;
    by_.store.fail_map_run(
        record_.key, failure_->error, failure_->cause,
        [queue = queue_, under_way = queue_->under_way(),
         self = weak_from_this()](Outcome outcome) {
            const auto run = self.lock();
            if (!run) return;
            queue->post(run->here([outcome](MapRun& failed) {
                failed.storing_failure_ = false;
                failed.failure_stored_ = true;
                if (outcome == Outcome::overloaded || outcome == Outcome::discarded)
                    failed.astray_ = true;
            }));
        });
}

StateError MapRun::located(StateError error) const {
    error.cause = "An error occurred while executing the state '" +
                  definition_->states[plan_.state].name + "' (entered at the event id #" +
                  std::to_string(plan_.entered_event) + "). " + error.cause;
    return error;
}

/// Developer Guide, "Setting failure thresholds for Distributed Map states": of items, and either
/// threshold is enough. DIFFERS (docs/differences.md): one that is 0 says nothing beside one that
/// is not. A percentage is of all items, so it is known once they have been read.
bool MapRun::exceeds_tolerance() const {
    const std::int64_t failed = progress_.items.unsuccessful();
    if (failed == 0) return false;
    const std::int64_t count = progress_.tolerated_failure_count;
    const double percentage = progress_.tolerated_failure_percentage;
    if (count == 0 && percentage <= 0) return true;
    if (count > 0 && failed > count) return true;
    if (percentage <= 0 || !items().at_end()) return false;
    return double(failed) * 100.0 > percentage * double(items().known());
}

void MapRun::for_each_running_child(const std::function<void(ExecutionKey)>& visit) {
    constexpr std::size_t kPage = 1000;
    ExecutionKey before = 0;
    for (;;) {
        const ExecutionPage page = by_.store.list_children(
            record_.key, {.status = ExecutionStatus::running}, before, kPage);
        for (const ExecutionRecord& child : page.executions) visit(child.key);
        if (!page.more || page.executions.empty()) return;
        before = page.executions.back().key;
    }
}

/// Developer Guide, "Redriving Map Runs": after its parent stops or times out a Map Run "might
/// still be canceling in progress child workflow executions of type Standard, or waiting for child
/// workflow executions of type Express to complete": those take five minutes at most. A restart
/// does not begin them again (Shard::come_back).
void MapRun::stop_children() {
    if (record_.type == WorkflowType::express || !due(stopped_at_)) return;
    stopped_at_ = std::chrono::steady_clock::now();
    for_each_running_child(by_.stop_child);
}

/// Those whose start was stored though nobody was told so.
void MapRun::wake_children() { for_each_running_child(by_.wake_child); }

void MapRun::tell_parent() {
    if (!due(told_at_)) return;
    told_at_ = std::chrono::steady_clock::now();
    const auto record = by_.store.find_map_run(record_.key);
    if (!record) return;
    MapRunOverInput over;
    over.parent = record_.execution;
    over.arn = record_.arn;
    if (record->output) {
        over.result = Payload::from_text(*record->output);
    } else {
        over.result = StateError{record->error.value_or(std::string(state_errors::kRuntime)),
                                 record->cause.value_or("")};
    }
    by_.tell_parent(std::move(over));
}

}  // namespace stepwell
