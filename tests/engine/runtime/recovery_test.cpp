#include <gmock/gmock.h>

#include "tests/engine/runtime/harness.hpp"

// design.md, "How recovery rebuilds each kind of wait", row by row.
namespace stepwell::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr Milliseconds kHour{3'600'000};

TaskResult empty_result(const TaskCall&) { return payload("{}"); }

TEST(Recovery, OfAWaitWaitsForTheRest) {
    Harness harness;
    const StartRequest machine = harness.machine("m", kWaitHour);
    harness.start(machine, "x");
    const std::string arn = Harness::arn_of(machine, "x");
    harness.advance(Seconds{1000});
    harness.restart(Seconds{600});
    EXPECT_EQ(harness.runtime->statistics().live_executions, 0U);
    EXPECT_EQ(harness.runtime->statistics().timers, 1U);
    harness.advance(Milliseconds{1'999'999});
    EXPECT_EQ(harness.execution(arn).status, ExecutionStatus::running);
    harness.advance(Milliseconds{1});
    EXPECT_EQ(harness.execution(arn).stop_date, ManualClock::kStart + kHour);
    EXPECT_EQ(harness.faults(arn), "");
}

TEST(Recovery, FiresOverdueTimersInTheirOrderAtThePresentTime) {
    Harness harness;
    const StartRequest machine =
        harness.machine("m", R"({"StartAt":"P","States":{"P":{"Type":"Parallel","End":true,
        "Branches":[
          {"StartAt":"Late","States":{"Late":{"Type":"Wait","Seconds":300,"Next":"L"},"L":{"Type":"Pass","End":true}}},
          {"StartAt":"Early","States":{"Early":{"Type":"Wait","Seconds":100,"Next":"E"},"E":{"Type":"Pass","End":true}}},
          {"StartAt":"Middle","States":{"Middle":{"Type":"Wait","Seconds":200,"End":true}}}]}}})");
    harness.start(machine, "x");
    const std::string arn = Harness::arn_of(machine, "x");
    harness.restart(kHour);
    const ExecutionRecord record = harness.execution(arn);
    EXPECT_EQ(record.status, ExecutionStatus::succeeded);
    EXPECT_EQ(record.stop_date, harness.clock.now());
    EXPECT_EQ(harness.faults(arn), "");
    EXPECT_THAT(harness.exits(arn), ElementsAre("Early", "Middle", "Late", "E", "L", "P"));
}

TEST(Recovery, OfManyOverdueExecutionsBringsAllBack) {
    Harness harness;
    const StartRequest machine = harness.machine("m", kWaitHour);
    for (int i = 0; i < 500; ++i) harness.start_later(machine, "x" + std::to_string(i));
    harness.settle();
    harness.restart(2 * kHour);
    for (int i = 0; i < 500; ++i) {
        EXPECT_EQ(harness.execution(Harness::arn_of(machine, "x" + std::to_string(i))).status,
                  ExecutionStatus::succeeded);
    }
    EXPECT_EQ(harness.runtime->statistics().live_executions, 0U);
}

TEST(Recovery, CallsATaskInFlightAgainWithTheSameRequestId) {
    Harness harness;
    const StartRequest machine = harness.machine("m", kTask);
    harness.start(machine, "x", R"({"n":1})");
    const std::string arn = Harness::arn_of(machine, "x");
    const auto before = harness.history(arn);
    harness.restart(Seconds{5});
    ASSERT_THAT(harness.tasks->calls(), SizeIs(2));
    const TaskCall first = harness.tasks->calls()[0];
    const TaskCall again = harness.tasks->calls()[1];
    EXPECT_EQ(again.request_id, first.request_id);
    EXPECT_EQ(again.input.text(), first.input.text());
    EXPECT_NE(again.id, 0U);
    EXPECT_EQ(harness.history(arn), before);
    // The second runtime numbers its calls anew; the first one's call is no longer awaited.
    harness.tasks->finish(again.id, payload(R"("done")"));
    harness.settle();
    EXPECT_EQ(harness.execution(arn).output, R"("done")");
    EXPECT_EQ(harness.faults(arn), "");
}

