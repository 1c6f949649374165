#pragma once

#include <string_view>

#include "engine/asl/problems.hpp"
#include "engine/base/json.hpp"

/// What AWS takes and this version of Stepwell does not run. A definition that uses it is refused
/// rather than run half; each later issue that builds a feature deletes its function here and the
/// calls.
namespace stepwell::asl::unsupported {

/// `QueryLanguage: JSONata`.                                TODO(#4)
void jsonata(Problems& problems, const Location& where);
/// `Assign`.                                                TODO(#4)
void assign(Problems& problems, const Location& where);
/// `ProcessorConfig.Mode: DISTRIBUTED`.                     TODO(#6)
void distributed_map(Problems& problems, const Location& where);

/// Whether a path or intrinsic call reads a variable (`$name`, `States.Format('{}', $name)`): if
/// so, it is refused and need not compile.                                    TODO(#4)
bool variable(Problems& problems, std::string_view expression, const Location& where);
/// The same for a payload template: a copy in which such expressions are harmless, to find what
/// else is wrong with it.
Json without_variables(Problems& problems, const Json& source, const Location& where);

}  // namespace stepwell::asl::unsupported
