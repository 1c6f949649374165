#include <gmock/gmock.h>

#include <thread>

#include "tests/engine/runtime/harness.hpp"

namespace stepwell::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

/// One shard takes its inputs in order, so a call that is answered shows that all before it were
/// taken.
void all_taken(Harness& harness) {
    const Answer<Stopped> answer;
    harness.runtime->stop(1, {}, answer.callback());
    EXPECT_EQ(answer.get().outcome, Outcome::not_found);
}

TEST(Start, RunsToTheEndAndStoresTheHistory) {
    Harness harness;
    const StartRequest machine = harness.machine("m", kPass);
    const Started started = harness.start(machine, "x", R"({"a":1})");
    EXPECT_EQ(started.outcome, Outcome::committed);
    EXPECT_EQ(started.start_date, harness.clock.now());
    const std::string arn = Harness::arn_of(machine, "x");
    const ExecutionRecord record = harness.execution(arn);
    EXPECT_EQ(record.status, ExecutionStatus::succeeded);
    EXPECT_EQ(record.input, R"({"a":1})");
    EXPECT_EQ(record.output, R"({"a":1})");
    EXPECT_EQ(record.stop_date, harness.clock.now());
    EXPECT_EQ(record.wake_at, std::nullopt);
    EXPECT_THAT(harness.history(arn), ElementsAre("ExecutionStarted", "PassStateEntered",
                                                  "PassStateExited", "ExecutionSucceeded"));
    EXPECT_EQ(harness.faults(arn), "");
    EXPECT_EQ(harness.runtime->statistics().live_executions, 0U);
}

TEST(Start, IsAnsweredWhenItIsCommittedAndNotBefore) {
    Harness harness({.shards = 1});
    const StartRequest machine = harness.machine("m", kPass);
    harness.disk->hold();
    const auto answer = harness.start_later(machine, "x");
    harness.disk->wait_for_held(1);
    all_taken(harness);
    EXPECT_FALSE(answer.came());
    harness.disk->release();
    EXPECT_EQ(answer.get().outcome, Outcome::committed);
}

TEST(Start, OfATakenNameGivesTheExecutionThatHasIt) {
    Harness harness;
    const StartRequest machine = harness.machine("m", kWaitHour);
    const Started first = harness.start(machine, "x", R"({"n":1})");
    harness.clock.advance(Seconds{5});
    const Started second = harness.start(machine, "x", R"({"n":2})");
    EXPECT_EQ(second.outcome, Outcome::conflict);
    ASSERT_TRUE(second.existing);
    EXPECT_EQ(second.existing->input, R"({"n":1})");
    EXPECT_EQ(second.start_date, first.start_date);
    EXPECT_EQ(harness.runtime->statistics().live_executions, 1U);
    EXPECT_EQ(harness.runtime->statistics().timers, 1U);
}

TEST(Start, OfATakenNameLeavesNothingOfItsOwnSteps) {
    Harness harness;
    const StartRequest machine = harness.machine("m", kEndless);
    harness.disk->hold();
    const auto first = harness.start_later(machine, "x");
    harness.disk->wait_for_held(1);
    const auto second = harness.start_later(machine, "x");
    harness.disk->release();
    EXPECT_EQ(first.get().outcome, Outcome::committed);
    EXPECT_EQ(second.get().outcome, Outcome::conflict);
    harness.settle();
    const std::string arn = Harness::arn_of(machine, "x");
    EXPECT_EQ(harness.execution(arn).status, ExecutionStatus::failed);
    EXPECT_EQ(harness.execution(arn).last_event, kMaxEvents);
    EXPECT_EQ(harness.faults(arn), "");
    EXPECT_EQ(harness.runtime->statistics().live_executions, 0U);
}

TEST(Start, RacingStartsOfOneNameMakeOneExecution) {
    Harness harness;
    const StartRequest machine = harness.machine("m", kWaitHour);
    std::vector<Answer<Started>> answers(40);
    std::vector<std::thread> threads;
    for (std::size_t t = 0; t < 4; ++t) {
        threads.emplace_back([&, t] {
            for (std::size_t i = t; i < answers.size(); i += 4)
                answers[i] = harness.start_later(machine, "x");
        });
    }
    for (std::thread& thread : threads) thread.join();
    int committed = 0;
    for (const auto& answer : answers)
        committed += answer.get().outcome == Outcome::committed ? 1 : 0;
    EXPECT_EQ(committed, 1);
    harness.settle();
    EXPECT_EQ(harness.runtime->statistics().live_executions, 1U);
}

