#include "server/mock_command.hpp"

#include <filesystem>
#include <ostream>

#include "engine/asl/parser.hpp"
#include "integrations/mocks/skeleton.hpp"
#include "server/definition_file.hpp"

namespace stepwell::server {
namespace {

/// `order` of `src/order.asl.json`.
std::string name_of(const MockInit& command) {
    if (!command.state_machine.empty()) return command.state_machine;
    const std::string file = std::filesystem::path(command.definition).filename().string();
    const std::string name = file.substr(0, file.find('.'));
    return name.empty() || name == "-" ? "StateMachine" : name;
}

/// A definition is of either type; `.sync` and callbacks are for one of them alone.
asl::Parsed parse(const std::string& text) {
    asl::Parsed parsed = asl::parse(text, asl::WorkflowType::standard);
    return parsed.machine ? std::move(parsed) : asl::parse(text, asl::WorkflowType::express);
}

}  // namespace

bool init_mocks(const MockInit& command, std::ostream& out, std::ostream& errors) {
    const DefinitionFile read = read_definition_file(command.definition);
    if (const auto* unreadable = std::get_if<UnreadableDefinition>(&read)) {
        errors << "stepwell: " << command.definition << ": " << unreadable->message << '\n';
        return false;
    }
    const asl::Parsed parsed = parse(std::get<DefinitionText>(read).json);
    if (!parsed.machine) {
        errors << "stepwell: " << command.definition
               << " is no valid definition: stepwell validate says why\n";
        return false;
    }
    const models::ServiceModels models;
    const Json made = mocks::skeleton(*parsed.machine, name_of(command), command.test_case, models);
    out << made.dump(2) << '\n';
    return true;
}

}  // namespace stepwell::server
