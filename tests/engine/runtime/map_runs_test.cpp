#include <gmock/gmock.h>

#include <algorithm>
#include <set>

#include "engine/machine/map_run_plan.hpp"
#include "tests/engine/runtime/harness.hpp"

// Map Runs: children that are executions, from their first to their last. design.md, "How recovery
// rebuilds each kind of wait"; Developer Guide, "Using Map state in Distributed mode".
namespace stepwell::testing {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;

std::string map_of(const std::string& processor, const std::string& fields = "",
                   const std::string& type = "STANDARD") {
    return R"({"StartAt":"M","States":{"M":{"Type":"Map","Label":"L","End":true,"ItemProcessor":{
        "ProcessorConfig":{"Mode":"DISTRIBUTED","ExecutionType":")" +
           type + R"("},"StartAt":"P","States":{)" + processor + "}}" +
           (fields.empty() ? "" : ",") + fields + "}}}";
}
const std::string kPassItem = R"("P":{"Type":"Pass","End":true})";
const std::string kFailItem =
    R"("P":{"Type":"Choice","Choices":[{"Variable":"$","NumericGreaterThan":2,"Next":"F"}],"Default":"S"},
       "S":{"Type":"Succeed"},"F":{"Type":"Fail","Error":"Odd","Cause":"too much"})";
const std::string kWorkItem =
    R"("P":{"Type":"Task","Resource":"arn:aws:lambda:us-east-1:123456789012:function:work","End":true})";

/// A data set of numbers from 0, in pages of some.
class Numbers final : public ItemReader {
public:
    explicit Numbers(int count, int page = 3) : count_(count), page_(page) {}
    GiveUp read(ItemRead read, std::function<void(Evaluated<ItemPage>)> done) override {
        ++reads;
        if (error) {
            done(*error);
            return {};
        }
        int at = read.cursor.empty() ? 0 : std::stoi(read.cursor);
        ItemPage page;
        for (int i = 0; i < page_ && at < count_; ++i, ++at)
            page.items.push_back(item_bytes == 0 ? Payload(Json(at))
                                                 : Payload(Json(std::string(item_bytes, 'x'))));
        page.cursor = std::to_string(at);
        page.end = at >= count_;
        page.source = "S3://b/k";
        done(std::move(page));
        return {};
    }
    std::optional<StateError> error;
    std::atomic<int> reads{0};
    std::size_t item_bytes = 0;  ///< 0: the items are numbers

private:
    const int count_;
    const int page_;
};
const std::string kReader =
    R"("ItemReader":{"Resource":"arn:aws:states:::s3:getObject","Parameters":{"Bucket":"b","Key":"k"},
       "ReaderConfig":{"InputType":"JSON"}})";

class Writer final : public ResultWriter {
public:
    GiveUp write(ResultWrite write, std::function<void(Evaluated<Json>)> done) override {
        for (ChildResult& child : write.children(ResultWrite::Which::succeeded, 0, 1000))
            succeeded.push_back(child.output.value());
        for (ChildResult& child : write.children(ResultWrite::Which::failed, 0, 1000))
            failed.push_back(child.error.value_or("-"));
        while (write.pending) {
            auto inputs = write.pending(read_page);
            if (!inputs) pending.push_back(inputs.error().error);
            if (!inputs || inputs->empty()) break;
            for (std::string& input : *inputs) pending.push_back(std::move(input));
        }
        Json details = Json::object();
        details["Bucket"] = "out";
        details["Key"] = "manifest.json";
        done(std::move(details));
        return {};
    }
    std::vector<std::string> succeeded;
    std::vector<std::string> failed;
    std::vector<std::string> pending;
    ResultWrite::ReadPage read_page;
};

struct MapRuns : public ::testing::Test {
    /// Starts an execution of the definition; what it has done when nothing is left to do.
    void start(const std::string& definition, const std::string& input) {
        machine = harness.machine("m", definition);
        harness.start(machine, "x", input);
        harness.settle();
        arn = Harness::arn_of(machine, "x");
    }
    MapRunRecord run() const {
        const auto runs = harness.memory.list_map_runs(harness.key(arn), 0, 10);
        if (runs.empty()) throw std::logic_error("no Map Run");
        return *harness.memory.find_map_run(runs.front().key);
    }
    std::vector<ExecutionRecord> children() const {
        return harness.memory.list_children(run().key, {}, 0, 1000).executions;
    }
    ExecutionRecord parent() const { return harness.execution(arn); }
    std::string output() const { return parent().output.value_or("none"); }
    /// The process dies when the parent's end is on disk and nothing else.
    void stop_and_die() {
        harness.disk->cut_off_after(1);
        harness.stop(harness.key(arn));
        ASSERT_EQ(parent().status, ExecutionStatus::aborted);
        harness.restart_after_cut();
    }
    void finish_all(const std::string& result) {
        for (const TaskCall& call : harness.tasks->open_calls())
            harness.tasks->finish(call.id, payload(result));
        harness.settle();
    }

    Harness harness;
    StartRequest machine;
    std::string arn;
};

