#include <gmock/gmock.h>

#include <algorithm>

#include "tests/engine/runtime/harness.hpp"

// Map Runs that go on when their execution is redriven. Developer Guide, "Redriving Map Runs in
// Step Functions executions".
namespace stepwell::testing {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::SizeIs;

std::string map_of(const std::string& fields = "", const std::string& type = "STANDARD") {
    return R"({"StartAt":"M","States":{"M":{"Type":"Map","Label":"L","End":true,"ItemProcessor":{
        "ProcessorConfig":{"Mode":"DISTRIBUTED","ExecutionType":")" +
           type + R"("},"StartAt":"First","States":{
        "First":{"Type":"Task","Resource":"arn:aws:lambda:us-east-1:123456789012:function:f",
                 "ResultPath":null,"Next":"P"},
        "P":{"Type":"Task","Resource":"arn:aws:lambda:us-east-1:123456789012:function:g","End":true}}})" +
           (fields.empty() ? "" : ",") + fields + "}}}";
}

struct MapRedrive : public ::testing::Test {
    void SetUp() override {
        harness.tasks->script("First", [](const TaskCall&) -> TaskResult { return payload("0"); });
        break_above(2);
    }
    /// The second task of items greater than this fails.
    void break_above(int most) {
        harness.tasks->script("P", [most](const TaskCall& call) -> TaskResult {
            const int item = std::stoi(call.input.text());
            if (item > most) return StateError{"Odd", "too much"};
            return payload(std::to_string(10 * item));
        });
    }
    void start(const std::string& definition, const std::string& input) {
        harness.start(harness.machine("m", definition), "x", input);
        harness.settle();
        arn = "arn:aws:states:us-east-1:123456789012:execution:m:x";
        key = harness.key(arn);
    }
    RedriveEnded redrive_one(ExecutionKey which) {
        Answer<RedriveEnded> answer;
        harness.runtime->redrive(which, {}, answer.callback());
        RedriveEnded ended = answer.get();
        harness.settle();
        return ended;
    }
    void redrive() { ASSERT_EQ(redrive_one(key).redrivability, Redrivability::redrivable); }
    MapRunRecord run() const {
        return *harness.memory.find_map_run(harness.memory.list_map_runs(key, 0, 10).front().key);
    }
    std::vector<ExecutionRecord> children() const {
        auto page = harness.memory.list_children(run().key, {}, 0, 1000).executions;
        std::reverse(page.begin(), page.end());
        return page;
    }
    ExecutionRecord parent() const { return harness.execution(arn); }
    std::size_t calls_of(const std::string& state) const {
        const auto calls = harness.tasks->calls();
        return std::size_t(std::count_if(calls.begin(), calls.end(), [&](const TaskCall& call) {
            return call.state_name == state;
        }));
    }

    Harness harness;
    std::string arn;
    ExecutionKey key = 0;
};

TEST_F(MapRedrive, RunsOnlyTheChildrenAgainThatFailedFromWhereTheyFailed) {
    start(map_of(R"("MaxConcurrency":1,"ToleratedFailureCount":1)"), "[1,2,3,4]");
    ASSERT_EQ(parent().error, "States.ExceedToleratedFailureThreshold");
    EXPECT_EQ(run().progress.executions.failed, 2);
    break_above(100);
    redrive();
    EXPECT_EQ(parent().status, ExecutionStatus::succeeded);
    EXPECT_EQ(parent().output, "[10,20,30,40]");
    EXPECT_EQ(calls_of("First"), 4U);
    EXPECT_EQ(calls_of("P"), 6U);
    EXPECT_THAT(harness.history(arn),
                ElementsAre("ExecutionStarted", "MapStateEntered", "MapStateStarted",
                            "MapRunStarted", "MapRunFailed", "MapStateFailed", "ExecutionFailed",
                            "ExecutionRedriven", "MapRunRedriven", "MapRunSucceeded",
                            "MapStateSucceeded", "MapStateExited", "ExecutionSucceeded"));
    const MapRunProgress progress = run().progress;
    EXPECT_EQ(progress.status, MapRunStatus::succeeded);
    EXPECT_EQ(progress.redrive_count, 1);
    EXPECT_EQ(progress.redrive_date, harness.clock.now());
    EXPECT_EQ(progress.executions.succeeded, 4);
    EXPECT_EQ(progress.executions.started(), 4);
    EXPECT_EQ(progress.executions.pending_redrive, 0);
    EXPECT_EQ(progress.items.succeeded, 4);
    EXPECT_EQ(children()[0].redrive_count, 0);
    EXPECT_EQ(children()[3].redrive_count, 1);
    EXPECT_THAT(harness.history(children()[3].arn), Contains("ExecutionRedriven"));
    EXPECT_EQ(harness.faults(children()[3].arn), "");
    EXPECT_EQ(harness.faults(arn), "");
    EXPECT_EQ(harness.runtime->statistics().live_executions, 0U);
}

