#pragma once

#include <string_view>

namespace stepwell::asl {

/// What is known of `aws-sdk:<service>:<action>`.
enum class SdkAction {
    known,
    /// AWS has no such action, or writes it otherwise: refused as AWS refuses it.
    wrong,
    /// No API model at hand has it; the models may be older than the action.
    unknown_service,
    unknown_action,
};

/// The actions of AWS's services: their API models. Implemented in integrations/. Thread-safe.
class SdkActions {
public:
    virtual ~SdkActions() = default;
    /// Names as they stand in a Resource: `dynamodb`, `putItem`.
    virtual SdkAction look_up(std::string_view service, std::string_view action) const = 0;
};

}  // namespace stepwell::asl
