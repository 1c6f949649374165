#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "engine/query/budget.hpp"
#include "engine/query/intrinsics/functions.hpp"
#include "engine/query/rooted_path.hpp"
#include "engine/query/scope.hpp"

namespace stepwell::intrinsics {

struct Call;

using Argument = std::variant<Json, RootedPath, std::unique_ptr<Call>>;

/// A call of an intrinsic function, compiled: `States.Format('{} of {}', $.a,
/// States.ArrayLength($.b))`.
struct Call {
    const Function* function;
    std::vector<Argument> arguments;
    /// Of States.Format with a literal for its template.
    std::optional<FormatTemplate> format;
};

/// How deep calls may nest, the outermost included. Developer Guide, "Intrinsic functions": "up to
/// 10".
inline constexpr std::size_t kMaxNesting = 10;

/// Reads a whole call. A function nobody knows, a wrong number of arguments and an escape other
/// than
/// \' \{ \} \\ are errors, as they are for the service when it creates a state machine.
Result<std::unique_ptr<Call>, CompileError> parse_call(std::string_view text);

/// The variables that its arguments read are added to `names`.
void collect_variables(const Call& call, VariableNames& names);

/// The value of a call. `text` is the whole expression, which the service quotes when it fails.
/// What it and its nested calls make is taken off `budget`.
Result<Json, EvaluationFailure> evaluate_call(const Call& call, const Scope& scope,
                                              const std::string& text, Budget& budget);

}  // namespace stepwell::intrinsics
