#include <gmock/gmock.h>

#include "tests/engine/runtime/harness.hpp"

namespace stepwell::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::SizeIs;

constexpr Milliseconds kHour{3'600'000};

TaskResult failure(const TaskCall&) { return StateError{"Oops", "it broke"}; }

TEST(Wait, EndsWhenItsTimeHasComeAndNotBefore) {
    Harness harness;
    const StartRequest machine = harness.machine("m", kWaitHour);
    harness.start(machine, "x");
    const std::string arn = Harness::arn_of(machine, "x");
    harness.advance(kHour - Milliseconds{1});
    EXPECT_EQ(harness.execution(arn).status, ExecutionStatus::running);
    harness.advance(Milliseconds{1});
    EXPECT_EQ(harness.execution(arn).status, ExecutionStatus::succeeded);
    EXPECT_EQ(harness.execution(arn).stop_date, ManualClock::kStart + kHour);
    EXPECT_EQ(harness.faults(arn), "");
}

TEST(Wait, IsShortenedByItsScale) {
    Harness harness({.shards = 1, .wait_time_scale = 0.01});
    const StartRequest machine = harness.machine("m", kWaitHour);
    harness.start(machine, "x");
    const std::string arn = Harness::arn_of(machine, "x");
    harness.advance(Milliseconds{35'999});
    EXPECT_EQ(harness.execution(arn).status, ExecutionStatus::running);
    harness.advance(Milliseconds{1});
    EXPECT_EQ(harness.execution(arn).status, ExecutionStatus::succeeded);
}

TEST(Retry, CallsAgainAfterItsInterval) {
    Harness harness;
    const StartRequest machine = harness.machine("m", kRetry);
    harness.tasks->script("Work", failure);
    harness.start(machine, "x");
    const std::string arn = Harness::arn_of(machine, "x");
    EXPECT_THAT(harness.tasks->calls(), SizeIs(1));
    harness.advance(Milliseconds{9'999});
    EXPECT_THAT(harness.tasks->calls(), SizeIs(1));
    harness.advance(Milliseconds{1});
    EXPECT_THAT(harness.tasks->calls(), SizeIs(2));
    harness.advance(Seconds{10});
    EXPECT_THAT(harness.tasks->calls(), SizeIs(3));
    EXPECT_EQ(harness.execution(arn).status, ExecutionStatus::failed);
    EXPECT_EQ(harness.execution(arn).error, "Oops");
    // A new attempt is a new request.
    EXPECT_NE(harness.tasks->calls()[0].request_id, harness.tasks->calls()[1].request_id);
}

TEST(Timeout, GivesTheCallUp) {
    Harness harness;
    const StartRequest machine = harness.machine("m", R"({"StartAt":"Work","States":{
        "Work":{"Type":"Task","Resource":"arn:aws:lambda:us-east-1:123456789012:function:work",
                "TimeoutSeconds":30,"End":true}}})");
    harness.start(machine, "x");
    const std::string arn = Harness::arn_of(machine, "x");
    const TaskCall call = harness.tasks->calls().at(0);
    EXPECT_EQ(call.deadline, ManualClock::kStart + Seconds{30});
    harness.advance(Seconds{30});
    EXPECT_EQ(harness.execution(arn).error, "States.Timeout");
    EXPECT_TRUE(harness.tasks->cancelled(call.id));
    harness.tasks->finish(call.id, payload("{}"));
    harness.settle();
    EXPECT_EQ(harness.execution(arn).status, ExecutionStatus::failed);
}

TEST(Token, ComesBackWithAResult) {
    Harness harness;
    const StartRequest machine = harness.machine("m", kToken);
    harness.tasks->script("Ask", [](const TaskCall&) { return payload("{}"); });
    harness.start(machine, "x");
    const std::string token = harness.tasks->calls().at(0).token;
    ASSERT_FALSE(token.empty());
    EXPECT_EQ(harness.report(token, TokenSucceeded{payload(R"({"yes":1})")}),
              TokenOutcome::accepted);
    const std::string arn = Harness::arn_of(machine, "x");
    EXPECT_EQ(harness.execution(arn).output, R"({"yes":1})");
    EXPECT_EQ(harness.report(token, TokenSucceeded{payload("{}")}), TokenOutcome::task_timed_out);
}

TEST(Token, ThatThisStoreHasNotMadeIsInvalid) {
    Harness harness;
    EXPECT_EQ(harness.report("nonsense", TokenHeartbeat{}), TokenOutcome::invalid);
}

TEST(Token, RefusalWaitsForTheStepThatItRestsOn) {
    Harness harness({.shards = 1});
    const StartRequest machine = harness.machine("m", kToken);
    harness.start(machine, "x");
    const TaskCall call = harness.tasks->calls().at(0);
    harness.disk->hold();
    const Answer<TokenOutcome> first;
    const Answer<TokenOutcome> second;
    harness.runtime->report(call.token, TokenFailed{"E", "c"}, first.callback());
    harness.runtime->report(call.token, TokenSucceeded{payload("{}")}, second.callback());
    harness.disk->wait_for_held(1);
    const Answer<Stopped> probe;
    harness.runtime->stop(1, {}, probe.callback());
    probe.get();
    EXPECT_FALSE(first.came());
    EXPECT_FALSE(second.came());
    harness.disk->release();
    EXPECT_EQ(first.get(), TokenOutcome::accepted);
    EXPECT_EQ(second.get(), TokenOutcome::task_timed_out);
    harness.settle();
    EXPECT_EQ(harness.execution(call.execution_arn).error, "E");
}

const char* const kHeartbeat = R"({"StartAt":"Ask","States":{
    "Ask":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke.waitForTaskToken","HeartbeatSeconds":60,
           "Parameters":{"FunctionName":"ask","Payload":{"token.$":"$$.Task.Token"}},"End":true}}})";

