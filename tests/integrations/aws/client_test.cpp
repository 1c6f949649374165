#include "integrations/aws/client.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <memory>

#include "integrations/aws/errors.hpp"
#include "tests/integrations/test_server.hpp"
#include "tests/integrations/waiting.hpp"

namespace stepwell::aws {
namespace {

using stepwell::testing::Awaited;
using stepwell::testing::ServedConnection;
using stepwell::testing::ServedRequest;
using stepwell::testing::TestServer;
using ::testing::HasSubstr;
using ::testing::StartsWith;

class AwsClientTest : public ::testing::Test {
protected:
    ~AwsClientTest() override {
        loop_.run([this] {
            client_.reset();
            http_.reset();
        });
    }
    void use(const AwsOptions& options, HttpClientOptions http = {}) {
        loop_.run([&] {
            http_ = std::make_unique<HttpClient>(loop_, http);
            client_ = std::make_unique<AwsClient>(loop_, *http_, models_, options);
        });
    }
    void use_endpoint(const std::string& service, const std::string& url) {
        AwsOptions options;
        options.endpoints[service] = url;
        use(options);
    }
    static Call get_item() {
        Call call;
        call.service = "aws-sdk:dynamodb";
        call.action = "getItem";
        call.parameters = json(R"({"TableName":"t","Key":{"id":{"S":"1"}}})");
        call.owner = {"123456789012", "eu-west-1"};
        return call;
    }
    CallResult fetch(Call call) {
        auto result = std::make_shared<Awaited<CallResult>>();
        loop_.run([&] {
            client_->call(std::move(call), [result](CallResult r) { result->give(std::move(r)); });
        });
        return result->get();
    }
    /// The error of a call that is answered with this, each time it is made.
    Error refused(int status, const std::string& body, const std::string& headers = "") {
        TestServer server([&](ServedConnection& c) {
            while (c.read_request()) {
                ++requests_;
                c.answer(status, body, headers);
            }
        });
        use_endpoint("dynamodb", server.url());
        const CallResult result = fetch(get_item());
        return result ? Error{} : result.error();
    }

