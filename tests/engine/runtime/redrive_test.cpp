#include <gmock/gmock.h>

#include "tests/engine/runtime/harness.hpp"

// RedriveExecution of executions in memory, on disk and on their way there.
namespace stepwell::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::SizeIs;

const char* const kTwoTasks = R"({"StartAt":"First","States":{
    "First":{"Type":"Task","Resource":"arn:aws:lambda:us-east-1:123456789012:function:f","Next":"Work"},
    "Work":{"Type":"Task","Resource":"arn:aws:lambda:us-east-1:123456789012:function:g","End":true}}})";

/// An execution whose task "Work" has failed.
class RedriveTest : public ::testing::Test {
protected:
    void SetUp() override {
        machine = harness.machine("m", kTwoTasks);
        harness.tasks->script("First", [](const TaskCall&) -> TaskResult { return payload("1"); });
        harness.tasks->script("Work", [](const TaskCall&) -> TaskResult {
            return StateError{"Broke", "because"};
        });
        harness.start(machine, "x");
        arn = Harness::arn_of(machine, "x");
        key = harness.key(arn);
        ASSERT_EQ(harness.execution(arn).status, ExecutionStatus::failed);
    }
    void mend() {
        harness.tasks->script("Work", [](const TaskCall&) -> TaskResult { return payload("2"); });
    }
    void break_open() { harness.tasks->unscript("Work"); }
    Answer<RedriveEnded> redrive_later(const std::string& token = {}) {
        Answer<RedriveEnded> answer;
        harness.runtime->redrive(key, {token}, answer.callback());
        return answer;
    }
    RedriveEnded redrive(const std::string& token = {}) {
        RedriveEnded ended = redrive_later(token).get();
        harness.settle();
        return ended;
    }

    Harness harness;
    StartRequest machine;
    std::string arn;
    ExecutionKey key = 0;
};

TEST_F(RedriveTest, BringsAClosedExecutionBackAndGoesOnWhereItFailed) {
    mend();
    harness.advance(Seconds{60});
    const RedriveEnded ended = redrive();
    EXPECT_EQ(ended.outcome, Outcome::committed);
    EXPECT_EQ(ended.redrivability, Redrivability::redrivable);
    EXPECT_EQ(ended.redrive_date, harness.clock.now());
    const ExecutionRecord record = harness.execution(arn);
    EXPECT_EQ(record.status, ExecutionStatus::succeeded);
    EXPECT_EQ(record.output, "2");
    EXPECT_EQ(record.error, std::nullopt);
    EXPECT_EQ(record.redrive_count, 1);
    EXPECT_EQ(record.redrive_date, harness.clock.now());
    EXPECT_THAT(harness.tasks->calls(), SizeIs(3));
    EXPECT_EQ(harness.faults(arn), "");
    EXPECT_EQ(harness.runtime->statistics().redriven, 1U);
    EXPECT_EQ(harness.runtime->statistics().live_executions, 0U);
}

TEST_F(RedriveTest, ShowsTheExecutionRunningWithoutAnEnd) {
    break_open();
    redrive();
    const ExecutionRecord record = harness.execution(arn);
    EXPECT_EQ(record.status, ExecutionStatus::running);
    EXPECT_EQ(record.stop_date, std::nullopt);
    EXPECT_EQ(record.error, std::nullopt);
    EXPECT_EQ(redrive().redrivability, Redrivability::running);
    EXPECT_EQ(harness.execution(arn).redrive_count, 1);
}

TEST_F(RedriveTest, OfManyAtOnceTakesOne) {
    break_open();
    std::vector<Answer<RedriveEnded>> answers;
    answers.reserve(20);
    for (int i = 0; i < 20; ++i) answers.push_back(redrive_later());
    int taken = 0;
    for (const auto& answer : answers) {
        const RedriveEnded ended = answer.get();
        EXPECT_EQ(ended.outcome, Outcome::committed);
        if (ended.redrivability == Redrivability::redrivable) ++taken;
    }
    EXPECT_EQ(taken, 1);
    EXPECT_EQ(harness.execution(arn).redrive_count, 1);
    EXPECT_EQ(harness.faults(arn), "");
}

TEST_F(RedriveTest, WithATokenAgainIsToldOfTheFirstWhateverHasBecomeOfIt) {
    break_open();
    const RedriveEnded first = redrive("once");
    harness.advance(Seconds{10});
    EXPECT_EQ(redrive("once").redrive_date, first.redrive_date);
    harness.stop(key);
    EXPECT_EQ(redrive("once").redrive_date, first.redrive_date);
    EXPECT_EQ(harness.execution(arn).status, ExecutionStatus::aborted);
    harness.restart(Seconds{10});
    EXPECT_EQ(redrive("once").redrive_date, first.redrive_date);
    EXPECT_EQ(harness.execution(arn).redrive_count, 1);
    harness.advance(Seconds{900});
    EXPECT_EQ(redrive("once").redrive_date, harness.clock.now());
    EXPECT_EQ(harness.execution(arn).redrive_count, 2);
}

TEST_F(RedriveTest, OfOneThatIsNotThereIsRefused) {
    key = 999;
    EXPECT_EQ(redrive().outcome, Outcome::not_found);
}

