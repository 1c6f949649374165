#include "integrations/items/folder_store.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <system_error>

#include "integrations/items/folder_etag.hpp"
#include "integrations/items/folder_list.hpp"
#include "integrations/items/folder_paths.hpp"

namespace stepwell::items {

namespace {

constexpr const char* kUploads = ".stepwell-uploads";

// The words of Amazon S3 API Reference, "Error responses", as the service writes them.
ObjectError no_bucket() {
    return {"NoSuchBucket", "The specified bucket does not exist", 404, {}, {}};
}
ObjectError no_key() { return {"NoSuchKey", "The specified key does not exist.", 404, {}, {}}; }

ObjectError system_error(const std::string& what) {
    const std::string reason = std::generic_category().message(errno);
    if (errno == EACCES || errno == EPERM || errno == EROFS)
        return {"AccessDenied", "Access Denied: " + what + ": " + reason, 403, {}, {}};
    return {"InternalError", what + ": " + reason, 500, {}, {}};
}

/// Writes all of `bytes`, or says (errno) why not.
bool write_all(int fd, std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t written = ::write(fd, bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) return false;
        bytes.remove_prefix(static_cast<std::size_t>(written));
    }
    return true;
}

/// A file beside the buckets that takes an object's place when it is complete.
class FolderUpload : public ObjectUpload {
public:
    FolderUpload(Fd uploads, std::string temporary, Fd file, Fd folder, std::string name)
        : uploads_(std::move(uploads)),
          temporary_(std::move(temporary)),
          file_(std::move(file)),
          folder_(std::move(folder)),
          name_(std::move(name)) {}
    ~FolderUpload() override {
        if (!finished_) ::unlinkat(uploads_.get(), temporary_.c_str(), 0);
    }

    Stored<std::monostate> append(std::string_view bytes) override {
        if (!write_all(file_.get(), bytes)) return system_error(name_);
        return std::monostate();
    }

    Stored<std::monostate> finish() override {
        if (::renameat(uploads_.get(), temporary_.c_str(), folder_.get(), name_.c_str()) != 0)
            return system_error(name_);
        finished_ = true;
        return std::monostate();
    }

private:
    Fd uploads_;
    std::string temporary_;
    Fd file_;
    Fd folder_;
    std::string name_;
    bool finished_ = false;
};

}  // namespace

struct FolderStore::Impl {
    Fd root;
    EtagCache etags;
    std::atomic<unsigned> uploads{0};

    Stored<Fd> bucket(const std::string& name) const {
        if (!is_bucket_name(name)) return no_bucket();
        Fd folder = open_folder(root.get(), {name}, Missing::fail);
        if (!folder) return no_bucket();
        return folder;
    }

    Stored<Fd> file(const ObjectName& name) const {
        const Fd in = TRY(bucket(name.bucket));
        if (!name.version_id.empty() && name.version_id != "null") {
            return ObjectError{
                "NoSuchVersion", "The specified version does not exist.", 404, {}, {}};
        }
        auto parts = path_of_key(name.key);
        if (!parts) return no_key();
        const std::string last = std::move(parts->back());
        parts->pop_back();
        const Fd folder = open_folder(in.get(), *parts, Missing::fail);
        Fd opened = folder ? open_file(folder.get(), last) : Fd();
        if (opened) return opened;
        if (errno == EACCES) return system_error(name.key);
        return no_key();
    }
};

FolderStore::FolderStore(const std::filesystem::path& root) : impl_(std::make_unique<Impl>()) {
    impl_->root = Fd(::open(root.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!impl_->root) throw std::system_error(errno, std::generic_category(), root.string());
}

FolderStore::~FolderStore() = default;

Stored<ObjectPart> FolderStore::get(const Owner&, const ObjectName& name, std::uint64_t offset,
                                    std::size_t length) {
    const Fd file = TRY(impl_->file(name));
    struct stat status {};
    if (::fstat(file.get(), &status) != 0) return system_error(name.key);
    ObjectPart part;
    part.object_size = static_cast<std::uint64_t>(status.st_size);
    part.version = identity_of(status);
    if (offset >= part.object_size) return part;
    part.bytes.resize(std::min<std::uint64_t>(length, part.object_size - offset));
    std::size_t filled = 0;
    while (filled < part.bytes.size()) {
        const ssize_t got =
            ::pread(file.get(), part.bytes.data() + filled, part.bytes.size() - filled,
                    static_cast<off_t>(offset + filled));
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return system_error(name.key);
        if (got == 0) break;  // it has become shorter meanwhile
        filled += static_cast<std::size_t>(got);
    }
    part.bytes.resize(filled);
    return part;
}

Stored<ObjectList> FolderStore::list(const Owner&, const ListRequest& request) {
    const Fd bucket = TRY(impl_->bucket(request.bucket));
    return list_folder(bucket.get(), request, impl_->etags);
}

Stored<std::unique_ptr<ObjectUpload>> FolderStore::upload(const Owner&, const ObjectName& name) {
    const Fd bucket = TRY(impl_->bucket(name.bucket));
    auto parts = path_of_key(name.key);
    if (!parts) {
        return ObjectError{
            "InvalidArgument",
            "The key \"" + name.key + "\" is no path of a file below the bucket's folder",
            400,
            {},
            {}};
    }
    std::string last = std::move(parts->back());
    parts->pop_back();
    Fd folder = open_folder(bucket.get(), *parts, Missing::make);
    if (!folder) return system_error(name.key);
    Fd uploads = open_folder(impl_->root.get(), {kUploads}, Missing::make);
    if (!uploads) return system_error(kUploads);
    std::string temporary = std::to_string(::getpid()) + "-" + std::to_string(++impl_->uploads);
    Fd file(::openat(uploads.get(), temporary.c_str(),
                     O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0666));
    if (!file) return system_error(name.key);
    return std::unique_ptr<ObjectUpload>(
        std::make_unique<FolderUpload>(std::move(uploads), std::move(temporary), std::move(file),
                                       std::move(folder), std::move(last)));
}

Stored<std::monostate> FolderStore::put(const Owner& owner, const ObjectName& name,
                                        std::string_view bytes) {
    const std::unique_ptr<ObjectUpload> object = TRY(upload(owner, name));
    (void)TRY(object->append(bytes));
    return object->finish();
}

Stored<ObjectInfo> FolderStore::head(const ObjectName& name) {
    const Fd file = TRY(impl_->file(name));
    return describe_file(file.get(), name.key, impl_->etags);
}

Stored<std::monostate> FolderStore::remove(const ObjectName& name) {
    const Fd bucket = TRY(impl_->bucket(name.bucket));
    auto parts = path_of_key(name.key);
    // DeleteObject of a key that is not there succeeds.
    if (!parts) return std::monostate();
    const std::string last = std::move(parts->back());
    parts->pop_back();
    const Fd folder = open_folder(bucket.get(), *parts, Missing::fail);
    if (folder && ::unlinkat(folder.get(), last.c_str(), 0) != 0 && errno != ENOENT &&
        errno != EISDIR) {
        return system_error(name.key);
    }
    return std::monostate();
}

}  // namespace stepwell::items
