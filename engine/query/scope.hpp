#pragma once

#include <functional>
#include <optional>
#include <string>

#include "engine/base/json.hpp"
#include "engine/base/random.hpp"
#include "engine/base/result.hpp"
#include "engine/query/variables.hpp"

namespace stepwell {

/// The Context Object (`$$`), made when an expression first asks for it.
/// Developer Guide, "Accessing execution data from the Context object".
class LazyContext {
public:
    explicit LazyContext(std::function<Json()> make) : make_(std::move(make)) {}
    const Json& get() const {
        if (!value_) value_ = make_();
        return *value_;
    }

private:
    std::function<Json()> make_;
    mutable std::optional<Json> value_;
};

/// What an expression of one state can see. Borrowed for one evaluation; nothing here is owned.
struct Scope {
    const Json& input;                     ///< `$`
    const LazyContext& context;            ///< `$$`
    RandomBits& random;                    ///< for States.UUID and States.MathRandom without a seed
    const Variables* variables = nullptr;  ///< `$name`; null: there are none
};

/// Why an expression has no value. The caller words the cause, since AWS words it by field.
struct EvaluationFailure {
    enum class Kind {
        not_found,  ///< a path found nothing
        path,  ///< a path failed for another reason (index out of bounds, filter on a scalar …)
        intrinsic,  ///< an intrinsic function refused its arguments: States.IntrinsicFailure
    };
    Kind kind;
    /// Jayway's words for a path ("No results for path: $['a']"); the whole cause for an intrinsic.
    std::string message;
    /// The path that failed, as written: of the expression itself or of an argument of an
    /// intrinsic.
    std::string path;
    /// The whole intrinsic call as written, where `path` is one of its arguments.
    std::string call = {};
    /// What `path` looked into as JSON text, where that is not the input but the Context Object
    /// (`$$…`) or a variable (`$name…`): what AWS quotes as "the input".
    std::string document = {};
};

}  // namespace stepwell