TEST_F(MapRedrive, StartsExpressChildrenAnewUnderTheirArns) {
    start(map_of("", "EXPRESS"), "[1,2,3]");
    ASSERT_EQ(parent().status, ExecutionStatus::failed);
    std::vector<std::string> before;
    for (const ExecutionRecord& child : children()) before.push_back(child.arn);
    break_above(100);
    redrive();
    EXPECT_EQ(parent().output, "[10,20,30]");
    std::vector<std::string> after;
    for (const ExecutionRecord& child : children()) after.push_back(child.arn);
    EXPECT_EQ(after, before);
    EXPECT_EQ(run().progress.executions.succeeded, 3);
    EXPECT_EQ(run().progress.executions.started(), 3);
    EXPECT_EQ(harness.runtime->statistics().live_executions, 0U);
}

TEST_F(MapRedrive, ThatFailsAgainCanBeRedrivenAgain) {
    start(map_of(), "[1,2,3]");
    redrive();
    EXPECT_EQ(parent().status, ExecutionStatus::failed);
    EXPECT_EQ(run().progress.executions.failed, 1);
    EXPECT_EQ(run().progress.executions.started(), 3);
    break_above(100);
    redrive();
    EXPECT_EQ(parent().output, "[10,20,30]");
    EXPECT_EQ(run().progress.redrive_count, 2);
    EXPECT_EQ(harness.memory.list_map_runs(key, 0, 10).size(), 1U);
}

TEST_F(MapRedrive, KeepsToMaxConcurrencyAndTellsWhatWaits) {
    start(map_of(R"("MaxConcurrency":1,"ToleratedFailureCount":1)"), "[3,4,1]");
    ASSERT_EQ(parent().status, ExecutionStatus::failed);
    harness.tasks->unscript("P");
    redrive();
    MapRunTally tally = run().progress.executions;
    EXPECT_EQ(tally.running, 1);
    EXPECT_EQ(tally.pending_redrive, 1);
    EXPECT_EQ(tally.failed, 0);
    EXPECT_EQ(run().progress.items.pending_redrive, 1);
    // What had not begun comes after them.
    for (const char* result : {"30", "40", "10"}) {
        const auto open = harness.tasks->open_calls();
        ASSERT_THAT(open, SizeIs(1));
        harness.tasks->finish(open[0].id, payload(result));
        harness.settle();
    }
    EXPECT_EQ(parent().output, "[30,40,10]");
}

// API Reference, UpdateMapRun: of a run in progress, which one that is redriven is again.
TEST_F(MapRedrive, KeepsToLimitsThatAreUpdatedMeanwhile) {
    start(map_of(R"("MaxConcurrency":1,"ToleratedFailureCount":2)"), "[3,4,5,6]");
    ASSERT_EQ(run().progress.executions.failed, 3);
    harness.tasks->unscript("P");
    redrive();
    ASSERT_EQ(run().progress.executions.pending_redrive, 2);
    Answer<Outcome> updated;
    MapRunLimits limits;
    limits.max_concurrency = 3;
    limits.tolerated_failure_count = 1;
    harness.memory.update_map_run(run().arn, limits, updated.callback());
    ASSERT_EQ(updated.get(), Outcome::committed);
    harness.runtime->map_run_updated(run().arn);
    harness.settle();
    EXPECT_EQ(run().progress.executions.running, 3);
    EXPECT_EQ(run().progress.executions.pending_redrive, 0);
    for (int failures = 0; failures < 2; ++failures) {
        EXPECT_EQ(parent().status, ExecutionStatus::running);
        harness.tasks->finish(harness.tasks->open_calls().at(0).id, StateError{"Odd", ""});
        harness.settle();
    }
    EXPECT_EQ(parent().error, "States.ExceedToleratedFailureThreshold");
}

