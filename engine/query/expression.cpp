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

Expression::Kind kind_of(RootedPath::Root root) {
    switch (root) {
        case RootedPath::Root::input:
            return Expression::Kind::input_path;
        case RootedPath::Root::context:
            return Expression::Kind::context_path;
        case RootedPath::Root::variable:
            break;
    }
    return Expression::Kind::variable_path;
}

}  // namespace

struct Expression::Program {
    Kind kind;
    std::string text;
    std::optional<RootedPath> path = {};
    std::unique_ptr<intrinsics::Call> call = {};
};

Result<Expression, CompileError> Expression::compile(std::string_view text, Accept accept) {
    auto program = std::make_shared<Program>();
    program->text = text;
    if (text.starts_with('$')) {
        program->path = TRY(RootedPath::compile(text));
        program->kind = kind_of(program->path->root());
        if (accept == Accept::reference_path && !program->path->path().reference()) {
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
    const Json* document = program_->path->document(scope);
    if (document != nullptr && document->is_null() && program_->text != "$" &&
        program_->path->root() != RootedPath::Root::variable) {
        return EvaluationFailure{.kind = EvaluationFailure::Kind::not_found,
                                 .message = std::string(kNullInput),
                                 .path = program_->text};
    }
    return program_->path->select(scope);
}

void Expression::collect_variables(VariableNames& names) const {
    if (program_->path) program_->path->collect_variables(names);
    if (program_->call) intrinsics::collect_variables(*program_->call, names);
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
    const std::string document = failure.document.empty() ? write_json(input) : failure.document;
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
