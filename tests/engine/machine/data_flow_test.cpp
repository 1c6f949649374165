// InputPath … OutputPath, the Context Object, Choice rules, limits: what a state makes of its
// input.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/engine/machine/drive.hpp"

namespace stepwell::test {
namespace {

struct Flow {
    const char* name;
    const char* state;
    const char* input;
    const char* output;
};
class PassState : public testing::TestWithParam<Flow> {};

TEST_P(PassState, Gives) {
    Drive drive(std::string(R"({"StartAt":"T","States":{"T":{"Type":"Pass","End":true)") +
                    GetParam().state + "}}}",
                GetParam().input);
    drive.run_to_end();
    EXPECT_EQ(drive.output(), GetParam().output) << drive.execution->failure.cause.value_or("");
}
INSTANTIATE_TEST_SUITE_P(
    Fields, PassState,
    testing::Values(Flow{"ItsInput", "", R"({"a":1})", R"({"a":1})"},
                    Flow{"ItsInputAsItWasWritten", "", R"({ "a" : 1.50 })", R"({ "a" : 1.50 })"},
                    Flow{"InputPath", R"(,"InputPath":"$.a")", R"({"a":[1]})", "[1]"},
                    Flow{"InputPathNull", R"(,"InputPath":null)", R"({"a":1})", "{}"},
                    Flow{"OutputPath", R"(,"OutputPath":"$.a")", R"({"a":2})", "2"},
                    Flow{"OutputPathNull", R"(,"OutputPath":null)", R"({"a":2})", "{}"},
                    Flow{"Parameters", R"(,"Parameters":{"x.$":"$.a","y":0})", R"({"a":2})",
                         R"({"y":0,"x":2})"},
                    Flow{"ResultPathIntoTheRawInput", R"(,"InputPath":"$.a","ResultPath":"$.r")",
                         R"({"a":2})", R"({"a":2,"r":2})"},
                    Flow{"ResultPathNull", R"(,"Result":5,"ResultPath":null)", R"({"a":2})",
                         R"({"a":2})"},
                    Flow{"Intrinsics", R"x(,"Parameters":{"n.$":"States.MathAdd($.n, 1)"})x",
                         R"({"n":2})", R"({"n":3})"}),
    [](const auto& c) { return c.param.name; });

TEST(ContextObject, TellsExecutionMachineAndState) {
    Drive drive(R"({"StartAt":"T","States":{"T":{"Type":"Pass","OutputPath":"$$","End":true}}})",
                R"({"v":0})");
    drive.run_to_end();
    EXPECT_EQ(
        drive.output(),
        R"({"Execution":{"Id":"arn:aws:states:us-east-1:123456789012:execution:m:e","Input":{"v":0},)"
        R"("StartTime":"2023-11-14T22:13:20Z","Name":"e","RoleArn":"arn:aws:iam::123456789012:role/r",)"
        R"("RedriveCount":0},"StateMachine":{"Id":"arn:aws:states:us-east-1:123456789012:stateMachine:m",)"
        R"("Name":"m"},"State":{"Name":"T","EnteredTime":"2023-11-14T22:13:20Z"}})");
}

TEST(ContextObject, TellsTheInnermostItemOfAMap) {
    Drive drive(
        R"({"StartAt":"O","States":{"O":{"Type":"Map","End":true,"ItemProcessor":{"StartAt":"I","States":{
        "I":{"Type":"Map","End":true,"ItemSelector":{"inner.$":"$$.Map.Item.Value","at.$":"$$.Map.Item.Index"},
             "ItemProcessor":{"StartAt":"P","States":{
             "P":{"Type":"Pass","Parameters":{"in.$":"$","now.$":"$$.Map.Item.Value"},"End":true}}}}}}}}})",
        "[[7],[8,9]]");
    drive.run_to_end();
    EXPECT_EQ(drive.output(),
              R"([[{"in":{"at":0,"inner":7},"now":7}],)"
              R"([{"in":{"at":0,"inner":8},"now":8},{"in":{"at":1,"inner":9},"now":9}]])");
}

