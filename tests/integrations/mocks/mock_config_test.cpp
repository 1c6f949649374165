#include "integrations/mocks/mock_config.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace stepwell::mocks {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

/// The example of the Developer Guide, "Configuration file for mocked service integrations".
constexpr const char* kGuide = R"({
  "StateMachines":{"LambdaSQSIntegration":{"TestCases":{
    "HappyPath":{"LambdaState":"MockedLambdaSuccess","SQSState":"MockedSQSSuccess"},
    "RetryPath":{"LambdaState":"MockedLambdaRetry","SQSState":"MockedSQSSuccess"},
    "HybridPath":{"LambdaState":"MockedLambdaSuccess"}}}},
  "MockedResponses":{
    "MockedLambdaSuccess":{"0":{"Return":{"StatusCode":200,"Payload":{"body":"Hello"}}}},
    "LambdaMockedResourceNotReady":{"0":{"Throw":{"Error":"NotReady","Cause":"not yet"}}},
    "MockedSQSSuccess":{"0":{"Return":{"MessageId":"1"}}},
    "MockedLambdaRetry":{
      "0":{"Throw":{"Error":"NotReady","Cause":"not yet"}},
      "1-2":{"Throw":{"Error":"Timeout","Cause":"slow"}},
      "3":{"Return":{"StatusCode":200}}}}})";

MockedCall call_of(std::uint32_t invocation, std::optional<std::uint32_t> map_index = {}) {
    MockedCall call;
    call.invocation = invocation;
    call.map_index = map_index;
    return call;
}

/// The result or the error of an answer; "none" where there is none.
std::string said(const Response& response, const MockedCall& call,
                 const std::string& input = "{}") {
    const Answer* answer = response.find(call, json(input));
    if (answer == nullptr) return "none";
    return answer->result ? answer->result->text() : answer->error.error;
}

std::shared_ptr<const Response> response_of(const std::string& text) {
    auto parsed = parse_config(R"({"MockedResponses":{"R":)" + text + "}}");
    if (!parsed) throw std::invalid_argument(parsed.error().message);
    return parsed->responses.at("R");
}

TEST(MockConfig, ReadsTheFileOfAwssLocalTool) {
    const auto config = parse_config(kGuide);
    ASSERT_TRUE(config);
    const TestCases& cases = config->state_machines.at("LambdaSQSIntegration");
    EXPECT_EQ(cases.size(), 3U);
    const Response& retry = *cases.at("RetryPath")->at("LambdaState");
    EXPECT_EQ(said(retry, call_of(0)), "NotReady");
    EXPECT_EQ(said(retry, call_of(1)), "Timeout");
    EXPECT_EQ(said(retry, call_of(2)), "Timeout");
    EXPECT_EQ(said(retry, call_of(3)), R"({"StatusCode":200})");
    EXPECT_EQ(said(retry, call_of(4)), "none");
    EXPECT_EQ(retry.invocations(), "0, 1-2, 3");
    EXPECT_THAT(
        config->warnings,
        ElementsAre("MockedResponses/LambdaMockedResourceNotReady is used by no test case"));
}

TEST(MockConfig, AStarAnswersAllFurtherInvocations) {
    const auto response = response_of(R"({"0":{"Return":1},"*":{"Return":2}})");
    EXPECT_EQ(said(*response, call_of(0)), "1");
    EXPECT_EQ(said(*response, call_of(7)), "2");
    EXPECT_EQ(response->invocations(), "0, *");
}

TEST(MockConfig, TheFirstAnswerThatFitsIsTaken) {
    const auto response = response_of(R"({
        "0-9":[{"When":{"Input":{"order":{"id":7}}},"Return":"seven"},
               {"When":{"MapIndex":[1,2]},"Return":"item"},
               {"When":{"Input":{"a":[1]},"MapIndex":3},"Return":"both"}],
        "*":{"Return":"rest"}})");
    EXPECT_EQ(said(*response, call_of(0), R"({"order":{"id":7,"x":1},"y":2})"), "\"seven\"");
    EXPECT_EQ(said(*response, call_of(5, 2)), "\"item\"");
    EXPECT_EQ(said(*response, call_of(5, 3), R"({"a":[1]})"), "\"both\"");
    EXPECT_EQ(said(*response, call_of(5, 3), R"({"a":[1,2]})"), "\"rest\"");
    EXPECT_EQ(said(*response, call_of(5)), "\"rest\"");
}

