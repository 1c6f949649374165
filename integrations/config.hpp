#pragma once

#include <cstddef>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.hpp"
#include "engine/base/time.hpp"

/// What integrations/ can be told: plain values, filled by server/ from the command line and
/// stepwell.yaml.
namespace stepwell {

/// Why a setting cannot be used, in one line for the person who wrote it.
struct ConfigError {
    std::string message;
    bool operator==(const ConfigError&) const = default;
};

/// What runs a local function's code.
enum class LambdaRuntime {
    python,    ///< `python3` from PATH, through our bootstrap
    node,      ///< `node` from PATH, through our bootstrap
    provided,  ///< the file itself: any executable that speaks the Lambda Runtime API
};

/// A Lambda function that Stepwell runs as a process of this machine.
struct LocalFunction {
    /// As AWS names functions; with `:QUALIFIER` it answers to that version or alias only.
    std::string name;
    LambdaRuntime runtime = LambdaRuntime::python;
    /// The function's root (Lambda's /var/task): its working directory, and what is watched for
    /// changes.
    std::filesystem::path folder;
    /// Inside `folder`: a module without its extension (`app`, `src/app`); the executable of
    /// `provided`.
    std::string file;
    /// What is called in that module.
    std::string handler;
    /// Of one invocation, start-up excluded. Lambda's default; at most 15 minutes there.
    Milliseconds timeout{3'000};
    /// Told to the function, not enforced.
    int memory_mb = 128;
    /// Over the server's own environment and under Lambda's reserved variables.
    std::map<std::string, std::string> environment;
    /// Processes at once; calls beyond it wait.
    std::size_t max_concurrency = 16;
};

/// How Lambda functions are reached: local ones first, then the endpoint.
struct LambdaOptions {
    /// A Lambda Invoke API: `http://127.0.0.1:3001`. A URL whose path ends in `/invocations` takes
    /// every call as it is, as the runtime interface emulator needs it.
    std::optional<std::string> endpoint;
    std::vector<LocalFunction> functions;
    /// What functions see as theirs where no ARN says otherwise.
    std::string region = "us-east-1";
    std::string account = "123456789012";
    /// How long a process may take to load its code and ask for work (Lambda: 10 s), on top of its
    /// own time-out.
    Milliseconds init_timeout{10'000};
    /// How long a process is kept warm without a call.
    Milliseconds idle_timeout{300'000};
};

/// `NAME=FOLDER/FILE.HANDLER`, as `--function` takes it. Looks at the folder to find out what runs
/// the file: FILE.py; FILE.js, .mjs or .cjs; an executable FILE; or an executable `bootstrap`, as
/// Lambda's own custom runtimes.
Result<LocalFunction, ConfigError> parse_local_function(std::string_view text);

/// `python3.12`, `nodejs20.x`, `provided.al2023`, … as AWS names runtimes, or just `python`,
/// `node`, `provided`.
std::optional<LambdaRuntime> parse_lambda_runtime(std::string_view text);

/// Whether the file that runs `function` is there, and which it is; sets `runtime` to what its name
/// says.
Result<LocalFunction, ConfigError> find_function_file(LocalFunction function);

/// Checks what can be checked before anything starts: names, time-outs, the endpoint's URL, names
/// given twice.
std::optional<ConfigError> check_lambda_options(const LambdaOptions& options);

}  // namespace stepwell
