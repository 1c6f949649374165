// What makes a frame wait: Wait states, retries, time-outs, heartbeats, tokens.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/machine/turn.hpp"
#include "tests/engine/machine/drive.hpp"

namespace stepwell::test {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::EndsWith;
using namespace std::chrono_literals;

std::string machine(const std::string& states) {
    return R"({"StartAt":"T","States":{)" + states + "}}";
}

TaskResult succeeds(const std::string& text) { return Payload::from_text(text); }
TaskResult fails(const std::string& error) { return StateError{error, "because"}; }

std::string invoke(const std::string& more, bool token = false) {
    return machine(
        R"("T":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke)" +
        std::string(token ? ".waitForTaskToken" : "") + R"(","Parameters":{"FunctionName":"f")" +
        (token ? R"(,"Payload":{"token.$":"$$.Task.Token"})" : "") + R"(},"End":true)" + more +
        "}" +
        (more.find("Catch") == std::string::npos ? "" : R"(,"C":{"Type":"Pass","End":true})"));
}

// --- Wait

TEST(WaitState, WaitsUntilItsTimeIsDue) {
    Drive drive(machine(R"("T":{"Type":"Wait","Seconds":30,"End":true})"));
    drive.begin();
    EXPECT_EQ(drive.execution->next_timer(), drive.now + 30s);
    drive.advance(29'999ms);
    EXPECT_FALSE(drive.execution->closed());
    drive.advance(1ms);
    EXPECT_EQ(drive.execution->status, ExecutionStatus::succeeded);
}

TEST(WaitState, OfNoLengthEndsAtOnce) {
    Drive drive(machine(R"("T":{"Type":"Wait","Seconds":0,"End":true})"));
    EXPECT_EQ(drive.begin().execution->status, ExecutionStatus::succeeded);
}

TEST(WaitState, TakesSecondsThatAreWrittenAsAString) {
    Drive drive(machine(R"("T":{"Type":"Wait","SecondsPath":"$.s","End":true})"), R"({"s":"30"})");
    drive.begin();
    EXPECT_EQ(drive.execution->next_timer(), drive.now + 30s);
}

TEST(WaitState, UntilATimeInThePastEndsAtOnce) {
    Drive drive(machine(R"("T":{"Type":"Wait","Timestamp":"2016-03-14T01:59:00Z","End":true})"));
    EXPECT_EQ(drive.begin().execution->status, ExecutionStatus::succeeded);
}

TEST(WaitState, TakesTheFractionOfItsTimeThatTheScaleSays) {
    Drive drive(machine(R"("T":{"Type":"Wait","Seconds":30,"End":true})"), "{}", Cut::never,
                asl::WorkflowType::standard, 0.1);
    drive.begin();
    EXPECT_EQ(drive.execution->next_timer(), drive.now + 3s);
}

struct WaitFailure {
    const char* name;
    const char* field;
    const char* input;
    const char* cause;
};
class WaitStateRefuses : public testing::TestWithParam<WaitFailure> {};

TEST_P(WaitStateRefuses, AtRunTime) {
    Drive drive(
        machine(std::string(R"("T":{"Type":"Wait",)") + GetParam().field + R"(,"End":true})"),
        GetParam().input);
    drive.run_to_end();
    EXPECT_EQ(drive.execution->failure.error, "States.Runtime");
    EXPECT_EQ(
        drive.execution->failure.cause,
        std::string(
            "An error occurred while executing the state 'T' (entered at the event id #2). ") +
            GetParam().cause);
}
INSTANTIATE_TEST_SUITE_P(
    Fields, WaitStateRefuses,
    testing::Values(
        WaitFailure{"NothingThere", R"("SecondsPath":"$.s")", "{}",
                    "The SecondsPath parameter does not reference an input value: $.s"},
        WaitFailure{"Fraction", R"("SecondsPath":"$.s")", R"({"s":1.5})",
                    "The SecondsPath parameter cannot be parsed as a long value: $.s == 1.5"},
        WaitFailure{"NoNumber", R"("SecondsPath":"$.s")", R"({"s":"soon"})",
                    "The SecondsPath parameter cannot be parsed as a long value: $.s == soon"},
        WaitFailure{"NoLong", R"("SecondsPath":"$.s")", R"({"s":18446744073709551615})",
                    "The SecondsPath parameter cannot be parsed as a long value: $.s == "
                    "18446744073709551615"},
        WaitFailure{"Negative", R"("SecondsPath":"$.s")", R"({"s":-1})",
                    "The SecondsPath parameter references a negative value: $.s == -1"},
        WaitFailure{"TooLong", R"("SecondsPath":"$.s")", R"({"s":99999999999})",
                    "Wait state delay is too long."},
        WaitFailure{"NoTimestamp", R"("TimestampPath":"$.t")", R"({"t":"tomorrow"})",
                    "The TimestampPath parameter does not reference a valid ISO-8601 extended "
                    "offset date-time "
                    "format string: $.t == tomorrow"},
        WaitFailure{"TooFarTimestamp", R"("TimestampPath":"$.t")",
                    R"({"t":"2199-01-01T00:00:00Z"})", "Wait state delay is too long."}),
    [](const auto& c) { return c.param.name; });

// --- Retry

TEST(Retry, WaitsLongerEachTimeUpToItsCap) {
    Drive drive(
        invoke(R"(,"Retry":[{"ErrorEquals":["States.ALL"],"IntervalSeconds":2,"BackoffRate":3,
                           "MaxDelaySeconds":10,"MaxAttempts":4}])"));
    drive.answer = [](const TaskCall&) { return fails("E"); };
    drive.begin();
    std::vector<Milliseconds> delays;
    while (!drive.execution->closed()) {
        delays.push_back(*drive.execution->next_timer() - drive.now);
        drive.advance(delays.back());
    }
    EXPECT_THAT(delays, ElementsAre(2s, 6s, 10s, 10s));
}

TEST(Retry, CountsAnewWhenTheStateIsEnteredAgain) {
    Drive drive(R"({"StartAt":"T","States":{
        "T":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke","Parameters":{"FunctionName":"f"},
             "Retry":[{"ErrorEquals":["E"],"MaxAttempts":1}],
             "Catch":[{"ErrorEquals":["States.ALL"],"Next":"Again"}],"End":true},
        "Again":{"Type":"Choice","Choices":[{"Variable":"$.Error","IsPresent":true,"Next":"Once"}],"Default":"T"},
        "Once":{"Type":"Pass","Result":{},"Next":"T"}}})");
    int calls = 0;
    drive.answer = [&](const TaskCall&) { return ++calls < 4 ? fails("E") : succeeds("4"); };
    drive.run_to_end();
    EXPECT_EQ(drive.execution->status, ExecutionStatus::succeeded);
    EXPECT_EQ(calls, 4);
}

