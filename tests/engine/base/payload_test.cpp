#include "engine/base/payload.hpp"

#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <vector>

namespace stepwell {
namespace {

TEST(Payload, IsAnEmptyObjectByDefault) {
    EXPECT_EQ(Payload().text(), "{}");
    EXPECT_EQ(Payload().value(), Json::object());
    EXPECT_TRUE(Payload().same_as(Payload()));
}

TEST(Payload, OfATextKeepsItAsWritten) {
    const Payload payload = Payload::from_text(R"({ "a" : 1.50 })");
    EXPECT_EQ(payload.text(), R"({ "a" : 1.50 })");
    EXPECT_EQ(payload.value(), json(R"({"a":1.5})"));
    EXPECT_EQ(payload.size(), 14U);
}

TEST(Payload, OfAValueIsWrittenCompactly) {
    const Payload payload(json(R"({"a": [1, 2]})"));
    EXPECT_EQ(payload.text(), R"({"a":[1,2]})");
}

TEST(Payload, OfBothIsNeitherWrittenNorParsed) {
    const Payload payload = Payload::from_parts(" 1 ", Json(1));
    EXPECT_EQ(payload.text(), " 1 ");
    EXPECT_EQ(payload.value(), Json(1));
}

TEST(Payload, CopiesAreTheSameObjectAndEqualsAreNot) {
    const Payload one(Json(1));
    const Payload copy =
        one;  // NOLINT(performance-unnecessary-copy-initialization): the copy is what is tested
    const Payload other(Json(1));
    EXPECT_TRUE(one.same_as(copy));
    EXPECT_EQ(one.identity(), copy.identity());
    EXPECT_FALSE(one.same_as(other));
}

TEST(Payload, IsMadeOnceForAllThreads) {
    const Payload payload = Payload::from_text("[1,2,3]");
    std::vector<const Json*> seen(8);
    std::vector<std::thread> threads;
    for (auto& place : seen) threads.emplace_back([&payload, &place] { place = &payload.value(); });
    for (auto& thread : threads) thread.join();
    for (const Json* value : seen) EXPECT_EQ(value, seen.front());
}

}  // namespace
}  // namespace stepwell
