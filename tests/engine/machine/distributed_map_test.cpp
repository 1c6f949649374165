#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/engine/machine/drive.hpp"

// A Map in DISTRIBUTED mode, as far as its own execution goes. Developer Guide, "Using Map state in
// Distributed mode".
namespace stepwell::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
using testing::StartsWith;

const std::string kProcessor =
    R"("ItemProcessor":{"ProcessorConfig":{"Mode":"DISTRIBUTED","ExecutionType":"STANDARD"},
       "StartAt":"P","States":{"P":{"Type":"Pass","End":true}}})";

std::string machine(const std::string& fields, const std::string& end = R"("End":true)") {
    return R"({"StartAt":"M","States":{"M":{"Type":"Map",)" + kProcessor + "," + fields +
           (fields.empty() ? "" : ",") + end + R"(},"C":{"Type":"Pass","End":true}}})";
}
std::string alone(const std::string& fields) {
    return R"({"StartAt":"M","States":{"M":{"Type":"Map",)" + kProcessor +
           (fields.empty() ? "" : ",") + fields + R"(,"End":true}}})";
}
std::string in_jsonata(const std::string& fields) {
    return R"({"QueryLanguage":"JSONata",)" + alone(fields).substr(1);
}

MapRunOver over(const Drive& drive, Evaluated<Payload> result) {
    return {drive.map_runs.back()->arn, std::move(result)};
}
StateError error(const std::string& name) { return {name, "cause"}; }

TEST(DistributedMap, BeginsARunAndWaitsForIt) {
    Drive drive(alone(R"("Label":"L")"), "[1,2]");
    drive.begin();
    EXPECT_THAT(drive.history(), ElementsAre("1 0 ExecutionStarted", "2 0 MapStateEntered M",
                                             "3 2 MapStateStarted", "4 3 MapRunStarted"));
    ASSERT_THAT(drive.map_runs, SizeIs(1));
    const MapRunPlan& plan = *drive.map_runs[0];
    EXPECT_THAT(plan.arn, StartsWith("arn:aws:states:us-east-1:123456789012:mapRun:m/L:"));
    EXPECT_EQ(std::get<MapRunStartedDetails>(drive.event(4).details).map_run_arn, plan.arn);
    EXPECT_EQ(std::get<MapStartedDetails>(drive.event(3).details).length, 2);
    EXPECT_EQ(plan.items->text(), "[1,2]");
    // Nothing but a message from the run goes on with it.
    EXPECT_EQ(drive.execution->wake_at(), std::nullopt);
}

TEST(DistributedMap, GoesOnWithTheOutputOfItsRun) {
    for (const Cut cut : {Cut::never, Cut::after_every_step}) {
        Drive drive(alone(""), "[1,2]", cut);
        drive.begin();
        drive.deliver(over(drive, Payload::from_text("[10,20]")));
        EXPECT_THAT(drive.history(), ElementsAre("1 0 ExecutionStarted", "2 0 MapStateEntered M",
                                                 "3 2 MapStateStarted", "4 3 MapRunStarted",
                                                 "5 4 MapRunSucceeded", "6 5 MapStateSucceeded",
                                                 "7 4 MapStateExited M", "8 7 ExecutionSucceeded"));
        EXPECT_EQ(drive.output(), "[10,20]");
        EXPECT_THAT(drive.settled_map_runs, ElementsAre(drive.map_runs[0]->arn));
    }
}

TEST(DistributedMap, FailsWithItsRun) {
    Drive drive(alone(""), "[1]");
    drive.begin();
    drive.deliver(over(drive, error("States.ItemReaderFailed")));
    EXPECT_THAT(drive.history(),
                ElementsAre("1 0 ExecutionStarted", "2 0 MapStateEntered M", "3 2 MapStateStarted",
                            "4 3 MapRunStarted", "5 4 MapRunFailed States.ItemReaderFailed",
                            "6 5 MapStateFailed", "7 6 ExecutionFailed States.ItemReaderFailed"));
}

