#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "tests/api/service.hpp"

namespace stepwell::api {
namespace {

template <class Case>
std::string case_name(const testing::TestParamInfo<Case>& tested) {
    return tested.param.name;
}

using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

std::string create_body(std::string_view name, std::string_view definition,
                        std::string_view more = {}) {
    std::string body = object({{"name", name}, {"definition", definition}, {"roleArn", kRole}});
    body.pop_back();
    return body + std::string(more) + "}";
}
std::string arn_body(std::string_view arn) { return object({{"stateMachineArn", arn}}); }
std::string machine_arn(std::string_view rest) {
    return std::string(kArnPrefix) + "stateMachine:" + std::string(rest);
}

TEST(CreateStateMachine, AnswersArnAndDate) {
    Service service;
    const Json created = service.ask("CreateStateMachine", create_body("m", kPass));
    EXPECT_THAT(names_of(created), ElementsAre("creationDate", "stateMachineArn"));
    EXPECT_EQ(created.value("stateMachineArn", ""), machine_arn("m"));
    EXPECT_TRUE(created["creationDate"].is_number());
}

TEST(CreateStateMachine, TwiceTheSameIsOne) {
    Service service;
    const Json first = service.ask("CreateStateMachine", create_body("m", kPass));
    EXPECT_EQ(service.ask("CreateStateMachine", create_body("m", kPass)), first);
    // A different role and tags are ignored; what stands for a default is the default.
    const std::string other_role =
        object({{"name", "m"}, {"definition", kPass}, {"roleArn", "arn:aws:iam::1:role/other"}});
    EXPECT_EQ(service.ask("CreateStateMachine", other_role), first);
    EXPECT_EQ(
        service.ask(
            "CreateStateMachine",
            create_body(
                "m", kPass,
                R"(,"type":"STANDARD","loggingConfiguration":{},"tracingConfiguration":{},)"
                R"("encryptionConfiguration":{"type":"AWS_OWNED_KEY"},"tags":[{"key":"k"}])")),
        first);
    EXPECT_EQ(service.ask("DescribeStateMachine", arn_body(machine_arn("m"))).value("roleArn", ""),
              kRole);
}

TEST(CreateStateMachine, OfANameThatExistsDifferentlyIsRefused) {
    Service service;
    service.create("m", kPass);
    const std::string refusal =
        "StateMachineAlreadyExists: State Machine Already Exists: '" + machine_arn("m") + "'";
    EXPECT_EQ(service.refusal("CreateStateMachine", create_body("m", kWait)), refusal);
    EXPECT_EQ(service.refusal("CreateStateMachine", create_body("m", std::string(kPass) + " ")),
              refusal);
    EXPECT_EQ(
        service.refusal("CreateStateMachine", create_body("m", kPass, R"(,"type":"EXPRESS")")),
        refusal);
    EXPECT_EQ(
        service.refusal("CreateStateMachine",
                        create_body("m", kPass, R"(,"tracingConfiguration":{"enabled":true})")),
        refusal);
}

struct RefusedCreate {
    const char* name;
    std::string body;
    const char* refusal;
};
class CreateIsRefused : public testing::TestWithParam<RefusedCreate> {};
TEST_P(CreateIsRefused, InTheServicesWords) {
    Service service;
    EXPECT_EQ(service.refusal("CreateStateMachine", GetParam().body), GetParam().refusal);
    EXPECT_TRUE(service.ask("ListStateMachines", "{}")["stateMachines"].empty());
}
INSTANTIATE_TEST_SUITE_P(
    CreateStateMachine, CreateIsRefused,
    testing::Values(
        RefusedCreate{"Name", create_body("a b", kPass), "InvalidName: Invalid Name: 'a b'"},
        RefusedCreate{"Role", object({{"name", "m"}, {"definition", kPass}, {"roleArn", "nobody"}}),
                      "InvalidArn: Invalid Role Arn: 'nobody'"},
        RefusedCreate{"Definition", create_body("m", R"({"StartAt":"S"})"),
                      "InvalidDefinition: Invalid State Machine Definition: "
                      "'SCHEMA_VALIDATION_FAILED: These fields are "
                      "required: [States] at /'"},
        RefusedCreate{"Logging",
                      create_body("m", kPass, R"(,"loggingConfiguration":{"level":"ALL"})"),
                      "InvalidLoggingConfiguration: Invalid Logging Configuration: Must specify "
                      "exactly one Log "
                      "Destination."},
        RefusedCreate{
            "VersionDescription", create_body("m", kPass, R"(,"versionDescription":"v")"),
            "ValidationException: Version description can only be set when publish is true"},
        RefusedCreate{"Type", create_body("m", kPass, R"(,"type":"FAST")"),
                      "ValidationException: 1 validation error detected: Value 'FAST' at 'type' "
                      "failed to satisfy "
                      "constraint: Member must satisfy enum value set: [STANDARD, EXPRESS]"}),
    case_name<RefusedCreate>);

TEST(DescribeStateMachine, AnswersWhatWasCreated) {
    Service service;
    service.ask("CreateStateMachine", create_body("m", kPass, R"(,"type":"EXPRESS")"));
    const Json machine = service.ask("DescribeStateMachine", arn_body(machine_arn("m")));
    EXPECT_THAT(names_of(machine),
                ElementsAre("creationDate", "definition", "encryptionConfiguration",
                            "loggingConfiguration", "name", "roleArn", "stateMachineArn", "status",
                            "tracingConfiguration", "type"));
    EXPECT_EQ(machine.value("definition", ""), kPass);
    EXPECT_EQ(machine.value("status", ""), "ACTIVE");
    EXPECT_EQ(machine.value("type", ""), "EXPRESS");
    EXPECT_EQ(machine["loggingConfiguration"],
              json(R"({"level":"OFF","includeExecutionData":false})"));
    EXPECT_EQ(machine["tracingConfiguration"], json(R"({"enabled":false})"));
    EXPECT_EQ(machine["encryptionConfiguration"], json(R"({"type":"AWS_OWNED_KEY"})"));
}

TEST(DescribeStateMachine, ListsTheVariablesThatStatesRead) {
    Service service;
    service.create("m", R"x({"StartAt":"A \"1\"","States":{
        "A \"1\"":{"Type":"Pass","Assign":{"x":1},"Next":"B"},
        "B":{"Type":"Pass","Parameters":{"y.$":"States.Array($x, $z.a)"},"Next":"C \"2\""},
        "C \"2\"":{"Type":"Pass","InputPath":"$x","End":true}}})x");
    const std::string arn =
        service.ask("StartExecution", arn_body(machine_arn("m"))).value("executionArn", "");
    const Json wanted = json(R"({"B":["x","z"],"C \"2\"":["x"]})");
    EXPECT_EQ(service.ask("DescribeStateMachine", arn_body(machine_arn("m")))["variableReferences"],
              wanted);
    EXPECT_EQ(service.ask("DescribeStateMachineForExecution",
                          object({{"executionArn", arn}}))["variableReferences"],
              wanted);
    const Json metadata = service.ask(
        "DescribeStateMachine",
        object({{"stateMachineArn", machine_arn("m")}, {"includedData", "METADATA_ONLY"}}));
    EXPECT_FALSE(metadata.contains("variableReferences"));
}

