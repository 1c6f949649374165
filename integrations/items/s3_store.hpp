#pragma once

#include <memory>

#include "integrations/aws/client.hpp"
#include "integrations/items/object_store.hpp"

namespace stepwell::items {

/// S3 behind an endpoint.
class S3Store : public ObjectStore {
public:
    /// Both must outlive it. Not called on the loop's thread.
    S3Store(IoLoop& loop, aws::AwsClient& client);
    ~S3Store() override;

    Stored<ObjectPart> get(const Owner& owner, const ObjectName& name, std::uint64_t offset,
                           std::size_t length) override;
    Stored<ObjectList> list(const Owner& owner, const ListRequest& request) override;
    Stored<std::monostate> put(const Owner& owner, const ObjectName& name,
                               std::string_view bytes) override;
    Stored<std::unique_ptr<ObjectUpload>> upload(const Owner& owner,
                                                 const ObjectName& name) override;
    void stop() override;

private:
    class Calls;
    class Upload;
    std::shared_ptr<Calls> calls_;
};

}  // namespace stepwell::items