TEST(DistributedMap, TakesTheEndOfItsRunOnce) {
    Drive drive(machine("", R"("Next":"C")"), "[1]");
    drive.begin();
    const MapRunOver end = over(drive, Payload::from_text("[1]"));
    drive.deliver(end);
    EXPECT_TRUE(drive.execution->closed());
    drive.deliver(end);
    EXPECT_FALSE(drive.accepted);

    Drive other(alone(""), "[1]");
    other.begin();
    other.deliver(MapRunOver{"arn:aws:states:us-east-1:123456789012:mapRun:m/L:other", Payload()});
    EXPECT_FALSE(other.accepted);
    EXPECT_THAT(other.settled_map_runs, IsEmpty());
}

TEST(DistributedMap, IsRetriedWithANewRunAndThenCaught) {
    Drive drive(
        machine(
            R"("Retry":[{"ErrorEquals":["States.ExceedToleratedFailureThreshold"],"MaxAttempts":1}],
                "Catch":[{"ErrorEquals":["States.ALL"],"Next":"C"}])"),
        "[1]", Cut::after_every_step);
    drive.begin();
    drive.deliver(over(drive, error("States.ExceedToleratedFailureThreshold")));
    EXPECT_THAT(drive.map_runs, SizeIs(1));
    drive.advance(Seconds{1});
    ASSERT_THAT(drive.map_runs, SizeIs(2));
    EXPECT_NE(drive.map_runs[0]->arn, drive.map_runs[1]->arn);
    drive.deliver(over(drive, error("States.ExceedToleratedFailureThreshold")));
    EXPECT_THAT(
        drive.history(),
        ElementsAre("1 0 ExecutionStarted", "2 0 MapStateEntered M", "3 2 MapStateStarted",
                    "4 3 MapRunStarted", "5 4 MapRunFailed States.ExceedToleratedFailureThreshold",
                    "6 5 MapStateStarted", "7 6 MapRunStarted",
                    "8 7 MapRunFailed States.ExceedToleratedFailureThreshold", "9 8 MapStateFailed",
                    "10 9 MapStateExited M", "11 10 PassStateEntered C", "12 11 PassStateExited C",
                    "13 12 ExecutionSucceeded"));
}

TEST(DistributedMap, StopsItsRunWithItsExecution) {
    Drive drive(alone(""), "[1]");
    drive.begin();
    drive.deliver(Stop{});
    EXPECT_THAT(drive.stopped_map_runs, ElementsAre(drive.map_runs[0]->arn));
    drive.deliver(over(drive, Payload::from_text("[1]")));
    EXPECT_FALSE(drive.accepted);
}

TEST(DistributedMap, IsAbortedWithItsRunWhenABranchBesideItFails) {
    Drive drive(R"({"StartAt":"Both","States":{"Both":{"Type":"Parallel","End":true,"Branches":[
          {"StartAt":"M","States":{"M":{"Type":"Map",)" +
                    kProcessor + R"(,"End":true}}},
          {"StartAt":"W","States":{"W":{"Type":"Wait","Seconds":1,"Next":"F"},"F":{"Type":"Fail"}}}]}}})",
                "[1]");
    drive.begin().advance(Seconds{1});
    EXPECT_THAT(drive.stopped_map_runs, ElementsAre(drive.map_runs[0]->arn));
    EXPECT_THAT(drive.history(),
                testing::IsSupersetOf(
                    {"9 8 FailStateEntered F", "10 9 MapRunAborted", "11 9 MapStateAborted"}));
    EXPECT_EQ(drive.execution->status, ExecutionStatus::failed);
}

TEST(DistributedMap, EndsWithItsMachine) {
    Drive drive(alone(""), "[1]");
    drive.begin();
    drive.execution->machine_deleted = true;
    drive.deliver(over(drive, Payload::from_text("[1]")));
    EXPECT_EQ(drive.execution->status, ExecutionStatus::aborted);
}

