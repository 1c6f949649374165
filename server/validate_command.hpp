#pragma once

#include <iosfwd>
#include <string>
#include <vector>

#include "engine/asl/parser.hpp"

namespace stepwell::server {

/// `stepwell validate [--type STANDARD|EXPRESS] FILE…`.
struct Validate {
    std::vector<std::string> files;
    asl::WorkflowType type = asl::WorkflowType::standard;
};

/// Prints what is wrong with each definition as compilers do, one line each,
/// `FILE:LINE:COLUMN: error: MESSAGE [CODE]`, and nothing for one that is right. Whether every file
/// could be read and holds a definition that CreateStateMachine would take; warnings do not count.
bool validate_files(const Validate& command, std::ostream& out);

}  // namespace stepwell::server
