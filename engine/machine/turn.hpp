#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "engine/machine/advance.hpp"
#include "engine/machine/jsonata_fields.hpp"
#include "engine/machine/variables.hpp"

/// Inside of the interpreter: how one input is carried through an execution. Used by engine/machine
/// alone.
namespace stepwell {

/// What the limits of a Map come to.
struct MapLimits {
    std::int64_t max_concurrency = 0;
    std::int64_t tolerated_failure_count = 0;
    double tolerated_failure_percentage = 0;
};

/// What becomes of the job that a `.sync` task has started, when nothing waits for it any more.
enum class Job { keep, stop };

/// Takes one input and lets every frame run until it waits. What it decides it records; `apply`
/// makes it so.
class Turn {
public:
    Turn(Execution& execution, const Input& input, Step& step);
    void run();

private:
    // turn.cpp: the loop, the inputs, and recording.
    void take(const Begin&);
    void take(const GoOn&);
    void take(const TaskEnded& input);
    void take(const WorkerCame& input);
    void take(const TokenCame& input);
    void take(const Answered& input);
    void take(const MapRunOver& input);
    void take(const Stop& input);
    void take(const MachineDeleted&);
    void take(const Redrive& input);  // redrive.cpp
    void take_up(Frame& frame, TakenUpAt at);
    void redrive_map_run(Frame& frame);
    void take_turns();
    void take_turn(Frame& frame);
    /// Of questions that have been dealt with, once a frame has had its turn.
    void forget_answers(FrameId id);
    bool fire_next_timer();
    void enter(Frame& frame);
    void work(Frame& frame);
    void finish(Frame& frame);
    void close(EventType type, EventDetails details, EventId previous);
    void cancel_call(Frame& frame, Job job);
    void give_up_call(Frame& frame, Job job);

    /// Records an event of a frame behind its last one, with what it changes.
    void record(Frame& frame, EventType type, EventDetails details, NoteBody body);
    /// The same behind another event, and without becoming the frame's last one.
    void record_beside(Frame& frame, EventId previous, EventType type, EventDetails details,
                       NoteBody body);
    void record(Frame& frame, EventId previous, bool advances_chain, EventType type,
                EventDetails details, NoteBody body);
    /// Records what no event tells.
    void note(Frame& frame, NoteBody body);

    // simple_states.cpp
    void work(Frame& frame, const asl::PassState& state);
    void work(Frame& frame, const asl::ChoiceState& state);
    void work(Frame& frame, const asl::WaitState& state);
    void work(Frame& frame, const asl::SucceedState& state);
    void work(Frame& frame, const asl::FailState& state);
    Evaluated<TimePoint> wait_until(Frame& frame, const asl::WaitState& state,
                                    const Payload& input);
    void wait(Frame& frame, TimePoint until);
    void end_wait(Frame& frame);
    TimePoint scaled(TimePoint target) const;

    // task_state.cpp
    void work(Frame& frame, const asl::TaskState& state);
    Evaluated<void> schedule(Frame& frame, const asl::TaskState& state);
    /// The ids of a new attempt, and its token where it has one.
    TaskWasScheduled new_attempt(const Frame& frame, const asl::TaskState& state);
    /// Fails where the task's activity is not there.
    Evaluated<void> check_activity(const Frame& frame, const asl::TaskState& state) const;
    struct TaskPlan;
    void record_scheduled(Frame& frame, const asl::TaskState& state, TaskWasScheduled task,
                          const TaskPlan& plan);
    std::string new_token(const Frame& frame, const asl::TaskState& state);
    void call_task(Frame& frame);
    void worker_started(Frame& frame, const std::string& worker_name);
    void task_succeeded(Frame& frame, Payload result);
    void task_submitted(Frame& frame, Payload output);
    void task_failed(Frame& frame, Failure failure);
    void task_timed_out(Frame& frame, bool heartbeat);

    // mocks.cpp: what the mock configuration stands for.
    bool is_mocked(const Frame& frame) const;
    /// In place of the branches or items of a frame's state.
    void mock_children(Frame& frame, EventType started, EventDetails details, Payload input);
    void children_mock_ended(Frame& frame, const TaskResult& result);

