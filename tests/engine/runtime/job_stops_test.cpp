#include "engine/runtime/job_stops.hpp"

#include <gmock/gmock.h>

#include <stdexcept>

#include "tests/engine/runtime/harness.hpp"

// design.md, "Order, commit, answer", 9: "Stop goes down. Closing an execution cancels its tasks,
// jobs, nested executions and Map Runs; recovery does it again".
namespace stepwell::testing {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

const char* const kNested = R"({"StartAt":"Child","States":{
    "Child":{"Type":"Task","Resource":"arn:aws:states:::states:startExecution.sync:2","End":true,
             "Parameters":{"StateMachineArn":"arn:aws:states:us-east-1:123456789012:stateMachine:c",
                           "Input":{"n.$":"$.n"}}}}})";
const char* const kBegun = R"({"ExecutionArn":"the child"})";

class StoppedJobs : public ::testing::Test {
protected:
    /// An execution that is about to start its child.
    void start() {
        const StartRequest machine = harness.machine("m", kNested);
        harness.start(machine, "x", R"({"n":1})");
        key = harness.key(Harness::arn_of(machine, "x"));
    }
    void begins() {
        harness.tasks->finish(harness.tasks->calls().at(0).id, payload(kBegun));
        harness.settle();
    }
    std::vector<JobStop> stored() const { return harness.memory.jobs_to_stop(0, 100); }
    void finish_stop(std::size_t number) {
        harness.tasks->finish_stop(number);
        harness.settle();
    }

    Harness harness;
    ExecutionKey key = 0;
};

TEST_F(StoppedJobs, AreStoredUntilTheyAreStopped) {
    start();
    begins();
    harness.stop(key);
    ASSERT_THAT(harness.tasks->stops(), SizeIs(1));
    const TaskCall stop = harness.tasks->stops()[0];
    EXPECT_EQ(stop.id, harness.tasks->calls().at(1).id);  // the call that watched it
    EXPECT_EQ(stop.submitted->text(), kBegun);
    EXPECT_THAT(stored(), SizeIs(1));
    finish_stop(0);
    EXPECT_THAT(stored(), IsEmpty());
}

TEST_F(StoppedJobs, AreNotToldBeforeTheStopIsStored) {
    start();
    begins();
    harness.disk->hold();
    const Answer<Stopped> answer;
    harness.runtime->stop(key, {}, answer.callback());
    harness.disk->wait_for_held(1);
    EXPECT_THAT(harness.tasks->stops(), IsEmpty());
    harness.disk->release();
    answer.get();
    harness.settle();
    EXPECT_THAT(harness.tasks->stops(), SizeIs(1));
}

TEST_F(StoppedJobs, ThatAServerWhichDiedHasLeftAreStoppedByTheNext) {
    start();
    begins();
    harness.stop(key);
    harness.restart();
    ASSERT_THAT(harness.tasks->stops(), SizeIs(2));
    const TaskCall first = harness.tasks->stops()[0];
    const TaskCall again = harness.tasks->stops()[1];
    EXPECT_EQ(again.id, 0U);
    EXPECT_TRUE(again.repeated);
    EXPECT_EQ(again.submitted->text(), kBegun);
    EXPECT_EQ(again.input.text(), first.input.text());
    EXPECT_EQ(again.request_id, first.request_id);
    EXPECT_EQ(again.execution_arn, first.execution_arn);
    EXPECT_EQ(again.scheduled_time, first.scheduled_time);
    EXPECT_EQ(again.region, "us-east-1");
    EXPECT_EQ(again.account, "123456789012");
    const auto& resource = std::get<asl::ServiceResource>(again.resource);
    EXPECT_EQ(resource.resource_type, "states");
    EXPECT_EQ(resource.action, "startExecution");
    EXPECT_EQ(resource.pattern, asl::Pattern::sync2);
    finish_stop(1);
    EXPECT_THAT(stored(), IsEmpty());
    harness.restart();
    EXPECT_THAT(harness.tasks->stops(), SizeIs(2));
}

TEST_F(StoppedJobs, WhoseStartWasNeverAnsweredAreLookedForAfterARestart) {
    start();
    harness.stop(key);
    harness.restart();
    ASSERT_THAT(harness.tasks->stops(), SizeIs(2));
    EXPECT_FALSE(harness.tasks->stops()[1].submitted);
}

