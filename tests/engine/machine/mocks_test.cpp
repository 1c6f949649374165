// States that the mock configuration answers.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "engine/machine/recorded_test_case.hpp"
#include "tests/engine/machine/drive.hpp"

namespace stepwell::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

struct Directory : MockDirectory {
    explicit Directory(std::set<std::string> names) : states(std::move(names)) {}
    bool has_test_case(const std::string&, const std::string&) const override { return true; }
    bool is_mocked(const std::string& state_machine, const std::string& test_case,
                   const std::string& state) const override {
        return state_machine == "m" && test_case == "Case" && states.contains(state);
    }
    std::vector<MockedState> mocked_states(const std::string&) const override { return {}; }
    std::set<std::string> states;
};

TaskResult fails(const std::string& error) { return StateError{error, "why"}; }
TaskResult gives(const std::string& text) { return Payload::from_text(text); }

class Mocked : public testing::TestWithParam<Cut> {
protected:
    std::unique_ptr<Drive> drive_of(const std::string& definition, const std::string& input,
                                    const std::string& test_case = "Case", Cut cut = GetParam()) {
        auto drive = std::make_unique<Drive>(definition, input, cut, asl::WorkflowType::standard,
                                             1.0, test_case);
        drive->mocks = &directory;
        drive->answer = [this](const TaskCall& call) -> std::optional<TaskResult> {
            asked.push_back(call);
            if (call.mock) seen.push_back(call.state_name + std::to_string(call.mock->invocation));
            return answer(call);
        };
        return drive;
    }

    Directory directory{{"T"}};
    std::vector<TaskCall> asked;
    std::vector<std::string> seen;
    std::function<TaskResult(const TaskCall&)> answer = [](const TaskCall&) { return gives("1"); };
};
INSTANTIATE_TEST_SUITE_P(, Mocked, testing::Values(Cut::never, Cut::after_every_step));

std::string task(const std::string& resource, const std::string& more = "") {
    return R"({"StartAt":"T","States":{"T":{"Type":"Task","Resource":")" + resource +
           R"(","Parameters":{"QueueUrl":"q","MessageBody":"m"},"End":true)" + more + "}}}";
}

constexpr const char* kRetry =
    R"(,"Retry":[{"ErrorEquals":["States.ALL"],"IntervalSeconds":1,"MaxAttempts":5}])";

TEST_P(Mocked, CallsSayWhichInvocationOfTheStateTheyAre) {
    answer = [this](const TaskCall&) { return seen.size() < 3 ? fails("Busy") : gives("1"); };
    auto drive = drive_of(task("arn:aws:states:::sqs:sendMessage", kRetry), "{}");
    drive->run_to_end();
    EXPECT_EQ(drive->output(), "1");
    EXPECT_THAT(seen, ElementsAre("T0", "T1", "T2"));
    EXPECT_EQ(asked[0].mock->state_machine, "m");
    EXPECT_EQ(asked[0].mock->test_case, "Case");
    EXPECT_EQ(asked[0].mock->map_index, std::nullopt);
}

TEST_P(Mocked, ATaskThatIsNotMockedIsCalled) {
    directory.states = {"Other"};
    auto drive = drive_of(task("arn:aws:states:::sqs:sendMessage"), "{}");
    drive->run_to_end();
    ASSERT_THAT(asked, SizeIs(1));
    EXPECT_FALSE(asked[0].mock);
}

TEST_P(Mocked, WithoutATestCaseNothingIsMocked) {
    auto drive = drive_of(task("arn:aws:states:::sqs:sendMessage"), "{}", "");
    drive->run_to_end();
    ASSERT_THAT(asked, SizeIs(1));
    EXPECT_FALSE(asked[0].mock);
}

TEST_P(Mocked, ACallbackIsSubmittedAndThenEnds) {
    answer = [](const TaskCall& call) { return call.submitted ? gives("2") : gives("1"); };
    auto drive = drive_of(task("arn:aws:states:::sqs:sendMessage.waitForTaskToken"), "{}");
    drive->run_to_end();
    EXPECT_THAT(drive->history(),
                ElementsAre("1 0 ExecutionStarted", "2 0 TaskStateEntered T", "3 2 TaskScheduled",
                            "4 3 TaskStarted", "5 4 TaskSubmitted", "6 5 TaskSucceeded",
                            "7 6 TaskStateExited T", "8 7 ExecutionSucceeded"));
    EXPECT_EQ(drive->output(), "2");
    EXPECT_FALSE(asked.front().token.empty());
}