TEST(DistributedMap, FindsWhatIsWrongWithItsLimitsAfterItHasStarted) {
    Drive drive(alone(R"("ItemsPath":"$.i","ToleratedFailureCountPath":"$.t")"),
                R"({"i":[0],"t":-1})");
    drive.begin();
    EXPECT_THAT(drive.history(),
                ElementsAre("1 0 ExecutionStarted", "2 0 MapStateEntered M", "3 2 MapStateStarted",
                            "4 3 ExecutionFailed States.Runtime"));
    EXPECT_THAT(drive.map_runs, IsEmpty());
}

TEST(DistributedMap, PlansWithJsonPath) {
    Drive drive(alone(R"("InputPath":"$.in","MaxConcurrencyPath":"$.c","ToleratedFailureCount":3,
        "ToleratedFailurePercentagePath":"$.p","ItemSelector":{"v.$":"$$.Map.Item.Value"},
        "ItemBatcher":{"MaxItemsPerBatchPath":"$.n","MaxInputBytesPerBatch":1000,
                       "BatchInput":{"of.$":"$.c","in.$":"$$.Execution.Name"}},
        "ItemReader":{"Resource":"arn:aws:states:::s3:getObject",
                      "Parameters":{"Bucket":"b","Key.$":"$.key"},
                      "ReaderConfig":{"InputType":"JSON","MaxItemsPath":"$.m"}},
        "ResultWriter":{"Resource":"arn:aws:states:::s3:putObject",
                        "Parameters":{"Bucket.$":"$.key","Prefix":"p"},
                        "WriterConfig":{"Transformation":"FLATTEN","OutputType":"JSONL"}})"),
                R"({"in":{"c":5,"p":"12.5","n":"7","m":9,"key":"k"}})");
    drive.begin();
    ASSERT_THAT(drive.map_runs, SizeIs(1));
    // What is stored of a plan is all of it.
    const MapRunPlan plan = decode_plan(encode_plan(*drive.map_runs[0]));
    EXPECT_EQ(drive.map_runs[0]->max_concurrency, 5);
    EXPECT_EQ(drive.map_runs[0]->tolerated_failure_count, 3);
    EXPECT_EQ(drive.map_runs[0]->tolerated_failure_percentage, 12.5);
    EXPECT_EQ(plan.items, std::nullopt);
    EXPECT_EQ(
        plan.reader->text(),
        R"({"Resource":"arn:aws:states:::s3:getObject","Parameters":{"Bucket":"b","Key":"k"},"ReaderConfig":{"InputType":"JSON"}})");
    EXPECT_EQ(plan.max_items, 9);
    EXPECT_TRUE(plan.batched);
    EXPECT_EQ(plan.batch_items, 7);
    EXPECT_EQ(plan.batch_bytes, 1000);
    EXPECT_EQ(plan.batch_input->value(), *parse_json(R"({"of":5,"in":"e"})"));
    EXPECT_EQ(
        plan.writer->value(),
        *parse_json(
            R"({"Resource":"arn:aws:states:::s3:putObject","Parameters":{"Bucket":"k","Prefix":"p"},"WriterConfig":{"Transformation":"FLATTEN","OutputType":"JSONL"}})"));
    EXPECT_EQ(plan.input.text(), R"({"c":5,"p":"12.5","n":"7","m":9,"key":"k"})");
    EXPECT_EQ(plan.context.value().at("State").at("Name"), "M");
    EXPECT_EQ(std::get<MapStartedDetails>(drive.event(3).details).length, 0);
}

