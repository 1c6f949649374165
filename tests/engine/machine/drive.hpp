#pragma once

#include <functional>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "engine/asl/parser.hpp"
#include "engine/base/overloaded.hpp"
#include "engine/machine/advance.hpp"

namespace stepwell::test {

/// Whether the execution is thrown away and folded again from its stored journal after every Step.
enum class Cut { never, after_every_step };

/// Drives the interpreter by hand: a clock that stands still until told, and tasks that answer as
/// scripted. After every Step its entries are encoded, decoded and folded, and must give what
/// `advance` left.
class Drive {
public:
    using Answer = std::function<std::optional<TaskResult>(const TaskCall&)>;

    explicit Drive(std::string_view definition, std::string_view input = "{}", Cut cut = Cut::never,
                   asl::WorkflowType type = asl::WorkflowType::standard,
                   double wait_time_scale = 1.0, std::string test_case = {})
        : cut_(cut) {
        auto parsed = asl::parse(definition, type);
        if (!parsed.machine)
            throw std::invalid_argument(asl::invalid_definition_message(parsed.diagnostics));
        info_.key = 7;
        info_.arn = "arn:aws:states:us-east-1:123456789012:execution:m:e";
        info_.name = "e";
        info_.role_arn = "arn:aws:iam::123456789012:role/r";
        info_.state_machine_arn = "arn:aws:states:us-east-1:123456789012:stateMachine:m";
        info_.state_machine_name = "m";
        info_.account = "123456789012";
        info_.region = "us-east-1";
        info_.type = type;
        info_.start_time = now;
        info_.input = Payload::from_text(std::string(input));
        info_.definition = parsed.machine;
        info_.tokens = std::make_shared<TokenMint>(std::string(32, 'k'));
        info_.wait_time_scale = wait_time_scale;
        info_.test_case = std::move(test_case);
        execution = std::make_unique<Execution>(info_);
    }