TEST_F(MapRuns, RunTheirItemsAsExecutions) {
    start(map_of(kPassItem), "[1,2,3]");
    EXPECT_EQ(output(), "[1,2,3]");
    EXPECT_THAT(harness.history(arn),
                ElementsAre("ExecutionStarted", "MapStateEntered", "MapStateStarted",
                            "MapRunStarted", "MapRunSucceeded", "MapStateSucceeded",
                            "MapStateExited", "ExecutionSucceeded"));
    const MapRunRecord record = run();
    EXPECT_EQ(record.progress.status, MapRunStatus::succeeded);
    EXPECT_TRUE(record.progress.settled);
    EXPECT_EQ(record.progress.items_known, 3);
    EXPECT_EQ(record.progress.executions.succeeded, 3);
    EXPECT_EQ(record.progress.executions.results_written, 3);
    EXPECT_EQ(record.progress.items.succeeded, 3);
    EXPECT_EQ(record.execution_arn, arn);
    ASSERT_THAT(children(), SizeIs(3));
    const ExecutionRecord child = children().back();
    EXPECT_THAT(child.arn, StartsWith("arn:aws:states:us-east-1:123456789012:execution:m/L:"));
    EXPECT_EQ(child.status, ExecutionStatus::succeeded);
    EXPECT_EQ(child.item_count, 1);
    EXPECT_EQ(harness.execution(child.arn).input, "1");
    EXPECT_THAT(harness.history(child.arn), ElementsAre("ExecutionStarted", "PassStateEntered",
                                                        "PassStateExited", "ExecutionSucceeded"));
    // Children are not among the executions of their machine.
    EXPECT_THAT(harness.memory.list_executions(machine.state_machine->arn, {}, 0, 10).executions,
                SizeIs(1));
}

TEST_F(MapRuns, RunExpressChildrenAsRowsOfTheirOwn) {
    start(map_of(kPassItem, "", "EXPRESS"), "[1,2,3]");
    EXPECT_EQ(output(), "[1,2,3]");
    ASSERT_THAT(children(), SizeIs(3));
    EXPECT_THAT(children()[0].arn,
                StartsWith("arn:aws:states:us-east-1:123456789012:express:m/L:"));
    EXPECT_EQ(children()[0].status, ExecutionStatus::succeeded);
    EXPECT_EQ(run().progress.executions.succeeded, 3);
}

TEST_F(MapRuns, OfNoItemsSucceed) {
    start(map_of(kPassItem), "[]");
    EXPECT_EQ(output(), "[]");
    EXPECT_EQ(run().progress.executions.started(), 0);
}

TEST_F(MapRuns, KeepToMaxConcurrencyAndToItsUpdates) {
    start(map_of(kWorkItem, R"("MaxConcurrency":1)"), "[1,2,3,4]");
    EXPECT_THAT(harness.tasks->open_calls(), SizeIs(1));
    EXPECT_EQ(run().progress.executions.running, 1);
    EXPECT_EQ(run().progress.items_known, 4);
    finish_all("10");
    EXPECT_THAT(harness.tasks->open_calls(), SizeIs(1));
    EXPECT_EQ(run().progress.executions.succeeded, 1);

    Answer<Outcome> updated;
    MapRunLimits two_at_once;
    two_at_once.max_concurrency = 2;
    harness.memory.update_map_run(run().arn, two_at_once, updated.callback());
    EXPECT_EQ(updated.get(), Outcome::committed);
    harness.runtime->map_run_updated(run().arn);
    harness.settle();
    EXPECT_THAT(harness.tasks->open_calls(), SizeIs(2));
    finish_all("20");
    finish_all("30");
    EXPECT_EQ(output(), "[10,20,20,30]");
}

TEST_F(MapRuns, TakeResultsInTheOrderOfTheItems) {
    start(map_of(kWorkItem), "[1,2,3]");
    auto calls = harness.tasks->open_calls();
    ASSERT_THAT(calls, SizeIs(3));
    std::reverse(calls.begin(), calls.end());
    for (const TaskCall& call : calls) harness.tasks->finish(call.id, call.input);
    harness.settle();
    EXPECT_EQ(output(), "[1,2,3]");
}

TEST_F(MapRuns, FailWhereAnItemFails) {
    start(map_of(kFailItem), "[1,2,3]");
    EXPECT_EQ(parent().status, ExecutionStatus::failed);
    EXPECT_EQ(parent().error, "States.ExceedToleratedFailureThreshold");
    EXPECT_EQ(parent().cause, "The specified tolerated failure threshold was exceeded");
    EXPECT_THAT(harness.history(arn), ::testing::IsSupersetOf({"MapRunFailed", "MapStateFailed"}));
    EXPECT_EQ(run().progress.status, MapRunStatus::failed);
    EXPECT_EQ(run().progress.items.failed, 1);
}

TEST_F(MapRuns, TolerateFailuresByCount) {
    start(map_of(kFailItem, R"("ToleratedFailureCount":2)"), "[1,3,4]");
    EXPECT_EQ(parent().status, ExecutionStatus::succeeded);
    const Json results = json(output());
    ASSERT_EQ(results.size(), 3U);
    EXPECT_EQ(results[0], Json(1));
    // Of one that failed the whole record is shown.
    EXPECT_EQ(results[1].at("Status"), "FAILED");
    EXPECT_EQ(results[1].at("Error"), "Odd");
    EXPECT_EQ(results[1].at("Input"), "3");
    EXPECT_THAT(results[1].at("StateMachineArn").get<std::string>(),
                HasSubstr(":stateMachine:m/L"));
}

