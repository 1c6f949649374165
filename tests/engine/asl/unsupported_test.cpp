#include "tests/engine/asl/findings.hpp"

namespace stepwell::asl {
namespace {

std::string not_yet(const std::string& feature, const std::string& place) {
    return schema("Stepwell does not support " + feature + " yet", place);
}

INSTANTIATE_TEST_SUITE_P(
    LaterIssues, StateIs,
    testing::Values(
        StateCase{"Jsonata",
                  R"({"Type":"Pass","QueryLanguage":"JSONata","Output":"{% 1 %}","End":true})",
                  {not_yet("the JSONata query language", "/QueryLanguage")}},
        StateCase{"Assign",
                  R"({"Type":"Pass","Assign":{"a.$":"$.a"},"End":true})",
                  {not_yet("variables (Assign)", "/Assign")}},
        StateCase{
            "AssignInARule",
            R"({"Type":"Parallel","End":true,"Branches":[{"StartAt":"C","States":{"C":{"Type":"Choice","Choices":[
                      {"Variable":"$.a","IsNull":true,"Next":"E","Assign":{"a":1}}]},"E":{"Type":"Succeed"}}}]})",
            {not_yet("variables (Assign)", "/Branches[0]/States/C/Choices[0]/Assign")}},
        StateCase{"VariableInAPath",
                  R"({"Type":"Pass","InputPath":"$name.a","End":true})",
                  {not_yet("variables", "/InputPath")}},
        StateCase{"VariableInATemplate",
                  R"({"Type":"Pass","Parameters":{"a":[{"b.$":"$name"}]},"End":true})",
                  {not_yet("variables", "/Parameters")}},
        StateCase{
            "VariableInAnIntrinsic",
            R"x({"Type":"Pass","Parameters":{"a.$":"States.Format('$no {}', $name)"},"End":true})x",
            {not_yet("variables", "/Parameters")}},
        StateCase{
            "NoVariableInALiteral",
            R"x({"Type":"Pass","Parameters":{"a.$":"States.Format('$no {}', $.a)"},"End":true})x",
            {}},
        StateCase{
            "DistributedMap",
            R"({"Type":"Map","End":true,"ItemReader":{"Resource":"arn:aws:states:::s3:listObjectsV2","Parameters":{"Bucket":"b"}},
                      "ItemProcessor":{"ProcessorConfig":{"Mode":"DISTRIBUTED","ExecutionType":"STANDARD"},
                      "StartAt":"B","States":{"B":{"Type":"Succeed"}}}})",
            {not_yet("Map states in DISTRIBUTED mode", "/ItemProcessor/ProcessorConfig/Mode")}}),
    case_name);

TEST(Unsupported, ComesAfterWhatAwsRefuses) {
    EXPECT_THAT(
        findings(
            R"({"QueryLanguage":"JSONata","StartAt":"S","States":{"S":{"Type":"Pass","Next":"T"}}})"),
        ElementsAre("MISSING_TRANSITION_TARGET: Missing 'Next' target: T at /States/S/Next",
                    "MISSING_END_STATE: Workflow has no terminal state at "));
}

TEST(Jsonata, StringsAreDelimitedAtBothEnds) {
    for (const char* text : {"{% $x", "$x %}", "{%%", " {% 1 %}", "{% 1 %} "}) {
        const auto found = findings(machine_of(
            std::string(R"({"Type":"Pass","QueryLanguage":"JSONata","End":true,"Output":{"a":[")") +
            text + "\"]}}"));
        const std::string bare = text;
        if (bare.starts_with("{%") || bare.ends_with("%}")) {
            EXPECT_THAT(found, ElementsAre(schema(
                                   "JSONata string must start with {% and end with %}", "/Output")))
                << text;
        }
    }
}

TEST(Assign, ChecksNames) {
    EXPECT_THAT(
        findings(machine_of(
            R"({"Type":"Pass","End":true,"Assign":{"states":1,"1a":2,"a-b.$":"$.a","ok_1":3}})")),
        ElementsAre(
            "RESERVED_VARIABLE_NAME: Cannot assign to reserved variable '$states'. at "
            "/States/S/Assign",
            "INVALID_VARIABLE_NAME: Invalid variable name '1a': the variable name contains invalid "
            "characters. at /States/S/Assign",
            "INVALID_VARIABLE_NAME: Invalid variable name 'a-b': the variable name contains "
            "invalid "
            "characters. at /States/S/Assign"));
}

TEST(Activity, HasNoCredentials) {
    EXPECT_THAT(findings(machine_of(
                    R"({"Type":"Task","Resource":"arn:aws:states:us-east-1:123456789012:activity:a",
                    "Credentials":{"RoleArn":"r"},"End":true})")),
                ElementsAre(schema("The field 'Credentials' is not supported for activities",
                                   "/Credentials")));
}

}  // namespace
}  // namespace stepwell::asl
