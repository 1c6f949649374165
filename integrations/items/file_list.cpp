#include "integrations/items/file_list.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include "integrations/items/manifests.hpp"

namespace stepwell::items {

namespace {

constexpr std::size_t kListedAtOnce = 1000;
// A file of a manifest takes about 100 bytes of it.
constexpr std::size_t kMaxManifestBytes = 64U << 20U;

/// One file, or those of a manifest; a token is an index.
class KnownFiles : public DataFiles {
public:
    KnownFiles(std::vector<ObjectName> files, std::vector<std::string> columns)
        : files_(std::move(files)), columns_(std::move(columns)) {}

    Evaluated<std::optional<DataFile>> after(const std::string& token) override {
        const std::size_t index = token.empty() ? 0 : index_of(token) + 1;
        if (index >= files_.size()) return std::optional<DataFile>();
        return std::optional(file(index));
    }

    Evaluated<DataFile> at(const std::string& token) override {
        const std::size_t index = index_of(token);
        if (index < files_.size()) return file(index);
        return reader_failed("The manifest has changed while its files were read.");
    }

private:
    static std::size_t index_of(const std::string& token) {
        std::size_t index = 0;
        std::from_chars(token.data(), token.data() + token.size(), index);
        return index;
    }
    DataFile file(std::size_t index) const {
        return {files_[index], std::to_string(index), columns_};
    }

    std::vector<ObjectName> files_;
    std::vector<std::string> columns_;
};

/// What ListObjectsV2 finds; a token is a key.
class ListedFiles : public DataFiles {
public:
    ListedFiles(const ObjectAccess& access, ListRequest list)
        : store_(access.store), owner_(access.owner), list_(std::move(list)) {
        list_.max_keys = kListedAtOnce;
    }

    Evaluated<std::optional<DataFile>> after(const std::string& token) override {
        std::string last = token.empty() ? list_.start_after : token;
        for (;;) {
            const auto next = std::upper_bound(keys_.begin(), keys_.end(), last);
            if (next != keys_.end() && last >= from_) return std::optional(file(*next));
            if (complete_ && last >= from_) return std::optional<DataFile>();
            ListRequest request = list_;
            request.start_after = last;
            auto page = store_.list(owner_, request);
            if (!page) return reader_failed(page.error().cause());
            from_ = last;
            complete_ = !page->truncated;
            keys_.clear();
            for (ObjectInfo& object : page->objects) {
                // The marker of a folder, which the console makes, has no items.
                if (object.size == 0 && object.key.ends_with('/')) continue;
                keys_.push_back(std::move(object.key));
            }
            if (keys_.empty() && page->truncated) last = page->last;
        }
    }

    Evaluated<DataFile> at(const std::string& token) override { return file(token); }

private:
    DataFile file(const std::string& key) const {
        return {ObjectName{list_.bucket, key, {}}, key, {}};
    }

    ObjectStore& store_;
    Owner owner_;
    ListRequest list_;
    std::vector<std::string> keys_;  ///< of the last page
    std::string from_;               ///< what that page started after
    bool complete_ = false;          ///< none follow it
};

Evaluated<std::string> whole_text(const ObjectAccess& access, const ObjectName& name) {
    std::string version;
    const auto source = TRY(open_text(access, name, false, version));
    TextWindow window(*source, 0);
    while (window.rest() == Rest::more) (void)TRY(window.grow(kMaxManifestBytes));
    return Evaluated<std::string>(boost::system::in_place_value, window.text());
}

}  // namespace

Evaluated<std::unique_ptr<DataFiles>> list_files(const ObjectAccess& access,
                                                 const ReaderConfig& config) {
    using Files = std::unique_ptr<DataFiles>;
    switch (config.files) {
        case FileList::one:
            return Files(std::make_unique<KnownFiles>(std::vector{config.object},
                                                      std::vector<std::string>()));
        case FileList::listed:
            return Files(std::make_unique<ListedFiles>(access, config.list));
        case FileList::inventory: {
            const std::string text = TRY(whole_text(access, config.object));
            Inventory inventory = TRY(read_inventory(text, config.object));
            return Files(std::make_unique<KnownFiles>(std::move(inventory.files),
                                                      std::move(inventory.columns)));
        }
        case FileList::athena: {
            const std::string text = TRY(whole_text(access, config.object));
            return Files(std::make_unique<KnownFiles>(TRY(read_athena_manifest(text)),
                                                      std::vector<std::string>()));
        }
        case FileList::objects_as_items:
            break;
    }
    return Files(
        std::make_unique<KnownFiles>(std::vector<ObjectName>(), std::vector<std::string>()));
}

}  // namespace stepwell::items
