#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// What the tasks that speak HTTP themselves may not set: `apigateway:invoke`, `http:invoke`.
namespace stepwell::asl {

/// What is wrong with the names of a task's headers, in AWS's words: `The 'Headers' field contains
/// unsupported values: [authorization]`. nullopt: nothing, or `service` (`apigateway`) has none.
std::optional<std::string> unsupported_headers(std::string_view service,
                                               const std::vector<std::string>& names);

}  // namespace stepwell::asl