TEST_F(RedriveTest, OfOneThatHasSucceededIsRefusedAndChangesNothing) {
    mend();
    redrive();
    const auto before = harness.history(arn);
    EXPECT_EQ(redrive().redrivability, Redrivability::succeeded);
    EXPECT_EQ(harness.history(arn), before);
    EXPECT_EQ(harness.runtime->statistics().live_executions, 0U);
}

TEST_F(RedriveTest, IsRefusedAfterFourteenDays) {
    harness.advance(std::chrono::hours{14 * 24} + Milliseconds{1});
    EXPECT_EQ(redrive().redrivability, Redrivability::closed_too_long);
}

TEST_F(RedriveTest, RacesAStopInTheOrderOfTheCalls) {
    break_open();
    const Answer<RedriveEnded> redriven = redrive_later();
    const Answer<Stopped> stopped;
    harness.runtime->stop(key, {}, stopped.callback());
    const Answer<RedriveEnded> again = redrive_later();
    EXPECT_EQ(redriven.get().redrivability, Redrivability::redrivable);
    EXPECT_EQ(stopped.get().outcome, Outcome::committed);
    EXPECT_EQ(again.get().redrivability, Redrivability::redrivable);
    harness.settle();
    EXPECT_EQ(harness.execution(arn).status, ExecutionStatus::running);
    EXPECT_EQ(harness.execution(arn).redrive_count, 2);
    EXPECT_EQ(harness.faults(arn), "");
}

TEST_F(RedriveTest, AnswersWhenItIsOnDiskAndCallsNothingBefore) {
    break_open();
    const std::size_t calls = harness.tasks->calls().size();
    harness.disk->hold();
    const Answer<RedriveEnded> redriven = redrive_later();
    harness.disk->wait_for_held(1);
    EXPECT_FALSE(redriven.came());
    EXPECT_THAT(harness.tasks->calls(), SizeIs(calls));
    harness.disk->release();
    EXPECT_EQ(redriven.get().outcome, Outcome::committed);
    harness.settle();
    EXPECT_THAT(harness.tasks->calls(), SizeIs(calls + 1));
}

TEST_F(RedriveTest, OfOneWhoseEndIsOnItsWayToTheDiskWaitsForIt) {
    break_open();
    redrive();
    harness.disk->hold();
    const Answer<Stopped> stopped;
    harness.runtime->stop(key, {}, stopped.callback());
    const Answer<RedriveEnded> redriven = redrive_later();
    harness.disk->wait_for_held(1);
    EXPECT_FALSE(redriven.came());
    harness.disk->release();
    EXPECT_EQ(redriven.get().redrivability, Redrivability::redrivable);
    harness.settle();
    EXPECT_EQ(harness.execution(arn).redrive_count, 2);
    EXPECT_EQ(harness.execution(arn).status, ExecutionStatus::running);
}

TEST_F(RedriveTest, IsRecoveredAfterAKillBehindIt) {
    break_open();
    redrive();
    harness.disk->cut_off();
    harness.restart_after_cut();
    mend();
    const auto calls = harness.tasks->calls();
    ASSERT_THAT(calls, SizeIs(4));
    EXPECT_EQ(calls[3].request_id, calls[2].request_id);
    harness.tasks->finish(calls[3].id, payload("3"));
    harness.settle();
    EXPECT_EQ(harness.execution(arn).output, "3");
    EXPECT_EQ(harness.faults(arn), "");
}

TEST_F(RedriveTest, OfAMachineThatIsBeingDeletedIsRefused) {
    // Something runs, so that the machine stays.
    break_open();
    harness.start(machine, "y");
    harness.delete_machine("m");
    EXPECT_EQ(redrive().redrivability, Redrivability::machine_deleting);
}

TEST_F(RedriveTest, ThatFindsItsMachineDeletedWhenItIsWrittenLeavesItClosed) {
    break_open();
    harness.start(machine, "y");
    harness.disk->hold();
    const Answer<RedriveEnded> redriven = redrive_later();
    harness.disk->wait_for_held(1);
    const Answer<Outcome> deleted;
    harness.memory.delete_state_machine(machine.state_machine->arn, deleted.callback());
    ASSERT_EQ(deleted.get(), Outcome::committed);
    harness.disk->release();
    EXPECT_EQ(redriven.get().outcome, Outcome::not_found);
    harness.settle();
    EXPECT_EQ(harness.execution(arn).status, ExecutionStatus::failed);
    EXPECT_EQ(harness.execution(arn).redrive_count, 0);
}

TEST_F(RedriveTest, RunsOnTheDefinitionItWasStartedWith) {
    break_open();
    redrive();
    EXPECT_THAT(harness.exits(arn), ElementsAre("First"));
    harness.advance(std::chrono::hours{1});  // parked or not
    mend();
    const auto calls = harness.tasks->calls();
    harness.tasks->finish(calls.back().id, payload("4"));
    harness.settle();
    EXPECT_THAT(harness.exits(arn), ElementsAre("First", "Work"));
}

}  // namespace
}  // namespace stepwell::testing
