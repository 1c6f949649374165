#include "server/validate_command.hpp"

#include <algorithm>
#include <ostream>
#include <string_view>

#include "integrations/models/model_actions.hpp"
#include "server/definition_file.hpp"

namespace stepwell::server {
namespace {

/// The first line: behind it the parser repeats the text and the place.
std::string_view first_line(std::string_view message) {
    return message.substr(0, message.find('\n'));
}

/// Tools that read the lines match them by their places, so a line break may not stand in one.
std::string on_one_line(std::string_view text) {
    std::string line(text);
    std::replace_if(
        line.begin(), line.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20; }, ' ');
    return line;
}

class Reporter {
public:
    Reporter(const std::string& file, std::ostream& out)
        : file_(file == "-" ? "<stdin>" : file), out_(out) {}

    void report(const asl::TextPosition& at, bool error, std::string_view message,
                std::string_view code) {
        out_ << file_ << ':' << at.line << ':' << at.column << (error ? ": error: " : ": warning: ")
             << on_one_line(message);
        if (!code.empty()) out_ << " [" << code << ']';
        out_ << '\n';
    }

private:
    std::string file_;
    std::ostream& out_;
};

bool validate_file(const std::string& file, asl::WorkflowType type,
                   const asl::SdkActions& sdk_actions, std::ostream& out) {
    Reporter reporter(file, out);
    const DefinitionFile read = read_definition_file(file);
    if (const auto* unreadable = std::get_if<UnreadableDefinition>(&read)) {
        reporter.report(unreadable->position, true, unreadable->message, {});
        return false;
    }
    const auto& definition = std::get<DefinitionText>(read);
    const asl::Parsed parsed = asl::parse(definition.json, type, &sdk_actions);
    for (const asl::Diagnostic& diagnostic : parsed.diagnostics) {
        reporter.report(asl::find_location(definition.places, diagnostic.location),
                        diagnostic.severity == asl::Severity::error, first_line(diagnostic.message),
                        diagnostic.code);
    }
    return parsed.machine != nullptr;
}

}  // namespace

bool validate_files(const Validate& command, std::ostream& out) {
    const models::ServiceModels models;
    const models::ModelActions sdk_actions(models);
    bool all = true;
    for (const std::string& file : command.files)
        all &= validate_file(file, command.type, sdk_actions, out);
    return all;
}

}  // namespace stepwell::server
