#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <ostream>
#include <stdexcept>
#include <string>
#include <vector>

#include "engine/asl/parser.hpp"

namespace stepwell::asl {

using testing::ElementsAre;
using testing::IsEmpty;

/// `CODE: message at location`, warnings with `(warning) ` before it, in the order of the answer.
inline std::vector<std::string> findings(const std::string& definition,
                                         WorkflowType type = WorkflowType::standard) {
    std::vector<std::string> out;
    const Parsed parsed = parse(definition, type);
    bool refused = false;
    for (const Diagnostic& d : parsed.diagnostics) {
        const bool error = d.severity == Severity::error;
        refused = refused || error;
        out.push_back((error ? "" : "(warning) ") + d.code + ": " + d.message + " at " +
                      d.location);
    }
    EXPECT_EQ(parsed.machine == nullptr, refused) << definition;
    return out;
}

/// A machine whose only state `S` is this one.
inline std::string machine_of(const std::string& state) {
    return R"({"StartAt":"S","States":{"S":)" + state + "}}";
}

/// `SCHEMA_VALIDATION_FAILED: message at /States/S<place>`.
inline std::string schema(const std::string& message, const std::string& place = "") {
    return "SCHEMA_VALIDATION_FAILED: " + message + " at /States/S" + place;
}

/// A state and all that is wrong with it. `state` is what stands at /States/S.
struct StateCase {
    const char* name;
    std::string state;
    std::vector<std::string> findings;
    WorkflowType type = WorkflowType::standard;
};
inline void PrintTo(const StateCase& c, std::ostream* out) { *out << c.state; }
inline std::string case_name(const testing::TestParamInfo<StateCase>& info) {
    return info.param.name;
}

/// Of a table whose rows have a name.
template <class Case>
std::string name_of(const testing::TestParamInfo<Case>& info) {
    return info.param.name;
}

class StateIs : public testing::TestWithParam<StateCase> {};

/// The machine of a definition that must be accepted.
inline std::shared_ptr<const StateMachine> accepted(const std::string& definition,
                                                    WorkflowType type = WorkflowType::standard) {
    Parsed parsed = parse(definition, type);
    for (const Diagnostic& d : parsed.diagnostics)
        ADD_FAILURE() << d.code << ": " << d.message << " at " << d.location;
    if (!parsed.machine) throw std::runtime_error("refused: " + definition);
    return parsed.machine;
}

/// The state `S` of a machine of one state, which must be accepted.
template <class Body>
const Body& body_of(const StateMachine& machine) {
    return std::get<Body>(machine.states.at(0).body);
}

}  // namespace stepwell::asl
