#pragma once

#include <string_view>

#include "engine/base/arn.hpp"

namespace stepwell::api {

/// Whose call it is, from the credential scope of `Authorization: AWS4-HMAC-SHA256
/// Credential=AKID/DATE/REGION/…`: the region that it names, and the account where the access key
/// id is one (12 digits). `otherwise` says what is left open. The signature is not checked.
Owner caller_of(std::string_view authorization, const Owner& otherwise);

}  // namespace stepwell::api
