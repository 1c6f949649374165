#include <cmath>
#include <string>

#include "engine/query/jsonata/functions.hpp"
#include "engine/query/jsonata/integer_picture.hpp"
#include "engine/query/jsonata/number_picture.hpp"
#include "engine/query/jsonata/number_text.hpp"
#include "engine/query/jsonata/text.hpp"

namespace stepwell::jsonata {

namespace {

Value number(const Call& call) {
    const Value& value = call[0];
    if (value.is_text()) return Value::of(value_or_fail(parse_number(value.text())));
    if (value.is_boolean()) return Value::of(value.boolean() ? 1.0 : 0.0);
    return value.is_number() ? value : Value();
}

template <double (*Compute)(double)>
Value computed(const Call& call) {
    return call[0].is_number() ? Value::of(Compute(call[0].number())) : Value();
}
double floor_of(double value) { return std::floor(value); }
double ceil_of(double value) { return std::ceil(value); }
double abs_of(double value) { return std::abs(value); }

Value round(const Call& call) {
    if (!call[0].is_number()) return {};
    return Value::of(round_half_even(call[0].number(), call.has(1) ? number_of(call[1]) : 0.0));
}

Value sqrt(const Call& call) {
    if (!call[0].is_number()) return {};
    if (call[0].number() < 0) fail("D3060", {.value = json_text(call[0]), .index = "1"});
    return Value::of(std::sqrt(call[0].number()));
}

Value power(const Call& call) {
    if (!call[0].is_number()) return {};
    const double result = std::pow(call[0].number(), number_of(call[1]));
    if (!std::isfinite(result)) {
        fail("D3061", {.value = json_text(call[0]), .value2 = json_text(call[1]), .index = "1"});
    }
    return Value::of(result);
}

Value random(const Call& call) {
    return Value::of(call.evaluator.environment().random->next_unit());
}

Value format_number_function(const Call& call) {
    if (!call[0].is_number()) return {};
    DecimalFormat format;
    if (call[2].is_object()) {
        for_each_member(call[2], [&](const Value& key, const Value& value) {
            if (value.is_text()) format.set(key.text(), value.text());
        });
    }
    return make_text(value_or_fail(format_number(call[0].number(), text_of(call[1]), format)));
}

Value format_base_function(const Call& call) {
    if (!call[0].is_number()) return {};
    const double radix = call.has(1) ? number_of(call[1]) : 10.0;
    return make_text(value_or_fail(format_base(call[0].number(), radix)));
}

Value format_integer_function(const Call& call) {
    if (!call[0].is_number()) return {};
    return make_text(value_or_fail(format_integer(call[0].number(), text_of(call[1]))));
}

Value parse_integer_function(const Call& call) {
    if (!call[0].is_text()) return {};
    return Value::of(value_or_fail(parse_integer(call[0].text(), text_of(call[1]))));
}

constexpr BuiltinRow kRows[] = {
    {"number", "<(nsb)-:n>", 1, &number},
    {"floor", "<n-:n>", 1, &computed<&floor_of>},
    {"ceil", "<n-:n>", 1, &computed<&ceil_of>},
    {"abs", "<n-:n>", 1, &computed<&abs_of>},
    {"round", "<n-n?:n>", 2, &round},
    {"sqrt", "<n-:n>", 1, &sqrt},
    {"power", "<n-n:n>", 2, &power},
    {"random", "<:n>", 0, &random, BuiltinRow::In::standard},
    {"formatNumber", "<n-so?:s>", 3, &format_number_function},
    {"formatBase", "<n-n?:s>", 2, &format_base_function},
    {"formatInteger", "<n-s:s>", 2, &format_integer_function},
    {"parseInteger", "<s-s:n>", 2, &parse_integer_function},
};

}  // namespace

std::span<const BuiltinRow> number_functions() { return kRows; }

}  // namespace stepwell::jsonata
