#include "api/mock_checks.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <optional>

namespace stepwell::api {
namespace {

/// What is wrong with a mock of this state; nullopt where nothing is.
std::optional<std::string> problem(const asl::StateMachine& definition, const std::string& state) {
    const auto found = std::ranges::find(definition.states, state, &asl::State::name);
    if (found == definition.states.end()) return "does not have";
    switch (found->type()) {
        case asl::StateType::task:
        case asl::StateType::parallel:
        case asl::StateType::map:
            return std::nullopt;
        case asl::StateType::pass:
        case asl::StateType::wait:
        case asl::StateType::choice:
        case asl::StateType::succeed:
        case asl::StateType::fail:
            return "has, but it is no Task, Parallel or Map";
    }
    return std::nullopt;
}

}  // namespace

std::vector<std::string> unknown_mocks(const MockDirectory* mocks, const std::string& state_machine,
                                       const asl::StateMachine& definition) {
    std::vector<std::string> lines;
    if (mocks == nullptr) return lines;
    for (const MockedState& mocked : mocks->mocked_states(state_machine)) {
        if (const auto wrong = problem(definition, mocked.state)) {
            lines.push_back("the test case '" + mocked.test_case + "' mocks a state '" +
                            mocked.state + "', which the state machine '" + state_machine + "' " +
                            *wrong);
        }
    }
    return lines;
}

void report_unknown_mocks(const MockDirectory* mocks, const std::string& state_machine,
                          const asl::StateMachine& definition) {
    for (const std::string& line : unknown_mocks(mocks, state_machine, definition))
        spdlog::warn("mock configuration: {}", line);
}

}  // namespace stepwell::api
