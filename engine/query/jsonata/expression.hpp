#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/base/json.hpp"
#include "engine/base/random.hpp"
#include "engine/base/result.hpp"
#include "engine/base/time.hpp"

/// JSONata, https://docs.jsonata.org, and what Step Functions makes of it: Developer Guide,
/// "Transforming data with JSONata in Step Functions".
namespace stepwell::jsonata {

/// Which JSONata a text is written in.
enum class Dialect {
    standard,  ///< the reference implementation 2.2: `?:` and `??`, `$eval`, the input is `$`
    aws,  ///< 2.0.6 with AWS's functions, without `$eval`; `$` and `$$` hold nothing at the top
};

/// Why an expression cannot be compiled or has no value.
struct Error {
    /// The reference implementation's: `T1006`, `D3030`. Empty for AWS's own limits, whose
    /// message says it all: `Expression evaluation timeout`.
    std::string code;
    /// The reference implementation's template, filled in: `Attempted to invoke a non-function`.
    std::string message;
    /// UTF-16 units from the beginning of the text to the end of the token in question.
    std::size_t position = 0;
    /// The token in question, or empty.
    std::string token;
    /// Gave up within `Limits::soft_time`: it is to be evaluated again elsewhere, with more time.
    bool deferred = false;

    // No aggregate: a Result<std::string, Error> could not tell a value from an error then, as one
    // text would make either.
    Error() = default;
    Error(std::string error_code, std::string error_message)
        : code(std::move(error_code)), message(std::move(error_message)) {}
};

/// Bounds of one evaluation. Reaching one is an error in AWS's words (`aws`) or U1001 (`standard`).
struct Limits {
    /// Wall time, from the call of evaluate; more on a machine that is too busy to give a third of
    /// it in processor time (heap.hpp).
    std::chrono::milliseconds time{1000};
    /// Wall time, from the call of evaluate, after which it gives up with Error::deferred, whatever
    /// it has come to; none: only `time` counts. Looked at as often as `time` is.
    std::optional<std::chrono::microseconds> soft_time = std::nullopt;
    /// Depth of evaluation, as the reference counts it: a sum of 100 terms is 100 deep. AWS: "Stack
    /// overflow error". The stack of the thread bounds it, too, whatever is given here.
    std::size_t depth = 100;
    /// What the evaluation may hold at any one time of values that it has made: 8 bytes for an
    /// element or a member, 1 for a byte of text. By default as AWS: `[1..873782]` passes.
    std::size_t memory = std::size_t{8} * 873'782;
};

/// A name and its value, seen as `$name`. Borrowed.
struct Binding {
    std::string_view name;  ///< without the `$`
    const Json* value = nullptr;
};

/// What an evaluation can see. Borrowed for its time; nothing here is owned, nothing is copied.
struct Environment {
    /// `$` and `$$` in the standard dialect; null: undefined.
    const Json* input = nullptr;
    /// Looked up after the functions and the names that the expression binds itself.
    std::span<const Binding> bindings = {};
    /// `$states`, made when first asked for (aws only). Members may be absent.
    std::function<const Json*(std::string_view member)> states = {};
    /// `$now()` and `$millis()`.
    TimePoint now;
    RandomBits* random = nullptr;  ///< `$random`, `$uuid`, `$shuffle`; required
    Limits limits = {};
};

/// The names that an expression reads and does not bind itself, in the order of their appearance,
/// each once. For checks at creation and for `variableReferences`.
struct References {
    /// Variables, without `$`: `order`. With functions of the dialect, as a variable may have the
    /// name of one.
    std::vector<std::string> variables;
    /// Members read of `$states`: `input`, `context`. `*` where `$states` itself is used whole.
    std::vector<std::string> states_members;
    /// Field names read of the top-level input (`a.b` reads `a`), which is nothing in AWS mode.
    std::vector<std::string> bare_fields;
    /// `$` or `$$` is read at the top.
    bool top_input = false;
};

struct Program;

/// A compiled expression: immutable, cheap to copy, used by any number of threads at once.
class Expression {
public:
    /// `text` is the expression itself, without `{%` and `%}`. Never recurses deeper than a fixed
    /// bound, whatever the text: beyond it the error is S0500-like in AWS's words.
    static Result<Expression, Error> compile(std::string_view text, Dialect dialect);

    const std::string& text() const;
    const References& references() const;

    /// The value, nullopt where it is undefined, or why there is none. A function as the result is
    /// the error "unsupported result type" (code empty, see `kUnsupportedResult`).
    Result<std::optional<Json>, Error> evaluate(const Environment& environment) const;

private:
    explicit Expression(std::shared_ptr<const Program> program) : program_(std::move(program)) {}
    std::shared_ptr<const Program> program_;
};

/// Error::code of a result that is no JSON value, such as a function; AWS words it
/// "returned an unsupported result type."
inline constexpr std::string_view kUnsupportedResult = "unsupported-result";

}  // namespace stepwell::jsonata
