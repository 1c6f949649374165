// Activities' tasks and the workers that poll for them.

#include <gmock/gmock.h>

#include <future>

#include "engine/runtime/activity_queues.hpp"
#include "tests/engine/runtime/harness.hpp"

namespace stepwell::testing {
namespace {

using ::testing::ElementsAre;

const std::string kArn = "arn:aws:states:us-east-1:123456789012:activity:assemble";
const std::string kActivity =
    R"({"StartAt":"T","States":{"T":{"Type":"Task","Resource":")" + kArn + R"(","End":true}}})";

class Activities : public ::testing::Test {
protected:
    explicit Activities(RuntimeOptions options = {.shards = 2}) : harness(options) {
        ActivityRecord record;
        record.arn = kArn;
        record.name = "assemble";
        const Answer<Outcome> created;
        harness.memory.create_activity(record, {}, created.callback());
        created.get();
        machine = harness.machine("m", kActivity);
    }
    std::string start(const std::string& name, const std::string& input = "{}") {
        harness.start(machine, name, input);
        return Harness::arn_of(machine, name);
    }
    Answer<PolledTask> poll(const std::string& worker = "w") {
        Answer<PolledTask> answer;
        give_up = harness.runtime->poll_activity(kArn, worker, answer.callback());
        return answer;
    }
    std::string taken(const Answer<PolledTask>& answer) { return answer.get().input; }
    TokenOutcome succeed(const std::string& token) {
        return harness.report(token, TokenSucceeded{payload(R"("done")")});
    }

    Harness harness;
    StartRequest machine;
    Runtime::GiveUp give_up;
};

class ActivitiesOnOneShard : public Activities {
protected:
    ActivitiesOnOneShard() : Activities({.shards = 1}) {}
};

TEST_F(Activities, TaskIsGivenToAWorkerThatComesLater) {
    const std::string arn = start("x", R"({"n":1})");
    const PolledTask task = poll().get();
    EXPECT_EQ(task.input, R"({"n":1})");
    EXPECT_EQ(succeed(task.task_token), TokenOutcome::accepted);
    EXPECT_EQ(harness.execution(arn).output, R"("done")");
    EXPECT_EQ(harness.faults(arn), "");
}

TEST_F(Activities, TaskIsGivenToAWorkerThatIsThere) {
    const auto answer = poll();
    EXPECT_FALSE(answer.came());
    start("x", R"({"n":1})");
    EXPECT_EQ(taken(answer), R"({"n":1})");
}

TEST_F(Activities, TasksAndWorkersMeetInTheOrderInWhichTheyCame) {
    for (const char* n : {"1", "2", "3"}) {
        harness.clock.advance(Milliseconds{1});
        start(std::string("x") + n, n);
    }
    EXPECT_EQ(taken(poll()), "1");
    EXPECT_EQ(taken(poll()), "2");
    EXPECT_EQ(taken(poll()), "3");
    const auto first = poll();
    const auto second = poll();
    start("y1", "4");
    start("y2", "5");
    EXPECT_EQ(taken(first), "4");
    EXPECT_EQ(taken(second), "5");
}

TEST_F(Activities, PollThatIsGivenUpLosesNoTask) {
    const auto gone = poll("gone");
    const Runtime::GiveUp leave = give_up;
    const auto next = poll("next");
    leave();
    EXPECT_EQ(gone.get().outcome, Outcome::overloaded);
    const std::string arn = start("x", "1");
    EXPECT_EQ(taken(next), "1");
}

TEST_F(Activities, TaskOfAStoppedExecutionIsNotGivenAway) {
    const std::string arn = start("x", "1");
    harness.stop(harness.key(arn));
    const auto answer = poll();
    harness.settle();
    EXPECT_FALSE(answer.came());
    start("y", "2");
    EXPECT_EQ(taken(answer), "2");
}

TEST_F(Activities, AnswerLeavesOnlyWhenActivityStartedIsDurable) {
    start("x", "1");
    harness.disk->hold();
    const auto answer = poll();
    harness.disk->wait_for_held(1);
    EXPECT_FALSE(answer.came());
    harness.disk->release();
    EXPECT_EQ(taken(answer), "1");
}

TEST_F(Activities, TasksStandInTheirOldPlacesAfterARestart) {
    // Scheduled in another order than started: the first execution waits before its task.
    const StartRequest later = harness.machine(
        "later", R"({"StartAt":"W","States":{"W":{"Type":"Wait","Seconds":60,"Next":"T"},
        "T":{"Type":"Task","Resource":")" +
                     kArn + R"(","End":true}}})");
    harness.start(later, "a", R"("a")");
    for (const char* n : {"1", "2", "3"}) {
        harness.clock.advance(Milliseconds{1});
        start(std::string("x") + n, n);
    }
    harness.advance(Seconds{60});
    harness.restart();
    EXPECT_EQ(taken(poll()), "1");
    EXPECT_EQ(taken(poll()), "2");
    EXPECT_EQ(taken(poll()), "3");
    EXPECT_EQ(taken(poll()), R"("a")");
}

