#include <algorithm>
#include <chrono>

#include "tests/engine/asl/findings.hpp"

namespace stepwell::asl {
namespace {

/// A chain of `count` Pass states.
std::string chain(int count) {
    std::string out = R"({"StartAt":"s0","States":{)";
    for (int i = 0; i + 1 < count; ++i) {
        out += "\"s" + std::to_string(i) + R"(":{"Type":"Pass","Next":"s)" + std::to_string(i + 1) +
               "\"},";
    }
    return out + "\"s" + std::to_string(count - 1) + R"(":{"Type":"Succeed"}}})";
}

std::string nested_parallel(int depth) {
    std::string open;
    std::string close;
    for (int i = 0; i < depth; ++i) {
        const std::string name = "p" + std::to_string(i);
        open += R"({"StartAt":")" + name + R"(","States":{")" + name +
                R"(":{"Type":"Parallel","End":true,"Branches":[)";
        close += "]}}}";
    }
    return open + R"({"StartAt":"e","States":{"e":{"Type":"Succeed"}}})" + close;
}

TEST(HostileDefinition, OfTenThousandStatesIsReadInLinearTime) {
    const auto time_of = [](int states) {
        const std::string text = chain(states);
        const auto start = std::chrono::steady_clock::now();
        const auto machine = accepted(text);
        EXPECT_EQ(machine->states.size(), static_cast<std::size_t>(states));
        return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    };
    const double small = time_of(1'000);
    // Ten times the states; a quadratic step would take a hundred times as long. Leaves room for a
    // busy machine.
    EXPECT_LT(time_of(10'000), 40 * small + 0.05);
}

TEST(HostileDefinition, MayNotNestScopesForEver) {
    EXPECT_THAT(findings(nested_parallel(40)), IsEmpty());
    const auto deep = findings(nested_parallel(60));
    ASSERT_EQ(deep.size(), 1U);
    EXPECT_TRUE(deep[0].starts_with(
        "TOO_DEEPLY_NESTED: States are too deeply nested at /States/p0/Branches[0]/"))
        << deep[0];
    const auto deeper = findings(nested_parallel(10'000));
    ASSERT_EQ(deeper.size(), 1U);
    EXPECT_TRUE(deeper[0].starts_with("INVALID_JSON_DESCRIPTION: Document nesting depth (513)"));
}

TEST(HostileDefinition, MayNestChoiceRulesAsDeepAsJson) {
    std::string rule = R"({"Variable":"$.a","IsNull":true})";
    for (int i = 0; i < 200; ++i) rule = R"({"Not":)" + rule + "}";
    rule.insert(1, R"("Next":"E",)");
    EXPECT_THAT(findings(R"({"StartAt":"S","States":{"S":{"Type":"Choice","Choices":[)" + rule +
                         R"(]},"E":{"Type":"Succeed"}}})"),
                IsEmpty());
}

TEST(HostileDefinition, EarnsABoundedNumberOfFindings) {
    std::string state = R"({"Type":"Succeed")";
    for (int i = 0; i < 50'000; ++i) state += ",\"x" + std::to_string(i) + "\":0";
    EXPECT_LE(findings(machine_of(state + "}")).size(), 1001U);
}

TEST(HostileDefinition, WithAThousandWarningsIsStillRefused) {
    std::string parameters = R"({"Type":"Pass","Parameters":{)";
    for (int i = 0; i < 2'000; ++i) parameters += "\"k" + std::to_string(i) + R"(":"$.a",)";
    parameters += R"("z":0},"Next":"nowhere"})";
    const Parsed parsed = parse(machine_of(parameters), WorkflowType::standard);
    EXPECT_FALSE(parsed.machine);
    EXPECT_TRUE(std::any_of(parsed.diagnostics.begin(), parsed.diagnostics.end(),
                            [](const Diagnostic& d) { return d.severity == Severity::error; }));
}

/// Every value of a definition in turn replaced by something else: whatever comes of it, it is an
/// answer.
TEST(HostileDefinition, WithAnyValueReplacedGetsAnAnswer) {
    const std::string text = R"({"Comment":"c","StartAt":"S","TimeoutSeconds":5,"States":{
        "S":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke","Parameters":{"FunctionName":"f","Payload.$":"$.a"},
             "ResultSelector":{"a.$":"$.b"},"ResultPath":"$.r","TimeoutSeconds":9,"HeartbeatSeconds":3,
             "Credentials":{"RoleArn":"r"},"Retry":[{"ErrorEquals":["x"],"IntervalSeconds":1,"BackoffRate":2.5}],
             "Catch":[{"ErrorEquals":["States.ALL"],"Next":"F","ResultPath":null}],"Next":"C"},
        "C":{"Type":"Choice","Choices":[{"And":[{"Variable":"$.a","NumericEquals":1}],"Next":"M"},
             {"Not":{"Variable":"$.t","TimestampLessThan":"2020-01-01T00:00:00Z"},"Next":"P"}],"Default":"W"},
        "W":{"Type":"Wait","Seconds":1,"Next":"P"},
        "M":{"Type":"Map","ItemsPath":"$.i","MaxConcurrency":2,"ItemProcessor":{"ProcessorConfig":{"Mode":"INLINE"},
             "StartAt":"I","States":{"I":{"Type":"Pass","Result":[1],"End":true}}},"Next":"P"},
        "P":{"Type":"Parallel","Branches":[{"StartAt":"B","States":{"B":{"Type":"Succeed"}}}],"End":true},
        "F":{"Type":"Fail","Error":"e","CausePath":"$.c"}}})";
    EXPECT_THAT(findings(text), IsEmpty());
    const Json source = json(text);
    const Json others[] = {Json(),
                           Json(true),
                           Json(-1),
                           Json(1.5),
                           Json(""),
                           Json("$"),
                           Json("{%"),
                           Json::array(),
                           Json::object(),
                           json("[[{}]]"),
                           json(R"({"a":{"b":[]}})")};
    std::vector<std::vector<std::string>> paths;
    const auto collect = [&](const auto& self, const Json& value,
                             std::vector<std::string> path) -> void {
        paths.push_back(path);
        if (value.is_object()) {
            for (const auto& [key, member] : value.get_ref<const Json::object_t&>()) {
                path.push_back(key);
                self(self, member, path);
                path.pop_back();
            }
        } else if (value.is_array()) {
            for (std::size_t i = 0; i < value.size(); ++i) {
                path.push_back(std::to_string(i));
                self(self, value[i], path);
                path.pop_back();
            }
        }
    };
    collect(collect, source, {});
    EXPECT_GT(paths.size(), 70U);
    for (const auto& path : paths) {
        for (const Json& other : others) {
            Json changed = source;
            Json* place = &changed;
            for (const std::string& step : path) {
                place = place->is_array() ? &(*place)[std::stoul(step)] : &(*place)[step];
            }
            *place = other;
            findings(write_json(changed), WorkflowType::express);
        }
    }
}

}  // namespace
}  // namespace stepwell::asl
