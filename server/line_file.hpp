#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace stepwell::server {

/// A file that lines are appended to, for a log that may lose lines but must not end the server.
///
/// A line that cannot be written (a full disk, a folder that has gone) is lost. The server's log
/// says so once, and once more when the file takes lines again. Of one thread.
class LineFile {
public:
    /// Opened, with the folders above it, when the first lines are written; opened anew where
    /// another file, or none, has taken its name (log rotation).
    ///
    /// A pipe that takes nothing is waited for until `in_a_hurry`, which must outlive this.
    LineFile(std::filesystem::path path, const std::atomic<bool>& in_a_hurry);
    /// Standard output.
    explicit LineFile(const std::atomic<bool>& in_a_hurry);
    LineFile(const LineFile&) = delete;
    LineFile& operator=(const LineFile&) = delete;
    /// Writes what it holds.
    ~LineFile();

    /// Opens it now; why that cannot be, if so.
    std::optional<std::string> open();
    /// Takes a line, without its end, and writes when many have come together.
    void add(std::string_view line);
    /// Writes what it holds.
    void flush();

private:
    void close();
    bool replaced() const;
    std::optional<std::string> write_lines();
    bool wait_until_writable() const;
    void report(const std::optional<std::string>& problem);

    const std::optional<std::filesystem::path> path_;  ///< none: standard output
    const std::atomic<bool>& in_a_hurry_;
    int descriptor_ = -1;
    std::string held_;
    std::uint64_t held_lines_ = 0;
    bool torn_ = false;  ///< the last thing written was a part of a line
    bool failing_ = false;
    std::uint64_t lost_lines_ = 0;
};

}  // namespace stepwell::server
