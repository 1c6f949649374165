#include "engine/query/jsonpath.hpp"

#include "engine/base/state_errors.hpp"
#include "engine/query/jsonpath_program.hpp"

namespace stepwell {

using jsonpath::StepKind;

Result<JsonPath, CompileError> JsonPath::compile(std::string_view text) {
    if (!text.starts_with('$')) return CompileError{"A path begins with $: " + std::string(text)};
    auto program = std::make_shared<Program>();
    program->text = text;
    program->path = TRY(jsonpath::parse_path(text));
    return JsonPath(std::move(program));
}

bool JsonPath::definite() const { return program_->path.definite; }

bool JsonPath::reference() const {
    for (const jsonpath::Step& step : program_->path.steps) {
        const bool names_one_node = step.kind == StepKind::property ||
                                    (step.kind == StepKind::index && step.numbers[0] >= 0);
        if (!names_one_node) return false;
    }
    return true;
}

const std::string& JsonPath::text() const { return program_->text; }

std::string JsonPath::normalized() const { return "$" + jsonpath::render_steps(program_->path, 0); }

Result<Selection, EvaluationFailure> JsonPath::select(const Json& document) const {
    const jsonpath::Path& path = program_->path;
    if (path.definite) {
        const Json* node = nullptr;
        std::optional<Json> made;
        if (jsonpath::follow(path, document, jsonpath::Required::no, node, made) ==
            jsonpath::Outcome::found) {
            return made ? Selection(*std::move(made)) : Selection(node);
        }
    }
    auto selected = jsonpath::evaluate(path, document);
    if (!selected) {
        EvaluationFailure failure = std::move(selected).error();
        failure.path = program_->text;
        return failure;
    }
    return selected;
}

Evaluated<Json> JsonPath::write(const Json& document, Json result) const {
    const auto mismatch = [&] {
        // OBSERVED: in a report of 2024 (aws-cdk#29473); the documentation names only the error.
        return StateError{std::string(state_errors::kResultPathMatchFailure),
                          "Unable to apply ReferencePath " + program_->text + " to input " +
                              write_json(document)};
    };
    Json written = document;
    Json* at = &written;
    bool made = false;  // From here on there are only objects that we made.
    for (const jsonpath::Step& step : program_->path.steps) {
        if (step.kind == StepKind::property) {
            if (made) *at = Json::object();
            auto* object = at->get_ptr<Json::object_t*>();
            if (!object) return mismatch();
            const auto [member, added] = object->emplace(step.names[0], Json());
            made = added;
            at = &member->second;
        } else {
            auto* array = made ? nullptr : at->get_ptr<Json::array_t*>();
            if (!array || step.kind != StepKind::index || step.numbers[0] < 0) return mismatch();
            const auto index = static_cast<std::size_t>(step.numbers[0]);
            if (index >= array->size()) return mismatch();
            at = &(*array)[index];
        }
    }
    *at = std::move(result);
    return written;
}

}  // namespace stepwell
