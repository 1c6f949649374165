#pragma once

#include <string>
#include <vector>

namespace stepwell {

/// A state that a test case mocks.
struct MockedState {
    std::string test_case;
    std::string state;
};

/// Which states of which test cases are mocked. Answers from memory, so that the interpreter may
/// ask; thread-safe. What the answers are is the business of the TaskRunner.
class MockDirectory {
public:
    virtual ~MockDirectory() = default;
    /// Whether a state machine, by its name, has a test case of this name.
    virtual bool has_test_case(const std::string& state_machine,
                               const std::string& test_case) const = 0;
    /// Whether a state of the test case is mocked.
    virtual bool is_mocked(const std::string& state_machine, const std::string& test_case,
                           const std::string& state) const = 0;
    /// Of all test cases of a state machine.
    virtual std::vector<MockedState> mocked_states(const std::string& state_machine) const = 0;
};

}  // namespace stepwell
