#include <gtest/gtest.h>

#include "tests/engine/runtime/harness.hpp"

/// What /metrics shows of the runtime.
namespace stepwell::testing {
namespace {

constexpr std::size_t kStandard = static_cast<std::size_t>(WorkflowType::standard);
constexpr std::size_t kExpress = static_cast<std::size_t>(WorkflowType::express);
std::uint64_t ended(const Harness& harness, std::size_t type, ExecutionStatus status) {
    return harness.runtime->statistics().ended[type][static_cast<std::size_t>(status)];
}

TEST(Statistics, CountStartsAndEndsByTypeAndStatus) {
    Harness harness;
    const StartRequest pass = harness.machine("pass", kPass);
    const StartRequest wait = harness.machine("wait", kWaitHour);
    const StartRequest express = harness.machine("express", kPass, WorkflowType::express);
    harness.start(pass, "a");
    harness.start(pass, "b");
    harness.start(wait, "c");
    harness.start(express, "d");
    EXPECT_EQ(harness.runtime->statistics().started[kStandard], 3U);
    EXPECT_EQ(harness.runtime->statistics().started[kExpress], 1U);
    EXPECT_EQ(ended(harness, kStandard, ExecutionStatus::succeeded), 2U);
    EXPECT_EQ(ended(harness, kExpress, ExecutionStatus::succeeded), 1U);
    // The name is taken: nothing was started.
    harness.start(pass, "a", "{\"other\":1}");
    EXPECT_EQ(harness.runtime->statistics().started[kStandard], 3U);

    harness.stop(harness.key(Harness::arn_of(wait, "c")));
    EXPECT_EQ(ended(harness, kStandard, ExecutionStatus::aborted), 1U);
    EXPECT_EQ(harness.memory.write_statistics().running_executions, 0);
}

TEST(Statistics, CountOpenTokensAlsoWhileTheirExecutionsAreParked) {
    Harness harness;
    harness.tasks->script("Ask", [](const TaskCall&) { return payload("{}"); });
    const StartRequest machine = harness.machine("m", kToken);
    harness.start(machine, "x");
    harness.start(machine, "y");
    harness.settle();
    const auto open_tokens = [&] { return harness.memory.write_statistics().open_tokens; };
    EXPECT_EQ(open_tokens(), 2);
    for (int i = 0; i < 20; ++i) harness.advance(Seconds{5});
    EXPECT_EQ(harness.runtime->statistics().live_executions, 0U);
    EXPECT_EQ(open_tokens(), 2);
    harness.restart();
    EXPECT_EQ(open_tokens(), 2);
    EXPECT_EQ(harness.report(harness.tasks->calls().at(0).token, TokenSucceeded{payload("{}")}),
              TokenOutcome::accepted);
    EXPECT_EQ(open_tokens(), 1);
    EXPECT_EQ(harness.memory.write_statistics().running_executions, 1);
    harness.stop(harness.key(Harness::arn_of(machine, "x")));
    harness.stop(harness.key(Harness::arn_of(machine, "y")));
    EXPECT_EQ(open_tokens(), 0);
}

}  // namespace
}  // namespace stepwell::testing
