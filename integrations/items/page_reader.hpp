#pragma once

#include <list>
#include <memory>
#include <mutex>
#include <string>

#include "engine/items.hpp"
#include "integrations/items/text_source.hpp"

namespace stepwell::items {

/// Reads data sets page by page. What a page needs stands in its cursor alone; what was open after
/// the page before it (files, pieces of text, headers) is kept for a while, so that reading on is
/// quick.
///
/// Thread-safe; blocks.
class PageReader {
public:
    PageReader(ObjectStore& store, ParquetToLines parquet);
    ~PageReader();
    PageReader(const PageReader&) = delete;
    PageReader& operator=(const PageReader&) = delete;

    Evaluated<ItemPage> read(const ItemRead& read);

private:
    struct DataSet;

    Evaluated<ItemPage> read_files(const ItemRead& read);
    Evaluated<ItemPage> read_listing(const ItemRead& read, const ListRequest& list);
    std::unique_ptr<DataSet> take_kept(const std::string& place);
    void keep(std::unique_ptr<DataSet> set);

    ObjectStore& store_;
    ParquetToLines parquet_;
    std::mutex mutex_;
    std::list<std::unique_ptr<DataSet>> kept_;  ///< the one kept last is the first
};

}  // namespace stepwell::items