TEST_F(MapRuns, TolerateFailuresByPercentage) {
    start(map_of(kFailItem, R"("ToleratedFailurePercentage":50)"), "[1,2,3,4]");
    EXPECT_EQ(parent().status, ExecutionStatus::succeeded);
}

TEST_F(MapRuns, FailOverThePercentage) {
    start(map_of(kFailItem, R"("ToleratedFailurePercentage":50)"), "[1,3,4]");
    EXPECT_EQ(parent().error, "States.ExceedToleratedFailureThreshold");
}

/// Developer Guide, "Setting failure thresholds for Distributed Map states in Step Functions".
/// Items greater than 2 fail.
struct Tolerance {
    const char* name;
    const char* fields;
    const char* items;
    bool tolerated;
};
class MapRunsTolerate : public MapRuns, public ::testing::WithParamInterface<Tolerance> {};

TEST_P(MapRunsTolerate, Failures) {
    for (const char* type : {"STANDARD", "EXPRESS"}) {
        const std::string fields =
            std::string(GetParam().fields) + (*GetParam().fields == '\0' ? "" : ",");
        harness.reset();
        start(map_of(R"("P":{"Type":"Choice","Choices":[{"Or":[
                 {"Variable":"$","NumericGreaterThan":2},
                 {"And":[{"Variable":"$.Items[0]","IsPresent":true},
                         {"Variable":"$.Items[0]","NumericGreaterThan":2}]}],"Next":"F"}],"Default":"S"},
                 "S":{"Type":"Succeed"},"F":{"Type":"Fail","Error":"Odd"})",
                     fields + R"("MaxConcurrency":1)", type),
              GetParam().items);
        EXPECT_EQ(parent().error.value_or("none"),
                  GetParam().tolerated ? "none" : "States.ExceedToleratedFailureThreshold")
            << type;
    }
}

INSTANTIATE_TEST_SUITE_P(
    Thresholds, MapRunsTolerate,
    ::testing::Values(
        Tolerance{"NoneWithoutThresholds", "", "[1,3]", false},
        Tolerance{"AsManyAsTheCount", R"("ToleratedFailureCount":2)", "[3,1,4]", true},
        Tolerance{"NotMoreThanTheCount", R"("ToleratedFailureCount":2)", "[3,4,5]", false},
        Tolerance{"AsManyAsThePercentage", R"("ToleratedFailurePercentage":50)", "[3,1,2,4]", true},
        Tolerance{"NotMoreThanThePercentage", R"("ToleratedFailurePercentage":33.3)", "[3,1,2]",
                  false},
        Tolerance{"AFractionOfAPercent", R"("ToleratedFailurePercentage":33.4)", "[3,1,2]", true},
        Tolerance{"AllWith100Percent", R"("ToleratedFailurePercentage":100)", "[3,4,5]", true},
        Tolerance{"NotMoreThanTheCountWhateverThePercentage",
                  R"("ToleratedFailureCount":1,"ToleratedFailurePercentage":100)", "[3,4,1]",
                  false},
        Tolerance{"NotMoreThanThePercentageWhateverTheCount",
                  R"("ToleratedFailureCount":9,"ToleratedFailurePercentage":50)", "[3,4,1]", false},
        // Of batches the items count.
        Tolerance{"AsManyItemsOfABatch",
                  R"("ToleratedFailureCount":2,"ItemBatcher":{"MaxItemsPerBatch":2})",
                  "[1,1,3,1,1]", true},
        Tolerance{"NotMoreItemsOfABatch",
                  R"("ToleratedFailureCount":1,"ItemBatcher":{"MaxItemsPerBatch":2})",
                  "[1,1,3,1,1]", false}),
    [](const ::testing::TestParamInfo<Tolerance>& tested) { return tested.param.name; });

TEST_F(MapRuns, CountAnExpressChildThatTakesTooLongAsFailed) {
    start(map_of(kWorkItem, "", "EXPRESS"), "[1]");
    harness.advance(std::chrono::minutes{5});
    EXPECT_EQ(run().progress.executions.timed_out, 1);
    EXPECT_EQ(parent().error, "States.ExceedToleratedFailureThreshold");
}

// API Reference, UpdateMapRun: of a run in progress; it takes effect at once.
TEST_F(MapRuns, FailAtOnceWhereTheToleranceIsLowered) {
    start(map_of(kWorkItem, R"("MaxConcurrency":1,"ToleratedFailureCount":3)"), "[1,2,3,4]");
    harness.tasks->finish(harness.tasks->open_calls().at(0).id, StateError{"Odd", ""});
    harness.settle();
    ASSERT_EQ(parent().status, ExecutionStatus::running);
    Answer<Outcome> updated;
    MapRunLimits limits;
    limits.tolerated_failure_count = 0;
    harness.memory.update_map_run(run().arn, limits, updated.callback());
    EXPECT_EQ(updated.get(), Outcome::committed);
    harness.runtime->map_run_updated(run().arn);
    harness.settle();
    EXPECT_EQ(parent().error, "States.ExceedToleratedFailureThreshold");
}

