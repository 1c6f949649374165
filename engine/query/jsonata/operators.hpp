#pragma once

#include "engine/query/jsonata/syntax.hpp"
#include "engine/query/jsonata/value.hpp"

/// What needs no evaluator: operators and the conversions they build on. They throw Failure.
namespace stepwell::jsonata {

/// `$boolean`: nothing, functions, empty texts, arrays and objects, 0, null are false; an array is
/// true if one of its elements is.
bool to_boolean(const Value& value);

/// Deep equality: numbers by value, objects regardless of their order.
bool equal(const Value& a, const Value& b);

/// Whether it is a number; D1001 if one that is not finite.
bool is_numeric(const Value& value);

/// `a op b` for all but `and` and `or`. Errors have the operator as their token, no position.
Value binary_operation(Operator op, const Value& left, const Value& right, Dialect dialect);

/// `$append`: both as arrays, one after the other. Consumes `first`, so that appending many is
/// linear.
Value append(Value first, const Value& second);

/// The value of the field in an object, or of that field in each object of an array, as a sequence.
Value lookup_field(const Value& input, std::string_view name);

}  // namespace stepwell::jsonata
