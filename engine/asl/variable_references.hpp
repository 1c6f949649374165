#pragma once

#include <string>
#include <vector>

#include "engine/asl/model.hpp"

namespace stepwell::asl {

class FlowReader;

/// The variables that the fields of a state read, in order, each once; not those of states inside
/// it. API Reference, DescribeStateMachine: `variableReferences`.
/// A name of a JSONata function is that of a variable where `scope` sees one that is called so.
std::vector<std::string> variables_read_by(const State& state, const FlowReader& scope);

}  // namespace stepwell::asl
