#pragma once

#include <string_view>

namespace stepwell::models {

/// What compile_models.py made, as part of the program.
std::string_view compiled_table();

}  // namespace stepwell::models
