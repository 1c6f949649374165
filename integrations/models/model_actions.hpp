#pragma once

#include "engine/asl/sdk_actions.hpp"
#include "integrations/models/service_models.hpp"

namespace stepwell::models {

/// Looks actions up in the API models. The program's own are as old as the program, so only what
/// they have in other letter case is wrong; a model from a folder is taken to be complete.
class ModelActions final : public asl::SdkActions {
public:
    /// `models` must outlive this.
    explicit ModelActions(const ServiceModels& models) : models_(models) {}

    asl::SdkAction look_up(std::string_view service, std::string_view action) const override;

private:
    const ServiceModels& models_;
};

}  // namespace stepwell::models
