#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

#include "engine/base/json.hpp"
#include "tests/server/fake_backend.hpp"
#include "tests/server/raw_client.hpp"

namespace stepwell::server {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::MatchesRegex;

constexpr const char* kGetHealth = "GET /health HTTP/1.1\r\nHost: x\r\n\r\n";

TEST(Session, HandsTheRequestOverAndAnswersIt) {
    RunningServer server;
    RawClient client(server.port());
    client.send(api_request("StartExecution", R"({"a":1})",
                            "Authorization: AWS4-HMAC-SHA256 Credential=x\r\n"));

    auto call = server.backend.next_call();
    EXPECT_EQ(call.request.target, "AWSStepFunctions.StartExecution");
    EXPECT_EQ(call.request.content_type, "application/x-amz-json-1.0");
    EXPECT_EQ(call.request.authorization, "AWS4-HMAC-SHA256 Credential=x");
    EXPECT_EQ(call.request.body, R"({"a":1})");
    call.respond({.status = 400, .body = R"({"__type":"X"})", .error_type = "X"});

    const auto reply = client.receive();
    ASSERT_TRUE(reply);
    EXPECT_EQ(reply->status, 400);
    EXPECT_EQ(reply->body, R"({"__type":"X"})");
    EXPECT_EQ(reply->headers.at("content-type"), "application/x-amz-json-1.0");
    EXPECT_EQ(reply->headers.at("x-amzn-requestid"), call.request.request_id);
    EXPECT_THAT(reply->headers.at("x-amzn-requestid"), MatchesRegex("[0-9a-f-]{36}"));
    EXPECT_THAT(reply->headers.at("date"),
                MatchesRegex("[A-Z][a-z]{2}, [0-9]{2} [A-Z][a-z]{2} 20[0-9]{2} .* GMT"));
}

TEST(Session, CountsRequestsByOperationAndResult) {
    RunningServer server;
    RawClient client(server.port());
    const auto request = [&](const char* operation, const char* error_type) {
        client.send(api_request(operation, "{}"));
        server.backend.next_call().respond(
            {.status = *error_type == 0 ? 200 : 400, .body = "{}", .error_type = error_type});
        ASSERT_TRUE(client.receive());
    };
    request("StartExecution", "");
    request("StartExecution", "");
    request("StartExecution", "InvalidArn");
    request("No\"Such", "UnknownOperationException");
    client.send("GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n");
    const auto reply = client.receive();
    ASSERT_TRUE(reply);
    EXPECT_EQ(reply->status, 200);
    EXPECT_EQ(reply->headers.at("content-type"), "text/plain; version=0.0.4; charset=utf-8");
    const std::string counted = "stepwell_requests_total{operation=";
    EXPECT_THAT(reply->body, HasSubstr(counted + "\"StartExecution\",result=\"Success\"} 2\n"));
    EXPECT_THAT(reply->body, HasSubstr(counted + "\"StartExecution\",result=\"InvalidArn\"} 1\n"));
    EXPECT_THAT(reply->body,
                HasSubstr(counted + "\"Unknown\",result=\"UnknownOperationException\"} 1\n"));
    EXPECT_THAT(reply->body,
                HasSubstr("stepwell_request_seconds_count{operation=\"StartExecution\"} 3\n"));
    EXPECT_THAT(reply->body, HasSubstr("\nbackend_metric 7\n"));
}

TEST(Session, KeepsTheConnection) {
    RunningServer server;
    server.backend.echo();
    RawClient client(server.port());
    for (const std::string body : {"1", "2", "3"}) {
        client.send(api_request("X", body));
        const auto reply = client.receive();
        ASSERT_TRUE(reply);
        EXPECT_EQ(reply->body, body);
    }
}

TEST(Session, AnswersPipelinedRequestsInTheirOrder) {
    RunningServer server;
    RawClient client(server.port());
    client.send(api_request("X", "first") + api_request("X", "second") + kGetHealth);

    auto first = server.backend.next_call();
    EXPECT_EQ(first.request.body, "first");
    EXPECT_EQ(server.backend.waiting_calls(), 0U) << "the second waits for the first's answer";
    first.respond({.status = 200, .body = "one", .error_type = {}});
    server.backend.next_call().respond({.status = 200, .body = "two", .error_type = {}});

    EXPECT_EQ(client.receive().value().body, "one");
    EXPECT_EQ(client.receive().value().body, "two");
    EXPECT_THAT(client.receive().value().body, HasSubstr("ok"));
}

TEST(Session, ManyPipelinedRequestsBeyondOneReadAreAllAnswered) {
    RunningServer server;
    server.backend.echo();
    RawClient client(server.port());
    std::string all;
    for (int i = 0; i < 200; ++i)
        all += api_request("X", std::to_string(i) + std::string(500, '.'));
    client.send(all);
    for (int i = 0; i < 200; ++i) {
        const auto reply = client.receive();
        ASSERT_TRUE(reply) << i;
        ASSERT_THAT(reply->body, testing::StartsWith(std::to_string(i) + '.'));
    }
}

TEST(Session, TakesARequestThatComesByteByByte) {
    RunningServer server;
    server.backend.echo();
    RawClient client(server.port());
    for (const char c : api_request("X", "slow")) client.send({&c, 1});
    EXPECT_EQ(client.receive().value().body, "slow");
}

TEST(Session, TakesAChunkedBody) {
    RunningServer server;
    server.backend.echo();
    RawClient client(server.port());
    client.send(
        "POST / HTTP/1.1\r\nHost: x\r\nX-Amz-Target: X\r\nTransfer-Encoding: chunked\r\n\r\n"
        "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n");
    EXPECT_EQ(client.receive().value().body, "abcde");
}

TEST(Session, TakesADefinitionOfOneMebibyteHoweverItIsEscaped) {
    RunningServer server;
    server.backend.echo();
    RawClient client(server.port());
    const std::string body(6U << 20U, 'x');
    client.send(api_request("CreateStateMachine", body));
    EXPECT_EQ(client.receive().value().body.size(), body.size());
}

TEST(Session, SaysContinueToAClientThatAsks) {
    RunningServer server;
    server.backend.echo();
    RawClient client(server.port());
    client.send(
        "POST / HTTP/1.1\r\nHost: x\r\nX-Amz-Target: X\r\nContent-Length: 4\r\nExpect: "
        "100-continue\r\n\r\n");
    EXPECT_EQ(client.receive().value().status, 100);
    client.send("body");
    EXPECT_EQ(client.receive().value().body, "body");
}

TEST(Session, ServesAnyHostAndAbsoluteTargets) {
    RunningServer server;
    server.backend.echo();
    RawClient client(server.port());
    client.send(
        "POST http://sync-127.0.0.1:8083/ HTTP/1.1\r\nHost: sync-127.0.0.1:8083\r\nX-Amz-Target: "
        "X\r\n"
        "Content-Length: 2\r\n\r\nok");
    EXPECT_EQ(client.receive().value().body, "ok");
}

TEST(Session, ClosesWhenTheClientAsks) {
    RunningServer server;
    server.backend.echo();
    RawClient client(server.port());
    client.send(api_request("X", "bye", "Connection: close\r\n"));
    const auto reply = client.receive();
    ASSERT_TRUE(reply);
    EXPECT_EQ(reply->headers.at("connection"), "close");
    EXPECT_TRUE(client.closed_by_server());
}

TEST(Session, KeepsAnHttp10ConnectionOnlyWhereAsked) {
    RunningServer server;
    RawClient kept(server.port());
    kept.send("GET /health HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    EXPECT_EQ(kept.receive().value().headers.at("connection"), "keep-alive");
    RawClient plain(server.port());
    plain.send("GET /health HTTP/1.0\r\n\r\n");
    EXPECT_EQ(plain.receive().value().status, 200);
    EXPECT_TRUE(plain.closed_by_server());
}

TEST(Session, GivesTheRequestUpWhenItsClientHasGone) {
    RunningServer server;
    RawClient client(server.port());
    client.send(api_request("StartSyncExecution", "{}"));
    const auto call = server.backend.next_call();
    ASSERT_FALSE(call.request.target.empty());
    client.close();
    EXPECT_TRUE(server.backend.await_cancel());
    call.respond(
        {.status = 200, .body = "too late", .error_type = {}});  // goes nowhere, hurts nobody
}

TEST(Session, AnswersAClientThatOnlyStoppedSending) {
    RunningServer server;
    server.backend.echo();
    RawClient client(server.port());
    client.send(api_request("X", "last words"));
    client.shut_down_sending();
    EXPECT_EQ(client.receive().value().body, "last words");
    EXPECT_TRUE(client.closed_by_server());
}

TEST(Session, AnswersAnEscapedExceptionWithAnInternalFailure) {
    RunningServer server;
    server.backend.fail();
    RawClient client(server.port());
    client.send(api_request("X", "{}"));
    const auto reply = client.receive();
    ASSERT_TRUE(reply);
    EXPECT_EQ(reply->status, 500);
    EXPECT_EQ(json(reply->body)["__type"].get<std::string>(), "InternalFailure");
}

TEST(Routes, HealthIsServed) {
    RunningServer server;
    RawClient client(server.port());
    client.send(kGetHealth);
    const auto reply = client.receive();
    ASSERT_TRUE(reply);
    EXPECT_EQ(reply->status, 200);
    EXPECT_EQ(json(reply->body)["status"].get<std::string>(), "ok");
}

TEST(Routes, AHeadRequestHasNoBody) {
    RunningServer server;
    RawClient client(server.port());
    client.send("HEAD /health HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_EQ(client.receive(true).value().status, 200);
    client.send(kGetHealth);
    EXPECT_EQ(client.receive().value().status, 200) << "a body would stand before this answer";
}

TEST(Routes, ResetIsAPost) {
    RunningServer server;
    RawClient client(server.port());
    client.send("GET /_stepwell/reset HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_EQ(client.receive().value().status, 405);
    EXPECT_EQ(server.backend.resets(), 0);
    client.send("POST /_stepwell/reset HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n");
    EXPECT_EQ(client.receive().value().status, 200);
    EXPECT_EQ(server.backend.resets(), 1);
}

TEST(Routes, OtherPathsAreNotFound) {
    RunningServer server;
    RawClient client(server.port());
    client.send("GET /etc/passwd HTTP/1.1\r\nHost: x\r\n\r\n");
    const auto reply = client.receive();
    ASSERT_TRUE(reply);
    EXPECT_EQ(reply->status, 404);
    EXPECT_EQ(json(reply->body)["__type"].get<std::string>(), "UnknownOperationException");
}

// --- limits

TEST(Limits, ATooLargeBodyIsRefusedAsSoonAsItIsAnnounced) {
    RunningServer server({.max_body_bytes = 1000});
    RawClient client(server.port());
    client.send("POST / HTTP/1.1\r\nHost: x\r\nX-Amz-Target: X\r\nContent-Length: 1001\r\n\r\n");
    const auto reply = client.receive();
    ASSERT_TRUE(reply);
    EXPECT_EQ(reply->status, 413);
    EXPECT_EQ(json(reply->body)["message"].get<std::string>(),
              "HTTP content length exceeded 1000 bytes.");
    EXPECT_TRUE(client.closed_by_server());
}

TEST(Limits, AClientThatSendsOnStillReadsTheRefusal) {
    RunningServer server({.max_body_bytes = 1000});
    RawClient client(server.port());
    client.send(api_request("X", std::string(4U << 20U, 'x')));
    EXPECT_EQ(client.receive().value().status, 413);
}

TEST(Limits, ATooLargeChunkedBodyIsRefused) {
    RunningServer server({.max_body_bytes = 8});
    RawClient client(server.port());
    client.send(
        "POST / HTTP/1.1\r\nHost: x\r\nX-Amz-Target: X\r\nTransfer-Encoding: chunked\r\n\r\n"
        "5\r\nabcde\r\n5\r\nabcde\r\n0\r\n\r\n");
    EXPECT_EQ(client.receive().value().status, 413);
}

TEST(Limits, ATooLargeHeaderIsRefused) {
    RunningServer server({.max_header_bytes = 1024});
    RawClient client(server.port());
    client.send("GET /health HTTP/1.1\r\nX-Long: " + std::string(2000, 'x') + "\r\n\r\n");
    EXPECT_EQ(client.receive().value().status, 431);
}

TEST(Limits, WhatIsNotHttpIsRefused) {
    RunningServer server;
    RawClient client(server.port());
    client.send("\x16\x03\x01\x02 hello TLS\r\n\r\n");
    EXPECT_EQ(client.receive().value().status, 400);
    EXPECT_TRUE(client.closed_by_server());
}

TEST(Limits, ContradictingLengthsAreRefused) {
    RunningServer server;
    server.backend.echo();
    RawClient client(server.port());
    client.send(
        "POST / HTTP/1.1\r\nHost: x\r\nX-Amz-Target: X\r\nContent-Length: 3\r\n"
        "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n");
    EXPECT_EQ(client.receive().value().status, 400);
}

TEST(Limits, AnIdleConnectionIsClosed) {
    RunningServer server({.idle_timeout = 50ms, .sweep_interval = 10ms});
    RawClient client(server.port());
    EXPECT_TRUE(client.closed_by_server());
}

TEST(Limits, ARequestThatNeverEndsIsClosed) {
    RunningServer server({.idle_timeout = 1h, .request_timeout = 50ms, .sweep_interval = 10ms});
    RawClient client(server.port());
    client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc");
    EXPECT_TRUE(client.closed_by_server());
}

TEST(Limits, ALongAnswerIsNotCutOffByTheIdleTime) {
    RunningServer server({.idle_timeout = 20ms, .request_timeout = 20ms, .sweep_interval = 5ms});
    RawClient waiting(server.port());
    waiting.send(api_request("GetActivityTask", "{}"));
    auto call = server.backend.next_call();
    RawClient idle(server.port());
    EXPECT_TRUE(idle.closed_by_server()) << "the sweep has come by";
    call.respond({.status = 200, .body = "late", .error_type = {}});
    EXPECT_EQ(waiting.receive().value().body, "late");
}

TEST(Limits, NoMoreConnectionsThanAllowed) {
    RunningServer server({.max_connections = 1});
    RawClient first(server.port());
    first.send(kGetHealth);
    ASSERT_TRUE(first.receive());
    RawClient second(server.port());
    EXPECT_TRUE(second.closed_by_server());
    first.send(kGetHealth);
    EXPECT_EQ(first.receive().value().status, 200);
}

// --- the end

TEST(Stop, LetsTheAnswerUnderWayLeave) {
    RunningServer server;
    RawClient client(server.port());
    client.send(api_request("X", "{}"));
    auto call = server.backend.next_call();
    server.server().stop();
    RawClient* idle = nullptr;
    EXPECT_THROW(
        while (true) {
            RawClient late(server.port());
            idle = &late;
            (void)idle->receive();
        },
        std::runtime_error)
        << "no new connection is taken";
    call.respond({.status = 200, .body = "done", .error_type = {}});
    const auto reply = client.receive();
    ASSERT_TRUE(reply);
    EXPECT_EQ(reply->body, "done");
    EXPECT_EQ(reply->headers.at("connection"), "close");
    server.stop();
}

TEST(Stop, GivesUpWhatTakesTooLong) {
    RunningServer server({.drain_timeout = 20ms});
    RawClient client(server.port());
    client.send(api_request("X", "{}"));
    const auto call = server.backend.next_call();
    server.stop();
    EXPECT_TRUE(client.closed_by_server());
}

TEST(Stop, DoesNotWaitForALongPoll) {
    RunningServer server({.drain_timeout = 1h});
    RawClient client(server.port());
    client.send(api_request("StartSyncExecution", "{}"));
    const auto call = server.backend.next_call();
    server.stop();
    EXPECT_TRUE(server.backend.await_cancel());
    const auto reply = client.receive();
    ASSERT_TRUE(reply);
    EXPECT_EQ(reply->status, 503);
    EXPECT_EQ(reply->headers.at("connection"), "close");
    EXPECT_TRUE(client.closed_by_server());
}

TEST(Stop, ClosesIdleConnections) {
    RunningServer server;
    RawClient client(server.port());
    client.send(kGetHealth);
    ASSERT_TRUE(client.receive());
    server.stop();
    EXPECT_TRUE(client.closed_by_server());
}

TEST(Listen, APortInUseIsSaidInOneLine) {
    HttpServer first("127.0.0.1", 0);
    try {
        HttpServer second("127.0.0.1", first.port());
        FAIL() << "both listen on one port";
    } catch (const ListenError& e) {
        EXPECT_EQ(std::string(e.what()),
                  "cannot listen on 127.0.0.1 port " + std::to_string(first.port()) +
                      ": another process has it. Stop that one, or choose another with --port "
                      "(0 picks a free one).");
    }
}

TEST(Listen, UrlIsOneThatAClientCanUse) {
    EXPECT_THAT(HttpServer("0.0.0.0", 0).url(), MatchesRegex("http://127\\.0\\.0\\.1:[0-9]+"));
    EXPECT_THAT(HttpServer("::1", 0).url(), MatchesRegex("http://\\[::1\\]:[0-9]+"));
}

}  // namespace
}  // namespace stepwell::server
