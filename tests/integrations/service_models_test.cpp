#include "integrations/models/service_models.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "integrations/models/model_schemas.hpp"

namespace stepwell::models {
namespace {

using testing::Contains;
using testing::SizeIs;

const ServiceModels& models() {
    static const ServiceModels all;
    return all;
}

const Member* member_of(const Shape& shape, std::string_view name) {
    for (const Member& member : shape.members) {
        if (member.name == name) return &member;
    }
    return nullptr;
}

TEST(ServiceModels, HaveEveryServiceThatDecodesToItsEnd) {
    EXPECT_THAT(models().names(), Contains("dynamodb"));
    EXPECT_GT(models().names().size(), 300U);
    for (const std::string_view name : models().names()) {
        const Service* service = models().find("aws-sdk:" + std::string(name));
        ASSERT_NE(service, nullptr) << name;
        EXPECT_FALSE(service->operations.empty()) << name;
        for (const Operation& operation : service->operations) {
            EXPECT_EQ(service->find_operation(operation.name), &operation) << name;
            EXPECT_LT(operation.output.value_or(0), service->shapes.size()) << name;
        }
        for (const Shape& shape : service->shapes) {
            for (const Member& member : shape.members)
                EXPECT_LT(member.shape, service->shapes.size()) << name;
        }
    }
}

TEST(ServiceModels, AreFoundByTheNamesOfBothKindsOfIntegration) {
    EXPECT_EQ(models().find("aws-sdk:dynamodb"), models().find("dynamodb"));
    EXPECT_EQ(models().find("events"), models().find("aws-sdk:eventbridge"));
    EXPECT_EQ(models().find("states"), models().find("aws-sdk:sfn"));
    EXPECT_EQ(models().find("elasticmapreduce"), models().find("aws-sdk:emr"));
    EXPECT_EQ(models().find("aws-sdk:nosuchservice"), nullptr);
    EXPECT_EQ(models().find(""), nullptr);
}

// Developer Guide, "Learning to use AWS service SDK integrations": the names are those of the SDK
// for Java's packages, which drop "Service" from an id's end.
TEST(ServiceModels, AreCalledAsTheSdkForJavaCallsThem) {
    for (const std::string_view name :
         {"config", "databasemigration", "directory", "applicationdiscovery", "lexruntime",
          "costandusagereport", "elasticsearch", "marketplaceentitlement", "servicequotas"})
        EXPECT_THAT(models().names(), Contains(name));
    EXPECT_EQ(models().find("aws-sdk:configservice"), nullptr);
}

TEST(ServiceModels, KnowTheProtocols) {
    const Service& dynamodb = *models().find("dynamodb");
    EXPECT_EQ(dynamodb.protocol, Protocol::json);
    EXPECT_EQ(dynamodb.json_version, "1.0");
    EXPECT_EQ(dynamodb.target_prefix, "DynamoDB_20120810");
    EXPECT_EQ(dynamodb.signing_name, "dynamodb");
    EXPECT_EQ(models().find("lambda")->protocol, Protocol::rest_json);
    EXPECT_EQ(models().find("sns")->protocol, Protocol::query);
    EXPECT_EQ(models().find("aws-sdk:ec2")->protocol, Protocol::ec2);
    EXPECT_EQ(models().find("aws-sdk:s3")->protocol, Protocol::rest_xml);
}

TEST(ServiceModels, KnowWhatARequestNeeds) {
    const Service& s3 = *models().find("aws-sdk:s3");
    const Operation& get = *s3.find_operation("getObject");
    EXPECT_EQ(get.method, "GET");
    EXPECT_EQ(get.uri, "/{Bucket}/{Key+}");
    const Shape& input = s3.shapes[*get.input];
    EXPECT_EQ(member_of(input, "Key")->place, Place::uri);
    EXPECT_TRUE(member_of(input, "Key")->required);
    EXPECT_EQ(member_of(input, "IfMatch")->location_name, "If-Match");
    EXPECT_EQ(member_of(input, "VersionId")->place, Place::query_string);
    const Shape& output = s3.shapes[*get.output];
    EXPECT_EQ(output.payload, "Body");
    EXPECT_TRUE(member_of(output, "Body")->streaming);
    const Operation& rules = *s3.find_operation("PutBucketLifecycleConfiguration");
    EXPECT_TRUE(rules.checksum_required);
    const Service& sqs = *models().find("sqs");
    EXPECT_EQ(sqs.find_operation("SendMessage")->result_wrapper, "SendMessageResult");
    EXPECT_EQ(sqs.find_operation("NoSuchAction"), nullptr);
}

TEST(ServiceModels, KnowTheErrors) {
    const Service& sfn = *models().find("states");
    const Operation& start = *sfn.find_operation("startExecution");
    std::vector<std::string_view> names;
    for (const std::uint32_t error : start.errors) {
        EXPECT_TRUE(sfn.shapes[error].exception);
        names.push_back(sfn.shapes[error].name);
    }
    EXPECT_THAT(names, Contains("ExecutionAlreadyExists"));
}

TEST(ServiceModels, RefuseWhatIsNoTable) {
    EXPECT_THROW(ServiceModels(""), std::runtime_error);
    EXPECT_THROW(ServiceModels("SWM"), std::runtime_error);
    EXPECT_THROW(ServiceModels("SWM1"), std::runtime_error);
    EXPECT_THROW(ServiceModels(std::string_view("SWM2\xFF\xFF\xFF\xFF", 8)), std::runtime_error);
    // A service whose section is longer than the body is.
    const auto u32 = [](char value) { return std::string{value, '\0', '\0', '\0'}; };
    const std::string head = "SWM2" + u32(1) + u32(1) + "a" + u32(1) + "A" + u32(0) + u32(9);
    const std::string table = head + u32(8) + "no zlib";
    const ServiceModels models(table);
    EXPECT_THAT(models.names(), testing::ElementsAre("a"));
    EXPECT_THROW(models.find("aws-sdk:a"), std::runtime_error);
}

struct SchemaCase {
    const char* name;
    const char* service;
    const char* action;
    const char* result;
    RequiredMembers required;
    const char* why;  ///< empty: fits
};
class ModelSchemasSay : public testing::TestWithParam<SchemaCase> {};

TEST_P(ModelSchemasSay, WhatDoesNotFit) {
    const SchemaCase& c = GetParam();
    asl::ServiceResource resource;
    resource.resource_type = c.service;
    std::string action = c.action;
    if (action.ends_with(".sync")) {
        action.resize(action.size() - 5);
        resource.pattern = asl::Pattern::sync;
    } else if (action.ends_with(".waitForTaskToken")) {
        action.resize(action.size() - 17);
        resource.pattern = asl::Pattern::wait_for_task_token;
    }
    resource.action = action;
    EXPECT_EQ(
        ModelSchemas(models()).find_mismatch(resource, json(c.result), c.required).value_or(""),
        c.why);
}

constexpr auto kStrict = RequiredMembers::checked;
constexpr auto kPresent = RequiredMembers::ignored;

INSTANTIATE_TEST_SUITE_P(
    Results, ModelSchemasSay,
    testing::Values(
        SchemaCase{"Fits", "states", "startExecution",
                   R"({"ExecutionArn":"a","StartDate":"2026-01-01T00:00:00Z"})", kStrict, ""},
        SchemaCase{"Missing", "states", "startExecution", R"({"ExecutionArn":null})", kStrict,
                   "Required field 'ExecutionArn' is missing"},
        SchemaCase{"MissingIsNoMatter", "states", "startExecution", "{}", kPresent, ""},
        SchemaCase{"NamesHaveCapitals", "states", "startExecution", R"({"executionArn":1})",
                   kPresent, ""},
        SchemaCase{"JavasNames", "aws-sdk:rds", "describeDbInstances", R"({"DbInstances":1})",
                   kStrict, "Field 'DBInstances' must be an array"},
        SchemaCase{"Timestamp", "states", "startExecution", R"({"StartDate":1})", kPresent,
                   "Field 'StartDate' must be a string"},
        SchemaCase{"Job", "states", "startExecution.sync", R"({"Output":{}})", kPresent,
                   "Field 'Output' must be a string"},
        SchemaCase{"OtherJob", "batch", "submitJob.sync", R"({"JobId":1})", kStrict, ""},
        SchemaCase{"Token", "sqs", "sendMessage.waitForTaskToken", R"({"MessageId":1})", kStrict,
                   ""},
        SchemaCase{"NotAnObject", "sqs", "sendMessage", "[]", kStrict,
                   "Field 'result' must be an object"},
        SchemaCase{"String", "sqs", "sendMessage", R"({"MessageId":1})", kStrict,
                   "Field 'MessageId' must be a string"},
        SchemaCase{"ListElement", "events", "putEvents", R"({"Entries":[{},{"EventId":[]}]})",
                   kStrict, "Field 'EventId' must be a string"},
        SchemaCase{"Map", "dynamodb", "getItem", R"({"Item":{"id":{"S":1}}})", kStrict,
                   "Field 'S' must be a string"},
        SchemaCase{"MapValue", "dynamodb", "getItem", R"({"Item":{"id":"x"}})", kStrict,
                   "Field 'id' must be an object"},
        SchemaCase{"Boolean", "dynamodb", "getItem", R"({"Item":{"id":{"BOOL":"x"}}})", kStrict,
                   "Field 'BOOL' must be a boolean"},
        SchemaCase{"Number", "aws-sdk:lambda", "getFunction",
                   R"({"Configuration":{"MemorySize":"1"}})", kStrict,
                   "Field 'MemorySize' must be a number"},
        SchemaCase{"TooSmall", "aws-sdk:lambda", "getFunction",
                   R"({"Configuration":{"MemorySize":127}})", kStrict,
                   "Field 'MemorySize' is less than the minimum value"},
        SchemaCase{"TooLarge", "aws-sdk:lambda", "getFunction",
                   R"({"Configuration":{"MemorySize":10241}})", kStrict,
                   "Field 'MemorySize' exceeds the maximum value"},
        SchemaCase{"Enum", "aws-sdk:s3", "getObject", R"({"StorageClass":"Papyrus"})", kStrict,
                   "Field 'StorageClass' is not an expected value"},
        SchemaCase{"Blob", "aws-sdk:kms", "encrypt", R"({"CiphertextBlob":""})", kStrict,
                   "Field 'CiphertextBlob' is smaller than the minimum length"},
        SchemaCase{"NoModel", "apigateway", "invoke", R"({"Anything":1})", kStrict, ""},
        SchemaCase{"NoAnswer", "aws-sdk:sqs", "deleteQueue", "{}", kStrict, ""}),
    [](const auto& test) { return std::string(test.param.name); });

}  // namespace
}  // namespace stepwell::models
