#include "tests/engine/asl/findings.hpp"

namespace stepwell::asl {
namespace {

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