TEST(Heartbeat, ProlongsTheWaitForAToken) {
    Harness harness;
    const StartRequest machine = harness.machine("m", kHeartbeat);
    harness.tasks->script("Ask", [](const TaskCall&) { return payload("{}"); });
    harness.start(machine, "x");
    const std::string arn = Harness::arn_of(machine, "x");
    const std::string token = harness.tasks->calls().at(0).token;
    for (int i = 0; i < 5; ++i) {
        harness.advance(Seconds{50});
        EXPECT_EQ(harness.report(token, TokenHeartbeat{}), TokenOutcome::accepted);
    }
    EXPECT_EQ(harness.execution(arn).status, ExecutionStatus::running);
    harness.advance(Seconds{59});
    EXPECT_EQ(harness.execution(arn).status, ExecutionStatus::running);
    harness.advance(Seconds{1});
    EXPECT_EQ(harness.execution(arn).error, "States.Timeout");
    EXPECT_EQ(harness.report(token, TokenHeartbeat{}), TokenOutcome::task_timed_out);
}

TEST(Heartbeat, HasAFullIntervalFromARestart) {
    Harness harness;
    const StartRequest machine = harness.machine("m", kHeartbeat);
    harness.tasks->script("Ask", [](const TaskCall&) { return payload("{}"); });
    harness.start(machine, "x");
    const std::string arn = Harness::arn_of(machine, "x");
    harness.advance(Seconds{40});
    harness.restart(Seconds{10});
    harness.advance(Seconds{59});
    EXPECT_EQ(harness.execution(arn).status, ExecutionStatus::running);
    harness.advance(Seconds{1});
    EXPECT_EQ(harness.execution(arn).error, "States.Timeout");
}

TEST(Parking, LeavesOnlyATimer) {
    Harness harness;
    const StartRequest machine = harness.machine("m", kWaitHour);
    for (int i = 0; i < 50; ++i) harness.start(machine, "x" + std::to_string(i));
    EXPECT_EQ(harness.runtime->statistics().live_executions, 50U);
    harness.advance(Seconds{3});
    EXPECT_EQ(harness.runtime->statistics().live_executions, 0U);
    EXPECT_EQ(harness.runtime->statistics().timers, 50U);
    harness.advance(kHour);
    for (int i = 0; i < 50; ++i) {
        const std::string arn = Harness::arn_of(machine, "x" + std::to_string(i));
        EXPECT_EQ(harness.execution(arn).status, ExecutionStatus::succeeded);
        EXPECT_EQ(harness.faults(arn), "");
    }
    EXPECT_EQ(harness.runtime->statistics().live_executions, 0U);
    EXPECT_EQ(harness.runtime->statistics().timers, 0U);
}

TEST(Parking, DoesNotHappenWhereSomethingIsUnderWayOrNear) {
    Harness harness;
    const StartRequest task = harness.machine("task", kTask);
    const StartRequest soon = harness.machine("soon", R"({"StartAt":"W","States":{
        "W":{"Type":"Wait","Seconds":5,"End":true}}})");
    harness.start(task, "x");
    harness.start(soon, "y");
    harness.advance(Seconds{3});
    EXPECT_EQ(harness.runtime->statistics().live_executions, 2U);
}

