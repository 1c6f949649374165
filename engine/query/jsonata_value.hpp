#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/json.hpp"
#include "engine/base/random.hpp"
#include "engine/base/result.hpp"
#include "engine/base/time.hpp"
#include "engine/query/rooted_path.hpp"

namespace stepwell {

/// Why a field of a JSONata state has no value: what the event EvaluationFailed shows.
struct QueryFailure {
    /// `The JSONata expression '$x' specified for the field 'Output/a' returned nothing
    /// (undefined).`
    std::string cause;
    /// The field, from the state on: `Output/a`, `Choices[1]/Condition`. Empty: AWS names none.
    std::string location;
    /// Given up within the soft deadline: it is to be evaluated again, with more time.
    bool deferred = false;
};

/// What is wrong with a `{% … %}` of a definition.
struct JsonataProblem {
    std::string_view code;  ///< `INVALID_JSONATA_EXPRESSION`
    std::string message;    ///< `Unexpected end of expression`
    std::string place;      ///< from the field on: `/a[1]`, or empty for the field itself
};

/// Which members of `$states` a field may read, beside `input` and `context`.
enum class StatesMembers { plain, with_result, with_error_output };

/// A variable as an evaluation sees it.
struct BoundVariable {
    std::string_view name;
    Payload value;
};

/// What the fields of a JSONata state see. Borrowed for one evaluation.
struct JsonataScope {
    const Json& input;                   ///< `$states.input`
    const Json* result = nullptr;        ///< `$states.result`
    const Json* error_output = nullptr;  ///< `$states.errorOutput`
    const Json* context = nullptr;       ///< `$states.context`
    const std::vector<BoundVariable>& variables;
    TimePoint now;
    RandomBits& random;
    /// An expression that is not done by then is given up: `QueryFailure::deferred`. AWS's own
    /// limits hold in any case.
    std::chrono::steady_clock::time_point soft_deadline =
        std::chrono::steady_clock::time_point::max();
};

/// The value of a field of a JSONata state: JSON in which every string `{% … %}` is an expression,
/// at any depth. Compiled once, immutable, cheap to copy.
/// Developer Guide, "Transforming data with JSONata in Step Functions".
class JsonataValue {
public:
    /// `field` as AWS names it from the state on: `Output`, `Catch[0]/Assign`. All problems are
    /// returned, not only the first.
    static Result<JsonataValue, std::vector<JsonataProblem>> compile(const Json& source,
                                                                     std::string field,
                                                                     StatesMembers members);

    /// The value itself, if nothing in it is computed; else null.
    const Json* constant() const;
    /// `Output`: the field it was compiled for.
    const std::string& field() const;
    /// The expression, without its marks, if the whole value is one; else empty.
    const std::string& expression() const;
    /// The variables that it reads, each once; with functions, whose names variables may have.
    const VariableNames& variables() const;
    bool reads_context() const;

    Result<Json, QueryFailure> evaluate(const JsonataScope& scope) const;

    /// `The JSONata expression '…' specified for the field '…' returned an unexpected result type.
    /// Expected 'array', but was 'number' for value: 1`.
    QueryFailure unexpected_type(std::string_view expected, const Json& value) const;

private:
    struct Program;
    explicit JsonataValue(std::shared_ptr<const Program> program) : program_(std::move(program)) {}
    std::shared_ptr<const Program> program_;
};

}  // namespace stepwell
