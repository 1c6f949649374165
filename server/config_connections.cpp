#include "server/config_connections.hpp"

#include "server/yaml_values.hpp"

namespace stepwell::server {
namespace {

using namespace yaml;
using http_task::NamedValues;

/// A value that may be empty: a password.
std::string text_of(const YAML::Node& node, const std::string& name) {
    if (node.IsNull()) return {};
    if (!node.IsScalar()) throw Mistake(node.Mark(), name + " needs one value");
    return node.Scalar();
}

NamedValues named_values(const YAML::Node& node, const std::string& name) {
    NamedValues values;
    if (node.IsNull()) return values;
    for_each_member(node, name,
                    [&](const std::string& key, const YAML::Node&, const YAML::Node& value) {
                        values.emplace_back(key, text_of(value, key));
                    });
    return values;
}

/// Header fields: a line break in one would begin another.
NamedValues headers_of(const YAML::Node& node) {
    NamedValues headers = named_values(node, "headers");
    for (const auto& [name, value] : headers) {
        if ((name + value).find_first_of("\r\n") != std::string::npos)
            throw Mistake(node.Mark(), "header " + in_quotes(name) + " has a line break");
    }
    return headers;
}

[[noreturn]] void unknown(const YAML::Node& key_node, const std::string& key,
                          const std::string& what) {
    throw Mistake(key_node.Mark(), "unknown key " + in_quotes(key) + "; " + what);
}

http_task::BasicAuth basic_of(const YAML::Node& node) {
    http_task::BasicAuth auth;
    for_each_member(node, "basic",
                    [&](const std::string& key, const YAML::Node& at, const YAML::Node& value) {
                        if (key == "username") {
                            auth.username = text_of(value, key);
                        } else if (key == "password") {
                            auth.password = text_of(value, key);
                        } else {
                            unknown(at, key, "basic has username and password");
                        }
                    });
    if (auth.username.empty()) throw Mistake(node.Mark(), "basic needs a username");
    return auth;
}

http_task::ApiKeyAuth api_key_of(const YAML::Node& node) {
    http_task::ApiKeyAuth auth;
    for_each_member(node, "api-key",
                    [&](const std::string& key, const YAML::Node& at, const YAML::Node& value) {
                        if (key == "name") {
                            auth.name = scalar(value, key);
                        } else if (key == "value") {
                            auth.value = scalar(value, key);
                        } else {
                            unknown(at, key, "api-key has name and value");
                        }
                    });
    if (auth.name.empty() || auth.value.empty())
        throw Mistake(node.Mark(), "api-key needs a name and a value");
    return auth;
}

http_task::OAuthAuth oauth_of(const YAML::Node& node) {
    http_task::OAuthAuth auth;
    bool has_endpoint = false;
    for_each_member(
        node, "oauth", [&](const std::string& key, const YAML::Node& at, const YAML::Node& value) {
            if (key == "endpoint") {
                auto url = parse_http_url(scalar(value, key));
                if (!url) {
                    throw Mistake(value.Mark(), "endpoint " + in_quotes(value.Scalar()) +
                                                    " is not a URL: " + url.error().message);
                }
                auth.endpoint = *std::move(url);
                has_endpoint = true;
            } else if (key == "method") {
                auth.method = scalar(value, key);
                if (auth.method != "GET" && auth.method != "POST" && auth.method != "PUT")
                    throw Mistake(value.Mark(), "method must be GET, POST or PUT");
            } else if (key == "client-id") {
                auth.client_id = scalar(value, key);
            } else if (key == "client-secret") {
                auth.client_secret = scalar(value, key);
            } else if (key == "headers") {
                auth.headers = headers_of(value);
            } else if (key == "query") {
                auth.query = named_values(value, key);
            } else if (key == "body") {
                auth.body = named_values(value, key);
            } else {
                unknown(at, key,
                        "oauth has endpoint, method, client-id, client-secret, headers, "
                        "query and body");
            }
        });
    if (!has_endpoint || auth.client_id.empty() || auth.client_secret.empty())
        throw Mistake(node.Mark(), "oauth needs endpoint, client-id and client-secret");
    return auth;
}

http_task::Connection connection_of(const std::string& name, const YAML::Node& node) {
    http_task::Connection connection;
    if (node.IsNull()) return connection;
    const auto set_auth = [&](const YAML::Node& at, auto auth) {
        if (!std::holds_alternative<std::monostate>(connection.auth)) {
            throw Mistake(at.Mark(),
                          "connection " + name + " has two of basic, api-key and oauth; keep one");
        }
        connection.auth = std::move(auth);
    };
    for_each_member(node, "connection " + name,
                    [&](const std::string& key, const YAML::Node& at, const YAML::Node& value) {
                        if (key == "basic") {
                            set_auth(at, basic_of(value));
                        } else if (key == "api-key") {
                            set_auth(at, api_key_of(value));
                        } else if (key == "oauth") {
                            set_auth(at, oauth_of(value));
                        } else if (key == "headers") {
                            connection.headers = headers_of(value);
                        } else if (key == "query") {
                            connection.query = named_values(value, key);
                        } else if (key == "body") {
                            connection.body = named_values(value, key);
                        } else {
                            unknown(at, key,
                                    "a connection has basic, api-key or oauth, and headers, query "
                                    "and body");
                        }
                    });
    return connection;
}

}  // namespace

void read_connections(const YAML::Node& connections, http_task::Connections& out) {
    if (connections.IsNull()) return;  // all of them are commented out
    for_each_member(connections, "connections",
                    [&](const std::string& name, const YAML::Node&, const YAML::Node& value) {
                        out[name] = connection_of(name, value);
                    });
}

}  // namespace stepwell::server
