#include "api/request.hpp"

#include <gtest/gtest.h>

namespace stepwell::api {
namespace {

template <class Case>
std::string case_name(const testing::TestParamInfo<Case>& tested) {
    return tested.param.name;
}

struct RefusalCase {
    const char* name;
    const Shape* shape;
    std::string body;
    std::string_view type;
    std::string message;
};

class RequestIsRefused : public testing::TestWithParam<RefusalCase> {};

TEST_P(RequestIsRefused, InTheServicesWords) {
    const RefusalCase& c = GetParam();
    const auto input = parse_input(c.body, *c.shape);
    ASSERT_FALSE(input);
    EXPECT_EQ(row_of(input.error().kind).type, c.type);
    EXPECT_EQ(input.error().message, c.message);
}

const std::string kOne = "1 validation error detected: ";

INSTANTIATE_TEST_SUITE_P(
    Constraints, RequestIsRefused,
    testing::Values(
        RefusalCase{"Required", &shapes::kStartExecution, "{}", "ValidationException",
                    kOne + "Value null at 'stateMachineArn' failed to satisfy constraint: Member "
                           "must not be null"},
        RefusalCase{"NullIsAbsent", &shapes::kStartExecution, R"({"stateMachineArn":null})",
                    "ValidationException",
                    kOne + "Value null at 'stateMachineArn' failed to satisfy constraint: Member "
                           "must not be null"},
        RefusalCase{"Several", &shapes::kCreateStateMachine, R"({"name":"n"})",
                    "ValidationException",
                    "2 validation errors detected: Value null at 'definition' failed to satisfy "
                    "constraint: Member must "
                    "not be null; Value null at 'roleArn' failed to satisfy constraint: Member "
                    "must not be null"},
        RefusalCase{"TooShort", &shapes::kDescribeExecution, R"({"executionArn":""})",
                    "ValidationException",
                    kOne + "Value '' at 'executionArn' failed to satisfy constraint: Member must "
                           "have length greater "
                           "than or equal to 1"},
        RefusalCase{"TooLong", &shapes::kStartExecution,
                    R"({"stateMachineArn":"a","name":")" + std::string(81, 'n') + "\"}",
                    "ValidationException",
                    kOne + "Value '" + std::string(81, 'n') +
                        "' at 'name' failed to satisfy constraint: Member must have length less "
                        "than or equal to 80"},
        RefusalCase{"TooLarge", &shapes::kListStateMachines, R"({"maxResults":1001})",
                    "ValidationException",
                    kOne + "Value '1001' at 'maxResults' failed to satisfy constraint: Member must "
                           "have value less than "
                           "or equal to 1000"},
        RefusalCase{"TooSmall", &shapes::kListStateMachines, R"({"maxResults":-1})",
                    "ValidationException",
                    kOne + "Value '-1' at 'maxResults' failed to satisfy constraint: Member must "
                           "have value greater than "
                           "or equal to 0"},
        RefusalCase{"FarTooLarge", &shapes::kListStateMachines, R"({"maxResults":1e300})",
                    "ValidationException",
                    kOne + "Value '4611686018427387904' at 'maxResults' failed to satisfy "
                           "constraint: Member must have "
                           "value less than or equal to 1000"},
        RefusalCase{
            "Enum", &shapes::kListExecutions, R"({"statusFilter":"succeeded"})",
            "ValidationException",
            kOne + "Value 'succeeded' at 'statusFilter' failed to satisfy constraint: Member must "
                   "satisfy enum "
                   "value set: [SUCCEEDED, TIMED_OUT, PENDING_REDRIVE, ABORTED, FAILED, RUNNING]"},
        RefusalCase{"Pattern", &shapes::kStartExecution,
                    R"({"stateMachineArn":"a","traceHeader":"ä"})", "ValidationException",
                    kOne + "Value 'ä' at 'traceHeader' failed to satisfy constraint: Member must "
                           "satisfy regular "
                           "expression pattern: \\p{ASCII}*"},
        RefusalCase{"SensitiveIsNotQuoted", &shapes::kSendTaskFailure,
                    R"({"taskToken":"t","error":")" + std::string(257, 'e') + "\"}",
                    "ValidationException",
                    kOne + "Value at 'error' failed to satisfy constraint: Member must have length "
                           "less than or equal "
                           "to 256"},
        RefusalCase{"BytesOfInput", &shapes::kStartExecution,
                    R"({"stateMachineArn":"a","input":")" + std::string(262'145, 'x') + "\"}",
                    "ValidationException",
                    kOne + "Value at 'input' failed to satisfy constraint: Member must have size "
                           "less than or equal to "
                           "262144 bytes in UTF-8 encoding"},
        RefusalCase{
            "InAList", &shapes::kCreateStateMachine,
            R"({"name":"n","definition":"d","roleArn":"r","tags":[{"key":"k"},{"key":""}]})",
            "ValidationException",
            kOne + "Value '' at 'tags.2.member.key' failed to satisfy constraint: Member must have "
                   "length "
                   "greater than or equal to 1"},
        RefusalCase{"NullInAList", &shapes::kCreateStateMachine,
                    R"({"name":"n","definition":"d","roleArn":"r","tags":[null]})",
                    "ValidationException",
                    kOne + "Value null at 'tags.1.member' failed to satisfy constraint: Member "
                           "must not be null"},
        RefusalCase{"InAStructure", &shapes::kUpdateStateMachine,
                    R"({"stateMachineArn":"a","encryptionConfiguration":{}})",
                    "ValidationException",
                    kOne + "Value null at 'encryptionConfiguration.type' failed to satisfy "
                           "constraint: Member must not "
                           "be null"}),
    case_name<RefusalCase>);

