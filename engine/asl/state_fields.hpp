#pragma once

#include "engine/asl/fields.hpp"
#include "engine/asl/model.hpp"

namespace stepwell::asl {

/// Reports the fields that a state of this type does not have. The tables are state_fields.cpp.
void allow_only_fields_of(StateType type, const Fields& fields);

}  // namespace stepwell::asl
