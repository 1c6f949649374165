#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/arn.hpp"
#include "engine/keep_executions.hpp"
#include "integrations/aws/options.hpp"
#include "integrations/config.hpp"
#include "integrations/http_task/connection.hpp"
#include "integrations/items/options.hpp"
#include "server/event_log_options.hpp"
#include "server/signature_check.hpp"

/// What the server can be told, wherever it is said: on the command line, in the environment or in
/// stepwell.yaml.
namespace stepwell::server {

/// How safe a committed write is: against the end of the process, or against a power cut too.
enum class Durability { normal, full };

enum class LogLevel { trace, debug, info, warn, error, off };

struct Settings {
    std::string address = "127.0.0.1";  ///< an IP address
    std::uint16_t port = 8083;          ///< 0: a free one
    std::string data;  ///< a file, or `:memory:`; where nobody says, one in the user's data folder
    Durability durability = Durability::normal;
    KeepExecutions keep_executions;
    std::int64_t max_open_executions = 1'000'000;  ///< of each account in each region
    Owner owner{"123456789012", "us-east-1"};
    double wait_time_scale = 1.0;
    LogLevel log_level = LogLevel::info;
    EventLogOptions event_log;
    LambdaOptions lambda;
    aws::AwsOptions aws;
    http_task::Connections connections;  ///< in stepwell.yaml only
    /// What requests must be signed with; empty: no signature is checked.
    AccessKeys required_keys;
    /// Where status events go: a URL, a file; empty: nowhere.
    std::string status_events;
    std::string mock_config;  ///< a file; empty: none
    items::ItemOptions items;
};

/// One setting that is a single value. Its key is its name in stepwell.yaml, and with `--` before
/// it its option.
struct SettingRow {
    std::string_view key;
    std::string_view other_option;  ///< the name that AWS's local tool has for it, or empty
    std::string_view variable;      ///< ours
    std::string_view aws_variable;  ///< of AWS's local tool, or empty; ours goes before it
    std::string_view value_name;    ///< for --help; empty: the option alone says `true`
    std::string_view help;
    /// Sets it, or says what is wrong with `value` and what would be right: "is not a port: give
    /// …".
    std::optional<std::string> (*set)(Settings& settings, const std::string& value);
    /// A path: in stepwell.yaml relative to that file, elsewhere to the working folder.
    bool is_path = false;
};

std::span<const SettingRow> setting_rows();
const SettingRow* find_setting(std::string_view key);

}  // namespace stepwell::server
