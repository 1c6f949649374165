#include "tests/engine/asl/findings.hpp"

namespace stepwell::asl {
namespace {

std::string missing(const std::string& target, const std::string& place) {
    return "MISSING_TRANSITION_TARGET: Missing 'Next' target: " + target + " at " + place;
}
std::string unreachable(const std::string& name, const std::string& in = "/States/") {
    return "MISSING_TRANSITION_TARGET: State \"" + name + "\" is not reachable. at " + in + name;
}
const std::string kNoEnd = "MISSING_END_STATE: Workflow has no terminal state at ";

struct GraphCase {
    const char* name;
    std::string definition;
    std::vector<std::string> findings;
};
class Graph : public testing::TestWithParam<GraphCase> {};
TEST_P(Graph, IsChecked) { EXPECT_EQ(findings(GetParam().definition), GetParam().findings); }

// Each as AWS answered: recorded, or quoted in floci-io/floci#2735 and #2786, cfn-lint#4073 and
// #4074, aws-cdk#29238.
INSTANTIATE_TEST_SUITE_P(
    Shapes, Graph,
    testing::Values(
        GraphCase{
            "TargetAndUnreachable",
            R"({"StartAt":"pass1","States":{"pass1":{"Type":"Pass","Next":"pass3"},"pass2":{"Type":"Pass","End":true}}})",
            {missing("pass3", "/States/pass1/Next"), unreachable("pass2")}},
        GraphCase{
            "StartAtNowhere",
            R"({"StartAt":"Not sure","States":{"Pass One":{"Type":"Pass","Next":"Success"},"Success":{"Type":"Succeed"}}})",
            {missing("Not sure", "/StartAt"), unreachable("Pass One")}},
        GraphCase{
            "Loop",
            R"({"StartAt":"A","States":{"A":{"Type":"Pass","Next":"B"},"B":{"Type":"Pass","Next":"A"}}})",
            {kNoEnd}},
        GraphCase{
            "LoopAndLostState",
            R"({"StartAt":"A","States":{"A":{"Type":"Pass","Next":"B"},"B":{"Type":"Pass","Next":"A"},"C":{"Type":"Pass","Next":"A"}}})",
            {kNoEnd}},
        GraphCase{
            "LoopAndLostEnd",
            R"({"StartAt":"A","States":{"A":{"Type":"Pass","Next":"B"},"B":{"Type":"Pass","Next":"A"},"C":{"Type":"Pass","End":true}}})",
            {unreachable("C")}},
        GraphCase{"MissingTargetAndNoEnd",
                  R"({"StartAt":"A","States":{"A":{"Type":"Pass","Next":"NOPE"}}})",
                  {missing("NOPE", "/States/A/Next"), kNoEnd}},
        GraphCase{"EveryKindOfTarget",
                  R"({"StartAt":"C","States":{
                      "C":{"Type":"Choice","Choices":[{"Variable":"$.a","IsNull":true,"Next":"x"}],"Default":"y"},
                      "T":{"Type":"Task","Resource":"arn:aws:lambda:us-east-1:123456789012:function:f","End":true,
                           "Catch":[{"ErrorEquals":["States.ALL"],"Next":"z"}]}}})",
                  {missing("x", "/States/C/Choices[0]/Next"), missing("y", "/States/C/Default"),
                   missing("z", "/States/T/Catch[0]/Next"), unreachable("T")}},
        GraphCase{
            "NestedTarget",
            R"({"StartAt":"M","States":{"M":{"Type":"Map","End":true,"ItemProcessor":{"StartAt":"C","States":{
                      "C":{"Type":"Choice","Choices":[{"Variable":"$.a","IsNull":true,"Next":"E"}],"Default":"Pass 2"},
                      "E":{"Type":"Succeed"}}}}}})",
            {missing("Pass 2", "/States/M/ItemProcessor/States/C/Default")}}),
    name_of<GraphCase>);

