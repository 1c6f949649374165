#include "tests/engine/asl/findings.hpp"

namespace stepwell::asl {
namespace {

std::string not_yet(const std::string& feature, const std::string& place) {
    return schema("Stepwell does not support " + feature + " yet", place);
}

INSTANTIATE_TEST_SUITE_P(
    LaterIssues, StateIs,
    testing::Values(StateCase{
        "DistributedMap",
        R"({"Type":"Map","End":true,"ItemReader":{"Resource":"arn:aws:states:::s3:listObjectsV2","Parameters":{"Bucket":"b"}},
                      "ItemProcessor":{"ProcessorConfig":{"Mode":"DISTRIBUTED","ExecutionType":"STANDARD"},
                      "StartAt":"B","States":{"B":{"Type":"Succeed"}}}})",
        {not_yet("Map states in DISTRIBUTED mode", "/ItemProcessor/ProcessorConfig/Mode")}}),
    case_name);

TEST(Unsupported, ComesAfterWhatAwsRefuses) {
    EXPECT_THAT(findings(
                    R"({"StartAt":"S","States":{"S":{"Type":"Task","Next":"T",
                "Resource":"arn:aws:states:::sqs:sendMessage","Parameters":{"QueueUrl":"q","MessageBody":"b"}}}})"),
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

TEST(Activity, HasNoCredentials) {
    EXPECT_THAT(findings(machine_of(
                    R"({"Type":"Task","Resource":"arn:aws:states:us-east-1:123456789012:activity:a",
                    "Credentials":{"RoleArn":"r"},"End":true})")),
                ElementsAre(schema("The field 'Credentials' is not supported for activities",
                                   "/Credentials")));
}

}  // namespace
}  // namespace stepwell::asl
