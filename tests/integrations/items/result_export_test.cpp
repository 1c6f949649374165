#include "integrations/items/result_export.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <filesystem>
#include <memory>

#include "tests/integrations/items/temporary_buckets.hpp"

// Developer Guide, "ResultWriter (Map)".
namespace stepwell::items {
namespace {

using testing::ElementsAre;

ChildResult child(ExecutionKey key, ExecutionStatus status) {
    ChildResult child;
    child.key = key;
    child.status = status;
    child.name = "child-" + std::to_string(key);
    child.execution_arn = "arn:aws:states:us-east-1:123456789012:execution:M/L:" + child.name;
    child.state_machine_arn = "arn:aws:states:us-east-1:123456789012:stateMachine:M/L";
    child.input = "{}";
    if (status == ExecutionStatus::succeeded) child.output = "[" + std::to_string(key) + ",true]";
    child.start_date = TimePoint(Milliseconds(1'700'000'000'100));
    child.stop_date = TimePoint(Milliseconds(1'700'000'001'000));
    return child;
}

class Export : public testing::Test {
protected:
    Export() {
        std::filesystem::create_directory(buckets.path() / "out");
        write.owner = {"123456789012", "us-east-1"};
        write.map_run_arn = "arn:aws:states:us-east-1:123456789012:mapRun:M/L:run-id";
        write.writer = json(
            R"({"Resource":"arn:aws:states:::s3:putObject","Parameters":{"Bucket":"out","Prefix":"p/q"}})");
        write.children = [this](ResultWrite::Which which, ExecutionKey after, std::size_t limit) {
            const bool good = which == ResultWrite::Which::succeeded;
            std::vector<ChildResult> page;
            for (const ChildResult& one : children) {
                const bool fits = (one.status == ExecutionStatus::succeeded) == good;
                if (fits && one.key > after && page.size() < std::min(limit, most_at_once))
                    page.push_back(one);
            }
            return page;
        };
    }

    void add(ExecutionStatus status, int count = 1) {
        for (int i = 0; i < count; ++i) children.push_back(child(children.size() + 1, status));
    }
    std::string exported(std::uint64_t max_bytes = kMaxResultFileBytes) {
        const auto no_page = [](const ItemRead&) -> Evaluated<ItemPage> {
            return StateError{"States.ItemReaderFailed", "no data set"};
        };
        const auto details = export_results(buckets.store(), write, no_page, max_bytes);
        return details ? write_json(*details)
                       : details.error().error + ": " + details.error().cause;
    }
    /// What is pending, one input at a time; then an error where there is one.
    void pend(std::vector<std::string> inputs, std::optional<StateError> error = {}) {
        auto left = std::make_shared<std::deque<std::string>>(inputs.begin(), inputs.end());
        write.pending =
            [left,
             error](const ResultWrite::ReadPage& read_page) -> Evaluated<std::vector<std::string>> {
            EXPECT_EQ(read_page({}).error().cause, "no data set");
            if (left->empty() && error) return *error;
            std::vector<std::string> some;
            if (left->empty()) return some;
            some.push_back(std::move(left->front()));
            left->pop_front();
            return some;
        };
    }
    Json manifest() { return json(buckets.read("out/p/q/run-id/manifest.json")); }

