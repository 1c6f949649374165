#include "integrations/items/spool.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <system_error>

#include "integrations/items/reader_config.hpp"

namespace stepwell::items {

namespace {

std::string temporary_folder() {
    const char* named = std::getenv("TMPDIR");
    return named == nullptr || *named == '\0' ? "/tmp" : named;
}

StateError spool_failed(int error) {
    return reader_failed("The object cannot be unpacked in " + temporary_folder() + ": " +
                         std::generic_category().message(error) +
                         ". TMPDIR names another folder for it.");
}

}  // namespace

Evaluated<std::unique_ptr<Spool>> Spool::create() {
    const std::string folder = temporary_folder();
    Fd file(::open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600));
    if (!file) {
        // Not every file system has files without a name.
        std::string path = folder + "/stepwell-XXXXXX";
        file = Fd(::mkostemp(path.data(), O_CLOEXEC));
        if (!file) return spool_failed(errno);
        ::unlink(path.c_str());
    }
    return std::unique_ptr<Spool>(new Spool(std::move(file)));
}

Evaluated<std::monostate> Spool::append(std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t written = ::write(file_.get(), bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) return spool_failed(errno);
        bytes.remove_prefix(static_cast<std::size_t>(written));
    }
    return std::monostate();
}

Evaluated<ObjectPart> Spool::part(std::uint64_t offset, std::size_t length) {
    ObjectPart part;
    part.bytes.resize(length);
    std::size_t filled = 0;
    while (filled < length) {
        const ssize_t got = ::pread(file_.get(), part.bytes.data() + filled, length - filled,
                                    static_cast<off_t>(offset + filled));
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return spool_failed(errno);
        if (got == 0) break;
        filled += static_cast<std::size_t>(got);
    }
    part.bytes.resize(filled);
    part.object_size = size();
    return part;
}

std::string Spool::path() const {
    return "/proc/" + std::to_string(::getpid()) + "/fd/" + std::to_string(file_.get());
}

std::uint64_t Spool::size() const {
    struct stat status {};
    return ::fstat(file_.get(), &status) == 0 ? static_cast<std::uint64_t>(status.st_size) : 0;
}

}  // namespace stepwell::items
