// Expressions that take long leave their shard, and come back with an answer.

#include "engine/runtime/slow_lane.hpp"

#include <gmock/gmock.h>

#include "tests/engine/runtime/harness.hpp"

namespace stepwell::testing {
namespace {

/// Endless but for AWS's limit of a second.
constexpr const char* kEndlessExpression =
    R"({"QueryLanguage":"JSONata","StartAt":"S","States":{"S":{"Type":"Pass","End":true,
        "Output":"{% ($f := function($x){ $f($x + 1) }; $f(1)) %}"}}})";
/// Tens of milliseconds: too long for a shard, not for AWS.
constexpr const char* kLongExpression =
    R"({"QueryLanguage":"JSONata","StartAt":"S","States":{"S":{"Type":"Pass","End":true,
        "Output":"{% $sum($map([1..100000], function($x){ $x % 7 })) %}"}}})";

TEST(SlowLane, EndsAnEndlessExpressionInTheWordsOfAws) {
    Harness harness({.shards = 1});
    const StartRequest machine = harness.machine("m", kEndlessExpression);
    harness.start(machine, "x");
    harness.settle();
    const ExecutionRecord record = harness.execution(Harness::arn_of(machine, "x"));
    EXPECT_EQ(record.status, ExecutionStatus::failed);
    EXPECT_EQ(record.error, "States.QueryEvaluationError");
    EXPECT_THAT(record.cause.value_or(""), ::testing::HasSubstr("Expression evaluation timeout"));
}

TEST(SlowLane, DoesNotHoldUpOtherExecutionsOfTheShard) {
    Harness harness({.shards = 1});
    const StartRequest slow = harness.machine("slow", kEndlessExpression);
    const StartRequest quick = harness.machine("quick", kPass);
    harness.start_later(slow, "x").get();
    harness.start_later(quick, "y").get();
    while (harness.execution(Harness::arn_of(quick, "y")).status == ExecutionStatus::running)
        std::this_thread::yield();
    // It takes a second, of which next to nothing has passed.
    EXPECT_EQ(harness.execution(Harness::arn_of(slow, "x")).status, ExecutionStatus::running);
}

TEST(SlowLane, BringsTheAnswerBack) {
    Harness harness({.shards = 2});
    const StartRequest machine = harness.machine("m", kLongExpression);
    for (int i = 0; i < 10; ++i) harness.start(machine, std::to_string(i));
    harness.settle();
    for (int i = 0; i < 10; ++i) {
        const std::string arn = Harness::arn_of(machine, std::to_string(i));
        EXPECT_EQ(harness.execution(arn).status, ExecutionStatus::succeeded)
            << harness.execution(arn).cause.value_or("");
        EXPECT_EQ(harness.faults(arn), "");
    }
}

TEST(SlowLane, LetsAStopWin) {
    Harness harness({.shards = 1});
    const StartRequest machine = harness.machine("m", kEndlessExpression);
    harness.start_later(machine, "x").get();
    const std::string arn = Harness::arn_of(machine, "x");
    harness.stop(harness.key(arn));
    EXPECT_EQ(harness.execution(arn).status, ExecutionStatus::aborted);
    harness.settle();
    EXPECT_EQ(harness.execution(arn).status, ExecutionStatus::aborted);
}

TEST(SlowLane, IsAskedAgainAfterARestart) {
    Harness harness({.shards = 1});
    const StartRequest machine = harness.machine("m", kLongExpression);
    harness.start_later(machine, "x").get();
    harness.restart();
    harness.settle();
    EXPECT_EQ(harness.execution(Harness::arn_of(machine, "x")).status, ExecutionStatus::succeeded);
}

TEST(SlowLane, PassesOverQuestionsOfWhoHasGone) {
    const auto activity = std::make_shared<Activity>();
    SlowLane lane(1, activity);
    std::atomic<int> answered{0};
    auto asker = std::make_shared<char>();
    lane.post({}, asker, [&](const ::stepwell::Answer&) { ++answered; });
    activity->wait();
    EXPECT_EQ(answered, 1);
    const std::weak_ptr<const void> gone = std::exchange(asker, nullptr);
    lane.post({}, gone, [&](const ::stepwell::Answer&) { ++answered; });
    activity->wait();
    EXPECT_EQ(answered, 1);
    lane.stop();
    lane.post({}, std::make_shared<char>(), [&](const ::stepwell::Answer&) { ++answered; });
    activity->wait();
    EXPECT_EQ(answered, 1);
}

}  // namespace
}  // namespace stepwell::testing
