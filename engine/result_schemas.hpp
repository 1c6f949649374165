#pragma once

#include <optional>
#include <string>

#include "engine/asl/model.hpp"
#include "engine/base/json.hpp"

namespace stepwell {

/// Whether present members alone, or also the required ones that are missing, are looked at. API
/// Reference, MockInput, `fieldValidationMode`.
enum class RequiredMembers { ignored, checked };

/// What the results of service integrations look like: the API models of AWS's services.
/// Implemented in integrations/. Thread-safe.
class ResultSchemas {
public:
    virtual ~ResultSchemas() = default;
    /// Why `result` cannot be one of this integration (`Field 'StartDate' must be a string`), or
    /// nullopt. Members that the model does not have pass, and so does every result of an
    /// integration without a model.
    virtual std::optional<std::string> find_mismatch(const asl::ServiceResource& resource,
                                                     const Json& result,
                                                     RequiredMembers required) const = 0;
};

}  // namespace stepwell
