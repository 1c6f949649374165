#include "integrations/items/folder_paths.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

namespace stepwell::items {

namespace {

// The most that Linux takes in one name.
constexpr std::size_t kMaxName = 255;

bool is_alphanumeric(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

}  // namespace

Fd::~Fd() {
    if (fd_ >= 0) ::close(fd_);
}

Fd::Fd(Fd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

Fd& Fd::operator=(Fd&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
}

bool is_bucket_name(std::string_view name) {
    return name.size() >= 3 && name.size() <= 63 && is_alphanumeric(name.front()) &&
           std::all_of(name.begin(), name.end(), [](char c) {
               return is_alphanumeric(c) || c == '.' || c == '-' || c == '_';
           });
}

std::optional<std::vector<std::string>> path_of_key(std::string_view key) {
    std::vector<std::string> parts;
    for (;;) {
        const std::size_t slash = key.find('/');
        const std::string_view part = key.substr(0, slash);
        if (part.empty() || part == "." || part == ".." || part.size() > kMaxName ||
            part.find('\0') != std::string_view::npos) {
            return std::nullopt;
        }
        parts.emplace_back(part);
        if (slash == std::string_view::npos) return parts;
        key.remove_prefix(slash + 1);
    }
}

Fd open_folder(int root, const std::vector<std::string>& parts, Missing missing) {
    constexpr int kFlags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
    Fd folder(::openat(root, ".", kFlags));
    for (const std::string& part : parts) {
        if (!folder) break;
        Fd next(::openat(folder.get(), part.c_str(), kFlags));
        if (!next && errno == ENOENT && missing == Missing::make) {
            if (::mkdirat(folder.get(), part.c_str(), 0777) != 0 && errno != EEXIST) return Fd();
            next = Fd(::openat(folder.get(), part.c_str(), kFlags));
        }
        folder = std::move(next);
    }
    return folder;
}

Fd open_file(int folder, const std::string& name) {
    // Without O_NONBLOCK a named pipe would keep us waiting.
    Fd file(::openat(folder, name.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK));
    struct stat status {};
    if (file && (::fstat(file.get(), &status) != 0 || !S_ISREG(status.st_mode))) {
        errno = ENOENT;
        return Fd();
    }
    return file;
}

std::string identity_of(const struct stat& file) {
    return std::to_string(file.st_ino) + "-" + std::to_string(file.st_size) + "-" +
           std::to_string(file.st_mtim.tv_sec) + "." + std::to_string(file.st_mtim.tv_nsec);
}

}  // namespace stepwell::items
