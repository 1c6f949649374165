#include "integrations/http_client.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <memory>

#include "tests/integrations/test_server.hpp"
#include "tests/integrations/waiting.hpp"

namespace stepwell {
namespace {

using testing::Awaited;
using ::testing::HasSubstr;
using testing::ServedConnection;
using testing::TestServer;
using Kind = HttpError::Kind;

/// A client with its loop; `fetch` waits.
class HttpClientTest : public ::testing::Test {
protected:
    ~HttpClientTest() override {
        loop_.run([this] { client_.reset(); });
    }
    void use(HttpClientOptions options) {
        loop_.run([&] { client_ = std::make_unique<HttpClient>(loop_, options); });
    }
    HttpClient& client() {
        if (!client_) use({});
        return *client_;
    }
    HttpRequest get(const std::string& url) {
        HttpRequest request;
        request.url = *parse_http_url(url);
        return request;
    }
    std::shared_ptr<Awaited<HttpResult>> send(HttpRequest request,
                                              HttpClient::CallId* id = nullptr) {
        auto result = std::make_shared<Awaited<HttpResult>>();
        HttpClient& used = client();
        loop_.run([&] {
            const auto call = used.send(std::move(request),
                                        [result](HttpResult r) { result->give(std::move(r)); });
            if (id != nullptr) *id = call;
        });
        return result;
    }
    HttpResult fetch(HttpRequest request) { return send(std::move(request))->get(); }
    std::uint64_t connections_made() {
        std::uint64_t made = 0;
        loop_.run([&] { made = client().connections_made(); });
        return made;
    }

    IoLoop loop_;
    std::unique_ptr<HttpClient> client_;
};

TEST_F(HttpClientTest, SendsMethodTargetHeadersAndBody) {
    Awaited<testing::ServedRequest> seen;
    TestServer server([&](ServedConnection& c) {
        seen.give(*c.read_request());
        c.answer(200, "ok", "X-One: 1\r\n");
    });
    HttpRequest request = get(server.url() + "/a/b?c=d");
    request.method = "POST";
    request.body = R"({"x":1})";
    request.headers = {{"Content-Type", "application/json"}};
    const HttpResult result = fetch(request);
    ASSERT_TRUE(result) << result.error().message;
    EXPECT_EQ(result->status, 200U);
    EXPECT_EQ(result->body, "ok");
    ASSERT_NE(find_header(result->headers, "x-one"), nullptr);
    EXPECT_EQ(*find_header(result->headers, "x-one"), "1");
    const auto sent = seen.get();
    EXPECT_EQ(sent.method, "POST");
    EXPECT_EQ(sent.target, "/a/b?c=d");
    EXPECT_EQ(sent.body, R"({"x":1})");
    EXPECT_EQ(sent.headers.at("content-type"), "application/json");
    EXPECT_EQ(sent.headers.at("host"), "127.0.0.1:" + std::to_string(server.port()));
}

TEST_F(HttpClientTest, AHeaderValueCannotBecomeAnotherHeader) {
    Awaited<testing::ServedRequest> seen;
    TestServer server([&](ServedConnection& c) {
        seen.give(*c.read_request());
        c.answer(200, "");
    });
    HttpRequest request = get(server.url());
    request.headers = {{"X-One", "1\r\nX-Two: 2"}};
    ASSERT_TRUE(fetch(request));
    const auto sent = seen.get();
    EXPECT_FALSE(sent.headers.contains("x-two"));
    EXPECT_EQ(sent.headers.at("x-one"), "1  X-Two: 2");
}

TEST_F(HttpClientTest, ReportsARefusedConnection) {
    const auto port = std::to_string(testing::unused_port());
    const HttpResult result = fetch(get("http://127.0.0.1:" + port));
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().kind, Kind::connect);
    EXPECT_EQ(result.error().message,
              "Connect to 127.0.0.1:" + port + " failed: Connection refused");
}

TEST_F(HttpClientTest, ReportsANameThatDoesNotExist) {
    const HttpResult result = fetch(get("http://no-such-host.invalid/"));
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().kind, Kind::resolve);
}

TEST_F(HttpClientTest, ResolvesNames) {
    TestServer server([](ServedConnection& c) {
        c.read_request();
        c.answer(200, "named");
    });
    const HttpResult result = fetch(get("http://localhost:" + std::to_string(server.port())));
    ASSERT_TRUE(result) << result.error().message;
    EXPECT_EQ(result->body, "named");
}

TEST_F(HttpClientTest, GivesUpASlowAnswerAtTheDeadline) {
    TestServer server([](ServedConnection& c) {
        c.read_request();
        c.wait_for_close();
    });
    HttpRequest request = get(server.url());
    request.timeout = Milliseconds(30);
    const HttpResult result = fetch(request);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().kind, Kind::timed_out);
}

