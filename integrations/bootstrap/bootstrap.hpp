#pragma once

#include <string_view>

namespace stepwell {

/// The programs that run handlers of Python and Node.js: the files of this folder, built into the
/// binary.
extern const std::string_view kPythonBootstrap;
extern const std::string_view kNodeBootstrap;

}  // namespace stepwell
