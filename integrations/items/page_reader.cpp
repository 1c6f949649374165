#include "integrations/items/page_reader.hpp"

#include <algorithm>
#include <utility>

#include "engine/base/json.hpp"
#include "integrations/items/file_items.hpp"
#include "integrations/items/file_list.hpp"
#include "integrations/items/reader_config.hpp"

namespace stepwell::items {

namespace {

// Each holds a piece of text of some hundred KiB, and at most a file descriptor.
constexpr std::size_t kMaxKept = 64;

/// Where a page begins.
struct Cursor {
    std::string file;          ///< a DataFile's token; empty: before the first one
    bool file_ended = true;    ///< go on with the file behind it
    std::uint64_t offset = 0;  ///< in that file
    std::string version;       ///< of that file

    std::string text() const {
        Json json = Json::object();
        json["file"] = file;
        if (!file_ended) {
            json["offset"] = offset;
            json["version"] = version;
        }
        return write_json(json);
    }

    static std::optional<Cursor> of(const std::string& text) {
        Cursor cursor;
        if (text.empty()) return cursor;
        const auto json = parse_json(text);
        if (!json || !json->is_object()) return std::nullopt;
        const auto string = [&](const char* name) {
            const auto found = json->find(name);
            return found != json->end() && found->is_string() ? found->get<std::string>()
                                                              : std::string();
        };
        cursor.file = string("file");
        cursor.version = string("version");
        const auto offset = json->find("offset");
        cursor.file_ended = offset == json->end() || !offset->is_number_integer();
        if (!cursor.file_ended) cursor.offset = offset->get<std::uint64_t>();
        return cursor;
    }
};

/// As ListObjectsV2 tells of it, in Step Functions' spelling.
Payload item_of(const ObjectInfo& object) {
    Json item = Json::object();
    item["Etag"] = object.etag;
    item["Key"] = object.key;
    item["LastModified"] =
        std::chrono::floor<Seconds>(object.last_modified).time_since_epoch().count();
    item["Size"] = object.size;
    item["StorageClass"] = object.storage_class.empty() ? "STANDARD" : object.storage_class;
    return Payload(std::move(item));
}

std::string place_of(const ItemRead& read, const std::string& cursor) {
    return read.owner.account + read.owner.region + write_json(read.reader) + cursor;
}

}  // namespace

/// A data set that is open, and how far it has been read.
struct PageReader::DataSet {
    std::string place;
    Owner owner;
    ReaderConfig config;
    std::unique_ptr<DataFiles> files;
    Cursor cursor;
    std::string source;
    std::unique_ptr<FileItems> items;  ///< of the cursor's file

    /// Sees to it that `items` are there. False: there are none any more.
    Evaluated<bool> open(const ObjectAccess& access) {
        if (!files) files = TRY(list_files(access, config));
        if (items) return true;
        DataFile file;
        if (cursor.file_ended) {
            auto next = TRY(files->after(cursor.file));
            if (!next) return false;
            file = std::move(*next);
            cursor = Cursor{file.token, false, 0, {}};
        } else {
            file = TRY(files->at(cursor.file));
        }
        items = TRY(open_items(access, config, file, cursor.offset, cursor.version));
        source = file.name.uri();
        return true;
    }

    void end_file() {
        items.reset();
        cursor.file_ended = true;
    }
};

PageReader::PageReader(ObjectStore& store, ParquetToLines parquet)
    : store_(store), parquet_(std::move(parquet)) {}

PageReader::~PageReader() = default;

Evaluated<ItemPage> PageReader::read(const ItemRead& read) {
    const ReaderConfig config = TRY(read_reader_config(read.reader));
    if (config.files == FileList::objects_as_items) return read_listing(read, config.list);
    return read_files(read);
}

Evaluated<ItemPage> PageReader::read_files(const ItemRead& read) {
    const std::string place = place_of(read, read.cursor);
    std::unique_ptr<DataSet> set = take_kept(place);
    if (!set) {
        auto cursor = Cursor::of(read.cursor);
        if (!cursor) return reader_failed("The place to read on from is damaged.");
        set = std::make_unique<DataSet>();
        set->owner = read.owner;
        set->config = TRY(read_reader_config(read.reader));
        set->cursor = std::move(*cursor);
    }
    const ObjectAccess access{store_, set->owner, parquet_};
    ItemPage page;
    std::size_t bytes = 0;
    while (page.items.size() < read.max_items && bytes < read.max_bytes) {
        const bool more = TRY(set->open(access));
        if (!more) {
            page.end = true;
            return page;
        }
        // A page is of one file, so that it has one source.
        if (page.items.empty()) {
            page.source = set->source;
            page.begin = set->cursor.text();
        }
        if (page.source != set->source) break;
        auto item = TRY(set->items->next());
        if (!item) {
            set->end_file();
            continue;
        }
        bytes += item->size();
        page.items.push_back(std::move(*item));
        set->cursor.offset = set->items->offset();
    }
    // A JSON array's end is no place to read on from.
    if (set->items && set->items->ended()) set->end_file();
    page.cursor = set->cursor.text();
    set->place = place_of(read, page.cursor);
    keep(std::move(set));
    return page;
}

Evaluated<ItemPage> PageReader::read_listing(const ItemRead& read, const ListRequest& list) {
    ListRequest request = list;
    if (!read.cursor.empty()) request.start_after = read.cursor;
    request.max_keys = std::clamp<std::size_t>(read.max_items, 1, 1000);
    auto found = store_.list(read.owner, request);
    if (!found) return reader_failed(found.error().cause());
    ItemPage page;
    page.source = "S3://" + list.bucket;
    for (const ObjectInfo& object : found->objects) page.items.push_back(item_of(object));
    page.end = !found->truncated;
    page.cursor = std::move(found->last);
    return page;
}

std::unique_ptr<PageReader::DataSet> PageReader::take_kept(const std::string& place) {
    const std::lock_guard lock(mutex_);
    const auto found = std::find_if(kept_.begin(), kept_.end(),
                                    [&](const auto& set) { return set->place == place; });
    if (found == kept_.end()) return nullptr;
    std::unique_ptr<DataSet> set = std::move(*found);
    kept_.erase(found);
    return set;
}

void PageReader::keep(std::unique_ptr<DataSet> set) {
    std::unique_ptr<DataSet> oldest;  // closed without the lock
    const std::lock_guard lock(mutex_);
    kept_.push_front(std::move(set));
    if (kept_.size() <= kMaxKept) return;
    oldest = std::move(kept_.back());
    kept_.pop_back();
}

}  // namespace stepwell::items