TEST_F(MapRuns, StopTheirChildrenWhenTheyFail) {
    start(map_of(kWorkItem), "[1,2,3]");
    const auto calls = harness.tasks->open_calls();
    harness.tasks->finish(calls[0].id, StateError{"Broken", ""});
    harness.settle();
    EXPECT_TRUE(harness.tasks->cancelled(calls[1].id));
    EXPECT_EQ(run().progress.executions.failed, 1);
    EXPECT_EQ(run().progress.executions.aborted, 2);
    EXPECT_EQ(run().progress.executions.running, 0);
    EXPECT_EQ(parent().status, ExecutionStatus::failed);
}

TEST_F(MapRuns, StopWithTheirParent) {
    start(map_of(kWorkItem, R"("MaxConcurrency":2)"), "[1,2,3]");
    harness.stop(harness.key(arn));
    harness.settle();
    EXPECT_EQ(run().progress.status, MapRunStatus::aborted);
    EXPECT_TRUE(run().progress.settled);
    EXPECT_EQ(run().progress.executions.aborted, 2);
    EXPECT_EQ(run().progress.executions.started(), 2);
    for (const ExecutionRecord& child : children())
        EXPECT_EQ(child.status, ExecutionStatus::aborted);
    EXPECT_EQ(parent().status, ExecutionStatus::aborted);
}

TEST_F(MapRuns, StopWithTheirParentAfterARestart) {
    start(map_of(kWorkItem, R"("MaxConcurrency":2)"), "[1,2,3]");
    const std::size_t calls = harness.tasks->calls().size();
    stop_and_die();
    EXPECT_EQ(run().progress.status, MapRunStatus::aborted);
    EXPECT_EQ(run().progress.executions.aborted, 2);
    EXPECT_EQ(harness.tasks->calls().size(), calls) << "no child has gone on";
}

// Developer Guide, "Redriving Map Runs".
TEST_F(MapRuns, WaitForTheirExpressChildrenWhereTheirParentIsStopped) {
    start(map_of(kWorkItem, R"("MaxConcurrency":2)", "EXPRESS"), "[1,2,3]");
    harness.stop(harness.key(arn));
    EXPECT_EQ(parent().status, ExecutionStatus::aborted);
    EXPECT_EQ(run().progress.status, MapRunStatus::running);
    EXPECT_EQ(run().progress.executions.running, 2);
    finish_all("1");
    EXPECT_EQ(run().progress.status, MapRunStatus::aborted);
    EXPECT_EQ(run().progress.executions.succeeded, 2);
    EXPECT_EQ(run().progress.executions.started(), 2) << "no child is started any more";
}

TEST_F(MapRuns, BeginNoExpressChildAgainWhereTheirParentWasStopped) {
    start(map_of(kWorkItem, R"("MaxConcurrency":2)", "EXPRESS"), "[1,2,3]");
    stop_and_die();
    EXPECT_EQ(run().progress.status, MapRunStatus::aborted);
    EXPECT_EQ(run().progress.executions.aborted, 2);
    EXPECT_EQ(harness.tasks->calls().size(), 2U) << "no child has gone on";
}

TEST_F(MapRuns, StopBeforeWhatIsDueAfterARestart) {
    start(map_of(R"("P":{"Type":"Wait","Seconds":60,"Next":"W"},"W":)" + kWorkItem.substr(4)),
          "[1]");
    harness.disk->cut_off_after(1);
    harness.stop(harness.key(arn));
    harness.clock.advance(Seconds{60});
    harness.restart_after_cut();
    EXPECT_EQ(children().front().status, ExecutionStatus::aborted);
    EXPECT_THAT(harness.tasks->calls(), IsEmpty());
    EXPECT_THAT(harness.history(children().front().arn), Not(Contains("TaskStateEntered")));
}

TEST_F(MapRuns, StopWithinOneAnotherAfterARestart) {
    start(map_of(R"("P":{"Type":"Map","Label":"Inner","End":true,"ItemProcessor":{
            "ProcessorConfig":{"Mode":"DISTRIBUTED","ExecutionType":"STANDARD"},
            "StartAt":"Q","States":{"Q":)" +
                 kWorkItem.substr(4) + "}}}"),
          "[[1,2],[3]]");
    ASSERT_EQ(harness.tasks->calls().size(), 3U);
    stop_and_die();
    EXPECT_EQ(harness.tasks->calls().size(), 3U) << "no grandchild has gone on";
    EXPECT_THAT(harness.memory.open_map_runs(0, 10), IsEmpty());
    for (const ExecutionRecord& child : children()) {
        for (const MapRunRecord& inner : harness.memory.list_map_runs(child.key, 0, 10)) {
            EXPECT_EQ(inner.progress.status, MapRunStatus::aborted);
            EXPECT_EQ(inner.progress.executions.running, 0);
        }
    }
}

TEST_F(MapRuns, FailWithTheSameErrorAfterARestart) {
    start(map_of(kWorkItem, R"("QueryLanguage":"JSONata","MaxConcurrency":2,
            "ItemSelector":{"n":"{% $states.context.Map.Item.Value + 1 %}"})"),
          R"([1,2,"x"])");
    ASSERT_EQ(harness.tasks->open_calls().size(), 2U);
    // The process dies when a child's end, the failure and the stop of the other child are on disk.
    harness.disk->cut_off_after(3);
    harness.tasks->finish(harness.tasks->open_calls().at(0).id, payload("1"));
    harness.settle();
    ASSERT_EQ(run().progress.status, MapRunStatus::running);
    ASSERT_EQ(run().progress.executions.aborted, 1);
    harness.restart_after_cut();
    EXPECT_EQ(run().progress.status, MapRunStatus::failed);
    EXPECT_EQ(parent().error, "States.QueryEvaluationError");
}

