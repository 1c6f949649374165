#pragma once

#include "server/signature_check.hpp"

namespace YAML {
class Node;
}

namespace stepwell::server {

/// `require-signature:` of stepwell.yaml as a mapping: `KEY_ID: SECRET`, or `KEY_ID: {secret: …,
/// account: …}`. Throws yaml::Mistake.
void read_access_keys(const YAML::Node& keys, AccessKeys& out);

}  // namespace stepwell::server
