#include "engine/asl/resource.hpp"

#include <algorithm>
#include <optional>

#include "engine/asl/integration_table.hpp"
#include "engine/asl/own_operations.hpp"
#include "engine/base/arn.hpp"

namespace stepwell::asl {
namespace {

struct Suffix {
    std::string_view text;
    Pattern pattern;
    unsigned way;
};
constexpr Suffix kSuffixes[] = {{".sync:2", Pattern::sync2, kSync2},
                                {".sync", Pattern::sync, kSync},
                                {".waitForTaskToken", Pattern::wait_for_task_token, kToken}};

bool all_of(std::string_view text, bool (*allowed)(char)) {
    return !text.empty() && std::all_of(text.begin(), text.end(), allowed);
}
bool lower_or_digit(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }
bool alphanumeric(char c) { return lower_or_digit(c) || (c >= 'A' && c <= 'Z'); }
bool function_char(char c) { return alphanumeric(c) || c == '-' || c == '_'; }

/// `function:<name>[:<version or alias>]`. AWS Lambda API reference, "Invoke", FunctionName.
bool is_function(std::string_view resource) {
    constexpr std::string_view kPrefix = "function:";
    if (!resource.starts_with(kPrefix)) return false;
    resource.remove_prefix(kPrefix.size());
    const std::size_t colon = resource.find(':');
    if (!all_of(resource.substr(0, colon), function_char)) return false;
    if (colon == std::string_view::npos) return true;
    const std::string_view qualifier = resource.substr(colon + 1);
    return qualifier == "$LATEST" || all_of(qualifier, function_char);
}

bool is_sdk_action(std::string_view service, std::string_view action) {
    return all_of(service, lower_or_digit) && all_of(action, alphanumeric) &&
           lower_or_digit(action.front());
}

/// `<service>:<action>[suffix]` of an ARN without region and account.
std::optional<ServiceResource> parse_service(std::string_view resource) {
    ServiceResource out;
    const std::size_t sdk =
        resource.starts_with("aws-sdk:") ? std::string_view("aws-sdk:").size() : 0;
    const std::size_t colon = resource.find(':', sdk);
    if (colon == std::string_view::npos) return std::nullopt;
    const std::string_view service = resource.substr(sdk, colon - sdk);
    std::string_view action = resource.substr(colon + 1);
    out.resource_type = resource.substr(0, colon);
    out.resource = action;
    unsigned way = kCall;
    for (const Suffix& suffix : kSuffixes) {
        if (!action.ends_with(suffix.text)) continue;
        action.remove_suffix(suffix.text.size());
        out.pattern = suffix.pattern;
        way = suffix.way;
        break;
    }
    out.action = action;
    if (sdk != 0) {
        // Every action with a field for the token takes one; none waits for a job.
        if (way != kCall && way != kToken) return std::nullopt;
        if (service == "sfn" && find_own_operation(action) == nullptr) return std::nullopt;
        return is_sdk_action(service, action) ? std::optional(out) : std::nullopt;
    }
    for (const Integration& known : integrations()) {
        if (known.service == service && known.action == action && (known.ways & way) == way)
            return out;
    }
    return std::nullopt;
}

}  // namespace

ResourceError unrecognized_resource(std::string_view arn) {
    return {"The resource provided " + std::string(arn) +
            " is not recognized. The value is not a valid resource ARN, or the resource is not "
            "available in this region."};
}

Result<TaskResource, ResourceError> parse_resource(std::string_view text) {
    const auto arn = Arn::parse(text);
    if (!arn || arn->partition.empty() || arn->resource.empty())
        return ResourceError{"Value is not a valid resource ARN"};
    if (arn->service == "lambda" && is_function(arn->resource)) {
        return TaskResource{LambdaResource{std::string(text)}};
    }
    if (arn->service == "states") {
        if (arn->region.empty() && arn->account.empty()) {
            if (auto service = parse_service(arn->resource))
                return TaskResource{*std::move(service)};
        } else if (arn->resource.starts_with("activity:") && arn->resource.size() > 9) {
            return TaskResource{ActivityResource{std::string(text)}};
        }
    }
    return unrecognized_resource(text);
}

}  // namespace stepwell::asl
