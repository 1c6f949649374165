#pragma once

#include <set>
#include <string>
#include <string_view>

#include "engine/query/jsonpath.hpp"
#include "engine/query/scope.hpp"

namespace stepwell {

/// Names of variables, without the `$`.
using VariableNames = std::set<std::string, std::less<>>;

/// A path with what it looks into: the input (`$.a`), the Context Object (`$$.a`) or a variable
/// (`$name.a`). Compiled once; immutable.
class RootedPath {
public:
    enum class Root { input, context, variable };

    static Result<RootedPath, CompileError> compile(std::string_view text);

    Root root() const { return root_; }
    /// As written.
    const std::string& text() const { return text_; }
    const JsonPath& path() const { return path_; }
    void collect_variables(VariableNames& names) const {
        if (root_ == Root::variable) names.insert(variable_);
    }

    /// What it looks into; null for a variable that is not there.
    const Json* document(const Scope& scope) const;
    /// The failure's `path` is the whole text. A variable that is not there is `not_found`.
    Result<Selection, EvaluationFailure> select(const Scope& scope) const;

private:
    RootedPath(Root root, std::string variable, JsonPath path, std::string text)
        : root_(root),
          variable_(std::move(variable)),
          path_(std::move(path)),
          text_(std::move(text)) {}

    Root root_;
    std::string variable_;
    JsonPath path_;
    std::string text_;
};

/// Whether `text` begins with `$` and the name of a variable.
bool begins_with_variable(std::string_view text);

/// Whether `name` is that of a variable: a letter, then letters, digits and `_`, at most 80
/// characters. Developer Guide, "Passing data between states with variables": Unicode identifiers;
/// only ASCII is judged here.
bool is_variable_name(std::string_view name);

}  // namespace stepwell
