#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "integrations/http_client.hpp"
#include "tests/integrations/test_server.hpp"
#include "tests/integrations/tls_server.hpp"
#include "tests/integrations/waiting.hpp"

namespace stepwell {
namespace {

using ::testing::HasSubstr;
using Kind = HttpError::Kind;

class HttpsClientTest : public ::testing::Test {
protected:
    static void SetUpTestSuite() {
        authority = std::make_unique<testing::TestAuthority>();
        authority->issue("here", "IP:127.0.0.1");
        authority->issue("elsewhere", "DNS:elsewhere.example");
        authority->issue("expired", "IP:127.0.0.1", -1);
    }
    static void TearDownTestSuite() { authority.reset(); }
    HttpsClientTest() { use({.ca_file = authority->file()}); }
    ~HttpsClientTest() override {
        loop_.run([this] { client_.reset(); });
    }

    void use(HttpClientOptions options) {
        loop_.run([&] { client_ = std::make_unique<HttpClient>(loop_, std::move(options)); });
    }
    HttpResult fetch(const std::string& url) {
        HttpRequest request;
        request.url = *parse_http_url(url);
        testing::Awaited<HttpResult> result;
        loop_.run([&] {
            client_->send(std::move(request), [&](HttpResult r) { result.give(std::move(r)); });
        });
        return result.get();
    }
    /// What a call of a server with this certificate fails with.
    HttpError error_with(const std::string& certificate, testing::TlsServer::Options options = {}) {
        const testing::TlsServer server(*authority, certificate, std::move(options));
        HttpResult result = fetch(server.url());
        EXPECT_FALSE(result);
        return result ? HttpError{} : result.error();
    }

    static std::unique_ptr<testing::TestAuthority> authority;
    IoLoop loop_;
    std::unique_ptr<HttpClient> client_;
};
std::unique_ptr<testing::TestAuthority> HttpsClientTest::authority;

TEST_F(HttpsClientTest, TrustsTheAuthorityItIsGiven) {
    const testing::TlsServer server(*authority, "here", {});
    const HttpResult result = fetch(server.url());
    ASSERT_TRUE(result) << result.error().message;
    EXPECT_EQ(result->status, 200U);
    EXPECT_EQ(result->body, "ok");
}

TEST_F(HttpsClientTest, KeepsItsConnection) {
    const testing::TlsServer server(*authority, "here", {});
    for (int i = 0; i < 3; ++i) ASSERT_TRUE(fetch(server.url()));
    std::uint64_t made = 0;
    loop_.run([&] { made = client_->connections_made(); });
    EXPECT_EQ(made, 1U);
}

TEST_F(HttpsClientTest, MakesANewConnectionWhereTheServerClosesEach) {
    const testing::TlsServer server(*authority, "here", {.requests = 1});
    for (int i = 0; i < 3; ++i) {
        const HttpResult result = fetch(server.url());
        ASSERT_TRUE(result) << result.error().message;
    }
}

TEST_F(HttpsClientTest, DoesNotTrustAnAuthorityThatNobodyNamed) {
    use({});
    const HttpError error = error_with("here");
    EXPECT_EQ(error.kind, Kind::tls);
    EXPECT_THAT(error.message, HasSubstr("unable to get local issuer certificate"));
}

TEST_F(HttpsClientTest, RefusesTheCertificateOfAnotherHost) {
    const HttpError error = error_with("elsewhere");
    EXPECT_EQ(error.kind, Kind::tls);
    EXPECT_THAT(error.message, HasSubstr("127.0.0.1"));
}

TEST_F(HttpsClientTest, RefusesACertificateThatHasExpired) {
    const HttpError error = error_with("expired");
    EXPECT_EQ(error.kind, Kind::tls);
    EXPECT_THAT(error.message, HasSubstr("certificate has expired"));
}

TEST_F(HttpsClientTest, RefusesProtocolsOfOld) {
    EXPECT_EQ(error_with("here", {.newest_protocol = TLS1_1_VERSION}).kind, Kind::tls);
}

TEST_F(HttpsClientTest, AServerWithoutTlsIsAnError) {
    testing::TestServer server([](testing::ServedConnection& c) {
        c.send("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
        c.close();
    });
    const HttpResult result = fetch("https://127.0.0.1:" + std::to_string(server.port()));
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().kind, Kind::tls);
}

TEST_F(HttpsClientTest, AnAnswerThatIsCutOffIsNoAnswer) {
    const std::string half = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf";
    EXPECT_EQ(error_with("here", {.answer = half, .requests = 1, .farewell = false}).kind,
              Kind::closed);
    // A body without a length ends with the connection: whoever can cut that off must not be able
    // to shorten it.
    const std::string open = "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nhalf";
    EXPECT_EQ(error_with("here", {.answer = open, .requests = 1, .farewell = false}).kind,
              Kind::closed);
}

}  // namespace
}  // namespace stepwell
