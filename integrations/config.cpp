#include "integrations/config.hpp"

#include <unistd.h>

#include <algorithm>
#include <set>
#include <system_error>

#include "integrations/http_url.hpp"

namespace stepwell {

namespace {

namespace fs = std::filesystem;

constexpr Milliseconds kLongestTimeout{900'000};  // Lambda quotas: 15 minutes.
constexpr std::size_t kMostProcesses = 1'000;

bool is_name_character(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_';
}

/// API reference, CreateFunction: FunctionName; with a qualifier, Invoke's.
bool is_function_name(std::string_view text) {
    const auto colon = text.find(':');
    const std::string_view name = text.substr(0, colon);
    if (name.empty() || name.size() > 64 ||
        !std::all_of(name.begin(), name.end(), is_name_character))
        return false;
    if (colon == std::string_view::npos) return true;
    const std::string_view qualifier = text.substr(colon + 1);
    if (qualifier == "$LATEST") return true;
    return !qualifier.empty() && qualifier.size() <= 128 &&
           std::all_of(qualifier.begin(), qualifier.end(), is_name_character);
}

bool is_file(const fs::path& path) {
    std::error_code ignored;  // What cannot be looked at is not there for us.
    return fs::is_regular_file(path, ignored);
}

bool is_executable(const fs::path& path) {
    return is_file(path) && ::access(path.c_str(), X_OK) == 0;
}

}  // namespace

std::optional<LambdaRuntime> parse_lambda_runtime(std::string_view text) {
    if (text.starts_with("python")) return LambdaRuntime::python;
    if (text.starts_with("node")) return LambdaRuntime::node;
    if (text.starts_with("provided")) return LambdaRuntime::provided;
    return std::nullopt;
}

Result<LocalFunction, ConfigError> find_function_file(LocalFunction function) {
    const auto fail = [&](const std::string& what) {
        return ConfigError{"function " + function.name + ": " + what};
    };
    std::error_code problem;
    if (!fs::is_directory(function.folder, problem))
        return fail("there is no folder " + function.folder.string());
    function.folder = fs::canonical(function.folder, problem);
    if (problem)
        return fail("cannot use folder " + function.folder.string() + ": " + problem.message());

    const fs::path base = function.folder / function.file;
    const auto with = [&](const char* extension) { return is_file(base.string() + extension); };
    if (with(".py")) {
        function.runtime = LambdaRuntime::python;
    } else if (with(".js") || with(".mjs") || with(".cjs")) {
        function.runtime = LambdaRuntime::node;
    } else if (is_executable(base)) {
        function.runtime = LambdaRuntime::provided;
    } else if (is_executable(function.folder / "bootstrap")) {
        function.runtime = LambdaRuntime::provided;
    } else {
        return fail("there is no " + function.file + ".py, .js, .mjs or .cjs, nor an executable " +
                    function.file + " or bootstrap, in " + function.folder.string());
    }
    return function;
}

Result<LocalFunction, ConfigError> parse_local_function(std::string_view text) {
    const auto fail = [&](const std::string& what) {
        return ConfigError{"--function " + std::string(text) + ": " + what};
    };
    const auto equals = text.find('=');
    if (equals == std::string_view::npos) return fail("expected NAME=FOLDER/FILE.HANDLER");
    LocalFunction function;
    function.name = text.substr(0, equals);
    if (!is_function_name(function.name)) {
        return fail("a function's name has 1 to 64 letters, digits, - and _");
    }
    const std::string_view target = text.substr(equals + 1);
    const auto slash = target.rfind('/');
    const std::string_view code =
        slash == std::string_view::npos ? target : target.substr(slash + 1);
    const auto dot = code.rfind('.');
    if (dot == std::string_view::npos || dot == 0 || dot + 1 == code.size()) {
        return fail("expected FILE.HANDLER after the folder, as in app.handler");
    }
    function.folder = slash == std::string_view::npos ? "."
                      : slash == 0                    ? "/"
                                                      : std::string(target.substr(0, slash));
    function.file = code.substr(0, dot);
    function.handler = code.substr(dot + 1);
    return find_function_file(std::move(function));
}

std::optional<ConfigError> check_lambda_options(const LambdaOptions& options) {
    if (options.endpoint) {
        if (const auto url = parse_http_url(*options.endpoint); !url) {
            return ConfigError{"the Lambda endpoint " + *options.endpoint +
                               " is no URL: " + url.error().message};
        }
    }
    std::set<std::string> names;
    for (const LocalFunction& function : options.functions) {
        const auto fail = [&](const std::string& what) {
            return ConfigError{"function " + function.name + ": " + what};
        };
        if (!is_function_name(function.name)) {
            return fail("a function's name has 1 to 64 letters, digits, - and _");
        }
        if (!names.insert(function.name).second) return fail("is given twice");
        if (function.timeout < Milliseconds{1} || function.timeout > kLongestTimeout) {
            return fail("the time-out must be more than 0 and at most 900 seconds");
        }
        if (function.max_concurrency < 1 || function.max_concurrency > kMostProcesses) {
            return fail("max_concurrency must be 1 to " + std::to_string(kMostProcesses));
        }
        for (const auto& [key, value] : function.environment) {
            if (key.empty() || key.find_first_of(std::string_view{"=\0", 2}) != std::string::npos ||
                value.find('\0') != std::string::npos) {
                return fail("the environment variable \"" + key + "\" cannot be set");
            }
        }
    }
    return std::nullopt;
}

}  // namespace stepwell
