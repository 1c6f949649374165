#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "engine/query/jsonata/expression.hpp"
#include "engine/query/jsonata/signature.hpp"
#include "engine/query/jsonata/value.hpp"

namespace stepwell::jsonata {

class Evaluator;

/// One call of a built-in function. Arguments that were not given are undefined.
struct Call {
    Evaluator& evaluator;
    Arguments& arguments;
    const Value& input;  ///< the context, `$`
    Frame* frame;

    const Value& operator[](std::size_t index) const {
        static const Value kUndefined;
        return index < arguments.size() ? arguments[index] : kUndefined;
    }
    std::size_t size() const { return arguments.size(); }
    bool has(std::size_t index) const { return !(*this)[index].is_undefined(); }
};

struct Builtin {
    std::string_view name;
    std::optional<Signature> signature;
    /// How many arguments a function that takes functions passes on to this one.
    std::uint8_t arity;
    Value (*call)(const Call& call);
};

/// The function `$name` of a dialect, or null.
const Builtin* find_builtin(std::string_view name, Dialect dialect);

/// One row of the table of functions.
struct BuiltinRow {
    std::string_view name;
    std::string_view signature;  ///< empty: none
    std::uint8_t arity;
    Value (*call)(const Call& call);
    enum class In : std::uint8_t { both, standard, aws } in = In::both;
};

}  // namespace stepwell::jsonata
