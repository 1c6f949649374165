// Tasks that wait for an activity's worker, and tasks whose job is watched (`.sync`).

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/engine/machine/drive.hpp"

namespace stepwell::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
using namespace std::chrono_literals;

const std::string kArn = "arn:aws:states:us-east-1:123456789012:activity:assemble";

std::string activity(const std::string& more = "") {
    return R"({"StartAt":"T","States":{"T":{"Type":"Task","Resource":")" + kArn +
           R"(","End":true)" + more + "}}}";
}

struct Directory : ActivityDirectory {
    bool has_activity(const std::string&) const override { return there; }
    bool there = true;
};

std::string token_of(const Drive& drive) { return drive.execution->frame(0).task->token; }

TokenCame report(const Drive& drive, std::variant<Payload, Failure, std::monostate> body) {
    const FrameTask& task = *drive.execution->frame(0).task;
    return {0, task.scheduled, std::move(body)};
}

class Activity : public testing::TestWithParam<Cut> {};
INSTANTIATE_TEST_SUITE_P(, Activity, testing::Values(Cut::never, Cut::after_every_step));

TEST_P(Activity, WaitsForAWorkerAndThenForItsReport) {
    Drive drive(activity(), R"({"a":1})", GetParam());
    drive.begin();
    ASSERT_THAT(drive.queue, SizeIs(1));
    EXPECT_EQ(drive.queue[0].activity_arn, kArn);
    EXPECT_EQ(drive.queue[0].since, drive.now);
    EXPECT_EQ(drive.execution->wake_at(), TimePoint{});

    drive.advance(10s).worker_comes("w");
    EXPECT_TRUE(drive.accepted);
    EXPECT_THAT(drive.queue, IsEmpty());
    EXPECT_EQ(drive.execution->wake_at(), std::nullopt);
    drive.deliver(report(drive, Payload::from_text(R"({"b":2})")));
    EXPECT_EQ(drive.output(), R"({"b":2})");
    EXPECT_THAT(drive.history(),
                ElementsAre("1 0 ExecutionStarted", "2 0 TaskStateEntered T",
                            "3 2 ActivityScheduled", "4 3 ActivityStarted", "5 4 ActivitySucceeded",
                            "6 5 TaskStateExited T", "7 6 ExecutionSucceeded"));
    EXPECT_EQ(std::get<ActivityStartedDetails>(drive.event(4).details).worker_name, "w");
}

TEST_P(Activity, FailsAsItsWorkerSays) {
    Drive drive(activity(), "{}", GetParam());
    drive.begin().worker_comes().deliver(report(drive, Failure{"Broken", "because"}));
    EXPECT_EQ(drive.execution->failure.error, "Broken");
    EXPECT_EQ(drive.history()[4], "5 4 ActivityFailed Broken");
}

// Developer Guide, "Troubleshooting activities": TimeoutSeconds of a task in a queue does not run.
TEST_P(Activity, TimesOutOnlyWhenAWorkerHasIt) {
    Drive drive(activity(R"(,"TimeoutSeconds":5)"), "{}", GetParam());
    drive.begin().advance(1h);
    EXPECT_EQ(drive.execution->status, ExecutionStatus::running);
    drive.worker_comes().advance(4'999ms);
    EXPECT_EQ(drive.execution->status, ExecutionStatus::running);
    drive.advance(1ms);
    EXPECT_THAT(drive.history(), ElementsAre("1 0 ExecutionStarted", "2 0 TaskStateEntered T",
                                             "3 2 ActivityScheduled", "4 3 ActivityStarted",
                                             "5 4 ActivityTimedOut States.Timeout",
                                             "6 5 ExecutionFailed States.Timeout"));
}

TEST(ActivityTask, TimesOutWithoutHeartbeatsOfItsWorker) {
    Drive drive(activity(R"(,"TimeoutSeconds":60,"HeartbeatSeconds":10)"));
    drive.begin().advance(1h);
    drive.worker_comes().advance(9s).deliver(report(drive, std::monostate{}));
    drive.advance(9s);
    EXPECT_EQ(drive.execution->status, ExecutionStatus::running);
    drive.advance(1s);
    EXPECT_EQ(drive.execution->status, ExecutionStatus::failed);
    EXPECT_EQ(drive.history()[4], "5 4 ActivityTimedOut States.Timeout");
}

TEST(ActivityTask, IsQueuedAnewUnderAnotherTokenWhenItIsRetried) {
    Drive drive(activity(R"(,"Retry":[{"ErrorEquals":["E"],"MaxAttempts":1}])"));
    drive.begin().worker_comes();
    const std::string first = token_of(drive);
    drive.deliver(report(drive, Failure{"E", {}})).advance(1s);
    ASSERT_THAT(drive.queue, SizeIs(1));
    EXPECT_NE(token_of(drive), first);
}

TEST(ActivityTask, IsTakenOutOfTheQueueWhenItsExecutionIsStopped) {
    Drive drive(activity());
    drive.begin();
    drive.deliver(Stop{});
    EXPECT_THAT(drive.queue, IsEmpty());
}

TEST(ActivityTask, IsGivenToOneWorkerOnly) {
    Drive drive(activity());
    drive.begin();
    const QueueTask task = drive.queue[0];
    drive.worker_comes();
    drive.deliver(WorkerCame{task.frame, task.scheduled, "second"});
    EXPECT_FALSE(drive.accepted);
}

TEST(ActivityTask, HasNoReportBeforeAWorkerHasIt) {
    Drive drive(activity());
    drive.begin().deliver(report(drive, Payload()));
    EXPECT_FALSE(drive.accepted);
}

TEST(ActivityTask, OfAnActivityThatIsNotThereFailsTheExecution) {
    Directory none;
    none.there = false;
    Drive drive(activity(R"(,"Retry":[{"ErrorEquals":["States.ALL"]}])"));
    drive.activities = &none;
    drive.begin();
    EXPECT_EQ(drive.execution->failure.error, "States.Runtime");
    EXPECT_EQ(drive.execution->failure.cause,
              "An error occurred while executing the state 'T' (entered at the event id #2). The "
              "activity " +
                  kArn + " does not exist.");
    EXPECT_THAT(drive.history(), SizeIs(3));
}

// --- .sync

const char* const kSync =
    R"({"StartAt":"T","States":{"T":{"Type":"Task","End":true,
        "Resource":"arn:aws:states:::states:startExecution.sync",
        "Parameters":{"StateMachineArn":"m","Input":{"token.$":"$$.Task.Token"}}}}})";

