#pragma once

#include "engine/result_schemas.hpp"
#include "integrations/models/service_models.hpp"

namespace stepwell::models {

/// Holds results against the outputs of the API models, with members named as Step Functions names
/// them (`ExecutionArn`).
class ModelSchemas final : public ResultSchemas {
public:
    /// `models` must outlive this.
    explicit ModelSchemas(const ServiceModels& models) : models_(models) {}

    std::optional<std::string> find_mismatch(const asl::ServiceResource& resource,
                                             const Json& result,
                                             RequiredMembers required) const override;

private:
    const ServiceModels& models_;
};

}  // namespace stepwell::models
