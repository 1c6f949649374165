// RedriveExecution: what goes on, and only that. Developer Guide, "Restarting state machine
// executions with redrive", "Redrive behavior of individual states".

#include "engine/machine/redrive.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "engine/machine/variables.hpp"
#include "tests/engine/machine/drive.hpp"

namespace stepwell::test {
namespace {

using testing::ElementsAre;
using testing::IsSupersetOf;
using testing::SizeIs;
using namespace std::chrono_literals;

std::string machine(const std::string& start, const std::string& states,
                    const std::string& more = "") {
    return R"({"StartAt":")" + start + R"(")" + more + R"(,"States":{)" + states + "}}";
}
std::string task(const std::string& name, const std::string& more = R"("End":true)") {
    return "\"" + name + R"(":{"Type":"Task","Resource":"arn:aws:lambda:us-east-1:1:function:)" +
           name + R"(",)" + more + "}";
}
std::string flow(const std::string& start, const std::string& states) {
    return R"({"StartAt":")" + start + R"(","States":{)" + states + "}}";
}

/// Tasks whose functions are broken fail, those that are silent never answer.
struct Functions {
    std::set<std::string> broken;
    std::set<std::string> silent;
    std::vector<std::string> called;

    void serve(Drive& drive) {
        drive.answer = [this](const TaskCall& call) -> std::optional<TaskResult> {
            const std::string& name = call.state_name;
            if (silent.contains(name)) return std::nullopt;
            called.push_back(name);
            if (broken.contains(name)) return StateError{"Broke", "because"};
            return Payload::from_text("\"" + name + "\"");
        };
    }
};

/// Every test runs uncut, and folded again from the journal after every Step.
class Redriving : public testing::TestWithParam<Cut> {
protected:
    Drive& run(const std::string& definition, const std::string& input = "{}") {
        drive_ = std::make_unique<Drive>(definition, input, GetParam());
        functions.serve(*drive_);
        return drive_->begin();
    }
    Drive& redrive(const std::string& token = "") { return drive_->deliver(Redrive{token}); }
    /// Of the redrive.
    std::vector<std::string> history() const {
        auto all = drive_->history();
        return {all.begin() + drive_->execution->redriven_event - 1, all.end()};
    }