TEST(Recovery, OfATaskPastItsDeadlineTimesOut) {
    Harness harness;
    const StartRequest machine = harness.machine("m", R"({"StartAt":"Work","States":{
        "Work":{"Type":"Task","Resource":"arn:aws:lambda:us-east-1:123456789012:function:work",
                "TimeoutSeconds":30,"End":true}}})");
    harness.start(machine, "x");
    harness.restart(Seconds{31});
    EXPECT_THAT(harness.tasks->calls(), SizeIs(1));
    EXPECT_EQ(harness.execution(Harness::arn_of(machine, "x")).error, "States.Timeout");
}

TEST(Recovery, OfARetryWaitsForTheRestAndKeepsItsCounters) {
    Harness harness;
    const StartRequest machine = harness.machine("m", kRetry);
    harness.tasks->script("Work", [](const TaskCall&) -> TaskResult {
        return StateError{"Oops", ""};
    });
    harness.start(machine, "x");
    const std::string arn = Harness::arn_of(machine, "x");
    harness.restart(Seconds{4});
    harness.advance(Milliseconds{5'999});
    EXPECT_THAT(harness.tasks->calls(), SizeIs(1));
    harness.advance(Milliseconds{1});
    EXPECT_THAT(harness.tasks->calls(), SizeIs(2));
    harness.restart(Seconds{60});
    EXPECT_THAT(harness.tasks->calls(), SizeIs(3));
    EXPECT_EQ(harness.execution(arn).status, ExecutionStatus::failed);
}

TEST(Recovery, OfATokenWaitsForIt) {
    Harness harness;
    const StartRequest machine = harness.machine("m", kToken);
    harness.tasks->script("Ask", empty_result);
    harness.start(machine, "x");
    const std::string arn = Harness::arn_of(machine, "x");
    const std::string token = harness.tasks->calls().at(0).token;
    harness.restart(kHour);
    EXPECT_THAT(harness.tasks->calls(), SizeIs(1));  // submitted: not sent again
    EXPECT_EQ(harness.report(token, TokenSucceeded{payload("7")}), TokenOutcome::accepted);
    EXPECT_EQ(harness.execution(arn).output, "7");
    harness.restart();
    EXPECT_EQ(harness.report(token, TokenSucceeded{payload("7")}), TokenOutcome::task_timed_out);
}

TEST(Recovery, BeforeTheTokenIsSubmittedSendsTheSameTokenAgain) {
    Harness harness;
    const StartRequest machine = harness.machine("m", kToken);
    harness.start(machine, "x");
    harness.restart();
    ASSERT_THAT(harness.tasks->calls(), SizeIs(2));
    EXPECT_EQ(harness.tasks->calls()[0].token, harness.tasks->calls()[1].token);
}

TEST(Recovery, OfAParallelContinuesEachBranchByItself) {
    Harness harness;
    const StartRequest machine =
        harness.machine("m", R"({"StartAt":"P","States":{"P":{"Type":"Parallel","End":true,
        "Branches":[
          {"StartAt":"W","States":{"W":{"Type":"Wait","Seconds":100,"Next":"A"},
                                   "A":{"Type":"Pass","Result":"waited","End":true}}},
          {"StartAt":"Work","States":{"Work":{"Type":"Task","End":true,
                                   "Resource":"arn:aws:lambda:us-east-1:123456789012:function:work"}}},
          {"StartAt":"B","States":{"B":{"Type":"Pass","Result":"passed","End":true}}}]}}})");
    harness.start(machine, "x");
    const std::string arn = Harness::arn_of(machine, "x");
    harness.restart(Seconds{50});
    ASSERT_THAT(harness.tasks->calls(), SizeIs(2));
    harness.tasks->finish(harness.tasks->calls()[1].id, payload(R"("worked")"));
    harness.settle();
    harness.restart(Seconds{20});
    EXPECT_THAT(harness.tasks->calls(), SizeIs(2));
    harness.advance(Seconds{30});
    EXPECT_EQ(harness.execution(arn).output, R"(["waited","worked","passed"])");
    EXPECT_EQ(harness.faults(arn), "");
}

