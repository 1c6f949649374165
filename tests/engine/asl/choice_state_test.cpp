#include <utility>

#include "tests/engine/asl/findings.hpp"

namespace stepwell::asl {
namespace {

/// A Choice with these rules, and a state E to go to.
std::string choice(const std::string& rules) {
    return R"({"StartAt":"S","States":{"S":{"Type":"Choice","Choices":[)" + rules +
           R"(],"Default":"E"},"E":{"Type":"Succeed"}}})";
}
std::string rule(const std::string& fields) { return "{" + fields + R"(,"Next":"E"})"; }
std::string test_of(const std::string& op, const std::string& value) {
    return rule(R"("Variable":"$.a",")" + op + "\":" + value);
}

const std::string kSelectors = "[And, Or, Not, Variable, Condition]";

struct RuleCase {
    const char* name;
    std::string rules;
    std::vector<std::string> findings;
};
class ChoiceRules : public testing::TestWithParam<RuleCase> {};
TEST_P(ChoiceRules, AreChecked) {
    EXPECT_EQ(findings(choice(GetParam().rules)), GetParam().findings);
}

INSTANTIATE_TEST_SUITE_P(
    Shapes, ChoiceRules,
    testing::Values(
        RuleCase{"Empty", "", {schema("Value cannot be empty", "/Choices")}},
        RuleCase{"NoObject", "1", {schema("Expected value of type Object", "/Choices[0]")}},
        RuleCase{"NoNext",
                 R"({"Variable":"$","StringMatches":"Test"})",
                 {schema("These fields are required: [Next]", "/Choices[0]")}},
        RuleCase{"NothingToTest",
                 R"({"Next":"E"})",
                 {schema("The object must have only one of the following fields, " + kSelectors,
                         "/Choices[0]")}},
        RuleCase{"TwoSelectors",
                 rule(R"("Variable":"$.a","IsNull":true,"And":[{"Variable":"$.a","IsNull":true}])"),
                 {schema("The object must have only one of the following fields, " + kSelectors,
                         "/Choices[0]")}},
        RuleCase{"OperatorAlone",
                 rule(R"("IsNull":true)"),
                 {schema("The object must have only one of the following fields, " + kSelectors,
                         "/Choices[0]")}},
        RuleCase{"OperatorBesideAnd",
                 rule(R"("IsNull":true,"And":[{"Variable":"$.a","IsNull":true}])"),
                 {schema("Field 'IsNull' is not supported", "/Choices[0]")}},
        RuleCase{"UnknownField",
                 rule(R"("Variable":"$.a","IsNull":true,"Else":"E")"),
                 {schema("Field 'Else' is not supported", "/Choices[0]")}},
        RuleCase{"Condition",
                 rule(R"("Condition":true)"),
                 {schema("The QueryLanguage is set to 'JSONPath', but field 'Condition' is only "
                         "supported for the 'JSONata' "
                         "QueryLanguage",
                         "/Choices[0]")}},
        RuleCase{"Comments",
                 rule(R"("Comment":"c","Not":{"Comment":"c","Variable":"$.a","IsNull":true})"),
                 {}},
        RuleCase{"CommentOfNumber",
                 rule(R"("Comment":1,"Variable":"$.a","IsNull":true)"),
                 {schema("Expected value of type String", "/Choices[0]/Comment")}}),
    name_of<RuleCase>);

INSTANTIATE_TEST_SUITE_P(
    Nested, ChoiceRules,
    testing::Values(
        RuleCase{
            "Deep",
            rule(
                R"("And":[{"Or":[{"Not":{"Variable":"$.a","IsNull":true}},{"Variable":"$.b","IsString":false}]}])"),
            {}},
        RuleCase{
            "EmptyAnd", rule(R"("And":[])"), {schema("Value cannot be empty", "/Choices[0]/And")}},
        RuleCase{
            "EmptyOr", rule(R"("Or":[])"), {schema("Value cannot be empty", "/Choices[0]/Or")}},
        RuleCase{"OrOfObject",
                 rule(R"("Or":{})"),
                 {schema("Expected value of type Array", "/Choices[0]/Or")}},
        RuleCase{"NotOfArray",
                 rule(R"("Not":[])"),
                 {schema("Expected value of type Object", "/Choices[0]/Not")}},
        RuleCase{"NextInAnd",
                 rule(R"("And":[{"Variable":"$.a","IsNull":true,"Next":"E"}])"),
                 {schema("Field 'Next' is not supported", "/Choices[0]/And[0]")}},
        RuleCase{"NextInNot",
                 rule(R"("Not":{"Variable":"$.a","IsNull":true,"Next":"E"})"),
                 {schema("Field 'Next' is not supported", "/Choices[0]/Not")}},
        RuleCase{"WrongOperandDeep",
                 rule(R"("And":[{"Or":[{"Variable":"$.a","IsNull":1}]}])"),
                 {schema("Expected value of type Boolean", "/Choices[0]/And[0]/Or[0]/IsNull")}}),
    name_of<RuleCase>);

INSTANTIATE_TEST_SUITE_P(
    Paths, ChoiceRules,
    testing::Values(
        RuleCase{"VariableThatIsNoPath",
                 rule(R"("Variable":"Test","StringMatches":"Test")"),
                 {schema("Value is not a Reference Path: Reference path didn't start with '$'",
                         "/Choices[0]/Variable")}},
        RuleCase{"VariableOfAnIntrinsic",
                 rule(R"x("Variable":"States.ArrayLength($.a)","NumericEquals":0)x"),
                 {schema("Value is not a Reference Path: Reference path didn't start with '$'",
                         "/Choices[0]/Variable")}},
        RuleCase{"VariableOfMany",
                 rule(R"("Variable":"$.a[*]","NumericEquals":0)"),
                 {schema("Value is not a Reference Path", "/Choices[0]/Variable")}},
        RuleCase{"VariableOfNumber",
                 rule(R"("Variable":1,"NumericEquals":0)"),
                 {schema("Expected value of type String", "/Choices[0]/Variable")}},
        RuleCase{
            "VariableOfContext", rule(R"("Variable":"$$.Execution.Name","StringEquals":"x")"), {}},
        RuleCase{"OperandThatIsNoPath",
                 test_of("StringEqualsPath", R"("b")"),
                 {schema("Value is not a Reference Path: Reference path didn't start with '$'",
                         "/Choices[0]/StringEqualsPath")}},
        RuleCase{"OperandOfNumber",
                 test_of("NumericLessThanPath", "1"),
                 {schema("Expected value of type String", "/Choices[0]/NumericLessThanPath")}}),
    name_of<RuleCase>);

INSTANTIATE_TEST_SUITE_P(
    Operands, ChoiceRules,
    testing::Values(
        RuleCase{"TextForString", test_of("StringEquals", R"("x")"), {}},
        RuleCase{"NumberForString",
                 test_of("StringEquals", "1"),
                 {schema("Expected value of type String", "/Choices[0]/StringEquals")}},
        RuleCase{"NumberForMatches",
                 test_of("StringMatches", "1"),
                 {schema("Expected value of type String", "/Choices[0]/StringMatches")}},
        RuleCase{"FractionForNumeric", test_of("NumericGreaterThan", "1.5"), {}},
        RuleCase{"TextForNumeric",
                 test_of("NumericEquals", R"("1")"),
                 {schema("Expected value of type Number", "/Choices[0]/NumericEquals")}},
        RuleCase{"TextForBoolean",
                 test_of("BooleanEquals", R"("true")"),
                 {schema("Expected value of type Boolean", "/Choices[0]/BooleanEquals")}},
        RuleCase{"NullForIsNull",
                 test_of("IsNull", "null"),
                 {schema("Expected value of type Boolean", "/Choices[0]/IsNull")}},
        RuleCase{"TimestampWithOffset",
                 test_of("TimestampEquals", R"("2016-03-14T01:59:00.5+01:00")"),
                 {}},
        RuleCase{
            "DateForTimestamp",
            test_of("TimestampLessThan", R"("2016-03-14")"),
            {schema("String does not match RFC3339 timestamp", "/Choices[0]/TimestampLessThan")}},
        RuleCase{"NumberForTimestamp",
                 test_of("TimestampLessThan", "1"),
                 {schema("Expected value of type String", "/Choices[0]/TimestampLessThan")}}),
    name_of<RuleCase>);

TEST(ChoiceRule, HasExactlyOneOperator) {
    const auto none = findings(choice(rule(R"("Variable":"$.a")")));
    ASSERT_EQ(none.size(), 1U);
    EXPECT_TRUE(none[0].starts_with(
        "SCHEMA_VALIDATION_FAILED: This object should have only one of the following fields: "
        "[StringEquals, "))
        << none[0];
    const auto two = findings(choice(rule(R"("Variable":"$.a","IsNull":true,"IsString":true)")));
    ASSERT_EQ(two.size(), 1U);
    EXPECT_TRUE(two[0].starts_with(
        "SCHEMA_VALIDATION_FAILED: There should only be one of the following fields: "
        "[StringEquals, "))
        << two[0];
    EXPECT_TRUE(two[0].ends_with("IsTimestamp] at /States/S/Choices[0]")) << two[0];
}

/// The 39 operators: family, name, and an operand that fits.
TEST(ChoiceRule, KnowsThirtyNineOperators) {
    std::vector<std::pair<std::string, std::string>> operators;
    for (const auto& [family, value] : std::vector<std::pair<std::string, std::string>>{
             {"String", R"("x")"}, {"Numeric", "1"}, {"Timestamp", R"("2016-03-14T01:59:00Z")"}}) {
        for (const char* comparison :
             {"Equals", "LessThan", "GreaterThan", "LessThanEquals", "GreaterThanEquals"}) {
            operators.emplace_back(family + comparison, value);
            operators.emplace_back(family + comparison + "Path", R"("$.b")");
        }
    }
    operators.emplace_back("BooleanEquals", "true");
    operators.emplace_back("BooleanEqualsPath", R"("$.b")");
    operators.emplace_back("StringMatches", R"("*.txt")");
    for (const char* kind : {"Null", "Present", "Numeric", "String", "Boolean", "Timestamp"}) {
        operators.emplace_back(std::string("Is") + kind, "false");
    }
    EXPECT_EQ(operators.size(), 39U);
    for (const auto& [name, value] : operators) {
        const auto machine = accepted(choice(test_of(name, value)));
        const auto& state = body_of<ChoiceState>(*machine);
        ASSERT_EQ(state.choices.size(), 1U) << name;
        const auto& test =
            std::get<asl::Test>(std::get<ChoiceRule>(state.choices[0].rule).condition);
        EXPECT_EQ(test.operator_name, name);
        EXPECT_EQ(test.variable.text(), "$.a");
        EXPECT_EQ(std::holds_alternative<Expression>(test.operand), name.ends_with("Path")) << name;
        if (!name.ends_with("Path")) {
            EXPECT_EQ(std::get<Json>(test.operand), json(value)) << name;
        }
    }
    // Not an operator: an unknown field, and then none to test with.
    EXPECT_EQ(findings(choice(test_of("BooleanLessThan", "true"))).size(), 2U);
}

TEST(ChoiceState, KeepsRulesInOrderAndItsDefault) {
    const auto machine = accepted(R"({"StartAt":"S","States":{
        "S":{"Type":"Choice","Choices":[
            {"And":[{"Variable":"$.a","IsPresent":true},{"Not":{"Variable":"$.a","NumericEquals":1}}],"Next":"A"},
            {"Variable":"$.b","StringEquals":"x","Next":"B"}]},
        "A":{"Type":"Succeed"},"B":{"Type":"Succeed"}}})");
    const auto& state = body_of<ChoiceState>(*machine);
    EXPECT_FALSE(state.default_next);
    ASSERT_EQ(state.choices.size(), 2U);
    EXPECT_EQ(machine->states[state.choices[0].next].name, "A");
    EXPECT_EQ(machine->states[state.choices[1].next].name, "B");
    const auto& both = std::get<AllOf>(std::get<ChoiceRule>(state.choices[0].rule).condition);
    ASSERT_EQ(both.rules.size(), 2U);
    EXPECT_EQ(std::get<asl::Test>(both.rules[0].condition).comparison, Comparison::is_present);
    const auto& inner = *std::get<NoneOf>(both.rules[1].condition).rule;
    EXPECT_EQ(std::get<asl::Test>(inner.condition).comparison, Comparison::numeric_equals);
}

}  // namespace
}  // namespace stepwell::asl
