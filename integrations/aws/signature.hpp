#pragma once

#include <cstdint>
#include <string>

#include "engine/base/sigv4.hpp"
#include "integrations/aws/options.hpp"
#include "integrations/http_client.hpp"

/// AWS Signature Version 4. IAM User Guide, "Create a signed AWS API request".
namespace stepwell::aws {

/// How the body goes into the signature.
enum class BodyHash {
    signed_only,  ///< in the signature
    in_header,    ///< also as X-Amz-Content-SHA256, as S3 wants it
    unsigned_,    ///< UNSIGNED-PAYLOAD
};

/// Adds X-Amz-Date, X-Amz-Security-Token where there is one, and Authorization. The request's
/// headers are what is sent but for User-Agent and Content-Length; `Host` need not stand among
/// them.
void sign(HttpRequest& request, const Credentials& credentials, const sigv4::Scope& scope,
          BodyHash body_hash);

}  // namespace stepwell::aws
