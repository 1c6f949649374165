#include "tests/engine/asl/findings.hpp"

namespace stepwell::asl {
namespace {

std::string pass(const std::string& fields) {
    return R"({"Type":"Pass","End":true,)" + fields + "}";
}
std::string not_an_expression(const std::string& key) {
    return schema("The value for the field '" + key +
                      "' must be a valid JSONPath or a valid intrinsic function call",
                  "/Parameters");
}

INSTANTIATE_TEST_SUITE_P(
    Paths, StateIs,
    testing::Values(
        StateCase{"Inputs", pass(R"("InputPath":"$.a[?(@.b > 1)]","OutputPath":"$..c")"), {}},
        StateCase{"Nulls", pass(R"("InputPath":null,"OutputPath":null,"ResultPath":null)"), {}},
        StateCase{"Context", pass(R"("InputPath":"$$.Execution.Id","OutputPath":"$$")"), {}},
        // aws-cloudformation/cfn-lint#4078 quotes AWS.
        StateCase{"OutputPathOfText",
                  pass(R"("OutputPath":"Test")"),
                  {schema("Value must be a valid JSONPath.", "/OutputPath")}},
        StateCase{"InputPathOfNumber",
                  pass(R"("InputPath":1)"),
                  {schema("Expected value of type String", "/InputPath")}},
        StateCase{"InputPathOfAnIntrinsic",
                  pass(R"x("InputPath":"States.UUID()")x"),
                  {schema("Value must be a valid JSONPath.", "/InputPath")}},
        StateCase{"ResultPathOfText",
                  pass(R"("ResultPath":".guid")"),
                  {schema("Value must be a valid JSONPath.", "/ResultPath")}},
        StateCase{"ResultPathOfMany",
                  pass(R"("ResultPath":"$.a[*]")"),
                  {schema("Value is not a Reference Path", "/ResultPath")}},
        StateCase{"ResultPathIntoTheContext",
                  pass(R"("ResultPath":"$$.Execution")"),
                  {schema("Value is not a Reference Path", "/ResultPath")}}),
    case_name);

INSTANTIATE_TEST_SUITE_P(
    Templates, StateIs,
    testing::Values(
        StateCase{"Good",
                  pass(R"x("Parameters":{"a.$":"$.a","b":{"c.$":"States.Array($.a, 'x', 1, true)"},
                           "d":[{"e.$":"$$.Execution.Id"}]})x"),
                  {}},
        // Recorded: base_scenarios__illegal_escapes.
        StateCase{
            "IllegalEscape",
            pass(
                R"x("Parameters":{"parsed.$":"States.StringToJson('{\"text\":\"An \\\"escaped double quote\\\" here\"}')"})x"),
            {not_an_expression("parsed.$")}},
        StateCase{"Text", pass(R"("Parameters":{"a.$":"23"})"), {not_an_expression("a.$")}},
        StateCase{"UnknownIntrinsic",
                  pass(R"x("Parameters":{"a.$":"States.Nonsense($.a)"})x"),
                  {not_an_expression("a.$")}},
        StateCase{"Array",
                  pass(R"("Parameters":{"a.$":[1]})"),
                  {schema("The value for the field 'a.$' must be a STRING that contains a JSONPath "
                          "but was an ARRAY",
                          "/Parameters")}},
        StateCase{"Several",
                  pass(R"("Parameters":{"a.$":"1","b":[{"c.$":"2"}]})"),
                  {not_an_expression("a.$"), not_an_expression("c.$")}}),
    case_name);

INSTANTIATE_TEST_SUITE_P(
    Warnings, StateIs,
    testing::Values(
        StateCase{
            "NoDollar",
            pass(R"x("Parameters":{"a":"$.a","b":[{"c":"States.UUID()"}],"d":"5 $","e":"$"})x"),
            {"(warning) NO_DOLLAR: No '.$' on the field 'a' that appears to be a JSONPath or "
             "Intrinsic Function at /States/S/Parameters",
             "(warning) NO_DOLLAR: No '.$' on the field 'c' that appears to be a JSONPath or "
             "Intrinsic Function at /States/S/Parameters"}},
        StateCase{"NoPath",
                  R"({"Type":"Fail","Error":"E","Cause":"$.cause"})",
                  {"(warning) NO_PATH: Field value looks like a path, but field name does not end "
                   "with 'Path' at "
                   "/States/S/Cause"}},
        StateCase{"StaticResult",
                  pass(R"("Result":{"a":["$.a"]})"),
                  {"(warning) PASS_RESULT_IS_STATIC: Attempt to use a path in the result of a pass "
                   "state at "
                   "/States/S/Result"}},
        StateCase{"PlainResult", pass(R"("Result":{"a":["a dollar: $"]})"), {}}),
    case_name);

TEST(Warnings, DoNotRefuseTheDefinition) {
    const Parsed parsed = parse(machine_of(pass(R"("Result":"$.a")")), WorkflowType::standard);
    EXPECT_TRUE(parsed.machine);
    ASSERT_EQ(parsed.diagnostics.size(), 1U);
    EXPECT_EQ(parsed.diagnostics[0].severity, Severity::warning);
}

TEST(CommonFields, KeepTheirThreeForms) {
    const auto absent = accepted(machine_of(R"({"Type":"Pass","End":true})"));
    EXPECT_TRUE(std::holds_alternative<WholeValue>(absent->states[0].input_path));
    EXPECT_TRUE(std::holds_alternative<WholeValue>(absent->states[0].output_path));
    EXPECT_TRUE(std::holds_alternative<ReplaceInput>(body_of<PassState>(*absent).result_path));
    const auto null =
        accepted(machine_of(pass(R"("InputPath":null,"OutputPath":null,"ResultPath":null)")));
    EXPECT_TRUE(std::holds_alternative<EmptyObject>(null->states[0].input_path));
    EXPECT_TRUE(std::holds_alternative<EmptyObject>(null->states[0].output_path));
    EXPECT_TRUE(std::holds_alternative<DiscardResult>(body_of<PassState>(*null).result_path));
    const auto path = accepted(
        machine_of(pass(R"("InputPath":"$.i","OutputPath":"$$.o","ResultPath":"$.r[0]")")));
    EXPECT_EQ(std::get<Expression>(path->states[0].input_path).text(), "$.i");
    EXPECT_EQ(std::get<Expression>(path->states[0].output_path).kind(),
              Expression::Kind::context_path);
    EXPECT_EQ(std::get<JsonPath>(body_of<PassState>(*path).result_path).text(), "$.r[0]");
    const auto whole = accepted(machine_of(pass(R"("ResultPath":"$")")));
    EXPECT_TRUE(std::holds_alternative<ReplaceInput>(body_of<PassState>(*whole).result_path));
}

}  // namespace
}  // namespace stepwell::asl
