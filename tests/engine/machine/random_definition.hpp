#pragma once

#include <string>
#include <vector>

#include "engine/base/json.hpp"
#include "engine/base/random.hpp"

namespace stepwell::test {

/// Makes state machines at random: all state types, nested, with retries, catches, time-outs,
/// tokens and variables. Every definition ends: states lead forward only. The same seed gives the
/// same machine.
class RandomDefinition {
public:
    explicit RandomDefinition(std::uint64_t seed) : random_(seed) {}

    Json make() {
        Json machine = flow(0);
        if (chance(10)) machine["TimeoutSeconds"] = 1 + int(below(60));
        return machine;
    }

private:
    bool chance(unsigned percent) { return random_.next_below(100) < percent; }
    std::uint64_t below(std::uint64_t bound) { return random_.next_below(bound); }

    Json flow(int depth) {
        const std::size_t count = 1 + below(depth == 0 ? 5 : 3);
        std::vector<std::string> names;
        for (std::size_t i = 0; i < count; ++i) names.push_back("S" + std::to_string(++states_));
        Json states = Json::object();
        for (std::size_t i = 0; i < count; ++i) states[names[i]] = state(names, i, depth);
        Json flow = Json::object();
        flow["StartAt"] = names[0];
        flow["States"] = std::move(states);
        return flow;
    }

    /// State i of a flow always leads to state i + 1, among others, so that all can be reached.
    Json state(const std::vector<std::string>& names, std::size_t i, int depth) {
        const bool last = i + 1 == names.size();
        const auto later = [&] { return names[i + 1 + below(names.size() - i - 1)]; };
        Json state = Json::object();
        const std::uint64_t kind = below(depth < 2 ? 9 : 7);
        if (last && kind == 0) {
            state["Type"] = "Succeed";
            return state;
        }
        if (last && kind == 1) {
            state["Type"] = "Fail";
            if (chance(80)) state["Error"] = "Fail" + std::to_string(below(3));
            return state;
        }
        if (!last && kind <= 1) {
            state["Type"] = "Choice";
            Json rule = Json::object();
            rule["Variable"] = "$";
            rule[chance(50) ? "IsNumeric" : "IsNull"] = chance(50);
            rule["Next"] = later();
            state["Choices"] = Json::array({std::move(rule)});
            if (chance(40)) assign(state["Choices"][0], depth);
            if (chance(40)) assign(state, depth);
            if (!chance(5))
                state["Default"] = names[i + 1];
            else
                state["Choices"].push_back(always(names[i + 1]));
            return state;
        }
        switch (kind) {
            case 2:
            case 3:
                pass(state);
                break;
            case 4:
                wait(state);
                break;
            case 7:
                parallel(state, depth);
                break;
            case 8:
                map(state, depth);
                break;
            default:
                task(state);
                break;
        }
        if (chance(40)) assign(state, depth);
        if (state["Type"] != "Pass" && state["Type"] != "Wait" && !last)
            errors(state, later(), depth);
        else if (state["Type"] != "Pass" && state["Type"] != "Wait")
            errors(state, "", depth);
        if (last)
            state["End"] = true;
        else
            state["Next"] = names[i + 1];
        return state;
    }
    static Json always(const std::string& next) {
        Json rule = Json::object();
        rule["Variable"] = "$";
        rule["IsPresent"] = true;
        rule["Next"] = next;
        return rule;
    }

    /// Variables have a name per depth, since an inner scope may not assign an outer one.
    std::string variable(int depth) {
        return std::string("v") + std::to_string(depth) + char('a' + below(3));
    }
    void assign(Json& owner, int depth) {
        for (std::uint64_t n = 1 + below(2); n > 0; --n) {
            const std::string name = variable(depth);
            switch (below(5)) {
                case 0:
                    owner["Assign"][name + ".$"] = "$$.State.EnteredTime";
                    break;
                case 1:
                    owner["Assign"][name + ".$"] = "States.Array($, $$.Execution.Input.items)";
                    break;
                case 2:
                    // Often not there: then the state fails.
                    owner["Assign"][name + ".$"] = "$" + variable(int(below(unsigned(depth) + 1)));
                    break;
                default:
                    owner["Assign"][name] = int(below(9));
                    break;
            }
            // The same under both names would be refused.
            if (owner["Assign"].contains(name) && owner["Assign"].contains(name + ".$"))
                owner["Assign"].erase(name);
        }
    }
    void pass(Json& state) {
        state["Type"] = "Pass";
        switch (below(4)) {
            case 0:
                state["Result"] = int(below(9));
                break;
            case 1:
                state["Parameters"]["id.$"] = "States.UUID()";
                break;
            case 2:
                state["Parameters"]["in.$"] = "$";
                break;
            default:
                state["OutputPath"] = nullptr;
                break;
        }
    }
    void wait(Json& state) {
        state["Type"] = "Wait";
        state["Seconds"] = int(below(20));
    }
    void task(Json& state) {
        state["Type"] = "Task";
        switch (below(3)) {
            case 0:
                state["Resource"] = "arn:aws:lambda:us-east-1:123456789012:function:f";
                break;
            case 1:
                state["Resource"] = "arn:aws:states:::lambda:invoke";
                state["Parameters"]["FunctionName"] = "f";
                break;
            default:
                state["Resource"] = "arn:aws:states:::lambda:invoke.waitForTaskToken";
                state["Parameters"]["FunctionName"] = "f";
                state["Parameters"]["Payload"]["token.$"] = "$$.Task.Token";
                if (chance(50)) state["HeartbeatSeconds"] = 1 + int(below(9));
                break;
        }
        state["TimeoutSeconds"] = 10 + int(below(20));
    }
    void parallel(Json& state, int depth) {
        state["Type"] = "Parallel";
        state["Branches"] = Json::array();
        for (std::uint64_t n = 1 + below(3); n > 0; --n)
            state["Branches"].push_back(flow(depth + 1));
    }
    void map(Json& state, int depth) {
        state["Type"] = "Map";
        state["ItemsPath"] = "$$.Execution.Input.items";
        state["MaxConcurrency"] = int(below(4));
        if (chance(50)) state["ItemSelector"]["item.$"] = "$$.Map.Item.Value";
        state["ItemProcessor"] = flow(depth + 1);
    }
    void errors(Json& state, const std::string& handler, int depth) {
        if (chance(50)) {
            Json retrier = Json::object();
            retrier["ErrorEquals"] = Json::array({chance(70) ? "States.ALL" : "States.TaskFailed"});
            retrier["IntervalSeconds"] = 1 + int(below(5));
            retrier["MaxAttempts"] = int(below(3));
            if (chance(30)) retrier["JitterStrategy"] = "FULL";
            state["Retry"] = Json::array({std::move(retrier)});
        }
        if (!handler.empty() && chance(50)) {
            Json catcher = Json::object();
            catcher["ErrorEquals"] = Json::array({"States.ALL"});
            catcher["Next"] = handler;
            if (chance(50)) catcher["ResultPath"] = nullptr;
            if (chance(40)) assign(catcher, depth);
            state["Catch"] = Json::array({std::move(catcher)});
        }
    }

    RandomBits random_;
    int states_ = 0;
};

}  // namespace stepwell::test
