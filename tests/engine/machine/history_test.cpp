// The order and chain of history events: each sequence as AWS recorded it (docs/observed.md).

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/engine/machine/drive.hpp"

namespace stepwell::test {
namespace {

using testing::ElementsAre;

class History : public testing::TestWithParam<Cut> {};

INSTANTIATE_TEST_SUITE_P(Runs, History, testing::Values(Cut::never, Cut::after_every_step),
                         [](const auto& run) {
                             return run.param == Cut::never ? "Uncut" : "CutAfterEveryStep";
                         });

constexpr auto kPassMachine = R"({"StartAt":"A","States":{
    "A":{"Type":"Pass","Result":{"x":1},"ResultPath":"$.a","Next":"B"},"B":{"Type":"Succeed"}}})";

TEST_P(History, OfPassAndSucceedBeginsBehindNothing) {
    Drive drive(kPassMachine, R"({"in":true})", GetParam());
    drive.run_to_end();
    EXPECT_THAT(drive.history(), ElementsAre("1 0 ExecutionStarted", "2 0 PassStateEntered A",
                                             "3 2 PassStateExited A", "4 3 SucceedStateEntered B",
                                             "5 4 SucceedStateExited B", "6 5 ExecutionSucceeded"));
    EXPECT_EQ(drive.output(), R"({"in":true,"a":{"x":1}})");
}

TEST_P(History, OfAFailStateHasNoExit) {
    Drive drive(R"({"StartAt":"F","States":{"F":{"Type":"Fail","Error":"E","Cause":"C"}}})", "{}",
                GetParam());
    drive.run_to_end();
    EXPECT_THAT(drive.history(), ElementsAre("1 0 ExecutionStarted", "2 0 FailStateEntered F",
                                             "3 2 ExecutionFailed E"));
    EXPECT_EQ(drive.execution->failure.cause, "C");
}

TEST_P(History, OfAFailStateWithoutErrorNamesNone) {
    Drive drive(R"({"StartAt":"F","States":{"F":{"Type":"Fail"}}})", "{}", GetParam());
    drive.run_to_end();
    EXPECT_EQ(drive.execution->status, ExecutionStatus::failed);
    EXPECT_EQ(drive.execution->failure.error, std::nullopt);
    EXPECT_EQ(drive.execution->failure.cause, std::nullopt);
}

constexpr auto kLambda =
    R"("Type":"Task","Resource":"arn:aws:lambda:us-east-1:123456789012:function:f")";
constexpr auto kInvoke =
    R"("Type":"Task","Resource":"arn:aws:states:::lambda:invoke","Parameters":{"FunctionName":"f"})";

std::string machine(const std::string& states, const std::string& start = "T") {
    return R"({"StartAt":")" + start + R"(","States":{)" + states + "}}";
}

TaskResult succeeds(const std::string& text) { return Payload::from_text(text); }
TaskResult fails(const std::string& error) { return StateError{error, "because"}; }

TEST_P(History, OfALambdaFunctionByArn) {
    Drive drive(machine(R"("T":{)" + std::string(kLambda) + R"(,"End":true})"), R"({"v":1})",
                GetParam());
    drive.answer = [](const TaskCall& call) {
        return succeeds(R"({"got":)" + call.input.text() + "}");
    };
    drive.run_to_end();
    EXPECT_THAT(
        drive.history(),
        ElementsAre("1 0 ExecutionStarted", "2 0 TaskStateEntered T", "3 2 LambdaFunctionScheduled",
                    "4 3 LambdaFunctionStarted", "5 4 LambdaFunctionSucceeded",
                    "6 5 TaskStateExited T", "7 6 ExecutionSucceeded"));
    EXPECT_EQ(drive.output(), R"({"got":{"v":1}})");
}

TEST_P(History, OfAnIntegration) {
    Drive drive(machine(R"("T":{)" + std::string(kInvoke) + R"(,"End":true})"), "{}", GetParam());
    drive.answer = [](const TaskCall&) { return succeeds("1"); };
    drive.run_to_end();
    EXPECT_THAT(drive.history(),
                ElementsAre("1 0 ExecutionStarted", "2 0 TaskStateEntered T", "3 2 TaskScheduled",
                            "4 3 TaskStarted", "5 4 TaskSucceeded", "6 5 TaskStateExited T",
                            "7 6 ExecutionSucceeded"));
}

TEST_P(History, OfARetryRepeatsTheScheduleAndNothingElse) {
    Drive drive(machine(R"("T":{)" + std::string(kInvoke) +
                        R"(,"Retry":[{"ErrorEquals":["States.ALL"],"MaxAttempts":1}],"End":true})"),
                "{}", GetParam());
    int calls = 0;
    drive.answer = [&](const TaskCall&) { return ++calls == 1 ? fails("Oops") : succeeds("2"); };
    drive.run_to_end();
    EXPECT_THAT(drive.history(),
                ElementsAre("1 0 ExecutionStarted", "2 0 TaskStateEntered T", "3 2 TaskScheduled",
                            "4 3 TaskStarted", "5 4 TaskFailed Oops", "6 5 TaskScheduled",
                            "7 6 TaskStarted", "8 7 TaskSucceeded", "9 8 TaskStateExited T",
                            "10 9 ExecutionSucceeded"));
}

