#pragma once

#include <sys/stat.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// The way from a folder to what is in it, which nothing outside of it can be reached on.
namespace stepwell::items {

/// A file descriptor, closed at the end. -1: none.
class Fd {
public:
    Fd() = default;
    explicit Fd(int fd) : fd_(fd) {}
    ~Fd();
    Fd(Fd&& other) noexcept;
    Fd& operator=(Fd&& other) noexcept;
    explicit operator bool() const { return fd_ >= 0; }
    int get() const { return fd_; }

private:
    int fd_ = -1;
};

/// Whether this can be a bucket's name: 3 to 63 characters of `a`-`z`, `A`-`Z`, digits, `.`, `-`
/// and
/// `_`, the first a letter or digit. S3 User Guide, "General purpose bucket naming rules", and what
/// was allowed before.
bool is_bucket_name(std::string_view name);

/// The parts of a key that can be a file's path: none of them empty, `.` or `..`, none with a zero
/// byte. nullopt for any other key: `../x`, `/etc/passwd`, `a//b`, `folder/`.
std::optional<std::vector<std::string>> path_of_key(std::string_view key);

enum class Missing { fail, make };

/// Opens the folder that `parts` lead to from `root`, part by part, following no symbolic link.
/// With Missing::make folders on the way are made. Empty (with errno) where there is none.
Fd open_folder(int root, const std::vector<std::string>& parts, Missing missing);

/// Opens the file `name` of `folder` to read: a regular file, no symbolic link.
Fd open_file(int folder, const std::string& name);

/// Which content a file has, as far as its inode says: changes when it is written anew.
std::string identity_of(const struct stat& file);

}  // namespace stepwell::items
