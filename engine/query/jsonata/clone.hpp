#pragma once

#include "engine/query/jsonata/expression.hpp"
#include "engine/query/jsonata/value.hpp"

namespace stepwell::jsonata {

/// `$clone`: a deep copy whose arrays and objects can be changed, as by way of the JSON text:
/// numbers are rounded to 15 digits, functions become empty texts. Texts are shared.
Value clone(const Value& value, Dialect dialect);

/// Whether a clone of the document equals it, so that none is needed where nothing is changed in
/// place: no number has more digits than a clone keeps. Fails as clone does where it is too deep.
bool is_own_clone(const Json& document, Dialect dialect);

}  // namespace stepwell::jsonata