TEST(DistributedMap, PlansWithJsonata) {
    Drive drive(
        in_jsonata(R"("MaxConcurrency":"{% $states.input.c %}","ToleratedFailurePercentage":50,
        "ItemSelector":"{% $states.context.Map.Item.Index %}",
        "ItemBatcher":{"MaxItemsPerBatch":"{% $states.input.c + 1 %}","BatchInput":{"c":"{% $states.input.c %}"}},
        "ItemReader":{"Resource":"arn:aws:states:::s3:listObjectsV2",
                      "Arguments":{"Bucket":"{% $states.input.b %}"},
                      "ReaderConfig":{"MaxItems":"{% 2 %}"}},
        "ResultWriter":{"WriterConfig":{"Transformation":"NONE","OutputType":"JSON"}})"),
        R"({"c":5,"b":"bucket"})");
    drive.begin();
    ASSERT_THAT(drive.map_runs, SizeIs(1));
    const MapRunPlan& plan = *drive.map_runs[0];
    EXPECT_EQ(plan.max_concurrency, 5);
    EXPECT_EQ(plan.tolerated_failure_percentage, 50);
    EXPECT_EQ(
        plan.reader->text(),
        R"({"Resource":"arn:aws:states:::s3:listObjectsV2","Parameters":{"Bucket":"bucket"},"ReaderConfig":{}})");
    EXPECT_EQ(plan.max_items, 2);
    EXPECT_EQ(plan.batch_items, 6);
    EXPECT_EQ(plan.batch_input->text(), R"({"c":5})");
    EXPECT_EQ(plan.writer->text(),
              R"({"WriterConfig":{"Transformation":"NONE","OutputType":"JSON"}})");
}

TEST(DistributedMap, FailsInJsonataBeforeItStarts) {
    Drive drive(in_jsonata(R"("Items":"{% 1 %}")"));
    drive.begin();
    EXPECT_THAT(drive.history(), ElementsAre("1 0 ExecutionStarted", "2 0 MapStateEntered M",
                                             "3 0 EvaluationFailed Items", "4 3 MapStateFailed",
                                             "5 4 ExecutionFailed States.QueryEvaluationError"));
}

TEST(DistributedMap, GivesItsRunTheVariablesThatItsFieldsRead) {
    Drive drive(R"({"StartAt":"A","States":{"A":{"Type":"Pass","Assign":{"x":1,"y":2},"Next":"M"},
        "M":{"Type":"Map",)" +
                    kProcessor + R"(,"ItemSelector":{"x.$":"$x"},"End":true}}})",
                "[1]");
    drive.begin();
    ASSERT_THAT(drive.map_runs, SizeIs(1));
    const MapRunPlan plan = decode_plan(encode_plan(*drive.map_runs[0]));
    ASSERT_THAT(plan.variables, SizeIs(1));
    EXPECT_EQ(plan.variables.at("x").text(), "1");
}

TEST(DistributedMap, WithoutALabelHasOneThatStays) {
    Drive first(alone(""), "[]");
    Drive second(alone(""), "[]");
    first.begin();
    second.begin();
    EXPECT_EQ(first.map_runs[0]->label, second.map_runs[0]->label);
    EXPECT_THAT(
        first.map_runs[0]->label,
        testing::MatchesRegex("[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}"));
}

TEST(DistributedMapPlan, IsRefusedWhereItIsNotOurs) {
    EXPECT_THROW(decode_plan("[]"), std::runtime_error);
    EXPECT_THROW(decode_plan("{}"), std::runtime_error);
    EXPECT_THROW(decode_plan(R"({"state":"x"})"), std::runtime_error);
    EXPECT_THROW(decode_plan("{"), std::runtime_error);
}

TEST(ChildOfAMapRun, RunsTheProcessorWithoutTheTimeoutOfItsMachine) {
    auto parsed = asl::parse(R"({"TimeoutSeconds":5,"StartAt":"M","States":{"M":{"Type":"Map",)" +
                                 kProcessor + R"(,"End":true}}})",
                             asl::WorkflowType::standard);
    ASSERT_TRUE(parsed.machine);
    ExecutionInfo info;
    info.state_machine_arn = "arn:aws:states:us-east-1:123456789012:stateMachine:m";
    info.state_machine_name = "m";
    info.label = "L";
    info.definition = parsed.machine;
    info.flow = std::get<asl::MapState>(parsed.machine->states[0].body).processor;
    Execution child(info);
    EXPECT_TRUE(child.timers.empty());
    const Step step = advance(child, Input{.now = {}, .seed = 1, .body = Begin{}});
    EXPECT_EQ(child.status, ExecutionStatus::succeeded);
    ASSERT_GT(step.entries.size(), 1U);
    EXPECT_EQ(std::get<StateEnteredDetails>(step.entries[1].event->details).name, "P");
}

}  // namespace
}  // namespace stepwell::test
