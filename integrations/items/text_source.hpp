#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "engine/base/result.hpp"
#include "integrations/items/json_elements.hpp"
#include "integrations/items/object_store.hpp"

/// Texts too large for memory, read from any byte on. Errors are States.ItemReaderFailed.
namespace stepwell::items {

/// The most that a data source may have. Developer Guide, "Service quotas", Distributed Map: 10 GB.
inline constexpr std::uint64_t kMaxSourceBytes = 10'000'000'000;
/// The most that one item may have. There: 8 MB.
inline constexpr std::size_t kMaxItemBytes = 8U << 20U;

class TextSource {
public:
    virtual ~TextSource() = default;
    /// Up to `length` bytes from `offset`; fewer, or none, only at the end.
    virtual Evaluated<ObjectPart> part(std::uint64_t offset, std::size_t length) = 0;
};

/// Turns the Parquet file at one path into JSON lines in the file at the other, both of which
/// exist. Returns the cause where it cannot.
using ParquetToLines = std::function<std::optional<std::string>(const std::string& parquet_path,
                                                                const std::string& lines_path)>;

/// What is needed to read objects.
struct ObjectAccess {
    ObjectStore& store;
    Owner owner;
    const ParquetToLines& parquet;
};

/// The object's text: as it is; inflated where it is compressed with gzip; JSON lines where it is
/// Parquet. The latter two are written to a file without a name in the folder for temporary files,
/// which is gone with the source, or with the process. Sets `version` to that of the object where
/// it is empty; an object of another version is refused.
Evaluated<std::unique_ptr<TextSource>> open_text(const ObjectAccess& access, const ObjectName& name,
                                                 bool is_parquet, std::string& version);

/// The part of a text that is in memory: from a moving beginning on, and grown at its end.
class TextWindow {
public:
    TextWindow(TextSource& source, std::uint64_t offset) : source_(source), offset_(offset) {}

    std::string_view text() const { return std::string_view(buffer_).substr(begin_); }
    Rest rest() const { return ended_ ? Rest::none : Rest::more; }
    /// Of the text's first byte.
    std::uint64_t offset() const { return offset_ + begin_; }
    void drop(std::size_t bytes) { begin_ += bytes; }
    /// Reads more; `limit` bounds the text. Only while there is a rest.
    Evaluated<std::monostate> grow(std::size_t limit = kMaxItemBytes);

private:
    TextSource& source_;
    std::string buffer_;
    std::size_t begin_ = 0;
    std::uint64_t offset_;
    bool ended_ = false;
};

}  // namespace stepwell::items
