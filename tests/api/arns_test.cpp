#include "api/arns.hpp"

#include <gtest/gtest.h>

#include "api/caller.hpp"

namespace stepwell::api {
namespace {

template <class Case>
std::string case_name(const testing::TestParamInfo<Case>& tested) {
    return tested.param.name;
}

constexpr std::string_view kPrefix = "arn:aws:states:us-east-1:123456789012:";

std::string arn(std::string_view resource) { return std::string(kPrefix) + std::string(resource); }

TEST(StateMachineArn, NamesTheMachine) {
    const auto parsed = parse_state_machine_arn(arn("stateMachine:my.machine_1"));
    ASSERT_TRUE(parsed);
    EXPECT_EQ(parsed->name, "my.machine_1");
    EXPECT_EQ(parsed->arn.region, "us-east-1");
    EXPECT_FALSE(parsed->qualified());
}

TEST(StateMachineArn, MayNameAVersionAnAliasOrALabel) {
    EXPECT_EQ(parse_state_machine_arn(arn("stateMachine:m:3"))->qualifier, "3");
    EXPECT_EQ(parse_state_machine_arn(arn("stateMachine:m:PROD"))->qualifier, "PROD");
    EXPECT_EQ(parse_state_machine_arn(arn("stateMachine:m/label"))->label, "label");
    EXPECT_EQ(parse_state_machine_arn(arn("stateMachine:m/label"))->name, "m");
}

TEST(StateMachineArn, WithALabelIsRefusedWhereItMayNotHaveOne) {
    const auto parsed = parse_unlabeled_state_machine_arn(arn("stateMachine:m/label"));
    ASSERT_FALSE(parsed);
    EXPECT_EQ(parsed.error().kind, ErrorKind::validation);
    EXPECT_EQ(parsed.error().reason, "API_DOES_NOT_SUPPORT_LABELED_ARNS");
    EXPECT_TRUE(parse_unlabeled_state_machine_arn(arn("stateMachine:m:1")));
}

struct ArnCase {
    const char* name;
    std::string text;
    const char* message;
};
class ArnIsRefused : public testing::TestWithParam<ArnCase> {};

TEST_P(ArnIsRefused, AsAStateMachine) {
    const auto parsed = parse_state_machine_arn(GetParam().text);
    ASSERT_FALSE(parsed);
    EXPECT_EQ(parsed.error().kind, ErrorKind::invalid_arn);
    EXPECT_EQ(parsed.error().message, GetParam().message);
}

INSTANTIATE_TEST_SUITE_P(
    StateMachine, ArnIsRefused,
    testing::Values(
        ArnCase{"NoArn", "not_a_valid_arn", "Invalid Arn: 'Invalid ARN prefix: not_a_valid_arn'"},
        ArnCase{"TooFewParts", "arn:aws:states",
                "Invalid Arn: 'Invalid ARN format: arn:aws:states'"},
        ArnCase{"Execution", arn("execution:m:x"),
                "Invalid Arn: 'Resource type not valid in this context: execution'"},
        ArnCase{"Express", arn("express:m:x:1"),
                "Invalid Arn: 'Resource type not valid in this context: express'"},
        ArnCase{"Role", "arn:aws:iam::123456789012:role/r",
                "Invalid Arn: 'Resource type not valid in this context: role'"},
        ArnCase{"NoName", "arn:aws:states:us-east-1:1:stateMachine",
                "Invalid Arn: 'Invalid ARN format: arn:aws:states:us-east-1:1:stateMachine'"},
        ArnCase{"EmptyName", "arn:aws:states:us-east-1:1:stateMachine:",
                "Invalid Arn: 'Invalid ARN format: arn:aws:states:us-east-1:1:stateMachine:'"},
        ArnCase{"EmptyLabel", "arn:aws:states:us-east-1:1:stateMachine:m/",
                "Invalid Arn: 'Invalid ARN format: arn:aws:states:us-east-1:1:stateMachine:m/'"},
        ArnCase{
            "TooManyParts", "arn:aws:states:us-east-1:1:stateMachine:m:1:2",
            "Invalid Arn: 'Invalid ARN format: arn:aws:states:us-east-1:1:stateMachine:m:1:2'"}),
    case_name<ArnCase>);

TEST(ExecutionArn, IsThatOfAStandardExecution) {
    EXPECT_EQ(*parse_execution_arn(arn("execution:m:x")), arn("execution:m:x"));
    EXPECT_EQ(*parse_execution_arn(arn("execution:m/label:x")), arn("execution:m/label:x"));
    EXPECT_EQ(parse_execution_arn(arn("express:m:x:u")).error().message,
              "Invalid Arn: 'Resource type not valid in this context: express'");
    EXPECT_EQ(parse_execution_arn(arn("stateMachine:m")).error().message,
              "Invalid Arn: 'Resource type not valid in this context: stateMachine'");
    EXPECT_EQ(parse_execution_arn("x").error().message, "Invalid Arn: 'Invalid ARN prefix: x'");
    EXPECT_FALSE(parse_execution_arn(arn("execution:m")));
    EXPECT_FALSE(parse_execution_arn(arn("execution:m:x:y")));
}

TEST(RoleArn, MustBeThatOfARole) {
    EXPECT_TRUE(parse_role_arn("arn:aws:iam::123456789012:role/path/to/role"));
    EXPECT_EQ(parse_role_arn("nonsense").error().message, "Invalid Role Arn: 'nonsense'");
    EXPECT_FALSE(parse_role_arn("arn:aws:iam::123456789012:user/u"));
    EXPECT_FALSE(parse_role_arn("arn:aws:s3::123456789012:role/r"));
    EXPECT_FALSE(parse_role_arn("arn:aws:iam::123456789012:role/"));
}

class NameIsRefused : public testing::TestWithParam<std::string> {};
TEST_P(NameIsRefused, AsInvalidName) {
    const auto name = parse_name(GetParam());
    ASSERT_FALSE(name);
    EXPECT_EQ(name.error().message, "Invalid Name: '" + GetParam() + "'");
}
INSTANTIATE_TEST_SUITE_P(Characters, NameIsRefused,
                         testing::Values("a b", "a\tb", "<", ">", "{", "}", "[", "]", "?", "*",
                                         "\"", "#", "%", "\\", "^", "|", "~", "`", "$", "&", ",",
                                         ";", ":", "/", "\x01", "\x7f", "\u0085", "\u00a0",
                                         "\u2003", "\u3000", "\ufffe", "\U0010ffff"));

TEST(Name, MayHaveLettersOfAnyLanguage) {
    for (const char* name :
         {"a", "my-machine_1.2", "Größe", "名前", "a+b=c@d!('x')", "\U0001F600"}) {
        EXPECT_TRUE(parse_name(name)) << name;
    }
}

const Owner kDefault{"123456789012", "us-east-1"};

TEST(Caller, RegionAndAccountComeFromTheCredentialScope) {
    const Owner owner = caller_of(
        "AWS4-HMAC-SHA256 Credential=000000000002/20240101/eu-west-1/states/aws4_request, "
        "SignedHeaders=host, Signature=x",
        kDefault);
    EXPECT_EQ(owner, (Owner{"000000000002", "eu-west-1", "aws"}));
}

TEST(Caller, AccessKeyThatIsNoAccountLeavesTheDefault) {
    const Owner owner = caller_of(
        "AWS4-HMAC-SHA256 Credential=AKIAEXAMPLE/20240101/eu-west-1/states/aws4_request", kDefault);
    EXPECT_EQ(owner, (Owner{"123456789012", "eu-west-1", "aws"}));
}

TEST(Caller, RegionSaysThePartition) {
    EXPECT_EQ(caller_of("Credential=A/1/cn-north-1/states/aws4_request", kDefault).partition,
              "aws-cn");
    EXPECT_EQ(caller_of("Credential=A/1/us-gov-west-1/states/aws4_request", kDefault).partition,
              "aws-us-gov");
}

TEST(Caller, WithoutScopeIsTheDefault) {
    for (const char* header :
         {"", "Basic abc", "AWS4-HMAC-SHA256 Credential=", "Credential=///",
          "Credential=A/1/UP CASE/x",
          "AWS4-ECDSA-P256-SHA256 Credential=A/20240101/states/aws4_request"}) {
        EXPECT_EQ(caller_of(header, kDefault), kDefault) << header;
    }
}

}  // namespace
}  // namespace stepwell::api
