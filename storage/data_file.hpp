#pragma once

#include <filesystem>
#include <string>

/// The data file as a file: found or made, ours alone, and plausible before SQLite touches it.
namespace stepwell::storage {

/// Holds the data file for this process: no second one opens it until this object goes or the
/// process dies. The lock (flock) belongs to the file itself, so another name for it does not help;
/// kill -9 releases it.
class DataFile {
public:
    /// Creates the file, and folders on the way to it, where missing (for the owner's eyes only:
    /// task tokens are signed with a key that is in it). Throws StorageError where it is a folder,
    /// cannot be opened for writing, is in use, is no SQLite file, another application's, or cut
    /// off. Nothing is changed then.
    explicit DataFile(const std::filesystem::path& path);
    DataFile(const DataFile&) = delete;
    DataFile& operator=(const DataFile&) = delete;
    /// After SQLite has closed it: closing any handle of a file drops the locks that SQLite holds
    /// on it.
    ~DataFile();

    /// Absolute.
    const std::string& path() const { return path_; }

private:
    void lock() const;
    [[noreturn]] void refuse_lock() const;
    void check_header() const;

    std::string path_;
    int handle_ = -1;
};

}  // namespace stepwell::storage
