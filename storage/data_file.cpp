#include "storage/data_file.hpp"

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <sstream>
#include <string_view>
#include <system_error>
#include <thread>

#include "engine/store.hpp"
#include "storage/schema.hpp"

namespace stepwell::storage {
namespace {

/// How long a lock that someone holds is asked for again before the file is refused.
constexpr std::chrono::milliseconds kLockPatience{1000};
constexpr std::chrono::milliseconds kLockPause{20};

namespace fs = std::filesystem;

StorageError problem(const std::string& path, const std::string& what) {
    return StorageError("data file \"" + path + "\" " + what);
}

/// " (process 123)" of whoever holds a flock on the file, where the kernel tells. proc(5),
/// /proc/locks.
std::string holder(const struct stat& file) {
    std::ifstream locks("/proc/locks");
    for (std::string line; std::getline(locks, line);) {
        std::istringstream fields(line);
        std::string number, kind, mode, access, process, where;
        fields >> number >> kind >> mode >> access >> process >> where;
        const std::size_t colon = where.rfind(':');
        if (kind != "FLOCK" || colon == std::string::npos || process == "-1" || process == "0")
            continue;
        if (where.substr(colon + 1) == std::to_string(file.st_ino))
            return " (process " + process + ")";
    }
    return {};
}

/// A big-endian number of the header. https://www.sqlite.org/fileformat.html#the_database_header
std::uint32_t number_at(const std::array<unsigned char, 100>& header, std::size_t offset) {
    return std::uint32_t{header[offset]} << 24U | std::uint32_t{header[offset + 1]} << 16U |
           std::uint32_t{header[offset + 2]} << 8U | std::uint32_t{header[offset + 3]};
}

void make_folder(const std::string& path) {
    std::string folder = fs::path(path).parent_path().string();
    for (std::size_t slash = folder.find('/', 1);; slash = folder.find('/', slash + 1)) {
        const std::string part = folder.substr(0, slash);
        std::error_code ignored;
        if (!fs::is_directory(part, ignored) && ::mkdir(part.c_str(), 0700) != 0 &&
            errno != EEXIST) {
            throw problem(path,
                          "cannot be created: folder \"" + part + "\": " + std::strerror(errno));
        }
        if (slash == std::string::npos) return;
    }
}

}  // namespace

DataFile::DataFile(const fs::path& path) : path_(fs::absolute(path).string()) {
    struct stat file {};
    const bool exists = ::stat(path_.c_str(), &file) == 0;
    if ((exists && S_ISDIR(file.st_mode)) || path_.ends_with('/')) {
        throw problem(path_, "is a folder: name a file in it");
    }
    if (exists && !S_ISREG(file.st_mode))
        throw problem(path_, "is not a regular file: name another");
    if (!exists) make_folder(path_);

    handle_ = ::open(path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (handle_ < 0) {
        const int number = errno;
        throw StorageError(sqlite::explain(path_, SQLITE_CANTOPEN, number, ""));
    }
    try {
        lock();
        check_header();
    } catch (...) {
        ::close(handle_);
        throw;
    }
}

DataFile::~DataFile() { ::close(handle_); }

void DataFile::lock() const {
    // A server that was killed may have left a function's process between vfork and exec, which
    // holds the lock for a moment longer.
    const auto give_up = std::chrono::steady_clock::now() + kLockPatience;
    while (::flock(handle_, LOCK_EX | LOCK_NB) != 0) {
        if (errno == EWOULDBLOCK && std::chrono::steady_clock::now() < give_up) {
            std::this_thread::sleep_for(kLockPause);
            continue;
        }
        refuse_lock();
    }
}

void DataFile::refuse_lock() const {
    if (errno != EWOULDBLOCK)
        throw problem(path_, std::string("cannot be locked: ") + std::strerror(errno));
    struct stat file {};
    ::fstat(handle_, &file);
    throw problem(path_, "is in use by another Stepwell" + holder(file) +
                             ": stop that one, or name another file");
}

void DataFile::check_header() const {
    struct stat file {};
    if (::fstat(handle_, &file) != 0)
        throw problem(path_, std::string("cannot be read: ") + std::strerror(errno));
    if (file.st_size == 0) return;  // new

    static constexpr std::string_view kMagic("SQLite format 3\0", 16);
    std::array<unsigned char, 100> header{};
    const ::ssize_t got = ::pread(handle_, header.data(), header.size(), 0);
    if (got < 0) throw problem(path_, std::string("cannot be read: ") + std::strerror(errno));
    if (got < ::ssize_t{100} || std::memcmp(header.data(), kMagic.data(), kMagic.size()) != 0) {
        throw problem(
            path_,
            "is not a Stepwell data file (no SQLite file): move it away, or name another file");
    }
    // 0: not yet written back from the WAL, or nobody's. SQLite will tell (migrate()).
    const std::uint32_t application = number_at(header, 68);
    if (application != 0 && application != static_cast<std::uint32_t>(kApplicationId)) {
        throw problem(
            path_, "is an SQLite file of another application: move it away, or name another file");
    }
    // What a WAL holds may be missing here; without one, the file must be as long as it says.
    struct stat wal {};
    if (::stat((path_ + "-wal").c_str(), &wal) == 0 && wal.st_size > 0) return;
    const std::uint32_t raw_size = std::uint32_t{header[16]} << 8U | header[17];
    const std::uint64_t page_size = raw_size == 1 ? 65536 : raw_size;
    const bool counted = number_at(header, 24) == number_at(header, 92);
    if (counted && std::uint64_t{number_at(header, 28)} * page_size >
                       static_cast<std::uint64_t>(file.st_size)) {
        throw problem(path_,
                      "is damaged (cut off): put back a copy, or move it away to begin anew");
    }
}

}  // namespace stepwell::storage
