#include "integrations/http_task/message.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace stepwell::http_task {
namespace {

using testing::HasSubstr;
using testing::Not;

Parameters parameters_of(const std::string& more) {
    auto read = read_parameters(Payload::from_text(
        R"({"ApiEndpoint":"https://example.com/path","Method":"POST",
            "InvocationConfig":{"ConnectionArn":"arn:aws:events:us-east-1:1:connection/c/u"})" +
        more + "}"));
    if (!read) throw std::invalid_argument(read.error().cause);
    return *std::move(read);
}

HttpRequest request_of(const std::string& more, const Connection& connection = {}) {
    auto made = make_request(parameters_of(more), connection, "", "us-east-1");
    if (!made) throw std::invalid_argument(made.error().cause);
    return *std::move(made);
}

std::string header(const HttpRequest& request, const char* name) {
    const std::string* value = find_header(request.headers, name);
    return value == nullptr ? "none" : *value;
}

/// The example of the Developer Guide, "Merging EventBridge connection and HTTP Task definition
/// data".
TEST(HttpTaskMessage, MergesWhatConnectionAndTaskSay) {
    Connection connection;
    connection.auth = ApiKeyAuth{"ApiKey", "key_value"};
    connection.headers = {{"Header-Param", "connection_header_param"}};
    connection.query = {{"QueryParam", "connection_query_param"}};
    connection.body = {{"BodyParam", "connection_body_param"}};
    const HttpRequest request = request_of(
        R"(,"Headers":{"Request-Id":"my_request_id","header-param":"state_machine_header_param"},
            "RequestBody":{"Job":"Software Engineer","Company":"AnyCompany",
                           "BodyParam":"state_machine_body_param"},
            "QueryParameters":{"QueryParam":"state_machine_query_param"})",
        connection);
    EXPECT_EQ(request.url.target, "/path?QueryParam=connection_query_param");
    EXPECT_EQ(header(request, "ApiKey"), "key_value");
    EXPECT_EQ(header(request, "Header-Param"), "connection_header_param");
    EXPECT_EQ(header(request, "Request-Id"), "my_request_id");
    EXPECT_EQ(header(request, "Range"), "bytes=0-262144");
    EXPECT_EQ(header(request, "User-Agent"), "Amazon|StepFunctions|HttpInvoke|us-east-1");
    EXPECT_EQ(header(request, "Content-Type"), "application/json; charset=UTF-8");
    EXPECT_EQ(
        request.body,
        R"({"Job":"Software Engineer","Company":"AnyCompany","BodyParam":"connection_body_param"})");
}

TEST(HttpTaskMessage, ATextBodyIsSentAsItIsAndCannotBeMerged) {
    EXPECT_EQ(request_of(R"(,"RequestBody":"plain")").body, "plain");
    Connection connection;
    connection.body = {{"a", "b"}};
    const auto made =
        make_request(parameters_of(R"(,"RequestBody":"plain")"), connection, "", "us-east-1");
    ASSERT_FALSE(made);
    EXPECT_EQ(made.error().error, "States.Runtime");
}

TEST(HttpTaskMessage, WithoutABodyNoneIsSent) {
    const HttpRequest request = request_of("");
    EXPECT_EQ(request.body, "");
    EXPECT_EQ(header(request, "Content-Type"), "none");
}

struct FormCase {
    const char* format;
    const char* body;
};
class Form : public testing::TestWithParam<FormCase> {};
INSTANTIATE_TEST_SUITE_P(
    , Form,
    testing::Values(FormCase{"INDICES", "array%5B0%5D=a&array%5B1%5D=b%20c&o%5Bk%5D=1"},
                    FormCase{"REPEAT", "array=a&array=b%20c&o%5Bk%5D=1"},
                    FormCase{"COMMAS", "array=a,b%20c&o%5Bk%5D=1"},
                    FormCase{"BRACKETS", "array%5B%5D=a&array%5B%5D=b%20c&o%5Bk%5D=1"}));

TEST_P(Form, WritesArraysAsAsked) {
    const HttpRequest request =
        request_of(std::string(R"(,"RequestBody":{"array":["a","b c"],"o":{"k":1}},
            "Transform":{"RequestBodyEncoding":"URL_ENCODED",
                         "RequestEncodingOptions":{"ArrayFormat":")") +
                   GetParam().format + R"("}})");
    EXPECT_EQ(request.body, GetParam().body);
    EXPECT_EQ(header(request, "Content-Type"), "application/x-www-form-urlencoded");
}

TEST(HttpTaskMessage, QueryParametersMayBeTextOrLists) {
    EXPECT_EQ(request_of(R"(,"QueryParameters":"a=1&b=x y")").url.target, "/path?a=1&b=x%20y");
    EXPECT_EQ(request_of(R"(,"QueryParameters":{"a":[1,"2"]})").url.target, "/path?a=1&a=2");
    EXPECT_EQ(request_of(R"(,"QueryParameters":[{"a":1},{"b":true}])").url.target,
              "/path?a=1&b=true");
}

