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
        "A":{"Type":"Task","Resource":"arn:aws:states:::sqs:sendMessage","Parameters":{},"Next":"B"},
        "B":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke","Parameters":{"FunctionName":"f"},
             "Next":"C"},
        "C":{"Type":"Pass","Next":"D"},
        "D":{"Type":"Task","Resource":"arn:aws:lambda:us-east-1:123456789012:function:f","End":true})");
    EXPECT_EQ(made["StateMachines"]["M"]["TestCases"]["HappyPath"],
              json(R"({"A":"A","B":"B","D":"D"})"));
    EXPECT_EQ(made["MockedResponses"]["A"]["0"]["Return"]["MessageId"], Json("string"));
    EXPECT_EQ(made["MockedResponses"]["B"]["0"]["Return"]["StatusCode"], Json(200));
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