TEST(Recovery, OfAMapStartsTheNextItemThatWasNotStarted) {
    Harness harness;
    const StartRequest machine =
        harness.machine("m", R"({"StartAt":"M","States":{"M":{"Type":"Map","End":true,
        "MaxConcurrency":2,"ItemProcessor":{"StartAt":"Work","States":{"Work":{"Type":"Task","End":true,
            "Resource":"arn:aws:lambda:us-east-1:123456789012:function:work"}}}}}})");
    harness.start(machine, "x", "[0,1,2,3,4]");
    const std::string arn = Harness::arn_of(machine, "x");
    ASSERT_THAT(harness.tasks->calls(), SizeIs(2));
    harness.tasks->finish(harness.tasks->calls()[0].id, payload("10"));
    harness.settle();
    ASSERT_THAT(harness.tasks->calls(), SizeIs(3));  // items 0, 1 and 2
    harness.tasks->script("Work", [](const TaskCall& call) -> TaskResult {
        return Payload(Json(call.input.value().get<int>() + 10));
    });
    harness.restart();
    EXPECT_EQ(harness.execution(arn).output, "[10,11,12,13,14]");
    EXPECT_THAT(harness.tasks->calls(), SizeIs(7));  // 1 and 2 again, then 3 and 4
    EXPECT_EQ(harness.count(arn, "MapIterationStarted"), 5U);
    EXPECT_EQ(harness.faults(arn), "");
}

TEST(Recovery, GoesOnWhereTheLastCommittedStepEnded) {
    // Whatever was lost behind the cut is decided again, from what was stored.
    for (std::size_t cut = 0; cut < 4; ++cut) {
        Harness harness({.shards = 1});
        const StartRequest machine = harness.machine("loop", kEndless);
        harness.disk->hold();
        const auto start = harness.start_later(machine, "x");
        harness.disk->wait_for_held(4);
        harness.disk->keep_only(cut + 1);
        harness.disk->cut_off();
        harness.disk->release();
        harness.restart_after_cut();
        const std::string arn = Harness::arn_of(machine, "x");
        EXPECT_EQ(harness.execution(arn).last_event, kMaxEvents) << cut;
        EXPECT_EQ(harness.faults(arn), "") << cut;
    }
}

TEST(Recovery, NeverSetsTheClockBack) {
    Harness harness;
    const StartRequest machine = harness.machine("m", kWaitHour);
    const Started first = harness.start(machine, "x");
    const ExecutionKey key = harness.key(Harness::arn_of(machine, "x"));
    harness.clock.set(ManualClock::kStart - Milliseconds{86'400'000});
    harness.restart();
    const Started second = harness.start(machine, "y");
    EXPECT_GE(second.start_date, first.start_date);
    EXPECT_GT(harness.key(Harness::arn_of(machine, "y")), key);
    // And the Wait still takes its hour.
    harness.advance(kHour);
    EXPECT_EQ(harness.execution(Harness::arn_of(machine, "x")).status, ExecutionStatus::succeeded);
}

TEST(Recovery, FailsAnExecutionWhoseJournalIsDamagedAndNoOther) {
    Harness harness({.shards = 1});
    const StartRequest machine = harness.machine("m", kWaitHour);
    harness.start(machine, "bad");
    harness.start(machine, "good");
    const std::string bad = Harness::arn_of(machine, "bad");
    const std::string good = Harness::arn_of(machine, "good");
    const ExecutionKey key = harness.key(bad);
    harness.disk->damage(key, [](std::vector<JournalRow>& rows) { rows.at(0).bytes.resize(10); });
    harness.restart(2 * kHour);
    EXPECT_EQ(harness.execution(good).status, ExecutionStatus::succeeded);
    const ExecutionRecord record = harness.execution(bad);
    EXPECT_EQ(record.status, ExecutionStatus::failed);
    EXPECT_EQ(record.error, "States.Runtime");
    EXPECT_EQ(harness.stop(key).outcome, Outcome::committed);
    EXPECT_EQ(harness.runtime->statistics().live_executions, 0U);
}

TEST(Recovery, AnswersWhoWaitsForADamagedExecution) {
    Harness harness({.shards = 1});
    const StartRequest machine = harness.machine("m", kToken);
    harness.tasks->script("Ask", empty_result);
    harness.start(machine, "x");
    const std::string token = harness.tasks->calls().at(0).token;
    harness.disk->damage(harness.key(Harness::arn_of(machine, "x")),
                         [](std::vector<JournalRow>& rows) { rows.at(0).entry_count += 1; });
    harness.restart();
    EXPECT_EQ(harness.report(token, TokenSucceeded{payload("{}")}), TokenOutcome::task_timed_out);
    EXPECT_EQ(harness.execution(Harness::arn_of(machine, "x")).error, "States.Runtime");
}

