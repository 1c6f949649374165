#include "engine/runtime/map_run.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "engine/base/state_errors.hpp"
#include "engine/machine/question.hpp"
#include "engine/runtime/definition_cache.hpp"
#include "engine/runtime/engine_clock.hpp"
#include "engine/runtime/execution_keys.hpp"
#include "engine/runtime/messages.hpp"
#include "engine/runtime/records.hpp"
#include "engine/runtime/slow_lane.hpp"

namespace stepwell {
namespace {

/// Children that one write starts, at most, and about so many bytes of their inputs.
constexpr std::size_t kChildrenAtOnce = 200;
constexpr std::size_t kBytesAtOnce = std::size_t{1} << 20U;
/// So many items are in hand, where there are that many, before they are needed.
constexpr std::size_t kReadAhead = 500;
/// What an ItemSelector may take on the thread of the runs before it goes to the slow lane.
constexpr std::chrono::milliseconds kPatience{5};
/// A word to a shard may be lost when its disk fails, so it is said again.
constexpr std::chrono::seconds kSayAgain{5};

bool due(const std::optional<std::chrono::steady_clock::time_point>& last) {
    return !last || std::chrono::steady_clock::now() - *last > kSayAgain;
}

StateError runtime_error(std::string cause) {
    return {std::string(state_errors::kRuntime), std::move(cause)};
}

}  // namespace

MapRun::MapRun(const MapRunSurroundings& by, std::shared_ptr<MapRunQueue> queue,
               MapRunRecord record, std::uint64_t seed)
    : by_(by),
      queue_(std::move(queue)),
      record_(std::move(record)),
      plan_(decode_plan(std::exchange(record_.plan, {}))),
      random_(seed),
      items_(plan_, record_.progress),
      progress_(record_.progress) {
    const auto revision = by_.store.revision_of(record_.execution);
    const auto parent = by_.store.find_execution(record_.execution);
    if (!revision || !parent) throw std::runtime_error("its execution is not stored");
    role_arn_ = revision->role_arn;
    orphan_ = parent->status != ExecutionStatus::running;
    definition_ = by_.definitions.get(*revision, WorkflowType::standard);
    if (plan_.state >= definition_->states.size())
        throw std::runtime_error("its definition lacks the state");
    state_ = std::get_if<asl::MapState>(&definition_->states[plan_.state].body);
    if (state_ == nullptr || !state_->distributed)
        throw std::runtime_error("its state is no distributed Map");
    const auto arn = Arn::parse(record_.state_machine_arn);
    if (!arn) throw std::runtime_error("its state machine has no ARN");
    owner_ = {arn->account, arn->region, arn->partition};
}

template <class Job>
std::function<void()> MapRun::here(Job job) {
    return [self = weak_from_this(), job = std::move(job)]() mutable {
        if (const auto run = self.lock()) {
            job(*run);
            run->queue_->changed(run->record_.key);
        }
    };
}

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
    if (!failure_ && !progress_.stopping && !orphan_) go_on();
    if (!failure_ && !progress_.stopping && !orphan_) return Next::wait;
    if (starting_ || ending_ || redriving_ > 0) return Next::wait;
    if (progress_.executions.running > 0) {
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
        items_.at_end() && items_.in_hand().empty() && progress_.executions.pending_redrive == 0;
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

StateError MapRun::located(StateError error) const {
    error.cause = "An error occurred while executing the state '" +
                  definition_->states[plan_.state].name + "' (entered at the event id #" +
                  std::to_string(plan_.entered_event) + "). " + error.cause;
    return error;
}

/// Developer Guide, "Setting failure thresholds for Distributed Map states": of items, and either
/// threshold is enough. One that is 0 says nothing beside one that is not. A percentage is of all
/// items, so it is known once they have been read.
bool MapRun::exceeds_tolerance() const {
    const std::int64_t failed = progress_.items.unsuccessful();
    if (failed == 0) return false;
    const std::int64_t count = progress_.tolerated_failure_count;
    const double percentage = progress_.tolerated_failure_percentage;
    if (count == 0 && percentage <= 0) return true;
    if (count > 0 && failed > count) return true;
    if (percentage <= 0 || !items_.at_end()) return false;
    return double(failed) * 100.0 > percentage * double(items_.known());
}

void MapRun::stop_children() {
    if (!due(stopped_at_)) return;
    stopped_at_ = std::chrono::steady_clock::now();
    constexpr std::size_t kPage = 1000;
    ExecutionKey before = 0;
    for (;;) {
        const ExecutionPage page = by_.store.list_children(
            record_.key, {.status = ExecutionStatus::running}, before, kPage);
        for (const ExecutionRecord& child : page.executions) by_.stop_child(child.key);
        if (!page.more || page.executions.empty()) return;
        before = page.executions.back().key;
    }
}

// --- items

void MapRun::read_page() {
    if (items_.is_inline()) return items_.take_inline();
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
    read.cursor = items_.next_cursor();
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
    items_.add_page(*std::move(page));
}

/// Whether the item in hand is what its child gets. If not, it is being looked for, or the run has
/// failed.
bool MapRun::select(std::size_t at) {
    MapRunItems::Item& item = items_.in_hand()[at];
    if (item.selected || !state_->item_selector) return true;
    if (selecting_) return false;
    const std::int64_t index = items_.started() + std::int64_t(at);
    Json context = plan_.context.value();
    Json about = Json::object();
    about["Index"] = index;
    about["Value"] = item.value.value();
    about["Source"] = items_.source_of(item);
    Json map = Json::object();
    map["Item"] = std::move(about);
    context["Map"] = std::move(map);
    if (const auto* source = std::get_if<Template>(&*state_->item_selector)) {
        const LazyContext lazy([&] { return context; });
        Variables variables;
        variables.add_scope(plan_.variables);
        const Scope scope{plan_.input.value(), lazy, random_, &variables};
        selected(at, source->evaluate(scope));
        return item.selected;
    }
    Question question;
    question.definition = definition_;
    question.values = {&std::get<JsonataValue>(*state_->item_selector)};
    question.input = plan_.input;
    question.context = Payload(std::move(context));
    for (const auto& [name, value] : plan_.variables) question.variables.push_back({name, value});
    question.now = by_.clock.now();
    question.seed = random_.next();
    const auto value_of = [](Answer found) -> Evaluated<Json> {
        if (found) return std::move(found->front());
        return StateError{std::string(state_errors::kQueryEvaluationError), found.error().cause};
    };
    Answer found = answer(question, kPatience);
    if (found || !found.error().deferred) {
        selected(at, value_of(std::move(found)));
        return item.selected;
    }
    selecting_ = true;
    // Nothing is taken from the front while it is being looked for, but `at` counts from there.
    by_.slow_lane.post(
        std::move(question), weak_from_this(),
        [queue = queue_, self = weak_from_this(), index, value_of](Answer late) {
            const auto run = self.lock();
            if (!run) return;
            auto shared = std::make_shared<Evaluated<Json>>(value_of(std::move(late)));
            queue->post(run->here([shared, index](MapRun& asker) {
                asker.selecting_ = false;
                asker.selected(std::size_t(index - asker.items_.started()), std::move(*shared));
            }));
        });
    return false;
}

void MapRun::selected(std::size_t at, Evaluated<Json> value) {
    if (!value) return fail(located(std::move(value).error()));
    MapRunItems::Item& item = items_.in_hand().at(at);
    item.value = Payload(*std::move(value));
    item.selected = true;
}

std::size_t MapRun::next_batch() {
    auto& items = items_.in_hand();
    if (!plan_.batched) {
        if (items.empty()) {
            if (items_.wants_page(1)) read_page();
            if (items.empty()) return 0;
        }
        return select(0) ? 1 : 0;
    }
    // Developer Guide, "ItemBatcher": never more than a child's input may have.
    const auto most_bytes =
        plan_.batch_bytes > 0
            ? std::min<std::size_t>(std::size_t(plan_.batch_bytes), kMaxPayloadBytes)
            : kMaxPayloadBytes;
    constexpr std::string_view kFrame = R"({"BatchInput":,"Items":[]})";
    std::size_t bytes = kFrame.size() + (plan_.batch_input ? plan_.batch_input->size() : 0);
    std::size_t count = 0;
    for (;; ++count) {
        if (plan_.batch_items > 0 && std::int64_t(count) == plan_.batch_items) return count;
        if (count == items.size()) {
            if (items_.wants_page(count + 1)) read_page();
            if (failure_) return 0;
            if (count == items.size()) return items_.at_end() ? count : 0;
        }
        if (!select(count)) return 0;
        bytes += items[count].value.size() + 1;
        if (bytes > most_bytes && count > 0) return count;
    }
}

Payload MapRun::input_of(std::size_t count) const {
    const auto& items = const_cast<MapRun*>(this)->items_.in_hand();
    if (!plan_.batched) return items.front().value;
    Json input = Json::object();
    if (plan_.batch_input) input["BatchInput"] = plan_.batch_input->value();
    Json batch = Json::array();
    for (std::size_t i = 0; i < count; ++i) batch.push_back(items[i].value.value());
    input["Items"] = std::move(batch);
    return Payload(std::move(input));
}

// --- children

ExecutionRecord MapRun::new_child(const Payload& input, std::size_t items) {
    const TimePoint now = by_.clock.now();
    ExecutionRecord child;
    child.key = by_.keys.next(now);
    child.name = make_uuid(random_);
    child.state_machine_arn = record_.state_machine_arn;
    child.role_arn = role_arn_;
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
    child.item_count = std::int64_t(items);
    return child;
}

/// What is being redriven may be counted twice: that only makes the room smaller.
std::int64_t MapRun::room_for_children() const {
    const std::int64_t most = progress_.max_concurrency > 0
                                  ? std::min(progress_.max_concurrency, kMostChildren)
                                  : kMostChildren;
    return most - progress_.executions.running - redriving_;
}

/// Those that did not succeed before the redrive, in the order of their start, as many as may be
/// under way. New ones come after them: Developer Guide, "Redriving Map Runs".
void MapRun::redrive_children() {
    if (progress_.executions.pending_redrive == 0 || redriving_ > 0) return;
    const std::int64_t room = std::min<std::int64_t>(room_for_children(), kChildrenAtOnce);
    if (room <= 0) return;
    const auto children =
        by_.store.pending_redrives(record_.key, redriven_up_to_, std::size_t(room));
    // Some could not be redriven though they wait: from the first again.
    if (children.empty()) astray_ = true;
    redriving_ = std::int64_t(children.size());
    for (const ExecutionRecord& child : children) {
        redriven_up_to_ = child.key;
        redrive_child(child);
    }
}

void MapRun::redrive_child(const ExecutionRecord& child) {
    const auto report = [queue = queue_, under_way = queue_->under_way(),
                         self = weak_from_this()](Outcome outcome) {
        const auto run = self.lock();
        if (!run) return;
        queue->post(run->here([outcome](MapRun& redriver) { redriver.child_redriven(outcome); }));
    };
    const ExecutionKey key = child.key;
    if (child.type == WorkflowType::express) {
        return by_.store.redrive_child(record_.key, key, ChildRedrive::begins_anew,
                                       [report, key, wake = by_.wake_child](Outcome outcome) {
                                           if (outcome == Outcome::committed) wake(key);
                                           report(outcome);
                                       });
    }
    by_.redrive_child(key,
                      [report, key, run = record_.key, &store = by_.store](RedriveEnded ended) {
                          if (ended.outcome != Outcome::committed) return report(ended.outcome);
                          // What runs, or has succeeded, is not waiting.
                          if (ended.redrivability == Redrivability::redrivable ||
                              ended.redrivability == Redrivability::running ||
                              ended.redrivability == Redrivability::succeeded)
                              return report(Outcome::committed);
                          store.redrive_child(run, key, ChildRedrive::not_redrivable, report);
                      });
}

void MapRun::child_redriven(Outcome outcome) {
    --redriving_;
    // Nobody knows, or it could not be stored: begin again from what is.
    if (outcome != Outcome::committed && outcome != Outcome::conflict) astray_ = true;
}

/// One batch of the store: the children, and how far the reading is.
void MapRun::start_children() {
    if (starting_ || progress_.executions.pending_redrive > 0) return;
    const std::int64_t room = room_for_children();
    ChildrenStart start;
    start.run = record_.key;
    start.after = progress_.executions.started();
    std::size_t items = 0;
    std::size_t bytes = 0;
    std::size_t last = 0;  // items of the child before, which are still in hand
    MapRunItems::Place place;
    while (std::int64_t(start.children.size()) < room && start.children.size() < kChildrenAtOnce &&
           bytes < kBytesAtOnce) {
        const std::size_t count = next_batch();
        if (failure_) return;
        if (count == 0) break;
        Payload input = input_of(count);
        if (input.size() > kMaxPayloadBytes) {
            return fail({std::string(state_errors::kDataLimitExceeded),
                         "The state/task '" + definition_->states[plan_.state].name +
                             "' returned a result with a size exceeding the maximum number of "
                             "bytes service limit."});
        }
        place = items_.place_after(count);
        last = count;
        bytes += input.size();
        items += count;
        start.children.push_back(new_child(input, count));
        items_.consume(last);
    }
    if (items_.wants_page(kReadAhead)) read_page();
    if (failure_ || start.children.empty()) return;
    start.cursor = place.cursor;
    start.skip = place.skip;
    start.read_to_end = items_.at_end();
    start.items_known = items_.is_inline() ? progress_.items_known : items_.known();
    starting_ = true;
    auto children = std::make_shared<std::vector<ExecutionRecord>>(start.children);
    by_.store.start_children(std::move(start), [queue = queue_, under_way = queue_->under_way(),
                                                self = weak_from_this(), children,
                                                definition = definition_, flow = state_->processor,
                                                label = record_.label,
                                                begins = by_.child_begins](Outcome outcome) {
        const auto run = self.lock();
        if (!run) return;
        if (outcome == Outcome::committed) {
            for (ExecutionRecord& child : *children) {
                ChildBegins begin;
                begin.info = info_of(std::move(child), definition);
                begin.info.flow = flow;
                begin.info.label = label;
                begins(std::move(begin));
            }
        }
        queue->post(run->here([outcome](MapRun& starter) { starter.children_stored(outcome); }));
    });
}

void MapRun::children_stored(Outcome outcome) {
    starting_ = false;
    if (outcome == Outcome::committed) return;
    if (outcome == Outcome::not_found) return fail(runtime_error("The state machine is deleted."));
    // What is in hand is ahead of what is stored, or nobody knows: begin again from there.
    astray_ = true;
}

/// Those whose start was stored though nobody was told so.
void MapRun::wake_children() {
    constexpr std::size_t kPage = 1000;
    ExecutionKey before = 0;
    for (;;) {
        const ExecutionPage page = by_.store.list_children(
            record_.key, {.status = ExecutionStatus::running}, before, kPage);
        for (const ExecutionRecord& child : page.executions) by_.wake_child(child.key);
        if (!page.more || page.executions.empty()) return;
        before = page.executions.back().key;
    }
}

// --- the end

void MapRun::finish() {
    if (ending_ || writing_) return;
    const bool stopped = progress_.stopping || orphan_;
    const bool exceeded =
        failure_ && failure_->error == state_errors::kExceedToleratedFailureThreshold;
    if (!stopped && exports() && !written_ && (!failure_ || exceeded)) return export_results();
    MapRunEnd over;
    over.stop_date = by_.clock.now();
    if (!stopped && !failure_) gather_results(over);
    if (stopped) {
        over.status = MapRunStatus::aborted;
    } else if (failure_) {
        over.status = MapRunStatus::failed;
        over.error = failure_->error;
        over.cause = failure_->cause;
        over.output.reset();
    }
    if (over.output || (written_ && written_->is_object())) {
        over.results_written = progress_.executions.started();
        over.item_results_written = progress_.items.started();
    }
    end(std::move(over));
}

bool MapRun::exports() const { return plan_.writer && plan_.writer->value().contains("Resource"); }

ChildResult MapRun::result_of(ExecutionRecord child) const {
    ChildResult out;
    out.key = child.key;
    out.status = child.status;
    out.execution_arn = std::move(child.arn);
    out.name = std::move(child.name);
    out.state_machine_arn = record_.state_machine_arn + '/' + record_.label;
    out.input = std::move(child.input);
    out.output = std::move(child.output);
    out.error = std::move(child.error);
    out.cause = std::move(child.cause);
    out.start_date = child.start_date;
    out.stop_date = child.stop_date;
    return out;
}

void MapRun::export_results() {
    if (by_.writer == nullptr) {
        written_ = Json();
        return fail(
            {std::string(state_errors::kResultWriterFailed),
             "This server writes no objects: start it with --s3-folder DIR or --s3-endpoint URL"});
    }
    writing_ = true;
    ResultWrite write;
    write.writer = plan_.writer->value();
    write.owner = owner_;
    write.map_run_arn = record_.arn;
    // The run may be gone, the store not: it outlives whoever writes.
    write.children = [self = shared_from_this()](ResultWrite::Which which, ExecutionKey after,
                                                 std::size_t limit) {
        std::vector<ChildResult> page;
        for (ExecutionRecord& child : self->by_.store.read_children(
                 self->record_.key,
                 which == ResultWrite::Which::succeeded
                     ? std::vector{ExecutionStatus::succeeded}
                     : std::vector{ExecutionStatus::failed, ExecutionStatus::timed_out,
                                   ExecutionStatus::aborted},
                 after, limit, kBytesAtOnce))
            page.push_back(self->result_of(std::move(child)));
        return page;
    };
    stop_writing_ = by_.writer->write(
        std::move(write), [queue = queue_, self = weak_from_this()](Evaluated<Json> details) {
            const auto run = self.lock();
            if (!run) return;
            auto shared = std::make_shared<Evaluated<Json>>(std::move(details));
            queue->post(run->here([shared](MapRun& writer) {
                writer.writing_ = false;
                writer.stop_writing_ = nullptr;
                writer.written_ = *shared ? std::move(**shared) : Json();
                if (!*shared) writer.fail(std::move(*shared).error());
            }));
        });
}

void MapRun::gather_results(MapRunEnd& over) {
    if (exports()) {
        Json output = Json::object();
        output["MapRunArn"] = record_.arn;
        output["ResultWriterDetails"] = *written_;
        over.output = write_json(output);
        return;
    }
    Transformation transformation = Transformation::compact;
    if (plan_.writer) {
        const Json& config = plan_.writer->value().at("WriterConfig");
        const auto name = config.find("Transformation");
        if (name != config.end() && name->is_string()) {
            transformation =
                transformation_of(name->get_ref<const std::string&>()).value_or(transformation);
        }
    }
    std::string output = "[";
    ExecutionKey after = 0;
    for (;;) {
        auto page = by_.store.read_children(record_.key,
                                            {ExecutionStatus::succeeded, ExecutionStatus::failed,
                                             ExecutionStatus::timed_out, ExecutionStatus::aborted},
                                            after, 1000, kBytesAtOnce);
        if (page.empty()) break;
        after = page.back().key;
        for (ExecutionRecord& child : page) {
            for (const Json& result : transformed(result_of(std::move(child)), transformation)) {
                if (output.size() > 1) output += ',';
                output += write_json(result);
            }
            if (output.size() < kMaxPayloadBytes) continue;
            return fail({std::string(state_errors::kDataLimitExceeded),
                         "The state/task '" + definition_->states[plan_.state].name +
                             "' returned a result with a size exceeding the maximum number of "
                             "bytes service limit."});
        }
    }
    over.output = std::move(output) + ']';
}

void MapRun::end(MapRunEnd over) {
    ending_ = true;
    by_.store.end_map_run(record_.key, std::move(over),
                          [queue = queue_, under_way = queue_->under_way(),
                           self = weak_from_this()](Outcome outcome) {
                              const auto run = self.lock();
                              if (!run) return;
                              queue->post(run->here([outcome](MapRun& ended) {
                                  ended.ending_ = false;
                                  ended.astray_ = outcome == Outcome::overloaded ||
                                                  outcome == Outcome::discarded;
                              }));
                          });
}

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
