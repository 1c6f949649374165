#include "server/config_file.hpp"

#include <yaml-cpp/yaml.h>

#include "server/config_access_keys.hpp"
#include "server/config_connections.hpp"
#include "server/endpoint_settings.hpp"
#include "server/yaml_values.hpp"

namespace stepwell::server {

namespace {

using namespace yaml;

/// `FILE.HANDLER` as Lambda writes it: what stands behind the last dot is the handler.
void set_handler(LocalFunction& function, const YAML::Node& node) {
    const std::string& text = scalar(node, "handler");
    const std::size_t dot = text.rfind('.');
    if (dot == std::string::npos) {  // the executable of a `provided` function has none
        function.file = text;
        return;
    }
    function.file = text.substr(0, dot);
    function.handler = text.substr(dot + 1);
}

void set_member(LocalFunction& function, const std::string& key, const YAML::Node& key_node,
                const YAML::Node& value) {
    constexpr double kMaxTimeoutSeconds = 900;  // Lambda's
    need_value(key, key_node, value);
    if (key == "folder") {
        function.folder = scalar(value, key);
    } else if (key == "handler") {
        set_handler(function, value);
    } else if (key == "runtime") {
        const auto runtime = parse_lambda_runtime(scalar(value, key));
        if (!runtime) {
            throw Mistake(
                value.Mark(),
                "runtime " + in_quotes(value.Scalar()) +
                    " is not one that runs here: give python3.12, nodejs20.x or provided");
        }
        function.runtime = *runtime;
    } else if (key == "timeout") {
        function.timeout = Milliseconds(
            static_cast<std::int64_t>(number(value, key, 0, kMaxTimeoutSeconds) * 1000));
        if (function.timeout.count() == 0)
            throw Mistake(value.Mark(), "timeout must be above 0 seconds");
    } else if (key == "memory") {
        function.memory_mb = static_cast<int>(number(value, key, 1, 10'240));
    } else if (key == "concurrency") {
        function.max_concurrency = static_cast<std::size_t>(number(value, key, 1, 1'000));
    } else if (key == "environment") {
        for_each_member(value, key,
                        [&](const std::string& name, const YAML::Node&, const YAML::Node& text) {
                            if (!text.IsScalar() && !text.IsNull())
                                throw Mistake(text.Mark(), name + " needs one value");
                            function.environment[name] = text.IsNull() ? "" : text.Scalar();
                        });
    } else {
        throw Mistake(key_node.Mark(),
                      "unknown key " + in_quotes(key) +
                          "; a function has folder, handler, runtime, timeout, memory, "
                          "concurrency and environment");
    }
}

/// `NAME: FOLDER/FILE.HANDLER`, the short form.
LocalFunction parse_short(const std::string& name, const YAML::Node& node,
                          const std::filesystem::path& base) {
    const std::filesystem::path code(scalar(node, name));
    auto function =
        parse_local_function(name + '=' + (code.is_absolute() ? code : base / code).string());
    if (!function) throw Mistake(node.Mark(), function.error().message);
    return std::move(*function);
}

LocalFunction parse_function(const std::string& name, const YAML::Node& node,
                             const std::filesystem::path& base) {
    if (node.IsScalar()) return parse_short(name, node, base);
    LocalFunction function;
    function.name = name;
    for_each_member(node, "function " + name,
                    [&](const std::string& key, const YAML::Node& key_node,
                        const YAML::Node& value) { set_member(function, key, key_node, value); });
    if (function.folder.empty()) throw Mistake(node.Mark(), "function " + name + " needs a folder");
    if (function.file.empty())
        throw Mistake(node.Mark(), "function " + name + " needs a handler, as FILE.HANDLER");
    if (function.folder.is_relative())
        function.folder = (base / function.folder).lexically_normal();
    auto found = find_function_file(std::move(function));
    if (!found) throw Mistake(node.Mark(), found.error().message);
    return std::move(*found);
}

std::string known_keys() {
    std::string keys;
    for (const SettingRow& row : setting_rows()) keys += std::string(row.key) + ", ";
    return keys + "connections, endpoints, functions";
}

void read_functions(const YAML::Node& functions, const std::filesystem::path& base,
                    Settings& settings) {
    if (functions.IsNull()) return;  // all of them are commented out
    for_each_member(
        functions, "functions",
        [&](const std::string& name, const YAML::Node& name_node, const YAML::Node& function) {
            need_value("function " + name, name_node, function);
            settings.lambda.functions.push_back(parse_function(name, function, base));
        });
}

void read_endpoints(const YAML::Node& endpoints, Settings& settings) {
    if (endpoints.IsNull()) return;  // all of them are commented out
    for_each_member(
        endpoints, "endpoints",
        [&](const std::string& name, const YAML::Node& name_node, const YAML::Node& url) {
            need_value("endpoint " + name, name_node, url);
            const std::string& text = scalar(url, name);
            if (const auto problem = set_endpoint(settings.aws, name, text))
                throw Mistake(url.Mark(),
                              "endpoint " + name + " " + in_quotes(text) + " " + *problem);
        });
}

void read_root(const YAML::Node& root, const std::filesystem::path& base, Settings& settings) {
    if (root.IsNull()) return;  // an empty file
    for_each_member(
        root, "the file",
        [&](const std::string& key, const YAML::Node& key_node, const YAML::Node& value) {
            if (key == "endpoints") return read_endpoints(value, settings);
            if (key == "connections") return read_connections(value, settings.connections);
            if (key == "require-signature" && value.IsMap())
                return read_access_keys(value, settings.required_keys);
            if (key == "functions") return read_functions(value, base, settings);
            const SettingRow* row = find_setting(key);
            if (row == nullptr) {
                throw Mistake(key_node.Mark(),
                              "unknown key " + in_quotes(key) + "; there are " + known_keys());
            }
            need_value(key, key_node, value);
            std::string text = scalar(value, key);
            if (row->is_path) text = (base / text).lexically_normal();  // an absolute one stays
            if (const auto problem = row->set(settings, text)) {
                throw Mistake(value.Mark(), key + " " + in_quotes(value.Scalar()) + " " + *problem);
            }
        });
}

}  // namespace

std::optional<std::string> read_config_file(const std::filesystem::path& file, Settings& settings) {
    const auto at = [&](const YAML::Mark& mark, const std::string& message) {
        return file.string() + ':' + std::to_string(mark.line + 1) + ": " + message;
    };
    try {
        read_root(YAML::LoadFile(file.string()), std::filesystem::absolute(file).parent_path(),
                  settings);
        return std::nullopt;
    } catch (const yaml::Mistake& mistake) {
        return at(mistake.mark(), mistake.what());
    } catch (const YAML::BadFile&) {
        return file.string() + " cannot be read: name a file that exists with --config";
    } catch (const YAML::Exception& e) {
        return at(e.mark, "not YAML: " + e.msg);
    }
}

}  // namespace stepwell::server
