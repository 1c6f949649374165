#include "integrations/folder_watch.hpp"

#include <spdlog/spdlog.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <string_view>
#include <system_error>

namespace stepwell {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostFolders = 2'000;
constexpr int kMostDepth = 16;
constexpr std::uint32_t kChanges = IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_CREATE |
                                   IN_DELETE | IN_ATTRIB | IN_ONLYDIR | IN_EXCL_UNLINK;

bool is_ignored(std::string_view name) {
    return name.starts_with('.') || name.ends_with('~') || name.ends_with(".pyc") ||
           name == "__pycache__" || name == "node_modules";
}

}  // namespace

FolderWatch::FolderWatch() : inotify_(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC)) {
    if (inotify_ < 0) warn(std::strerror(errno));
}

FolderWatch::~FolderWatch() {
    if (inotify_ >= 0) ::close(inotify_);
}

void FolderWatch::warn(const std::string& why) {
    if (std::exchange(warned_, true)) return;
    spdlog::warn("not all folders of local functions can be watched for changes: {}", why);
}

FolderWatch::FolderId FolderWatch::add(const fs::path& folder) {
    if (const auto known = std::find(folders_.begin(), folders_.end(), folder);
        known != folders_.end()) {
        return static_cast<FolderId>(known - folders_.begin());
    }
    folders_.push_back(folder);
    generations_.push_back(0);
    watch_below(folder, 0);
    return folders_.size() - 1;
}

void FolderWatch::watch_below(const fs::path& path, int depth) {
    if (inotify_ < 0) return;
    if (watched_.size() >= kMostFolders || depth > kMostDepth) {
        return warn("more than " + std::to_string(kMostFolders) +
                    " folders, or too deep ones, in " + path.string());
    }
    const int watch = ::inotify_add_watch(inotify_, path.c_str(), kChanges);
    if (watch < 0) {
        if (errno != ENOENT && errno != ENOTDIR) warn(path.string() + ": " + std::strerror(errno));
        return;
    }
    watched_[watch] = Watched{path, depth};
    std::error_code problem;
    for (fs::directory_iterator it(path, problem), end; !problem && it != end;
         it.increment(problem)) {
        std::error_code gone;  // It was removed meanwhile: nothing to watch.
        if (!it->is_symlink(gone) && it->is_directory(gone) &&
            !is_ignored(it->path().filename().string())) {
            watch_below(it->path(), depth + 1);
        }
    }
}

void FolderWatch::take_events() {
    if (inotify_ < 0) return;
    alignas(inotify_event) std::array<char, 16'384> buffer;
    for (;;) {
        const ssize_t got = ::read(inotify_, buffer.data(), buffer.size());
        if (got <= 0) return;
        for (std::size_t at = 0; at < static_cast<std::size_t>(got);) {
            inotify_event event;
            std::memcpy(&event, buffer.data() + at, sizeof event);
            const char* name = buffer.data() + at + sizeof event;
            at += sizeof event + event.len;
            if ((event.mask & IN_Q_OVERFLOW) != 0) {
                for (auto& generation : generations_) ++generation;
                continue;
            }
            const auto found = watched_.find(event.wd);
            if (found == watched_.end()) continue;
            const Watched watched = found->second;
            if ((event.mask & IN_IGNORED) != 0) {
                watched_.erase(found);
                continue;
            }
            if (event.len == 0 || is_ignored(name)) continue;
            changed(watched.path);
            if ((event.mask & IN_ISDIR) != 0 && (event.mask & (IN_CREATE | IN_MOVED_TO)) != 0) {
                watch_below(watched.path / name, watched.depth + 1);
            }
        }
    }
}

void FolderWatch::changed(const fs::path& path) {
    // A folder of one function may lie inside another's.
    for (std::size_t i = 0; i < folders_.size(); ++i) {
        const auto [outer, inner] =
            std::mismatch(folders_[i].begin(), folders_[i].end(), path.begin(), path.end());
        if (outer == folders_[i].end()) ++generations_[i];
    }
}

std::uint64_t FolderWatch::generation(FolderId folder) {
    take_events();
    return generations_[folder];
}

}  // namespace stepwell
