#include "integrations/lambda_endpoint.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>

#include "tests/integrations/scratch.hpp"
#include "tests/integrations/tasks_fixture.hpp"
#include "tests/integrations/test_server.hpp"

namespace stepwell {
namespace {

using testing::Awaited;
using testing::AwaitedResult;
using ::testing::HasSubstr;
using testing::LogLines;
using testing::ScratchFolder;
using testing::ServedConnection;
using testing::ServedRequest;
using ::testing::StartsWith;
using testing::Tasks;
using testing::TestServer;

constexpr const char* kHeaders =
    "Content-Type: application/json\r\nx-amzn-RequestId: r-1\r\nX-Amz-Executed-Version: "
    "$LATEST\r\nServer: stub\r\n";

/// Functions behind an Invoke API whose answers a test writes.
class InvokeApi : public ::testing::Test {
protected:
    using Answer = std::function<void(ServedConnection&, const ServedRequest&)>;
    Tasks& serve(Answer answer, const std::string& path = "") {
        server_ = std::make_unique<TestServer>(
            [this, answer = std::move(answer)](ServedConnection& connection) {
                while (const auto request = connection.read_request()) {
                    {
                        const std::lock_guard lock(mutex_);
                        requests_.push_back(*request);
                    }
                    answer(connection, *request);
                }
            });
        LambdaOptions options;
        options.endpoint = server_->url() + path;
        tasks_ = std::make_unique<Tasks>(std::move(options));
        return *tasks_;
    }
    std::vector<ServedRequest> requests() {
        const std::lock_guard lock(mutex_);
        return requests_;
    }
    static void echo(ServedConnection& connection, const ServedRequest& request) {
        connection.answer(200, request.body.empty() ? "{}" : request.body, kHeaders);
    }

