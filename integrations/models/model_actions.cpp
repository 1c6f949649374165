#include "integrations/models/model_actions.hpp"

#include <string>

#include "integrations/aws/names.hpp"

namespace stepwell::models {

asl::SdkAction ModelActions::look_up(std::string_view service, std::string_view action) const {
    const std::string resource_type = "aws-sdk:" + std::string(service);
    const Service* model = models_.find(resource_type);
    if (model == nullptr) return asl::SdkAction::unknown_service;
    if (const Operation* operation = model->find_operation(action)) {
        return aws::action_name(operation->name) == action ? asl::SdkAction::known
                                                           : asl::SdkAction::wrong;
    }
    return models_.is_from_folder(service) ? asl::SdkAction::wrong : asl::SdkAction::unknown_action;
}

}  // namespace stepwell::models