TEST_F(Activities, TaskAtAWorkerWaitsForThatWorkerAfterARestart) {
    const std::string arn = start("x", "1");
    const std::string token = poll().get().task_token;
    harness.settle();
    harness.restart();
    const auto answer = poll();
    harness.settle();
    EXPECT_FALSE(answer.came());
    EXPECT_EQ(succeed(token), TokenOutcome::accepted);
    EXPECT_EQ(harness.execution(arn).status, ExecutionStatus::succeeded);
    EXPECT_EQ(succeed(token), TokenOutcome::task_timed_out);
}

TEST_F(Activities, TaskOfAParkedExecutionIsGivenAway) {
    const std::string arn = start("x", "1");
    harness.advance(Seconds{3600});
    harness.advance(Seconds{3600});
    EXPECT_EQ(harness.runtime->statistics().live_executions, 0U);
    EXPECT_EQ(taken(poll()), "1");
    harness.settle();
    EXPECT_EQ(harness.faults(arn), "");
}

TEST_F(Activities, ResetAnswersPolls) {
    const auto answer = poll();
    EXPECT_EQ(harness.reset(), Outcome::committed);
    EXPECT_EQ(answer.get().task_token, "");
}

TEST_F(Activities, TakeOnlySoManyPollsEach) {
    std::vector<Answer<PolledTask>> answers(ActivityQueues::kMostPolls);
    for (const auto& answer : answers) {
        ASSERT_TRUE(harness.runtime->poll_activity(kArn, "w", answer.callback()));
    }
    const Answer<PolledTask> refused;
    EXPECT_FALSE(harness.runtime->poll_activity(kArn, "w", refused.callback()));
    EXPECT_FALSE(refused.came());
}

TEST(ActivityPoll, EndsWithoutATaskWhenItsTimeHasRunOut) {
    Harness harness({.shards = 1, .longest_poll = Milliseconds{1}});
    const Answer<PolledTask> answer;
    harness.runtime->poll_activity(kArn, "w", answer.callback());
    const PolledTask task = answer.get();
    EXPECT_EQ(task.outcome, Outcome::committed);
    EXPECT_EQ(task.task_token, "");
}

TEST_F(ActivitiesOnOneShard, PollThatIsGoneWhenItsTaskWouldStartGivesItToTheNext) {
    const std::string arn = start("x", "1");
    const StartRequest other = harness.machine("other", kWaitHour);
    harness.start(other, "y");
    // The shard is at work while the poll gets its task, and goes.
    std::promise<void> at_work;
    std::promise<void> go_on;
    harness.runtime->stop(harness.key(Harness::arn_of(other, "y")), {}, [&](const Stopped&) {
        at_work.set_value();
        go_on.get_future().wait();
    });
    at_work.get_future().wait();
    const auto gone = poll("gone");
    give_up();
    go_on.set_value();
    harness.settle();
    EXPECT_EQ(harness.history(arn).back(), "ActivityScheduled");
    EXPECT_EQ(taken(poll("next")), "1");
}

TEST(ActivityPoll, GetsNothingWhileTasksAreStillComingBack) {
    std::vector<TaskPlace> handed;
    ActivityQueues queues(Milliseconds{60'000}, 2,
                          [&](const TaskPlace& task, PollPtr) { handed.push_back(task); });
    const TaskPlace young{TimePoint{Seconds{2}}, 2, 1, 0};
    const TaskPlace old{TimePoint{Seconds{1}}, 1, 1, 0};
    queues.add(kArn, young);
    const Answer<PolledTask> answer;
    queues.poll(kArn, "w", Reply<PolledTask>(answer.callback()));
    queues.let_go();
    EXPECT_TRUE(handed.empty());
    queues.add(kArn, old);
    queues.let_go();
    EXPECT_THAT(handed, ElementsAre(old));
}

// --- watching executions

TEST(ClosingOfAnExecution, IsToldOnceItIsDurable) {
    Harness harness;
    const StartRequest machine = harness.machine("m", kWaitHour);
    harness.start(machine, "x");
    const std::string arn = Harness::arn_of(machine, "x");
    const Answer<ExecutionStatus> closed;
    const auto forget = harness.runtime->when_closed(
        arn, [&, tell = closed.callback()] { tell(harness.execution(arn).status); });
    harness.stop(harness.key(arn));
    EXPECT_EQ(closed.get(), ExecutionStatus::aborted);
    forget();
}

TEST(ClosingOfAnExecution, IsNotToldToWhoHasGivenUp) {
    Harness harness;
    const StartRequest machine = harness.machine("m", kWaitHour);
    harness.start(machine, "x");
    const std::string arn = Harness::arn_of(machine, "x");
    const Answer<bool> closed;
    harness.runtime->when_closed(arn, [tell = closed.callback()] { tell(true); })();
    harness.stop(harness.key(arn));
    EXPECT_FALSE(closed.came());
}

}  // namespace
}  // namespace stepwell::testing
