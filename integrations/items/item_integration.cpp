#include "integrations/items/item_integration.hpp"

#include <utility>

#include "integrations/aws/client.hpp"
#include "integrations/items/folder_store.hpp"
#include "integrations/items/item_service.hpp"
#include "integrations/items/parquet_program.hpp"
#include "integrations/items/s3_store.hpp"

namespace stepwell::items {

namespace {

HttpClientOptions http_options(const aws::AwsOptions& aws) {
    HttpClientOptions options;
    options.ca_file = aws.ca_bundle;
    return options;
}

}  // namespace

struct ItemIntegration::Impl {
    /// What lives on the loop's thread: a client apart from that of Tasks, which are not to wait
    /// for a Map Run's megabytes.
    struct Client {
        Client(IoLoop& of_loop, const aws::AwsOptions& options, const models::ServiceModels& models)
            : http(of_loop, http_options(options)), aws(of_loop, http, models, options) {}
        HttpClient http;
        aws::AwsClient aws;
    };

    Impl(const ItemOptions& options, aws::AwsOptions aws_options,
         const models::ServiceModels& models)
        : aws(std::move(aws_options)), parquet(loop, options.parquet_helper) {
        service = std::make_unique<ItemService>(
            find_store(options, models), [this](const std::string& from, const std::string& to) {
                return parquet.convert(from, to);
            });
    }

    ~Impl() {
        // The service's threads wait for these two, so they are told first.
        parquet.stop();
        service.reset();
        loop.run([this] { client.reset(); });
    }

    std::shared_ptr<ObjectStore> find_store(const ItemOptions& options,
                                            const models::ServiceModels& models) {
        if (options.s3_folder) return std::make_shared<FolderStore>(*options.s3_folder);
        // Without an endpoint no client is made: it would read certificates at every start.
        if (aws.endpoint_of("s3") == nullptr && !aws.allow_real_aws) return nullptr;
        loop.run([&] { client = std::make_unique<Client>(loop, aws, models); });
        return std::make_shared<S3Store>(loop, client->aws);
    }

    IoLoop loop;
    const aws::AwsOptions aws;
    ParquetProgram parquet;
    std::unique_ptr<Client> client;
    std::unique_ptr<ItemService> service;
};

ItemIntegration::ItemIntegration(const ItemOptions& options, const aws::AwsOptions& aws,
                                 const models::ServiceModels& models)
    : impl_(std::make_unique<Impl>(options, aws, models)) {}

ItemIntegration::~ItemIntegration() = default;

ItemReader& ItemIntegration::reader() { return *impl_->service; }

ResultWriter& ItemIntegration::writer() { return *impl_->service; }

}  // namespace stepwell::items