TEST(Bug, FailsItsExecutionAndNoOther) {
    Harness harness({.shards = 1});
    const StartRequest machine = harness.machine("m", kTask);
    const StartRequest other = harness.machine("other", kWaitHour);
    harness.start(other, "y");
    harness.tasks->script("Work",
                          [](const TaskCall&) -> TaskResult { throw std::logic_error("a bug"); });
    harness.start(machine, "x");
    const std::string arn = Harness::arn_of(machine, "x");
    EXPECT_EQ(harness.execution(arn).status, ExecutionStatus::failed);
    EXPECT_EQ(harness.execution(arn).error, "States.Runtime");
    EXPECT_EQ(harness.execution(arn).cause, "An internal error ended this execution: a bug");
    EXPECT_EQ(harness.faults(arn), "");
    harness.advance(kHour);
    EXPECT_EQ(harness.execution(Harness::arn_of(other, "y")).status, ExecutionStatus::succeeded);
}

TEST(RefusedWrite, BringsBackWhatIsStored) {
    Harness harness({.shards = 1});
    const StartRequest machine = harness.machine("m", kTask);
    harness.start(machine, "x");
    const std::string arn = Harness::arn_of(machine, "x");
    const TaskCall first = harness.tasks->calls().at(0);
    harness.disk->refuse(Outcome::overloaded);
    harness.tasks->finish(first.id, payload(R"("lost")"));
    harness.settle();
    EXPECT_EQ(harness.execution(arn).status, ExecutionStatus::running);
    EXPECT_EQ(harness.runtime->statistics().live_executions, 0U);
    harness.advance(Seconds{1});
    ASSERT_THAT(harness.tasks->calls(), SizeIs(2));
    EXPECT_EQ(harness.tasks->calls()[1].request_id, first.request_id);
    harness.tasks->finish(harness.tasks->calls()[1].id, payload(R"("kept")"));
    harness.settle();
    EXPECT_EQ(harness.execution(arn).output, R"("kept")");
    EXPECT_EQ(harness.faults(arn), "");
}

TEST(RefusedWrite, TellsItsCallerAndKeepsTheExecution) {
    Harness harness({.shards = 1});
    const StartRequest machine = harness.machine("m", kWaitHour);
    harness.start(machine, "x");
    const std::string arn = Harness::arn_of(machine, "x");
    harness.disk->refuse(Outcome::overloaded);
    EXPECT_EQ(harness.stop(harness.key(arn)).outcome, Outcome::overloaded);
    EXPECT_EQ(harness.execution(arn).status, ExecutionStatus::running);
    harness.advance(kHour);
    EXPECT_EQ(harness.execution(arn).status, ExecutionStatus::succeeded);
    EXPECT_EQ(harness.faults(arn), "");
}

TEST(RefusedWrite, OfAStartWhoseOutcomeIsOpenIsLookedAtAgain) {
    Harness harness({.shards = 1});
    const StartRequest machine = harness.machine("m", kTask);
    // Said to be lost, and committed after all.
    harness.disk->refuse_but_make(Outcome::overloaded);
    EXPECT_EQ(harness.start(machine, "x").outcome, Outcome::overloaded);
    EXPECT_THAT(harness.tasks->calls(), IsEmpty());
    harness.advance(Seconds{1});
    ASSERT_THAT(harness.tasks->calls(), SizeIs(1));
    harness.tasks->finish(harness.tasks->calls()[0].id, payload("{}"));
    harness.settle();
    EXPECT_EQ(harness.execution(Harness::arn_of(machine, "x")).status, ExecutionStatus::succeeded);
}

TEST(RefusedWrite, OfAStepThatWasMadeAfterAllLosesNothing) {
    Harness harness({.shards = 1});
    const StartRequest machine = harness.machine("m", kTask);
    harness.start(machine, "x");
    const std::string arn = Harness::arn_of(machine, "x");
    harness.disk->refuse_but_make(Outcome::overloaded);
    harness.tasks->finish(harness.tasks->calls()[0].id, payload(R"("done")"));
    harness.settle();
    harness.advance(Seconds{1});
    EXPECT_EQ(harness.execution(arn).output, R"("done")");
    EXPECT_THAT(harness.tasks->calls(), SizeIs(1));
    EXPECT_EQ(harness.runtime->statistics().live_executions, 0U);
    EXPECT_EQ(harness.faults(arn), "");
}

}  // namespace
}  // namespace stepwell::testing
