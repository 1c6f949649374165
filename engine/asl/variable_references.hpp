#pragma once

#include <string>
#include <vector>

#include "engine/asl/model.hpp"

namespace stepwell::asl {

/// The variables that the fields of a state read, in order, each once; not those of states inside
/// it. API Reference, DescribeStateMachine: `variableReferences`.
std::vector<std::string> variables_read_by(const State& state);

}  // namespace stepwell::asl
