#include "server/settings.hpp"

#include <arpa/inet.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <filesystem>
#include <system_error>

namespace stepwell::server {

namespace {

using Problem = std::optional<std::string>;

template <class Number>
std::optional<Number> parse_number(const std::string& text) {
    Number number{};
    const char* end = text.data() + text.size();
    const auto [stopped, ec] = std::from_chars(text.data(), end, number);
    if (ec != std::errc() || stopped != end) return std::nullopt;
    return number;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

Problem set_address(Settings& settings, const std::string& value) {
    in_addr v4{};
    in6_addr v6{};
    const std::string address = value == "localhost" ? "127.0.0.1" : value;
    if (inet_pton(AF_INET, address.c_str(), &v4) != 1 &&
        inet_pton(AF_INET6, address.c_str(), &v6) != 1) {
        return "is not an IP address: give 127.0.0.1 for this machine only, or 0.0.0.0 for all "
               "networks";
    }
    settings.address = address;
    return std::nullopt;
}

Problem set_port(Settings& settings, const std::string& value) {
    const auto port = parse_number<std::uint16_t>(value);
    if (!port) return "is not a port: give a whole number from 0 (a free one) to 65535";
    settings.port = *port;
    return std::nullopt;
}

Problem set_data(Settings& settings, const std::string& value) {
    settings.data = value;
    return std::nullopt;
}

Problem set_durability(Settings& settings, const std::string& value) {
    if (value == "normal")
        settings.durability = Durability::normal;
    else if (value == "full")
        settings.durability = Durability::full;
    else
        return "is not a durability: give normal, or full to survive a power cut too";
    return std::nullopt;
}

/// `90d` is an age, `10000` a number.
Problem set_keep_executions(Settings& settings, const std::string& value) {
    static constexpr std::pair<char, Seconds> kUnits[] = {
        {'d', Seconds{86'400}}, {'h', Seconds{3'600}}, {'m', Seconds{60}}};
    constexpr std::uint64_t kMost = 1'000'000;  // of a unit
    std::string digits = value;
    std::optional<Seconds> unit;
    for (const auto& [letter, seconds] : kUnits) {
        if (!value.empty() && value.back() == letter) unit = seconds;
    }
    if (unit) digits.pop_back();
    const auto number = parse_number<std::uint64_t>(digits);
    if (!number || *number > kMost * (unit ? 1 : kMost)) {
        return "is neither an age nor a number: give 90d, 12h, 30m, or how many to keep";
    }
    settings.keep_executions = {};
    if (unit) {
        settings.keep_executions.age = *unit * static_cast<std::int64_t>(*number);
    } else {
        settings.keep_executions.newest = *number;
    }
    return std::nullopt;
}

Problem set_max_open_executions(Settings& settings, const std::string& value) {
    const auto number = parse_number<std::int64_t>(value);
    if (!number || *number < 1 || *number > 1'000'000'000)
        return "is no number of executions: give one from 1 to 1000000000";
    settings.max_open_executions = *number;
    return std::nullopt;
}

Problem set_region(Settings& settings, const std::string& value) {
    const auto allowed = [](char c) { return (c >= 'a' && c <= 'z') || is_digit(c) || c == '-'; };
    if (value.size() > 32 || !std::all_of(value.begin(), value.end(), allowed)) {
        return "is not a region: give a name such as us-east-1";
    }
    settings.owner.region = value;
    return std::nullopt;
}

Problem set_account(Settings& settings, const std::string& value) {
    if (value.size() != 12 || !std::all_of(value.begin(), value.end(), is_digit)) {
        return "is not an account: give 12 digits, such as 123456789012";
    }
    settings.owner.account = value;
    return std::nullopt;
}

Problem set_wait_time_scale(Settings& settings, const std::string& value) {
    constexpr double kMaxScale = 1e6;
    const auto scale = parse_number<double>(value);
    if (!scale || !std::isfinite(*scale) || *scale < 0 || *scale > kMaxScale) {
        return "is not a scale: give a number from 0 (no waiting) over 1 (real time) to 1000000";
    }
    settings.wait_time_scale = *scale;
    return std::nullopt;
}

Problem set_lambda_endpoint(Settings& settings, const std::string& value) {
    LambdaOptions alone;
    alone.endpoint = value;
    if (const auto error = check_lambda_options(alone)) return "cannot be used: " + error->message;
    settings.lambda.endpoint = value;
    return std::nullopt;
}

Problem set_endpoint_all(Settings& settings, const std::string& value) {
    if (const auto problem = aws::check_endpoint_url(value))
        return "cannot be used: " + *problem + "; give http://HOST:PORT";
    settings.aws.endpoint_all = value;
    return std::nullopt;
}

Problem set_service_models(Settings& settings, const std::string& value) {
    settings.aws.service_models = value;
    return std::nullopt;
}

Problem set_allow_real_aws(Settings& settings, const std::string& value) {
    if (value != "true" && value != "false") return "is neither true nor false";
    settings.aws.allow_real_aws = value == "true";
    return std::nullopt;
}

/// `KEY_ID:SECRET`, more of them behind commas.
Problem set_required_keys(Settings& settings, const std::string& value) {
    AccessKeys keys;
    for (std::size_t at = 0; at <= value.size();) {
        const std::size_t end = std::min(value.find(',', at), value.size());
        const std::string pair = value.substr(at, end - at);
        const std::size_t colon = pair.find(':');
        if (colon == std::string::npos || colon == 0 || colon + 1 == pair.size())
            return "is no list of keys: give ACCESS_KEY_ID:SECRET, more of them behind commas";
        keys[pair.substr(0, colon)].secret = pair.substr(colon + 1);
        at = end + 1;
    }
    settings.required_keys = std::move(keys);
    return std::nullopt;
}

Problem set_status_events(Settings& settings, const std::string& value) {
    if (value.starts_with("http://") || value.starts_with("https://")) {
        if (const auto url = parse_http_url(value); !url)
            return "is not a URL: " + url.error().message;
    }
    settings.status_events = value;
    return std::nullopt;
}

Problem set_mock_config(Settings& settings, const std::string& value) {
    settings.mock_config = value;
    return std::nullopt;
}

Problem set_s3_folder(Settings& settings, const std::string& value) {
    std::error_code ignored;
    if (!std::filesystem::is_directory(value, ignored)) {
        return "is not a folder: give one that is there, whose sub-folders are the buckets";
    }
    if (::access(value.c_str(), R_OK | X_OK) != 0) return "cannot be read: see its permissions";
    settings.items.s3_folder = std::filesystem::absolute(value).lexically_normal();
    return std::nullopt;
}

Problem set_parquet_helper(Settings& settings, const std::string& value) {
    std::error_code ignored;
    if (!std::filesystem::is_regular_file(value, ignored)) {
        return "is not a file: give the path of parquet_lines.mjs, with its node_modules beside it";
    }
    settings.items.parquet_helper = std::filesystem::absolute(value).lexically_normal();
    return std::nullopt;
}

Problem set_log_level(Settings& settings, const std::string& value) {
    static constexpr std::pair<std::string_view, LogLevel> kLevels[] = {
        {"trace", LogLevel::trace}, {"debug", LogLevel::debug}, {"info", LogLevel::info},
        {"warn", LogLevel::warn},   {"error", LogLevel::error}, {"off", LogLevel::off},
    };
    for (const auto& [name, level] : kLevels) {
        if (value != name) continue;
        settings.log_level = level;
        return std::nullopt;
    }
    return "is not a log level: give trace, debug, info, warn, error or off";
}

Problem set_log_folder(Settings& settings, const std::string& value) {
    settings.event_log.folder = value;
    return std::nullopt;
}

Problem set_log_events(Settings& settings, const std::string& value) {
    settings.event_log.all = value;
    return std::nullopt;
}

// The names of AWS's local tool: Step Functions Developer Guide, "Setting Configuration Options for
// Step Functions Local".
constexpr SettingRow kRows[] = {
    {"address", "", "STEPWELL_ADDRESS", "", "IP", "address to listen on (127.0.0.1)", &set_address},
    {"port", "", "STEPWELL_PORT", "", "N",
     "port to listen on; 0 picks a free one and prints it (8083)", &set_port},
    {"data", "", "STEPWELL_DATA", "", "FILE",
     "where everything is kept; :memory: keeps nothing ($XDG_DATA_HOME/stepwell/stepwell.db)",
     &set_data},
    {"durability", "", "STEPWELL_DURABILITY", "", "normal|full",
     "full: a write also survives a power cut, at the price of a disk sync each (normal)",
     &set_durability},
    {"keep-executions", "", "STEPWELL_KEEP_EXECUTIONS", "", "AGE|N",
     "remove executions that ended longer ago (90d, 12h, 30m), or before the last N that did (all "
     "are kept)",
     &set_keep_executions},
    {"max-open-executions", "", "STEPWELL_MAX_OPEN_EXECUTIONS", "", "N",
     "Standard executions of an account and region that may run at once; more are refused with "
     "ExecutionLimitExceeded (1000000)",
     &set_max_open_executions},
    {"region", "aws-region", "STEPWELL_REGION", "AWS_DEFAULT_REGION", "NAME",
     "region of calls whose credentials name none (us-east-1)", &set_region},
    {"account", "aws-account", "STEPWELL_ACCOUNT", "AWS_ACCOUNT_ID", "DIGITS",
     "account of calls whose access key id is not a 12-digit account (123456789012)", &set_account},
    {"lambda-endpoint", "", "STEPWELL_LAMBDA_ENDPOINT", "LAMBDA_ENDPOINT", "URL",
     "Lambda Invoke API for functions that are not local: SAM, the runtime interface emulator …",
     &set_lambda_endpoint},
    {"endpoint-all", "", "", "AWS_ENDPOINT_URL", "URL",
     "where all services are that --endpoint does not name: LocalStack, moto …", &set_endpoint_all},
    {"allow-real-aws", "", "STEPWELL_ALLOW_REAL_AWS", "", "",
     "call AWS itself where a service has no endpoint, with AWS_ACCESS_KEY_ID and "
     "AWS_SECRET_ACCESS_KEY (never)",
     &set_allow_real_aws},
    {"service-models", "", "STEPWELL_SERVICE_MODELS", "", "DIR",
     "further models of AWS's services, as botocore keeps them", &set_service_models},
    {"s3-folder", "", "STEPWELL_S3_FOLDER", "", "DIR",
     "S3 is this folder: its sub-folders are the buckets, the files in them the objects",
     &set_s3_folder, true},
    {"parquet-helper", "", "STEPWELL_PARQUET_HELPER", "", "FILE",
     "parquet_lines.mjs, by which Node.js reads Parquet (looked for near the program)",
     &set_parquet_helper, true},
    {"wait-time-scale", "", "STEPWELL_WAIT_TIME_SCALE", "WAIT_TIME_SCALE", "X",
     "Wait states and retry delays take this fraction of their time; time-outs stay real (1)",
     &set_wait_time_scale},
    {"require-signature", "", "STEPWELL_REQUIRE_SIGNATURE", "", "KEY_ID:SECRET,…",
     "refuse requests that are not signed (Signature Version 4) with one of these keys",
     &set_required_keys},
    {"status-events", "", "STEPWELL_STATUS_EVENTS", "", "URL|FILE|eventbridge",
     "where the events \"Step Functions Execution Status Change\" go: a POST or a line each, or a "
     "bus",
     &set_status_events},
    {"mock-config", "", "STEPWELL_MOCK_CONFIG", "SFN_MOCK_CONFIG", "FILE",
     "answers of tasks by test case (stateMachineArn#TestCase); read again when it changes",
     &set_mock_config},
    {"log-level", "", "STEPWELL_LOG_LEVEL", "", "LEVEL",
     "trace, debug, info, warn, error or off (info)", &set_log_level},
    {"log-folder", "", "STEPWELL_LOG_FOLDER", "", "FOLDER",
     "events that loggingConfigurations ask for: a file in it for each log group (kept nowhere)",
     &set_log_folder},
    {"log-events", "", "STEPWELL_LOG_EVENTS", "", "stdout|FILE",
     "the same events, of all log groups", &set_log_events},
};

}  // namespace

std::span<const SettingRow> setting_rows() { return kRows; }

const SettingRow* find_setting(std::string_view key) {
    const auto* row = std::find_if(std::begin(kRows), std::end(kRows),
                                   [&](const SettingRow& r) { return r.key == key; });
    return row == std::end(kRows) ? nullptr : row;
}

}  // namespace stepwell::server