TEST_P(Mocked, ACallbackMayFailOnceItIsSubmitted) {
    answer = [](const TaskCall& call) { return call.submitted ? fails("No") : gives("1"); };
    auto drive = drive_of(task("arn:aws:states:::sqs:sendMessage.waitForTaskToken"), "{}");
    drive->run_to_end();
    EXPECT_THAT(drive->history(),
                ElementsAre("1 0 ExecutionStarted", "2 0 TaskStateEntered T", "3 2 TaskScheduled",
                            "4 3 TaskStarted", "5 4 TaskSubmitted", "6 5 TaskFailed No",
                            "7 6 ExecutionFailed No"));
}

TEST_P(Mocked, AnActivityNeedsNoWorkerAndNeedNotBeThere) {
    auto drive = drive_of(R"({"StartAt":"T","States":{"T":{"Type":"Task","End":true,"Resource":
                     "arn:aws:states:us-east-1:123456789012:activity:x"}}})",
                          "{}");
    drive->run_to_end();
    EXPECT_THAT(drive->queue, IsEmpty());
    EXPECT_THAT(drive->history(),
                ElementsAre("1 0 ExecutionStarted", "2 0 TaskStateEntered T",
                            "3 2 ActivityScheduled", "4 3 ActivityStarted", "5 4 ActivitySucceeded",
                            "6 5 TaskStateExited T", "7 6 ExecutionSucceeded"));
}

constexpr const char* kMap =
    R"({"StartAt":"M","States":{"M":{"Type":"Map","End":true,"ItemProcessor":{
        "StartAt":"T","States":{"T":{"Type":"Task","Resource":"arn:aws:states:::sqs:sendMessage",
        "Parameters":{"QueueUrl":"q","MessageBody.$":"$"},"End":true}}}}}})";

TEST_P(Mocked, InvocationsAreCountedOverAllItems) {
    answer = [](const TaskCall& call) { return gives(std::to_string(*call.mock->map_index)); };
    auto drive = drive_of(kMap, "[7,8]");
    drive->run_to_end();
    EXPECT_THAT(seen, ElementsAre("T0", "T1"));
    EXPECT_EQ(drive->output(), "[0,1]");
}

TEST_P(Mocked, AChildOfAMapRunIsTheItemOfItsParentsTestCase) {
    auto drive = drive_of(task("arn:aws:states:::sqs:sendMessage"), "{}", "Case#17", Cut::never);
    drive->execution->info.map_run = 1;
    drive->run_to_end();
    ASSERT_THAT(asked, SizeIs(1));
    ASSERT_TRUE(asked[0].mock);
    EXPECT_EQ(asked[0].mock->test_case, "Case");
    EXPECT_EQ(asked[0].mock->map_index, 17U);
}

TEST_P(Mocked, TheInnermostMapCountsInAChildToo) {
    answer = [](const TaskCall& call) { return gives(std::to_string(*call.mock->map_index)); };
    auto drive = drive_of(kMap, "[7,8]", "Case#17", Cut::never);
    drive->execution->info.map_run = 1;
    drive->run_to_end();
    EXPECT_EQ(drive->output(), "[0,1]");
}

TEST(RecordedTestCase, SaysWhichItemAChildIs) {
    EXPECT_EQ(test_case_of_child("", 3), "");
    EXPECT_EQ(test_case_of_child("a#b", 3), "a#b#3");
    EXPECT_EQ(test_case_of_child("Case", std::nullopt), "Case#");
    const auto child = read_test_case("a#b#3", true);
    EXPECT_EQ(child.name, "a#b");
    EXPECT_EQ(child.item, 3U);
    const auto batch = read_test_case("a#3#", true);
    EXPECT_EQ(batch.name, "a#3");
    EXPECT_EQ(batch.item, std::nullopt);
    const auto other = read_test_case("a#3", false);
    EXPECT_EQ(other.name, "a#3");
    EXPECT_EQ(other.item, std::nullopt);
    // Stored by a version that did not know.
    EXPECT_EQ(read_test_case("Case", true).name, "Case");
}

