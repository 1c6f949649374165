#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/base/time.hpp"

/// AWS Signature Version 4: what the one who signs and the one who checks must agree on. IAM User
/// Guide, "Create a signed AWS API request".
namespace stepwell::sigv4 {

/// A request as it is signed.
struct CanonicalRequest {
    std::string method;
    std::string path;   ///< as it shall stand there: encoded once more, but for S3
    std::string query;  ///< as sent, without the question mark
    /// Those that are signed: names in lower case, in order, each once.
    std::vector<std::pair<std::string, std::string>> headers;
    std::string body_hash;  ///< sha256_hex of the body
};

struct Scope {
    std::string time;  ///< `20150830T123600Z`
    std::string region;
    std::string service;  ///< the signing name

    /// `20150830/us-east-1/states/aws4_request`
    std::string text() const;
};

/// The signature in hexadecimal digits.
std::string signature(const CanonicalRequest& request, const Scope& scope,
                      std::string_view secret_access_key);

/// `host;x-amz-date`.
std::string signed_headers(const CanonicalRequest& request);

std::string sha256_hex(std::string_view bytes);

/// X-Amz-Date: `20150830T123600Z`.
std::string time_text(TimePoint time);

/// A header's value as it is signed: runs of blanks as one, none at the ends.
std::string canonical_value(std::string_view value);

}  // namespace stepwell::sigv4
