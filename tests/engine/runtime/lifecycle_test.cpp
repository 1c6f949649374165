#include <gmock/gmock.h>

#include "tests/engine/runtime/harness.hpp"

namespace stepwell::testing {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr Milliseconds kHour{3'600'000};

// --- DeleteStateMachine

// The machine and its executions go in the store's own time, so these look at what was written.

TEST(Deletion, EndsWhatIsInMemoryAtItsNextTransition) {
    Harness harness;
    const StartRequest machine = harness.machine("m", R"({"StartAt":"Work","States":{
        "Work":{"Type":"Task","Resource":"arn:aws:lambda:us-east-1:123456789012:function:work","Next":"A"},
        "A":{"Type":"Pass","End":true}}})");
    harness.start(machine, "x");
    const std::string arn = Harness::arn_of(machine, "x");
    const ExecutionKey key = harness.key(arn);
    harness.delete_machine("m");
    harness.settle();
    EXPECT_EQ(harness.execution(arn).status, ExecutionStatus::running);
    harness.tasks->finish(harness.tasks->calls().at(0).id, payload("{}"));
    harness.settle();
    EXPECT_EQ(harness.disk->last_status(key), ExecutionStatus::aborted);
    EXPECT_EQ(harness.runtime->statistics().live_executions, 0U);
}

TEST(Deletion, EndsWhatIsParkedWhenItComesBack) {
    Harness harness;
    const StartRequest machine = harness.machine("m", kWaitHour);
    harness.start(machine, "x");
    const ExecutionKey key = harness.key(Harness::arn_of(machine, "x"));
    harness.advance(Seconds{10});
    ASSERT_EQ(harness.runtime->statistics().live_executions, 0U);
    harness.delete_machine("m");
    harness.settle();
    harness.advance(kHour);
    EXPECT_EQ(harness.disk->last_status(key), ExecutionStatus::aborted);
}

TEST(Deletion, IsRememberedOverARestart) {
    Harness harness;
    const StartRequest machine = harness.machine("m", kToken);
    harness.tasks->script("Ask", [](const TaskCall&) { return payload("{}"); });
    harness.start(machine, "x");
    const ExecutionKey key = harness.key(Harness::arn_of(machine, "x"));
    const std::string token = harness.tasks->calls().at(0).token;
    harness.delete_machine("m");
    harness.restart();
    EXPECT_EQ(harness.report(token, TokenSucceeded{payload("{}")}), TokenOutcome::accepted);
    EXPECT_EQ(harness.disk->last_status(key), ExecutionStatus::aborted);
}

TEST(Deletion, LeavesOtherMachinesAlone) {
    Harness harness;
    const StartRequest gone = harness.machine("gone", kWaitHour);
    const StartRequest kept = harness.machine("kept", kWaitHour);
    harness.start(gone, "x");
    harness.start(kept, "y");
    harness.delete_machine("gone");
    harness.advance(kHour);
    EXPECT_EQ(harness.execution(Harness::arn_of(kept, "y")).status, ExecutionStatus::succeeded);
}

// --- Reset

TEST(Reset, ForgetsWhatRunsWaitsAndIsCalled) {
    Harness harness;
    const StartRequest waiting = harness.machine("waiting", kWaitHour);
    const StartRequest working = harness.machine("working", kTask);
    const StartRequest asking = harness.machine("asking", kToken);
    harness.tasks->script("Ask", [](const TaskCall&) { return payload("{}"); });
    harness.start(waiting, "x");
    harness.start(working, "y");
    harness.start(asking, "z");
    const TaskCall call = harness.tasks->calls("Work").at(0);
    const std::string token = harness.tasks->calls("Ask").at(0).token;
    EXPECT_EQ(harness.reset(), Outcome::committed);
    harness.settle();
    EXPECT_TRUE(harness.tasks->cancelled(call.id));
    EXPECT_EQ(harness.runtime->statistics().live_executions, 0U);
    EXPECT_EQ(harness.runtime->statistics().timers, 0U);
    // A late result, a late timer and a token of before mean nothing any more.
    harness.tasks->finish(call.id, payload("{}"));
    harness.advance(kHour);
    EXPECT_EQ(harness.report(token, TokenSucceeded{payload("{}")}), TokenOutcome::invalid);
    EXPECT_EQ(harness.memory.find_execution(Harness::arn_of(working, "y")), std::nullopt);
    EXPECT_EQ(harness.memory.find_state_machine(working.state_machine->arn), nullptr);
}