TEST_P(Mocked, AMockStandsForTheItemsOfAMap) {
    directory.states = {"M"};
    answer = [](const TaskCall& call) {
        EXPECT_EQ(call.mock->type, asl::StateType::map);
        EXPECT_EQ(call.input.text(), "[7,8]");
        return gives("[5]");
    };
    auto drive = drive_of(kMap, "[7,8]");
    drive->run_to_end();
    EXPECT_THAT(drive->history(), ElementsAre("1 0 ExecutionStarted", "2 0 MapStateEntered M",
                                              "3 2 MapStateStarted", "4 3 MapStateSucceeded",
                                              "5 3 MapStateExited M", "6 5 ExecutionSucceeded"));
    EXPECT_EQ(drive->output(), "[5]");
}

TEST_P(Mocked, AMockStandsForAMapRun) {
    directory.states = {"M"};
    answer = [](const TaskCall& call) {
        EXPECT_EQ(call.input.text(), "[7,8]");
        return gives("[5]");
    };
    auto drive = drive_of(
        R"({"StartAt":"M","States":{"M":{"Type":"Map","End":true,"ItemProcessor":{
            "ProcessorConfig":{"Mode":"DISTRIBUTED","ExecutionType":"STANDARD"},
            "StartAt":"P","States":{"P":{"Type":"Pass","End":true}}}}}})",
        "[7,8]");
    drive->run_to_end();
    EXPECT_THAT(drive->history(), ElementsAre("1 0 ExecutionStarted", "2 0 MapStateEntered M",
                                              "3 2 MapStateStarted", "4 3 MapStateSucceeded",
                                              "5 3 MapStateExited M", "6 5 ExecutionSucceeded"));
}

constexpr const char* kParallel =
    R"({"StartAt":"P","States":{"P":{"Type":"Parallel","End":true,"Branches":[{"StartAt":"B",
        "States":{"B":{"Type":"Pass","End":true}}}],
        "Retry":[{"ErrorEquals":["Busy"],"IntervalSeconds":1}],
        "Catch":[{"ErrorEquals":["No"],"Next":"Z"}]},"Z":{"Type":"Pass","End":true}}})";

TEST_P(Mocked, AMockedParallelIsRetriedAndCaught) {
    directory.states = {"P"};
    answer = [this](const TaskCall&) { return fails(seen.size() < 2 ? "Busy" : "No"); };
    auto drive = drive_of(kParallel, "{}");
    drive->run_to_end();
    EXPECT_THAT(seen, ElementsAre("P0", "P1"));
    EXPECT_THAT(drive->history(), ElementsAre("1 0 ExecutionStarted", "2 0 ParallelStateEntered P",
                                              "3 2 ParallelStateStarted",
                                              "4 3 ParallelStateStarted", "5 4 ParallelStateFailed",
                                              "6 5 ParallelStateExited P", "7 6 PassStateEntered Z",
                                              "8 7 PassStateExited Z", "9 8 ExecutionSucceeded"));
}

TEST_P(Mocked, AnAnswerThatDoesNotComeTimesOut) {
    auto drive = drive_of(task("arn:aws:states:::sqs:sendMessage", R"(,"TimeoutSeconds":5)"), "{}");
    drive->answer = [](const TaskCall&) { return std::nullopt; };
    drive->run_to_end();
    EXPECT_EQ(drive->execution->failure.error, "States.Timeout");
    EXPECT_THAT(drive->cancelled, SizeIs(testing::Ge(1U)));
}

TEST_P(Mocked, AStopGivesUpTheMockOfAMap) {
    directory.states = {"M"};
    auto drive = drive_of(kMap, "[7]");
    drive->answer = [](const TaskCall&) { return std::nullopt; };
    drive->begin();
    ASSERT_THAT(drive->calls, SizeIs(1));
    drive->deliver(Stop{});
    EXPECT_THAT(drive->cancelled, SizeIs(1));
}

}  // namespace
}  // namespace stepwell::test
