#pragma once

#include "engine/query/jsonata/expression.hpp"
#include "engine/query/jsonata/value.hpp"

namespace stepwell::jsonata {

/// `$clone`: a deep copy whose arrays and objects can be changed, as by way of the JSON text:
/// numbers are rounded to 15 digits, functions become empty texts. Texts are shared.
Value clone(const Value& value, Dialect dialect);

}  // namespace stepwell::jsonata
