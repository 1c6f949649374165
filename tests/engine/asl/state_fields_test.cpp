#include <map>
#include <set>

#include "tests/engine/asl/findings.hpp"

namespace stepwell::asl {
namespace {

/// A complete state of each type, in which a further field can be put.
const std::map<std::string, std::string>& bare_states() {
    static const std::map<std::string, std::string> states = {
        {"Pass", R"("Type":"Pass")"},
        {"Task", R"("Type":"Task","Resource":"arn:aws:lambda:us-east-1:123456789012:function:f")"},
        {"Wait", R"("Type":"Wait","Seconds":1)"},
        {"Choice", R"("Type":"Choice","Choices":[{"Variable":"$.a","IsNull":true,"Next":"E"}])"},
        {"Succeed", R"("Type":"Succeed")"},
        {"Fail", R"("Type":"Fail")"},
        {"Parallel",
         R"("Type":"Parallel","Branches":[{"StartAt":"B","States":{"B":{"Type":"Succeed"}}}])"},
        {"Map",
         R"("Type":"Map","ItemProcessor":{"StartAt":"B","States":{"B":{"Type":"Succeed"}}})"}};
    return states;
}

/// The eight columns of the Developer Guide's and the specification's tables, for JSONPath.
const std::map<std::string, std::set<std::string>>& fields_of_types() {
    static const std::map<std::string, std::set<std::string>> table = {
        {"InputPath", {"Pass", "Task", "Wait", "Choice", "Succeed", "Parallel", "Map"}},
        {"OutputPath", {"Pass", "Task", "Wait", "Choice", "Succeed", "Parallel", "Map"}},
        {"ResultPath", {"Pass", "Task", "Parallel", "Map"}},
        {"Parameters", {"Pass", "Task", "Parallel", "Map"}},
        {"ResultSelector", {"Task", "Parallel", "Map"}},
        {"Result", {"Pass"}},
        {"Retry", {"Task", "Parallel", "Map"}},
        {"Catch", {"Task", "Parallel", "Map"}},
        {"TimeoutSeconds", {"Task"}},
        {"HeartbeatSeconds", {"Task"}},
        {"Credentials", {"Task"}},
        {"ItemsPath", {"Map"}},
        {"ItemSelector", {"Map"}},
        {"MaxConcurrency", {"Map"}},
        {"ToleratedFailureCount", {"Map"}},
        {"ToleratedFailurePercentage", {"Map"}},
        {"Error", {"Fail"}},
        {"Cause", {"Fail"}},
        {"Default", {"Choice"}},
        {"Nonsense", {}},
        {"comment", {}},
    };
    return table;
}

std::string value_of(const std::string& field) {
    if (field == "Retry" || field == "Catch") return "[]";
    if (field == "Parameters" || field == "ResultSelector" || field == "ItemSelector") return "{}";
    if (field == "Credentials") return R"({"RoleArn":"arn:aws:iam::123456789012:role/r"})";
    if (field.starts_with("Timeout") || field.starts_with("Heartbeat") ||
        field.starts_with("Max") || field.starts_with("Tolerated")) {
        return "1";
    }
    if (field == "Default") return R"("E")";
    return R"("$")";
}

/// Leaves to E, if the type can.
std::string with_next(const std::string& type, const std::string& fields) {
    const bool moves = type != "Choice" && type != "Succeed" && type != "Fail";
    const std::string state = "{" + fields + (moves ? R"(,"Next":"E")" : "") + "}";
    const std::string to_end =
        type == "Succeed" || type == "Fail"
            ? R"("S0":{"Type":"Choice","Choices":[{"Variable":"$.a","IsNull":true,"Next":"S"}],"Default":"E"})"
            : R"("S0":{"Type":"Pass","Next":"S"})";
    return R"({"StartAt":"S0","States":{)" + to_end + R"(,"S":)" + state +
           R"(,"E":{"Type":"Succeed"}}})";
}

TEST(StateFields, AreThoseOfTheType) {
    for (const auto& [type, bare] : bare_states()) {
        for (const auto& [field, types] : fields_of_types()) {
            const auto found =
                findings(with_next(type, bare + ",\"" + field + "\":" + value_of(field)));
            if (types.contains(type)) {
                EXPECT_THAT(found, IsEmpty()) << field << " in " << type;
            } else {
                EXPECT_THAT(found, ElementsAre(schema("Field '" + field + "' is not supported")))
                    << field << " in " << type;
            }
        }
    }
}

TEST(StateFields, OfTheOtherQueryLanguageAreRefused) {
    for (const char* type : {"Pass", "Task", "Wait", "Choice", "Succeed", "Parallel", "Map"}) {
        EXPECT_THAT(findings(with_next(type, bare_states().at(type) + R"(,"Output":1)")),
                    ElementsAre(schema("The QueryLanguage is set to 'JSONPath', but field 'Output' "
                                       "is only supported for the "
                                       "'JSONata' QueryLanguage")))
            << type;
    }
    EXPECT_THAT(findings(with_next("Task", bare_states().at("Task") + R"(,"Arguments":{})")),
                ElementsAre(schema("The QueryLanguage is set to 'JSONPath', but field 'Arguments' "
                                   "is only supported for the "
                                   "'JSONata' QueryLanguage")));
    EXPECT_THAT(
        findings(with_next("Map", bare_states().at("Map") + R"(,"Items":[])")),
        ElementsAre(schema(
            "The QueryLanguage is set to 'JSONPath', but field 'Items' is only supported for the "
            "'JSONata' QueryLanguage")));
}

TEST(StateFields, OfJsonPathAreRefusedInAJsonataState) {
    EXPECT_THAT(
        findings(machine_of(R"({"Type":"Pass","QueryLanguage":"JSONata","Result":1,"End":true})")),
        ElementsAre(schema(
            "The QueryLanguage is set to 'JSONata', but field 'Result' is only supported for the "
            "'JSONPath' QueryLanguage")));
}

// Recorded: sfn_api_validation, downgrade of the query language.
TEST(QueryLanguage, OfAStateIsNotJsonPathInAJsonataMachine) {
    EXPECT_THAT(
        findings(R"({"QueryLanguage":"JSONata","StartAt":"S","States":{
                    "S":{"Type":"Pass","QueryLanguage":"JSONPath","End":true}}})"),
        ElementsAre(schema(
            "'QueryLanguage' can not be 'JSONPath' if set to 'JSONata' for whole state machine")));
}