TEST(MockConfig, ADelayIsInSeconds) {
    const auto response = response_of(R"({"0":{"Return":1,"DelaySeconds":0.25}})");
    EXPECT_EQ(response->find(call_of(0), Json())->delay, Milliseconds{250});
}

TEST(MockConfig, ATestCaseMayHoldItsAnswersItself) {
    const auto states = parse_test_case(json(R"({"S":{"0":{"Return":[]}}})"), {}, "");
    ASSERT_TRUE(states);
    EXPECT_EQ(said(*states->at("S"), call_of(0)), "[]");
}

struct Wrong {
    const char* text;
    const char* message;
};
class WrongMockConfig : public testing::TestWithParam<Wrong> {};
INSTANTIATE_TEST_SUITE_P(
    , WrongMockConfig,
    testing::Values(Wrong{"{\n \"MockedResponses\": nope}",
                          "line 2, column 25: not JSON: Unrecognized token"},
                    Wrong{"[]", "the mock configuration must be a JSON object"},
                    Wrong{R"({"Machines":{}})", "Machines is not known: there are StateMachines"},
                    Wrong{R"({"StateMachines":{"M":{}}})", "StateMachines/M needs TestCases"},
                    Wrong{R"({"StateMachines":{"M":{"TestCases":{"C":{"S":"R"}}}}})",
                          "StateMachines/M/TestCases/C/S names the response \"R\", which"},
                    Wrong{R"({"MockedResponses":{"R":{}}})", "MockedResponses/R has no answer"},
                    Wrong{R"({"MockedResponses":{"R":{"one":{"Return":1}}}})",
                          "MockedResponses/R/one is no invocation"},
                    Wrong{R"({"MockedResponses":{"R":{"3-1":{"Return":1}}}})",
                          "MockedResponses/R/3-1 is no invocation"},
                    Wrong{R"({"MockedResponses":{"R":{"0-2":{"Return":1},"2":{"Return":1}}}})",
                          "MockedResponses/R answers the invocation 2 twice"},
                    Wrong{R"({"MockedResponses":{"R":{"0":{}}}})",
                          "MockedResponses/R/0 needs either Return or Throw"},
                    Wrong{R"({"MockedResponses":{"R":{"0":{"Return":1,"Throw":{"Error":"E"}}}}})",
                          "MockedResponses/R/0 needs either Return or Throw"},
                    Wrong{R"({"MockedResponses":{"R":{"0":{"Throw":{"Cause":"c"}}}}})",
                          "MockedResponses/R/0/Throw needs an Error"},
                    Wrong{R"({"MockedResponses":{"R":{"0":{"Return":1,"Delay":1}}}})",
                          "MockedResponses/R/0/Delay is not known"},
                    Wrong{R"({"MockedResponses":{"R":{"0":{"Return":1,"DelaySeconds":-1}}}})",
                          "MockedResponses/R/0/DelaySeconds must be a number of seconds"},
                    Wrong{R"({"MockedResponses":{"R":{"0":{"Return":1,"When":{"MapIndex":"x"}}}}})",
                          "MockedResponses/R/0/When/MapIndex must be the index"}));

TEST_P(WrongMockConfig, IsToldWithItsPlace) {
    const auto config = parse_config(GetParam().text);
    ASSERT_FALSE(config);
    EXPECT_THAT(config.error().message, HasSubstr(GetParam().message));
    EXPECT_EQ(config.error().message.find('\n'), std::string::npos);
}

}  // namespace
}  // namespace stepwell::mocks
