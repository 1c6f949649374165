#pragma once

#include <memory>

#include "api/json_writer.hpp"
#include "engine/asl/model.hpp"

namespace stepwell::api {

/// Writes `variableReferences`: per state that reads variables, their names. Left out where none
/// does, or where there is no definition. API Reference, DescribeStateMachine.
void write_variable_references(ObjectWriter& object,
                               const std::shared_ptr<const asl::StateMachine>& definition);

}  // namespace stepwell::api
