#include "integrations/items/folder_etag.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "engine/base/digest.hpp"
#include "integrations/items/folder_paths.hpp"

namespace stepwell::items {

namespace {

// Where AWS's tools begin to upload in parts, and how large those are.
constexpr std::uint64_t kPart = 8U << 20U;
// Some MB; beyond it digests are made anew.
constexpr std::size_t kMaxRemembered = 50'000;

std::optional<std::string> content_of(int fd, std::size_t size) {
    std::string content(size, '\0');
    std::size_t filled = 0;
    while (filled < size) {
        const ssize_t got =
            ::pread(fd, content.data() + filled, size - filled, static_cast<off_t>(filled));
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return std::nullopt;
        filled += static_cast<std::size_t>(got);
    }
    return content;
}

std::string quoted(const std::string& text) { return "\"" + text + "\""; }

}  // namespace

std::string EtagCache::etag_of(int fd) {
    struct stat status {};
    if (::fstat(fd, &status) != 0) return {};
    const std::string identity = std::to_string(status.st_dev) + "-" + identity_of(status);
    {
        const std::lock_guard lock(mutex_);
        if (const auto found = by_identity_.find(identity); found != by_identity_.end())
            return found->second;
    }
    const auto size = static_cast<std::uint64_t>(status.st_size);
    std::string etag;
    if (size > kPart) {
        const std::uint64_t parts = (size + kPart - 1) / kPart;
        etag = quoted(*hex_digest("MD5", identity) + "-" + std::to_string(parts));
    } else {
        const auto content = content_of(fd, size);
        if (!content) return {};
        etag = quoted(*hex_digest("MD5", *content));
    }
    const std::lock_guard lock(mutex_);
    if (by_identity_.size() >= kMaxRemembered) by_identity_.clear();
    by_identity_[identity] = etag;
    return etag;
}

Stored<ObjectInfo> describe_file(int fd, const std::string& key, EtagCache& etags) {
    struct stat status {};
    std::string etag = etags.etag_of(fd);
    if (etag.empty() || ::fstat(fd, &status) != 0) {
        return ObjectError{
            "InternalError", key + ": " + std::generic_category().message(errno), 500, {}, {}};
    }
    ObjectInfo info;
    info.key = key;
    info.etag = std::move(etag);
    // S3 keeps whole seconds.
    info.last_modified = TimePoint(Seconds(status.st_mtim.tv_sec));
    info.size = static_cast<std::uint64_t>(status.st_size);
    info.storage_class = "STANDARD";
    return info;
}

}  // namespace stepwell::items
