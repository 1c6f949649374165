// Variables in JSONPath states: where they are set, who sees them, and what a restart has of them.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/engine/machine/drive.hpp"

namespace stepwell::test {
namespace {

using testing::HasSubstr;

std::string shown(const std::vector<AssignedVariable>& variables) {
    std::string out;
    for (const auto& [name, value] : variables) out += name + "=" + value.text() + ";";
    return out;
}

const std::vector<AssignedVariable>& assigned(const Drive& drive, EventId id) {
    return std::get<StateExitedDetails>(drive.event(id).details).assigned;
}

/// A machine whose only state is this Pass.
std::string pass(const std::string& members) {
    return R"({"StartAt":"S","States":{"S":{"Type":"Pass","End":true)" + members + "}}}";
}

TEST(Assign, SeesTheResultAndIsRecordedInOrderOfNames) {
    Drive drive(pass(
        R"(,"Result":{"r":[1]},"Assign":{"z.$":"$.r","a":"text","m":{"x.$":"$$.State.Name"}})"));
    drive.run_to_end();
    EXPECT_EQ(shown(assigned(drive, 3)), R"(a="text";m={"x":"S"};z=[1];)");
}

TEST(Assign, OfAStateSeesVariablesAsTheyWereOnEntry) {
    Drive drive(
        R"({"StartAt":"A","States":{"A":{"Type":"Pass","Assign":{"x":1,"y":2},"Next":"B"},
           "B":{"Type":"Pass","Assign":{"x.$":"$y","y.$":"$x"},"OutputPath":"$x","Next":"C"},
           "C":{"Type":"Pass","Parameters":{"x.$":"$x","y.$":"$y"},"End":true}}})");
    drive.run_to_end();
    EXPECT_EQ(std::get<StateExitedDetails>(drive.event(5).details).output.text(), "1");
    EXPECT_EQ(drive.output(), R"({"x":2,"y":1})");
}

TEST(Assign, OfTheRuleThatMatchesStandsInPlaceOfTheStates) {
    const char* machine =
        R"({"StartAt":"C","States":{"C":{"Type":"Choice","Default":"E","Assign":{"by":"default"},"Choices":[
             {"Variable":"$.n","NumericEquals":1,"Next":"E","Assign":{"by.$":"$.n"}},
             {"Variable":"$.n","NumericEquals":2,"Next":"E"}]},
           "E":{"Type":"Pass","End":true}}})";
    Drive first(machine, R"({"n":1})");
    EXPECT_EQ(shown(assigned(first.run_to_end(), 3)), "by=1;");
    Drive second(machine, R"({"n":2})");
    EXPECT_EQ(shown(assigned(second.run_to_end(), 3)), "");
    Drive none(machine, R"({"n":3})");
    EXPECT_EQ(shown(assigned(none.run_to_end(), 3)), "by=\"default\";");
}

TEST(Assign, OfACatcherSeesTheErrorAndReplacesTheStates) {
    Drive drive(
        R"({"StartAt":"T","States":{"T":{"Type":"Task","Resource":"arn:aws:lambda:us-east-1:123456789012:function:f",
             "Assign":{"ok":true},"Next":"E","Catch":[{"ErrorEquals":["States.ALL"],"Next":"E",
             "Assign":{"why.$":"$.Error"}}]},
           "E":{"Type":"Pass","OutputPath":"$why","End":true}}})");
    drive.answer = [](const TaskCall&) { return TaskResult(StateError{"Broke", "c"}); };
    drive.run_to_end();
    EXPECT_EQ(drive.output(), "\"Broke\"");
    EXPECT_EQ(shown(assigned(drive, 6)), "why=\"Broke\";");
}

TEST(Variables, OfAnOuterScopeAreSeenInsideAndInnerOnesVanish) {
    Drive drive(
        R"x({"StartAt":"A","States":{"A":{"Type":"Pass","Assign":{"outer":"o"},"Next":"P"},
           "P":{"Type":"Parallel","Next":"M","Branches":[
             {"StartAt":"I","States":{"I":{"Type":"Pass","Assign":{"inner":1},"Next":"I2"},
                "I2":{"Type":"Pass","Parameters":{"o.$":"$outer","i.$":"$inner"},"End":true}}},
             {"StartAt":"J","States":{"J":{"Type":"Pass","Assign":{"inner":2},"Next":"J2"},
                "J2":{"Type":"Pass","Parameters":{"i.$":"$inner"},"End":true}}}]},
           "M":{"Type":"Map","ItemSelector":{"v.$":"$$.Map.Item.Value","o.$":"$outer"},"Next":"E","ItemProcessor":{
             "StartAt":"N","States":{"N":{"Type":"Pass","Assign":{"inner.$":"$.v"},"End":true}}}},
           "E":{"Type":"Pass","Parameters":{"all.$":"$","gone.$":"$inner"},"End":true}}})x",
        "{}", Cut::after_every_step);
    drive.run_to_end();
    EXPECT_EQ(drive.execution->status, ExecutionStatus::failed);
    EXPECT_THAT(
        *drive.execution->failure.cause,
        HasSubstr(
            R"(The JSONPath '$inner' specified for the field 'gone.$' could not be found in the input '[{"v":{"i":1,"o":"o"},"o":"o"},{"v":{"i":2},"o":"o"}]')"));
    EXPECT_EQ(drive.execution->frames.at(0).variables.size(), 1U);
    EXPECT_EQ(drive.execution->variable_bytes, 8U);  // outer="o"
}

