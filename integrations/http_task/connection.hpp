#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "integrations/http_client.hpp"

/// EventBridge connections: what an HTTP Task adds to its requests without showing it. Plain
/// values, filled by server/ from stepwell.yaml. Amazon EventBridge User Guide, "Connections for
/// API targets".
namespace stepwell::http_task {

using NamedValues = std::vector<std::pair<std::string, std::string>>;

struct BasicAuth {
    std::string username;
    std::string password;
};
struct ApiKeyAuth {
    std::string name;  ///< of a header
    std::string value;
};
/// Client credentials: a token is fetched before the first call, and again when it has expired.
struct OAuthAuth {
    HttpUrl endpoint;
    std::string method = "POST";
    std::string client_id;
    std::string client_secret;
    NamedValues headers;
    NamedValues query;
    NamedValues body;
};

struct Connection {
    std::variant<std::monostate, BasicAuth, ApiKeyAuth, OAuthAuth> auth = {};
    // Added to every request; they win over what the definition says.
    NamedValues headers = {};
    NamedValues query = {};
    NamedValues body = {};
};

/// By ARN, or by the name that stands in it (`…:connection/NAME/UUID`).
using Connections = std::map<std::string, Connection, std::less<>>;

/// The connection of this ARN; null where there is none.
const Connections::value_type* find_connection(const Connections& connections,
                                               std::string_view arn);

}  // namespace stepwell::http_task