    /// How tasks end: asked for each call; without a value the call stays open.
    Answer answer = [](const TaskCall&) { return std::nullopt; };
    TimePoint now = TimePoint{Seconds{1'700'000'000}};
    const ActivityDirectory* activities = nullptr;
    const MockDirectory* mocks = nullptr;
    std::unique_ptr<Execution> execution;
    std::vector<Entry> journal;
    std::vector<StartTask> calls;  ///< open calls, oldest first
    std::vector<CancelTask> cancelled;
    std::vector<StopJob> stopped_jobs;
    std::vector<QueueTask> queue;  ///< tasks that wait for a worker, oldest first
    std::vector<StartTask> all_calls;
    std::vector<std::shared_ptr<const MapRunPlan>> map_runs;  ///< that began, oldest first
    std::vector<std::string> stopped_map_runs;
    std::vector<std::string> redriven_map_runs;
    std::vector<std::string> settled_map_runs;

    Drive& begin() { return deliver(Begin{}); }

    /// Delivers an input, then turns and answered calls until nothing happens at this time.
    Drive& deliver(InputBody body) {
        accepted = take(std::move(body));
        settle();
        return *this;
    }
    /// A worker takes the oldest task that waits for one.
    Drive& worker_comes(const std::string& name = "worker") {
        const QueueTask task = queue.front();
        queue.erase(queue.begin());
        return deliver(WorkerCame{task.frame, task.scheduled, name});
    }
    Drive& advance(Milliseconds time) {
        const TimePoint until = now + time;
        for (auto next = execution->next_timer(); next && *next <= until;
             next = execution->next_timer()) {
            now = std::max(now, *next);
            deliver(GoOn{});
        }
        now = until;
        return *this;
    }
    Drive& run_to_end() {
        begin();
        for (int i = 0; i < 100'000 && !execution->closed(); ++i) {
            const auto next = execution->next_timer();
            if (!next) break;
            now = std::max(now, *next);
            deliver(GoOn{});
        }
        return *this;
    }
    bool accepted = true;

    /// The history, a line per event: `id previous Type[ name][ index][ error]`.
    std::vector<std::string> history() const {
        std::vector<std::string> lines;
        for (const Entry& entry : journal) {
            if (entry.event) lines.push_back(line(*entry.event));
        }
        return lines;
    }
    const HistoryEvent& event(EventId id) const {
        for (const Entry& entry : journal) {
            if (entry.event && entry.event->id == id) return *entry.event;
        }
        throw std::out_of_range("no such event");
    }
    std::string output() const { return execution->output ? execution->output->text() : "none"; }

    /// What a fold must reproduce.
    static std::string digest(const Execution& x) {
        std::string out = std::to_string(int(x.status)) + " e" + std::to_string(x.last_event) +
                          " s" + std::to_string(x.last_sequence) + " n" +
                          std::to_string(x.next_frame) + " c" + std::to_string(x.calls) + " v" +
                          std::to_string(x.variable_bytes) + " d" +
                          std::to_string(x.redrive_count) + " r";
        for (FrameId id : x.ready) out += std::to_string(id) + ",";
        for (const auto& [id, f] : x.frames) {
            out += "\n" + std::to_string(id) + "<" + std::to_string(f.parent) + " #" +
                   std::to_string(f.index) + " p" + std::to_string(int(f.phase)) + " @" +
                   std::to_string(f.state) + " l" + std::to_string(f.last_event) + " x" +
                   std::to_string(f.retry_count) + " in " + f.input.text() + " out " +
                   f.result.text() + " " + f.failure.error.value_or("-") + "/" +
                   f.failure.cause.value_or("-");
            for (const auto& [name, value] : f.variables) out += " $" + name + "=" + value.text();
            if (f.task) {
                out += " t" + f.task->request_id + f.task->token + f.task->input.text() +
                       (f.task->mocked ? " mocked " + std::to_string(f.task->invocation) : "");
            }
            if (f.map_run) out += " m" + f.map_run->arn;
            if (f.children) {
                out += " k" + std::to_string(f.children->started) + "/" +
                       std::to_string(f.children->running) + "/" +
                       std::to_string(f.children->count);
            }
        }
        for (const auto& [due, since, id, kind] : x.timers) {
            if (kind == TimerKind::heartbeat) continue;
            out += "\ntimer " + std::to_string(due.time_since_epoch().count()) + " " +
                   std::to_string(since) + " " + std::to_string(id) + " " +
                   std::to_string(int(kind));
        }
        return out;
    }

private:
    static std::string line(const HistoryEvent& event) {
        std::string out = std::to_string(event.id) + " " + std::to_string(event.previous) + " " +
                          std::string(event_type_name(event.type));
        std::visit(
            Overloaded{[&](const StateEnteredDetails& d) { out += " " + d.name; },
                       [&](const StateExitedDetails& d) { out += " " + d.name; },
                       [&](const MapIterationDetails& d) { out += " " + std::to_string(d.index); },
                       [&](const FailureDetails& d) { out += " " + d.error.value_or("-"); },
                       [&](const TaskFailureDetails& d) { out += " " + d.error.value_or("-"); },
                       [&](const EvaluationFailedDetails& d) { out += " " + d.location; },
                       [](const auto&) {}},
            event.details);
        return out;
    }

    bool take(InputBody body) {
        Step step =
            stepwell::advance(*execution, Input{now, ++seed_, std::move(body), activities, mocks});
        const auto stored = decode_entries(encode_entries(step.entries));
        journal.insert(journal.end(), stored.begin(), stored.end());
        for (Action& action : step.actions) {
            std::visit(
                Overloaded{
                    [](Ask&) { throw std::logic_error("nothing takes too long here"); },
                    [&](StartTask& start) {
                        all_calls.push_back(start);
                        calls.push_back(std::move(start));
                    },
                    [&](CancelTask& cancel) {
                        cancelled.push_back(cancel);
                        std::erase_if(calls, [&](const StartTask& call) {
                            return call.frame == cancel.frame && call.scheduled == cancel.scheduled;
                        });
                    },
                    [&](StopJob& stop) {
                        std::erase_if(calls, [&](const StartTask& call) {
                            return call.frame == stop.frame && call.scheduled == stop.scheduled;
                        });
                        stopped_jobs.push_back(std::move(stop));
                    },
                    [&](StartMapRun& start) { map_runs.push_back(start.plan); },
                    [&](StopMapRun& stop) { stopped_map_runs.push_back(stop.arn); },
                    [&](RedriveMapRun& redrive) { redriven_map_runs.push_back(redrive.arn); },
                    [&](SettleMapRun& over) { settled_map_runs.push_back(over.arn); },
                    [&](QueueTask& task) { queue.push_back(std::move(task)); },
                    [&](UnqueueTask& gone) {
                        std::erase_if(queue, [&](const QueueTask& task) {
                            return task.frame == gone.task.frame &&
                                   task.scheduled == gone.task.scheduled;
                        });
                    }},
                action);
        }
        check_fold();
        more_ = step.more;
        return step.accepted;
    }

    /// Uncut, the fold goes on from where it stood: folding all of a journal after each of its
    /// Steps would take time in the square of its length.
    void check_fold() {
        if (cut_ == Cut::never) {
            if (fold_ == nullptr) fold_ = std::make_unique<Execution>(info_);
            for (; folded_ < journal.size(); ++folded_) apply(*fold_, journal[folded_]);
            compare(*fold_);
            return;
        }
        auto folded = std::make_unique<Execution>(info_);
        for (const Entry& entry : journal) apply(*folded, entry);
        compare(*folded);
        keep_what_is_not_stored(*execution, *folded);
        execution = std::move(folded);
        calls.clear();
        queue.clear();
        for (Action& action : calls_to_repeat(*execution, now)) {
            if (auto* task = std::get_if<QueueTask>(&action)) {
                queue.push_back(std::move(*task));
            } else {
                calls.push_back(std::get<StartTask>(std::move(action)));
            }
        }
    }

    void compare(const Execution& folded) const {
        if (digest(folded) == digest(*execution)) return;
        throw std::logic_error("the fold differs:\n" + digest(folded) + "\nfrom what ran:\n" +
                               digest(*execution));
    }

    /// Heartbeats are not stored, and a restart grants a full interval: here it takes no time, so
    /// they stay.
    /// And that its machine is being deleted stands in the machine's own row.
    static void keep_what_is_not_stored(const Execution& from, Execution& to) {
        to.machine_deleted = from.machine_deleted;
        for (auto& [id, frame] : to.frames) {
            if (!frame.task || !frame.task->heartbeat_due) continue;
            FrameTask& task = *frame.task;
            to.timers.erase({*task.heartbeat_due, task.scheduled, id, TimerKind::heartbeat});
            task.heartbeat_due = from.frames.at(id).task->heartbeat_due;
            to.timers.emplace(*task.heartbeat_due, task.scheduled, id, TimerKind::heartbeat);
        }
    }

    void settle() {
        for (int i = 0; i < 1'000'000; ++i) {
            if (more_) {
                take(GoOn{});
            } else if (!answer_one()) {
                return;
            }
        }
        throw std::logic_error("the execution does not settle");
    }
    bool answer_one() {
        for (std::size_t i = 0; i < calls.size(); ++i) {
            auto result = answer(calls[i].call);
            if (!result) continue;
            const StartTask call = calls[i];
            calls.erase(calls.begin() + std::ptrdiff_t(i));
            take(TaskEnded{call.frame, call.scheduled, *std::move(result)});
            return true;
        }
        return false;
    }

    Cut cut_;
    ExecutionInfo info_;
    std::unique_ptr<Execution> fold_;
    std::size_t folded_ = 0;  ///< entries of the journal that fold_ has
    std::uint64_t seed_ = 0;
    bool more_ = false;
};

}  // namespace stepwell::test