    Functions functions;
    std::unique_ptr<Drive> drive_;
};

TEST_P(Redriving, SchedulesAFailedTaskAgainWithTheSameInputAndKeepsWhatWasDone) {
    functions.broken = {"Second"};
    Drive& drive =
        run(machine("First", task("First", R"("Next":"Second")") + "," + task("Second")));
    ASSERT_EQ(drive.execution->status, ExecutionStatus::failed);
    functions.broken.clear();
    drive.now += 1h;
    redrive();
    EXPECT_TRUE(drive.accepted);
    EXPECT_EQ(drive.execution->status, ExecutionStatus::succeeded);
    EXPECT_EQ(drive.output(), R"("Second")");
    EXPECT_THAT(functions.called, ElementsAre("First", "Second", "Second"));
    EXPECT_EQ(drive.all_calls.back().call.input.text(), R"("First")");
    EXPECT_THAT(history(),
                ElementsAre("12 11 ExecutionRedriven", "13 12 LambdaFunctionScheduled",
                            "14 13 LambdaFunctionStarted", "15 14 LambdaFunctionSucceeded",
                            "16 15 TaskStateExited Second", "17 16 ExecutionSucceeded"));
    EXPECT_EQ(drive.execution->redrive_count, 1U);
    EXPECT_EQ(drive.execution->redrive_time, drive.now);
}

TEST_P(Redriving, GivesATaskItsRetriesAndItsTimeAnew) {
    functions.broken = {"T"};
    Drive& drive = run(machine("T", task("T", R"("TimeoutSeconds":60,"End":true,
            "Retry":[{"ErrorEquals":["Broke"],"IntervalSeconds":1,"MaxAttempts":2,"BackoffRate":1}])")));
    drive.advance(10s);
    ASSERT_EQ(drive.execution->status, ExecutionStatus::failed);
    ASSERT_THAT(functions.called, SizeIs(3));
    functions.silent = {"T"};
    redrive();
    EXPECT_EQ(drive.calls.at(0).call.deadline, drive.now + 60s);
    EXPECT_EQ(drive.execution->frame(0).retry_count, 0U);
    drive.advance(60s);
    ASSERT_EQ(drive.execution->status, ExecutionStatus::failed);
    functions.silent.clear();
    redrive();
    drive.advance(10s);
    EXPECT_THAT(functions.called, SizeIs(6));
    EXPECT_EQ(drive.execution->status, ExecutionStatus::failed);
}

TEST_P(Redriving, TakesUpATaskThatWasStoppedInFlightOrBeforeItsRetry) {
    functions.silent = {"T"};
    Drive& drive = run(machine("T", task("T")));
    drive.deliver(Stop{});
    ASSERT_EQ(drive.execution->status, ExecutionStatus::aborted);
    const StartTask first = drive.all_calls.at(0);
    functions.silent.clear();
    functions.broken = {};
    redrive();
    EXPECT_EQ(drive.execution->status, ExecutionStatus::succeeded);
    EXPECT_NE(drive.all_calls.at(1).call.request_id, first.call.request_id);
}

TEST_P(Redriving, BeginsWhatWasStoppedBeforeItsFirstStep) {
    drive_ = std::make_unique<Drive>(machine("T", task("T")), "{}", GetParam());
    functions.serve(*drive_);
    drive_->deliver(Stop{});
    ASSERT_EQ(drive_->execution->status, ExecutionStatus::aborted);
    redrive();
    EXPECT_EQ(drive_->execution->status, ExecutionStatus::succeeded);
    EXPECT_EQ(drive_->output(), R"("T")");
}

TEST_P(Redriving, DoesNotTakeAnAnswerOfTheAttemptBefore) {
    functions.silent = {"T"};
    Drive& drive = run(machine("T", task("T")));
    drive.deliver(Stop{});
    redrive();
    const StartTask& first = drive.all_calls.at(0);
    drive.deliver(TaskEnded{first.frame, first.scheduled, Payload::from_text("1")});
    EXPECT_FALSE(drive.accepted);
    EXPECT_EQ(drive.execution->status, ExecutionStatus::running);
}

TEST_P(Redriving, EvaluatesAChoiceAgainAndReentersAFail) {
    Drive& choice = run(machine(
        "C", R"("C":{"Type":"Choice","Choices":[{"Variable":"$.x","IsPresent":true,"Next":"S"}]},
                "S":{"Type":"Succeed"})"));
    ASSERT_EQ(choice.execution->failure.error, "States.NoChoiceMatched");
    redrive();
    EXPECT_THAT(history(),
                ElementsAre("4 3 ExecutionRedriven", "5 4 ExecutionFailed States.NoChoiceMatched"));
    Drive& fail = run(machine("F", R"("F":{"Type":"Fail","Error":"E"})"));
    EXPECT_EQ(fail.execution->status, ExecutionStatus::failed);
    redrive();
    redrive();
    EXPECT_THAT(history(), ElementsAre("7 6 ExecutionRedriven", "8 7 FailStateEntered F",
                                       "9 8 ExecutionFailed E"));
    EXPECT_EQ(fail.execution->redrive_count, 2U);
}

TEST_P(Redriving, LeavesAWaitWhoseTimeIsPastAtOnceAndCountsSecondsAnew) {
    Drive& until =
        run(machine("W", R"("W":{"Type":"Wait","Timestamp":"2023-11-15T00:00:00Z","End":true})"));
    ASSERT_FALSE(until.execution->closed());
    until.deliver(Stop{});
    until.now += 24h * 10;
    redrive();
    EXPECT_EQ(until.execution->status, ExecutionStatus::succeeded);
    Drive& seconds = run(machine("W", R"("W":{"Type":"Wait","Seconds":100,"End":true})"));
    seconds.advance(60s);
    seconds.deliver(Stop{});
    redrive();
    EXPECT_EQ(seconds.execution->next_timer(), seconds.now + 100s);
}

TEST_P(Redriving, RunsOnlyTheBranchesThatFailedOrWereAborted) {
    functions.broken = {"B"};
    functions.silent = {"C"};
    Drive& drive = run(machine("P", R"("P":{"Type":"Parallel","End":true,"Branches":[)" +
                                        flow("A", task("A")) + "," +
                                        flow("B0", task("B0", R"("Next":"B")") + "," + task("B")) +
                                        "," + flow("C", task("C")) + "]}"));
    ASSERT_EQ(drive.execution->status, ExecutionStatus::failed);
    ASSERT_THAT(functions.called, ElementsAre("A", "B0", "B"));
    functions = {};
    redrive();
    EXPECT_THAT(functions.called, ElementsAre("B", "C"));
    EXPECT_EQ(drive.output(), R"(["A","B","C"])");
    // No branch starts again: its tasks do.
    for (const std::string& line : history()) EXPECT_EQ(line.find("Started P"), std::string::npos);
}

TEST_P(Redriving, RunsAFailedItemAgainThenThoseThatHadNotBegun) {
    functions.broken = {"T"};
    Drive& drive =
        run(machine("M", R"("M":{"Type":"Map","MaxConcurrency":1,"End":true,"ItemProcessor":)" +
                             flow("T", task("T")) + "}"),
            "[1,2,3]");
    ASSERT_THAT(functions.called, SizeIs(1));
    functions = {};
    redrive();
    EXPECT_EQ(drive.output(), R"(["T","T","T"])");
    EXPECT_THAT(functions.called, SizeIs(3));
    std::vector<std::string> items;
    for (const Entry& entry : drive.journal) {
        if (entry.event && entry.event->id >= drive.execution->redriven_event &&
            entry.event->type == EventType::map_iteration_started)
            items.push_back(
                std::to_string(std::get<MapIterationDetails>(entry.event->details).index));
    }
    EXPECT_THAT(items, ElementsAre("0", "1", "2"));
}

TEST_P(Redriving, GoesOnInsideNestedMapsAndBranches) {
    const std::string inner = R"("I":{"Type":"Map","ItemsPath":"$.n","End":true,"ItemProcessor":)" +
                              flow("T", task("T")) + "}";
    const std::string outer =
        machine("P", R"("P":{"Type":"Parallel","End":true,"Branches":[)" + flow("I", inner) + "," +
                         flow("O", task("O")) + "]}");
    functions.broken = {"T"};
    functions.silent = {"O"};
    Drive& drive = run(outer, R"({"n":[1,2]})");
    ASSERT_EQ(drive.execution->status, ExecutionStatus::failed);
    functions = {};
    redrive();
    EXPECT_EQ(drive.output(), R"([["T","T"],"O"])");
    EXPECT_EQ(drive.execution->next_frame, 5U);
}

TEST_P(Redriving, OfAStoppedMapTakesUpItsItemsWithoutStartingThemAgain) {
    functions.silent = {"T"};
    Drive& drive = run(machine("M", R"("M":{"Type":"Map","End":true,"ItemProcessor":)" +
                                        flow("T", task("T")) + "}"),
                       "[1,2]");
    drive.deliver(Stop{});
    functions = {};
    redrive();
    EXPECT_EQ(drive.output(), R"(["T","T"])");
    for (const std::string& line : history())
        EXPECT_EQ(line.find("MapIterationStarted"), std::string::npos);
}

TEST_P(Redriving, RunsAllOfAParallelAgainThatFailedByItsSize) {
    const std::string big = std::string(200'000, 'x');
    const auto pass = [&](const std::string& name) {
        return flow(name,
                    "\"" + name + R"(":{"Type":"Pass","Result":")" + big + R"(","End":true})");
    };
    Drive& drive = run(machine("P", R"("P":{"Type":"Parallel","End":true,"Branches":[)" +
                                        pass("A") + "," + pass("B") + "]}"));
    ASSERT_EQ(drive.execution->failure.error, "States.DataLimitExceeded");
    redrive();
    const auto again = history();
    EXPECT_EQ(std::count_if(again.begin(), again.end(),
                            [](const std::string& line) {
                                return line.find("PassStateEntered") != std::string::npos;
                            }),
              2);
    EXPECT_THAT(again.at(1), testing::HasSubstr("ParallelStateStarted"));
    EXPECT_EQ(drive.execution->status, ExecutionStatus::failed);
}

TEST_P(Redriving, LeavesAParallelAgainWhoseResultCouldNotBeTaken) {
    Drive& drive = run(machine(
        "P", R"("P":{"Type":"Parallel","ResultSelector":{"a.$":"$[7]"},"End":true,"Branches":[)" +
                 flow("A", task("A")) + "]}"));
    ASSERT_EQ(drive.execution->status, ExecutionStatus::failed);
    redrive();
    EXPECT_THAT(functions.called, SizeIs(1));
    EXPECT_EQ(drive.execution->status, ExecutionStatus::failed);
    EXPECT_THAT(history(), SizeIs(2));
}

TEST_P(Redriving, DoesNotTakeUpWhatWasCaught) {
    functions.broken = {"T", "U"};
    Drive& drive = run(machine(
        "T", task("T", R"("Catch":[{"ErrorEquals":["States.ALL"],"Next":"U"}],"End":true)") + "," +
                 task("U")));
    functions = {};
    redrive();
    EXPECT_THAT(functions.called, ElementsAre("U"));
    EXPECT_EQ(drive.execution->status, ExecutionStatus::succeeded);
}

TEST_P(Redriving, KeepsVariablesAndTellsTheContext) {
    functions.broken = {"T"};
    Drive& drive = run(machine(
        "A", R"("A":{"Type":"Pass","Assign":{"v":"kept"},"Next":"T"},)" +
                 task("T", R"("Next":"Z")") +
                 R"(,"Z":{"Type":"Pass","Parameters":{"v.$":"$v","n.$":"$$.Execution.RedriveCount",
                     "t.$":"$$.Execution.RedriveTime"},"End":true})"));
    functions = {};
    redrive();
    EXPECT_EQ(drive.output(), R"({"t":"2023-11-14T22:13:20Z","v":"kept","n":1})");
}

TEST_P(Redriving, CountsTheMachinesTimeAnew) {
    functions.silent = {"T"};
    Drive& drive = run(machine("T", task("T"), R"(,"TimeoutSeconds":100)"));
    drive.advance(100s);
    ASSERT_EQ(drive.execution->status, ExecutionStatus::timed_out);
    drive.now += 1h;
    redrive();
    drive.advance(99s);
    EXPECT_EQ(drive.execution->status, ExecutionStatus::running);
    drive.advance(1s);
    EXPECT_EQ(drive.execution->status, ExecutionStatus::timed_out);
}

const std::string kDistributed = R"("M":{"Type":"Map","Label":"L","End":true,"ItemProcessor":{
    "ProcessorConfig":{"Mode":"DISTRIBUTED","ExecutionType":"STANDARD"},
    "StartAt":"P","States":{"P":{"Type":"Pass","End":true}}}})";

TEST_P(Redriving, RedrivesAMapRunThatFailed) {
    Drive& drive = run(machine("M", kDistributed), "[1]");
    const std::string arn = drive.map_runs.at(0)->arn;
    drive.deliver(MapRunOver{arn, StateError{"States.ExceedToleratedFailureThreshold", ""}});
    ASSERT_EQ(drive.execution->status, ExecutionStatus::failed);
    redrive();
    EXPECT_THAT(drive.redriven_map_runs, ElementsAre(arn));
    EXPECT_THAT(history(), ElementsAre("8 7 ExecutionRedriven", "9 8 MapRunRedriven"));
    const auto details = std::get<MapRunRedrivenDetails>(drive.event(9).details);
    EXPECT_EQ(details.map_run_arn, arn);
    EXPECT_EQ(details.redrive_count, 1);
    drive.deliver(MapRunOver{arn, Payload::from_text("[7]")});
    EXPECT_EQ(drive.output(), "[7]");
    EXPECT_THAT(drive.map_runs, SizeIs(1));
}

TEST_P(Redriving, BeginsANewMapRunWhereItsDataWereAtFault) {
    for (const char* error : {"States.DataLimitExceeded", "States.Runtime"}) {
        Drive& drive = run(machine("M", kDistributed), "[1]");
        drive.deliver(MapRunOver{drive.map_runs.at(0)->arn, StateError{error, ""}});
        ASSERT_EQ(drive.execution->status, ExecutionStatus::failed);
        redrive();
        EXPECT_THAT(drive.redriven_map_runs, SizeIs(0));
        EXPECT_THAT(drive.map_runs, SizeIs(2));
    }
}

TEST_P(Redriving, RedrivesAMapRunThatWasStopped) {
    Drive& drive = run(machine("M", kDistributed), "[1]");
    const std::string arn = drive.map_runs.at(0)->arn;
    drive.deliver(Stop{});
    redrive();
    drive.deliver(Stop{});
    redrive();
    EXPECT_THAT(drive.redriven_map_runs, ElementsAre(arn, arn));
    EXPECT_EQ(drive.execution->frame(0).map_run->redrive_count, 2);
}

// Developer Guide, "Redriving Map Runs", "Redrive eligibility": "You haven't exceeded the hard
// limit of 1000 redrives of a given Map Run. If you've exceeded this limit, you'll receive the
// States.Runtime error."
TEST(RedrivingAMapRun, FailsBehindItsThousandthTime) {
    Drive drive(machine("M", kDistributed), "[1]");
    drive.begin();
    for (int i = 0; i < 1000; ++i) {
        drive.deliver(Stop{});
        drive.deliver(Redrive{});
    }
    EXPECT_THAT(drive.redriven_map_runs, SizeIs(1000));
    EXPECT_EQ(drive.execution->status, ExecutionStatus::running);
    drive.deliver(Stop{});
    drive.deliver(Redrive{});
    EXPECT_THAT(drive.redriven_map_runs, SizeIs(1000));
    EXPECT_EQ(drive.execution->status, ExecutionStatus::failed);
    EXPECT_EQ(drive.execution->failure.error, "States.Runtime");
}

TEST_P(Redriving, IsRefusedForWhatRunsHasSucceededIsTooOldOrTooLong) {
    functions.silent = {"T"};
    Drive& drive = run(machine("T", task("T")));
    const auto now_is = [&] { return redrivability(redrive_facts(*drive.execution), drive.now); };
    EXPECT_EQ(now_is(), Redrivability::running);
    redrive();
    EXPECT_FALSE(drive.accepted);
    drive.deliver(Stop{});
    EXPECT_EQ(now_is(), Redrivability::redrivable);
    drive.now += 24h * 14;
    EXPECT_EQ(now_is(), Redrivability::redrivable);
    drive.now += 1ms;
    EXPECT_EQ(now_is(), Redrivability::closed_too_long);
    const std::size_t entries = drive.journal.size();
    redrive();
    EXPECT_FALSE(drive.accepted);
    EXPECT_EQ(drive.journal.size(), entries);

    RedriveFacts facts = redrive_facts(*drive.execution);
    facts.stop_date = drive.now;
    facts.last_event = 24'998;
    EXPECT_EQ(redrivability(facts, drive.now), Redrivability::redrivable);
    facts.last_event = 24'999;
    EXPECT_EQ(redrivability(facts, drive.now), Redrivability::too_many_events);
    facts.last_event = 10;
    facts.start_date = drive.now - 24h * 365 - 1ms;
    EXPECT_EQ(redrivability(facts, drive.now), Redrivability::open_too_long);
    facts.machine_deleting = true;
    EXPECT_EQ(redrivability(facts, drive.now), Redrivability::machine_deleting);
    facts = redrive_facts(*drive.execution);
    facts.status = ExecutionStatus::succeeded;
    EXPECT_EQ(redrivability(facts, drive.now), Redrivability::succeeded);
}

TEST_P(Redriving, RemembersTheLastTenTokensForFifteenMinutes) {
    Drive& drive = run(machine("F", R"("F":{"Type":"Fail"})"));
    for (int i = 0; i < 11; ++i) redrive("token" + std::to_string(i));
    const Execution& x = *drive.execution;
    EXPECT_EQ(redriven_with(x, "token0", drive.now), std::nullopt);
    EXPECT_EQ(redriven_with(x, "token1", drive.now), drive.now);
    EXPECT_EQ(redriven_with(x, "", drive.now), std::nullopt);
    EXPECT_EQ(redriven_with(x, "token1", drive.now + 15min), drive.now);
    EXPECT_EQ(redriven_with(x, "token1", drive.now + 15min + 1ms), std::nullopt);
}

INSTANTIATE_TEST_SUITE_P(Cuts, Redriving, testing::Values(Cut::never, Cut::after_every_step),
                         [](const auto& tested) {
                             return tested.param == Cut::never ? "Uncut" : "Cut";
                         });

}  // namespace
}  // namespace stepwell::test
