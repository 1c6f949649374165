#include "engine/machine/trial.hpp"

#include <cmath>
#include <utility>

#include "engine/base/state_errors.hpp"
#include "engine/machine/batch.hpp"
#include "engine/machine/turn.hpp"

// TestState. API Reference, "TestState"; Developer Guide, "Testing state machines with TestState
// API".
namespace stepwell {
namespace {

/// The inputs of the children that batches make.
Json batches_of(const Json& items, const Trial::Batches& batches) {
    const BatchLimits limits(batches.most_items, batches.most_bytes, batches.input);
    Json out = Json::array();
    Json batch = Json::array();
    std::size_t bytes = 0;
    const auto end_batch = [&] {
        out.push_back(batch_of(batches.input, std::exchange(batch, Json::array())));
        bytes = 0;
    };
    for (const Json& item : items) {
        const std::size_t more = write_json(item).size() + 1;
        if (limits.full(batch.size()) || !limits.has_room(batch.size(), bytes, more)) end_batch();
        batch.push_back(item);
        bytes += more;
    }
    if (!batch.empty()) end_batch();
    return out;
}

}  // namespace

/// OBSERVED: where a Pass has a Result, TestState shows that and none of what leads to it
/// (docs/observed.md).
void Turn::observe_pass(const asl::PassState& state, const Payload& parameters) {
    TrialData& data = trial()->data;
    if (state.result) {
        data.after_input_path.reset();
        data.result = *state.result;
    } else {
        data.after_parameters = parameters;
    }
}

/// The mock stands for the call of a task or for the branches or items.
void Turn::give_mock(Frame& frame, const TrialMock& mock) {
    const asl::StateType type = x_.state_of(frame).type();
    if (type == asl::StateType::task) {
        if (mock.result) return task_succeeded(frame, *mock.result);
        return task_failed(frame, Failure{mock.error, mock.cause});
    }
    if (!mock.result) return settle(frame, Failure{mock.error, mock.cause});
    if (mock.result->size() > kMaxPayloadBytes)
        return state_failed(frame, too_large(x_.state_of(frame).name));
    record_beside(frame, frame.last_event,
                  type == asl::StateType::map ? EventType::map_state_succeeded
                                              : EventType::parallel_state_succeeded,
                  NoDetails{}, ChildrenDone{*mock.result});
}

/// The literal ones; those that are computed are noted where that is done.
void Turn::observe_limits(const asl::MapState& state, std::int64_t max_concurrency) {
    TrialData& data = trial()->data;
    data.max_concurrency = max_concurrency;
    if (const auto* count = std::get_if<std::int64_t>(&state.tolerated_failure_count))
        data.tolerated_failure_count = *count;
    if (const auto* percentage = std::get_if<double>(&state.tolerated_failure_percentage))
        data.tolerated_failure_percentage = *percentage;
}

void Turn::try_map(Frame& frame, const asl::MapState& state, const Payload& items,
                   const Payload& input) {
    if (!trial()->reads_items || trial()->items_read) trial()->item_count = items.value().size();
    if (state.item_selector) {
        trial()->selection = Trial::Selection{.items = items, .input = input};
    } else {
        observe_batches(items);
    }
    go_on_trying_items(frame);
}

void Turn::go_on_trying_items(Frame& frame) {
    const auto seen = observe_item_selector(frame);
    if (!seen) return;
    trial()->selection.reset();
    if (!*seen) return state_failed(frame, located(frame, seen->error()));
    const TrialMock& mock = *trial()->mock;
    if (mock.result && over_tolerance()) {
        return state_failed(frame, {std::string(state_errors::kExceedToleratedFailureThreshold),
                                    "The specified tolerated failure threshold was exceeded"});
    }
    give_mock(frame, mock);
}

std::optional<Evaluated<void>> Turn::observe_item_selector(Frame& frame) {
    const Evaluated<void> done;
    if (!trial()->selection) return done;
    Trial::Selection& selection = *trial()->selection;
    const Json& items = selection.items.value();
    while (selection.selected.size() < items.size()) {
        const std::size_t index = selection.selected.size();
        auto item = tried_item(frame, static_cast<std::uint32_t>(index), items[index]);
        if (!item) return std::nullopt;
        if (!*item) return Evaluated<void>(item->error());
        // More than an answer may show is not gathered: a small Map could ask for gigabytes.
        selection.bytes += write_json(**item).size() + 1;
        if (selection.bytes > kMaxPayloadBytes) return done;
        selection.selected.push_back(std::move(**item));
    }
    trial()->data.after_item_selector = Payload(std::move(selection.selected));
    observe_batches(*trial()->data.after_item_selector);
    return done;
}

void Turn::try_batches(MapRunPlan&& plan) {
    trial()->batches = Trial::Batches{.most_items = plan.batch_items,
                                      .most_bytes = plan.batch_bytes,
                                      .input = std::move(plan.batch_input)};
}

void Turn::observe_batches(const Payload& items) {
    if (!trial()->batches || !items.value().is_array()) return;
    const Trial::Batches& batches = *trial()->batches;
    // More than an answer may show is not gathered: BatchInput stands in each of them.
    const std::size_t inputs = batches.input ? batches.input->size() * items.value().size() : 0;
    if (items.size() > kMaxPayloadBytes || inputs > kMaxPayloadBytes) return;
    trial()->data.after_item_batcher = Payload(batches_of(items.value(), batches));
}

std::optional<Evaluated<Json>> Turn::tried_item(Frame& frame, std::uint32_t index,
                                                const Json& item) {
    const auto& state = std::get<asl::MapState>(x_.state_of(frame).body);
    const ItemInContext about = std::pair(index, &item);
    if (const auto* source = std::get_if<Template>(&*state.item_selector)) {
        const FrameScope scope(x_, frame, random_, trial()->selection->input.value(), about);
        return source->evaluate(scope);
    }
    const auto& field = std::get<JsonataValue>(*state.item_selector);
    auto answered =
        ask(frame, {QuestionKey::Kind::tried_item, index}, question(frame, {&field}, about));
    if (!answered) return std::nullopt;
    forget_answers(frame.id);
    if (*answered) return Evaluated<Json>(std::move((*answered)->front()));
    return Evaluated<Json>(
        StateError{std::string(state_errors::kQueryEvaluationError), answered->error().cause});
}

/// OBSERVED: a threshold that the state does not name tolerates everything here (docs/observed.md).
bool Turn::over_tolerance() const {
    const TrialData& data = trial()->data;
    const std::int64_t failed = trial()->failed_items.value_or(0);
    if (failed == 0) return false;
    if (data.tolerated_failure_count && failed > *data.tolerated_failure_count) return true;
    const auto items = static_cast<double>(trial()->item_count.value_or(0));
    return data.tolerated_failure_percentage &&
           static_cast<double>(failed) * 100.0 > *data.tolerated_failure_percentage * items;
}

/// Where an execution would wait and try again, a trial ends.
void Turn::end_with_retry(Frame& frame, double delay_millis, const Failure& failure) {
    trial()->retriable = true;
    trial()->data.retry_backoff_seconds = static_cast<std::int64_t>(delay_millis / 1000.0);
    fail_frame(frame, failure);
}

void Turn::observe_catch(std::size_t catcher, const Failure& failure) {
    if (trial() == nullptr) return;
    trial()->caught = true;
    trial()->data.catch_index = static_cast<std::uint32_t>(catcher);
    trial()->error = failure.error;
    trial()->cause = failure.cause;
}

}  // namespace stepwell