TEST(Variables, MayBeReadWhereAPathMay) {
    Drive drive(
        R"x({"StartAt":"A","States":{"A":{"Type":"Pass","Assign":{"s":3,"list":[1],"at":"2023-01-01T00:00:00Z"},"Next":"W"},
           "W":{"Type":"Wait","SecondsPath":"$s","Next":"M"},
           "M":{"Type":"Map","ItemsPath":"$list","MaxConcurrencyPath":"$s","ItemProcessor":{"StartAt":"I","States":{
             "I":{"Type":"Pass","Parameters":{"n.$":"States.MathAdd($s, $list[0])"},"End":true}}},"Next":"C"},
           "C":{"Type":"Choice","Choices":[{"Variable":"$s","NumericEqualsPath":"$list[0]","Next":"F"}],"Default":"E"},
           "E":{"Type":"Pass","End":true},"F":{"Type":"Fail"}}})x");
    drive.run_to_end();
    EXPECT_EQ(drive.output(), R"([{"n":4}])");
}

TEST(Variables, ThatAreNotThereFailTheState) {
    Drive drive(pass(R"(,"InputPath":"$none.a")"));
    drive.run_to_end();
    EXPECT_EQ(drive.execution->failure.error, "States.Runtime");
    EXPECT_THAT(*drive.execution->failure.cause, HasSubstr("Invalid path '$none.a'"));
}

TEST(Variables, HaveALimitPerAssign) {
    const std::string half(131'070, 'x');
    const auto with = [&](const std::string& more) {
        return pass(R"(,"Assign":{"a.$":"$","b.$":"$)" + more + "\"}");
    };
    Drive fits(with(""), "\"" + half + "\"");
    EXPECT_EQ(fits.run_to_end().execution->status, ExecutionStatus::succeeded);
    Drive beyond(with(""), "\"" + half + "x\"");
    beyond.run_to_end();
    EXPECT_EQ(beyond.execution->failure.error, "States.DataLimitExceeded");
}

TEST(Variables, HaveALimitForTheWholeExecution) {
    std::string states;
    for (int i = 0; i < 41; ++i) {
        const std::string n = std::to_string(i);
        states += "\"S" + n + R"(":{"Type":"Pass","Assign":{"v)" + n + R"(.$":"$"},"Next":"S)" +
                  std::to_string(i + 1) + "\"},";
    }
    Drive drive(R"({"StartAt":"S0","States":{)" + states + R"("S41":{"Type":"Succeed"}}})",
                "\"" + std::string(260'000, 'x') + "\"");
    drive.run_to_end();
    EXPECT_EQ(drive.execution->failure.error, "States.DataLimitExceeded");
    EXPECT_EQ(drive.execution->frames.at(0).variables.size(), 40U);
}

TEST(Journal, ReadsRowsThatKnewNoVariables) {
    // Format 1: the version, one entry with an event: PassStateExited of "S" with output {}.
    const HistoryEvent event{3, 2, TimePoint{Seconds{1}}, EventType::pass_state_exited,
                             StateExitedDetails{"S", Payload(), {}}};
    std::string row = encode_entries({Entry{event, Note{0, true, LeftState{std::nullopt, {}}}}});
    const std::string without = std::string("\1S") + '\0' + "\2{}";
    const std::size_t at = row.find(without);
    ASSERT_NE(at, std::string::npos);
    ASSERT_EQ(row[at + without.size()], '\0');  // no variables
    row.erase(at + without.size(), 1);
    row[0] = '\1';
    const auto entries = decode_entries(row);
    ASSERT_EQ(entries.size(), 1U);
    const auto& details = std::get<StateExitedDetails>(entries[0].event->details);
    EXPECT_EQ(details.output.text(), "{}");
    EXPECT_TRUE(details.assigned.empty());
}

}  // namespace
}  // namespace stepwell::test
