#pragma once

#include <iosfwd>
#include <string>

namespace stepwell::server {

/// `stepwell mock init [--state-machine NAME] [--test-case NAME] DEFINITION`.
struct MockInit {
    std::string definition;     ///< a file; `-` is standard input
    std::string state_machine;  ///< empty: named as the file
    std::string test_case = "HappyPath";
};

/// Prints a mock configuration to begin with on `out`, or on `errors` why there is none, one line.
/// Whether it could.
bool init_mocks(const MockInit& command, std::ostream& out, std::ostream& errors);

}  // namespace stepwell::server