TEST(DescribeStateMachine, LeavesTheDefinitionOutWhereOnlyMetadataIsAskedFor) {
    Service service;
    service.create("m", kPass);
    const Json machine = service.ask(
        "DescribeStateMachine",
        object({{"stateMachineArn", machine_arn("m")}, {"includedData", "METADATA_ONLY"}}));
    EXPECT_EQ(machine.value("definition", ""), "{}");
}

TEST(DescribeStateMachine, RefusesWhatIsNotThere) {
    Service service;
    service.create("m", kPass);
    for (const char* name : {"other", "m:1", "m:PROD"}) {
        EXPECT_EQ(
            service.refusal("DescribeStateMachine", arn_body(machine_arn(name))),
            "StateMachineDoesNotExist: State Machine Does Not Exist: '" + machine_arn(name) + "'");
    }
    EXPECT_EQ(service.refusal("DescribeStateMachine", arn_body("not_a_valid_arn")),
              "InvalidArn: Invalid Arn: 'Invalid ARN prefix: not_a_valid_arn'");
    EXPECT_THAT(service.refusal("DescribeStateMachine", arn_body(machine_arn("m/label"))),
                StartsWith("ValidationException: "));
}

TEST(UpdateStateMachine, MakesARevision) {
    Service service;
    const std::string arn = service.create("m", kPass);
    const Json updated = service.ask("UpdateStateMachine",
                                     object({{"stateMachineArn", arn}, {"definition", kWait}}));
    EXPECT_THAT(names_of(updated), ElementsAre("revisionId", "updateDate"));
    const Json machine = service.ask("DescribeStateMachine", arn_body(arn));
    EXPECT_EQ(machine.value("definition", ""), kWait);
    EXPECT_EQ(machine["revisionId"], updated["revisionId"]);
    EXPECT_EQ(machine.value("roleArn", ""), kRole);
    const Json again =
        service.ask("UpdateStateMachine",
                    object({{"stateMachineArn", arn}, {"roleArn", "arn:aws:iam::1:role/other"}}));
    EXPECT_NE(again["revisionId"], updated["revisionId"]);
}

