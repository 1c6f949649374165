#pragma once

#include <shared_mutex>

#include "api/api.hpp"
#include "engine/own_service.hpp"

namespace stepwell::server {

/// The server's API as its own Task states call it. Made before the API is, and bound to it later:
/// the API needs the runtime, which needs the tasks, which need this. Thread-safe.
class OwnApi final : public OwnService {
public:
    void bind(api::Api& api, Runtime& runtime);
    /// Both are going: from now on every call is refused. Waits for those that are being handed
    /// over.
    void unbind();

    GiveUp call(OwnCall call, std::function<void(OwnAnswer)> done) override;
    GiveUp when_closed(const std::string& execution_arn, std::function<void()> closed) override;

private:
    std::shared_mutex mutex_;
    api::Api* api_ = nullptr;
    Runtime* runtime_ = nullptr;
};

}  // namespace stepwell::server