    LogLines log_;
    std::mutex mutex_;
    std::vector<ServedRequest> requests_;
    std::unique_ptr<TestServer> server_;
    std::unique_ptr<Tasks> tasks_;
};

TEST_F(InvokeApi, IsCalledWithTheArnForATaskThatNamesTheFunction) {
    Tasks& t = serve(echo);
    const TaskResult result = t.call("f", R"({"a": 1.0})");
    ASSERT_TRUE(result) << result.error().cause;
    EXPECT_EQ(result->text(), R"({"a": 1.0})");
    const ServedRequest request = requests().at(0);
    EXPECT_EQ(request.method, "POST");
    EXPECT_EQ(request.target,
              "/2015-03-31/functions/arn%3Aaws%3Alambda%3Aus-east-1%3A123456789012%3Afunction%3Af/"
              "invocations");
    EXPECT_EQ(request.headers.at("x-amz-invocation-type"), "RequestResponse");
    EXPECT_EQ(request.headers.at("x-amz-log-type"), "None");
    EXPECT_THAT(request.headers.at("authorization"),
                HasSubstr("Credential=123456789012/20240101/us-east-1/lambda/aws4_request"));
    EXPECT_FALSE(request.headers.at("amz-sdk-invocation-id").empty());
    EXPECT_FALSE(request.headers.contains("x-amz-client-context"));
}

TEST_F(InvokeApi, IsCalledWithTheParametersOfLambdaInvoke) {
    Tasks& t = serve([](ServedConnection& c, const ServedRequest&) {
        c.answer(200, "{}", std::string(kHeaders) + "X-Amz-Log-Result: bG9n\r\n");
    });
    const TaskResult result = t.invoke(
        R"({"FunctionName":"f","Payload":{"a":1},"Qualifier":"PROD","LogType":"Tail","ClientContext":"e30="})");
    ASSERT_TRUE(result) << result.error().cause;
    EXPECT_EQ(result->value().at("LogResult"), Json("bG9n"));
    EXPECT_FALSE(result->value().at("SdkHttpMetadata").at("HttpHeaders").contains("Server"));
    const ServedRequest request = requests().at(0);
    EXPECT_EQ(request.target, "/2015-03-31/functions/f/invocations?Qualifier=PROD");
    EXPECT_EQ(request.headers.at("x-amz-log-type"), "Tail");
    EXPECT_EQ(request.headers.at("x-amz-client-context"), "e30=");
    EXPECT_EQ(request.body, R"({"a":1})");
}

TEST_F(InvokeApi, ANullPayloadIsNoBody) {
    Tasks& t = serve(echo);
    EXPECT_EQ(t.invoke(R"({"FunctionName":"f","Payload":null})")->value().at("Payload"),
              json("{}"));
    EXPECT_EQ(requests().at(0).body, "");
    EXPECT_EQ(requests().at(0).headers.at("content-length"), "0");
}

TEST_F(InvokeApi, AVersionInTheArnStaysThere) {
    Tasks& t = serve(echo);
    t.call("f:3", "1");
    t.invoke(R"({"FunctionName":"f:PROD"})");
    EXPECT_EQ(requests().at(0).target,
              "/2015-03-31/functions/"
              "arn%3Aaws%3Alambda%3Aus-east-1%3A123456789012%3Afunction%3Af%3A3/invocations");
    EXPECT_EQ(requests().at(1).target, "/2015-03-31/functions/f%3APROD/invocations");
}

TEST_F(InvokeApi, MayLieBelowAPath) {
    Tasks& t = serve(echo, "/base/");
    t.invoke(R"({"FunctionName":"f"})");
    EXPECT_EQ(requests().at(0).target, "/base/2015-03-31/functions/f/invocations");
}

TEST_F(InvokeApi, OfARuntimeEmulatorTakesEveryCall) {
    Tasks& t = serve(
        [](ServedConnection& c, const ServedRequest& request) {
            c.answer(200,
                     request.body == "1" ? R"({"errorMessage":"m","errorType":"Exception"})" : "2");
        },
        "/2015-03-31/functions/function/invocations");
    EXPECT_EQ(t.call("any", "2")->text(), "2");
    EXPECT_EQ(t.call("other", "1").error().error, "Exception");
    EXPECT_EQ(requests().at(0).target, "/2015-03-31/functions/function/invocations");
}

TEST_F(InvokeApi, AFunctionErrorIsTheFunctionsFailure) {
    Tasks& t = serve([](ServedConnection& c, const ServedRequest&) {
        c.answer(200, R"({"errorMessage": "m", "errorType": "Exception"})",
                 std::string(kHeaders) + "X-Amz-Function-Error: Unhandled\r\n");
    });
    EXPECT_EQ(t.call("f", "{}").error(),
              (StateError{"Exception", R"({"errorMessage": "m", "errorType": "Exception"})"}));
    EXPECT_EQ(t.invoke(R"({"FunctionName":"f"})").error(),
              (StateError{"Exception", R"({"errorMessage":"m","errorType":"Exception"})"}));
    TaskCall callback = t.by_invoke(R"({"FunctionName":"f"})", asl::Pattern::wait_for_task_token);
    EXPECT_EQ(t.start(std::move(callback))->get().error().error, "Exception");
}

TEST_F(InvokeApi, TheResultOfACallbackTaskIsWhatTheTokenWasHandedTo) {
    Tasks& t = serve(echo);
    const TaskResult result = t.start(t.by_invoke(R"({"FunctionName":"f","Payload":{"token":"t"}})",
                                                  asl::Pattern::wait_for_task_token))
                                  ->get();
    ASSERT_TRUE(result) << result.error().cause;
    EXPECT_EQ(result->value().at("Payload"), json(R"({"token":"t"})"));
    EXPECT_EQ(result->value().at("StatusCode"), Json(200));
}

TEST_F(InvokeApi, AFunctionKnownByItsNameOnlyIsFound) {
    Tasks& t = serve([](ServedConnection& c, const ServedRequest& request) {
        if (request.target == "/2015-03-31/functions/f/invocations")
            return (void)c.answer(200, "\"found\"", kHeaders);
        c.answer(404, R"({"Type":"User","Message":"Function not found"})",
                 "x-amzn-ErrorType: ResourceNotFoundException\r\n");
    });
    EXPECT_EQ(t.call("f", "{}")->text(), "\"found\"");
}

TEST_F(InvokeApi, AFunctionThatIsNowhereFailsAsOnAwsAndTheLogSaysWhereItWasLookedFor) {
    Tasks& t = serve([](ServedConnection& c, const ServedRequest&) {
        c.answer(
            404,
            R"({"Type":"User","Message":"Function not found: arn:aws:lambda:us-east-1:123456789012:function:f:$LATEST"})",
            "x-amzn-ErrorType: ResourceNotFoundException\r\nx-amzn-RequestId: r-7\r\n");
    });
    const TaskResult result = t.call("f", "{}");
    ASSERT_FALSE(result);
    EXPECT_EQ(
        result.error(),
        (StateError{"Lambda.ResourceNotFoundException",
                    "Function not found: arn:aws:lambda:us-east-1:123456789012:function:f:$LATEST "
                    "(Service: AWSLambda; Status Code: "
                    "404; Error Code: ResourceNotFoundException; Request ID: r-7; Proxy: null)"}));
    EXPECT_TRUE(
        log_.has("Lambda function \"f\" (arn:aws:lambda:us-east-1:123456789012:function:f) was not "
                 "found: there are no local "
                 "functions; the endpoint 127.0.0.1:" +
                 std::to_string(server_->port()) + " does not know it"));
}

TEST_F(InvokeApi, NobodyThereIsTheSdksException) {
    LambdaOptions options;
    const auto port = std::to_string(testing::unused_port());
    options.endpoint = "http://127.0.0.1:" + port;
    Tasks t(std::move(options));
    EXPECT_EQ(t.call("f", "{}").error(),
              (StateError{"Lambda.SdkClientException",
                          "Unable to execute HTTP request: Connect to 127.0.0.1:" + port +
                              " failed: Connection refused"}));
}

TEST_F(InvokeApi, HalfAnAnswerIsTheSdksException) {
    Tasks& t = serve([](ServedConnection& c, const ServedRequest&) {
        c.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf");
        c.close();
    });
    const TaskResult result = t.call("f", "{}");
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().error, "Lambda.SdkClientException");
    EXPECT_THAT(result.error().cause, StartsWith("Unable to execute HTTP request: "));
}

TEST_F(InvokeApi, MoreThanTheDataLimitFailsTheTask) {
    Tasks& t = serve([](ServedConnection& c, const ServedRequest&) {
        c.answer(200, std::string(257 * 1024, 'a'), kHeaders);
    });
    EXPECT_EQ(t.call("f", "{}").error().error, "States.DataLimitExceeded");
    EXPECT_EQ(t.invoke(R"({"FunctionName":"f"})").error().error, "States.DataLimitExceeded");
}

TEST_F(InvokeApi, CancellingClosesTheConnection) {
    Awaited<bool> asked;
    Awaited<bool> closed;
    Tasks& t = serve([&](ServedConnection& c, const ServedRequest&) {
        asked.give(true);
        closed.give(c.wait_for_close());
    });
    const AwaitedResult result = t.start(t.by_arn("f", "{}"));
    asked.get();
    t.registry().cancel(t.last_id());
    EXPECT_TRUE(closed.get());
    EXPECT_FALSE(result->has_value());
}

TEST_F(InvokeApi, CancellingAllClosesAllConnections) {
    std::atomic<int> asked{0};
    std::atomic<int> closed{0};
    Tasks& t = serve([&](ServedConnection& c, const ServedRequest&) {
        ++asked;
        if (c.wait_for_close()) ++closed;
    });
    std::vector<AwaitedResult> results;
    for (int i = 0; i < 5; ++i) results.push_back(t.start(t.by_arn("f", "{}")));
    ASSERT_TRUE(testing::eventually([&] { return asked == 5; }));
    t.registry().cancel_all();
    EXPECT_TRUE(testing::eventually([&] { return closed == 5; }));
    for (const auto& result : results) EXPECT_FALSE(result->has_value());
}

TEST_F(InvokeApi, ManyCallsShareFewConnections) {
    Tasks& t = serve(echo);
    for (int i = 0; i < 20; ++i)
        EXPECT_EQ(t.call("f", std::to_string(i))->text(), std::to_string(i));
    EXPECT_EQ(server_->connections(), 1);
    std::vector<AwaitedResult> results;
    for (int i = 0; i < 200; ++i) results.push_back(t.start(t.by_arn("f", std::to_string(i))));
    for (int i = 0; i < 200; ++i)
        EXPECT_EQ(results[static_cast<std::size_t>(i)]->get()->text(), std::to_string(i));
}

TEST_F(InvokeApi, LocalFunctionsComeFirst) {
    ScratchFolder code;
    code.write("app.py", "def handler(event, context):\n    return 'local'\n");
    TestServer server([](ServedConnection& c) {
        while (c.read_request()) c.answer(200, "\"remote\"", kHeaders);
    });
    LambdaOptions options;
    options.endpoint = server.url();
    LocalFunction function;
    function.name = "here";
    function.folder = code.path();
    function.file = "app";
    function.handler = "handler";
    function.timeout = Milliseconds(60'000);
    options.functions.push_back(function);
    function.name = "there:PROD";
    options.functions.push_back(function);
    options.init_timeout = Milliseconds(60'000);
    Tasks t(std::move(options));
    EXPECT_EQ(t.call("here", "{}")->text(), "\"local\"");
    EXPECT_EQ(t.call("here:$LATEST", "{}")->text(), "\"local\"");
    EXPECT_EQ(t.call("there", "{}")->text(), "\"remote\"");
    EXPECT_EQ(t.call("there:PROD", "{}")->text(), "\"local\"");
    EXPECT_EQ(t.invoke(R"({"FunctionName":"there","Qualifier":"PROD"})")->value().at("Payload"),
              Json("local"));
}

TEST(TaskRegistry, WithoutAnyFunctionSaysWhatWasLookedFor) {
    const LogLines log;
    Tasks t({});
    const TaskResult result = t.invoke(R"({"FunctionName":"nobody"})");
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().error, "Lambda.ResourceNotFoundException");
    EXPECT_THAT(
        result.error().cause,
        StartsWith("Function not found: "
                   "arn:aws:lambda:us-east-1:123456789012:function:nobody:$LATEST (Service: "));
    EXPECT_TRUE(
        log.has("Lambda function \"nobody\" (nobody) was not found: there are no local functions; "
                "no Lambda endpoint is set"));
}

TEST(TaskRegistry, RefusesParametersAndResourcesThatItDoesNotKnow) {
    Tasks t({});
    EXPECT_EQ(
        t.invoke(R"({"Payload":1})").error().cause,
        R"(The Parameters '{"Payload":1}' could not be used to start the Task: [The field 'FunctionName' is required but was missing])");
    TaskCall call = t.by_invoke("{}");
    call.resource =
        asl::ServiceResource{"sqs", "sendMessage", "sendMessage", asl::Pattern::request_response};
    const TaskResult result = t.start(std::move(call))->get();
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().error, "States.Runtime");
    EXPECT_THAT(result.error().cause,
                HasSubstr("calls (arn:aws:states:::sqs:sendMessage): there is no endpoint for the "
                          "service 'sqs': say where it is with --endpoint sqs=URL"));
}

TEST(TaskRegistry, RefusesOptionsThatCannotWork) {
    LambdaOptions options;
    options.endpoint = "nonsense";
    testing::ScriptedService service;
    EXPECT_THROW(TaskRegistry(IntegrationOptions{options}, service), std::invalid_argument);
}

}  // namespace
}  // namespace stepwell
