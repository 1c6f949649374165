#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/api/service.hpp"

namespace stepwell::api {
namespace {

using testing::ElementsAre;

Json validate(const std::string& definition, const std::string& more = "") {
    Service service;
    std::string body = object({{"definition", definition}});
    body.pop_back();
    return service.ask("ValidateStateMachineDefinition", body + more + "}");
}

/// A definition with `count` Pass states that each go nowhere, and as many warnings.
std::string many(int count) {
    std::string states;
    for (int i = 0; i < count; ++i) {
        states +=
            R"("S)" + std::to_string(i) + R"(":{"Type":"Pass","Result":{"a.$":"$.b"},"Next":"X"},)";
    }
    return R"({"StartAt":"S0","States":{)" + states + R"("E":{"Type":"Succeed"}}})";
}

TEST(ValidateStateMachineDefinition, SaysOk) {
    EXPECT_EQ(validate(R"({"StartAt":"S","States":{"S":{"Type":"Succeed"}}})"),
              json(R"({"result":"OK","diagnostics":[],"truncated":false})"));
}

// Recorded: sfn_api_validation__validate_state_machine_definition_not_a_definition.
TEST(ValidateStateMachineDefinition, AnswersAsAwsDoes) {
    EXPECT_EQ(
        validate("{}"),
        json(
            R"j({"result":"FAIL","diagnostics":[{"severity":"ERROR","code":"SCHEMA_VALIDATION_FAILED",
            "message":"These fields are required: [States, StartAt]","location":"/"}],"truncated":false})j"));
    EXPECT_EQ(
        validate(" "),
        json(
            R"j({"result":"FAIL","diagnostics":[{"severity":"ERROR","code":"SCHEMA_VALIDATION_FAILED",
            "message":"Definition must be a valid JSON object"}],"truncated":false})j"));
}

TEST(ValidateStateMachineDefinition, ReturnsWarningsWhereAskedFor) {
    const std::string definition =
        R"({"StartAt":"S","States":{"S":{"Type":"Pass","Result":{"a.$":"$.b"},"End":true}}})";
    EXPECT_EQ(validate(definition)["diagnostics"].size(), 0U);
    EXPECT_EQ(validate(definition, R"(,"severity":"ERROR")")["diagnostics"].size(), 0U);
    const Json answer = validate(definition, R"(,"severity":"WARNING")");
    EXPECT_EQ(answer["result"], "OK");
    ASSERT_EQ(answer["diagnostics"].size(), 1U);
    EXPECT_EQ(answer["diagnostics"][0]["severity"], "WARNING");
    EXPECT_EQ(answer["diagnostics"][0]["code"], "PASS_RESULT_IS_STATIC");
}

TEST(ValidateStateMachineDefinition, ReturnsAsManyAsAskedFor) {
    const auto size = [](const Json& answer) { return answer["diagnostics"].size(); };
    const Json three = validate(many(5), R"(,"maxResults":3)");
    EXPECT_EQ(size(three), 3U);
    EXPECT_TRUE(three["truncated"].get<bool>());
    const std::size_t all = size(validate(many(5)));
    const Json exactly = validate(many(5), R"(,"maxResults":)" + std::to_string(all));
    EXPECT_EQ(size(exactly), all);
    EXPECT_FALSE(exactly["truncated"].get<bool>());
    const Json hundred = validate(many(150), R"(,"maxResults":0)");
    EXPECT_EQ(size(hundred), 100U);
    EXPECT_TRUE(hundred["truncated"].get<bool>());
}

TEST(ValidateStateMachineDefinition, TruncatesOnlyWhatWasAskedFor) {
    // A warning that is not shown does not make the one error's answer a part.
    const std::string definition =
        R"({"StartAt":"S","States":{"S":{"Type":"Pass","Result":{"a.$":"$.b"},"End":true,"Color":1}}})";
    const Json answer = validate(definition, R"(,"maxResults":1)");
    EXPECT_EQ(answer["diagnostics"].size(), 1U);
    EXPECT_FALSE(answer["truncated"].get<bool>());
}

TEST(ValidateStateMachineDefinition, KnowsWhatExpressRefuses) {
    const std::string definition = R"({"StartAt":"T","States":{"T":{"Type":"Task","End":true,
        "Resource":"arn:aws:states:us-east-1:123456789012:activity:a"}}})";
    const Json answer = validate(definition, R"(,"type":"EXPRESS")");
    EXPECT_EQ(answer["result"], "FAIL");
    EXPECT_EQ(answer["diagnostics"][0]["message"],
              "Express state machine does not support Activity ARN");
}

TEST(ValidateStateMachineDefinition, HoldsItsInputAgainstTheModel) {
    Service service;
    EXPECT_EQ(service.refusal("ValidateStateMachineDefinition", "{}"),
              "ValidationException: 1 validation error detected: Value null at 'definition' failed "
              "to satisfy constraint: Member must not be null");
    EXPECT_EQ(
        service.refusal("ValidateStateMachineDefinition",
                        R"({"definition":"{}","maxResults":101})"),
        "ValidationException: 1 validation error detected: Value '101' at 'maxResults' failed "
        "to satisfy constraint: Member must have value less than or equal to 100");
}

}  // namespace
}  // namespace stepwell::api
