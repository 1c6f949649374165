#pragma once

#include <string>
#include <string_view>

#include "integrations/aws/options.hpp"
#include "integrations/http_client.hpp"

/// AWS Signature Version 4. IAM User Guide, "Create a signed AWS API request".
namespace stepwell::aws {

struct SigningScope {
    std::string service;  ///< the signing name: `dynamodb`, `s3`
    std::string region;
    std::string time;  ///< `20150830T123600Z`
};

/// How the body goes into the signature.
enum class BodyHash {
    signed_only,  ///< in the signature
    in_header,    ///< also as X-Amz-Content-SHA256, as S3 wants it
    unsigned_,    ///< UNSIGNED-PAYLOAD
};

/// Adds X-Amz-Date, X-Amz-Security-Token where there is one, and Authorization. The request's
/// headers are what is sent but for User-Agent and Content-Length; `Host` need not stand among
/// them.
void sign(HttpRequest& request, const Credentials& credentials, const SigningScope& scope,
          BodyHash body_hash);

std::string sha256_hex(std::string_view bytes);
/// A moment as the scope has it.
std::string signing_time(std::int64_t seconds_since_1970);

}  // namespace stepwell::aws