struct BadCase {
    const char* parameters;
    const char* why;
};
class BadParameters : public testing::TestWithParam<BadCase> {};
INSTANTIATE_TEST_SUITE_P(
    , BadParameters,
    testing::Values(
        BadCase{"[]", "The parameters must be an object"},
        BadCase{R"({"Method":"GET"})", "The field 'ApiEndpoint' is required but was missing"},
        BadCase{R"({"ApiEndpoint":"ftp://x","Method":"GET"})", "'ApiEndpoint' is not a URL"},
        BadCase{R"({"ApiEndpoint":"https://x"})", "The field 'Method' is required but was missing"},
        BadCase{R"({"ApiEndpoint":"https://x","Method":"get"})", "'Method' has an invalid format"},
        BadCase{R"({"ApiEndpoint":"https://x","Method":"GET"})",
                "The field 'InvocationConfig' is required but was missing"},
        BadCase{R"({"ApiEndpoint":"https://x","Method":"GET","Authentication":{}})",
                "The field 'ConnectionArn' is required but was missing"},
        BadCase{R"({"ApiEndpoint":"https://x","Method":"GET","Body":1})",
                "The field 'Body' is not supported by Step Functions"},
        BadCase{R"({"ApiEndpoint":"https://x","Method":"GET","Authentication":{"ConnectionArn":"c"},
                    "Headers":{"X-Amz-Date":"x"}})",
                "The 'Headers' field contains unsupported values: [x-amz-date]"},
        BadCase{R"({"ApiEndpoint":"https://x","Method":"GET","Authentication":{"ConnectionArn":"c"},
                    "Headers":{"authorization":"x"}})",
                "The 'Headers' field contains unsupported values: [authorization]"},
        BadCase{R"({"ApiEndpoint":"https://x","Method":"GET","Authentication":{"ConnectionArn":"c"},
                    "Headers":{"a":"x\r\nHost: evil"}})",
                "'Headers' has an invalid format"},
        BadCase{R"({"ApiEndpoint":"https://x","Method":"GET","Authentication":{"ConnectionArn":"c"},
                    "Transform":{"RequestBodyEncoding":"XML"}})",
                "'RequestBodyEncoding' has an invalid format"}));

TEST_P(BadParameters, AreRefusedWithTheReason) {
    const auto read = read_parameters(Payload::from_text(GetParam().parameters));
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().error, "States.Runtime");
    EXPECT_THAT(read.error().cause, HasSubstr(GetParam().why));
}

HttpResponse response(unsigned status, const std::string& body, const std::string& type) {
    HttpResponse made;
    made.status = status;
    made.reason = status == 200 ? "OK" : "Conflict";
    made.headers = {{"Content-Type", type}, {"X-A", "1"}, {"x-a", "2"}};
    made.body = body;
    return made;
}

TEST(HttpTaskResult, HasHeadersBodyAndStatus) {
    const auto result = read_response(response(200, R"({"a":1})", "application/json"));
    ASSERT_TRUE(result);
    EXPECT_EQ(result->text(), R"({"Headers":{"content-type":["application/json"],"x-a":["1","2"]},)"
                              R"("ResponseBody":{"a":1},"StatusCode":200,"StatusText":"OK"})");
}

TEST(HttpTaskResult, TextIsNoJson) {
    EXPECT_EQ(read_response(response(200, "1", "text/plain"))->value()["ResponseBody"], Json("1"));
    EXPECT_EQ(read_response(response(200, "{", "application/json"))->value()["ResponseBody"],
              Json("{"));
}

TEST(HttpTaskResult, OtherStatusesFailWithTheirText) {
    const auto result = read_response(response(409, "why", "text/plain"));
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().error, "States.Http.StatusCode.409");
    EXPECT_EQ(result.error().cause, "Conflict");
}

TEST(HttpTaskResult, BinaryAnswersFail) {
    EXPECT_EQ(read_response(response(200, "x", "image/png")).error().error, "States.Runtime");
    EXPECT_EQ(read_response(response(200, "\xFF\xFE", "text/plain")).error().error,
              "States.Runtime");
    EXPECT_EQ(read_response(response(200, "\xED\xA0\x80", "text/plain")).error().error,
              "States.Runtime");
}

TEST(HttpTaskResult, WhatNeverCameIsASocketsError) {
    const auto result = read_response(HttpError{HttpError::Kind::timed_out, "No answer in time"});
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().error, "States.Http.Socket");
    EXPECT_EQ(read_response(HttpError{HttpError::Kind::too_large, "x"}).error().error,
              "States.DataLimitExceeded");
}

TEST(Connections, AreFoundByArnOrName) {
    Connections connections;
    connections["stripe"] = {};
    connections["arn:aws:events:us-east-1:1:connection/other/u"] = {};
    EXPECT_NE(find_connection(connections, "arn:aws:events:eu-west-1:2:connection/stripe/uuid"),
              nullptr);
    EXPECT_NE(find_connection(connections, "arn:aws:events:us-east-1:1:connection/other/u"),
              nullptr);
    EXPECT_EQ(find_connection(connections, "arn:aws:events:us-east-1:1:connection/none/u"),
              nullptr);
    EXPECT_EQ(find_connection(connections, "none"), nullptr);
}

}  // namespace
}  // namespace stepwell::http_task
