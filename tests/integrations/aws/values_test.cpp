#include "integrations/aws/values.hpp"

#include <gtest/gtest.h>

#include "integrations/aws/request.hpp"
#include "integrations/aws/timestamps.hpp"

namespace stepwell::aws {
namespace {

class ValuesTest : public ::testing::Test {
protected:
    Result<Json, BadParameters> read(const char* service, const char* action, const char* text,
                                     const Fill& fill = {}) {
        service_ = models_.find(service);
        operation_ = service_->find_operation(action);
        return read_parameters(*service_, *operation_, json(text), fill);
    }
    std::string body(const char* service, const char* action, const char* text) {
        const auto input = read(service, action, text);
        if (!input) return "refused: " + input.error().why;
        const auto request = write_request(*service_, *operation_, *input);
        return request ? request->body : "refused: " + request.error().why;
    }

    models::ServiceModels models_;
    const models::Service* service_ = nullptr;
    const models::Operation* operation_ = nullptr;
};

TEST_F(ValuesTest, WhatIsNoTextIsWrittenAsJsonWhereTextIsWanted) {
    EXPECT_EQ(body("aws-sdk:secretsmanager", "createSecret",
                   R"({"Name":"n","ClientRequestToken":"t","SecretString":{"a":1}})"),
              R"({"Name": "n", "ClientRequestToken": "t", "SecretString": "{\"a\":1}"})");
}

TEST_F(ValuesTest, StreamsAreJsonOtherBodiesTextAndOtherBlobsBase64) {
    EXPECT_EQ(body("s3", "putObject", R"({"Bucket":"b","Key":"k","Body":"YWJj"})"), "\"YWJj\"");
    EXPECT_EQ(body("lambda", "invoke", R"({"FunctionName":"f","Payload":"{\"a\":1}"})"),
              R"({"a":1})");
    EXPECT_EQ(body("lambda", "invoke", R"({"FunctionName":"f","Payload":{"a":1}})"), R"({"a":1})");
    EXPECT_EQ(body("s3", "putObject", R"({"Bucket":"b","Key":"k","Body":{"Dict":"Value"}})"),
              R"({"Dict":"Value"})");
    EXPECT_EQ(body("s3", "putObject", R"({"Bucket":"b","Key":"k","Body":false})"), "false");
    EXPECT_EQ(body("kms", "encrypt", R"({"KeyId":"k","Plaintext":"YWJj"})"),
              R"({"KeyId": "k", "Plaintext": "YWJj"})");
    EXPECT_EQ(body("kms", "encrypt", R"({"KeyId":"k","Plaintext":"not base64!"})"),
              R"({"KeyId": "k", "Plaintext": "bm90IGJhc2U2NCE="})");
}

TEST_F(ValuesTest, StreamsWithoutATypeAreText) {
    const auto type_of = [this](const char* text) {
        return read("s3", "putObject", text)->at("ContentType").get<std::string>();
    };
    EXPECT_EQ(type_of(R"({"Bucket":"b","Key":"k","Body":"x"})"), "text/plain; charset=UTF-8");
    EXPECT_EQ(type_of(R"({"ContentType":"image/png","Bucket":"b","Key":"k","Body":"x"})"),
              "image/png");
    EXPECT_FALSE(read("s3", "putObject", R"({"Bucket":"b","Key":"k"})")->contains("ContentType"));
}

TEST_F(ValuesTest, RefusesWhatTheModelDoesNotHave) {
    EXPECT_EQ(read("dynamodb", "getItem", R"({"Tablename":"t"})").error().why,
              "The field 'Tablename' is not supported by Step Functions");
    EXPECT_EQ(read("dynamodb", "getItem", R"({"TableName":"t"})").error().why,
              "The field 'Key' is required but was missing");
    EXPECT_EQ(read("dynamodb", "getItem", R"({"TableName":"t","Key":[]})").error().why,
              "The value of the field 'Key' has an invalid format");
    EXPECT_EQ(read("dynamodb", "query", R"({"TableName":"t","Limit":"many"})").error().why,
              "The value of the field 'Limit' has an invalid format");
    EXPECT_EQ(read("s3", "listBuckets", R"([])").error().why, "The parameters must be an object");
}

TEST_F(ValuesTest, ANullMemberIsTheServicesToRefuse) {
    EXPECT_EQ(body("dynamodb", "putItem", R"({"TableName":"t","Item":null})"),
              R"({"TableName": "t"})");
    EXPECT_EQ(read("s3", "getObject", R"({"Bucket":"b","Key":null})").error().why,
              "The field 'Key' is required but was missing");
}

TEST_F(ValuesTest, TokensAreFilledWhereTheParametersHaveNone) {
    const Fill fill{"the-token", {}};
    EXPECT_EQ(*read("ecs", "createCluster", "{}", fill), json("{}"));
    const auto filled = read("ec2", "runInstances", R"({"MinCount":1,"MaxCount":1})", fill);
    EXPECT_EQ((*filled)["ClientToken"], "the-token");
    const auto own =
        read("ec2", "runInstances", R"({"MinCount":1,"MaxCount":1,"ClientToken":"mine"})", fill);
    EXPECT_EQ((*own)["ClientToken"], "mine");
}

TEST_F(ValuesTest, KeysOfMetadataCannotBecomeOtherHeaders) {
    EXPECT_EQ(body("s3", "putObject", R"({"Bucket":"b","Key":"k","Metadata":{"a\r\nX-Evil":"1"}})"),
              "refused: \"x-amz-meta-a\r\nX-Evil\" cannot be the name of a header");
}

TEST_F(ValuesTest, ShowsDatesAndBytesAsTheStyleHasThem) {
    service_ = models_.find("dynamodb");
    operation_ = service_->find_operation("getItem");
    Json item = Json::object();
    item["Item"]["b"]["B"] = Json::binary({1, 2, 3});
    item["Item"]["n"]["NULL"] = true;
    EXPECT_EQ(write_json(show(*service_, *operation_->output, item, Style::sdk)),
              R"({"Item":{"b":{"B":"AQID"},"n":{"Nul":true}}})");
    EXPECT_EQ(write_json(show(*service_, *operation_->output, item, Style::optimized)),
              R"({"Item":{"b":{"B":"AQID"},"n":{"NULL":true}}})");
    service_ = models_.find("batch");
    operation_ = service_->find_operation("describeJobs");
    service_ = models_.find("glue");
    operation_ = service_->find_operation("getJobRun");
    Json run = Json::object();
    run["JobRun"]["StartedOn"] = 1'700'000'000'500;
    EXPECT_EQ(write_json(show(*service_, *operation_->output, run, Style::sdk)),
              R"({"JobRun":{"StartedOn":"2023-11-14T22:13:20.5Z"}})");
    EXPECT_EQ(write_json(show(*service_, *operation_->output, run, Style::optimized)),
              R"({"JobRun":{"StartedOn":1700000000500}})");
}

TEST(Timestamps, AreReadInAllForms) {
    for (const char* text : {"2015-01-25T08:00:00Z", "2015-01-25T08:00:00.000Z", "1422172800",
                             "Sun, 25 Jan 2015 08:00:00 GMT", "2015-01-25T09:00:00+01:00"})
        EXPECT_EQ(parse_timestamp(text), 1'422'172'800'000) << text;
    EXPECT_EQ(parse_timestamp("1422172800.25"), 1'422'172'800'250);
    EXPECT_EQ(parse_timestamp("yesterday"), std::nullopt);
    EXPECT_EQ(to_date_time(-1), "1969-12-31T23:59:59.999000Z");
    EXPECT_EQ(to_http_date(1'422'172'800'000), "Sun, 25 Jan 2015 08:00:00 GMT");
    EXPECT_EQ(to_epoch(1'422'172'800'250), "1422172800.250");
}

}  // namespace
}  // namespace stepwell::aws