TEST(Reset, LetsTheSameNamesBeUsedAgain) {
    Harness harness;
    harness.start(harness.machine("m", kWaitHour), "x");
    EXPECT_EQ(harness.reset(), Outcome::committed);
    const StartRequest machine = harness.machine("m", kPass);
    EXPECT_EQ(harness.start(machine, "x").outcome, Outcome::committed);
    EXPECT_EQ(harness.execution(Harness::arn_of(machine, "x")).status, ExecutionStatus::succeeded);
}

TEST(Reset, AnswersCallsThatWereUnderWay) {
    Harness harness({.shards = 1});
    const StartRequest machine = harness.machine("m", kWaitHour);
    harness.start(machine, "x");
    const ExecutionKey key = harness.key(Harness::arn_of(machine, "x"));
    harness.disk->hold();
    const Answer<Stopped> stop;
    harness.runtime->stop(key, {}, stop.callback());
    const auto start = harness.start_later(machine, "y");
    harness.disk->wait_for_held(2);
    const Answer<Outcome> reset;
    harness.runtime->reset(reset.callback());
    EXPECT_EQ(stop.get().outcome, Outcome::not_found);
    EXPECT_EQ(reset.get(), Outcome::committed);
    // Held writes come too late: what they were for is not there.
    harness.disk->release();
    EXPECT_NE(start.get().outcome, Outcome::committed);
    harness.settle();
    EXPECT_EQ(harness.memory.find_execution(Harness::arn_of(machine, "y")), std::nullopt);
    EXPECT_EQ(harness.runtime->statistics().live_executions, 0U);
}

TEST(Reset, SeveralAtOnceAllEnd) {
    Harness harness;
    const std::vector<Answer<Outcome>> answers(5);
    for (const auto& answer : answers) harness.runtime->reset(answer.callback());
    for (const auto& answer : answers) EXPECT_EQ(answer.get(), Outcome::committed);
}

TEST(Reset, ThatTheStoreRefusesLeavesEverythingRunning) {
    Harness harness;
    const StartRequest machine = harness.machine("m", kWaitHour);
    harness.start(machine, "x");
    harness.disk->refuse(Outcome::overloaded);
    EXPECT_EQ(harness.reset(), Outcome::overloaded);
    harness.advance(kHour);
    EXPECT_EQ(harness.execution(Harness::arn_of(machine, "x")).status, ExecutionStatus::succeeded);
}

// --- Express

constexpr WorkflowType kExpress = WorkflowType::express;

TEST(Express, IsStoredBeforeItsAnswerAndForgottenAtItsEnd) {
    Harness harness({.shards = 1});
    const StartRequest machine = harness.machine("m", kTask, kExpress);
    harness.disk->hold();
    const auto start = harness.start_later(machine, "x");
    harness.disk->wait_for_held(1);
    EXPECT_FALSE(start.came());
    EXPECT_THAT(harness.tasks->calls(), IsEmpty());
    harness.disk->release();
    EXPECT_EQ(start.get().outcome, Outcome::committed);
    harness.settle();
    const std::string arn = Harness::arn_of(machine, "x");
    EXPECT_EQ(harness.execution(arn).status, ExecutionStatus::running);
    EXPECT_THAT(harness.history(arn), IsEmpty());
    harness.tasks->finish(harness.tasks->calls().at(0).id, payload("{}"));
    harness.settle();
    EXPECT_EQ(harness.memory.find_execution(arn), std::nullopt);
}

TEST(Express, ThatEndsAtOnceIsForgottenAtOnce) {
    Harness harness;
    const StartRequest machine = harness.machine("m", kPass, kExpress);
    EXPECT_EQ(harness.start(machine, "x").outcome, Outcome::committed);
    EXPECT_EQ(harness.memory.find_execution(Harness::arn_of(machine, "x")), std::nullopt);
}