TEST_P(History, OfACaughtErrorLeavesTheStateWithTheErrorOutput) {
    Drive drive(
        machine(R"("T":{)" + std::string(kInvoke) +
                R"(,"Catch":[{"ErrorEquals":["Oops"],"Next":"C","ResultPath":"$.e"}],"End":true},
                            "C":{"Type":"Pass","End":true})"),
        R"({"v":1})", GetParam());
    drive.answer = [](const TaskCall&) { return fails("Oops"); };
    drive.run_to_end();
    EXPECT_THAT(
        drive.history(),
        ElementsAre("1 0 ExecutionStarted", "2 0 TaskStateEntered T", "3 2 TaskScheduled",
                    "4 3 TaskStarted", "5 4 TaskFailed Oops", "6 5 TaskStateExited T",
                    "7 6 PassStateEntered C", "8 7 PassStateExited C", "9 8 ExecutionSucceeded"));
    EXPECT_EQ(drive.output(), R"({"v":1,"e":{"Error":"Oops","Cause":"because"}})");
}

constexpr auto kParallel =
    R"({"StartAt":"P","States":{"P":{"Type":"Parallel","End":true,"Branches":[
    {"StartAt":"A","States":{"A":{"Type":"Pass","Result":1,"End":true}}},
    {"StartAt":"B","States":{"B":{"Type":"Pass","Result":2,"End":true}}}]}}})";

TEST_P(History, OfAParallelExitsBehindItsLastBranch) {
    Drive drive(kParallel, "{}", GetParam());
    drive.run_to_end();
    EXPECT_THAT(
        drive.history(),
        ElementsAre("1 0 ExecutionStarted", "2 0 ParallelStateEntered P",
                    "3 2 ParallelStateStarted", "4 3 PassStateEntered A", "5 4 PassStateExited A",
                    "6 3 PassStateEntered B", "7 6 PassStateExited B", "8 7 ParallelStateSucceeded",
                    "9 7 ParallelStateExited P", "10 9 ExecutionSucceeded"));
    EXPECT_EQ(drive.output(), "[1,2]");
}

TEST_P(History, OfAFailedParallelHangsOnTheFailure) {
    Drive drive(R"({"StartAt":"P","States":{"P":{"Type":"Parallel","End":true,"Branches":[
                    {"StartAt":"W","States":{"W":{"Type":"Wait","Seconds":9,"End":true}}},
                    {"StartAt":"F","States":{"F":{"Type":"Fail","Error":"E"}}}]}}})",
                "{}", GetParam());
    drive.run_to_end();
    EXPECT_THAT(drive.history(), ElementsAre("1 0 ExecutionStarted", "2 0 ParallelStateEntered P",
                                             "3 2 ParallelStateStarted", "4 3 WaitStateEntered W",
                                             "5 3 FailStateEntered F", "6 5 WaitStateAborted",
                                             "7 5 ParallelStateFailed", "8 7 ExecutionFailed E"));
}

std::string map_of(const std::string& processor_states, const std::string& start,
                   const std::string& more = "") {
    return R"({"StartAt":"M","States":{"M":{"Type":"Map","End":true)" + more +
           R"(,"ItemProcessor":{"StartAt":")" + start + R"(","States":{)" + processor_states +
           "}}}}}";
}

TEST_P(History, OfASequentialMapHangsTheNextItemOnTheEventBeforeTheSuccess) {
    Drive drive(map_of(R"("A":{"Type":"Pass","End":true})", "A", R"(,"MaxConcurrency":1)"), "[1,2]",
                GetParam());
    drive.run_to_end();
    EXPECT_THAT(
        drive.history(),
        ElementsAre("1 0 ExecutionStarted", "2 0 MapStateEntered M", "3 2 MapStateStarted",
                    "4 3 MapIterationStarted 0", "5 4 PassStateEntered A", "6 5 PassStateExited A",
                    "7 6 MapIterationSucceeded 0", "8 6 MapIterationStarted 1",
                    "9 8 PassStateEntered A", "10 9 PassStateExited A",
                    "11 10 MapIterationSucceeded 1", "12 11 MapStateSucceeded",
                    "13 11 MapStateExited M", "14 13 ExecutionSucceeded"));
    EXPECT_EQ(drive.output(), "[1,2]");
}

