#include "integrations/items/file_items.hpp"

#include <set>
#include <utility>

#include "engine/base/json.hpp"
#include "engine/base/utf8.hpp"
#include "integrations/items/csv_records.hpp"
#include "integrations/items/json_elements.hpp"

namespace stepwell::items {

namespace {

// Developer Guide, "ItemReader (Map)": "supports CSV headers of up to 10 KiB".
constexpr std::size_t kMaxHeaderBytes = 10'240;
// There, ItemsPointer: what it points to begins within the first 16 MB.
constexpr std::size_t kMaxPointedTo = 16U << 20U;

/// The value of a JSON text that stands in a file.
Evaluated<Payload> item_of(std::string_view text) {
    auto value = parse_json(text, {.max_bytes = kMaxItemBytes});
    if (!value) {
        return reader_failed("The data set is not well-formed JSON: " + value.error().message +
                             " at " + value.error().location);
    }
    return Payload(std::move(*value));
}

StateError not_json(const FormatError& error) {
    // What AWS says of a value that is no array stands alone.
    if (error.message.starts_with("Attempting")) return reader_failed(error.message);
    return reader_failed("The data set is not well-formed JSON: it " + error.message + ".");
}

/// The elements of a JSON array.
class ArrayItems : public FileItems {
public:
    ArrayItems(std::unique_ptr<TextSource> source, std::uint64_t offset,
               std::vector<std::string> pointer)
        : source_(std::move(source)),
          window_(*source_, offset),
          pointer_(std::move(pointer)),
          begun_(offset > 0) {}

    Evaluated<std::optional<Payload>> next() override {
        if (!begun_) (void)TRY(begin());
        while (!ended_) {
            const std::optional<JsonElement> element = TRY(element_here());
            if (!element) {
                (void)TRY(window_.grow());
                continue;
            }
            Payload item = TRY(item_of(element->text));
            ended_ = element->last_one;
            window_.drop(element->bytes);
            return std::optional(std::move(item));
        }
        return std::optional<Payload>();
    }

    std::uint64_t offset() const override { return begun_ ? window_.offset() : 0; }
    bool ended() const override { return ended_; }

private:
    Evaluated<std::monostate> begin() {
        for (;;) {
            const auto found = find_json_array(window_.text(), pointer_, window_.rest());
            if (!found) return not_json(found.error());
            if (*found) {
                window_.drop((*found)->offset);
                ended_ = (*found)->empty;
                begun_ = true;
                return std::monostate();
            }
            (void)TRY(window_.grow(kMaxPointedTo));
        }
    }

    Evaluated<std::optional<JsonElement>> element_here() {
        auto element = cut_json_element(window_.text(), window_.rest());
        if (!element) return not_json(element.error());
        return std::move(*element);
    }

    std::unique_ptr<TextSource> source_;
    TextWindow window_;
    std::vector<std::string> pointer_;
    bool begun_;
    bool ended_ = false;
};

/// JSON Lines: a value a line.
class LineItems : public FileItems {
public:
    LineItems(std::unique_ptr<TextSource> source, std::uint64_t offset)
        : source_(std::move(source)), window_(*source_, offset) {}

    Evaluated<std::optional<Payload>> next() override {
        for (;;) {
            const auto line = cut_line(window_.text(), window_.rest());
            if (!line) {
                if (window_.rest() == Rest::none) return std::optional<Payload>();
                (void)TRY(window_.grow());
                continue;
            }
            std::string_view text = line->text;
            if (window_.offset() == 0) text.remove_prefix(byte_order_mark(text));
            if (is_json_blank(text)) {
                window_.drop(line->bytes);
                continue;
            }
            Payload item = TRY(item_of(text));
            window_.drop(line->bytes);
            return std::optional(std::move(item));
        }
    }

