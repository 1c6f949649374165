#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/engine/query/jsonata/evaluate.hpp"

namespace stepwell::jsonata {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

References references_of(std::string_view text) {
    return Expression::compile(text, Dialect::aws)->references();
}

TEST(JsonataReferences, VariablesThatAreNotBoundInside) {
    const References found = references_of("($x := $a + 1; $x + $b + $a + ($c))");
    EXPECT_THAT(found.variables, ElementsAre("a", "b", "c"));
}

TEST(JsonataReferences, FunctionsWhoseNamesVariablesMayHave) {
    EXPECT_THAT(references_of("$sum($a)").variables, ElementsAre("sum", "a"));
    EXPECT_THAT(references_of("($sum := 1; $sum)").variables, IsEmpty());
}

TEST(JsonataReferences, ParametersAreNone) {
    EXPECT_THAT(references_of("function($x){ $x + $y }").variables, ElementsAre("y"));
}

TEST(JsonataReferences, MembersOfStates) {
    EXPECT_THAT(references_of("$states.input.a & $states.context.State.Name").states_members,
                ElementsAre("input", "context"));
    EXPECT_THAT(references_of("$states").states_members, ElementsAre("*"));
    EXPECT_THAT(references_of("$states.input").variables, IsEmpty());
}

TEST(JsonataReferences, FieldsOfTheTop) {
    const References found = references_of("a.b & $states.input[c = 1].d & {'k': e}.f");
    EXPECT_THAT(found.bare_fields, ElementsAre("a", "e"));
}

TEST(JsonataReferences, FieldsWithinFunctionsAndTransforms) {
    EXPECT_THAT(references_of("function(){ g }").bare_fields, ElementsAre("g"));
    EXPECT_THAT(references_of("$states.input ~> |h|{'a': i}|").bare_fields, IsEmpty());
}

TEST(JsonataReferences, TheTopItself) {
    EXPECT_TRUE(references_of("$.a").top_input);
    EXPECT_TRUE(references_of("$states.input[$$.a = 1]").top_input);
    EXPECT_FALSE(references_of("$states.input.($ + 1)").top_input);
}

TEST(JsonataStates, AreAskedForTheMemberThatIsNeeded) {
    const Json input = json(R"({"a":[1,2]})");
    std::vector<std::string> asked;
    Environment environment;
    environment.states = [&](std::string_view member) -> const Json* {
        asked.emplace_back(member);
        return member == "input" ? &input : nullptr;
    };
    EXPECT_EQ(outcome_of("$states.input.a", environment, Dialect::aws), "[1,2]");
    EXPECT_THAT(asked, ElementsAre("input"));
    EXPECT_EQ(outcome_of("$states", environment, Dialect::aws), R"({"input":{"a":[1,2]}})");
    EXPECT_EQ(outcome_of("$states.result", environment, Dialect::aws), "undefined");
}

TEST(JsonataBindings, AreSeenByTheirNames) {
    const Json order = json(R"({"id":7})");
    const Binding bindings[] = {{"order", &order}};
    Environment environment;
    environment.bindings = bindings;
    EXPECT_EQ(outcome_of("$order.id + 1", environment, Dialect::aws), "8");
    EXPECT_EQ(outcome_of("($order := 1; $order)", environment, Dialect::aws), "1");
}

TEST(JsonataBindings, GoBeforeFunctionsOfTheirName) {
    const Json none;
    const Json count = json("41");
    const Binding bindings[] = {{"count", &count}};
    Environment environment;
    environment.input = &none;
    environment.bindings = bindings;
    for (const Dialect dialect : {Dialect::standard, Dialect::aws}) {
        EXPECT_EQ(outcome_of("$count + 1", environment, dialect), "42");
        EXPECT_EQ(outcome_of("$map([1,2], function($n){ $n + $count })", environment, dialect),
                  "[42,43]");
        EXPECT_EQ(outcome_of("$sum([$count, 1])", environment, dialect), "42");
        EXPECT_EQ(outcome_of("$count([1,2])", environment, dialect),
                  "T1006: Attempted to invoke a non-function");
    }
    EXPECT_EQ(outcome_of("$eval('$count + 1')", environment, Dialect::standard), "42");
}

}  // namespace
}  // namespace stepwell::jsonata