INSTANTIATE_TEST_SUITE_P(
    Types, RequestIsRefused,
    testing::Values(
        RefusalCase{"NumberForText", &shapes::kStartExecution, R"({"stateMachineArn":1})",
                    "SerializationException", "NUMBER_VALUE can not be converted to a String"},
        RefusalCase{"TrueForText", &shapes::kStartExecution, R"({"stateMachineArn":true})",
                    "SerializationException", "TRUE_VALUE can not be converted to a String"},
        RefusalCase{"FalseForText", &shapes::kStartExecution, R"({"stateMachineArn":false})",
                    "SerializationException", "FALSE_VALUE can not be converted to a String"},
        RefusalCase{"ObjectForText", &shapes::kStartExecution,
                    R"({"stateMachineArn":"a","input":{}})", "SerializationException",
                    "Start of structure or map found where not expected."},
        RefusalCase{"ListForText", &shapes::kStartExecution, R"({"stateMachineArn":[]})",
                    "SerializationException", "Start of list found where not expected"},
        RefusalCase{"TextForNumber", &shapes::kListStateMachines, R"({"maxResults":"5"})",
                    "SerializationException", "STRING_VALUE can not be converted to an Integer"},
        RefusalCase{"TextForFlag", &shapes::kGetExecutionHistory,
                    R"({"executionArn":"a","reverseOrder":"true"})", "SerializationException",
                    "STRING_VALUE can not be converted to a Boolean"},
        RefusalCase{"TextForStructure", &shapes::kUpdateStateMachine,
                    R"({"stateMachineArn":"a","tracingConfiguration":"on"})",
                    "SerializationException", "Expected null"},
        RefusalCase{"TextForList", &shapes::kCreateStateMachine, R"({"tags":"t"})",
                    "SerializationException", "Expected list or null"},
        RefusalCase{
            "DeepInside", &shapes::kCreateStateMachine,
            R"({"loggingConfiguration":{"destinations":[{"cloudWatchLogsLogGroup":{"logGroupArn":7}}]}})",
            "SerializationException", "NUMBER_VALUE can not be converted to a String"},
        RefusalCase{"ListAsBody", &shapes::kListStateMachines, "[]", "SerializationException",
                    "Start of list found where not expected"},
        RefusalCase{"TextAsBody", &shapes::kListStateMachines, R"("x")", "SerializationException",
                    "Expected null"}),
    case_name<RefusalCase>);

TEST(Request, ThatIsNotJsonIsRefusedAsSerializationException) {
    for (const std::string_view body : {"", "not json", "{", R"({"a":})", "{}}", "\xff"}) {
        const auto input = parse_input(body, shapes::kListStateMachines);
        ASSERT_FALSE(input) << body;
        EXPECT_EQ(row_of(input.error().kind).type, "SerializationException") << body;
    }
}

TEST(Request, NestedWithoutEndIsRefused) {
    const std::string body =
        R"({"x":)" + std::string(100'000, '[') + std::string(100'000, ']') + "}";
    EXPECT_FALSE(parse_input(body, shapes::kListStateMachines));
}

TEST(Request, UnknownMembersAreIgnored) {
    const auto input =
        parse_input(R"({"maxResults":3,"unheardOf":{"a":[1]}})", shapes::kListStateMachines);
    ASSERT_TRUE(input);
    EXPECT_EQ(input->integer("maxResults"), 3);
}

TEST(Request, TypeErrorsComeBeforeConstraints) {
    const auto input = parse_input(R"({"name":"","definition":1})", shapes::kCreateStateMachine);
    ASSERT_FALSE(input);
    EXPECT_EQ(input.error().kind, ErrorKind::serialization);
}

TEST(Request, LengthIsCountedInCharacters) {
    std::string name;
    for (int i = 0; i < 80; ++i) name += "ä";
    EXPECT_TRUE(
        parse_input(R"({"stateMachineArn":"a","name":")" + name + "\"}", shapes::kStartExecution));
}

TEST(Request, InputOfExactlyTheLimitPasses) {
    const std::string text(262'144, 'x');
    EXPECT_TRUE(
        parse_input(R"({"stateMachineArn":"a","input":")" + text + "\"}", shapes::kStartExecution));
}

TEST(Request, PageSizeIsAHundredWhereItIsAbsentOrZero) {
    EXPECT_EQ(page_size(*parse_input("{}", shapes::kListStateMachines)), 100U);
    EXPECT_EQ(page_size(*parse_input(R"({"maxResults":0})", shapes::kListStateMachines)), 100U);
    EXPECT_EQ(page_size(*parse_input(R"({"maxResults":1000})", shapes::kListStateMachines)), 1000U);
    EXPECT_EQ(page_size(*parse_input(R"({"maxResults":7.9})", shapes::kListStateMachines)), 7U);
}

TEST(Errors, BodyNamesTypeMessageAndReason) {
    EXPECT_EQ(error_body(error(ErrorKind::invalid_name, "a \"b\"")),
              R"({"__type":"InvalidName","message":"Invalid Name: 'a \"b\"'"})");
    EXPECT_EQ(error_body({ErrorKind::validation, "no", "SOME_REASON"}),
              R"({"__type":"ValidationException","message":"no","reason":"SOME_REASON"})");
}

TEST(Errors, DetailStandsInTheRowsText) {
    EXPECT_EQ(error(ErrorKind::execution_does_not_exist, "arn").message,
              "Execution Does Not Exist: 'arn'");
    EXPECT_EQ(error(ErrorKind::invalid_token).message, "Invalid Token: 'Invalid token'");
    EXPECT_EQ(error(ErrorKind::validation, "as it is {}").message, "as it is {}");
}

}  // namespace
}  // namespace stepwell::api
