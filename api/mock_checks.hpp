#pragma once

#include <string>
#include <vector>

#include "engine/asl/model.hpp"
#include "engine/machine/mock_directory.hpp"

namespace stepwell::api {

/// One line each for the mocks of a state machine that its definition has no state for, or one that
/// has no result to be mocked. `mocks` may be null.
std::vector<std::string> unknown_mocks(const MockDirectory* mocks, const std::string& state_machine,
                                       const asl::StateMachine& definition);

/// The same into the log, as warnings.
void report_unknown_mocks(const MockDirectory* mocks, const std::string& state_machine,
                          const asl::StateMachine& definition);

}  // namespace stepwell::api
