#include "integrations/items/folder_list.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

#include "engine/base/json.hpp"
#include "engine/base/utf8.hpp"
#include "integrations/items/folder_paths.hpp"

namespace stepwell::items {

namespace {

constexpr std::size_t kMaxDepth = 128;
constexpr std::size_t kMaxKey = 1024;  // S3 User Guide, "Naming Amazon S3 objects"

/// The names in a folder, those of folders with a `/` behind them: so their order is that of keys.
std::vector<std::string> names_in(int folder) {
    std::vector<std::string> names;
    const int copy = ::openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (copy < 0) return names;
    DIR* stream = ::fdopendir(copy);
    if (stream == nullptr) {
        ::close(copy);
        return names;
    }
    while (const dirent* entry = ::readdir(stream)) {
        std::string name = entry->d_name;
        if (name == "." || name == ".." || !is_utf8(name)) continue;
        unsigned char type = entry->d_type;
        if (type == DT_UNKNOWN) {
            struct stat status {};
            if (::fstatat(folder, name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) continue;
            type = S_ISDIR(status.st_mode) ? DT_DIR : S_ISREG(status.st_mode) ? DT_REG : DT_UNKNOWN;
        }
        if (type == DT_DIR) {
            names.push_back(name + "/");
        } else if (type == DT_REG) {
            names.push_back(std::move(name));
        }
    }
    ::closedir(stream);
    std::sort(names.begin(), names.end());
    return names;
}

class Lister {
public:
    Lister(const ListRequest& request, EtagCache& etags) : request_(request), etags_(etags) {
        limit_ = std::min<std::size_t>(request.max_keys, 1000);
    }

    /// False: the page is full.
    bool walk(int folder, const std::string& path, std::size_t depth) {
        if (depth > kMaxDepth) return true;
        for (const std::string& name : names_in(folder)) {
            const std::string key = path + name;
            if (key.size() > kMaxKey) continue;
            if (name.back() == '/') {
                if (!leads_on(key)) continue;
                const Fd inner =
                    open_folder(folder, {name.substr(0, name.size() - 1)}, Missing::fail);
                if (inner && !walk(inner.get(), key, depth + 1)) return false;
            } else if (key.starts_with(request_.prefix) && key > request_.start_after) {
                if (!take(folder, name, key)) return false;
            }
        }
        return true;
    }

    ObjectList take_list() { return std::move(list_); }

private:
    /// Whether a key below `path` (which ends with `/`) can be on the page.
    bool leads_on(const std::string& path) const {
        const std::string& prefix = request_.prefix;
        const std::string& after = request_.start_after;
        const bool in_prefix = path.starts_with(prefix) || prefix.starts_with(path);
        return in_prefix && (path > after || after.starts_with(path));
    }

    bool take(int folder, const std::string& name, const std::string& key) {
        const std::size_t cut = request_.delimiter.empty()
                                    ? std::string::npos
                                    : key.find(request_.delimiter, request_.prefix.size());
        if (cut != std::string::npos) {
            std::string common = key.substr(0, cut + request_.delimiter.size());
            if (common == last_common_ || request_.start_after.starts_with(common)) return true;
            if (full()) return false;
            last_common_ = list_.last = common;
            list_.common_prefixes.push_back(std::move(common));
            return true;
        }
        if (full()) return false;
        const Fd file = open_file(folder, name);
        if (!file) return true;  // gone meanwhile, or not for us to read
        auto info = describe_file(file.get(), key, etags_);
        if (!info) return true;
        list_.last = key;
        list_.objects.push_back(std::move(*info));
        return true;
    }

    bool full() {
        list_.truncated = list_.objects.size() + list_.common_prefixes.size() >= limit_;
        return list_.truncated;
    }

    const ListRequest& request_;
    EtagCache& etags_;
    std::size_t limit_;
    ObjectList list_;
    std::string last_common_;
};

}  // namespace

Stored<ObjectList> list_folder(int bucket, const ListRequest& request, EtagCache& etags) {
    Lister lister(request, etags);
    lister.walk(bucket, "", 0);
    return lister.take_list();
}

}  // namespace stepwell::items
