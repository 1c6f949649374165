#pragma once

#include <cmath>
#include <span>
#include <string_view>

#include "engine/query/jsonata/builtin.hpp"
#include "engine/query/jsonata/evaluator.hpp"

/// The built-in functions by family. https://docs.jsonata.org, and for AWS's own: Developer Guide,
/// "Transforming data with JSONata in Step Functions".
namespace stepwell::jsonata {

std::span<const BuiltinRow> aggregate_functions();
std::span<const BuiltinRow> array_functions();
std::span<const BuiltinRow> higher_order_functions();
std::span<const BuiltinRow> object_functions();
std::span<const BuiltinRow> text_functions();
std::span<const BuiltinRow> matching_functions();
std::span<const BuiltinRow> number_functions();
std::span<const BuiltinRow> date_functions();
std::span<const BuiltinRow> general_functions();
std::span<const BuiltinRow> aws_functions();

// Signatures have checked the arguments, but not those of a partially applied function: a wrong one
// is then nothing.

/// NaN for what is no number.
inline double number_of(const Value& value) { return value.is_number() ? value.number() : NAN; }
inline std::string_view text_of(const Value& value) {
    return value.is_text() ? value.text() : std::string_view();
}
/// No elements for what is no array.
inline Items items_of(const Value& value) {
    static const Json kNone = Json::array();
    return value.is_array() ? Items(value) : Items(Value::borrow(kNone));
}

}  // namespace stepwell::jsonata