TEST(ContextObject, CountsTheRetriesOfATask) {
    Drive drive(R"({"StartAt":"T","States":{"T":{"Type":"Task","End":true,
        "Resource":"arn:aws:lambda:us-east-1:123456789012:function:f",
        "Parameters":{"n.$":"$$.State.RetryCount"},"Retry":[{"ErrorEquals":["E"]}]}}})");
    int calls = 0;
    drive.answer = [&](const TaskCall& call) -> TaskResult {
        if (++calls < 3) return StateError{"E", ""};
        return call.input;
    };
    drive.run_to_end();
    EXPECT_EQ(drive.output(), R"({"n":2})");
}

struct Rule {
    const char* name;
    const char* rule;
    const char* input;
    bool matches;
};
class ChoiceRule : public testing::TestWithParam<Rule> {};

TEST_P(ChoiceRule, Matches) {
    Drive drive(
        std::string(
            R"({"StartAt":"T","States":{"T":{"Type":"Choice","Default":"N","Choices":[{"Next":"Y",)") +
            GetParam().rule + R"(}]},"Y":{"Type":"Pass","Result":true,"End":true},
                                           "N":{"Type":"Pass","Result":false,"End":true}}})",
        GetParam().input);
    drive.run_to_end();
    EXPECT_EQ(drive.output(), GetParam().matches ? "true" : "false")
        << drive.execution->failure.cause.value_or("");
}
INSTANTIATE_TEST_SUITE_P(
    Operators, ChoiceRule,
    testing::Values(
        Rule{"StringEquals", R"("Variable":"$.v","StringEquals":"a")", R"({"v":"a"})", true},
        Rule{"StringLessThanByCodeUnit", R"("Variable":"$.v","StringLessThan":"\uffff")",
             R"({"v":"\ud83d\ude00"})", true},
        Rule{"StringGreaterThanPrefix", R"("Variable":"$.v","StringGreaterThan":"a")",
             R"({"v":"ab"})", true},
        Rule{"OtherTypeDoesNotMatch", R"("Variable":"$.v","StringEquals":"1")", R"({"v":1})",
             false},
        Rule{"NumericEqualsByValue", R"("Variable":"$.v","NumericEquals":1)", R"({"v":1.0})", true},
        Rule{"NumericLessThanPath", R"("Variable":"$.v","NumericLessThanPath":"$.w")",
             R"({"v":1,"w":2})", true},
        Rule{"TimestampEqualsAcrossOffsets",
             R"("Variable":"$.v","TimestampEquals":"2020-01-01T00:00:00Z")",
             R"({"v":"2020-01-01T01:00:00+01:00"})", true},
        Rule{"StringMatchesStar", R"("Variable":"$.v","StringMatches":"a*c*")", R"({"v":"abcd"})",
             true},
        Rule{"StringMatchesEscapedStar", R"("Variable":"$.v","StringMatches":"a\\*")",
             R"({"v":"a*"})", true},
        Rule{"StringMatchesEscapedStarOnly", R"("Variable":"$.v","StringMatches":"a\\*")",
             R"({"v":"ab"})", false},
        Rule{"IsPresentFindsNull", R"("Variable":"$.v","IsPresent":true)", R"({"v":null})", true},
        Rule{"IsPresentFindsNothing", R"("Variable":"$.w","IsPresent":false)", R"({"v":null})",
             true},
        Rule{"IsTimestamp", R"("Variable":"$.v","IsTimestamp":true)", R"({"v":"2020-01-01"})",
             false},
        Rule{
            "And",
            R"("And":[{"Variable":"$.v","IsNumeric":true},{"Variable":"$.v","NumericGreaterThan":5}])",
            R"({"v":6})", true},
        Rule{
            "AndEndsAtTheFirstThatFails",
            R"("And":[{"Variable":"$.w","IsPresent":true},{"Variable":"$.w","NumericGreaterThan":5}])",
            R"({"v":6})", false},
        Rule{"Or",
             R"("Or":[{"Variable":"$.v","NumericEquals":1},{"Variable":"$.v","NumericEquals":6}])",
             R"({"v":6})", true},
        Rule{"Not", R"("Not":{"Variable":"$.v","NumericEquals":1})", R"({"v":6})", true}),
    [](const auto& c) { return c.param.name; });

