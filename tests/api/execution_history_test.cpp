#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/api/service.hpp"

namespace stepwell::api {
namespace {

using testing::ElementsAre;

constexpr std::string_view kThree =
    R"({"StartAt":"A","States":{"A":{"Type":"Pass","Next":"B"},"B":{"Type":"Pass","Next":"C"},"C":{"Type":"Succeed"}}})";

std::vector<int> ids_of(const Json& history) {
    std::vector<int> ids;
    for (const Json& event : history["events"]) ids.push_back(event["id"].get<int>());
    return ids;
}
std::string history_body(std::string_view arn, std::string_view more = {}) {
    std::string body = object({{"executionArn", arn}});
    body.pop_back();
    return body + std::string(more) + "}";
}

TEST(GetExecutionHistory, IsWhatHappened) {
    Service service;
    const Json history =
        service.ask("GetExecutionHistory", history_body(service.run(service.create("m", kPass))));
    EXPECT_THAT(names_of(history), ElementsAre("events"));
    EXPECT_THAT(ids_of(history), ElementsAre(1, 2, 3, 4));
    std::vector<std::string> types;
    for (const Json& event : history["events"]) types.push_back(event.value("type", ""));
    EXPECT_THAT(types, ElementsAre("ExecutionStarted", "PassStateEntered", "PassStateExited",
                                   "ExecutionSucceeded"));
    EXPECT_EQ(
        history["events"][0]["executionStartedEventDetails"],
        json(
            R"({"input":"{}","inputDetails":{"truncated":false},"roleArn":"arn:aws:iam::123456789012:role/r"})"));
}

TEST(GetExecutionHistory, GoesBackwardsWhereAsked) {
    Service service;
    const std::string arn = service.run(service.create("m", kThree));
    const Json forwards = service.ask("GetExecutionHistory", history_body(arn));
    Json backwards =
        service.ask("GetExecutionHistory", history_body(arn, R"(,"reverseOrder":true)"));
    std::reverse(backwards["events"].begin(), backwards["events"].end());
    EXPECT_EQ(backwards, forwards);
}

TEST(GetExecutionHistory, LeavesDataOutWhereAsked) {
    Service service;
    const std::string arn = service.run(service.create("m", kPass));
    const Json history =
        service.ask("GetExecutionHistory", history_body(arn, R"(,"includeExecutionData":false)"));
    EXPECT_EQ(history["events"][1]["stateEnteredEventDetails"], json(R"({"name":"P"})"));
    EXPECT_EQ(history["events"][3]["executionSucceededEventDetails"], json("{}"));
}

class HistoryPages : public testing::TestWithParam<std::tuple<int, const char*>> {};

TEST_P(HistoryPages, TogetherAreTheHistory) {
    const auto& [size, order] = GetParam();
    Service service;
    const std::string arn = service.run(service.create("m", kThree));
    const Json all = service.ask("GetExecutionHistory", history_body(arn, order));
    ASSERT_EQ(all["events"].size(), 8U);

    Json events = Json::array();
    std::string more = std::string(order) + R"(,"maxResults":)" + std::to_string(size);
    for (int pages = 0; pages < 10; ++pages) {
        const Json page = service.ask("GetExecutionHistory", history_body(arn, more));
        EXPECT_LE(page["events"].size(), static_cast<std::size_t>(size));
        for (const Json& event : page["events"]) events.push_back(event);
        if (!page.contains("nextToken")) break;
        more = std::string(order) + R"(,"maxResults":)" + std::to_string(size) +
               R"(,"nextToken":")" + page.value("nextToken", "") + '"';
    }
    EXPECT_EQ(events, all["events"]);
}
INSTANTIATE_TEST_SUITE_P(Sizes, HistoryPages,
                         testing::Combine(testing::Values(1, 3, 7, 8),
                                          testing::Values("", R"(,"reverseOrder":true)")));

TEST(GetExecutionHistory, RefusesATokenOfAnotherQuestion) {
    Service service;
    const std::string machine = service.create("m", kThree);
    const std::string arn = service.run(machine);
    const std::string other = service.run(machine);
    const std::string token =
        service.ask("GetExecutionHistory", history_body(arn, R"(,"maxResults":1)"))
            .value("nextToken", "");
    const std::string with_token = R"(,"nextToken":")" + token + '"';
    EXPECT_EQ(service.refusal("GetExecutionHistory", history_body(other, with_token)),
              "InvalidToken: Invalid Token: 'Invalid token'");
    EXPECT_EQ(service.refusal("GetExecutionHistory",
                              history_body(arn, with_token + R"(,"reverseOrder":true)")),
              "InvalidToken: Invalid Token: 'Invalid token'");
}

TEST(GetExecutionHistory, PageOfLargeEventsEndsEarly) {
    Service service;
    // Each Pass state shows 200 KB twice: ten of them are more than a page may have.
    std::string definition = R"({"StartAt":"S0","States":{)";
    for (int i = 0; i < 10; ++i) {
        definition += "\"S" + std::to_string(i) + R"(":{"Type":"Pass","Next":"S)" +
                      std::to_string(i + 1) + "\"},";
    }
    definition += R"("S10":{"Type":"Succeed"}}})";
    const std::string machine = service.create("m", definition);
    const std::string input = '"' + std::string(200'000, 'x') + '"';
    const Json started =
        service.ask("StartExecution", object({{"stateMachineArn", machine}, {"input", input}}));
    const std::string arn = started.value("executionArn", "");
    service.await_end(arn);

    const Response first =
        service.call("GetExecutionHistory", history_body(arn, R"(,"maxResults":1000)"));
    EXPECT_LT(first.body.size(), std::size_t{4} << 20U);
    const Json page = json(first.body);
    ASSERT_TRUE(page.contains("nextToken"));
    const Json rest =
        service.ask("GetExecutionHistory",
                    object({{"executionArn", arn}, {"nextToken", page.value("nextToken", "")}}));
    EXPECT_EQ(rest["events"][0]["id"].get<int>(), page["events"].back()["id"].get<int>() + 1);
}

}  // namespace
}  // namespace stepwell::api
