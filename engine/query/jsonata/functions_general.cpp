#include <memory>
#include <string>

#include "engine/query/jsonata/functions.hpp"
#include "engine/query/jsonata/operators.hpp"
#include "engine/query/jsonata/text.hpp"

namespace stepwell::jsonata {

namespace {

Value boolean(const Call& call) { return call.has(0) ? Value::of(to_boolean(call[0])) : Value(); }
Value logical_not(const Call& call) {
    return call.has(0) ? Value::of(!to_boolean(call[0])) : Value();
}
Value exists(const Call& call) { return Value::of(call.has(0)); }

Value type(const Call& call) {
    const Value& value = call[0];
    const auto name = [&]() -> std::string_view {
        if (value.is_null()) return "null";
        if (value.is_number()) return "number";
        if (value.is_text()) return "string";
        if (value.is_boolean()) return "boolean";
        if (value.is_array()) return "array";
        return value.is_function() ? "function" : "object";
    };
    return value.is_undefined() ? Value() : Value::borrow(name());
}

Value error(const Call& call) {
    const std::string_view given = text_of(call[0]);
    fail("D3137", {.message = given.empty() ? "$error() function evaluated" : std::string(given)});
}

Value assertion(const Call& call) {
    if (call[0].is_boolean() && call[0].boolean()) return {};
    const std::string_view given = text_of(call[1]);
    fail("D3141", {.message = given.empty() ? "$assert() statement failed" : std::string(given)});
}

std::string quoted(const std::string& text) {
    std::string out;
    append_json_string(out, text);
    return out;
}

/// Compiles and evaluates a text where it is called from.
Value eval(const Call& call) {
    if (!call[0].is_text()) return {};
    auto program = std::make_shared<Program>();
    program->dialect = call.evaluator.dialect();
    program->nested = true;
    try {
        program->root = shape(parse(call[0].text(), program->dialect));
        resolve(*program);
    } catch (const Failure& failure) {
        fail("D3120", {.value = quoted(failure.error().message)});
    }
    const Program& kept = call.evaluator.keep(std::move(program));
    try {
        Evaluator inner(kept, call.evaluator, call.frame);
        return inner.run(call.has(1) ? as_input(call[1]) : call.input);
    } catch (const Failure& failure) {
        if (failure.limit) throw;
        fail("D3121", {.value = quoted(failure.error().message)});
    }
}

constexpr BuiltinRow kRows[] = {
    {"boolean", "<x-:b>", 1, &boolean},
    {"not", "<x-:b>", 1, &logical_not},
    {"exists", "<x:b>", 1, &exists},
    {"type", "<x:s>", 1, &type},
    {"error", "<s?:x>", 1, &error},
    {"assert", "<bs?:x>", 2, &assertion},
    {"eval", "<sx?:x>", 2, &eval, BuiltinRow::In::standard},
};

}  // namespace

std::span<const BuiltinRow> general_functions() { return kRows; }

}  // namespace stepwell::jsonata