TEST(ChoiceState, WithoutAMatchAndDefaultFails) {
    Drive drive(
        R"({"StartAt":"T","States":{"T":{"Type":"Choice","Choices":[{"Variable":"$.v","IsNull":true,"Next":"Y"}]},
                   "Y":{"Type":"Succeed"}}})",
        R"({"v":1})");
    drive.run_to_end();
    EXPECT_EQ(drive.execution->failure.error, "States.NoChoiceMatched");
}

TEST(ChoiceState, FailsWhereItsVariableIsNotThere) {
    Drive drive(
        R"({"StartAt":"T","States":{"T":{"Type":"Choice","Choices":[{"Variable":"$.v","IsNull":true,"Next":"Y"}]},
                   "Y":{"Type":"Succeed"}}})");
    drive.run_to_end();
    EXPECT_EQ(drive.execution->failure.error, "States.Runtime");
    EXPECT_EQ(drive.execution->failure.cause,
              "An error occurred while executing the state 'T' (entered at the event id #2). "
              "Invalid path '$.v': The "
              "choice state's condition path references an invalid value.");
}

TEST(MapState, RefusesWhatIsNoArray) {
    Drive drive(
        R"({"StartAt":"T","States":{"T":{"Type":"Map","ItemsPath":"$.v","End":true,"ItemProcessor":{
                   "StartAt":"P","States":{"P":{"Type":"Pass","End":true}}}}}})",
        R"({"v":1})");
    drive.run_to_end();
    EXPECT_EQ(drive.execution->failure.cause,
              "An error occurred while executing the state 'T' (entered at the event id #2). "
              "Reference path \"$.v\" "
              "must point to array.");
}

TEST(MapState, KeepsTheOrderOfItsItemsWhateverTheOrderOfTheirEnds) {
    Drive drive(R"({"StartAt":"T","States":{"T":{"Type":"Map","End":true,"ItemProcessor":{
                   "StartAt":"W","States":{"W":{"Type":"Wait","SecondsPath":"$","End":true}}}}}})",
                "[3,1,2]");
    drive.run_to_end();
    EXPECT_EQ(drive.output(), "[3,1,2]");
}

TEST(MapState, RunsAtMostSoManyItemsAtOnceAsItSays) {
    Drive drive(
        R"({"StartAt":"T","States":{"T":{"Type":"Map","MaxConcurrency":2,"End":true,"ItemProcessor":{
                   "StartAt":"L","States":{"L":{"Type":"Task","End":true,
                   "Resource":"arn:aws:lambda:us-east-1:123456789012:function:f"}}}}}})",
        "[0,1,2,3,4]");
    drive.begin();
    EXPECT_EQ(drive.calls.size(), 2U);
    const StartTask first = drive.calls.front();
    drive.calls.erase(drive.calls.begin());
    drive.deliver(TaskEnded{first.frame, first.scheduled, TaskResult(Payload())});
    EXPECT_EQ(drive.calls.size(), 2U);
    EXPECT_EQ(drive.all_calls.size(), 3U);
}

std::string large_pass() {
    return R"({"StartAt":"T","States":{"T":{"Type":"Pass","Parameters":{"a.$":"$.a","b.$":"$.a"},"End":true}}})";
}

TEST(DataLimit, RefusesAnOutputOfMoreThan262144Bytes) {
    Drive drive(large_pass(), R"({"a":")" + std::string(140'000, 'x') + R"("})");
    drive.run_to_end();
    EXPECT_EQ(drive.execution->failure.error, "States.DataLimitExceeded");
    EXPECT_EQ(drive.execution->failure.cause,
              "The state/task 'T' returned a result with a size exceeding the maximum number of "
              "bytes service limit.");
}

TEST(DataLimit, TakesAnOutputOfExactly262144Bytes) {
    const std::size_t overhead = std::string(R"({"a":"","b":""})").size();
    Drive drive(large_pass(),
                R"({"a":")" + std::string((kMaxPayloadBytes - overhead) / 2, 'x') + R"("})");
    drive.run_to_end();
    EXPECT_EQ(drive.execution->status, ExecutionStatus::succeeded);
}

