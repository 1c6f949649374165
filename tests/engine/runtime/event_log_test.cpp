#include "engine/runtime/event_log.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <vector>

#include "tests/engine/runtime/harness.hpp"

namespace stepwell {
namespace {

using stepwell::testing::Harness;
using stepwell::testing::kPass;
using stepwell::testing::kTask;
using stepwell::testing::kWaitHour;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr const char* kFails =
    R"({"StartAt":"F","States":{"F":{"Type":"Fail","Error":"E","Cause":"c"}}})";

std::string configuration(const std::string& level) {
    return R"({"level":")" + level +
           R"(","includeExecutionData":true,"destinations":[{"cloudWatchLogsLogGroup":)"
           R"({"logGroupArn":"arn:aws:logs:us-east-1:123456789012:log-group:/states/m:*"}}]})";
}

/// Keeps the types of what it is given.
class KeptLog final : public EventLog {
public:
    void write(LoggedEvents logged) override {
        const std::lock_guard lock(mutex_);
        group = logged.logging->log_group;
        for (const HistoryEvent& event : logged.events)
            types_.emplace_back(event_type_name(event.type));
    }
    std::vector<std::string> types() const {
        const std::lock_guard lock(mutex_);
        return types_;
    }
    std::string group;

private:
    mutable std::mutex mutex_;
    std::vector<std::string> types_;
};

class LoggedExecution : public ::testing::Test {
protected:
    StartRequest machine(const char* definition, const std::string& level,
                         WorkflowType type = WorkflowType::standard) {
        return harness.machine("m", definition, type, configuration(level));
    }

    const std::shared_ptr<KeptLog> log = std::make_shared<KeptLog>();
    Harness harness{RuntimeOptions{.event_log = log}};
};

TEST_F(LoggedExecution, LogsEveryEventAtLevelAll) {
    harness.start(machine(kPass, "ALL"), "x");
    harness.settle();
    EXPECT_THAT(log->types(), ElementsAre("ExecutionStarted", "PassStateEntered", "PassStateExited",
                                          "ExecutionSucceeded"));
    EXPECT_EQ(log->group, "/states/m");
}

TEST_F(LoggedExecution, LogsNothingBeforeItIsStored) {
    const StartRequest waits = machine(kWaitHour, "ALL");
    harness.disk->hold();
    auto started = harness.start_later(waits, "x");
    harness.disk->wait_for_held(1);
    EXPECT_THAT(log->types(), IsEmpty());
    harness.disk->release();
    started.get();
    harness.settle();
    EXPECT_THAT(log->types(), ElementsAre("ExecutionStarted", "WaitStateEntered"));
}

TEST_F(LoggedExecution, LogsFailuresAtLevelError) {
    harness.start(machine(kFails, "ERROR"), "x");
    harness.settle();
    EXPECT_THAT(log->types(), ElementsAre("FailStateEntered", "ExecutionFailed"));
}

TEST_F(LoggedExecution, LogsItsBadEndAtLevelFatal) {
    harness.start(machine(kFails, "FATAL"), "x");
    harness.settle();
    EXPECT_THAT(log->types(), ElementsAre("ExecutionFailed"));
}

TEST_F(LoggedExecution, LogsNothingWhereLoggingIsOff) {
    harness.start(machine(kFails, "OFF"), "x");
    harness.settle();
    EXPECT_THAT(log->types(), IsEmpty());
}

TEST_F(LoggedExecution, GoesOnLoggingAfterARestart) {
    harness.start(machine(kWaitHour, "ALL"), "x");
    harness.settle();
    harness.restart();
    harness.advance(Seconds{3600});
    EXPECT_THAT(log->types(),
                ElementsAre("ExecutionStarted", "WaitStateEntered", "WaitStateExited",
                            "PassStateEntered", "PassStateExited", "ExecutionSucceeded"));
}

TEST_F(LoggedExecution, LogsOfExpressMachinesToo) {
    harness.start(machine(kPass, "ALL", WorkflowType::express), "x");
    harness.settle();
    EXPECT_THAT(log->types(), ElementsAre("ExecutionStarted", "PassStateEntered", "PassStateExited",
                                          "ExecutionSucceeded"));
}

// --- what our bugs end

TaskResult fails_by_a_bug(const TaskCall&) { throw std::logic_error("a bug"); }

TEST_F(LoggedExecution, LogsTheEndThatABugBrings) {
    harness.tasks->script("Work", fails_by_a_bug);
    harness.start(machine(kTask, "FATAL"), "x");
    harness.settle();
    EXPECT_THAT(log->types(), ElementsAre("ExecutionFailed"));
}

TEST_F(LoggedExecution, LogsTheEndThatABugBringsToAnExpressOne) {
    harness.tasks->script("Work", fails_by_a_bug);
    harness.start(machine(kTask, "FATAL", WorkflowType::express), "x");
    harness.settle();
    EXPECT_THAT(log->types(), ElementsAre("ExecutionFailed"));
}

TEST_F(LoggedExecution, LogsTheEndOfOneWhoseJournalIsDamaged) {
    const StartRequest waits = machine(kWaitHour, "FATAL");
    harness.start(waits, "x");
    harness.disk->damage(harness.key(Harness::arn_of(waits, "x")),
                         [](std::vector<JournalRow>& rows) { rows.at(0).bytes.resize(10); });
    harness.restart(Seconds{7200});
    EXPECT_THAT(log->types(), ElementsAre("ExecutionFailed"));
}

// --- the configuration

TEST(EventLogging, IsReadFromTheConfiguration) {
    const auto logging = parse_event_logging(configuration("ERROR"));
    ASSERT_TRUE(logging);
    EXPECT_EQ(logging->level, EventLogLevel::error);
    EXPECT_TRUE(logging->include_data);
    EXPECT_EQ(logging->log_group, "/states/m");
    EXPECT_FALSE(parse_event_logging(configuration("OFF")));
    EXPECT_FALSE(parse_event_logging(R"({"level":"ALL"})"));
    EXPECT_FALSE(parse_event_logging("{}"));
}

TEST(LoggedEventsBytes, CountTheDataOfEvents) {
    LoggedEvents logged;
    const std::size_t none = approximate_bytes(logged);
    const Payload large{Json(std::string(10'000, 'x'))};
    logged.events = {
        {1, 0, {}, EventType::execution_started, ExecutionStartedDetails{large, {}, {}, {}}},
        {2, 0, {}, EventType::pass_state_exited, StateExitedDetails{"P", large, {{"v", large}}}}};
    EXPECT_GT(approximate_bytes(logged), none + 30'000);
}

TEST(EventLogging, ChoosesByTypeAndLevel) {
    for (const EventType type : {EventType::execution_failed, EventType::execution_aborted,
                                 EventType::execution_timed_out})
        EXPECT_TRUE(is_logged(type, EventLogLevel::fatal));
    for (const EventType type :
         {EventType::fail_state_entered, EventType::task_failed, EventType::task_timed_out,
          EventType::map_iteration_aborted, EventType::lambda_function_failed,
          EventType::task_state_aborted, EventType::parallel_state_failed}) {
        EXPECT_TRUE(is_logged(type, EventLogLevel::error));
        EXPECT_FALSE(is_logged(type, EventLogLevel::fatal));
    }
    for (const EventType type : {EventType::execution_started, EventType::pass_state_entered,
                                 EventType::execution_succeeded, EventType::task_scheduled}) {
        EXPECT_TRUE(is_logged(type, EventLogLevel::all));
        EXPECT_FALSE(is_logged(type, EventLogLevel::error));
    }
}

}  // namespace
}  // namespace stepwell
