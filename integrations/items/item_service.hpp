#pragma once

#include <memory>

#include "engine/items.hpp"
#include "integrations/items/object_store.hpp"
#include "integrations/items/text_source.hpp"

namespace stepwell::items {

/// Reads items and writes results on a few threads of its own, which wait for the object store.
class ItemService : public ItemReader, public ResultWriter {
public:
    /// Without a store every call fails with a cause that says how to give one.
    ItemService(std::shared_ptr<ObjectStore> store, ParquetToLines parquet);
    /// Ends what is under way; nothing is answered any more. The store is stopped.
    ~ItemService() override;
    ItemService(const ItemService&) = delete;
    ItemService& operator=(const ItemService&) = delete;

    ItemReader::GiveUp read(ItemRead read, std::function<void(Evaluated<ItemPage>)> done) override;
    ResultWriter::GiveUp write(ResultWrite write,
                               std::function<void(Evaluated<Json>)> done) override;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace stepwell::items