    IoLoop loop_;
    models::ServiceModels models_;
    std::unique_ptr<HttpClient> http_;
    std::unique_ptr<AwsClient> client_;
    std::atomic<int> requests_{0};
};

TEST_F(AwsClientTest, SendsASignedRequestAndReadsTheAnswer) {
    Awaited<ServedRequest> seen;
    TestServer server([&](ServedConnection& c) {
        seen.give(*c.read_request());
        c.answer(200, R"({"Item":{"id":{"S":"1"},"n":{"NULL":true}}})",
                 "x-amzn-RequestId: R-1\r\n");
    });
    use_endpoint("dynamodb", server.url() + "/base/");
    const CallResult result = fetch(get_item());
    ASSERT_TRUE(result);
    EXPECT_EQ(write_json(result->output), R"({"Item":{"id":{"S":"1"},"n":{"Nul":true}}})");
    EXPECT_EQ(result->request_id, "R-1");
    const ServedRequest sent = seen.get();
    EXPECT_EQ(sent.method, "POST");
    EXPECT_EQ(sent.target, "/base/");
    EXPECT_EQ(sent.headers.at("x-amz-target"), "DynamoDB_20120810.GetItem");
    EXPECT_EQ(sent.headers.at("content-type"), "application/x-amz-json-1.0");
    EXPECT_EQ(sent.body, R"({"TableName": "t", "Key": {"id": {"S": "1"}}})");
    EXPECT_THAT(sent.headers.at("authorization"),
                StartsWith("AWS4-HMAC-SHA256 Credential=123456789012/"));
    EXPECT_THAT(sent.headers.at("authorization"),
                HasSubstr("/eu-west-1/dynamodb/aws4_request, "
                          "SignedHeaders=content-type;host;x-amz-date;x-amz-target, Signature="));
    EXPECT_EQ(sent.headers.at("amz-sdk-invocation-id").size(), 36U);
}

TEST_F(AwsClientTest, KeepsItsConnection) {
    TestServer server([&](ServedConnection& c) {
        while (c.read_request()) c.answer(200, "{}");
    });
    use_endpoint("dynamodb", server.url());
    for (int i = 0; i < 3; ++i) ASSERT_TRUE(fetch(get_item()));
    EXPECT_EQ(server.connections(), 1);
}

TEST_F(AwsClientTest, BytesGoInAndComeOutAsTheyAre) {
    const std::string bytes("\x00\xFFz", 3);
    Awaited<ServedRequest> put;
    TestServer server([&](ServedConnection& c) {
        put.give(*c.read_request());
        c.answer(200, "", "ETag: \"e\"\r\n");
        c.read_request();
        c.answer(206, bytes, "Content-Range: bytes 0-2/9\r\n");
    });
    use_endpoint("s3", server.url());
    Call call;
    call.service = "s3";
    call.action = "putObject";
    call.parameters = json(R"({"Bucket":"b","Key":"folder/a b"})");
    call.owner = {"123456789012", "eu-west-1"};
    call.body = bytes;
    const CallResult stored = fetch(call);
    ASSERT_TRUE(stored);
    EXPECT_EQ(stored->output["ETag"], "\"e\"");
    const ServedRequest sent = put.get();
    EXPECT_EQ(sent.target, "/b/folder/a%20b");
    EXPECT_EQ(sent.body, bytes);
    call.action = "getObject";
    call.body.reset();
    call.parameters["Range"] = "bytes=0-2";
    call.raw_body = true;
    const CallResult got = fetch(call);
    ASSERT_TRUE(got);
    EXPECT_EQ(got->body, bytes);
    EXPECT_EQ(got->status, 206U);
    EXPECT_FALSE(got->output.contains("Body"));
    EXPECT_EQ(got->output["ContentRange"], "bytes 0-2/9");
}

TEST_F(AwsClientTest, WithoutEndpointItSaysWhichOptionToSet) {
    use({});
    const CallResult result = fetch(get_item());
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().kind, Error::Kind::no_endpoint);
    EXPECT_EQ(result.error().message,
              "there is no endpoint for the service 'dynamodb': say where it is with --endpoint "
              "dynamodb=URL");
    EXPECT_FALSE(client_->reaches("dynamodb"));
}

TEST_F(AwsClientTest, OneEndpointForAllServesAllButItself) {
    AwsOptions options;
    options.endpoint_all = "http://127.0.0.1:1";
    options.endpoints["sqs"] = "http://127.0.0.1:2";
    EXPECT_EQ(*options.endpoint_of("dynamodb"), "http://127.0.0.1:1");
    EXPECT_EQ(*options.endpoint_of("sqs"), "http://127.0.0.1:2");
    EXPECT_EQ(options.endpoint_of("sfn"), nullptr);
}

TEST_F(AwsClientTest, UnknownServicesActionsAndMembersAreNamed) {
    use_endpoint("dynamodb", "http://127.0.0.1:1");
    Call call = get_item();
    call.service = "aws-sdk:nosuch";
    EXPECT_THAT(fetch(call).error().message, HasSubstr("'aws-sdk:nosuch'"));
    call = get_item();
    call.action = "getitems";
    EXPECT_THAT(fetch(call).error().message, HasSubstr("has no action 'getitems'"));
    call = get_item();
    call.parameters["Nonsense"] = 1;
    EXPECT_EQ(fetch(call).error().kind, Error::Kind::parameters);
}

TEST_F(AwsClientTest, ARefusalHasCodeExceptionAndRequestId) {
    const Error error = refused(
        400,
        R"({"__type":"com.amazonaws.dynamodb.v20120810#ResourceNotFoundException","message":"no t"})",
        "x-amzn-RequestId: R-2\r\n");
    EXPECT_EQ(error.kind, Error::Kind::refused);
    EXPECT_EQ(error.code, "ResourceNotFoundException");
    EXPECT_EQ(error.exception, "ResourceNotFoundException");
    EXPECT_EQ(sdk_error(error),
              (StateError{"DynamoDb.ResourceNotFoundException",
                          "no t (Service: DynamoDb, Status Code: 400, Request ID: R-2) (SDK "
                          "Attempt Count: 1)"}));
    EXPECT_EQ(requests_, 1);
}

TEST_F(AwsClientTest, AnUnmodelledRefusalIsTheServicesGeneralException) {
    const Error error = refused(400, R"({"__type":"ValidationException","message":"bad"})");
    EXPECT_EQ(sdk_error(error).error, "DynamoDb.DynamoDbException");
    EXPECT_EQ(optimized_error(error, {"DynamoDB", "AmazonDynamoDBv2", "AmazonDynamoDBException"}),
              (StateError{"DynamoDB.AmazonDynamoDBException",
                          "bad (Service: AmazonDynamoDBv2; Status Code: 400; Error Code: "
                          "ValidationException; Request ID: null; Proxy: null)"}));
}

TEST_F(AwsClientTest, AServersErrorIsTriedAgainAndThenReported) {
    const Error error = refused(500, "<html>oops</html>");
    EXPECT_EQ(requests_, 3);
    EXPECT_EQ(error.attempts, 3);
    EXPECT_EQ(error.status, 500U);
    EXPECT_EQ(sdk_error(error).error, "DynamoDb.DynamoDbException");
}

TEST_F(AwsClientTest, AThrottledCallIsMadeAgain) {
    TestServer server([&](ServedConnection& c) {
        while (c.read_request()) {
            if (++requests_ == 1) {
                c.answer(400, R"({"__type":"ThrottlingException","message":"slow down"})");
            } else {
                c.answer(200, "{}");
            }
        }
    });
    use_endpoint("dynamodb", server.url());
    EXPECT_TRUE(fetch(get_item()));
    EXPECT_EQ(requests_, 2);
}

TEST_F(AwsClientTest, AnAnswerThatIsNotJsonIsReported) {
    const Error error = refused(200, "<html>a proxy's page</html>");
    EXPECT_EQ(error.kind, Error::Kind::unreadable);
    EXPECT_EQ(sdk_error(error).error, "DynamoDb.SdkClientException");
    EXPECT_THAT(sdk_error(error).cause, HasSubstr("a proxy's page"));
    EXPECT_EQ(requests_, 1);
}

TEST_F(AwsClientTest, HalfAnAnswerIsTriedAgainAndThenReported) {
    TestServer server([&](ServedConnection& c) {
        if (!c.read_request()) return;
        ++requests_;
        c.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"It");
        c.close();
    });
    use_endpoint("dynamodb", server.url());
    const Error error = fetch(get_item()).error();
    EXPECT_EQ(error.kind, Error::Kind::unreachable);
    EXPECT_EQ(error.http, HttpError::Kind::closed);
    EXPECT_EQ(requests_, 3);
}

