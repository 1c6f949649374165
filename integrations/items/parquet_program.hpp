#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "integrations/child_process.hpp"
#include "integrations/io_loop.hpp"

namespace stepwell::items {

/// Reads Parquet with Node.js and npm's hyparquet, in a process for each file: Debian 12 has no
/// library for it, and Stepwell is not to have a reader of its own.
///
/// The script is parquet_lines.mjs with its node_modules beside it, looked for where it was
/// configured, else in `parquet/` beside the program, in `../share/stepwell/parquet/` and in the
/// source tree that the program was built in.
class ParquetProgram {
public:
    /// `script` may be empty: it is looked for. `loop` must outlive it.
    ParquetProgram(IoLoop& loop, std::filesystem::path script);
    ~ParquetProgram();
    ParquetProgram(const ParquetProgram&) = delete;
    ParquetProgram& operator=(const ParquetProgram&) = delete;

    /// As ParquetToLines: blocks, on any thread but the loop's; the cause where it failed, such as
    /// what is to be installed.
    std::optional<std::string> convert(const std::string& parquet_path,
                                       const std::string& lines_path);
    /// Kills what runs, and starts nothing more.
    void stop();

private:
    struct Impl;
    std::shared_ptr<Impl> impl_;
};

}  // namespace stepwell::items