    // children.cpp: Parallel and Map.
    void work(Frame& frame, const asl::ParallelState& state);
    void work(Frame& frame, const asl::MapState& state);
    Evaluated<Payload> map_items(Frame& frame, const asl::MapState& state, const Payload& input,
                                 const Scope& scope);
    Evaluated<MapLimits> map_limits(const asl::MapState& state, const Scope& scope);
    void start_branches(Frame& frame, const asl::ParallelState& state, const Payload& input);
    void start_map(Frame& frame, const asl::MapState& state, const Payload& items,
                   const Payload& input, std::uint32_t concurrency);
    void start_items(Frame& map, EventId previous);
    /// What ItemSelector makes of an item; nothing where the answer is yet to come, or where it
    /// failed and that has been seen to.
    std::optional<Payload> selected_item(Frame& map, std::uint32_t index, const Json& item);
    /// After the answer to the question about the next item.
    void go_on_with_items(Frame& map);
    void child_ended(Frame& child);
    void children_done(Frame& frame);
    void abort_children(Frame& frame, EventId failing_event);
    void abort(Frame& frame, EventId failing_event);

    // distributed_map.cpp: a Map whose items are executions of their own.
    void work_distributed(Frame& frame, const asl::MapState& state, const Payload& input,
                          const Scope& scope);
    void work_distributed_jsonata(Frame& frame, const asl::MapState& state);
    Evaluated<void> plan_fields(MapRunPlan& plan, Frame& frame, const asl::MapState& state,
                                const Payload& input, const Scope& scope);
    Queried<void> plan_jsonata(MapRunPlan& plan, const Frame& frame, const asl::MapState& state,
                               const Asked& asked, std::vector<Json>& values);
    Evaluated<void> plan_number(std::string_view name, const asl::Limit<std::int64_t>& field,
                                std::int64_t& out, const Frame& frame, const Scope& scope);
    static Queried<void> plan_number(const asl::Limit<std::int64_t>& field, std::int64_t& out,
                                     std::int64_t least, const Asked& asked,
                                     std::vector<Json>& values);
    Evaluated<void> plan_batches(MapRunPlan& plan, const Frame& frame,
                                 const asl::ItemBatcherField& batcher, const Scope& scope);
    static Queried<void> plan_batches(MapRunPlan& plan, const asl::ItemBatcherField& batcher,
                                      const Asked& asked, std::vector<Json>& values);
    static void add_batcher(Asked& asked, const asl::DistributedMap& map);
    MapRunPlan new_plan(const Frame& frame, const asl::MapState& state, const Payload& input);
    void begin_map_run(Frame& frame, MapRunPlan plan);

    // questions.cpp: what JSONata fields come to, here or on the slow lane.
    /// The answer, or nothing where it is being looked for elsewhere: the caller then leaves all as
    /// it is, and asks again when it is called again.
    std::optional<Answer> ask(Frame& frame, QuestionKey key, Question question);
    /// The values asked for. None: the answer comes later, or there is none and the state failed.
    std::optional<std::vector<Json>> evaluate(Frame& frame, QuestionKey key, Question question);
    void send_away(Frame& frame, QuestionKey key, Question question);
    /// What `values` see in the state of a frame.
    Question question(const Frame& frame, std::vector<const JsonataValue*> values,
                      ItemInContext item = std::nullopt, std::string_view token = {});