TEST_F(AwsClientTest, ARefusedConnectionIsReported) {
    use_endpoint("dynamodb",
                 "http://127.0.0.1:" + std::to_string(stepwell::testing::unused_port()));
    const StateError error = sdk_error(fetch(get_item()).error());
    EXPECT_EQ(error.error, "DynamoDb.SdkClientException");
    EXPECT_THAT(error.cause, StartsWith("Unable to execute HTTP request: Connect to 127.0.0.1:"));
    EXPECT_THAT(error.cause, HasSubstr("Connection refused (SDK Attempt Count: 3)"));
}

TEST_F(AwsClientTest, ASlowServiceTimesOut) {
    TestServer server([&](ServedConnection& c) {
        if (c.read_request()) c.wait_for_close();
    });
    use_endpoint("dynamodb", server.url());
    Call call = get_item();
    call.timeout = Milliseconds{50};
    const Error error = fetch(std::move(call)).error();
    EXPECT_EQ(error.http, HttpError::Kind::timed_out);
    EXPECT_THAT(sdk_error(error).cause, HasSubstr("Read timed out"));
}

TEST_F(AwsClientTest, ATlsErrorIsReportedAtOnce) {
    TestServer server([&](ServedConnection& c) { c.send("this is no TLS\r\n\r\n"); });
    use_endpoint("dynamodb", "https" + server.url().substr(4));
    const Error error = fetch(get_item()).error();
    EXPECT_EQ(error.http, HttpError::Kind::tls);
    EXPECT_EQ(error.attempts, 1);
    EXPECT_THAT(sdk_error(error).cause, HasSubstr("TLS with 127.0.0.1:"));
}

