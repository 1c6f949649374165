#include "api/page_token.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "tests/api/service.hpp"

namespace stepwell::api {
namespace {

using namespace std::chrono_literals;

class PageToken : public testing::Test {
protected:
    MemoryStore store;
    SettableClock clock;
    PageTokens tokens{store, clock};
};

TEST_F(PageToken, BringsItsPositionBack) {
    const std::vector<std::string> positions{"", "1", "name", std::string(320, 'x'),
                                             std::string("\0\xff", 2)};
    for (const std::string& position : positions) {
        const std::string token = tokens.issue("question", position);
        EXPECT_EQ(*tokens.read("question", token), position);
        EXPECT_LE(token.size(), 1024U);
    }
}

TEST_F(PageToken, AnswersItsOwnQuestionOnly) {
    const std::string token = tokens.issue("question", "1");
    EXPECT_EQ(tokens.read("another", token).error().message, "Invalid Token: 'Invalid token'");
}

TEST_F(PageToken, ForgedInAnyCharacterIsRefused) {
    const std::string token = tokens.issue("question", "17");
    for (std::size_t i = 0; i + 1 < token.size(); ++i) {  // the last one may hold unused bits
        std::string forged = token;
        forged[i] = forged[i] == 'A' ? 'B' : 'A';
        EXPECT_FALSE(tokens.read("question", forged)) << i;
    }
    for (const char* forged : {"", "x", "no base64!", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}) {
        EXPECT_FALSE(tokens.read("question", forged)) << forged;
    }
}

TEST_F(PageToken, ExpiresAfterADay) {
    const std::string token = tokens.issue("question", "1");
    clock.set_forward(23h);
    EXPECT_TRUE(tokens.read("question", token));
    clock.set_forward(1h);
    EXPECT_FALSE(tokens.read("question", token));
}

}  // namespace
}  // namespace stepwell::api