TEST(Express, RunsAgainFromTheBeginningAfterARestart) {
    Harness harness;
    const StartRequest machine = harness.machine("m", R"({"StartAt":"One","States":{
        "One":{"Type":"Task","Resource":"arn:aws:lambda:us-east-1:123456789012:function:one","Next":"Two"},
        "Two":{"Type":"Task","Resource":"arn:aws:lambda:us-east-1:123456789012:function:two","End":true}}})",
                                                 kExpress);
    harness.tasks->script("One", [](const TaskCall&) { return payload("{}"); });
    harness.start(machine, "x");
    EXPECT_THAT(harness.tasks->calls("One"), SizeIs(1));
    EXPECT_THAT(harness.tasks->calls("Two"), SizeIs(1));
    harness.restart(Seconds{600});  // it has five minutes anew
    EXPECT_THAT(harness.tasks->calls("One"), SizeIs(2));
    ASSERT_THAT(harness.tasks->calls("Two"), SizeIs(2));
    harness.tasks->finish(harness.tasks->calls("Two")[1].id, payload("{}"));
    harness.settle();
    EXPECT_EQ(harness.memory.find_execution(Harness::arn_of(machine, "x")), std::nullopt);
}

TEST(Express, WhoseRemovalIsRefusedIsRemovedLater) {
    Harness harness;
    const StartRequest machine = harness.machine("m", kTask, kExpress);
    harness.start(machine, "x");
    const std::string arn = Harness::arn_of(machine, "x");
    harness.disk->refuse(Outcome::overloaded);
    harness.tasks->finish(harness.tasks->calls().at(0).id, payload("{}"));
    harness.settle();
    EXPECT_EQ(harness.execution(arn).status, ExecutionStatus::running);
    harness.advance(Seconds{1});
    EXPECT_EQ(harness.memory.find_execution(arn), std::nullopt);
    EXPECT_THAT(harness.tasks->calls(), SizeIs(1));
}

Answer<SyncEnded> start_sync(Harness& harness, StartRequest machine,
                             Runtime::CancelSync* cancel = nullptr) {
    machine.execution_arn = Harness::arn_of(machine, "x");
    machine.name = "x";
    machine.input = payload(R"({"a":1})");
    Answer<SyncEnded> answer;
    auto handle = harness.runtime->start_sync(std::move(machine), answer.callback());
    if (cancel != nullptr) *cancel = std::move(handle);
    return answer;
}

TEST(SyncExpress, AnswersAtItsEndAndStoresNothing) {
    Harness harness;
    const auto answer = start_sync(harness, harness.machine("m", kTask, kExpress));
    harness.settle();
    EXPECT_FALSE(answer.came());
    harness.clock.advance(Seconds{2});
    harness.tasks->finish(harness.tasks->calls().at(0).id, payload(R"("done")"));
    const SyncEnded ended = answer.get();
    EXPECT_EQ(ended.outcome, Outcome::committed);
    EXPECT_EQ(ended.status, ExecutionStatus::succeeded);
    EXPECT_EQ(ended.output, R"("done")");
    EXPECT_EQ(ended.start_date, ManualClock::kStart);
    EXPECT_EQ(ended.stop_date, ManualClock::kStart + Seconds{2});
    EXPECT_EQ(harness.memory.wakes_after(std::nullopt, 10).size(), 0U);
}

TEST(SyncExpress, TellsItsFailure) {
    Harness harness;
    const StartRequest machine = harness.machine("m", R"({"StartAt":"F","States":{
        "F":{"Type":"Fail","Error":"E","Cause":"c"}}})",
                                                 kExpress);
    const SyncEnded ended = start_sync(harness, machine).get();
    EXPECT_EQ(ended.status, ExecutionStatus::failed);
    EXPECT_EQ(ended.error, "E");
    EXPECT_EQ(ended.cause, "c");
}

TEST(SyncExpress, EndsAfterFiveMinutes) {
    Harness harness;
    const auto answer = start_sync(harness, harness.machine("m", kWaitHour, kExpress));
    harness.settle();
    harness.advance(Seconds{300});
    EXPECT_EQ(answer.get().status, ExecutionStatus::timed_out);
    EXPECT_EQ(harness.runtime->statistics().live_executions, 0U);
}

TEST(SyncExpress, EndsWithItsCaller) {
    Harness harness;
    Runtime::CancelSync cancel;
    const auto answer = start_sync(harness, harness.machine("m", kTask, kExpress), &cancel);
    harness.settle();
    const TaskCall call = harness.tasks->calls().at(0);
    cancel();
    EXPECT_EQ(answer.get().outcome, Outcome::overloaded);
    harness.settle();
    EXPECT_TRUE(harness.tasks->cancelled(call.id));
    EXPECT_EQ(harness.runtime->statistics().live_executions, 0U);
    harness.runtime.reset();
    cancel();  // a handle may outlive its runtime
}

}  // namespace
}  // namespace stepwell::testing
