#include "integrations/mocks/skeleton.hpp"

#include <gtest/gtest.h>

#include "engine/asl/parser.hpp"
#include "integrations/mocks/mock_config.hpp"

namespace stepwell::mocks {
namespace {

Json skeleton_of(const std::string& states) {
    const auto parsed =
        asl::parse(R"({"StartAt":"A","States":{)" + states + "}}", asl::WorkflowType::standard);
    if (!parsed.machine)
        throw std::invalid_argument(asl::invalid_definition_message(parsed.diagnostics));
    const models::ServiceModels models;
    return skeleton(*parsed.machine, "M", "HappyPath", models);
}

TEST(Skeleton, AnswersEveryTaskInTheShapeOfItsService) {
    const Json made = skeleton_of(R"(
        "A":{"Type":"Task","Resource":"arn:aws:states:::sqs:sendMessage",
             "Parameters":{"QueueUrl":"q","MessageBody":"m"},"Next":"B"},
        "B":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke","Parameters":{"FunctionName":"f"},
             "Next":"C"},
        "C":{"Type":"Pass","Next":"D"},
        "D":{"Type":"Task","Resource":"arn:aws:lambda:us-east-1:123456789012:function:f","End":true})");
    EXPECT_EQ(made["StateMachines"]["M"]["TestCases"]["HappyPath"],
              json(R"({"A":"A","B":"B","D":"D"})"));
    EXPECT_EQ(made["MockedResponses"]["A"]["0"]["Return"]["MessageId"], Json("string"));
    EXPECT_EQ(made["MockedResponses"]["B"]["0"]["Return"]["StatusCode"], Json(200));
}

TEST(Skeleton, AnswersAJobWithHowItHasEnded) {
    const Json made = skeleton_of(R"(
        "A":{"Type":"Task","Resource":"arn:aws:states:::glue:startJobRun.sync",
             "Parameters":{"JobName":"j"},"Next":"B"},
        "B":{"Type":"Task","Resource":"arn:aws:states:::codebuild:startBuild.sync","Parameters":{},"Next":"C"},
        "C":{"Type":"Task","Resource":"arn:aws:states:::elasticmapreduce:createCluster","Parameters":{},
             "Next":"D"},
        "D":{"Type":"Task","Resource":"arn:aws:states:::eks:runJob.sync","Parameters":{},"Next":"E"},
        "E":{"Type":"Task","Resource":"arn:aws:states:::eks:call","Parameters":{},"End":true})");
    const auto returned = [&](const char* state) {
        return made["MockedResponses"][state]["0"]["Return"];
    };
    EXPECT_EQ(returned("A")["JobRunState"], Json("SUCCEEDED"));
    EXPECT_EQ(returned("B")["Build"]["BuildStatus"], Json("SUCCEEDED"));
    EXPECT_EQ(returned("C")["ClusterId"], Json("string"));
    EXPECT_EQ(returned("D")["status"]["conditions"][0]["type"], Json("Complete"));
    EXPECT_EQ(returned("E"), json(R"({"ResponseBody":{},"StatusCode":200,"StatusText":"OK"})"));
}

TEST(Skeleton, IsAConfiguration) {
    const Json made = skeleton_of(R"(
        "A":{"Type":"Task","Resource":"arn:aws:states:::aws-sdk:dynamodb:getItem","Parameters":{},
             "End":true})");
    const auto config = parse_config(write_json(made));
    ASSERT_TRUE(config) << config.error().message;
    EXPECT_TRUE(config->warnings.empty());
}

}  // namespace
}  // namespace stepwell::mocks