TEST_P(History, OfAnEmptyMapHangsOnItsStart) {
    Drive drive(map_of(R"("A":{"Type":"Pass","End":true})", "A"), "[]", GetParam());
    drive.run_to_end();
    EXPECT_THAT(drive.history(), ElementsAre("1 0 ExecutionStarted", "2 0 MapStateEntered M",
                                             "3 2 MapStateStarted", "4 3 MapStateSucceeded",
                                             "5 3 MapStateExited M", "6 5 ExecutionSucceeded"));
    EXPECT_EQ(drive.output(), "[]");
}

TEST_P(History, OfConcurrentItemsSchedulesAllBeforeStartingAny) {
    Drive drive(
        map_of(R"("T":{)" + std::string(kInvoke) + R"(,"TimeoutSeconds":5,"End":true})", "T"),
        "[1,2]", GetParam());
    drive.run_to_end();
    EXPECT_THAT(
        drive.history(),
        ElementsAre("1 0 ExecutionStarted", "2 0 MapStateEntered M", "3 2 MapStateStarted",
                    "4 3 MapIterationStarted 0", "5 3 MapIterationStarted 1",
                    "6 4 TaskStateEntered T", "7 6 TaskScheduled", "8 5 TaskStateEntered T",
                    "9 8 TaskScheduled", "10 7 TaskStarted", "11 9 TaskStarted",
                    "12 10 TaskTimedOut States.Timeout", "13 11 TaskTimedOut States.Timeout",
                    "14 12 MapIterationFailed 0", "15 12 TaskStateAborted",
                    "16 12 MapIterationAborted 1", "17 12 TaskStateAborted", "18 12 MapStateFailed",
                    "19 18 ExecutionFailed States.Timeout"));
}

TEST_P(History, OfARetriedMapStartsAgainBehindTheFailureAndFailsOnce) {
    Drive drive(map_of(R"("F":{"Type":"Fail","Error":"E"})", "F",
                       R"(,"Retry":[{"ErrorEquals":["E"],"MaxAttempts":1}])"),
                "[1]", GetParam());
    drive.run_to_end();
    EXPECT_THAT(drive.history(), ElementsAre("1 0 ExecutionStarted", "2 0 MapStateEntered M",
                                             "3 2 MapStateStarted", "4 3 MapIterationStarted 0",
                                             "5 4 FailStateEntered F", "6 5 MapIterationFailed 0",
                                             "7 5 MapStateStarted", "8 7 MapIterationStarted 0",
                                             "9 8 FailStateEntered F", "10 9 MapIterationFailed 0",
                                             "11 9 MapStateFailed", "12 11 ExecutionFailed E"));
}

TEST_P(History, OfAStoppedExecutionEndsBehindNothingAndAbortsNoState) {
    Drive drive(machine(R"("T":{"Type":"Wait","Seconds":60,"End":true})"), "{}", GetParam());
    drive.begin();
    drive.deliver(Stop{Failure{"E", "C"}});
    EXPECT_THAT(drive.history(), ElementsAre("1 0 ExecutionStarted", "2 0 WaitStateEntered T",
                                             "3 0 ExecutionAborted E"));
    EXPECT_EQ(drive.execution->status, ExecutionStatus::aborted);
}

TEST_P(History, OfAnExecutionThatIsStoppedBeforeItsFirstStepHasAStart) {
    Drive drive(machine(R"("T":{"Type":"Pass","End":true})"), "{}", GetParam());
    drive.deliver(Stop{});
    EXPECT_THAT(drive.history(), ElementsAre("1 0 ExecutionStarted", "2 0 ExecutionAborted -"));
}

TEST_P(History, OfATimedOutExecutionEndsBehindNothing) {
    Drive drive(
        R"({"StartAt":"T","TimeoutSeconds":5,"States":{"T":{"Type":"Wait","Seconds":60,"End":true}}})",
        "{}", GetParam());
    drive.run_to_end();
    EXPECT_THAT(drive.history(), ElementsAre("1 0 ExecutionStarted", "2 0 WaitStateEntered T",
                                             "3 0 ExecutionTimedOut States.Timeout"));
    EXPECT_EQ(drive.execution->failure.error, std::nullopt);
}

TEST_P(History, EndsWithEvent25000) {
    Drive drive(R"({"StartAt":"A","States":{"A":{"Type":"Pass","Next":"C"},
                    "C":{"Type":"Choice","Choices":[{"Variable":"$.x","IsPresent":true,"Next":"D"}],"Default":"A"},
                    "D":{"Type":"Succeed"}}})",
                "{}", GetParam());
    drive.run_to_end();
    EXPECT_EQ(drive.history().size(), 25'000U);
    EXPECT_THAT(drive.history().back(), testing::EndsWith("ExecutionFailed States.Runtime"));
    EXPECT_EQ(drive.execution->failure.cause,
              "The execution reached the maximum number of history events (25000).");
}

}  // namespace
}  // namespace stepwell::test