TEST(UpdateStateMachine, ThatChangesNothingMakesNone) {
    Service service;
    const std::string arn = service.create("m", kPass);
    EXPECT_THAT(names_of(service.ask("UpdateStateMachine",
                                     object({{"stateMachineArn", arn}, {"definition", kPass}}))),
                ElementsAre("updateDate"));
    const Json updated = service.ask("UpdateStateMachine",
                                     object({{"stateMachineArn", arn}, {"definition", kWait}}));
    EXPECT_EQ(service.ask("UpdateStateMachine",
                          object({{"stateMachineArn", arn}, {"definition", kWait}})),
              updated);
}

TEST(UpdateStateMachine, NeedsSomethingToChange) {
    Service service;
    const std::string arn = service.create("m", kPass);
    EXPECT_EQ(service.refusal("UpdateStateMachine", arn_body(arn)),
              "MissingRequiredParameter: Either the definition, the role ARN, the "
              "LoggingConfiguration, or the "
              "TracingConfiguration must be specified");
}

TEST(UpdateStateMachine, RefusesWhatCreateRefuses) {
    Service service;
    const std::string arn = service.create("m", kPass);
    EXPECT_THAT(
        service.refusal("UpdateStateMachine",
                        object({{"stateMachineArn", arn}, {"definition", "{}"}})),
        StartsWith(
            "InvalidDefinition: Invalid State Machine Definition: 'SCHEMA_VALIDATION_FAILED: "));
    EXPECT_EQ(service.refusal("UpdateStateMachine",
                              object({{"stateMachineArn", arn}, {"roleArn", "nobody"}})),
              "InvalidArn: Invalid Role Arn: 'nobody'");
    EXPECT_EQ(
        service.refusal("UpdateStateMachine",
                        object({{"stateMachineArn", machine_arn("m:2")}, {"definition", kWait}})),
        "StateMachineDoesNotExist: State Machine Does Not Exist: '" + machine_arn("m:2") + "'");
}

TEST(UpdateStateMachine, OfManyAtOnceIsDoneByAll) {
    Service service;
    const std::string arn = service.create("m", kPass);
    std::vector<std::thread> callers;
    for (int i = 0; i < 4; ++i) {
        callers.emplace_back([&, i] {
            const std::string role = "arn:aws:iam::1:role/r" + std::to_string(i);
            service.ask("UpdateStateMachine",
                        object({{"stateMachineArn", arn}, {"roleArn", role}}));
        });
    }
    for (std::thread& caller : callers) caller.join();
    EXPECT_THAT(service.ask("DescribeStateMachine", arn_body(arn)).value("roleArn", ""),
                StartsWith("arn:aws:iam::1:role/r"));
}

TEST(DeleteStateMachine, RemovesTheMachine) {
    Service service;
    const std::string arn = service.create("m", kPass);
    EXPECT_TRUE(service.ask("DeleteStateMachine", arn_body(arn)).empty());
    EXPECT_THAT(service.refusal("StartExecution", arn_body(arn)), HasSubstr("State Machine"));
}

