#pragma once

#include <string>
#include <string_view>

#include "integrations/aws/options.hpp"

namespace stepwell::aws {

/// The bearer token that the Kubernetes API of a cluster at AWS knows an IAM identity by: the
/// signed URL of a GetCallerIdentity that the cluster makes itself. As `aws eks get-token` prints
/// it. `time` as in sigv4::Scope; good for a minute.
std::string eks_token(const Credentials& credentials, const std::string& region,
                      std::string_view cluster_name, const std::string& time);

}  // namespace stepwell::aws