TEST_F(AwsClientTest, ACancelledCallClosesItsConnectionAndIsNotAnswered) {
    Awaited<bool> received;
    Awaited<bool> closed;
    TestServer server([&](ServedConnection& c) {
        received.give(c.read_request().has_value());
        closed.give(c.wait_for_close());
    });
    use_endpoint("dynamodb", server.url());
    std::atomic<bool> answered = false;
    AwsClient::CallId id = 0;
    loop_.run([&] { id = client_->call(get_item(), [&](const CallResult&) { answered = true; }); });
    ASSERT_TRUE(received.get());
    loop_.run([&] { client_->cancel(id); });
    EXPECT_TRUE(closed.get());
    EXPECT_FALSE(answered);
}

TEST_F(AwsClientTest, ALongAnswerIsNotRead) {
    TestServer server([&](ServedConnection& c) {
        if (c.read_request()) c.answer(200, std::string(1'000, ' ') + "{}");
    });
    use_endpoint("dynamodb", server.url());
    Call call = get_item();
    call.max_body_bytes = 100;
    const Error error = fetch(std::move(call)).error();
    EXPECT_EQ(error.kind, Error::Kind::unreadable);
    EXPECT_EQ(error.http, HttpError::Kind::too_large);
}

TEST_F(AwsClientTest, S3RefusesInXmlAndByStatusAlone) {
    TestServer server([&](ServedConnection& c) {
        c.read_request();
        c.answer(404,
                 "<?xml version=\"1.0\"?><Error><Code>NoSuchKey</Code><Message>The specified key "
                 "does not exist.</Message></Error>",
                 "x-amz-request-id: R\r\nx-amz-id-2: X\r\n");
        c.read_request();
        c.answer(404, "", "x-amz-request-id: R\r\n");
        c.read_request();
        c.answer(404, "", "x-amz-request-id: R\r\n");
        c.read_request();
        c.answer(403, "");
        c.read_request();
        c.answer(200, "<Error><Code>InternalError</Code><Message>late</Message></Error>");
        c.read_request();
        c.answer(200,
                 "<CopyObjectResult><ETag>\"e\"</ETag><LastModified>2015-01-25T08:00:00.000Z"
                 "</LastModified></CopyObjectResult>");
    });
    use_endpoint("s3", server.url());
    Call call;
    call.service = "aws-sdk:s3";
    call.action = "getObject";
    call.parameters = json(R"({"Bucket":"b","Key":"k"})");
    EXPECT_EQ(sdk_error(fetch(call).error()),
              (StateError{"S3.NoSuchKeyException",
                          "The specified key does not exist. (Service: S3, Status Code: 404, "
                          "Request ID: R, Extended Request ID: X) (SDK Attempt Count: 1)"}));
    call.action = "headBucket";
    call.parameters = json(R"({"Bucket":"b"})");
    EXPECT_EQ(sdk_error(fetch(call).error()),
              (StateError{"S3.NoSuchBucketException",
                          "The specified bucket does not exist (Service: S3, Status Code: 404, "
                          "Request ID: R) (SDK Attempt Count: 1)"}));
    call.action = "headObject";
    call.parameters = json(R"({"Bucket":"b","Key":"k"})");
    EXPECT_EQ(sdk_error(fetch(call).error()),
              (StateError{"S3.NoSuchKeyException",
                          "The specified key does not exist. (Service: S3, Status Code: 404, "
                          "Request ID: R) (SDK Attempt Count: 1)"}));
    const Error denied = fetch(call).error();
    EXPECT_EQ(denied.code, "AccessDenied");
    EXPECT_EQ(sdk_error(denied).error, "S3.S3Exception");
    call.action = "copyObject";
    call.parameters["CopySource"] = "b/other";
    const CallResult copied = fetch(call);
    ASSERT_TRUE(copied);
    EXPECT_EQ(write_json(copied->output),
              R"({"CopyObjectResult":{"ETag":"\"e\"","LastModified":"2015-01-25T08:00:00Z"}})");
}

}  // namespace
}  // namespace stepwell::aws