TEST_F(MapRuns, GiveTheirItemsToASelector) {
    start(
        map_of(
            kPassItem,
            R"("ItemsPath":"$.i","ItemSelector":{"n.$":"$$.Map.Item.Index","v.$":"$$.Map.Item.Value",
                    "o.$":"$.other","s.$":"$$.Map.Item.Source","e.$":"$$.Execution.Name"})"),
        R"({"i":["a","b"],"other":7})");
    EXPECT_EQ(
        json(output()),
        json(
            R"([{"n":0,"v":"a","o":7,"s":"STATE_DATA","e":"x"},{"n":1,"v":"b","o":7,"s":"STATE_DATA","e":"x"}])"));
}

TEST_F(MapRuns, FailWhereTheSelectorDoes) {
    start(map_of(kPassItem, R"("ItemSelector":{"v.$":"$.none"})"), "[1]");
    EXPECT_EQ(parent().status, ExecutionStatus::failed);
    EXPECT_THAT(parent().cause.value(),
                StartsWith("An error occurred while executing the state 'M' (entered at the event "
                           "id #2). "));
    EXPECT_THAT(harness.history(arn), ::testing::Contains("MapRunFailed"));
}

TEST_F(MapRuns, BatchTheirItems) {
    start(map_of(kPassItem, R"("ItemBatcher":{"MaxItemsPerBatch":2,"BatchInput":{"b":1}})"),
          "[1,2,3,4,5]");
    EXPECT_EQ(output(),
              R"([{"BatchInput":{"b":1},"Items":[1,2]},{"BatchInput":{"b":1},"Items":[3,4]},)"
              R"({"BatchInput":{"b":1},"Items":[5]}])");
    EXPECT_EQ(run().progress.executions.succeeded, 3);
    EXPECT_EQ(run().progress.items.succeeded, 5);
    EXPECT_EQ(children().back().item_count, 2);
}

TEST_F(MapRuns, BatchTheirItemsByBytes) {
    // Two of these do not fit, one does even though it is larger than the limit by itself.
    start(map_of(kPassItem, R"("ItemBatcher":{"MaxInputBytesPerBatch":40})"),
          R"(["aaaaaaaaaa","bbbbbbbbbb","c"])");
    EXPECT_EQ(output(), R"([{"Items":["aaaaaaaaaa"]},{"Items":["bbbbbbbbbb"]},{"Items":["c"]}])");
}

// Developer Guide, "ItemReader (Map)", JSON data from a previous step: "iterate directly over the
// elements of an array, or the key-value pairs of a JSON object".
TEST_F(MapRuns, TakeTheMembersOfAnObjectForItems) {
    const std::string expected = R"([{"Key":"b","Value":[2]},{"Key":"a","Value":1}])";
    start(map_of(kPassItem), R"({"b":[2],"a":1})");
    EXPECT_EQ(output(), expected);
    EXPECT_EQ(run().progress.items_known, 2);
}

TEST_F(MapRuns, TellASelectorTheKeyOfAMember) {
    start(map_of(kPassItem, R"("ItemsPath":"$.o","ItemSelector":{"k.$":"$$.Map.Item.Key",
            "v.$":"$$.Map.Item.Value","i.$":"$$.Map.Item.Index"})"),
          R"({"o":{"b":[2],"a":1}})");
    EXPECT_EQ(output(), R"([{"v":[2],"i":0,"k":"b"},{"v":1,"i":1,"k":"a"}])");
}

TEST_F(MapRuns, TakeTheMembersThatItemsComesTo) {
    start(map_of(kPassItem,
                 R"("QueryLanguage":"JSONata","Items":"{% $merge([$states.input, {'c': 3}]) %}",
            "ItemSelector":{"k":"{% $states.context.Map.Item.Key %}","v":"{% $states.context.Map.Item.Value %}"})"),
          R"({"b":2})");
    EXPECT_EQ(output(), R"([{"k":"b","v":2},{"k":"c","v":3}])");
}

TEST_F(MapRuns, FailWhereItemsIsNeitherArrayNorObject) {
    start(map_of(kPassItem, R"("QueryLanguage":"JSONata","Items":"{% 5 %}")"), "{}");
    EXPECT_EQ(parent().error, "States.QueryEvaluationError");
    EXPECT_THAT(parent().cause.value(), HasSubstr("Expected 'array', but was 'number'"));
}

