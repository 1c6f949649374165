#pragma once

#include "integrations/http_task/connection.hpp"

namespace YAML {
class Node;
}

namespace stepwell::server {

/// `connections:` of stepwell.yaml: what HTTP Tasks add to their requests. Throws yaml::Mistake.
void read_connections(const YAML::Node& connections, http_task::Connections& out);

}  // namespace stepwell::server
