#include "integrations/aws/names.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <utility>

#include "integrations/models/service_models.hpp"

namespace stepwell::aws {
namespace {

// Developer Guide, "Learning to use AWS service SDK integrations", "Exception prefix".
TEST(Names, PrefixesOfExceptionsAreThoseOfTheDeveloperGuide) {
    const std::pair<const char*, const char*> kKnown[] = {
        {"DynamoDB", "DynamoDb"},
        {"S3", "S3"},
        {"SFN", "Sfn"},
        {"SQS", "Sqs"},
        {"KMS", "Kms"},
        {"EC2", "Ec2"},
        {"SageMaker A2I Runtime", "SageMakerA2IRuntime"},
        {"API Gateway", "ApiGateway"},
        {"ApiGatewayV2", "ApiGatewayV2"},
        {"ACM PCA", "AcmPca"},
        {"AmplifyUIBuilder", "AmplifyUiBuilder"},
        {"billingconductor", "Billingconductor"},
        {"Chime SDK Media Pipelines", "ChimeSdkMediaPipelines"},
        {"CloudHSM V2", "CloudHsmV2"},
        {"CloudWatch Logs", "CloudWatchLogs"},
        {"codeartifact", "Codeartifact"},
        {"IoTSiteWise", "IoTSiteWise"},
        {"Secrets Manager", "SecretsManager"},
        {"Config Service", "Config"},
        {"Database Migration Service", "DatabaseMigration"},
        {"Service Quotas", "ServiceQuotas"},
    };
    for (const auto& [id, prefix] : kKnown) EXPECT_EQ(service_prefix(id), prefix) << id;
}

TEST(Names, ExceptionsEndInException) {
    EXPECT_EQ(exception_name("NoSuchKey"), "NoSuchKeyException");
    EXPECT_EQ(exception_name("ResourceNotFoundException"), "ResourceNotFoundException");
    EXPECT_EQ(exception_name("DBInstanceNotFoundFault"), "DbInstanceNotFoundException");
    EXPECT_EQ(exception_name("KMSInternalException"), "KmsInternalException");
}

TEST(Names, MembersAreNamedAfterTheSdkForJava) {
    const std::pair<const char*, const char*> kKnown[] = {
        {"functionName", "FunctionName"},
        {"DBInstanceIdentifier", "DbInstanceIdentifier"},
        {"ETag", "ETag"},
        {"ChecksumCRC32", "ChecksumCRC32"},
        {"SSEKMSKeyId", "SsekmsKeyId"},
        {"MD5OfMessageBody", "Md5OfMessageBody"},
        {"equals", "EqualsValue"},
        {"default", "DefaultValue"},
        {"NULL", "Nul"},
        {"SS", "Ss"},
        {"Bucket", "Bucket"},
        {"", ""}};
    for (const auto& [model, name] : kKnown) EXPECT_EQ(member_name(model, Style::sdk), name);
    EXPECT_EQ(member_name("MD5OfMessageBody", Style::optimized), "MD5OfMessageBody");
    EXPECT_EQ(member_name("functionName", Style::optimized), "FunctionName");
}

TEST(Names, MembersAreFoundInEitherSpelling) {
    const models::ServiceModels models;
    const models::Service* dynamodb = models.find("dynamodb");
    const auto shape = std::ranges::find(dynamodb->shapes, "AttributeValue", &models::Shape::name);
    ASSERT_NE(shape, dynamodb->shapes.end());
    for (const char* name : {"NULL", "Nul"}) {
        ASSERT_NE(find_member(*shape, name), nullptr) << name;
        EXPECT_EQ(find_member(*shape, name)->name, "NULL");
    }
    EXPECT_EQ(find_member(*shape, "Ss")->name, "SS");
    EXPECT_EQ(find_member(*shape, "S")->name, "S");
    EXPECT_EQ(find_member(*shape, "ss"), nullptr);
    EXPECT_EQ(find_member(*shape, "Value"), nullptr);
}

}  // namespace
}  // namespace stepwell::aws
