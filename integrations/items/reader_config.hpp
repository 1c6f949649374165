#pragma once

#include <string>
#include <vector>

#include "engine/base/json.hpp"
#include "engine/base/result.hpp"
#include "integrations/items/object_store.hpp"

/// What an ItemReader asks for. Developer Guide, "ItemReader (Map)".
namespace stepwell::items {

enum class InputType { csv, json, jsonl, parquet };
/// Where the files are named that the items stand in.
enum class FileList {
    one,              ///< by Bucket and Key
    listed,           ///< by ListObjectsV2, with Transformation LOAD_AND_FLATTEN
    inventory,        ///< in the manifest.json of an S3 Inventory report
    athena,           ///< in the manifest of an Athena UNLOAD query
    objects_as_items  ///< nowhere: what ListObjectsV2 says of each object is an item
};

struct ReaderConfig {
    FileList files = FileList::one;
    InputType type = InputType::json;
    ObjectName object;  ///< the file or the manifest; of a listing only the bucket
    ListRequest list;   ///< of a listing
    bool header_in_first_row = true;
    std::vector<std::string> headers;  ///< CSVHeaders
    char delimiter = ',';
    std::vector<std::string> items_pointer;
};

/// `States.ItemReaderFailed` with this cause.
StateError reader_failed(std::string cause);

/// `reader` is an ItemReader with its Parameters evaluated, in the form of a JSONPath state.
Evaluated<ReaderConfig> read_reader_config(const Json& reader);

}  // namespace stepwell::items
