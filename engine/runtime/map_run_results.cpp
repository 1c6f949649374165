#include <algorithm>
#include <utility>

#include "engine/base/state_errors.hpp"
#include "engine/runtime/engine_clock.hpp"
#include "engine/runtime/map_run.hpp"
#include "engine/runtime/pending_inputs.hpp"

// How a Map Run ends: with its results as they are, or exported. Developer Guide, "ResultWriter".
namespace stepwell {
namespace {

/// Children that are read from the store at a time, and about so many bytes of them.
constexpr std::size_t kChildrenAtOnce = 1000;
constexpr std::size_t kBytesAtOnce = std::size_t{1} << 20U;

}  // namespace

void MapRun::finish() {
    if (ending_ || writing_) return;
    const bool exceeded =
        failure_ && failure_->error == state_errors::kExceedToleratedFailureThreshold;
    // Developer Guide, "Redriving Map Runs": one whose parent was stopped writes its results, too.
    if (exports() && !written_ && (!failure_ || exceeded)) return export_results();
    MapRunEnd over;
    over.stop_date = by_.clock.now();
    if (!stopped() && !failure_) gather_results(over);
    if (stopped()) {
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
    if (pending_) {
        over.items_known =
            std::max(progress_.items_known, progress_.items.started() + pending_->items());
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
    out.redrive_count = child.redrive_count;
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
    // The runtime may be gone by then, the store not.
    write.children = [self = shared_from_this(), &store = by_.store](
                         ResultWrite::Which which, ExecutionKey after, std::size_t limit) {
        using enum ExecutionStatus;
        const std::vector<ExecutionStatus> statuses =
            which == ResultWrite::Which::succeeded
                ? std::vector{succeeded}
                : std::vector{ExecutionStatus::failed, timed_out, aborted};
        std::vector<ChildResult> page;
        for (ExecutionRecord& child :
             store.read_children(self->record_.key, statuses, after, limit, kBytesAtOnce))
            page.push_back(self->result_of(std::move(child)));
        return page;
    };
    if (failure_ || stopped()) write.pending = pending_inputs();
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

std::function<ResultWrite::Pending> MapRun::pending_inputs() {
    if (plan_.max_items < 0) return {};
    pending_ =
        std::make_shared<PendingInputs>(plan_, ChildInputs(plan_, definition_, *state_, progress_),
                                        owner_, random_.next(), by_.clock.now());
    // The plan is the run's, so that has to stay.
    return [self = shared_from_this(), pending = pending_](const ResultWrite::ReadPage& read_page) {
        return pending->next(read_page);
    };
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
                                            after, kChildrenAtOnce, kBytesAtOnce);
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

}  // namespace stepwell