    // jsonata_states.cpp, jsonata_work.cpp: states whose query language is JSONata.
    struct JsonataExit;
    void work_jsonata(Frame& frame, const asl::TaskState& state);
    void work_jsonata(Frame& frame, const asl::PassState& state);
    void work_jsonata(Frame& frame, const asl::ChoiceState& state);
    void work_jsonata(Frame& frame, const asl::WaitState& state);
    void work_jsonata(Frame& frame, const asl::SucceedState& state);
    void work_jsonata(Frame& frame, const asl::FailState& state);
    void work_jsonata(Frame& frame, const asl::ParallelState& state);
    void work_jsonata(Frame& frame, const asl::MapState& state);
    void end_wait_jsonata(Frame& frame, const asl::WaitState& state);
    void finish_jsonata(Frame& frame);
    Queried<MapLimits> map_limits_jsonata(const asl::MapState& state, const Asked& asked,
                                          std::vector<Json>& values);
    /// Output and Assign; then the state is left.
    void exit_jsonata(Frame& frame, const JsonataExit& exit);
    /// With the state's own Output and Assign, else the state's input.
    void exit_jsonata(Frame& frame, const asl::Transition& then);
    struct Departure {
        Payload output;
        std::vector<AssignedVariable> assigned;
    };
    Evaluated<Departure> departure_of(const Frame& frame, const JsonataExit& exit,
                                      std::vector<Json> values);
    /// A catcher of a JSONata state: its Output and Assign; then the state is left.
    void catch_jsonata(Frame& frame, std::uint32_t catcher, const Failure& failure);
    /// EvaluationFailed; then the state has failed.
    void evaluation_failed(Frame& frame, const QueryFailure& failure);
    StateError record_evaluation_failure(Frame& frame, const QueryFailure& failure);

    // failure.cpp: Retry, Catch, and where a failure goes otherwise.
    void state_failed(Frame& frame, StateError error);
    void handle_failure(Frame& frame);
    void settle(Frame& frame, const Failure& failure);
    bool retry(Frame& frame, const Failure& failure);
    bool recover(Frame& frame, const Failure& failure);
    /// Assign, for which `$` is the error output, and ResultPath of a catcher; then the state is
    /// left.
    Evaluated<void> leave_caught(Frame& frame, const asl::Catcher& catcher,
                                 const Payload& error_output);
    void fail_frame(Frame& frame, const Failure& failure);
    void fail_execution(const Failure& failure, EventId previous);

    // data_flow.cpp: InputPath … OutputPath.
    Evaluated<Payload> effective_input(Frame& frame);
    Evaluated<Payload> filter(const asl::PathField& path, const Payload& payload,
                              const Frame& frame);
    Evaluated<Payload> fill(const std::optional<Template>& source, const Payload& payload,
                            const Frame& frame);
    Evaluated<Payload> merge(const asl::ResultPath& path, const Payload& raw_input,
                             const Payload& result);
    /// ResultSelector, ResultPath, Assign and OutputPath; then the state is left.
    void leave_with_result(Frame& frame, const std::optional<Template>& selector,
                           const asl::ResultPath& result_path, const Payload& result,
                           asl::Transition then);
    /// Assign, for which `$` is `result`, and OutputPath; then the state is left.
    void leave_with(Frame& frame, const Payload& unfiltered,
                    const std::optional<asl::Computed>& assign, const Payload& result,
                    asl::Transition then);
    /// Why a state may not be left with this output: it is too deep or too large.
    Evaluated<void> check_output(const Frame& frame, const Payload& output) const;
    void leave(Frame& frame, const Payload& output, std::vector<AssignedVariable> assigned,
               asl::Transition then);
    /// What an Assign of a JSONPath state sets.
    Evaluated<std::vector<AssignedVariable>> assigned(const Frame& frame,
                                                      const std::optional<asl::Computed>& assign,
                                                      const Payload& document);
    /// The members of `values` as variables, or why they are too large.
    Evaluated<std::vector<AssignedVariable>> bounded_variables(const Frame& frame, Json values);
    StateError located(const Frame& frame, StateError error) const;

    // trial.cpp: what TestState puts in place of a state's work, and looks at. Nothing in any other
    // execution.
    Trial* trial() const { return x_.info.trial.get(); }
    const TrialMock* mock() const {
        return trial() != nullptr && trial()->mock ? &*trial()->mock : nullptr;
    }
    /// Notes what the state made of its data.
    void observe(std::optional<Payload> TrialData::*field, const Payload& payload) {
        if (trial() != nullptr) trial()->data.*field = payload;
    }
    void observe_pass(const asl::PassState& state, const Payload& parameters);
    void give_mock(Frame& frame, const TrialMock& mock);
    void observe_limits(const asl::MapState& state, std::int64_t max_concurrency);
    void try_map(Frame& frame, const asl::MapState& state, const Payload& items,
                 const Payload& input);
    void try_batches(MapRunPlan&& plan);
    void observe_batches(const Payload& items);
    void go_on_trying_items(Frame& frame);
    /// nullopt: one of the items was asked for, and will be gone on with.
    std::optional<Evaluated<void>> observe_item_selector(Frame& frame);
    std::optional<Evaluated<Json>> tried_item(Frame& frame, std::uint32_t index, const Json& item);
    bool over_tolerance() const;
    void end_with_retry(Frame& frame, double delay_millis, const Failure& failure);
    void observe_catch(std::size_t catcher, const Failure& failure);