TEST(DeleteStateMachine, OfWhatIsNotThereSucceeds) {
    Service service;
    const std::string arn = service.create("m", kPass);
    EXPECT_TRUE(service.ask("DeleteStateMachine", arn_body(machine_arn("other"))).empty());
    EXPECT_TRUE(service.ask("DeleteStateMachine", arn_body(arn + ":1")).empty());
    EXPECT_EQ(service.ask("DescribeStateMachine", arn_body(arn)).value("status", ""), "ACTIVE");
    EXPECT_THAT(service.refusal("DeleteStateMachine", arn_body(arn + "/label")),
                StartsWith("ValidationException: "));
    EXPECT_EQ(service.refusal("DeleteStateMachine", arn_body("x")),
              "InvalidArn: Invalid Arn: 'Invalid ARN prefix: x'");
}

TEST(DeleteStateMachine, WithRunningExecutionsLeavesItDeleting) {
    Service service;
    const std::string arn = service.create("m", kWait);
    service.start(arn);
    service.ask("DeleteStateMachine", arn_body(arn));
    EXPECT_EQ(service.ask("DescribeStateMachine", arn_body(arn)).value("status", ""), "DELETING");
    const std::string refusal =
        "StateMachineDeleting: State Machine is being deleted: '" + arn + "'";
    EXPECT_EQ(service.refusal("StartExecution", arn_body(arn)), refusal);
    EXPECT_EQ(service.refusal("UpdateStateMachine",
                              object({{"stateMachineArn", arn}, {"definition", kPass}})),
              refusal);
    EXPECT_EQ(service.refusal("CreateStateMachine", create_body("m", kWait)), refusal);
}

TEST(ListStateMachines, AnswersPageByPage) {
    Service service;
    for (const char* name : {"c", "a", "b"}) service.create(name, kPass, "EXPRESS");
    const Json all = service.ask("ListStateMachines", "{}");
    EXPECT_THAT(names_of(all), ElementsAre("stateMachines"));
    ASSERT_EQ(all["stateMachines"].size(), 3U);
    EXPECT_THAT(names_of(all["stateMachines"][0]),
                ElementsAre("creationDate", "name", "stateMachineArn", "type"));
    EXPECT_EQ(all["stateMachines"][0].value("type", ""), "EXPRESS");

    const Json first = service.ask("ListStateMachines", R"({"maxResults":2})");
    ASSERT_EQ(first["stateMachines"].size(), 2U);
    const Json second =
        service.ask("ListStateMachines", object({{"nextToken", first.value("nextToken", "")}}));
    ASSERT_EQ(second["stateMachines"].size(), 1U);
    EXPECT_FALSE(second.contains("nextToken"));
    EXPECT_EQ(second["stateMachines"][0], all["stateMachines"][2]);
}

TEST(ListStateMachines, RefusesAForgedToken) {
    Service service;
    EXPECT_EQ(service.refusal("ListStateMachines", R"({"nextToken":"forged"})"),
              "InvalidToken: Invalid Token: 'Invalid token'");
}

TEST(DescribeStateMachineForExecution, AnswersTheRevisionThatItRunsOn) {
    Service service;
    const std::string arn = service.create("m", kPass);
    const std::string first = service.run(arn, "first");
    const Json updated = service.ask("UpdateStateMachine",
                                     object({{"stateMachineArn", arn}, {"definition", kFail}}));
    const std::string second = service.run(arn, "second");

    const Json before =
        service.ask("DescribeStateMachineForExecution", object({{"executionArn", first}}));
    EXPECT_THAT(names_of(before),
                ElementsAre("definition", "encryptionConfiguration", "loggingConfiguration", "name",
                            "roleArn", "stateMachineArn", "tracingConfiguration", "updateDate"));
    EXPECT_EQ(before.value("definition", ""), kPass);
    const Json after =
        service.ask("DescribeStateMachineForExecution", object({{"executionArn", second}}));
    EXPECT_EQ(after.value("definition", ""), kFail);
    EXPECT_EQ(after["revisionId"], updated["revisionId"]);
    EXPECT_EQ(after["updateDate"], updated["updateDate"]);
}

TEST(DescribeStateMachineForExecution, RefusesWhatIsNotThere) {
    Service service;
    const std::string arn = std::string(kArnPrefix) + "execution:m:x";
    EXPECT_EQ(service.refusal("DescribeStateMachineForExecution", object({{"executionArn", arn}})),
              "ExecutionDoesNotExist: Execution Does Not Exist: '" + arn + "'");
}

}  // namespace
}  // namespace stepwell::api
