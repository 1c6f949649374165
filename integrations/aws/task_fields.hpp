#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "engine/base/json.hpp"
#include "integrations/aws/values.hpp"

/// Reading the parameters of Tasks that speak HTTP themselves: `apigateway:invoke`, `eks:call`.
namespace stepwell::aws {

BadParameters bad_format(std::string_view field);

/// What is wrong with the names of the fields; nullopt: nothing. `fields` are those that there are.
std::optional<BadParameters> check_fields(const Json& parameters,
                                          std::span<const std::string_view> fields,
                                          std::span<const std::string_view> required);

using VisitValue = std::function<void(const std::string& name, const std::string& value)>;

/// Visits a map of lists of texts, as Headers and QueryParameters are. What is no text is written
/// as JSON.
std::optional<BadParameters> for_each_value(const Json& parameters, const char* field,
                                            const VisitValue& visit);

/// A path as it is sent: all that may stand there stays as it is.
std::string path_text(std::string_view path);

/// A body that says it is JSON as that, any other as text.
Json body_value(std::string_view body);

}  // namespace stepwell::aws
