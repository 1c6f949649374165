#include "server/validate_command.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>

namespace stepwell::server {
namespace {

struct Outcome {
    bool valid;
    std::string text;  ///< FILE stands for the file's path
};

/// Validates one file of this name and content.
Outcome validate(const std::string& name, const std::string& content,
                 asl::WorkflowType type = asl::WorkflowType::standard) {
    std::string folder = (std::filesystem::temp_directory_path() / "stepwell-XXXXXX").string();
    const std::filesystem::path path = std::filesystem::path(mkdtemp(folder.data())) / name;
    std::ofstream(path, std::ios::binary) << content;
    std::ostringstream out;
    Outcome outcome{validate_files({{path.string()}, type}, out), {}};
    std::filesystem::remove_all(folder);
    outcome.text = out.str();
    for (std::size_t at = 0; (at = outcome.text.find(path.string(), at)) != std::string::npos;)
        outcome.text.replace(at, path.string().size(), "FILE");
    return outcome;
}

TEST(Validate, SaysNothingAboutWhatIsRight) {
    const Outcome outcome =
        validate("a.json", R"({"StartAt":"S","States":{"S":{"Type":"Succeed"}}})");
    EXPECT_TRUE(outcome.valid);
    EXPECT_EQ(outcome.text, "");
}

TEST(Validate, PrintsEveryErrorWithItsPlace) {
    const Outcome outcome = validate("a.asl.json", R"({
  "StartAt": "A",
  "States": {
    "A": {"Type": "Pass", "Next": "B"},
    "C": {"Type": "Juggle", "End": true}
  }
})");
    EXPECT_FALSE(outcome.valid);
    EXPECT_EQ(outcome.text,
              "FILE:4:27: error: Missing 'Next' target: B [MISSING_TRANSITION_TARGET]\n"
              "FILE:5:11: error: The field 'Type' should have one of these values: [Task, Wait, "
              "Pass, Succeed, Fail, Choice, Parallel, Map] [SCHEMA_VALIDATION_FAILED]\n");
}

TEST(Validate, LooksActionsOfServicesUpInTheirModels) {
    const auto task = [](const std::string& action) {
        return validate("a.json",
                        "{\"StartAt\":\"S\",\"States\":{\"S\":{\"Type\":\"Task\",\n"
                        "\"Resource\":\"arn:aws:states:::aws-sdk:" +
                            action + "\",\"Parameters\":{},\"End\":true}}}");
    };
    EXPECT_EQ(task("dynamodb:putItem").text, "");
    const Outcome wrong = task("dynamodb:putitem");
    EXPECT_FALSE(wrong.valid);
    EXPECT_EQ(wrong.text,
              "FILE:2:1: error: The resource provided arn:aws:states:::aws-sdk:dynamodb:putitem "
              "is not recognized. The value is not a valid resource ARN, or the resource is not "
              "available in this region. [SCHEMA_VALIDATION_FAILED]\n");
    const Outcome unknown = task("dynamodb:putItems");
    EXPECT_TRUE(unknown.valid);
    EXPECT_EQ(unknown.text,
              "FILE:2:1: warning: Stepwell's API model of the service 'dynamodb' has no action "
              "'putItems': it cannot be called without --service-models [INVALID_RESOURCE]\n");
}

TEST(Validate, PrintsSyntaxErrorsOnOneLine) {
    const Outcome outcome = validate("a.json", "{\n  \"StartAt\": oops\n}");
    EXPECT_FALSE(outcome.valid);
    EXPECT_EQ(outcome.text,
              "FILE:2:18: error: Unrecognized token 'oops': was expecting (JSON String, Number, "
              "Array, Object or token 'null', 'true' or 'false') [INVALID_JSON_DESCRIPTION]\n");
}

TEST(Validate, WarningsDoNotCount) {
    const Outcome outcome = validate(
        "a.json",
        R"({"StartAt":"S","States":{"S":{"Type":"Pass","Result":{"a.$":"$.b"},"End":true}}})");
    EXPECT_TRUE(outcome.valid);
    EXPECT_TRUE(outcome.text.starts_with("FILE:1:")) << outcome.text;
    EXPECT_NE(outcome.text.find(": warning: "), std::string::npos) << outcome.text;
    EXPECT_TRUE(outcome.text.ends_with(" [PASS_RESULT_IS_STATIC]\n")) << outcome.text;
}

TEST(Validate, ReadsYaml) {
    const Outcome outcome = validate("a.asl.yaml", R"(# A comment.
StartAt: Hello
States:
  Hello:
    Type: Pass
    Result: {n: 1, quoted: "1", yes: true, none: ~, f: 1.50, hex: 0x1F}
    Next: Wait
  Wait: {Type: Wait, Seconds: 3, Next: Gone}
)");
    EXPECT_FALSE(outcome.valid);
    EXPECT_EQ(outcome.text,
              "FILE:8:34: error: Missing 'Next' target: Gone [MISSING_TRANSITION_TARGET]\n"
              "FILE:2:1: error: Workflow has no terminal state [MISSING_END_STATE]\n");
}

TEST(Validate, YamlKeepsTheTypesOfItsScalars) {
    EXPECT_EQ(
        validate("a.yml", "StartAt: '1'\nStates: {'1': {Type: Wait, Seconds: 3, End: true}}").text,
        "");
    EXPECT_EQ(
        validate("a.yml", "StartAt: A\nStates: {A: {Type: Wait, Seconds: '3', End: true}}").text,
        "FILE:2:26: error: Expected value of type Integer [SCHEMA_VALIDATION_FAILED]\n");
}

TEST(Validate, SaysWhereYamlIsNone) {
    const Outcome outcome = validate("a.yaml", "StartAt: A\nStates: {A: [}\n");
    EXPECT_FALSE(outcome.valid);
    EXPECT_TRUE(outcome.text.starts_with("FILE:2:")) << outcome.text;
}

TEST(Validate, YamlWithoutAnEndIsTooLarge) {
    std::string bomb = "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n";
    for (int i = 1; i < 10; ++i) {
        const std::string before = "*a" + std::to_string(i - 1);
        bomb += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + before;
        for (int k = 0; k < 9; ++k) bomb += ", " + before;
        bomb += "]\n";
    }
    const Outcome outcome = validate("a.yaml", bomb);
    EXPECT_FALSE(outcome.valid);
    EXPECT_NE(outcome.text.find("the definition is too large"), std::string::npos) << outcome.text;
}

TEST(Validate, AFileThatIsNotThereIsAnError) {
    std::ostringstream out;
    EXPECT_FALSE(validate_files({{"/no/such/file.json", "/"}, {}}, out));
    EXPECT_EQ(out.str(),
              "/no/such/file.json:1:1: error: the file cannot be read\n"
              "/:1:1: error: the file cannot be read\n");
}

TEST(Validate, AnswersForTheTypeOfWorkflow) {
    const char* definition = R"({"StartAt":"T","States":{"T":{"Type":"Task","End":true,
"Resource":"arn:aws:states:us-east-1:123456789012:activity:a"}}})";
    EXPECT_EQ(validate("a.json", definition, asl::WorkflowType::express).text,
              "FILE:2:1: error: Express state machine does not support Activity ARN "
              "[SCHEMA_VALIDATION_FAILED]\n");
}

}  // namespace
}  // namespace stepwell::server