    TemporaryBuckets buckets;
    ResultWrite write;
    std::vector<ChildResult> children;
    std::size_t most_at_once = 1'000;  ///< the store gives fewer where they are large
};

TEST_F(Export, WritesAFileForEachStatusAndAManifest) {
    add(ExecutionStatus::succeeded);
    add(ExecutionStatus::failed);
    EXPECT_EQ(exported(), R"({"Bucket":"out","Key":"p/q/run-id/manifest.json"})");
    const std::string good = buckets.read("out/p/q/run-id/SUCCEEDED_0.json");
    EXPECT_EQ(buckets.read("out/p/q/run-id/manifest.json"),
              R"({"DestinationBucket":"out","MapRunArn":")" + write.map_run_arn +
                  R"(","ResultFiles":{"FAILED":[{"Key":"p/q/run-id/FAILED_0.json","Size":)" +
                  std::to_string(buckets.read("out/p/q/run-id/FAILED_0.json").size()) +
                  R"(}],"PENDING":[],"SUCCEEDED":[{"Key":"p/q/run-id/SUCCEEDED_0.json","Size":)" +
                  std::to_string(good.size()) + "}]}}");
    EXPECT_EQ(
        good,
        R"([{"ExecutionArn":"arn:aws:states:us-east-1:123456789012:execution:M/L:child-1","Input":"{}",)"
        R"("InputDetails":{"Included":true},"Name":"child-1","Output":"[1,true]",)"
        R"("OutputDetails":{"Included":true},"RedriveCount":0,"RedriveStatus":"NOT_REDRIVABLE",)"
        R"("RedriveStatusReason":"Execution is SUCCEEDED and cannot be redriven",)"
        R"("StartDate":"2023-11-14T22:13:20.100Z",)"
        R"("StateMachineArn":"arn:aws:states:us-east-1:123456789012:stateMachine:M/L",)"
        R"("Status":"SUCCEEDED","StopDate":"2023-11-14T22:13:21Z"}])");
}

TEST_F(Export, WritesAllOfThemHoweverFewComeAtOnce) {
    most_at_once = 2;
    add(ExecutionStatus::succeeded, 5);
    write.writer["WriterConfig"] = json(R"({"Transformation":"COMPACT","OutputType":"JSON"})");
    exported();
    EXPECT_EQ(buckets.read("out/p/q/run-id/SUCCEEDED_0.json"),
              "[[1,true],[2,true],[3,true],[4,true],[5,true]]");
}

TEST_F(Export, WritesNoFileForAStatusThatNoChildHas) {
    exported();
    EXPECT_EQ(manifest()["ResultFiles"], json(R"({"FAILED":[],"PENDING":[],"SUCCEEDED":[]})"));
    EXPECT_FALSE(std::filesystem::exists(buckets.path() / "out/p/q/run-id/SUCCEEDED_0.json"));
}

// "PENDING_n.json – Contains the consolidated data for all child workflow executions that weren't
// started because the Map Run failed or aborted."
TEST_F(Export, WritesWhatWasNotStarted) {
    add(ExecutionStatus::aborted);
    pend({R"({"a":1})", R"("x")"});
    exported();
    const std::string file = buckets.read("out/p/q/run-id/PENDING_0.json");
    EXPECT_EQ(file, R"([{"Input":"{\"a\":1}","InputDetails":{"Included":true},"Status":"PENDING"},)"
                    R"({"Input":"\"x\"","InputDetails":{"Included":true},"Status":"PENDING"}])");
    const Json files = manifest()["ResultFiles"];
    EXPECT_EQ(write_json(files["PENDING"]), R"([{"Key":"p/q/run-id/PENDING_0.json","Size":)" +
                                                std::to_string(file.size()) + "}]");
    EXPECT_EQ(files["FAILED"].size(), 1U);
    EXPECT_EQ(files["SUCCEEDED"].size(), 0U);
}

TEST_F(Export, WritesTheWholeRecordOfWhatWasNotStartedAsLines) {
    pend({"1", "2"});
    write.writer["WriterConfig"] = json(R"({"Transformation":"FLATTEN","OutputType":"JSONL"})");
    exported();
    EXPECT_EQ(buckets.read("out/p/q/run-id/PENDING_0.jsonl"),
              R"({"Input":"1","InputDetails":{"Included":true},"Status":"PENDING"})"
              "\n"
              R"({"Input":"2","InputDetails":{"Included":true},"Status":"PENDING"})"
              "\n");
}

TEST_F(Export, WritesWhatIsPendingAsFarAsItCanBeRead) {
    add(ExecutionStatus::succeeded);
    pend({"1"}, StateError{"States.ItemReaderFailed", "gone"});
    EXPECT_EQ(exported(), R"({"Bucket":"out","Key":"p/q/run-id/manifest.json"})");
    EXPECT_EQ(json(buckets.read("out/p/q/run-id/PENDING_0.json")).size(), 1U);
    EXPECT_EQ(manifest()["ResultFiles"]["SUCCEEDED"].size(), 1U);
}

TEST_F(Export, TellsHowOftenAChildWasRedriven) {
    add(ExecutionStatus::succeeded);
    children[0].redrive_count = 2;
    exported();
    EXPECT_EQ(json(buckets.read("out/p/q/run-id/SUCCEEDED_0.json"))[0]["RedriveCount"], 2);
}

