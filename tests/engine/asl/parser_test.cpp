#include "tests/engine/asl/findings.hpp"

namespace stepwell::asl {
namespace {

/// The tables of all files of this folder.
TEST_P(StateIs, AsAwsSays) {
    EXPECT_EQ(findings(machine_of(GetParam().state), GetParam().type), GetParam().findings);
}

const std::string kStates = R"("StartAt":"S","States":{"S":{"Type":"Succeed"}})";

TEST(Machine, NeedsStatesAndStartAt) {
    EXPECT_THAT(
        findings("{}"),
        ElementsAre("SCHEMA_VALIDATION_FAILED: These fields are required: [States, StartAt] at /"));
    EXPECT_THAT(findings(R"({"StartAt":"S"})"),
                ElementsAre("SCHEMA_VALIDATION_FAILED: These fields are required: [States] at /"));
    EXPECT_THAT(findings(R"({"States":{"S":{"Type":"Succeed"}}})"),
                ElementsAre("SCHEMA_VALIDATION_FAILED: These fields are required: [StartAt] at /"));
}

struct TopCase {
    const char* name;
    std::string extra;
    std::vector<std::string> findings;
};
class TopLevelField : public testing::TestWithParam<TopCase> {};
TEST_P(TopLevelField, IsChecked) {
    EXPECT_EQ(findings("{" + kStates + "," + GetParam().extra + "}"), GetParam().findings);
}
INSTANTIATE_TEST_SUITE_P(
    Fields, TopLevelField,
    testing::Values(
        TopCase{
            "All",
            R"("Comment":"c","Version":"1.0","TimeoutSeconds":99999999,"QueryLanguage":"JSONPath")",
            {}},
        TopCase{"TimeoutOfZero", R"("TimeoutSeconds":0)", {}},
        TopCase{"Unknown",
                R"("Coment":"c")",
                {"SCHEMA_VALIDATION_FAILED: Field 'Coment' is not supported at /"}},
        TopCase{"ProcessorConfig",
                R"("ProcessorConfig":{})",
                {"SCHEMA_VALIDATION_FAILED: Field 'ProcessorConfig' is not supported at /"}},
        TopCase{"Comment",
                R"("Comment":1)",
                {"SCHEMA_VALIDATION_FAILED: Expected value of type String at /Comment"}},
        TopCase{
            "Version",
            R"("Version":"1.1")",
            {"SCHEMA_VALIDATION_FAILED: Value should be one of the following: [1.0] at /Version"}},
        TopCase{"NegativeTimeout",
                R"("TimeoutSeconds":-1)",
                {"SCHEMA_VALIDATION_FAILED: Minimum value is 0 at /TimeoutSeconds"}},
        TopCase{"LongTimeout",
                R"("TimeoutSeconds":100000000)",
                {"SCHEMA_VALIDATION_FAILED: Maximum value is 99999999 at /TimeoutSeconds"}},
        TopCase{"BrokenTimeout",
                R"("TimeoutSeconds":1.5)",
                {"SCHEMA_VALIDATION_FAILED: Expected value of type Integer at /TimeoutSeconds"}},
        TopCase{"HugeTimeout",
                R"("TimeoutSeconds":123456789012345678901234567890)",
                {"SCHEMA_VALIDATION_FAILED: Maximum value is 99999999 at /TimeoutSeconds"}},
        TopCase{"TextAsTimeout",
                R"("TimeoutSeconds":"1")",
                {"SCHEMA_VALIDATION_FAILED: Expected value of type Integer at /TimeoutSeconds"}},
        TopCase{"QueryLanguage",
                R"("QueryLanguage":"JMESPath")",
                {"SCHEMA_VALIDATION_FAILED: Value should be one of the following: [JSONPath, "
                 "JSONata] at /QueryLanguage"}}),
    name_of<TopCase>);

TEST(Machine, NamesWhatIsNoObjectOrText) {
    EXPECT_THAT(findings(R"({"StartAt":1,"States":[]})"),
                ElementsAre("SCHEMA_VALIDATION_FAILED: Expected value of type Object at /States",
                            "SCHEMA_VALIDATION_FAILED: Expected value of type String at /StartAt"));
    EXPECT_THAT(findings(R"({"StartAt":"S","States":{}})"),
                ElementsAre("SCHEMA_VALIDATION_FAILED: Value cannot be empty at /States"));
    EXPECT_THAT(findings(machine_of("1")), ElementsAre(schema("Expected value of type Object")));
}

TEST(Machine, KeepsItsFields) {
    const auto machine = accepted(R"({"Comment":"c","TimeoutSeconds":30,)" + kStates + "}");
    EXPECT_EQ(machine->comment, "c");
    EXPECT_EQ(machine->timeout, Seconds{30});
    ASSERT_EQ(machine->flows.size(), 1U);
    EXPECT_EQ(machine->flows[0].start_at, 0U);
    ASSERT_EQ(machine->states.size(), 1U);
    EXPECT_EQ(machine->states[0].name, "S");
    EXPECT_EQ(machine->states[0].type(), StateType::succeed);
}

TEST(Machine, StatesAndFlowsAreNumberedAcrossScopes) {
    const auto machine = accepted(R"({"StartAt":"P","States":{
        "P":{"Type":"Parallel","Next":"Z","Branches":[
            {"StartAt":"B","States":{"A":{"Type":"Succeed"},"B":{"Type":"Pass","Next":"A"}}},
            {"StartAt":"C","States":{"C":{"Type":"Fail"}}}]},
        "Z":{"Type":"Succeed"}}})");
    ASSERT_EQ(machine->flows.size(), 3U);
    const auto at = [&](StateIndex index) -> const State& { return machine->states.at(index); };
    EXPECT_EQ(at(machine->flows[0].start_at).name, "P");
    EXPECT_EQ(at(machine->flows[1].start_at).name, "B");
    EXPECT_EQ(at(machine->flows[2].start_at).name, "C");
    const auto& parallel = std::get<ParallelState>(at(machine->flows[0].start_at).body);
    EXPECT_THAT(parallel.branches, ElementsAre(1U, 2U));
    EXPECT_EQ(at(*parallel.then.next).name, "Z");
    EXPECT_EQ(at(*parallel.then.next).flow, 0U);
    const State& b = at(machine->flows[1].start_at);
    EXPECT_EQ(b.flow, 1U);
    EXPECT_EQ(at(*std::get<PassState>(b.body).then.next).name, "A");
}

