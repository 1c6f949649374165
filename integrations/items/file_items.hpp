#pragma once

#include <memory>
#include <optional>
#include <string>

#include "engine/base/payload.hpp"
#include "integrations/items/file_list.hpp"
#include "integrations/items/reader_config.hpp"
#include "integrations/items/text_source.hpp"

namespace stepwell::items {

/// The items of one file, from any item on.
class FileItems {
public:
    virtual ~FileItems() = default;
    /// The next item; nullopt at the end.
    virtual Evaluated<std::optional<Payload>> next() = 0;
    /// Where the next item begins: with it, open_items() goes on there. 0: at the file's beginning.
    virtual std::uint64_t offset() const = 0;
    /// Whether it is known already that no item follows.
    virtual bool ended() const = 0;
};

/// Opens a file at an offset that was told before, or at 0. `version` as of open_text().
Evaluated<std::unique_ptr<FileItems>> open_items(const ObjectAccess& access,
                                                 const ReaderConfig& config, const DataFile& file,
                                                 std::uint64_t offset, std::string& version);

}  // namespace stepwell::items
