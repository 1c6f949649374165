#include "engine/query/expression.hpp"

#include <optional>

#include "engine/base/state_errors.hpp"
#include "engine/query/intrinsics/call.hpp"

namespace stepwell {
namespace {

/// OBSERVED: what the service says of any path but `$` where the state's input is null (Stack
/// Overflow, 2022).
constexpr std::string_view kNullInput =
    "Unable to apply Path transformation to null or empty input.";

bool is_null_input(const EvaluationFailure& failure) { return failure.message == kNullInput; }

StateError runtime_error(std::string cause) {
    return {std::string(state_errors::kRuntime), std::move(cause)};
}

}  // namespace

struct Expression::Program {
    Kind kind;
    std::string text;
    std::optional<JsonPath> path = {};
    std::unique_ptr<intrinsics::Call> call = {};
};

Result<Expression, CompileError> Expression::compile(std::string_view text, Accept accept) {
    auto program = std::make_shared<Program>();
    program->text = text;
    if (text.starts_with('$')) {
        const bool into_context = text.starts_with("$$");
        program->kind = into_context ? Kind::context_path : Kind::input_path;
        program->path = TRY(JsonPath::compile(text.substr(into_context ? 1 : 0)));
        if (accept == Accept::reference_path && !program->path->reference()) {
            return CompileError{"not a Reference Path: " + std::string(text)};
        }
    } else if (accept == Accept::path_or_intrinsic) {
        program->kind = Kind::intrinsic;
        program->call = TRY(intrinsics::parse_call(text));
    } else {
        return CompileError{"not a path: " + std::string(text)};
    }
    return Expression(std::move(program));
}

Expression::Kind Expression::kind() const { return program_->kind; }

const std::string& Expression::text() const { return program_->text; }

Result<Selection, EvaluationFailure> Expression::evaluate(const Scope& scope) const {
    if (program_->kind == Kind::intrinsic) {
        Budget budget;
        return Selection(
            TRY(intrinsics::evaluate_call(*program_->call, scope, program_->text, budget)));
    }
    const bool into_context = program_->kind == Kind::context_path;
    const Json& document = into_context ? scope.context.get() : scope.input;
    if (document.is_null() && program_->text != "$") {
        return EvaluationFailure{.kind = EvaluationFailure::Kind::not_found,
                                 .message = std::string(kNullInput),
                                 .path = program_->text};
    }
    auto selected = program_->path->select(document);
    if (selected) return selected;
    EvaluationFailure failure = std::move(selected).error();
    failure.path = program_->text;
    if (into_context) failure.context = write_json(document);
    return failure;
}

StateError invalid_path(const EvaluationFailure& failure) {
    if (failure.kind == EvaluationFailure::Kind::intrinsic) {
        return {std::string(state_errors::kIntrinsicFailure), failure.message};
    }
    if (is_null_input(failure)) return runtime_error(failure.message);
    std::string cause = "Invalid path '" + failure.path + "' : " + failure.message;
    if (failure.call.empty()) return runtime_error(std::move(cause));
    return runtime_error("The function '" + failure.call + "' had the following error: " + cause);
}

StateError not_found_in_field(const EvaluationFailure& failure, std::string_view field,
                              const Json& input) {
    if (failure.kind == EvaluationFailure::Kind::intrinsic || is_null_input(failure))
        return invalid_path(failure);
    const std::string document = failure.context.empty() ? write_json(input) : failure.context;
    const std::string where = " could not be found in the input '" + document + "'";
    if (failure.call.empty()) {
        return runtime_error("The JSONPath '" + failure.path + "' specified for the field '" +
                             std::string(field) + "'" + where);
    }
    return runtime_error("The function '" + failure.call +
                         "' had the following error: The JsonPath argument for the field '" +
                         failure.path + "'" + where);
}

}  // namespace stepwell
