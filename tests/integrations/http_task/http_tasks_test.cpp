// HTTP Tasks through the registry, against a server of the test's own.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <mutex>

#include "tests/integrations/tasks_fixture.hpp"
#include "tests/integrations/test_server.hpp"

namespace stepwell::http_task {
namespace {

using stepwell::testing::Awaited;
using stepwell::testing::ServedConnection;
using stepwell::testing::ServedRequest;
using stepwell::testing::TestServer;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* kArn = "arn:aws:events:us-east-1:123456789012:connection/c/u";

/// Notes what it is asked: `/token` gives tokens t1, t2 …; `/api` wants the latest, where it wants
/// one.
class Provider {
public:
    Provider() : server_([this](ServedConnection& connection) { serve(connection); }) {}

    std::string url() const { return server_.url(); }
    std::vector<ServedRequest> seen() const {
        const std::lock_guard lock(mutex_);
        return seen_;
    }
    void refuse_tokens_before(int number) {
        const std::lock_guard lock(mutex_);
        least_token_ = number;
    }
    std::string token_answer = R"({"access_token":"t%","expires_in":3600})";
    int status = 200;

private:
    void serve(ServedConnection& connection) {
        while (auto request = connection.read_request()) {
            int answer_status = status;
            std::string body = R"({"ok":true})";
            {
                const std::lock_guard lock(mutex_);
                seen_.push_back(*request);
                if (request->target.starts_with("/token")) {
                    body = token_answer;
                    if (const auto at = body.find('%'); at != std::string::npos)
                        body.replace(at, 1, std::to_string(++tokens_));
                } else if (least_token_ > 0 && request->headers["authorization"] <
                                                   "Bearer t" + std::to_string(least_token_)) {
                    answer_status = 401;
                }
            }
            connection.answer(answer_status, body, "Content-Type: application/json\r\n");
        }
    }

    mutable std::mutex mutex_;
    std::vector<ServedRequest> seen_;
    int tokens_ = 0;
    int least_token_ = 0;
    TestServer server_;
};

class HttpTask : public ::testing::Test {
protected:
    void connect(Connection connection) {
        registry = std::make_unique<TaskRegistry>(
            IntegrationOptions{.lambda = {}, .connections = {{"c", std::move(connection)}}}, own);
    }
    Connection oauth() const {
        OAuthAuth auth;
        auth.endpoint = *parse_http_url(provider.url() + "/token");
        auth.client_id = "id";
        auth.client_secret = "s3cret";
        Connection connection;
        connection.auth = auth;
        return connection;
    }
    TaskCall call_of(const std::string& url, const std::string& arn = kArn) {
        TaskCall call;
        call.id = ++last_id;
        call.resource =
            asl::ServiceResource{"http", "invoke", "invoke", asl::Pattern::request_response};
        call.region = "us-east-1";
        call.input = Payload::from_text(
            R"({"ApiEndpoint":")" + url +
            R"(","Method":"GET","InvocationConfig":{"ConnectionArn":")" + arn + R"("}})");
        return call;
    }
    TaskResult run(TaskCall call) {
        auto result = std::make_shared<Awaited<TaskResult>>();
        registry->start(std::move(call),
                        [result](TaskCallId, TaskResult r) { result->give(std::move(r)); });
        return result->get();
    }
    TaskResult run() { return run(call_of(provider.url() + "/api")); }

    Provider provider;
    stepwell::testing::ScriptedService own;
    std::unique_ptr<TaskRegistry> registry;
    TaskCallId last_id = 0;
};

TEST_F(HttpTask, CallsItsEndpoint) {
    connect({});
    const auto result = run();
    ASSERT_TRUE(result) << result.error().cause;
    EXPECT_EQ(result->value()["ResponseBody"], json(R"({"ok":true})"));
    EXPECT_EQ(result->value()["StatusCode"], Json(200));
    EXPECT_EQ(provider.seen().at(0).headers.at("user-agent"),
              "Amazon|StepFunctions|HttpInvoke|us-east-1");
}

TEST_F(HttpTask, SendsBasicCredentials) {
    connect({.auth = BasicAuth{"myUsername", "myPassword"}});
    ASSERT_TRUE(run());
    EXPECT_EQ(provider.seen().at(0).headers.at("authorization"),
              "Basic bXlVc2VybmFtZTpteVBhc3N3b3Jk");
}

