#include "tests/engine/asl/findings.hpp"

namespace stepwell::asl {
namespace {

// Recorded: sfn_api_validation__validate_state_machine_definition_not_a_definition.
TEST(DefinitionText, OfWordsIsInvalidJson) {
    const Parsed parsed = parse("not a definition", WorkflowType::standard);
    ASSERT_EQ(parsed.diagnostics.size(), 1U);
    const std::string place = "[Source: (String)\"not a definition\"; line: 1, column: 4]";
    EXPECT_EQ(parsed.diagnostics[0], (Diagnostic{Severity::error, "INVALID_JSON_DESCRIPTION",
                                                 "Unrecognized token 'not': was expecting (JSON "
                                                 "String, Number, Array, Object or token 'null', "
                                                 "'true' or 'false')\n at " +
                                                     place,
                                                 place}));
}

TEST(DefinitionText, ThatIsNoObjectHasNoPlace) {
    for (const char* text : {" ", "\n\t", "[]", "\"x\"", "1", "null"}) {
        const Parsed parsed = parse(text, WorkflowType::standard);
        ASSERT_EQ(parsed.diagnostics.size(), 1U) << text;
        EXPECT_EQ(parsed.diagnostics[0], (Diagnostic{Severity::error, "SCHEMA_VALIDATION_FAILED",
                                                     "Definition must be a valid JSON object", ""}))
            << text;
    }
}

TEST(DefinitionText, ThatIsEmptyIsMissing) {
    EXPECT_THAT(findings(""),
                ElementsAre("MISSING_DESCRIPTION: Received a null or empty workflow input. at "));
}

TEST(DefinitionText, NeverHasAKeyTwice) {
    const auto twice =
        parse(R"({"StartAt":"A","States":{"A":{"Type":"Fail"},"A":{"Type":"Succeed"}}})", {});
    ASSERT_EQ(twice.diagnostics.size(), 1U);
    EXPECT_EQ(twice.diagnostics[0].code, "INVALID_JSON_DESCRIPTION");
    EXPECT_TRUE(
        twice.diagnostics[0].message.starts_with("Duplicate field 'A'\n at [Source: (String)\""));
    EXPECT_TRUE(twice.diagnostics[0].location.ends_with("; line: 1, column: 49]"))
        << twice.diagnostics[0].location;
    for (
        const char* text :
        {R"({"StartAt":"A","StartAt":"A","States":{"A":{"Type":"Fail"}}})",
         R"({"StartAt":"A","States":{"A":{"Type":"Pass","End":true,"Result":[{"x":{"y":1},"x":2}]}}})",
         R"({"StartAt":"A","States":{"A":{"Type":"Fail"}},"States":{"A":{"Type":"Fail"}}})"}) {
        const auto refused = parse(text, WorkflowType::standard);
        ASSERT_EQ(refused.diagnostics.size(), 1U) << text;
        EXPECT_TRUE(refused.diagnostics[0].message.starts_with("Duplicate field '")) << text;
    }
}

TEST(DefinitionText, HidesNothing) {
    const std::string machine = R"({"StartAt":"A","States":{"A":{"Type":"Succeed"}}})";
    const auto behind_nul = parse(machine + std::string(1, '\0') + "x", WorkflowType::standard);
    ASSERT_EQ(behind_nul.diagnostics.size(), 1U);
    EXPECT_TRUE(
        behind_nul.diagnostics[0].message.starts_with("Illegal character ((CTRL-CHAR, code 0))"))
        << behind_nul.diagnostics[0].message;
    const auto marked = parse("\xEF\xBB\xBF" + machine, WorkflowType::standard);
    ASSERT_EQ(marked.diagnostics.size(), 1U);
    EXPECT_TRUE(marked.diagnostics[0].message.starts_with(
        "Unexpected character ('\xEF\xBB\xBF' (code 65279 / 0xfeff)): expected a valid value"))
        << marked.diagnostics[0].message;
}

TEST(DefinitionText, MayBeOneMebibyte) {
    const std::string shell = R"({"StartAt":"A","States":{"A":{"Type":"Succeed","Comment":""}}})";
    const std::size_t at = shell.size() - 4;
    std::string text = shell;
    text.insert(at, kMaxDefinitionBytes - shell.size(), 'x');
    EXPECT_EQ(text.size(), kMaxDefinitionBytes);
    EXPECT_THAT(findings(text), IsEmpty());
    text.insert(at, 1, 'x');
    const auto refused = parse(text, WorkflowType::standard);
    ASSERT_EQ(refused.diagnostics.size(), 1U);
    EXPECT_EQ(refused.diagnostics[0].code, "INVALID_JSON_DESCRIPTION");
    EXPECT_TRUE(refused.diagnostics[0].message.starts_with(
        "Document length (1048577) exceeds the maximum allowed"));
}

TEST(InvalidDefinitionMessage, JoinsAllErrors) {
    const std::vector<Diagnostic> two = {{Severity::error, "MISSING_TRANSITION_TARGET",
                                          "Missing 'Next' target: pass3", "/States/pass1/Next"},
                                         {Severity::warning, "NO_PATH", "a hint", "/States/pass1"},
                                         {Severity::error, "MISSING_TRANSITION_TARGET",
                                          "State \"pass2\" is not reachable.", "/States/pass2"}};
    EXPECT_EQ(invalid_definition_message(two),
              "Invalid State Machine Definition: 'MISSING_TRANSITION_TARGET: Missing 'Next' "
              "target: pass3 at "
              "/States/pass1/Next, MISSING_TRANSITION_TARGET: State \"pass2\" is not reachable. at "
              "/States/pass2'");
}

TEST(InvalidDefinitionMessage, PrintsAMissingPlaceAsAwsDoes) {
    EXPECT_EQ(invalid_definition_message(
                  {{Severity::error, "MISSING_END_STATE", "Workflow has no terminal state", ""}}),
              "Invalid State Machine Definition: 'MISSING_END_STATE: Workflow has no terminal "
              "state at null'");
}

}  // namespace
}  // namespace stepwell::asl
