#pragma once

#include <memory>
#include <optional>
#include <string>

#include "integrations/items/reader_config.hpp"
#include "integrations/items/text_source.hpp"

namespace stepwell::items {

/// A file to read items from.
struct DataFile {
    ObjectName name;
    /// Says which of the list's files it is, short enough for a cursor: the next file is asked for
    /// with it.
    std::string token;
    /// What the list says of the columns of its CSV files; empty: nothing.
    std::vector<std::string> columns;
};

/// The files of a data set, one after the other.
class DataFiles {
public:
    virtual ~DataFiles() = default;
    /// The file behind that of `token` (empty: the first one), or nullopt where there is none.
    virtual Evaluated<std::optional<DataFile>> after(const std::string& token) = 0;
    /// The file of `token`.
    virtual Evaluated<DataFile> at(const std::string& token) = 0;
};

/// Of every FileList but objects_as_items. Reads manifests at once, listings as they go.
Evaluated<std::unique_ptr<DataFiles>> list_files(const ObjectAccess& access,
                                                 const ReaderConfig& config);

}  // namespace stepwell::items
