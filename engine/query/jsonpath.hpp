#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <variant>

#include "engine/query/scope.hpp"

namespace stepwell {

/// What a path selected: a value inside the document (definite paths), or an array made of what was
/// found.
class Selection {
public:
    explicit Selection(const Json* inside) : value_(inside) {}
    explicit Selection(Json made) : value_(std::move(made)) {}
    const Json& value() const {
        if (const auto* inside = std::get_if<const Json*>(&value_)) return **inside;
        return std::get<Json>(value_);
    }
    /// The value as one's own: moved where it was made, copied where it lies in the document.
    Json take() && {
        if (const auto* inside = std::get_if<const Json*>(&value_)) return **inside;
        return std::get<Json>(std::move(value_));
    }

private:
    std::variant<const Json*, Json> value_;
};

struct CompileError {
    std::string message;
};

/// A JSONPath in the dialect that Step Functions accepts (Jayway JsonPath 1.1 to 2.0), compiled
/// once.
///
/// Immutable and cheap to copy (shared). Evaluation has a bound on steps and depth: it fails, never
/// hangs. Developer Guide, "Using JSONPath paths"; ../shared/jsonpath/README.md has the dialect.
class JsonPath {
public:
    /// `text` begins with `$` and is meant relative to the document given to `select`; a path into
    /// the Context Object is compiled without its first `$`.
    static Result<JsonPath, CompileError> compile(std::string_view text);

    /// Whether it gives the one value and not an array of what it found: no wildcard, filter,
    /// slice, union of indexes or `..` (`['a','b']` gives one object).
    bool definite() const;
    /// Whether it is a Reference Path: names and non-negative indexes only. ASL specification,
    /// "Reference Paths".
    bool reference() const;
    /// As written.
    const std::string& text() const;
    /// Jayway's rendering: `$['a'][0]`.
    std::string normalized() const;

    /// Selection may point into `document`: keep it alive.
    Result<Selection, EvaluationFailure> select(const Json& document) const;

    /// A copy of `document` with `result` at this reference path; missing objects on the way are
    /// made. ASL specification, "ResultPath". Fails with States.ResultPathMatchFailure or
    /// States.Runtime and its cause (without the "An error occurred while executing the state"
    /// opening) where AWS does.
    Evaluated<Json> write(const Json& document, Json result) const;

private:
    struct Program;
    explicit JsonPath(std::shared_ptr<const Program> program) : program_(std::move(program)) {}
    std::shared_ptr<const Program> program_;
};

}  // namespace stepwell