TEST(QueryLanguage, IsNeitherOfABranchNorOfAProcessor) {
    EXPECT_THAT(
        findings(machine_of(R"({"Type":"Map","End":true,"ItemProcessor":{"QueryLanguage":"JSONPath",
                    "StartAt":"B","States":{"B":{"Type":"Succeed"}}}})")),
        ElementsAre(schema("Field 'QueryLanguage' is not supported", "/ItemProcessor")));
    EXPECT_THAT(findings(machine_of(
                    R"({"Type":"Parallel","End":true,"Branches":[{"QueryLanguage":"JSONPath",
                    "StartAt":"B","States":{"B":{"Type":"Succeed"}}}]})")),
                ElementsAre(schema("Field 'QueryLanguage' is not supported", "/Branches[0]")));
}

TEST(QueryLanguage, OfNeitherNameIsReportedAndCountsAsJsonata) {
    EXPECT_THAT(findings(machine_of(
                    R"({"Type":"Pass","QueryLanguage":"jsonpath","InputPath":"$.a","End":true})")),
                ElementsAre(schema("Value should be one of the following: [JSONPath, JSONata]",
                                   "/QueryLanguage"),
                            schema("The QueryLanguage is set to 'JSONata', but field 'InputPath' "
                                   "is only supported for the "
                                   "'JSONPath' QueryLanguage")));
}

TEST(StateType, IsRequiredAndOneOfEight) {
    EXPECT_THAT(findings(machine_of(R"({"End":true})")),
                ElementsAre(schema("These fields are required: [Type]")));
    for (const char* type : {R"("pass")", R"("")", "1", "null", R"("Loop")"}) {
        EXPECT_THAT(findings(machine_of(std::string(R"({"End":true,"Type":)") + type + "}")),
                    ElementsAre(schema("The field 'Type' should have one of these values: [Task, "
                                       "Wait, Pass, Succeed, Fail, "
                                       "Choice, Parallel, Map]",
                                       "/Type")))
            << type;
    }
}

}  // namespace
}  // namespace stepwell::asl