TaskResult succeeds(const std::string& text) { return Payload::from_text(text); }

class Sync : public testing::TestWithParam<Cut> {};
INSTANTIATE_TEST_SUITE_P(, Sync, testing::Values(Cut::never, Cut::after_every_step));

TEST_P(Sync, IsSubmittedAndThenWatchedUntilTheJobEnds) {
    Drive drive(kSync, "{}", GetParam());
    drive.answer = [](const TaskCall& call) -> std::optional<TaskResult> {
        if (!call.submitted) return succeeds(R"({"ExecutionArn":"x"})");
        return std::nullopt;
    };
    drive.begin();
    ASSERT_THAT(drive.calls, SizeIs(1));
    ASSERT_TRUE(drive.calls[0].call.submitted);
    EXPECT_EQ(drive.calls[0].call.submitted->text(), R"({"ExecutionArn":"x"})");
    EXPECT_EQ(drive.execution->wake_at(), TimePoint{});

    drive.answer = [](const TaskCall&) { return std::optional(succeeds(R"({"Output":1})")); };
    drive.deliver(GoOn{});
    EXPECT_EQ(drive.output(), R"({"Output":1})");
    EXPECT_THAT(drive.history(),
                ElementsAre("1 0 ExecutionStarted", "2 0 TaskStateEntered T", "3 2 TaskScheduled",
                            "4 3 TaskStarted", "5 4 TaskSubmitted", "6 5 TaskSucceeded",
                            "7 6 TaskStateExited T", "8 7 ExecutionSucceeded"));
}

TEST(SyncTask, OfAStoppedExecutionStopsItsJob) {
    Drive drive(kSync);
    drive.answer = [](const TaskCall& call) -> std::optional<TaskResult> {
        if (!call.submitted) return succeeds(R"({"ExecutionArn":"x"})");
        return std::nullopt;
    };
    drive.begin().deliver(Stop{});
    ASSERT_THAT(drive.stopped_jobs, SizeIs(1));
    const TaskCall& stopped = drive.stopped_jobs[0].call;
    EXPECT_EQ(stopped.request_id, drive.all_calls[0].call.request_id);
    EXPECT_EQ(stopped.submitted->text(), R"({"ExecutionArn":"x"})");
    EXPECT_THAT(drive.cancelled, SizeIs(0));
}

TEST(SyncTask, ThatIsBeingStartedIsStoppedToo) {
    Drive drive(kSync);
    drive.begin().deliver(Stop{});
    ASSERT_THAT(drive.stopped_jobs, SizeIs(1));
    EXPECT_FALSE(drive.stopped_jobs[0].call.submitted);
}

TEST(SyncTask, WhoseCallWasNotMadeYetLeavesNothingToStop) {
    Drive drive(R"({"StartAt":"P","States":{"P":{"Type":"Parallel","End":true,"Branches":[
        {"StartAt":"T","States":{"T":{"Type":"Task","End":true,
            "Resource":"arn:aws:states:::states:startExecution.sync",
            "Parameters":{"StateMachineArn":"m"}}}},
        {"StartAt":"A","States":{"A":{"Type":"Pass","Next":"B"},"B":{"Type":"Pass","Next":"F"},
                                 "F":{"Type":"Fail"}}}]}}})");
    drive.begin();
    EXPECT_TRUE(drive.execution->closed());
    EXPECT_THAT(drive.all_calls, SizeIs(0));
    EXPECT_THAT(drive.stopped_jobs, SizeIs(0));
    EXPECT_THAT(drive.cancelled, SizeIs(0));
}

// Recorded: callback__sync_with_task_token.
TEST(SyncTask, EndsWithItsTokenAndLeavesTheJobAlone) {
    Drive drive(kSync);
    drive.answer = [](const TaskCall& call) -> std::optional<TaskResult> {
        if (!call.submitted) return succeeds(R"({"ExecutionArn":"x"})");
        return std::nullopt;
    };
    drive.begin().deliver(report(drive, Payload::from_text("7")));
    EXPECT_EQ(drive.output(), "7");
    EXPECT_THAT(drive.cancelled, SizeIs(1));
    EXPECT_THAT(drive.stopped_jobs, SizeIs(0));
}

TEST(SyncTask, IsCalledAgainAsARepetitionAfterARestart) {
    Drive drive(kSync);
    drive.begin();
    ASSERT_THAT(drive.calls, SizeIs(1));
    EXPECT_FALSE(drive.calls[0].call.repeated);
    const auto again = calls_to_repeat(*drive.execution, drive.now);
    ASSERT_THAT(again, SizeIs(1));
    const TaskCall& call = std::get<StartTask>(again[0]).call;
    EXPECT_TRUE(call.repeated);
    EXPECT_EQ(call.request_id, drive.calls[0].call.request_id);
}

}  // namespace
}  // namespace stepwell::test