TEST_F(MapRuns, FailWhereTheirOutputIsTooLarge) {
    const std::string large(100'000, 'a');
    start(map_of(R"("P":{"Type":"Pass","Result":")" + large + R"(","End":true})"), "[1,2,3]");
    EXPECT_EQ(parent().error, "States.DataLimitExceeded");
    EXPECT_EQ(run().progress.status, MapRunStatus::failed);
}

struct MapRunsOfADataSet : public ::testing::Test {
    explicit MapRunsOfADataSet(int count = 10) : numbers(count) {
        options.shards = 2;
        options.item_reader = &numbers;
        options.result_writer = &writer;
        writer.read_page = [this](ItemRead read) {
            Evaluated<ItemPage> page = ItemPage();
            numbers.read(std::move(read), [&](Evaluated<ItemPage> read_one) { page = read_one; });
            return page;
        };
    }
    ExecutionRecord run_to_end(const std::string& definition, const std::string& input = "{}") {
        harness.emplace(options);
        machine = harness->machine("m", definition);
        harness->start(machine, "x", input);
        harness->settle();
        return harness->execution(Harness::arn_of(machine, "x"));
    }
    MapRunRecord run() const {
        const auto key = harness->key(Harness::arn_of(machine, "x"));
        return *harness->memory.find_map_run(harness->memory.list_map_runs(key, 0, 1).front().key);
    }
    Numbers numbers;
    Writer writer;
    RuntimeOptions options;
    StartRequest machine;
    std::optional<Harness> harness;
};

TEST_F(MapRunsOfADataSet, ReadItPageByPage) {
    EXPECT_EQ(run_to_end(map_of(kPassItem, kReader)).output, "[0,1,2,3,4,5,6,7,8,9]");
    EXPECT_EQ(numbers.reads, 4);
    EXPECT_EQ(run().progress.items_known, 10);
}

TEST_F(MapRunsOfADataSet, BatchAcrossPages) {
    EXPECT_EQ(
        run_to_end(map_of(kPassItem, kReader + R"(,"ItemBatcher":{"MaxItemsPerBatch":4})")).output,
        R"([{"Items":[0,1,2,3]},{"Items":[4,5,6,7]},{"Items":[8,9]}])");
}

// Developer Guide, "ItemReader (Map)": items of up to 8 MB "if you then apply the optional
// ItemSelector field to reduce the item's size".
TEST_F(MapRunsOfADataSet, BatchLargeItemsThatASelectorMakesSmall) {
    numbers.item_bytes = 1'500'000;
    EXPECT_EQ(
        run_to_end(
            map_of(
                kPassItem,
                kReader +
                    R"(,"ItemSelector":{"i.$":"$$.Map.Item.Index"},"ItemBatcher":{"MaxItemsPerBatch":7})"))
            .output,
        R"([{"Items":[{"i":0},{"i":1},{"i":2},{"i":3},{"i":4},{"i":5},{"i":6}]},)"
        R"({"Items":[{"i":7},{"i":8},{"i":9}]}])");
}

TEST_F(MapRunsOfADataSet, FailWhereAnItemIsTooLargeForAChild) {
    numbers.item_bytes = 5'000'000;
    for (const std::string& batcher :
         {std::string(), std::string(R"(,"ItemBatcher":{"MaxItemsPerBatch":2})")}) {
        EXPECT_EQ(run_to_end(map_of(kPassItem, kReader + batcher)).error,
                  "States.DataLimitExceeded");
    }
}

TEST_F(MapRunsOfADataSet, StopReadingAtMaxItems) {
    const std::string reader =
        R"("ItemReader":{"Resource":"arn:aws:states:::s3:getObject","Parameters":{"Bucket":"b","Key":"k"},
           "ReaderConfig":{"InputType":"JSON","MaxItemsPath":"$.m"}})";
    EXPECT_EQ(run_to_end(map_of(kPassItem, reader), R"({"m":4})").output, "[0,1,2,3]");
    EXPECT_EQ(numbers.reads, 2);
    EXPECT_EQ(run().progress.items_known, 4);
}

TEST_F(MapRunsOfADataSet, RefuseANegativeMaxItems) {
    const std::string reader =
        R"("ItemReader":{"Resource":"arn:aws:states:::s3:getObject","Parameters":{"Bucket":"b","Key":"k"},
           "ReaderConfig":{"InputType":"JSON","MaxItemsPath":"$.m"}})";
    const ExecutionRecord parent = run_to_end(map_of(kPassItem, reader), R"({"m":-1})");
    EXPECT_EQ(parent.error, "States.ItemReaderFailed");
    EXPECT_EQ(parent.cause, "field MaxItems must be positive");
}

TEST_F(MapRunsOfADataSet, FailWithTheirReader) {
    numbers.error = StateError{"States.ItemReaderFailed", "no such key"};
    const ExecutionRecord parent = run_to_end(map_of(kPassItem, kReader));
    EXPECT_EQ(parent.error, "States.ItemReaderFailed");
    EXPECT_EQ(parent.cause, "no such key");
}

TEST_F(MapRunsOfADataSet, ExportTheirResults) {
    const ExecutionRecord parent = run_to_end(map_of(
        kPassItem,
        kReader +
            R"(,"ResultWriter":{"Resource":"arn:aws:states:::s3:putObject","Parameters":{"Bucket":"out"}})"));
    EXPECT_EQ(parent.output,
              R"({"MapRunArn":")" + run().arn +
                  R"(","ResultWriterDetails":{"Bucket":"out","Key":"manifest.json"}})");
    EXPECT_THAT(writer.succeeded, SizeIs(10));
    EXPECT_EQ(run().progress.executions.results_written, 10);
}