TEST(Start, OnADeletedMachineFindsNone) {
    Harness harness;
    const StartRequest machine = harness.machine("m", kWaitHour);
    harness.delete_machine("m");
    EXPECT_EQ(harness.start(machine, "x").outcome, Outcome::not_found);
    EXPECT_EQ(harness.runtime->statistics().live_executions, 0U);
    EXPECT_EQ(harness.runtime->statistics().timers, 0U);
}

TEST(Start, ThatTheStoreRefusesIsTold) {
    Harness harness;
    const StartRequest machine = harness.machine("m", kWaitHour);
    harness.disk->refuse(Outcome::overloaded);
    EXPECT_EQ(harness.start(machine, "x").outcome, Outcome::overloaded);
    EXPECT_EQ(harness.runtime->statistics().live_executions, 0U);
}

TEST(Task, IsCalledWhenItsStartIsCommittedAndNotBefore) {
    Harness harness({.shards = 1});
    const StartRequest machine = harness.machine("m", kTask);
    harness.disk->hold();
    const auto answer = harness.start_later(machine, "x", R"({"n":7})");
    harness.disk->wait_for_held(1);
    all_taken(harness);
    EXPECT_THAT(harness.tasks->calls(), IsEmpty());
    harness.disk->release();
    harness.tasks->wait_for_calls(1);
    EXPECT_TRUE(answer.came());
    const TaskCall call = harness.tasks->calls().at(0);
    EXPECT_EQ(call.input.text(), R"({"n":7})");
    EXPECT_EQ(call.execution_arn, Harness::arn_of(machine, "x"));
    EXPECT_FALSE(call.request_id.empty());
    harness.tasks->finish(call.id, payload(R"({"ok":true})"));
    harness.settle();
    EXPECT_EQ(harness.execution(call.execution_arn).output, R"({"ok":true})");
}

TEST(Task, ResultOfACallThatWasGivenUpIsDropped) {
    Harness harness;
    const StartRequest machine = harness.machine("m", kTask);
    harness.start(machine, "x");
    const std::string arn = Harness::arn_of(machine, "x");
    const TaskCall call = harness.tasks->calls().at(0);
    harness.stop(harness.key(arn), {});
    EXPECT_TRUE(harness.tasks->cancelled(call.id));
    harness.tasks->finish(call.id, payload("{}"));
    harness.settle();
    EXPECT_EQ(harness.execution(arn).status, ExecutionStatus::aborted);
    EXPECT_EQ(harness.faults(arn), "");
}

TEST(Task, ResultThatIsTooLargeByFarFailsIt) {
    Harness harness;
    const StartRequest machine = harness.machine("m", kTask);
    harness.tasks->script(
        "Work", [](const TaskCall&) { return Payload(Json(std::string(5U << 20U, 'x'))); });
    harness.start(machine, "x");
    EXPECT_EQ(harness.execution(Harness::arn_of(machine, "x")).error, "States.DataLimitExceeded");
}

TEST(Stop, IsAnsweredWhenItIsCommittedWithTheTimeOfTheEnd) {
    Harness harness({.shards = 1});
    const StartRequest machine = harness.machine("m", kWaitHour);
    harness.start(machine, "x");
    const std::string arn = Harness::arn_of(machine, "x");
    harness.clock.advance(Seconds{3});
    const TimePoint stopped_at = harness.clock.now();
    harness.disk->hold();
    const Answer<Stopped> answer;
    harness.runtime->stop(harness.key(arn), {"Enough", "no more"}, answer.callback());
    // A second one that comes before the first is durable may not say so earlier.
    const Answer<Stopped> again;
    harness.runtime->stop(harness.key(arn), {}, again.callback());
    harness.disk->wait_for_held(1);
    all_taken(harness);
    EXPECT_FALSE(answer.came());
    EXPECT_FALSE(again.came());
    harness.disk->release();
    EXPECT_EQ(answer.get().stop_date, stopped_at);
    EXPECT_EQ(again.get().stop_date, stopped_at);
    const ExecutionRecord record = harness.execution(arn);
    EXPECT_EQ(record.status, ExecutionStatus::aborted);
    EXPECT_EQ(record.error, "Enough");
    EXPECT_EQ(record.cause, "no more");
}

