#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "server/settings.hpp"

namespace stepwell::server {

/// Reads stepwell.yaml over what `settings` has: the keys of setting_rows(), and `functions`.
/// docs/configuration.md describes it. Relative paths are relative to the file.
///
/// The answer is what is wrong, in one line that begins with `FILE:LINE:` and says what would be
/// right; nullopt where all is well. An unknown key is wrong: it is a mistyped one.
std::optional<std::string> read_config_file(const std::filesystem::path& file, Settings& settings);

}  // namespace stepwell::server
