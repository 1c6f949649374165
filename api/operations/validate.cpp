#include "api/json_writer.hpp"
#include "api/operations.hpp"
#include "engine/asl/parser.hpp"

namespace stepwell::api::operations_of {
namespace {

std::string_view severity_text(asl::Severity severity) {
    return severity == asl::Severity::error ? "ERROR" : "WARNING";
}

void append_diagnostic(std::string& body, const asl::Diagnostic& diagnostic) {
    ObjectWriter object(body);
    object.text("severity", severity_text(diagnostic.severity));
    object.text("code", diagnostic.code);
    object.text("message", diagnostic.message);
    if (!diagnostic.location.empty()) object.text("location", diagnostic.location);
    object.end();
}

}  // namespace

// API Reference, ValidateStateMachineDefinition: `severity` is the least level that is returned
// (ERROR where absent), `truncated` says that there were more than maxResults of them.
Checked<std::string> validate_state_machine_definition(Call& call) {
    const Input& input = call.input();
    const std::string* type = input.text("type");
    const std::string* severity = input.text("severity");
    const asl::Parsed parsed = asl::parse(
        input.required_text("definition"),
        type && *type == "EXPRESS" ? asl::WorkflowType::express : asl::WorkflowType::standard,
        call.services().options.sdk_actions);
    const bool warnings = severity && *severity == "WARNING";
    const std::size_t most = page_size(input);

    std::string body;
    ObjectWriter object(body);
    object.text("result", parsed.machine ? "OK" : "FAIL");
    std::string& diagnostics = object.member("diagnostics");
    diagnostics.push_back('[');
    std::size_t shown = 0;
    bool truncated = false;
    for (const asl::Diagnostic& diagnostic : parsed.diagnostics) {
        if (diagnostic.severity == asl::Severity::warning && !warnings) continue;
        truncated = shown == most;
        if (truncated) break;
        if (shown++ > 0) diagnostics.push_back(',');
        append_diagnostic(diagnostics, diagnostic);
    }
    diagnostics.push_back(']');
    object.flag("truncated", truncated);
    object.end();
    return body;
}

}  // namespace stepwell::api::operations_of
