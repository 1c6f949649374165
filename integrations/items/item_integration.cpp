#include "integrations/items/item_integration.hpp"

#include <optional>

#include "integrations/items/folder_store.hpp"
#include "integrations/items/item_service.hpp"
#include "integrations/items/parquet_program.hpp"

namespace stepwell::items {

struct ItemIntegration::Impl {
    explicit Impl(const ItemOptions& options)
        : parquet(loop, options.parquet_helper),
          store(options.s3_folder ? std::make_shared<FolderStore>(*options.s3_folder) : nullptr),
          service(store, [this](const std::string& from, const std::string& to) {
              return parquet.convert(from, to);
          }) {}
    // The service's threads wait for the others, so those are told first.
    ~Impl() { parquet.stop(); }

    IoLoop loop;
    ParquetProgram parquet;
    std::shared_ptr<ObjectStore> store;
    ItemService service;
};

ItemIntegration::ItemIntegration(const ItemOptions& options)
    : impl_(std::make_unique<Impl>(options)) {}

ItemIntegration::~ItemIntegration() = default;

ItemReader& ItemIntegration::reader() { return impl_->service; }

ResultWriter& ItemIntegration::writer() { return impl_->service; }

}  // namespace stepwell::items
