#include "tests/engine/asl/findings.hpp"

namespace stepwell::asl {
namespace {

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

std::string reused(const std::string& name, const std::string& place) {
    return "INVALID_VARIABLE_NAME: Invalid variable name '" + name +
           "': the variable is assigned in an outer scope. at " + place;
}

/// `outer` and `last` are members of the first and the last state, `inner` of one in a Parallel.
std::string nested(const std::string& outer, const std::string& inner, const std::string& last) {
    return R"({"StartAt":"A","States":{"A":{"Type":"Pass","Next":"P")" + outer +
           R"(},"P":{"Type":"Parallel","Next":"Z","Branches":[
             {"StartAt":"I","States":{"I":{"Type":"Pass","End":true)" +
           inner + R"(}}},{"StartAt":"J","States":{"J":{"Type":"Pass","End":true)" + inner +
           R"(}}}]},"Z":{"Type":"Pass","End":true)" + last + "}}}";
}

TEST(Assign, OfAnInnerScopeDoesNotReuseAnOuterName) {
    const std::string x = R"(,"Assign":{"x":1})";
    EXPECT_THAT(findings(nested(x, x, "")),
                ElementsAre(reused("x", "/States/P/Branches[0]/States/I/Assign"),
                            reused("x", "/States/P/Branches[1]/States/J/Assign")));
    // Also where the outer one comes later.
    EXPECT_THAT(findings(nested("", R"(,"Assign":{"x.$":"$"})", x)),
                ElementsAre(reused("x", "/States/P/Branches[0]/States/I/Assign"),
                            reused("x", "/States/P/Branches[1]/States/J/Assign")));
}

TEST(Assign, OfSiblingScopesMayUseTheSameName) {
    EXPECT_THAT(findings(nested(R"(,"Assign":{"y":1})", R"(,"Assign":{"x":1})", "")), IsEmpty());
}

TEST(Assign, InARuleOrACatcherBelongsToTheScopeOfItsState) {
    EXPECT_THAT(findings(
                    R"({"StartAt":"P","States":{"P":{"Type":"Parallel","Next":"C","Catch":[
              {"ErrorEquals":["States.ALL"],"Next":"C","Assign":{"caught":1}}],"Branches":[
              {"StartAt":"I","States":{"I":{"Type":"Pass","End":true,"Assign":{"caught":1,"ruled":2}}}}]},
            "C":{"Type":"Choice","Default":"E","Choices":[
              {"Variable":"$.a","IsNull":true,"Next":"E","Assign":{"ruled":1}}]},
            "E":{"Type":"Succeed"}}})"),
                ElementsAre(reused("ruled", "/States/P/Branches[0]/States/I/Assign")));
}

TEST(Assign, OfTheStateThatHoldsTheScopeComesWhenThatIsOver) {
    const std::string own = R"({"StartAt":"P","States":{"P":{"Type":"Parallel","Next":"Z",
             "Assign":{"x":1},"Catch":[{"ErrorEquals":["States.ALL"],"Next":"Z","Assign":{"y":1}}],
             "Branches":[{"StartAt":"I","States":{"I":{"Type":"Pass","End":true,"Assign":{"x":1,"y":2}}}}]},
           "Z":{"Type":"Pass","End":true)";
    EXPECT_THAT(findings(own + "}}}"), IsEmpty());
    EXPECT_THAT(findings(own + R"(,"Assign":{"y":3}}}})"),
                ElementsAre(reused("y", "/States/P/Branches[0]/States/I/Assign")));
}

TEST(Assign, OfSucceedAndFailIsRefused) {
    EXPECT_THAT(findings(machine_of(R"({"Type":"Succeed","Assign":{"a":1}})")),
                ElementsAre(schema("Field 'Assign' is not supported")));
    EXPECT_THAT(findings(machine_of(R"({"Type":"Fail","Assign":{"a":1}})")),
                ElementsAre(schema("Field 'Assign' is not supported")));
}

TEST(Assign, IsAPayloadTemplate) {
    EXPECT_THAT(
        findings(machine_of(R"({"Type":"Pass","End":true,"Assign":{"a":{"b.$":1},"c.$":"no"}})")),
        ElementsAre(schema("The value for the field 'b.$' must be a STRING that contains a "
                           "JSONPath but was a NUMBER",
                           "/Assign"),
                    schema("The value for the field 'c.$' must be a valid JSONPath or a valid "
                           "intrinsic function call",
                           "/Assign")));
}

TEST(Variables, MayStandWhereAPathDoesButNotInResultPath) {
    EXPECT_THAT(findings(machine_of(
                    R"x({"Type":"Pass","InputPath":"$a.b[0]","OutputPath":"$a",
                       "Parameters":{"x.$":"States.Format('{} {}', $b, $c.d)"},"End":true})x")),
                IsEmpty());
    EXPECT_THAT(findings(machine_of(R"({"Type":"Pass","ResultPath":"$a.b","End":true})")),
                ElementsAre(schema("Value is not a Reference Path", "/ResultPath")));
    EXPECT_THAT(findings(machine_of(R"({"Type":"Wait","SecondsPath":"$a[*]","End":true})")),
                ElementsAre(schema("Value is not a Reference Path", "/SecondsPath")));
}

TEST(Variables, ReadByAStateAreListedWithoutThoseOfStatesInsideIt) {
    const auto machine = accepted(
        R"x({"StartAt":"M","States":{"M":{"Type":"Map","End":true,"ItemsPath":"$items",
          "MaxConcurrencyPath":"$most","ItemSelector":{"a":{"v.$":"States.Array($z, $a.b, $a)"}},
          "Catch":[{"ErrorEquals":["States.ALL"],"Next":"C","Assign":{"e.$":"$before"}}],
          "ItemProcessor":{"StartAt":"I","States":{"I":{"Type":"Pass","End":true,"InputPath":"$inner"}}}},
        "C":{"Type":"Choice","Default":"W","Choices":[{"And":[{"Not":{"Variable":"$p","IsNull":true}},
          {"Variable":"$.q","StringEqualsPath":"$r"}],"Next":"W","Assign":{"t.$":"$s"}}]},
        "W":{"Type":"Wait","TimestampPath":"$at","Next":"F"},
        "F":{"Type":"Fail","ErrorPath":"$error","Cause":"$literal"}}})x");
    std::map<std::string, std::vector<std::string>> read;
    for (const State& state : machine->states) read[state.name] = state.variables;
    EXPECT_THAT(read["M"], ElementsAre("a", "before", "items", "most", "z"));
    EXPECT_THAT(read["I"], ElementsAre("inner"));
    EXPECT_THAT(read["C"], ElementsAre("p", "r", "s"));
    EXPECT_THAT(read["W"], ElementsAre("at"));
    EXPECT_THAT(read["F"], ElementsAre("error"));
}

}  // namespace
}  // namespace stepwell::asl
