#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/base/arn.hpp"
#include "engine/base/time.hpp"

namespace stepwell::server {

/// A key that requests may be signed with.
struct AccessKey {
    std::string secret;
    std::string account;  ///< whose calls those with it are; empty: as without signatures
};
/// By access key id.
using AccessKeys = std::map<std::string, AccessKey, std::less<>>;

using HeaderFields = std::vector<std::pair<std::string, std::string>>;

/// What a signature stands for.
struct SignedRequest {
    std::string_view method;
    std::string_view target;  ///< path and query, as sent
    const HeaderFields& headers;
    std::string_view body;
};

/// Why a request is not let in, as AWS's services say it.
struct SignatureRefusal {
    std::string type;  ///< `InvalidSignatureException`
    std::string message;
};

/// How far a request's time may be from ours. IAM User Guide, "Signature Version 4": fifteen
/// minutes.
inline constexpr Seconds kMostClockSkew{900};

/// Checks a request's AWS Signature Version 4 (header `Authorization`). nullopt: it is good; then
/// `account` says whose call it is, where the key does. Host and every X-Amz-… header must be
/// signed.
std::optional<SignatureRefusal> check_signature(const SignedRequest& request,
                                                const AccessKeys& keys, TimePoint now,
                                                std::string& account);

}  // namespace stepwell::server