TEST_F(Export, WritesOutputsAloneWhenCompact) {
    add(ExecutionStatus::succeeded, 2);
    write.writer["WriterConfig"] = json(R"({"Transformation":"COMPACT","OutputType":"JSON"})");
    exported();
    EXPECT_EQ(buckets.read("out/p/q/run-id/SUCCEEDED_0.json"), "[[1,true],[2,true]]");
}

TEST_F(Export, FlattensOutputs) {
    add(ExecutionStatus::succeeded, 2);
    children[1].output = R"({"a":1})";
    write.writer["WriterConfig"] = json(R"({"Transformation":"FLATTEN","OutputType":"JSONL"})");
    exported();
    EXPECT_EQ(buckets.read("out/p/q/run-id/SUCCEEDED_0.jsonl"), "1\ntrue\n{\"a\":1}\n");
}

TEST_F(Export, WritesEachTransformationInEachType) {
    add(ExecutionStatus::succeeded, 2);
    const auto file = [&](const std::string& transformation, const std::string& type) {
        write.writer["WriterConfig"] = json(R"({"Transformation":")" + transformation +
                                            R"(","OutputType":")" + type + R"("})");
        exported();
        return buckets.read("out/p/q/run-id/SUCCEEDED_0." +
                            std::string(type == "JSON" ? "json" : "jsonl"));
    };
    EXPECT_EQ(file("COMPACT", "JSON"), "[[1,true],[2,true]]");
    EXPECT_EQ(file("COMPACT", "JSONL"), "[1,true]\n[2,true]\n");
    EXPECT_EQ(file("FLATTEN", "JSON"), "[1,true,2,true]");
    EXPECT_EQ(file("FLATTEN", "JSONL"), "1\ntrue\n2\ntrue\n");
    const Json records = json(file("NONE", "JSON"));
    ASSERT_EQ(records.size(), 2U);
    EXPECT_EQ(file("NONE", "JSONL"), write_json(records[0]) + "\n" + write_json(records[1]) + "\n");
    EXPECT_EQ(records[1]["Output"], "[2,true]");
}

TEST_F(Export, KeepsTheRecordOfAChildThatFailed) {
    add(ExecutionStatus::timed_out);
    children[0].error = "States.Timeout";
    write.writer["WriterConfig"] = json(R"({"Transformation":"COMPACT","OutputType":"JSON"})");
    exported();
    const Json file = json(buckets.read("out/p/q/run-id/FAILED_0.json"));
    EXPECT_EQ(file[0].value("Error", ""), "States.Timeout");
    EXPECT_EQ(file[0].value("Status", ""), "TIMED_OUT");
    EXPECT_EQ(file[0].value("RedriveStatus", ""), "REDRIVABLE_BY_MAP_RUN");
}

TEST_F(Export, SplitsLargeFiles) {
    add(ExecutionStatus::succeeded, 1'200);
    write.writer["WriterConfig"] = json(R"({"Transformation":"COMPACT","OutputType":"JSON"})");
    exported(4'000);
    std::size_t values = 0;
    const Json files = manifest()["ResultFiles"]["SUCCEEDED"];
    EXPECT_GT(files.size(), 3U);
    for (const Json& file : files) {
        const std::string text = buckets.read("out/" + file.value("Key", ""));
        EXPECT_EQ(file.value("Size", std::size_t{0}), text.size());
        EXPECT_LE(text.size(), 4'000U);
        values += json(text).size();
    }
    EXPECT_EQ(values, 1'200U);
    EXPECT_EQ(files[1].value("Key", ""), "p/q/run-id/SUCCEEDED_1.json");
}

TEST_F(Export, StandsInTheRunsFolderWithoutAPrefix) {
    write.writer["Parameters"].erase("Prefix");
    EXPECT_EQ(exported(), R"({"Bucket":"out","Key":"run-id/manifest.json"})");
}

TEST_F(Export, SaysWhatIsMissing) {
    write.writer["Parameters"]["Bucket"] = "none";
    EXPECT_EQ(exported(),
              "States.ResultWriterFailed: The specified bucket does not exist (Service: Amazon S3; "
              "Status Code: 404; Error Code: NoSuchBucket; Request ID: null; S3 Extended Request "
              "ID: null; Proxy: null)");
    write.writer["Parameters"].erase("Bucket");
    EXPECT_THAT(exported(), testing::HasSubstr("The field 'Bucket'"));
}

}  // namespace
}  // namespace stepwell::items