// Developer Guide, "Redriving Map Runs": a new Map Run begins where the data were at fault.
TEST_F(MapRedrive, BeginsAnewWhereTheResultsWereTooLarge) {
    harness.tasks->script("P", [](const TaskCall&) -> TaskResult {
        return payload('"' + std::string(100'000, 'a') + '"');
    });
    start(map_of(), "[1,2,3]");
    ASSERT_EQ(parent().error, "States.DataLimitExceeded");
    break_above(100);
    redrive();
    EXPECT_EQ(parent().output, "[10,20,30]");
    EXPECT_EQ(calls_of("First"), 6U) << "the children that had succeeded run again";
    EXPECT_THAT(harness.memory.list_map_runs(key, 0, 10), SizeIs(2));
}

TEST_F(MapRedrive, OfARunThatWasStoppedRedrivesItsChildren) {
    harness.tasks->unscript("P");
    start(map_of(), "[1,2]");
    harness.stop(key);
    harness.settle();
    ASSERT_EQ(run().progress.status, MapRunStatus::aborted);
    EXPECT_EQ(run().progress.executions.aborted, 2);
    break_above(100);
    redrive();
    EXPECT_EQ(parent().output, "[10,20]");
    EXPECT_EQ(calls_of("First"), 2U);
}

TEST_F(MapRedrive, StoppedInTheMiddleLeavesWhatWaitsAsItWas) {
    start(map_of(R"("MaxConcurrency":1,"ToleratedFailureCount":2)"), "[3,4,5]");
    ASSERT_EQ(run().progress.executions.failed, 3);
    harness.tasks->unscript("P");
    redrive();
    harness.stop(key);
    harness.settle();
    const MapRunTally tally = run().progress.executions;
    EXPECT_EQ(run().progress.status, MapRunStatus::aborted);
    EXPECT_EQ(tally.pending_redrive, 0);
    EXPECT_EQ(tally.failed, 2);
    EXPECT_EQ(tally.aborted, 1);
    break_above(100);
    redrive();
    EXPECT_EQ(parent().output, "[30,40,50]");
}

TEST_F(MapRedrive, GoesOnAfterARestart) {
    start(map_of(R"("MaxConcurrency":2,"ToleratedFailureCount":3)"), "[3,4,5,6]");
    ASSERT_EQ(parent().status, ExecutionStatus::failed);
    harness.tasks->unscript("P");
    redrive();
    EXPECT_EQ(run().progress.executions.running, 2);
    EXPECT_EQ(run().progress.executions.pending_redrive, 2);
    break_above(100);
    harness.restart();
    harness.settle();
    EXPECT_EQ(parent().output, "[30,40,50,60]");
    EXPECT_EQ(run().progress.executions.succeeded, 4);
    EXPECT_EQ(run().progress.executions.started(), 4);
}

TEST_F(MapRedrive, LeavesAChildThatIsTooOldAndCountsIt) {
    harness.tasks->unscript("P");
    start(map_of(R"("ToleratedFailureCount":1,"MaxConcurrency":1)"), "[3,4]");
    const auto fail = [&] {
        harness.tasks->finish(harness.tasks->open_calls().at(0).id, StateError{"Odd", ""});
        harness.settle();
    };
    fail();
    harness.advance(std::chrono::hours{24 * 10});
    fail();
    ASSERT_EQ(parent().status, ExecutionStatus::failed);
    // The parent may be redriven for nine days more, the first child no longer.
    harness.advance(std::chrono::hours{24 * 5});
    break_above(100);
    redrive();
    EXPECT_EQ(parent().status, ExecutionStatus::succeeded);
    const MapRunTally tally = run().progress.executions;
    EXPECT_EQ(tally.failed, 1);
    EXPECT_EQ(tally.not_redrivable, 1);
    EXPECT_EQ(tally.succeeded, 1);
    EXPECT_EQ(children()[0].redrive_count, 0);
    EXPECT_EQ(children()[1].redrive_count, 1);
}

TEST_F(MapRedrive, IsNotForItsChildrenAlone) {
    start(map_of(), "[3]");
    EXPECT_EQ(redrive_one(children().at(0).key).redrivability, Redrivability::by_map_run);
    EXPECT_EQ(children().at(0).status, ExecutionStatus::failed);
}

}  // namespace
}  // namespace stepwell::testing