TEST_F(HttpClientTest, ACallThatWaitsForAConnectionHasTheSameDeadline) {
    use({.max_connections = 1,
         .max_idle_per_host = 8,
         .idle_timeout = Milliseconds(10'000),
         .connect_timeout = Milliseconds(10'000),
         .ca_file = {}});
    TestServer server([](ServedConnection& c) {
        c.read_request();
        c.wait_for_close();
    });
    HttpClient::CallId first = 0;
    send(get(server.url()), &first);
    HttpRequest second = get(server.url());
    second.timeout = Milliseconds(30);
    const HttpResult result = fetch(second);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().kind, Kind::timed_out);
    loop_.run([&] { client().cancel(first); });
}

struct BadAnswer {
    const char* name;
    std::string answer;
    Kind want;
};
class BadAnswers : public HttpClientTest, public ::testing::WithParamInterface<BadAnswer> {};

TEST_P(BadAnswers, FailTheCall) {
    TestServer server([](ServedConnection& c) {
        c.read_request();
        c.send(GetParam().answer);
    });
    HttpRequest request = get(server.url());
    request.max_body_bytes = 1000;
    const HttpResult result = fetch(request);
    ASSERT_FALSE(result);
    EXPECT_EQ(static_cast<int>(result.error().kind), static_cast<int>(GetParam().want))
        << result.error().message;
}

INSTANTIATE_TEST_SUITE_P(
    Answers, BadAnswers,
    ::testing::Values(
        BadAnswer{"Nothing", "", Kind::closed},
        BadAnswer{"HalfAHead", "HTTP/1.1 200 OK\r\nConte", Kind::closed},
        BadAnswer{"HalfABody", "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf", Kind::closed},
        BadAnswer{"HalfAChunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n10\r\nhalf",
                  Kind::closed},
        BadAnswer{"Garbage", "\x16\x03\x01 what is this?\r\n\r\n", Kind::malformed},
        BadAnswer{"BadStatus", "HTTP/1.1 abc OK\r\n\r\n", Kind::malformed},
        BadAnswer{"BadLength", "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", Kind::malformed},
        BadAnswer{"BigHead", "HTTP/1.1 200 OK\r\nX: " + std::string(100'000, 'x') + "\r\n\r\n",
                  Kind::too_large},
        BadAnswer{"BigBody",
                  "HTTP/1.1 200 OK\r\nContent-Length: 1001\r\n\r\n" + std::string(1001, 'x'),
                  Kind::too_large},
        BadAnswer{"BigChunks",
                  "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3e9\r\n" +
                      std::string(1001, 'x') + "\r\n0\r\n\r\n",
                  Kind::too_large}),
    [](const auto& test) { return test.param.name; });

TEST_F(HttpClientTest, TakesALargeBody) {
    const std::string body(5'000'000, 'b');
    TestServer server([&](ServedConnection& c) {
        c.read_request();
        c.answer(200, body);
    });
    const HttpResult result = fetch(get(server.url()));
    ASSERT_TRUE(result) << result.error().message;
    EXPECT_EQ(result->body.size(), body.size());
}

TEST_F(HttpClientTest, AServerErrorIsAnAnswer) {
    TestServer server([](ServedConnection& c) {
        c.read_request();
        c.answer(500, "broken");
    });
    const HttpResult result = fetch(get(server.url()));
    ASSERT_TRUE(result);
    EXPECT_EQ(result->status, 500U);
    EXPECT_EQ(result->body, "broken");
}

TEST_F(HttpClientTest, ReadsChunksAndSkipsInterimAnswers) {
    TestServer server([](ServedConnection& c) {
        c.read_request();
        c.send(
            "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: "
            "chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n");
        c.wait_for_close();
    });
    const HttpResult result = fetch(get(server.url()));
    ASSERT_TRUE(result) << result.error().message;
    EXPECT_EQ(result->status, 200U);
    EXPECT_EQ(result->body, "abcde");
}

TEST_F(HttpClientTest, KeepsAConnectionForTheNextCall) {
    TestServer server([](ServedConnection& c) {
        while (c.read_request()) c.answer(200, "again");
    });
    for (int i = 0; i < 5; ++i) ASSERT_TRUE(fetch(get(server.url())));
    EXPECT_EQ(connections_made(), 1U);
    EXPECT_EQ(server.connections(), 1);
}

TEST_F(HttpClientTest, DoesNotKeepAConnectionThatTheServerCloses) {
    TestServer server([](ServedConnection& c) {
        c.read_request();
        c.answer(200, "once", "Connection: close\r\n");
    });
    ASSERT_TRUE(fetch(get(server.url())));
    ASSERT_TRUE(fetch(get(server.url())));
    EXPECT_EQ(connections_made(), 2U);
}

TEST_F(HttpClientTest, SendsAgainWhenAKeptConnectionTurnsOutToBeClosed) {
    // The first connection answers once and then closes on the next request, as a server does whose
    // patience ends in that moment.
    std::atomic<int> number{0};
    TestServer server([&](ServedConnection& c) {
        const bool first = number++ == 0;
        c.read_request();
        c.answer(200, first ? "first" : "second");
        c.read_request();
    });
    EXPECT_EQ(fetch(get(server.url()))->body, "first");
    const HttpResult again = fetch(get(server.url()));
    ASSERT_TRUE(again) << again.error().message;
    EXPECT_EQ(again->body, "second");
    EXPECT_EQ(connections_made(), 2U);
}

TEST_F(HttpClientTest, ACancelledCallClosesItsConnectionAndIsNotAnswered) {
    Awaited<bool> asked;
    Awaited<bool> closed;
    TestServer server([&](ServedConnection& c) {
        c.read_request();
        asked.give(true);
        closed.give(c.wait_for_close());
    });
    HttpClient::CallId id = 0;
    const auto result = send(get(server.url()), &id);
    asked.get();
    loop_.run([&] { client().cancel(id); });
    EXPECT_TRUE(closed.get());
    loop_.run([] {});  // What the closing had to say has been handled.
    EXPECT_FALSE(result->has_value());
}

TEST_F(HttpClientTest, HasNoMoreConnectionsAtOnceThanAllowed) {
    use({.max_connections = 3,
         .max_idle_per_host = 8,
         .idle_timeout = Milliseconds(10'000),
         .connect_timeout = Milliseconds(10'000),
         .ca_file = {}});
    std::atomic<int> now{0};
    std::atomic<int> most{0};
    TestServer server([&](ServedConnection& c) {
        while (c.read_request()) {
            const int at_once = ++now;
            int seen = most;
            while (seen < at_once && !most.compare_exchange_weak(seen, at_once)) {
            }
            --now;
            c.answer(200, "ok");
        }
    });
    std::vector<std::shared_ptr<Awaited<HttpResult>>> results;
    for (int i = 0; i < 30; ++i) results.push_back(send(get(server.url())));
    for (const auto& result : results) EXPECT_TRUE(result->get());
    EXPECT_LE(most, 3);
    EXPECT_LE(server.connections(), 3);
}

TEST_F(HttpClientTest, ClosingTheClientEndsItsCallsSilently) {
    Awaited<bool> asked;
    Awaited<bool> closed;
    TestServer server([&](ServedConnection& c) {
        c.read_request();
        asked.give(true);
        closed.give(c.wait_for_close());
    });
    const auto result = send(get(server.url()));
    asked.get();
    loop_.run([this] { client_.reset(); });
    EXPECT_TRUE(closed.get());
    EXPECT_FALSE(result->has_value());
}

struct UrlCase {
    const char* name;
    const char* text;
    bool tls;
    const char* host;
    int port;
    const char* target;
    const char* authority;
};
class HttpUrlIsRead : public ::testing::TestWithParam<UrlCase> {};

TEST_P(HttpUrlIsRead, IntoItsParts) {
    const UrlCase& c = GetParam();
    const auto url = parse_http_url(c.text);
    ASSERT_TRUE(url) << url.error().message;
    EXPECT_EQ(url->tls, c.tls);
    EXPECT_EQ(url->host, c.host);
    EXPECT_EQ(url->port, c.port);
    EXPECT_EQ(url->target, c.target);
    EXPECT_EQ(url->authority(), c.authority);
}

INSTANTIATE_TEST_SUITE_P(
    Urls, HttpUrlIsRead,
    ::testing::Values(
        UrlCase{"Plain", "http://localhost", false, "localhost", 80, "/", "localhost"},
        UrlCase{"Port", "http://127.0.0.1:9001", false, "127.0.0.1", 9001, "/", "127.0.0.1:9001"},
        UrlCase{"Path", "https://x.example/a/b?c#d", true, "x.example", 443, "/a/b?c", "x.example"},
        UrlCase{"Query", "http://h?x=1", false, "h", 80, "/?x=1", "h"},
        UrlCase{"Six", "http://[::1]:3001/x", false, "::1", 3001, "/x", "[::1]:3001"},
        UrlCase{"SixNoPort", "https://[fe80::1]", true, "fe80::1", 443, "/", "[fe80::1]"}),
    [](const auto& test) { return test.param.name; });

TEST(HttpUrl, RefusesWhatIsNone) {
    for (const char* text : {"", "localhost:80", "ftp://x", "http://", "http://:80", "http://h:0",
                             "http://h:65536", "http://h:", "http://h:8a", "http://u:p@h/",
                             "http://h/a b", "http://[::1", "http://a b/"}) {
        EXPECT_FALSE(parse_http_url(text)) << text;
    }
}

}  // namespace
}  // namespace stepwell
