#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include "engine/query/jsonata/expression.hpp"

namespace stepwell::jsonata {

/// What the places of a message are filled with. Values are JSON texts: `"a"`, `1`.
struct ErrorParts {
    std::size_t position = 0;
    /// The operator or the function's name.
    std::string token = {};
    std::string value = {};
    std::string value2 = {};  ///< also `{{exp}}`
    std::string index = {};
    std::string type = {};
    std::string function_name = {};
    std::string message = {};
};

/// Ends a compilation or an evaluation from any depth. Thrown by the parser and the evaluator and
/// caught in Expression alone, which returns the error: it never leaves this folder. A result type
/// would have to pass through each of the evaluator's recursive calls, for an end that is final.
/// The call that it passes on its way out adds its name and place, so the message is made last.
class Failure {
public:
    Failure(std::string_view error_code, ErrorParts error_parts)
        : code(error_code), parts(std::move(error_parts)) {}
    /// An error whose message is complete. One of the limits' keeps being one.
    explicit Failure(Error error);

    /// With its message, by the reference implementation's templates.
    Error error() const;

    std::string code;
    ErrorParts parts;
    bool deferred = false;
    /// One of the limits, which have no code on AWS.
    bool limit = false;

private:
    bool complete_ = false;
};

[[noreturn]] inline void fail(std::string_view code, ErrorParts parts = {}) {
    throw Failure(code, std::move(parts));
}
/// The value of a function of the libraries, or its failure.
template <class T>
T value_or_fail(Result<T, Error> result) {
    if (!result) throw Failure(std::move(result).error());
    return std::move(*result);
}

/// AWS's limits, in its words. They have no code. A function of the libraries returns their
/// error().
Failure stack_overflow();
Failure evaluation_timeout();
Failure memory_exceeded();
/// Given up within the soft limit of time, see Error::deferred.
Failure evaluation_deferred();

}  // namespace stepwell::jsonata
