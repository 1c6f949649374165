#pragma once

#include <memory>
#include <string>
#include <vector>

#include "engine/query/expression.hpp"

namespace stepwell {

/// What is wrong with a payload template in a definition, in AWS's words, and under which key.
struct TemplateProblem {
    /// `The value for the field 'x.$' must be a valid JSONPath or a valid intrinsic function call`
    std::string message;
};

/// A payload template (Parameters, ResultSelector, ItemSelector, Credentials): JSON in which each
/// field whose name ends in `.$` is computed. Compiled once; evaluation shares what is constant.
/// ASL specification, "Payload Template".
class Template {
public:
    /// All problems are returned, not only the first.
    static Result<Template, std::vector<TemplateProblem>> compile(const Json& source);

    /// Whether nothing in it is computed.
    bool constant() const;
    /// The variables that it reads are added to `names`.
    void collect_variables(VariableNames& names) const;
    Evaluated<Json> evaluate(const Scope& scope) const;

private:
    struct Program;
    explicit Template(std::shared_ptr<const Program> program) : program_(std::move(program)) {}
    std::shared_ptr<const Program> program_;
};

}  // namespace stepwell