TEST_F(MapRunsOfADataSet, ExportWhatFailedToo) {
    const ExecutionRecord parent = run_to_end(map_of(
        kFailItem,
        kReader +
            R"(,"MaxConcurrency":1,"ResultWriter":{"Resource":"arn:aws:states:::s3:putObject","Parameters":{"Bucket":"out"}})"));
    EXPECT_EQ(parent.error, "States.ExceedToleratedFailureThreshold");
    EXPECT_THAT(writer.succeeded, ElementsAre("0", "1", "2"));
    EXPECT_THAT(writer.failed, ElementsAre("Odd"));
    EXPECT_THAT(writer.pending, ElementsAre("4", "5", "6", "7", "8", "9"));
    EXPECT_EQ(run().progress.items_known, 10);
}

const std::string kWriter =
    R"(,"ResultWriter":{"Resource":"arn:aws:states:::s3:putObject","Parameters":{"Bucket":"out"}})";

// Developer Guide, "Redriving Map Runs": a run whose parent is stopped may "still be writing
// results"; "ResultWriter (Map)": what was not started because it was aborted is pending.
TEST_F(MapRunsOfADataSet, ExportWhatAStopHasLeft) {
    for (const bool dies : {false, true}) {
        writer.failed.clear();
        writer.pending.clear();
        run_to_end(map_of(kWorkItem, kReader + kWriter + R"(,"MaxConcurrency":2)"));
        harness->tasks->finish(harness->tasks->open_calls().front().id, payload("7"));
        harness->settle();
        // With the parent's end on disk and nothing else: the restart writes.
        if (dies) harness->disk->cut_off_after(1);
        harness->stop(harness->key(Harness::arn_of(machine, "x")));
        harness->settle();
        if (dies) {
            EXPECT_THAT(writer.pending, IsEmpty());
            harness->restart_after_cut();
        }
        EXPECT_EQ(run().progress.status, MapRunStatus::aborted) << dies;
        EXPECT_THAT(writer.failed, SizeIs(2)) << dies;
        EXPECT_THAT(writer.pending, ElementsAre("3", "4", "5", "6", "7", "8", "9")) << dies;
        EXPECT_EQ(run().progress.items_known, 10) << dies;
        EXPECT_EQ(run().progress.executions.results_written, 3) << dies;
    }
    EXPECT_THAT(writer.succeeded, ElementsAre("7", "7"));
}

TEST_F(MapRunsOfADataSet, ExportWhatIsPendingAsItsChildrenWouldGetIt) {
    run_to_end(
        map_of(
            R"("P":{"Type":"Fail"})",
            R"("ItemReader":{"Resource":"arn:aws:states:::s3:getObject","Parameters":{"Bucket":"b","Key":"k"},
             "ReaderConfig":{"InputType":"JSON","MaxItems":9}},"MaxConcurrency":1,
           "ItemSelector":{"i.$":"$$.Map.Item.Index","v.$":"$$.Map.Item.Value","in.$":"$.x"},
           "ItemBatcher":{"MaxItemsPerBatch":4,"BatchInput":{"b":true}})" +
                kWriter),
        R"({"x":5})");
    EXPECT_THAT(
        writer.pending,
        ElementsAre(
            R"({"BatchInput":{"b":true},"Items":[{"in":5,"v":4,"i":4},{"in":5,"v":5,"i":5},{"in":5,"v":6,"i":6},{"in":5,"v":7,"i":7}]})",
            R"({"BatchInput":{"b":true},"Items":[{"in":5,"v":8,"i":8}]})"));
}

TEST_F(MapRunsOfADataSet, GoOnWithWhatWasPendingWhenTheyAreRedriven) {
    run_to_end(map_of(kWorkItem, kReader + kWriter + R"(,"MaxConcurrency":2)"));
    const std::string arn = Harness::arn_of(machine, "x");
    harness->stop(harness->key(arn));
    harness->settle();
    EXPECT_THAT(writer.pending, SizeIs(8));
    writer.pending.clear();
    Answer<RedriveEnded> redriven;
    harness->runtime->redrive(harness->key(arn), {}, redriven.callback());
    ASSERT_EQ(redriven.get().redrivability, Redrivability::redrivable);
    harness->settle();
    while (!harness->tasks->open_calls().empty()) {
        EXPECT_EQ(run().progress.items_known, 10);
        harness->tasks->finish(harness->tasks->open_calls().front().id, payload("1"));
        harness->settle();
    }
    EXPECT_EQ(harness->execution(arn).status, ExecutionStatus::succeeded);
    EXPECT_EQ(run().progress.items.succeeded, 10);
    EXPECT_THAT(writer.succeeded, SizeIs(10));
    EXPECT_THAT(writer.pending, IsEmpty());
}

TEST_F(MapRunsOfADataSet, FlattenTheirResults) {
    EXPECT_EQ(
        run_to_end(
            map_of(
                kPassItem,
                kReader +
                    R"(,"ItemBatcher":{"MaxItemsPerBatch":5},"ResultWriter":{"WriterConfig":{"Transformation":"FLATTEN","OutputType":"JSON"}})"))
            .output,
        R"([{"Items":[0,1,2,3,4]},{"Items":[5,6,7,8,9]}])");
}

