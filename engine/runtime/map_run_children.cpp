#include <algorithm>
#include <utility>
#include <variant>

#include "engine/base/state_errors.hpp"
#include "engine/machine/question.hpp"
#include "engine/machine/recorded_test_case.hpp"
#include "engine/runtime/engine_clock.hpp"
#include "engine/runtime/execution_keys.hpp"
#include "engine/runtime/map_run.hpp"
#include "engine/runtime/messages.hpp"
#include "engine/runtime/records.hpp"
#include "engine/runtime/slow_lane.hpp"

// From items to children. Developer Guide, "ItemSelector" and "ItemBatcher".
namespace stepwell {
namespace {

/// Children that one write starts, at most, and about so many bytes of their inputs.
constexpr std::size_t kChildrenAtOnce = 200;
constexpr std::size_t kBytesAtOnce = std::size_t{1} << 20U;
/// So many items are in hand, where there are that many, before they are needed.
constexpr std::size_t kReadAhead = 500;
/// What an ItemSelector may take on the thread of the runs before it goes to the slow lane.
constexpr std::chrono::milliseconds kPatience{5};

}  // namespace

void MapRun::read_page() {
    if (items().is_inline()) return items().take_inline();
    if (reading_) return;
    if (plan_.max_items < 0) {
        return fail(
            {std::string(state_errors::kItemReaderFailed), "field MaxItems must be positive"});
    }
    if (by_.reader == nullptr) {
        return fail(
            {std::string(state_errors::kItemReaderFailed),
             "This server reads no objects: start it with --s3-folder DIR or --s3-endpoint URL"});
    }
    reading_ = true;
    ItemRead read;
    read.reader = plan_.reader->value();
    read.owner = owner_;
    read.cursor = items().next_cursor();
    stop_reading_ = by_.reader->read(std::move(read), [queue = queue_, self = weak_from_this()](
                                                          Evaluated<ItemPage> page) {
        const auto run = self.lock();
        if (!run) return;
        auto shared = std::make_shared<Evaluated<ItemPage>>(std::move(page));
        queue->post(run->here([shared](MapRun& reader) { reader.page_read(std::move(*shared)); }));
    });
}

void MapRun::page_read(Evaluated<ItemPage> page) {
    reading_ = false;
    stop_reading_ = nullptr;
    if (!page) return fail(std::move(page).error());
    items().add_page(*std::move(page));
}

/// At once where that does not take long; else what is found comes later.
void MapRun::select(std::size_t at) {
    if (selecting_) return;
    auto selection = inputs_->selection(at, random_, by_.clock.now());
    if (auto* value = std::get_if<Evaluated<Json>>(&selection))
        return selected(at, std::move(*value));
    Question& question = std::get<Question>(selection);
    Answer found = answer(question, kPatience);
    if (found || !found.error().deferred)
        return selected(at, ChildInputs::value_of(std::move(found)));
    selecting_ = true;
    // Nothing is taken from the front while it is being looked for, but `at` counts from there.
    const std::int64_t index = items().started() + std::int64_t(at);
    by_.slow_lane.post(
        std::move(question), weak_from_this(),
        [queue = queue_, self = weak_from_this(), index](Answer late) {
            const auto run = self.lock();
            if (!run) return;
            auto shared = std::make_shared<Evaluated<Json>>(ChildInputs::value_of(std::move(late)));
            queue->post(run->here([shared, index](MapRun& asker) {
                asker.selecting_ = false;
                asker.selected(std::size_t(index - asker.items().started()), std::move(*shared));
            }));
        });
}

void MapRun::selected(std::size_t at, Evaluated<Json> value) {
    if (!value) return fail(located(std::move(value).error()));
    inputs_->selected(at, *std::move(value));
}

std::size_t MapRun::next_batch() {
    while (!failure_ && !selecting_) {
        const ChildInputs::Next next = inputs_->next();
        switch (next.need) {
            case ChildInputs::Need::nothing:
                return next.count;
            case ChildInputs::Need::no_child:
                return 0;
            case ChildInputs::Need::selection:
                select(next.at);
                break;
            case ChildInputs::Need::page:
                read_page();
                if (!items().is_inline()) return 0;
                break;
        }
    }
    return 0;
}

ExecutionRecord MapRun::new_child(const Payload& input, std::size_t count) {
    const TimePoint now = by_.clock.now();
    ExecutionRecord child;
    child.key = by_.keys.next(now);
    child.name = make_uuid(random_);
    child.state_machine_arn = record_.state_machine_arn;
    child.role_arn = role_arn_;
    child.test_case = test_case_of_child(
        test_case_, plan_.batched ? std::nullopt : std::optional(items().started()));
    Arn arn = Arn::parse(record_.state_machine_arn).value();
    const std::string name =
        arn.resource.substr(arn.resource.find(':') + 1) + '/' + record_.label + ':' + child.name;
    arn.resource = record_.type == WorkflowType::standard
                       ? "execution:" + name
                       : "express:" + name + ':' + make_uuid(random_);
    child.arn = arn.text();
    child.type = record_.type;
    child.start_date = now;
    child.input = input.text();
    child.wake_at = TimePoint{};
    child.map_run = record_.key;
    child.item_count = std::int64_t(count);
    return child;
}

/// What is being redriven may be counted twice: that only makes the room smaller.
std::int64_t MapRun::room_for_children() const {
    const std::int64_t most = progress_.max_concurrency > 0
                                  ? std::min(progress_.max_concurrency, kMostChildren)
                                  : kMostChildren;
    return most - progress_.executions.running - redriving_;
}

/// Gives the items in hand to as many children as there may be, and says where a restart goes on.
void MapRun::fill(ChildrenStart& start) {
    const std::int64_t room = room_for_children();
    std::size_t bytes = 0;
    while (std::int64_t(start.children.size()) < room && start.children.size() < kChildrenAtOnce &&
           bytes < kBytesAtOnce) {
        const std::size_t count = next_batch();
        if (count == 0) return;
        const Payload input = inputs_->input_of(count);
        if (input.size() > kMaxPayloadBytes) {
            return fail({std::string(state_errors::kDataLimitExceeded),
                         "The state/task '" + definition_->states[plan_.state].name +
                             "' returned a result with a size exceeding the maximum number of "
                             "bytes service limit."});
        }
        bytes += input.size();
        auto place = items().place_after(count);
        start.cursor = std::move(place.cursor);
        start.skip = place.skip;
        start.children.push_back(new_child(input, count));
        inputs_->consume(count);
    }
}

/// One batch of the store: the children, and how far the reading is.
void MapRun::start_children() {
    if (starting_ || progress_.executions.pending_redrive > 0) return;
    ChildrenStart start;
    start.run = record_.key;
    start.after = progress_.executions.started();
    fill(start);
    if (!failure_ && items().wants_page(kReadAhead)) read_page();
    if (failure_ || start.children.empty()) return;
    start.read_to_end = items().at_end();
    // A run that failed or was stopped may know of more than it has read since it was redriven.
    start.items_known = items().is_inline() ? progress_.items_known
                        : items().at_end()  ? items().known()
                                            : std::max(items().known(), progress_.items_known);
    starting_ = true;
    auto children = std::make_shared<std::vector<ExecutionRecord>>(start.children);
    by_.store.start_children(std::move(start), [queue = queue_, under_way = queue_->under_way(),
                                                self = weak_from_this(), children,
                                                definition = definition_, flow = state_->processor,
                                                label = record_.label, logging = logging_,
                                                begins = by_.child_begins](Outcome outcome) {
        const auto run = self.lock();
        if (!run) return;
        if (outcome == Outcome::committed) {
            for (ExecutionRecord& child : *children) {
                ChildBegins begin;
                begin.info = info_of(std::move(child), definition);
                begin.info.flow = flow;
                begin.info.label = label;
                begin.logging = logging;
                begins(std::move(begin));
            }
        }
        queue->post(run->here([outcome](MapRun& starter) { starter.children_stored(outcome); }));
    });
}

void MapRun::children_stored(Outcome outcome) {
    starting_ = false;
    if (outcome == Outcome::committed) return;
    if (outcome == Outcome::not_found)
        return fail({std::string(state_errors::kRuntime), "The state machine is being deleted"});
    // What is in hand is ahead of what is stored, or nobody knows: begin again from there.
    astray_ = true;
}

}  // namespace stepwell
