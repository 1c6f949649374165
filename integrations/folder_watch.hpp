#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <unordered_map>
#include <vector>

namespace stepwell {

/// Tells whether a file in one of several folders, or below it, has changed.
///
/// Asked, not telling: `generation` takes in what the kernel has noted so far (inotify), so what
/// was written before the question counts, and nothing needs to be called back. Hidden files,
/// `__pycache__`, `node_modules` and the compiled files of Python are not looked at. Folders beyond
/// the kernel's or our limit are not watched; the log says so once. Not thread-safe.
class FolderWatch {
public:
    FolderWatch();
    ~FolderWatch();
    FolderWatch(const FolderWatch&) = delete;
    FolderWatch& operator=(const FolderWatch&) = delete;

    using FolderId = std::size_t;
    /// The same folder gives the same id.
    FolderId add(const std::filesystem::path& folder);
    /// A number that changes when something in the folder does.
    std::uint64_t generation(FolderId folder);

private:
    struct Watched {
        std::filesystem::path path;
        int depth;
    };
    void watch_below(const std::filesystem::path& path, int depth);
    void take_events();
    void changed(const std::filesystem::path& path);
    void warn(const std::string& why);

    int inotify_ = -1;
    bool warned_ = false;
    std::unordered_map<int, Watched> watched_;
    std::vector<std::filesystem::path> folders_;
    std::vector<std::uint64_t> generations_;
};

}  // namespace stepwell
