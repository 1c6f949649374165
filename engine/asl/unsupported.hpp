#pragma once

#include <string_view>

#include "engine/asl/problems.hpp"

/// What AWS takes and this version of Stepwell does not run. A definition that uses it is refused
/// rather than run half; each later issue that builds a feature deletes its function here and the
/// calls.
namespace stepwell::asl::unsupported {

/// `ProcessorConfig.Mode: DISTRIBUTED`.                     TODO(#6)
void distributed_map(Problems& problems, const Location& where);

}  // namespace stepwell::asl::unsupported
