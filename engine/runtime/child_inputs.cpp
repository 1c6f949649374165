#include "engine/runtime/child_inputs.hpp"

#include <utility>

#include "engine/base/state_errors.hpp"
#include "engine/machine/batch.hpp"

namespace stepwell {

ChildInputs::ChildInputs(const MapRunPlan& plan,
                         std::shared_ptr<const asl::StateMachine> definition,
                         const asl::MapState& state, const MapRunProgress& progress)
    : plan_(plan), definition_(std::move(definition)), state_(state), items_(plan, progress) {}

ChildInputs::Next ChildInputs::next() {
    const auto& items = items_.in_hand();
    const auto is_ready = [&](std::size_t at) {
        return items[at].selected || !state_.item_selector;
    };
    if (!plan_.batched) {
        if (items.empty()) return {items_.at_end() ? Need::no_child : Need::page};
        return is_ready(0) ? Next{Need::nothing, 1} : Next{Need::selection};
    }
    const BatchLimits limits(plan_.batch_items, plan_.batch_bytes, plan_.batch_input);
    for (;;) {
        if (limits.full(batch_count_)) break;
        if (batch_count_ == items.size()) {
            if (!items_.at_end()) return {Need::page};
            if (batch_count_ == 0) return {Need::no_child};
            break;
        }
        if (!is_ready(batch_count_)) return {Need::selection, 0, batch_count_};
        const std::size_t bytes = items[batch_count_].value.size() + 1;
        if (!limits.has_room(batch_count_, batch_bytes_, bytes)) break;
        batch_bytes_ += bytes;
        ++batch_count_;
    }
    return {Need::nothing, batch_count_};
}

/// The Context Object with Map.Item. Developer Guide, "Accessing the Context object", "Context
/// object data for Map states".
Json ChildInputs::context_of(std::size_t at) const {
    const MapRunItems::Item& item = items_.in_hand()[at];
    Json about = Json::object();
    about["Index"] = items_.started() + std::int64_t(at);
    if (item.is_pair) about["Key"] = item.value.value().at("Key");
    about["Value"] = item.is_pair ? item.value.value().at("Value") : item.value.value();
    about["Source"] = items_.source_of(item);
    Json map = Json::object();
    map["Item"] = std::move(about);
    Json context = plan_.context.value();
    context["Map"] = std::move(map);
    return context;
}

std::variant<Evaluated<Json>, Question> ChildInputs::selection(std::size_t at, RandomBits& random,
                                                               TimePoint now) const {
    if (const auto* source = std::get_if<Template>(&*state_.item_selector)) {
        const LazyContext lazy([&] { return context_of(at); });
        Variables variables;
        variables.add_scope(plan_.variables);
        const Scope scope{plan_.input.value(), lazy, random, &variables};
        return source->evaluate(scope);
    }
    Question question;
    question.definition = definition_;
    question.values = {&std::get<JsonataValue>(*state_.item_selector)};
    question.input = plan_.input;
    question.context = Payload(context_of(at));
    for (const auto& [name, value] : plan_.variables) question.variables.push_back({name, value});
    question.now = now;
    question.seed = random.next();
    return question;
}

void ChildInputs::selected(std::size_t at, Json value) {
    items_.select(at, Payload(std::move(value)));
}

Evaluated<Json> ChildInputs::value_of(Answer found) {
    if (found) return std::move(found->front());
    return StateError{std::string(state_errors::kQueryEvaluationError), found.error().cause};
}

Payload ChildInputs::input_of(std::size_t count) const {
    const auto& items = items_.in_hand();
    if (!plan_.batched) return items.front().value;
    Json batch = Json::array();
    for (std::size_t i = 0; i < count; ++i) batch.push_back(items[i].value.value());
    return Payload(batch_of(plan_.batch_input, std::move(batch)));
}

void ChildInputs::consume(std::size_t count) {
    items_.consume(count);
    batch_count_ = batch_bytes_ = 0;
}

}  // namespace stepwell
