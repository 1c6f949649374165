#include "server/request_guard.hpp"

#include <gtest/gtest.h>

#include "tests/server/fake_backend.hpp"
#include "tests/server/raw_client.hpp"

namespace stepwell::server {
namespace {

struct GuardCase {
    const char* name;
    bool refused;
    BrowserHeaders headers;
    bool is_post = true;
};

class RequestGuard : public testing::TestWithParam<GuardCase> {};

TEST_P(RequestGuard, RefusesWhatAPageCouldForge) {
    const GuardCase& c = GetParam();
    EXPECT_EQ(refuse_forgeable(c.is_post, c.headers).has_value(), c.refused);
}

constexpr const char* kLocal = "127.0.0.1:8083";
constexpr const char* kTarget = "AWSStepFunctions.ListStateMachines";
constexpr const char* kAmzJson = "application/x-amz-json-1.0";

INSTANTIATE_TEST_SUITE_P(
    Requests, RequestGuard,
    testing::Values(
        GuardCase{"Cli", false, {.host = kLocal, .content_type = kAmzJson, .amz_target = kTarget}},
        GuardCase{"SyncHost",
                  false,
                  {.host = "sync-127.0.0.1:8083", .content_type = kAmzJson, .amz_target = kTarget}},
        GuardCase{"ContainerName",
                  false,
                  {.host = "stepwell:8083", .content_type = kAmzJson, .amz_target = kTarget}},
        GuardCase{"CurlWithData",
                  false,
                  {.host = kLocal,
                   .content_type = "application/x-www-form-urlencoded",
                   .amz_target = kTarget}},
        GuardCase{"PlainPost", false, {.host = kLocal}},
        GuardCase{
            "OwnPage",
            false,
            {.host = kLocal, .origin = "http://127.0.0.1:8083", .sec_fetch_site = "same-origin"}},
        GuardCase{
            "OwnPageByName", false, {.host = "localhost:8083", .origin = "http://LOCALHOST:8083"}},
        GuardCase{"OwnPageIpv6", false, {.host = "[::1]:8083", .origin = "http://[::1]:8083"}},
        GuardCase{"AddressBar", false, {.host = kLocal, .sec_fetch_site = "none"}},
        GuardCase{"FetchText",
                  true,
                  {.host = kLocal,
                   .origin = "http://evil.example",
                   .content_type = "text/plain;charset=UTF-8"}},
        GuardCase{"Form",
                  true,
                  {.host = kLocal,
                   .origin = "http://evil.example",
                   .content_type = "application/x-www-form-urlencoded"}},
        GuardCase{"FormWithoutReferrer", true, {.host = kLocal, .origin = "null"}},
        GuardCase{"FormOfAnOldBrowser",
                  true,
                  {.host = kLocal, .content_type = "multipart/form-data; boundary=x"}},
        GuardCase{
            "OtherPortOfThisMachine", true, {.host = kLocal, .origin = "http://127.0.0.1:3000"}},
        GuardCase{
            "Rebound", true, {.host = "evil.example:8083", .origin = "http://evil.example:8083"}},
        GuardCase{"ReboundLookingLocal",
                  true,
                  {.host = "localhost.evil.example:8083",
                   .origin = "http://localhost.evil.example:8083"}},
        GuardCase{
            "ReboundRead", true, {.host = "evil.example", .origin = "http://evil.example"}, false},
        GuardCase{
            "CrossSiteByFetchMetadata", true, {.host = kLocal, .sec_fetch_site = "cross-site"}},
        GuardCase{"SameSiteByFetchMetadata", true, {.host = kLocal, .sec_fetch_site = "same-site"}},
        GuardCase{"LinkToHealth", false, {.host = kLocal, .sec_fetch_site = "cross-site"}, false},
        GuardCase{"OriginWithoutHost", true, {.origin = "http://"}}),
    [](const testing::TestParamInfo<GuardCase>& tested) { return tested.param.name; });

TEST(LocalHost, IsWhatNoSiteCanOwn) {
    for (const char* host : {"127.0.0.1", "127.0.0.1:80", "[::1]:80", "localhost", "LocalHost:1",
                             "a.localhost:1", "192.168.1.2:8083"}) {
        EXPECT_TRUE(is_local_host(host)) << host;
    }
    for (const char* host : {"", "evil.example", "localhost.evil.example", "127.0.0.1.evil.example",
                             "notlocalhost", "1.2.3", "[evil]"}) {
        EXPECT_FALSE(is_local_host(host)) << host;
    }
}

TEST(Safety, AForgedPostNeverReachesAHandler) {
    RunningServer server;
    RawClient client(server.port());
    client.send(
        "POST /_stepwell/reset HTTP/1.1\r\nHost: 127.0.0.1\r\nOrigin: http://evil.example\r\n"
        "Content-Type: text/plain\r\nContent-Length: 2\r\n\r\nhi");
    EXPECT_EQ(client.receive().value().status, 403);
    client.send(api_request("DeleteStateMachine", "{}", "Origin: http://evil.example\r\n"));
    EXPECT_EQ(client.receive().value().status, 403);
    EXPECT_EQ(server.backend.resets(), 0);
    EXPECT_EQ(server.backend.waiting_calls(), 0U);
}

TEST(Safety, APreflightIsNeverGranted) {
    RunningServer server;
    RawClient client(server.port());
    client.send(
        "OPTIONS / HTTP/1.1\r\nHost: 127.0.0.1\r\nOrigin: http://evil.example\r\n"
        "Access-Control-Request-Method: POST\r\nAccess-Control-Request-Headers: "
        "x-amz-target\r\n\r\n");
    const auto reply = client.receive();
    ASSERT_TRUE(reply);
    EXPECT_EQ(reply->status, 403);
    EXPECT_EQ(reply->headers.count("access-control-allow-origin"), 0U);
}

}  // namespace
}  // namespace stepwell::server