TEST_F(StoppedJobs, ThatBeginWhileTheStopIsBeingStoredAreKnown) {
    start();
    harness.disk->hold();
    const Answer<Stopped> answer;
    harness.runtime->stop(key, {}, answer.callback());
    harness.disk->wait_for_held(1);
    const TaskCallId call = harness.tasks->calls().at(0).id;
    harness.tasks->finish(call, payload(kBegun));
    // The shard takes one input after the other: this one behind the call's end.
    const Answer<Stopped> again;
    harness.runtime->stop(key, {}, again.callback());
    harness.disk->release();
    answer.get();
    again.get();
    harness.settle();
    ASSERT_THAT(harness.tasks->stops(), SizeIs(1));
    EXPECT_EQ(harness.tasks->stops()[0].submitted->text(), kBegun);
}

TEST_F(StoppedJobs, OfAWriteWhoseOutcomeWasOpenAreStoppedWhenThatIsKnown) {
    start();
    begins();
    harness.disk->refuse_but_make(Outcome::overloaded);
    EXPECT_EQ(harness.stop(key).outcome, Outcome::overloaded);
    EXPECT_THAT(harness.tasks->stops(), IsEmpty());
    harness.advance(Seconds{2});
    ASSERT_THAT(harness.tasks->stops(), SizeIs(1));
    EXPECT_EQ(harness.tasks->stops()[0].submitted->text(), kBegun);
}

TEST_F(StoppedJobs, OfAStateThatTimedOutGoOn) {
    const StartRequest machine = harness.machine("m", R"({"StartAt":"Child","States":{
        "Child":{"Type":"Task","Resource":"arn:aws:states:::states:startExecution.sync",
                 "TimeoutSeconds":10,"End":true,"Parameters":{"StateMachineArn":"c"}}}})");
    harness.start(machine, "x");
    begins();
    harness.advance(Seconds{11});
    EXPECT_THAT(harness.tasks->stops(), IsEmpty());
    EXPECT_TRUE(harness.tasks->cancelled(harness.tasks->calls().at(1).id));
}

TEST_F(StoppedJobs, OfABranchAreStoppedWithIt) {
    const StartRequest machine = harness.machine("m", R"({"StartAt":"P","States":{
        "P":{"Type":"Parallel","Next":"After","Catch":[{"ErrorEquals":["States.ALL"],"Next":"After"}],
          "Branches":[
            {"StartAt":"Child","States":{"Child":{"Type":"Task","End":true,
                "Resource":"arn:aws:states:::states:startExecution.sync",
                "Parameters":{"StateMachineArn":"c"}}}},
            {"StartAt":"Work","States":{"Work":{"Type":"Task","End":true,
                "Resource":"arn:aws:lambda:us-east-1:123456789012:function:work"}}}]},
        "After":{"Type":"Wait","Seconds":3600,"End":true}}})");
    harness.start(machine, "x");
    harness.tasks->finish(harness.tasks->calls("Child").at(0).id, payload(kBegun));
    harness.settle();
    harness.tasks->finish(harness.tasks->calls("Work").at(0).id, StateError{"Oops", ""});
    harness.settle();
    EXPECT_EQ(harness.execution(Harness::arn_of(machine, "x")).status, ExecutionStatus::running);
    ASSERT_THAT(harness.tasks->stops(), SizeIs(1));
    EXPECT_THAT(stored(), SizeIs(1));
}

TEST_F(StoppedJobs, OfManyExecutionsAreStoppedSomeAtATimeAfterARestart) {
    const StartRequest machine = harness.machine("m", kNested);
    for (int i = 0; i < 100; ++i) {
        harness.start_later(machine, "x" + std::to_string(i), R"({"n":1})");
    }
    harness.settle();
    for (int i = 0; i < 100; ++i)
        harness.stop(harness.key(Harness::arn_of(machine, "x" + std::to_string(i))));
    ASSERT_THAT(harness.tasks->stops(), SizeIs(100));
    harness.restart();
    const std::size_t first_page = harness.tasks->stops().size() - 100;
    EXPECT_LT(first_page, 100U);
    for (std::size_t i = 0; i < first_page; ++i) finish_stop(100 + i);
    EXPECT_THAT(harness.tasks->stops(), SizeIs(200));
    for (std::size_t i = first_page; i < 100; ++i) finish_stop(100 + i);
    EXPECT_THAT(stored(), IsEmpty());
}

TEST(StoppedCall, ThatIsNotWhatWasWrittenIsRefused) {
    EXPECT_THROW(decode_stopped_call("no JSON"), std::runtime_error);
    EXPECT_THROW(decode_stopped_call("[]"), std::runtime_error);
    EXPECT_THROW(decode_stopped_call(R"({"resource":"nothing:x.sync"})"), std::runtime_error);
    EXPECT_THROW(decode_stopped_call(R"({"resource":"states:startExecution.sync","scheduled":1})"),
                 std::runtime_error);
}

}  // namespace
}  // namespace stepwell::testing
