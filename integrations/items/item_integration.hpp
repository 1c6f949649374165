#pragma once

#include <memory>

#include "engine/items.hpp"
#include "integrations/aws/options.hpp"
#include "integrations/items/options.hpp"
#include "integrations/models/service_models.hpp"

namespace stepwell::items {

/// Everything that Map Runs need of integrations/, put together: the object store (a folder, or an
/// S3 endpoint), the program that reads Parquet, and the threads that wait for both.
class ItemIntegration {
public:
    /// Throws std::system_error where the folder cannot be opened. `aws` says where S3 is if it is
    /// no folder; `models` must outlive it.
    ItemIntegration(const ItemOptions& options, const aws::AwsOptions& aws,
                    const models::ServiceModels& models);
    /// Ends what is under way; nothing is answered any more.
    ~ItemIntegration();
    ItemIntegration(const ItemIntegration&) = delete;
    ItemIntegration& operator=(const ItemIntegration&) = delete;

    ItemReader& reader();
    ResultWriter& writer();

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace stepwell::items