    Execution& x_;
    const Input& input_;
    Step& step_;
    TimePoint now_;
    RandomBits random_;
    std::chrono::microseconds spent_{0};  ///< on expressions
    EventId evaluation_failed_ = 0;       ///< the last EvaluationFailed recorded here
};

/// "TaskStateEntered" and its like for a state type.
EventType entered_event(asl::StateType type);
/// nullopt for Fail, which has none.
std::optional<EventType> exited_event(asl::StateType type);
/// nullopt for the types that never wait.
std::optional<EventType> aborted_event(asl::StateType type);

/// What a frame whose task is being called, or watched, asks of the task runner.
TaskCall task_call(const Execution& execution, const Frame& frame);
/// Which answer of the mock configuration a frame's task is for; nullopt where it is not mocked.
std::optional<MockedCall> mocked_call(const Execution& execution, const Frame& frame);
/// Whether the task of a frame starts a job that goes on by itself (`.sync`), and no mock stands
/// before it.
bool has_job(const Execution& execution, const Frame& frame);
/// What a frame whose task is queued asks of its activity's queue.
QueueTask queue_task(const Execution& execution, const Frame& frame);

/// States.DataLimitExceeded of a state, or of a task by the name it is reported under.
StateError too_large(const std::string& name);

StateError no_choice_matched();

/// What a `…Path` field refers to, as a number; the value itself where it is none.
/// OBSERVED: a number may be written as a string, too, under all six such fields of a Map that are
/// recorded (MAP_STATE_REFERENCE_IN_…; docs/observed.md).
Json as_number(const Json& value);
/// The same as an integer of 64 bits; nullopt where it is none.
std::optional<std::int64_t> as_integer(const Json& value);

/// The value that a `…Path` field of a Map refers to, as an integer or the error of a state that
/// names something else.
Evaluated<std::int64_t> integer_at(std::string_view field, const Expression& path,
                                   const Scope& scope);

/// How many items of an inline Map run at once where `most` (0: no limit) may.
std::uint32_t concurrency_of(std::int64_t most);

/// How the work of a state may be retried and caught, and where control goes after it. Task,
/// Parallel and Map; the others have none.
struct WorkRules {
    const std::vector<asl::Retrier>* retry = nullptr;
    const std::vector<asl::Catcher>* catchers = nullptr;
    asl::Transition then = {};
};
WorkRules rules_of(const asl::StateBody& body);

/// The error output of a catcher: `{"Error":…,"Cause":…}`.
Payload error_output(const Failure& failure);

/// The token of an attempt as the Context Object shows it; an activity's is its worker's business.
std::string_view token_in_context(const asl::TaskState& state, const TaskWasScheduled& task);

/// How a JSONata state is left.
struct Turn::JsonataExit {
    const std::optional<JsonataValue>& output;
    const std::optional<asl::Computed>& assign;
    Payload otherwise;  ///< without Output
    std::optional<Payload> result = std::nullopt;
    asl::Transition then = {};
};

/// What a Task is scheduled with.
struct Turn::TaskPlan {
    Payload parameters;
    std::optional<Seconds> timeout = std::nullopt;
    std::optional<Seconds> heartbeat = std::nullopt;
};

/// The same for what an Assign sets, or for all variables of an execution.
StateError too_large_variables(const std::string& state);

/// Whether a Choice rule matches. An error where AWS raises one.
Evaluated<bool> matches(const asl::ChoiceRule& rule, const Scope& scope);

/// Whether ErrorEquals names this failure. `reported`: by the task itself, not by the interpreter.
bool error_matches(const std::vector<std::string>& error_equals, const Failure& failure,
                   bool reported, bool heartbeat_missed);

}  // namespace stepwell
