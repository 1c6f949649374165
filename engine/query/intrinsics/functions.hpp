#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/json.hpp"
#include "engine/base/random.hpp"
#include "engine/base/result.hpp"
#include "engine/query/jsonpath.hpp"

/// The intrinsic functions, one family a file; functions.cpp has the table.
/// Developer Guide, "Intrinsic functions for JSONPath states in Step Functions".
namespace stepwell::intrinsics {

/// The text between the placeholders of a template: n pieces for n-1 times `{}`.
using FormatTemplate = std::vector<std::string>;

/// What a function is called with. Values may be taken: nobody else looks at them.
struct Invocation {
    std::span<Selection> arguments;
    RandomBits& random;
    const FormatTemplate* format;  ///< of a literal first argument of States.Format, else null

    const Json& value(std::size_t index) const { return arguments[index].value(); }
};

/// Why a function cannot work with its arguments: the end of a States.IntrinsicFailure's cause.
struct Refusal {
    std::string reason;
};
template <class T>
using Answer = Result<T, Refusal>;

struct Function {
    std::string_view name;  ///< without `States.`
    std::size_t min_arguments;
    std::size_t max_arguments;
    Answer<Json> (*invoke)(const Invocation&);
};

/// The function of that name (without `States.`), or null.
const Function* find_function(std::string_view name);

// array.cpp
Answer<Json> array(const Invocation&);
Answer<Json> array_partition(const Invocation&);
Answer<Json> array_contains(const Invocation&);
Answer<Json> array_range(const Invocation&);
Answer<Json> array_get_item(const Invocation&);
Answer<Json> array_length(const Invocation&);
Answer<Json> array_unique(const Invocation&);
// encoding.cpp
Answer<Json> base64_encode(const Invocation&);
Answer<Json> base64_decode(const Invocation&);
// hash.cpp
Answer<Json> hash(const Invocation&);
// json.cpp
Answer<Json> json_merge(const Invocation&);
Answer<Json> string_to_json(const Invocation&);
Answer<Json> json_to_string(const Invocation&);
// math.cpp
Answer<Json> math_random(const Invocation&);
Answer<Json> math_add(const Invocation&);
// text.cpp
Answer<Json> string_split(const Invocation&);
Answer<Json> format(const Invocation&);
// identifier.cpp
Answer<Json> uuid(const Invocation&);

}  // namespace stepwell::intrinsics