TEST(DataLimit, RefusesDataThatALoopNestsWithoutEnd) {
    Drive drive(R"({"StartAt":"A","States":{"A":{"Type":"Pass","Parameters":{"a.$":"$"},"Next":"B"},
                   "B":{"Type":"Choice","Choices":[{"Variable":"$","IsNull":true,"Next":"C"}],"Default":"A"},
                   "C":{"Type":"Succeed"}}})");
    drive.run_to_end();
    EXPECT_EQ(drive.execution->failure.error, "States.Runtime");
    EXPECT_THAT(*drive.execution->failure.cause, testing::HasSubstr("deeper than 512 levels"));
}

TEST(DataLimit, RefusesAMapWhoseItemsTogetherGiveMoreThan262144Bytes) {
    Drive drive(
        R"({"StartAt":"T","States":{"T":{"Type":"Map","ItemsPath":"$.n","End":true,"ResultSelector":{},
                   "ItemSelector":{"s.$":"$.s"},"ItemProcessor":{"StartAt":"P","States":{
                   "P":{"Type":"Pass","End":true}}}}}})",
        R"({"n":[1,2,3],"s":")" + std::string(100'000, 'x') + R"("})");
    drive.run_to_end();
    EXPECT_EQ(drive.execution->failure.error, "States.DataLimitExceeded");
}

std::string parallel_of(const std::string& branch) {
    return R"({"StartAt":"P","States":{"P":{"Type":"Parallel","Branches":[)" + branch +
           R"(],"Catch":[{"ErrorEquals":["States.ALL"],"Next":"C"}],"End":true},
              "C":{"Type":"Pass","End":true}}})";
}

// Developer Guide, "Handling errors in Step Functions workflows": States.ALL does not take it.
TEST(DataLimit, OfAStateInABranchIsNotTakenByStatesAllAroundIt) {
    Drive drive(parallel_of(large_pass()), R"({"a":")" + std::string(140'000, 'x') + R"("})");
    drive.run_to_end();
    EXPECT_EQ(drive.execution->failure.error, "States.DataLimitExceeded");
}

// OBSERVED: of a task's result it does (docs/observed.md), and so we take it around a branch.
TEST(DataLimit, OfATasksResultInABranchIsTakenByStatesAllAroundIt) {
    Drive drive(parallel_of(R"({"StartAt":"T","States":{"T":{"Type":"Task","End":true,
                   "Resource":"arn:aws:lambda:us-east-1:123456789012:function:f"}}})"));
    drive.answer = [](const TaskCall&) -> TaskResult {
        return Payload::from_text("\"" + std::string(262'143, 'x') + "\"");
    };
    drive.run_to_end();
    EXPECT_EQ(drive.execution->status, ExecutionStatus::succeeded);
}

TEST(DataLimit, NamesTheFunctionWhoseResultIsTooLarge) {
    Drive drive(R"({"StartAt":"T","States":{"T":{"Type":"Task","End":true,
                   "Resource":"arn:aws:lambda:us-east-1:123456789012:function:f"}}})");
    drive.answer = [](const TaskCall&) -> TaskResult {
        return Payload::from_text("\"" + std::string(262'143, 'x') + "\"");
    };
    drive.run_to_end();
    EXPECT_EQ(drive.history().at(4), "5 4 LambdaFunctionFailed States.DataLimitExceeded");
    EXPECT_THAT(*drive.execution->failure.cause,
                testing::HasSubstr("'arn:aws:lambda:us-east-1:123456789012:function:f'"));
}

TEST(JournalCodec, WritesAPayloadOnceHoweverOftenItStandsInAStep) {
    const Payload large = Payload::from_text("\"" + std::string(10'000, 'x') + "\"");
    std::vector<Entry> entries(3);
    for (Entry& entry : entries) {
        entry.event = HistoryEvent{1, 0, TimePoint{}, EventType::pass_state_entered,
                                   StateEnteredDetails{"S", large}};
    }
    EXPECT_LT(encode_entries(entries).size(), 10'200U);
}

TEST(JournalCodec, RefusesWhatItHasNotWritten) {
    const std::string good = encode_entries(std::vector<Entry>(2));
    EXPECT_THROW(decode_entries(""), std::runtime_error);
    EXPECT_THROW(decode_entries("\xFF" + good.substr(1)), std::runtime_error);
    EXPECT_THROW(decode_entries(good.substr(0, good.size() - 1)), std::runtime_error);
    EXPECT_THROW(decode_entries(good + '\x7f'), std::runtime_error);
}

}  // namespace
}  // namespace stepwell::test