INSTANTIATE_TEST_SUITE_P(
    Scopes, Graph,
    testing::Values(
        GraphCase{"OutOfABranch",
                  R"({"StartAt":"P","States":{"P":{"Type":"Parallel","Next":"E","Branches":[
                      {"StartAt":"A","States":{"A":{"Type":"Pass","Next":"E"},"B":{"Type":"Succeed"}}}]},"E":{"Type":"Succeed"}}})",
                  {missing("E", "/States/P/Branches[0]/States/A/Next"),
                   unreachable("B", "/States/P/Branches[0]/States/")}},
        GraphCase{"IntoABranch",
                  R"({"StartAt":"P","States":{"P":{"Type":"Parallel","Next":"A","Branches":[
                      {"StartAt":"A","States":{"A":{"Type":"Succeed"}}}]},"E":{"Type":"Succeed"}}})",
                  {missing("A", "/States/P/Next"), unreachable("E")}},
        GraphCase{
            "BranchStartsNowhere",
            R"({"StartAt":"P","States":{"P":{"Type":"Parallel","End":true,"Branches":[{"StartAt":"X","States":{"A":{"Type":"Succeed"}}}]}}})",
            {missing("X", "/States/P/Branches[0]/StartAt"),
             unreachable("A", "/States/P/Branches[0]/States/")}},
        GraphCase{
            "BranchWithoutEnd",
            R"({"StartAt":"P","States":{"P":{"Type":"Parallel","End":true,"Branches":[{"StartAt":"A","States":{"A":{"Type":"Pass","Next":"A"}}}]}}})",
            {kNoEnd}},
        GraphCase{
            "LostCycle",
            R"({"StartAt":"E","States":{"E":{"Type":"Succeed"},"A":{"Type":"Pass","Next":"B"},"B":{"Type":"Pass","Next":"A"}}})",
            {unreachable("A")}},
        GraphCase{
            "LostStateThatGoesToItself",
            R"({"StartAt":"E","States":{"E":{"Type":"Succeed"},"A":{"Type":"Pass","Next":"A"}}})",
            {unreachable("A")}},
        GraphCase{
            "LostChainNamesItsHead",
            R"({"StartAt":"E","States":{"C":{"Type":"Pass","End":true},"B":{"Type":"Pass","Next":"C"},"A":{"Type":"Pass","Next":"B"},"E":{"Type":"Succeed"}}})",
            {unreachable("A")}},
        GraphCase{
            "ReachedByACatcherAlone",
            R"({"StartAt":"P","States":{"P":{"Type":"Parallel","End":true,"Catch":[{"ErrorEquals":["x"],"Next":"F"}],
                      "Branches":[{"StartAt":"A","States":{"A":{"Type":"Succeed"}}}]},"F":{"Type":"Fail"}}})",
            {}},
        GraphCase{
            "SaysNothingOfWhatItCannotRead",
            R"({"StartAt":"A","States":{"A":{"Type":"Nope","Next":"B"},"B":{"Type":"Succeed"}}})",
            {"SCHEMA_VALIDATION_FAILED: The field 'Type' should have one of these values: [Task, "
             "Wait, Pass, Succeed, "
             "Fail, Choice, Parallel, Map] at /States/A/Type"}}),
    name_of<GraphCase>);

TEST(StateNames, AreUniqueInTheWholeMachine) {
    EXPECT_THAT(
        findings(R"({"StartAt":"P","States":{"P":{"Type":"Parallel","Next":"Y","Branches":[
                    {"StartAt":"X","States":{"X":{"Type":"Succeed"}}},{"StartAt":"X","States":{"X":{"Type":"Succeed"}}}]},
                    "Y":{"Type":"Succeed"}}})"),
        ElementsAre(
            "DUPLICATE_STATE_NAME: Duplicate State name: X at /States/P/Branches[1]/States/X"));
}

TEST(StateNames, HaveAtMostEightyCharacters) {
    const auto named = [](const std::string& name) {
        return R"({"StartAt":")" + name + R"(","States":{")" + name + R"(":{"Type":"Succeed"}}})";
    };
    const std::string longest(80, 'n');
    EXPECT_THAT(findings(named(longest)), IsEmpty());
    EXPECT_THAT(findings(named(longest + "n")),
                ElementsAre("INVALID_STATE_NAME: Invalid State name: State '" + longest +
                            "n' exceeds the 80-character limit allowed by the service at /States/" +
                            longest + "n"));
    std::string emoji;
    for (int i = 0; i < 40; ++i) emoji += "\xF0\x9F\x98\x80";
    EXPECT_THAT(findings(named(emoji)), IsEmpty());
    EXPECT_EQ(findings(named(emoji + "n")).size(), 1U);
    EXPECT_EQ(findings(named("")).size(), 1U);
}

}  // namespace
}  // namespace stepwell::asl
