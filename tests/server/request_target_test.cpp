#include "server/request_target.hpp"

#include <gtest/gtest.h>

namespace stepwell::server {
namespace {

struct TargetCase {
    const char* name;
    const char* target;
    const char* path;  ///< nullptr: none
};

class RequestTarget : public testing::TestWithParam<TargetCase> {};

TEST_P(RequestTarget, HasPath) {
    const TargetCase& c = GetParam();
    const auto path = request_path(c.target);
    if (c.path == nullptr) {
        EXPECT_FALSE(path) << *path;
    } else {
        ASSERT_TRUE(path);
        EXPECT_EQ(*path, c.path);
    }
}

INSTANTIATE_TEST_SUITE_P(
    Targets, RequestTarget,
    testing::Values(TargetCase{"Root", "/", "/"}, TargetCase{"Path", "/health", "/health"},
                    TargetCase{"Query", "/health?full=1", "/health"},
                    TargetCase{"RootQuery", "/?x", "/"},
                    TargetCase{"Absolute", "http://sync-127.0.0.1:8083/", "/"},
                    TargetCase{"AbsolutePath", "http://h/health?x", "/health"},
                    TargetCase{"AbsoluteWithoutPath", "http://h:8083", "/"},
                    TargetCase{"AbsoluteQueryOnly", "http://h?x=/y", "/"},
                    TargetCase{"AbsoluteUpperCase", "HTTP://h/health", "/health"},
                    TargetCase{"AbsoluteHttps", "https://h/health", "/health"},
                    TargetCase{"NoHost", "http:///health", nullptr},
                    TargetCase{"Authority", "h:443", nullptr}, TargetCase{"Asterisk", "*", nullptr},
                    TargetCase{"OtherScheme", "ftp://h/health", nullptr},
                    TargetCase{"Empty", "", nullptr}),
    [](const testing::TestParamInfo<TargetCase>& tested) { return tested.param.name; });

}  // namespace
}  // namespace stepwell::server
