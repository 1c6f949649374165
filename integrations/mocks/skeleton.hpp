#pragma once

#include <string>

#include "engine/asl/model.hpp"
#include "engine/base/json.hpp"
#include "integrations/models/service_models.hpp"

namespace stepwell::mocks {

/// A mock configuration to begin with: one test case that mocks every Task of a definition, with
/// answers of the shape that the service's API model has.
Json skeleton(const asl::StateMachine& definition, const std::string& state_machine,
              const std::string& test_case, const models::ServiceModels& models);

}  // namespace stepwell::mocks
