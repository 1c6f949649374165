#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "engine/query/rooted_path.hpp"

namespace stepwell {

/// The text of a field whose value is looked up at run time in JSONPath mode: a path into the input
/// (`$.a`), the Context Object (`$$.a`) or a variable (`$name.a`), or, where allowed, an intrinsic
/// function call. Compiled once.
class Expression {
public:
    enum class Kind { input_path, context_path, variable_path, intrinsic };
    /// What the field accepts. A Reference Path names one node only; see JsonPath::reference.
    enum class Accept { path, reference_path, path_or_intrinsic };

    static Result<Expression, CompileError> compile(std::string_view text, Accept accept);

    Kind kind() const;
    /// As written.
    const std::string& text() const;
    /// The variables that it reads are added to `names`.
    void collect_variables(VariableNames& names) const;

    Result<Selection, EvaluationFailure> evaluate(const Scope& scope) const;

private:
    struct Program;
    explicit Expression(std::shared_ptr<const Program> program) : program_(std::move(program)) {}
    std::shared_ptr<const Program> program_;
};

/// The StateError of a failed path in a field such as InputPath, OutputPath or TimeoutSecondsPath:
/// States.Runtime, `Invalid path '$.x' : No results for path: $['x']`; an intrinsic's own error.
StateError invalid_path(const EvaluationFailure& failure);

/// The StateError of a failed expression in a payload template, ErrorPath or CausePath (`field` as
/// AWS quotes it, with its `.$`): `The JSONPath '$.x' specified for the field 'k.$' could not be
/// found in the input '{…}'`.
StateError not_found_in_field(const EvaluationFailure& failure, std::string_view field,
                              const Json& input);

}  // namespace stepwell
