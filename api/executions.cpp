#include "api/executions.hpp"

#include <array>
#include <utility>

namespace stepwell::api {
namespace {

constexpr std::array<std::pair<ExecutionStatus, std::string_view>, 5> kStatuses{{
    {ExecutionStatus::running, "RUNNING"},
    {ExecutionStatus::succeeded, "SUCCEEDED"},
    {ExecutionStatus::failed, "FAILED"},
    {ExecutionStatus::timed_out, "TIMED_OUT"},
    {ExecutionStatus::aborted, "ABORTED"},
}};

}  // namespace

std::string_view status_text(ExecutionStatus status) {
    for (const auto& [value, text] : kStatuses) {
        if (value == status) return text;
    }
    return {};
}

std::optional<ExecutionStatus> status_of(std::string_view text) {
    for (const auto& [value, name] : kStatuses) {
        if (name == text) return value;
    }
    return std::nullopt;
}

Checked<Payload> parse_payload(std::string text, ErrorKind kind) {
    if (text.find_first_not_of(" \t\r\n") == std::string::npos) {
        // OBSERVED: conformance case sfn_api__invalid_start_execution_input.
        return error(kind, kind == ErrorKind::invalid_output ? "Invalid output."
                                                             : "Invalid execution input.");
    }
    auto value = parse_json(text);
    if (!value) return error(kind, value.error().message);
    return Payload::from_parts(std::move(text), *std::move(value));
}

}  // namespace stepwell::api