TEST(Stop, OfAClosedExecutionGivesItsStopDate) {
    Harness harness;
    const StartRequest machine = harness.machine("m", kPass);
    harness.start(machine, "x");
    const TimePoint ended = harness.clock.now();
    harness.clock.advance(Seconds{60});
    const Stopped stopped = harness.stop(harness.key(Harness::arn_of(machine, "x")));
    EXPECT_EQ(stopped.outcome, Outcome::committed);
    EXPECT_EQ(stopped.stop_date, ended);
}

TEST(Stop, OfAnUnknownExecutionFindsNone) {
    Harness harness;
    EXPECT_EQ(harness.stop(123).outcome, Outcome::not_found);
}

TEST(Stop, BetweenCommitAndCallMeansThatNothingIsCalled) {
    Harness harness({.shards = 1});
    const StartRequest machine = harness.machine("m", R"({"StartAt":"W","States":{
        "W":{"Type":"Wait","Seconds":10,"Next":"Work"},
        "Work":{"Type":"Task","Resource":"arn:aws:lambda:us-east-1:123456789012:function:work","End":true}}})");
    harness.start(machine, "x");
    const std::string arn = Harness::arn_of(machine, "x");
    harness.disk->hold();
    harness.clock.advance(Seconds{10});
    harness.runtime->clock_changed();
    harness.disk->wait_for_held(1);
    const Answer<Stopped> answer;
    harness.runtime->stop(harness.key(arn), {}, answer.callback());
    harness.disk->wait_for_held(2);
    harness.disk->release();
    EXPECT_EQ(answer.get().outcome, Outcome::committed);
    harness.settle();
    EXPECT_THAT(harness.tasks->calls(), IsEmpty());
}

TEST(Turns, OfAnEndlessLoopLeaveRoomForOthers) {
    Harness harness({.shards = 1});
    const StartRequest machine = harness.machine("loop", kEndless);
    const StartRequest quick = harness.machine("quick", kPass);
    harness.disk->hold();
    const auto loop = harness.start_later(machine, "x");
    harness.disk->wait_for_held(2);  // it has had a second turn
    const auto other = harness.start_later(quick, "y");
    harness.disk->release();
    EXPECT_EQ(other.get().outcome, Outcome::committed);
    harness.settle();
    const ExecutionRecord record = harness.execution(Harness::arn_of(machine, "x"));
    EXPECT_EQ(record.status, ExecutionStatus::failed);
    EXPECT_EQ(record.last_event, kMaxEvents);
}

TEST(Turns, StopWhileTheDiskIsBehind) {
    Harness harness({.shards = 1});
    const StartRequest machine = harness.machine("loop", kEndless);
    const std::string input = R"({"data":")" + std::string(200'000, 'x') + R"("})";
    harness.disk->hold();
    const auto loop = harness.start_later(machine, "x", input);
    harness.disk->wait_for_held(10);
    // After each input there is room for a turn, and each Step has the payload once: about 20 of
    // them fit 4 MiB.
    for (int i = 0; i < 60; ++i) all_taken(harness);
    EXPECT_LT(harness.disk->held(), 25U);
    harness.disk->release();
    harness.settle();
    EXPECT_EQ(harness.execution(Harness::arn_of(machine, "x")).last_event, kMaxEvents);
}

TEST(ShutDown, AnswersWhatIsPending) {
    Harness harness({.shards = 1});
    const StartRequest machine = harness.machine("m", kWaitHour);
    harness.start(machine, "x");
    const Answer<Stopped> stop;
    const Answer<Outcome> reset;
    const Answer<Started> start;
    harness.runtime->shut_down();
    harness.runtime->stop(harness.key(Harness::arn_of(machine, "x")), {}, stop.callback());
    harness.runtime->start(machine, start.callback());
    harness.runtime->reset(reset.callback());
    EXPECT_EQ(stop.get().outcome, Outcome::overloaded);
    EXPECT_EQ(start.get().outcome, Outcome::overloaded);
    EXPECT_EQ(reset.get(), Outcome::overloaded);
}

TEST(ShutDown, TellsTheTruthAboutWritesThatWereUnderWay) {
    Harness harness({.shards = 1});
    const StartRequest machine = harness.machine("m", kWaitHour);
    harness.disk->hold();
    const auto start = harness.start_later(machine, "x");
    harness.disk->wait_for_held(1);
    std::thread disk([&] { harness.disk->release(); });
    harness.runtime->shut_down();
    disk.join();
    EXPECT_EQ(start.get().outcome, Outcome::committed);
    EXPECT_EQ(harness.execution(Harness::arn_of(machine, "x")).status, ExecutionStatus::running);
}

}  // namespace
}  // namespace stepwell::testing
