#include "engine/asl/resource.hpp"

#include <gtest/gtest.h>

#include <string>

namespace stepwell::asl {
namespace {

TEST(Resource, OfAFunctionIsItsArn) {
    for (const char* arn : {"arn:aws:lambda:us-east-1:123456789012:function:f",
                            "arn:aws:lambda:us-east-1:123456789012:function:my-f_1:$LATEST",
                            "arn:aws-cn:lambda:cn-north-1:123456789012:function:f:12",
                            "arn:aws:lambda:us-east-1:123456789012:function:f:prod"}) {
        const auto resource = parse_resource(arn);
        ASSERT_TRUE(resource) << arn;
        EXPECT_EQ(std::get<LambdaResource>(*resource).function_arn, arn);
    }
}

struct ServiceCase {
    const char* arn;
    const char* type;
    const char* resource;
    const char* action;
    Pattern pattern;
};
class ServiceArn : public testing::TestWithParam<ServiceCase> {};
TEST_P(ServiceArn, IsNamedAsTheHistoryNamesIt) {
    const auto resource = parse_resource(GetParam().arn);
    ASSERT_TRUE(resource) << resource.error().message;
    const auto& service = std::get<ServiceResource>(*resource);
    EXPECT_EQ(service.resource_type, GetParam().type);
    EXPECT_EQ(service.resource, GetParam().resource);
    EXPECT_EQ(service.action, GetParam().action);
    EXPECT_EQ(service.pattern, GetParam().pattern);
}
INSTANTIATE_TEST_SUITE_P(
    Arns, ServiceArn,
    testing::Values(ServiceCase{"arn:aws:states:::lambda:invoke", "lambda", "invoke", "invoke",
                                Pattern::request_response},
                    ServiceCase{"arn:aws:states:::lambda:invoke.waitForTaskToken", "lambda",
                                "invoke.waitForTaskToken", "invoke", Pattern::wait_for_task_token},
                    ServiceCase{"arn:aws:states:::states:startExecution.sync:2", "states",
                                "startExecution.sync:2", "startExecution", Pattern::sync2},
                    ServiceCase{"arn:aws:states:::batch:submitJob.sync", "batch", "submitJob.sync",
                                "submitJob", Pattern::sync},
                    ServiceCase{"arn:aws-us-gov:states:::aws-sdk:s3:getObject", "aws-sdk:s3",
                                "getObject", "getObject", Pattern::request_response},
                    ServiceCase{"arn:aws:states:::aws-sdk:s3:listBuckets.waitForTaskToken",
                                "aws-sdk:s3", "listBuckets.waitForTaskToken", "listBuckets",
                                Pattern::wait_for_task_token}));

TEST(Resource, OfAnActivityIsKnown) {
    const auto resource = parse_resource("arn:aws:states:us-east-1:123456789012:activity:a");
    ASSERT_TRUE(resource);
    ASSERT_TRUE(std::holds_alternative<ActivityResource>(*resource));
    EXPECT_EQ(std::get<ActivityResource>(*resource).activity_arn,
              "arn:aws:states:us-east-1:123456789012:activity:a");
}

TEST(Resource, ThatIsNoArnIsSaidToBeNone) {
    for (const char* text : {"", "f", "foo:bar", "${lambdaArn}", "arn:aws:lambda", "$.resource",
                             "arn::lambda:r:a:function:f"}) {
        const auto resource = parse_resource(text);
        ASSERT_FALSE(resource) << text;
        EXPECT_EQ(resource.error().message, "Value is not a valid resource ARN") << text;
    }
}

class UnknownResource : public testing::TestWithParam<const char*> {};
TEST_P(UnknownResource, IsNotRecognised) {
    const auto resource = parse_resource(GetParam());
    ASSERT_FALSE(resource) << GetParam();
    EXPECT_EQ(resource.error().message, std::string("The resource provided ") + GetParam() +
                                            " is not recognized. The value is not a valid resource "
                                            "ARN, or the resource is not available in this "
                                            "region.");
}
INSTANTIATE_TEST_SUITE_P(
    Arns, UnknownResource,
    testing::Values(
        "arn:aws:states:::dynamodb:query", "arn:aws:states:::lambda:listFunctions",
        "arn:aws:states:::lambda:invoke.sync", "arn:aws:states:::lambda:invoke.sync:2",
        "arn:aws:states:::batch:submitJob.sync:2",
        "arn:aws:states:::batch:submitJob.waitForTaskToken",
        "arn:aws:states:::dynamodb:putItem.waitForTaskToken",
        "arn:aws:states:::aws-sdk:s3:getObject.sync", "arn:aws:states:::aws-sdk:s3:GetObject",
        "arn:aws:states:::aws-sdk:s3", "arn:aws:states:::lambda", "arn:aws:states:::lambda:",
        "arn:aws:states:::aws-sdk::", "arn:aws:states:us-east-1:1:lambda:invoke",
        "arn:aws:states:us-east-1:1:activity:", "arn:aws:swf:us-east-1:123456789012:task:X",
        "arn:aws:lambda:us-east-1:123456789012:f",
        "arn:aws:lambda:us-east-1:123456789012:function:",
        "arn:aws:lambda:us-east-1:123456789012:function:f:",
        "arn:aws:lambda:us-east-1:123456789012:function:f g",
        "arn:aws:lambda:us-east-1:123456789012:function:f:$*#$7485", "arn:aws:s3:::bucket"));

}  // namespace
}  // namespace stepwell::asl