// Developer Guide, "ResultWriter (Map)": WriterConfig alone formats the output of the state.
TEST_F(MapRunsOfADataSet, ShowTheirResultsAsWriterConfigSays) {
    const auto output = [&](const std::string& transformation) {
        return json(
            run_to_end(map_of(kPassItem,
                              kReader + R"(,"ResultWriter":{"WriterConfig":{"Transformation":")" +
                                  transformation + R"(","OutputType":"JSON"}})"))
                .output.value());
    };
    EXPECT_EQ(output("COMPACT"), json("[0,1,2,3,4,5,6,7,8,9]"));
    const Json records = output("NONE");
    ASSERT_EQ(records.size(), 10U);
    EXPECT_EQ(records[9].at("Input"), "9");
    EXPECT_EQ(records[9].at("Output"), "9");
    EXPECT_EQ(records[9].at("Status"), "SUCCEEDED");
    EXPECT_TRUE(records[9].contains("ExecutionArn"));
}

/// Wherever the process dies, no item is lost and none is started twice, and the tallies add up.
TEST_F(MapRunsOfADataSet, LoseNoItemWhereverTheProcessDies) {
    for (const std::string type : {"STANDARD", "EXPRESS"}) {
        for (const std::string& batcher :
             {std::string(), std::string(R"(,"ItemBatcher":{"MaxItemsPerBatch":4})")}) {
            bool over = false;
            std::size_t writes = 1;
            for (; !over && writes < 200; ++writes) {
                harness.emplace(options);
                machine = harness->machine(
                    "m", map_of(kPassItem, kReader + R"(,"MaxConcurrency":4)" + batcher, type));
                const std::string arn = Harness::arn_of(machine, "x");
                harness->disk->cut_off_after(writes);
                harness->start(machine, "x", "{}");
                harness->settle();
                over = harness->execution(arn).status == ExecutionStatus::succeeded;
                harness->restart_after_cut();
                const ExecutionRecord parent = harness->execution(arn);
                ASSERT_EQ(parent.status, ExecutionStatus::succeeded) << type << batcher << writes;
                EXPECT_EQ(parent.output,
                          batcher.empty()
                              ? "[0,1,2,3,4,5,6,7,8,9]"
                              : R"([{"Items":[0,1,2,3]},{"Items":[4,5,6,7]},{"Items":[8,9]}])")
                    << writes;
                const MapRunProgress progress = run().progress;
                EXPECT_EQ(progress.executions.succeeded, batcher.empty() ? 10 : 3) << writes;
                EXPECT_EQ(progress.executions.started(), batcher.empty() ? 10 : 3) << writes;
                EXPECT_EQ(progress.items.succeeded, 10) << writes;
                EXPECT_EQ(progress.items_known, 10) << writes;
                EXPECT_TRUE(progress.settled) << writes;
                EXPECT_EQ(harness->faults(arn), "") << writes;
            }
            EXPECT_TRUE(over);
            EXPECT_GT(writes, 5U);
        }
    }
}

TEST_F(MapRuns, GoOnAfterARestart) {
    start(map_of(kWorkItem, R"("MaxConcurrency":2)"), "[1,2,3]");
    const auto before = harness.tasks->open_calls();
    ASSERT_THAT(before, SizeIs(2));
    harness.restart();
    const auto again = harness.tasks->open_calls();
    std::set<std::string> ids;
    for (const TaskCall& call : again) ids.insert(call.request_id);
    EXPECT_TRUE(ids.contains(before[0].request_id));
    finish_all("7");
    finish_all("7");
    EXPECT_EQ(output(), "[7,7,7]");
    EXPECT_EQ(run().progress.executions.started(), 3);
}

TEST_F(MapRuns, BeginAgainWhereTheOutcomeOfAWriteIsOpen) {
    machine = harness.machine("m", map_of(kPassItem));
    arn = Harness::arn_of(machine, "x");
    harness.disk->hold();
    const auto started = harness.start_later(machine, "x", "[1,2,3]");
    harness.disk->wait_for_held(1);
    harness.disk->release();
    harness.settle();
    EXPECT_EQ(output(), "[1,2,3]");
}

TEST_F(MapRuns, AreForgottenByAReset) {
    start(map_of(kWorkItem), "[1,2]");
    harness.reset();
    harness.settle();
    EXPECT_THAT(harness.memory.open_map_runs(0, 10), IsEmpty());
    start(map_of(kPassItem), "[1]");
    EXPECT_EQ(output(), "[1]");
}

TEST_F(MapRuns, NestInOneAnother) {
    start(map_of(R"("P":{"Type":"Map","Label":"Inner","End":true,"ItemProcessor":{
            "ProcessorConfig":{"Mode":"DISTRIBUTED","ExecutionType":"EXPRESS"},
            "StartAt":"Q","States":{"Q":{"Type":"Pass","End":true}}}})"),
          "[[1,2],[3]]");
    EXPECT_EQ(output(), "[[1,2],[3]]");
    const auto inner = harness.memory.list_map_runs(children().back().key, 0, 10);
    ASSERT_THAT(inner, SizeIs(1));
    EXPECT_THAT(inner[0].arn, HasSubstr(":mapRun:m/Inner:"));
    EXPECT_EQ(inner[0].execution_arn, children().back().arn);
}

}  // namespace
}  // namespace stepwell::testing