TEST_F(HttpTask, FetchesATokenOnceAndKeepsIt) {
    connect(oauth());
    ASSERT_TRUE(run());
    ASSERT_TRUE(run());
    const auto seen = provider.seen();
    ASSERT_EQ(seen.size(), 3U);
    EXPECT_EQ(seen[0].body, "grant_type=client_credentials&client_id=id&client_secret=s3cret");
    EXPECT_EQ(seen[1].headers.at("authorization"), "Bearer t1");
    EXPECT_EQ(seen[2].headers.at("authorization"), "Bearer t1");
}

TEST_F(HttpTask, FetchesAnotherTokenWhereTheOldOneIsRefused) {
    connect(oauth());
    ASSERT_TRUE(run());
    provider.refuse_tokens_before(2);
    ASSERT_TRUE(run());
    EXPECT_EQ(provider.seen().back().headers.at("authorization"), "Bearer t2");
}

TEST_F(HttpTask, AFreshTokenThatIsRefusedFails) {
    connect(oauth());
    provider.refuse_tokens_before(9);
    const auto result = run();
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().error, "States.Http.StatusCode.401");
}

TEST_F(HttpTask, WithoutATokenTheConnectionIsInvalid) {
    provider.token_answer = R"({"secret":"s3cret"})";
    connect(oauth());
    const auto result = run();
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().error, "Events.ConnectionResource.InvalidConnectionState");
    EXPECT_THAT(result.error().cause, Not(HasSubstr("s3cret")));
}

TEST_F(HttpTask, AnUnknownConnectionIsNotFound) {
    connect({});
    const auto result = run(call_of(provider.url(), "arn:aws:events:r:1:connection/none/u"));
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().error, "Events.ConnectionResource.ResourceNotFound");
    EXPECT_TRUE(provider.seen().empty());
}

TEST_F(HttpTask, ARefusedConnectionIsASocketsError) {
    connect({});
    const auto result =
        run(call_of("http://127.0.0.1:" + std::to_string(stepwell::testing::unused_port()) + "/"));
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().error, "States.Http.Socket");
    EXPECT_THAT(result.error().cause, HasSubstr("Connection refused"));
}

struct BadAnswer {
    const char* name;
    const char* scheme;
    const char* bytes;
    const char* cause;
};
class BadHttpAnswer : public HttpTask, public ::testing::WithParamInterface<BadAnswer> {};

TEST_P(BadHttpAnswer, IsASocketsError) {
    const TestServer server([&](ServedConnection& c) {
        if (GetParam().scheme == std::string("http")) c.read_request();
        c.send(GetParam().bytes);
    });
    connect({});
    const auto result =
        run(call_of(GetParam().scheme + ("://127.0.0.1:" + std::to_string(server.port())) + "/"));
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().error, "States.Http.Socket");
    EXPECT_THAT(result.error().cause, HasSubstr(GetParam().cause));
}
INSTANTIATE_TEST_SUITE_P(
    , BadHttpAnswer,
    ::testing::Values(BadAnswer{"Half", "http",
                                "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"half\":",
                                "before the answer was complete"},
                      BadAnswer{"None", "http", "", "failed to respond"},
                      BadAnswer{"NotHttp", "http", "SSH-2.0-OpenSSH_9.2\r\n", "is not HTTP"},
                      BadAnswer{"NotTls", "https", "no TLS\r\n\r\n", "TLS with 127.0.0.1:"}),
    [](const auto& of) { return std::string(of.param.name); });

TEST_F(HttpTask, AnInspectionHidesWhatTheConnectionAdds) {
    connect({.auth = BasicAuth{"u", "p"}, .headers = {{"X-Secret", "s3cret"}}});
    TaskCall call = call_of(provider.url() + "/api");
    call.inspection = std::make_shared<TaskInspection>();
    ASSERT_TRUE(run(call));
    const std::string request = write_json(call.inspection->request);
    EXPECT_THAT(request, HasSubstr("/api"));
    EXPECT_THAT(request, Not(HasSubstr("s3cret")));
    EXPECT_THAT(request, Not(HasSubstr("Basic")));
    EXPECT_EQ(call.inspection->response["statusCode"], Json("200"));
    EXPECT_EQ(call.inspection->response["body"], Json(R"({"ok":true})"));

    TaskCall revealed = call_of(provider.url() + "/api");
    revealed.inspection = std::make_shared<TaskInspection>();
    revealed.inspection->reveal_secrets = true;
    ASSERT_TRUE(run(revealed));
    EXPECT_THAT(write_json(revealed.inspection->request), HasSubstr("s3cret"));
}

}  // namespace
}  // namespace stepwell::http_task
