#pragma once

#include <sys/types.h>

#include <fstream>
#include <sstream>
#include <string>

namespace stepwell::testing {

/// Whether a process runs. One that has ended and that nobody has waited for (a zombie) does not.
inline bool is_running(pid_t pid) {
    std::ifstream stat("/proc/" + std::to_string(pid) + "/stat");
    std::stringstream text;
    text << stat.rdbuf();
    const std::string line = text.str();
    const auto name_end = line.rfind(") ");  // The name may have spaces and brackets of its own.
    return name_end != std::string::npos && line[name_end + 2] != 'Z' && line[name_end + 2] != 'X';
}

}  // namespace stepwell::testing
