#pragma once

#include <deque>
#include <filesystem>
#include <memory>
#include <string>

#include "integrations/models/service_models.hpp"

namespace stepwell::models {

/// A service whose model was read from a file, with the texts it points to.
struct FileService {
    Service service;
    std::deque<std::string> texts;
};

/// The model of a service in botocore's form (`service-2.json`). Throws std::runtime_error, with
/// the file's name, where it is none.
std::unique_ptr<const FileService> read_model_file(const std::filesystem::path& file);

/// The model files of a folder: `NAME.json`, and `SERVICE/service-2.json` and
/// `SERVICE/VERSION/service-2.json` as botocore keeps them, in the order of their paths, so that of
/// several versions the last counts. Throws std::runtime_error where there is none, or no folder.
std::vector<std::filesystem::path> model_files(const std::filesystem::path& folder);

}  // namespace stepwell::models