TEST(Parking, KeepsWhoWaitsForHeartbeats) {
    Harness harness;
    harness.tasks->script("Ask", [](const TaskCall&) { return payload("{}"); });
    harness.start(harness.machine("m", kHeartbeat), "x");
    harness.advance(Seconds{10});
    EXPECT_EQ(harness.runtime->statistics().live_executions, 1U);
}

TEST(Parking, EndsWithAStop) {
    Harness harness;
    const StartRequest machine = harness.machine("m", kWaitHour);
    harness.start(machine, "x");
    const std::string arn = Harness::arn_of(machine, "x");
    harness.advance(Seconds{10});
    ASSERT_EQ(harness.runtime->statistics().live_executions, 0U);
    EXPECT_EQ(harness.stop(harness.key(arn)).stop_date, harness.clock.now());
    EXPECT_EQ(harness.execution(arn).status, ExecutionStatus::aborted);
    EXPECT_EQ(harness.faults(arn), "");
    EXPECT_EQ(harness.runtime->statistics().live_executions, 0U);
    EXPECT_EQ(harness.runtime->statistics().timers, 0U);
}

TEST(Parking, EndsWithAToken) {
    Harness harness;
    const StartRequest machine = harness.machine("m", kToken);
    harness.tasks->script("Ask", [](const TaskCall&) { return payload("{}"); });
    harness.start(machine, "x");
    harness.advance(Seconds{10});
    ASSERT_EQ(harness.runtime->statistics().live_executions, 0U);
    ASSERT_EQ(harness.runtime->statistics().timers, 0U);
    const std::string token = harness.tasks->calls().at(0).token;
    // Several inputs may come while it is being brought back: each has its answer.
    const Answer<TokenOutcome> first;
    const Answer<TokenOutcome> second;
    const Answer<Stopped> third;
    const std::string arn = Harness::arn_of(machine, "x");
    harness.runtime->report(token, TokenSucceeded{payload("1")}, first.callback());
    harness.runtime->report(token, TokenSucceeded{payload("2")}, second.callback());
    harness.runtime->stop(harness.key(arn), {}, third.callback());
    EXPECT_EQ(first.get(), TokenOutcome::accepted);
    EXPECT_EQ(second.get(), TokenOutcome::task_timed_out);
    EXPECT_EQ(third.get().outcome, Outcome::committed);
    EXPECT_EQ(harness.execution(arn).output, "1");
}

TEST(Parking, AndReturnWhileTheDiskCannotBeReadIsTriedAgain) {
    Harness harness;
    const StartRequest machine = harness.machine("m", kWaitHour);
    harness.start(machine, "x");
    const std::string arn = Harness::arn_of(machine, "x");
    const ExecutionKey key = harness.key(arn);
    harness.advance(Seconds{10});
    harness.disk->fail_reads(true);
    EXPECT_EQ(harness.stop(key).outcome, Outcome::overloaded);
    harness.advance(kHour);
    harness.disk->fail_reads(false);
    EXPECT_EQ(harness.execution(arn).status, ExecutionStatus::running);
    harness.advance(Seconds{60});
    EXPECT_EQ(harness.execution(arn).status, ExecutionStatus::succeeded);
}

TEST(Parking, TakesLongerForALongJournal) {
    Harness harness;
    // 300 events, then a Wait: to fold them again would cost more than to keep them for a while.
    const StartRequest machine = harness.machine("m", R"({"StartAt":"M","States":{
        "M":{"Type":"Map","ItemsPath":"$.items","Next":"W","ItemProcessor":{"StartAt":"P","States":{
             "P":{"Type":"Pass","End":true}}}},
        "W":{"Type":"Wait","Seconds":60,"End":true}}})");
    std::string items = "0";
    for (int i = 1; i < 80; ++i) items += "," + std::to_string(i);
    harness.start(machine, "long", R"({"items":[)" + items + "]}");
    harness.start(machine, "short", R"({"items":[]})");
    harness.advance(Seconds{2});
    EXPECT_EQ(harness.runtime->statistics().live_executions, 1U);
    harness.advance(Seconds{2});
    EXPECT_EQ(harness.runtime->statistics().live_executions, 0U);
    harness.advance(Seconds{56});
    EXPECT_EQ(harness.execution(Harness::arn_of(machine, "long")).status,
              ExecutionStatus::succeeded);
    EXPECT_EQ(harness.execution(Harness::arn_of(machine, "short")).status,
              ExecutionStatus::succeeded);
}

}  // namespace
}  // namespace stepwell::testing
