#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>

#include "tests/api/service.hpp"

namespace stepwell::api {
namespace {

using testing::ElementsAre;

const std::string kArn = std::string(kArnPrefix) + "activity:assemble";

std::string activity_machine() {
    return R"({"StartAt":"T","States":{"T":{"Type":"Task","Resource":")" + kArn +
           R"(","End":true}}})";
}

class Activities : public testing::Test {
protected:
    Json create(const std::string& name = "assemble") {
        return service.ask("CreateActivity", object({{"name", name}}));
    }
    Service service;
};

TEST_F(Activities, AreRefusedBeyondTheQuota) {
    ActivityRecord record;
    record.owner = {.account = "123456789012", .region = "us-east-1"};
    for (int i = 0; i < 10'000; ++i) {
        record.name = std::to_string(i);
        record.arn = activity_arn(record.owner, record.name);
        service.memory.create_activity(record, {}, [](Outcome) {});
    }
    EXPECT_EQ(service.refusal("CreateActivity", object({{"name", "assemble"}})),
              "ActivityLimitExceeded: Activity Limit Exceeded: '" + kArn + "'");
}

TEST_F(Activities, AreCreatedDescribedAndDeleted) {
    const Json created = create();
    EXPECT_EQ(created.value("activityArn", ""), kArn);
    const Json described = service.ask("DescribeActivity", object({{"activityArn", kArn}}));
    EXPECT_THAT(names_of(described),
                ElementsAre("activityArn", "creationDate", "encryptionConfiguration", "name"));
    EXPECT_EQ(described["creationDate"], created["creationDate"]);
    EXPECT_EQ(described["encryptionConfiguration"], json(R"({"type":"AWS_OWNED_KEY"})"));
    EXPECT_TRUE(service.ask("DeleteActivity", object({{"activityArn", kArn}})).empty());
    EXPECT_TRUE(service.ask("DeleteActivity", object({{"activityArn", kArn}})).empty());
    EXPECT_EQ(service.refusal("DescribeActivity", object({{"activityArn", kArn}})),
              "ActivityDoesNotExist: Activity Does Not Exist: '" + kArn + "'");
    EXPECT_EQ(service.refusal("GetActivityTask", object({{"activityArn", kArn}})),
              "ActivityDoesNotExist: Activity Does Not Exist: '" + kArn + "'");
}

TEST_F(Activities, AreTheSameWhenCreatedAgainWhateverTheirTags) {
    const Json first =
        service.ask("CreateActivity", R"({"name":"assemble","tags":[{"key":"team","value":"a"}]})");
    const Json second =
        service.ask("CreateActivity", R"({"name":"assemble","tags":[{"key":"team","value":"b"}]})");
    EXPECT_EQ(first, second);
    EXPECT_THAT(service.store.tags_of(kArn),
                testing::Optional(ElementsAre(testing::Pair("team", "a"))));
}

TEST_F(Activities, AreOthersUnderAnotherKey) {
    create();
    create();
    EXPECT_EQ(service.refusal("CreateActivity",
                              R"({"name":"assemble","encryptionConfiguration":
                                 {"type":"CUSTOMER_MANAGED_KMS_KEY","kmsKeyId":"k"}})"),
              "ActivityAlreadyExists: Activity Already Exists: '" + kArn + "'");
    service.ask("CreateActivity",
                R"({"name":"assemble","encryptionConfiguration":{"type":"AWS_OWNED_KEY"}})");
}

