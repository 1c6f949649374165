#include "api/variable_references.hpp"

namespace stepwell::api {

void write_variable_references(ObjectWriter& object,
                               const std::shared_ptr<const asl::StateMachine>& definition) {
    if (!definition) return;
    Json references = Json::object();
    for (const asl::State& state : definition->states) {
        if (!state.variables.empty()) references[state.name] = state.variables;
    }
    if (!references.empty()) object.raw("variableReferences", write_json(references));
}

}  // namespace stepwell::api
