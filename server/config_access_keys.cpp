#include "server/config_access_keys.hpp"

#include <algorithm>

#include "server/yaml_values.hpp"

namespace stepwell::server {
namespace {

using namespace yaml;

bool is_account(const std::string& text) {
    return text.size() == 12 &&
           std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

AccessKey key_of(const std::string& id, const YAML::Node& node) {
    AccessKey access;
    if (!node.IsMap()) {
        access.secret = scalar(node, "the secret of " + id);
        return access;
    }
    for_each_member(node, "key " + id,
                    [&](const std::string& key, const YAML::Node& at, const YAML::Node& value) {
                        if (key == "secret") {
                            access.secret = scalar(value, key);
                        } else if (key == "account") {
                            access.account = scalar(value, key);
                            if (!is_account(access.account))
                                throw Mistake(value.Mark(), "account must be 12 digits");
                        } else {
                            throw Mistake(at.Mark(), "unknown key " + in_quotes(key) +
                                                         "; a key has secret and account");
                        }
                    });
    if (access.secret.empty()) throw Mistake(node.Mark(), "key " + id + " needs a secret");
    return access;
}

}  // namespace

void read_access_keys(const YAML::Node& keys, AccessKeys& out) {
    for_each_member(keys, "require-signature",
                    [&](const std::string& id, const YAML::Node&, const YAML::Node& value) {
                        out[id] = key_of(id, value);
                    });
}

}  // namespace stepwell::server