    std::uint64_t offset() const override { return window_.offset(); }
    bool ended() const override { return window_.text().empty() && window_.rest() == Rest::none; }

private:
    std::unique_ptr<TextSource> source_;
    TextWindow window_;
};

/// The next record with something in it; nullopt at the end.
Evaluated<std::optional<CsvRecord>> next_record(TextWindow& window, char delimiter) {
    for (;;) {
        if (window.offset() == 0 && window.text().size() >= 3)
            window.drop(byte_order_mark(window.text()));
        auto record = cut_csv_record(window.text(), delimiter, window.rest());
        if (!record) {
            if (window.rest() == Rest::none) return std::optional<CsvRecord>();
            (void)TRY(window.grow());
            continue;
        }
        window.drop(record->bytes);
        if (!record->fields.empty()) return std::optional(std::move(*record));
    }
}

/// The header of CSV files, made ready to write items with.
struct Columns {
    std::vector<std::string> keys;  ///< `"name":`, in the order of the item
    std::vector<std::size_t> fields;

    static Evaluated<Columns> of(std::vector<std::string> headers) {
        for (std::string& header : headers) header = to_valid_utf8(header);
        if (std::set(headers.begin(), headers.end()).size() != headers.size())
            return reader_failed("CSV headers cannot contain duplicates.");
        Columns columns;
        columns.fields = column_order(headers);
        for (const std::size_t field : columns.fields) {
            std::string& key = columns.keys.emplace_back();
            append_json_string(key, headers[field]);
            key += ':';
        }
        return columns;
    }

    Payload item(const CsvRecord& record) const {
        std::string text = "{";
        for (std::size_t i = 0; i < keys.size(); ++i) {
            if (i > 0) text += ',';
            text += keys[i];
            const std::size_t field = fields[i];
            if (field >= record.fields.size()) {
                text += "\"\"";
            } else {
                append_json_string(text, to_valid_utf8(record.fields[field]));
            }
        }
        text += '}';
        return Payload::from_text(std::move(text));
    }
};

/// The records of a CSV file.
class CsvItems : public FileItems {
public:
    CsvItems(std::unique_ptr<TextSource> source, std::uint64_t offset, Columns columns,
             char delimiter)
        : source_(std::move(source)),
          window_(*source_, offset),
          columns_(std::move(columns)),
          delimiter_(delimiter) {}

    Evaluated<std::optional<Payload>> next() override {
        const auto record = TRY(next_record(window_, delimiter_));
        if (!record) return std::optional<Payload>();
        return std::optional(columns_.item(*record));
    }

    std::uint64_t offset() const override { return window_.offset(); }
    bool ended() const override { return window_.text().empty() && window_.rest() == Rest::none; }

private:
    std::unique_ptr<TextSource> source_;
    TextWindow window_;
    Columns columns_;
    char delimiter_;
};

Evaluated<std::unique_ptr<FileItems>> open_csv(std::unique_ptr<TextSource> source,
                                               const ReaderConfig& config, const DataFile& file,
                                               std::uint64_t offset) {
    std::vector<std::string> headers = file.columns.empty() ? config.headers : file.columns;
    if (file.columns.empty() && config.header_in_first_row) {
        TextWindow window(*source, 0);
        auto record = TRY(next_record(window, config.delimiter));
        if (record) headers = std::move(record->fields);
        if (window.offset() > kMaxHeaderBytes + 2) {
            return reader_failed("The CSV header of " + file.name.uri() + " is larger than " +
                                 std::to_string(kMaxHeaderBytes) + " bytes.");
        }
        if (offset == 0) offset = window.offset();
    }
    Columns columns = TRY(Columns::of(std::move(headers)));
    return std::unique_ptr<FileItems>(std::make_unique<CsvItems>(
        std::move(source), offset, std::move(columns), config.delimiter));
}

}  // namespace

Evaluated<std::unique_ptr<FileItems>> open_items(const ObjectAccess& access,
                                                 const ReaderConfig& config, const DataFile& file,
                                                 std::uint64_t offset, std::string& version) {
    using Items = std::unique_ptr<FileItems>;
    std::unique_ptr<TextSource> source =
        TRY(open_text(access, file.name, config.type == InputType::parquet, version));
    switch (config.type) {
        case InputType::csv:
            return open_csv(std::move(source), config, file, offset);
        case InputType::json:
            return Items(
                std::make_unique<ArrayItems>(std::move(source), offset, config.items_pointer));
        case InputType::jsonl:
        case InputType::parquet:
            return Items(std::make_unique<LineItems>(std::move(source), offset));
    }
    return Items();
}

}  // namespace stepwell::items
