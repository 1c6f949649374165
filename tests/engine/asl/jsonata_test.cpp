// What is checked of JSONata when a machine is created.

#include "tests/engine/asl/findings.hpp"

namespace stepwell::asl {
namespace {

std::string jsonata(const std::string& members) {
    return R"({"QueryLanguage":"JSONata","StartAt":"S","States":{"S":{)" + members + "}}}";
}
std::string pass(const std::string& output) {
    return jsonata(R"("Type":"Pass","End":true,"Output":)" + output);
}
std::string invalid(const std::string& message, const std::string& place) {
    return "INVALID_JSONATA_EXPRESSION: " + message + " at /States/S" + place;
}
std::string unsupported(const std::string& message, const std::string& place) {
    return "UNSUPPORTED_JSONATA_EXPRESSION: " + message + " at /States/S" + place;
}

TEST(JsonataExpression, ThatDoesNotParseIsRefusedInTheParsersWords) {
    EXPECT_THAT(findings(pass(R"("{% 1 + %}")")),
                ElementsAre(invalid("Unexpected end of expression", "/Output")));
    EXPECT_THAT(findings(pass(R"({"a":["{% 1 %}","{% 'x %}"]})")),
                ElementsAre(invalid("String literal must be terminated by a matching quote",
                                    "/Output/a[1]")));
}

TEST(JsonataExpression, OfTheTopLevelIsRefusedByName) {
    EXPECT_THAT(
        findings(pass(R"({"v":"{% phone %}","w":"{% a.b + c + $x.d %}"})")),
        ElementsAre(
            unsupported("Reference to 'phone' at the top level is not supported.", "/Output/v"),
            unsupported("Reference to 'a' at the top level is not supported.", "/Output/w"),
            unsupported("Reference to 'c' at the top level is not supported.", "/Output/w")));
    EXPECT_THAT(findings(pass(R"("{% $$ %}")")),
                ElementsAre(unsupported("Reference to '$$' is not supported.", "/Output")));
}

TEST(JsonataExpression, StandsInNoListOfStatesRulesOrErrors) {
    const auto no_array = [](const std::string& place) {
        return schema("Expected value of type Array", place);
    };
    EXPECT_THAT(findings(jsonata(R"("Type":"Parallel","Branches":"{% [] %}","End":true)")),
                ElementsAre(no_array("/Branches")));
    EXPECT_THAT(findings(jsonata(R"("Type":"Choice","Choices":"{% [] %}","Default":"S")")),
                ElementsAre(no_array("/Choices")));
    const std::string task =
        R"("Type":"Task","Resource":"arn:aws:lambda:us-east-1:123456789012:function:f","End":true,)";
    EXPECT_THAT(findings(jsonata(task + R"("Retry":"{% [] %}","Catch":"{% [] %}")")),
                ElementsAre(no_array("/Retry"), no_array("/Catch")));
    EXPECT_THAT(findings(jsonata(task + R"("Retry":[{"ErrorEquals":"{% ['x'] %}"}])")),
                ElementsAre(no_array("/Retry[0]/ErrorEquals")));
}

TEST(JsonataExpression, StandsInNoNumberOfARetrier) {
    EXPECT_THAT(
        findings(jsonata(
            R"("Type":"Task","Resource":"arn:aws:lambda:us-east-1:123456789012:function:f","End":true,
            "Retry":[{"ErrorEquals":["x"],"IntervalSeconds":"{% 1 %}","MaxAttempts":"{% 1 %}",
                      "BackoffRate":"{% 2 %}","MaxDelaySeconds":"{% 9 %}"}])")),
        ElementsAre(schema("Expected value of type Integer", "/Retry[0]/IntervalSeconds"),
                    schema("Expected value of type Integer", "/Retry[0]/MaxAttempts"),
                    schema("Expected value of type Number", "/Retry[0]/BackoffRate"),
                    schema("Expected value of type Integer", "/Retry[0]/MaxDelaySeconds")));
}

TEST(JsonataExpression, MayReadAResultOnlyWhereThereIsOne) {
    const std::string result =
        unsupported("Reference to '$states.result' is not supported.", "/Output");
    EXPECT_THAT(findings(pass(R"("{% $states.result %}")")), ElementsAre(result));
    const std::string task =
        R"("Type":"Task","Resource":"arn:aws:lambda:us-east-1:123456789012:function:f","End":true,)";
    EXPECT_THAT(
        findings(jsonata(
            task + R"("Output":"{% $states.result %}","Assign":{"a":"{% $states.result %}"})")),
        IsEmpty());
    EXPECT_THAT(
        findings(jsonata(task + R"("Arguments":"{% $states.result %}")")),
        ElementsAre(unsupported("Reference to '$states.result' is not supported.", "/Arguments")));
    EXPECT_THAT(findings(jsonata(task + R"("Output":"{% $states.errorOutput %}")")),
                ElementsAre(unsupported("Reference to '$states.errorOutput' is not supported.",
                                        "/Output")));
    EXPECT_THAT(findings(jsonata(task + R"("Catch":[{"ErrorEquals":["States.ALL"],"Next":"S",
        "Output":"{% $states.errorOutput %}","Assign":{"a":"{% $states.errorOutput.Cause %}"}}])")),
                IsEmpty());
    EXPECT_THAT(findings(jsonata(task + R"("Catch":[{"ErrorEquals":["States.ALL"],"Next":"S",
        "Output":"{% $states.result %}"}])")),
                IsEmpty());
}

TEST(JsonataExpression, MayStandInEveryFieldThatTakesOne) {
    EXPECT_THAT(
        findings(jsonata(
            R"("Type":"Task","Resource":"arn:aws:lambda:us-east-1:123456789012:function:f","End":true,
        "TimeoutSeconds":"{% $t %}","HeartbeatSeconds":"{% $h %}","Credentials":{"RoleArn":"{% $r %}"})")),
        IsEmpty());
    EXPECT_THAT(findings(jsonata(R"("Type":"Wait","Seconds":"{% $s %}","End":true)")), IsEmpty());
    EXPECT_THAT(findings(jsonata(R"("Type":"Wait","Timestamp":"{% $s %}","End":true)")), IsEmpty());
    EXPECT_THAT(findings(jsonata(R"("Type":"Fail","Error":"{% $e %}","Cause":"{% $c %}")")),
                IsEmpty());
    EXPECT_THAT(
        findings(jsonata(
            R"("Type":"Map","Items":"{% $i %}","MaxConcurrency":"{% $m %}","ItemSelector":"{% $x %}",
        "ToleratedFailureCount":"{% $n %}","ToleratedFailurePercentage":"{% $p %}","End":true,
        "ItemProcessor":{"StartAt":"I","States":{"I":{"Type":"Succeed"}}})")),
        IsEmpty());
}

TEST(JsonataExpression, IsLiteralTextInAJsonPathState) {
    EXPECT_THAT(findings(machine_of(R"({"Type":"Pass","Result":"{% nonsense( %}","End":true})")),
                IsEmpty());
    EXPECT_THAT(findings(machine_of(R"({"Type":"Wait","Seconds":"{% 1 %}","End":true})")),
                ElementsAre(schema("Expected value of type Integer", "/Seconds")));
}

TEST(JsonataVariables, ReadByAStateAreListed) {
    const auto machine = accepted(
        R"({"QueryLanguage":"JSONata","StartAt":"C","States":{
          "C":{"Type":"Choice","Default":"F","Choices":[{"Condition":"{% $a > $b %}","Next":"F",
            "Output":"{% ($local := $c; $local) %}","Assign":{"y":["{% $d %}"]}}]},
          "F":{"Type":"Fail","Cause":"{% $states.input & $sum([1]) %}"}}})");
    EXPECT_THAT(machine->states[0].variables, ElementsAre("a", "b", "c", "d"));
    EXPECT_THAT(machine->states[1].variables, IsEmpty());
}

TEST(JsonataVariables, MayHaveTheNamesOfFunctions) {
    const auto machine = accepted(
        R"({"QueryLanguage":"JSONata","StartAt":"A","States":{
          "A":{"Type":"Pass","Assign":{"count":"{% $sum([1]) %}"},"Next":"B"},
          "B":{"Type":"Pass","Output":"{% $count + $length('') %}","End":true}}})");
    EXPECT_THAT(machine->states[0].variables, IsEmpty());
    EXPECT_THAT(machine->states[1].variables, ElementsAre("count"));
}

}  // namespace
}  // namespace stepwell::asl