TEST(Machine, ReportsEverythingAtOnceInTheOrderOfTheText) {
    EXPECT_THAT(
        findings(R"({"StartAt":"A","Extra":1,"States":{
                    "A":{"Type":"Wait","Seconds":-1,"Next":"B"},
                    "B":{"Type":"Choice","Choices":[]},
                    "C":{"Type":"Task","Resource":"x","End":true}}})"),
        ElementsAre(
            "SCHEMA_VALIDATION_FAILED: Field 'Extra' is not supported at /",
            "SCHEMA_VALIDATION_FAILED: Minimum value is 0 at /States/A/Seconds",
            "SCHEMA_VALIDATION_FAILED: Value cannot be empty at /States/B/Choices",
            "SCHEMA_VALIDATION_FAILED: Value is not a valid resource ARN at /States/C/Resource"));
}

TEST(TypeName, IsTheValueOfType) {
    EXPECT_EQ(type_name(StateType::task), "Task");
    EXPECT_EQ(type_name(StateType::pass), "Pass");
    EXPECT_EQ(type_name(StateType::choice), "Choice");
    EXPECT_EQ(type_name(StateType::wait), "Wait");
    EXPECT_EQ(type_name(StateType::succeed), "Succeed");
    EXPECT_EQ(type_name(StateType::fail), "Fail");
    EXPECT_EQ(type_name(StateType::parallel), "Parallel");
    EXPECT_EQ(type_name(StateType::map), "Map");
}

}  // namespace
}  // namespace stepwell::asl