TEST(Retry, ThatIsExhaustedLeadsToCatchWithoutAskingLaterRetriers) {
    Drive drive(
        invoke(R"(,"Retry":[{"ErrorEquals":["E"],"MaxAttempts":0},{"ErrorEquals":["States.ALL"]}],
                           "Catch":[{"ErrorEquals":["E"],"Next":"C"}])"));
    drive.answer = [](const TaskCall&) { return fails("E"); };
    drive.run_to_end();
    EXPECT_EQ(drive.all_calls.size(), 1U);
    EXPECT_EQ(drive.execution->status, ExecutionStatus::succeeded);
}

TEST(Retry, WithFullJitterWaitsAtMostItsDelay) {
    Drive drive(
        invoke(R"(,"Retry":[{"ErrorEquals":["E"],"IntervalSeconds":8,"JitterStrategy":"FULL"}])"));
    drive.answer = [](const TaskCall&) { return fails("E"); };
    drive.begin();
    ASSERT_TRUE(drive.execution->next_timer());
    EXPECT_LT(*drive.execution->next_timer() - drive.now, 8s);
}

struct Match {
    const char* name;
    const char* pattern;
    const char* error;
    bool reported;
    bool heartbeat;
    bool matches;
};
class ErrorEquals : public testing::TestWithParam<Match> {};

TEST_P(ErrorEquals, Matches) {
    const Match& c = GetParam();
    EXPECT_EQ(error_matches({c.pattern}, Failure{c.error, std::nullopt}, c.reported, c.heartbeat),
              c.matches);
}
INSTANTIATE_TEST_SUITE_P(
    Names, ErrorEquals,
    testing::Values(
        Match{"Name", "E", "E", true, false, true},
        Match{"OtherName", "E", "F", true, false, false},
        Match{"All", "States.ALL", "E", true, false, true},
        Match{"AllTakesTimeout", "States.ALL", "States.Timeout", true, false, true},
        Match{"AllLeavesRuntime", "States.ALL", "States.Runtime", false, false, false},
        Match{"NobodyTakesRuntime", "States.Runtime", "States.Runtime", false, false, false},
        Match{"AllLeavesALargeOutput", "States.ALL", "States.DataLimitExceeded", false, false,
              false},
        Match{"AllTakesALargeResult", "States.ALL", "States.DataLimitExceeded", true, false, true},
        Match{"LargeOutputByName", "States.DataLimitExceeded", "States.DataLimitExceeded", false,
              false, true},
        Match{"TaskFailed", "States.TaskFailed", "E", true, false, true},
        Match{"TaskFailedLeavesTimeout", "States.TaskFailed", "States.Timeout", true, false, false},
        Match{"TimeoutTakesHeartbeat", "States.Timeout", "States.HeartbeatTimeout", true, true,
              true},
        Match{"HeartbeatByName", "States.HeartbeatTimeout", "States.Timeout", true, true, true},
        Match{"HeartbeatLeavesTimeout", "States.HeartbeatTimeout", "States.Timeout", true, false,
              false}),
    [](const auto& c) { return c.param.name; });

// --- time-outs and heartbeats

TEST(Timeout, CancelsTheCallAndDropsItsLateResult) {
    Drive drive(
        invoke(R"(,"TimeoutSeconds":5,"Catch":[{"ErrorEquals":["States.Timeout"],"Next":"C"}])"));
    drive.begin();
    const StartTask call = drive.all_calls.at(0);
    drive.advance(5s);
    EXPECT_EQ(drive.cancelled.size(), 1U);
    EXPECT_EQ(drive.execution->status, ExecutionStatus::succeeded);
    drive.deliver(TaskEnded{call.frame, call.scheduled, succeeds("1")});
    EXPECT_FALSE(drive.accepted);
}

TEST(Timeout, DueAtTheTimeOfAResultComesBeforeIt) {
    Drive drive(invoke(R"(,"TimeoutSeconds":5)"));
    drive.begin();
    const StartTask call = drive.all_calls.at(0);
    drive.now += 5s;
    drive.deliver(TaskEnded{call.frame, call.scheduled, succeeds("1")});
    EXPECT_FALSE(drive.accepted);
    EXPECT_EQ(drive.execution->failure.error, "States.Timeout");
}

TEST(Heartbeat, PutsOffItsTimeout) {
    Drive drive(invoke(R"(,"HeartbeatSeconds":5)", true));
    drive.begin();
    const StartTask call = drive.all_calls.at(0);
    drive.advance(4s);
    drive.deliver(TokenCame{call.frame, call.scheduled, std::monostate{}});
    drive.advance(4s);
    EXPECT_FALSE(drive.execution->closed());
    drive.advance(1s);
    EXPECT_EQ(drive.execution->failure.error, "States.Timeout");
}

// --- tokens

TEST(TaskToken, IsHandedOverAndAwaitedAfterTheCall) {
    Drive drive(invoke("", true));
    drive.answer = [](const TaskCall&) { return succeeds("{}"); };
    drive.begin();
    const StartTask call = drive.all_calls.at(0);
    EXPECT_FALSE(call.call.token.empty());
    EXPECT_EQ(call.call.input.value().at("Payload").at("token"), call.call.token);
    drive.deliver(TokenCame{call.frame, call.scheduled, Payload::from_text("5")});
    EXPECT_THAT(drive.history(),
                ElementsAre("1 0 ExecutionStarted", "2 0 TaskStateEntered T", "3 2 TaskScheduled",
                            "4 3 TaskStarted", "5 4 TaskSubmitted", "6 5 TaskSucceeded",
                            "7 6 TaskStateExited T", "8 7 ExecutionSucceeded"));
}

TEST(TaskToken, MayComeBackBeforeItsCallReturns) {
    Drive drive(invoke("", true));
    drive.begin();
    const StartTask call = drive.all_calls.at(0);
    drive.deliver(TokenCame{call.frame, call.scheduled, Failure{"E", "C"}});
    EXPECT_TRUE(drive.accepted);
    EXPECT_EQ(drive.execution->failure.error, "E");
}

TEST(TaskToken, ThatIsLateIsRefused) {
    Drive drive(
        invoke(R"(,"TimeoutSeconds":5,"Retry":[{"ErrorEquals":["States.Timeout"]}])", true));
    drive.begin();
    const StartTask first = drive.all_calls.at(0);
    drive.advance(6s);
    ASSERT_EQ(drive.all_calls.size(), 2U);
    EXPECT_NE(drive.all_calls[1].call.token, first.call.token);
    drive.deliver(TokenCame{first.frame, first.scheduled, Payload()});
    EXPECT_FALSE(drive.accepted);
}

TEST(TokenMint, ReadsWhatItMadeAndNothingElse) {
    const TokenMint mint(std::string(32, 'a'));
    RandomBits random(1);
    const std::string token = mint.make({1234567890123, 7, 42}, random);
    const auto target = mint.read(token);
    ASSERT_TRUE(target);
    EXPECT_EQ(target->execution, 1234567890123);
    EXPECT_EQ(target->frame, 7U);
    EXPECT_EQ(target->scheduled, 42);
    EXPECT_NE(mint.make({1234567890123, 7, 42}, random), token);
    EXPECT_FALSE(TokenMint(std::string(32, 'b')).read(token));
    for (std::size_t i = 0; i < token.size() - 1; ++i) {
        std::string forged = token;
        forged[i] = forged[i] == 'A' ? 'B' : 'A';
        EXPECT_FALSE(mint.read(forged)) << i;
    }
    EXPECT_FALSE(mint.read(""));
    EXPECT_FALSE(mint.read("not a token"));
}

// --- recovery

TEST(Recovery, RepeatsACallUnderWayWithItsRequestId) {
    Drive drive(invoke(""), "{}", Cut::after_every_step);
    drive.begin();
    ASSERT_EQ(drive.all_calls.size(), 1U);
    ASSERT_EQ(drive.calls.size(), 1U);
    EXPECT_EQ(drive.calls[0].call.request_id, drive.all_calls[0].call.request_id);
    EXPECT_EQ(drive.execution->wake_at(), TimePoint{});
}

TEST(Recovery, LeavesACallPastItsDeadlineToItsTimeout) {
    Drive drive(invoke(R"(,"TimeoutSeconds":5)"));
    drive.begin();
    EXPECT_EQ(calls_to_repeat(*drive.execution, drive.now + 4s).size(), 1U);
    EXPECT_TRUE(calls_to_repeat(*drive.execution, drive.now + 5s).empty());
}

TEST(Recovery, OfAnOpenTokenWaitsForACallOnly) {
    Drive drive(invoke("", true), "{}", Cut::after_every_step);
    drive.answer = [](const TaskCall&) { return succeeds("{}"); };
    drive.begin();
    EXPECT_EQ(drive.execution->wake_at(), std::nullopt);
    EXPECT_TRUE(drive.calls.empty());
}

TEST(Recovery, GivesAHeartbeatAFullInterval) {
    Drive drive(invoke(R"(,"HeartbeatSeconds":5)", true));
    drive.begin();
    restart_heartbeats(*drive.execution, drive.now + 100s);
    EXPECT_EQ(drive.execution->next_timer(), drive.now + 105s);
}

TEST(Turns, AreBounded) {
    Drive drive(
        R"({"StartAt":"A","States":{"A":{"Type":"Pass","Next":"B"},"B":{"Type":"Pass","Next":"C"},
        "C":{"Type":"Choice","Choices":[{"Variable":"$","IsNull":true,"Next":"D"}],"Default":"A"},
        "D":{"Type":"Succeed"}}})");
    Step step = advance(*drive.execution, Input{drive.now, 1, Begin{}});
    EXPECT_EQ(step.transitions, kTransitionsPerStep);
    EXPECT_TRUE(step.more);
    EXPECT_EQ(drive.execution->wake_at(), TimePoint{});
}

TEST(MachineDeletion, EndsAnExecutionBeforeItsNextTransition) {
    Drive drive(
        machine(R"("T":{"Type":"Wait","Seconds":5,"Next":"N"},"N":{"Type":"Pass","End":true})"));
    drive.begin();
    drive.deliver(MachineDeleted{});
    EXPECT_FALSE(drive.execution->closed());
    drive.advance(5s);
    EXPECT_EQ(drive.execution->status, ExecutionStatus::aborted);
    EXPECT_THAT(drive.history().back(), EndsWith("ExecutionAborted -"));
}

TEST(Express, HasFiveMinutes) {
    Drive drive(machine(R"("T":{"Type":"Wait","Seconds":600,"End":true})"), "{}", Cut::never,
                asl::WorkflowType::express);
    drive.begin();
    EXPECT_EQ(drive.execution->next_timer(), drive.now + 300s);
}

}  // namespace
}  // namespace stepwell::test