TEST_F(Activities, AreListedInPages) {
    for (const char* name : {"b", "a", "c"}) create(name);
    const Json first = service.ask("ListActivities", R"({"maxResults":2})");
    ASSERT_EQ(first["activities"].size(), 2U);
    EXPECT_EQ(first["activities"][0].value("name", ""), "a");
    EXPECT_THAT(names_of(first["activities"][0]),
                ElementsAre("activityArn", "creationDate", "name"));
    const Json second = service.ask(
        "ListActivities", R"({"maxResults":2,"nextToken":)" + write_json(first["nextToken"]) + "}");
    ASSERT_EQ(second["activities"].size(), 1U);
    EXPECT_EQ(second["activities"][0].value("name", ""), "c");
    EXPECT_FALSE(second.contains("nextToken"));
    EXPECT_EQ(service.refusal("ListActivities", R"({"nextToken":"forged"})"),
              "InvalidToken: Invalid Token: 'Invalid token'");
}

TEST_F(Activities, HaveNamesAndArnsOfTheirKind) {
    EXPECT_EQ(service.refusal("CreateActivity", R"({"name":"a b"})"),
              "InvalidName: Invalid Name: 'a b'");
    EXPECT_EQ(service.refusal("DescribeActivity", R"({"activityArn":"no_an_activity_arn"})"),
              "InvalidArn: Invalid Arn: 'Invalid ARN prefix: no_an_activity_arn'");
    EXPECT_EQ(
        service.refusal("GetActivityTask",
                        object({{"activityArn", std::string(kArnPrefix) + "stateMachine:m"}})),
        "InvalidArn: Invalid Arn: 'Resource type not valid in this context: stateMachine'");
}

TEST_F(Activities, GiveTheirTasksToWorkers) {
    create();
    const std::string arn = service.start(service.create("m", activity_machine()));
    const Json task =
        service.ask("GetActivityTask", object({{"activityArn", kArn}, {"workerName", "Ada"}}));
    EXPECT_EQ(task.value("input", ""), "{}");
    const std::string token = task.value("taskToken", "");
    service.ask("SendTaskHeartbeat", object({{"taskToken", token}}));
    service.ask("SendTaskSuccess", object({{"taskToken", token}, {"output", R"({"a": 1})"}}));
    EXPECT_EQ(service.await_end(arn).value("output", ""), R"({"a": 1})");
    const Json history = service.ask("GetExecutionHistory", object({{"executionArn", arn}}));
    EXPECT_EQ(
        history["events"][2]["activityScheduledEventDetails"],
        json(R"({"resource":")" + kArn + R"(","input":"{}","inputDetails":{"truncated":false}})"));
    EXPECT_EQ(history["events"][3]["activityStartedEventDetails"], json(R"({"workerName":"Ada"})"));
    EXPECT_EQ(service.refusal("SendTaskSuccess", object({{"taskToken", token}, {"output", "1"}})),
              "TaskTimedOut: Task Timed Out: 'Provided task does not exist anymore'");
}

TEST_F(Activities, AreNotPolledForByAClientThatHasGone) {
    create();
    auto gone = std::make_shared<std::promise<Response>>();
    const Api::Cancel cancel =
        service.api.handle({"AWSStepFunctions.GetActivityTask",
                            "application/x-amz-json-1.0",
                            {},
                            object({{"activityArn", kArn}}),
                            "id"},
                           [gone](Response response) { gone->set_value(std::move(response)); });
    cancel();
    const std::string arn = service.start(service.create("m", activity_machine()));
    const Json task = service.ask("GetActivityTask", object({{"activityArn", kArn}}));
    EXPECT_NE(task.value("taskToken", ""), "");
}

TEST_F(Activities, ThatAreNotThereFailWhoCallsThem) {
    const std::string arn = service.run(service.create("m", activity_machine()));
    const Json execution = service.await_end(arn);
    EXPECT_EQ(execution.value("error", ""), "States.Runtime");
}

// Conformance case aws_sdk_task_service__sfn_send_task_outcome_with_no_such_token.
TEST_F(Activities, TokensAreLookedAtBeforeOutputs) {
    EXPECT_EQ(service.refusal("SendTaskSuccess", R"({"taskToken":"NoSuchToken","output":"x"})"),
              "InvalidToken: Invalid Token: 'Invalid token'");
}

}  // namespace
}  // namespace stepwell::api
