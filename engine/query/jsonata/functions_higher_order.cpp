#include "engine/query/jsonata/functions.hpp"
#include "engine/query/jsonata/operators.hpp"

namespace stepwell::jsonata {

namespace {

/// Calls the function for each element with (value, index, array).
Value call_for(const Call& call, const Value& function, const Value& value, std::size_t index,
               const Value& array) {
    return call.evaluator.call_back(function, Arguments{value, Value::count(index), array},
                                    call.frame);
}

Value map(const Call& call) {
    if (!call.has(0)) return {};
    const Items items = items_of(call[0]);
    Value out = make_sequence();
    out.array()->reserve(items.size());
    for (std::size_t i = 0; i < items.size(); ++i) {
        Value result = call_for(call, call[1], items[i], i, call[0]);
        if (!result.is_undefined()) out.array()->push(std::move(result));
    }
    return out;
}

Value filter(const Call& call) {
    if (!call.has(0)) return {};
    const Items items = items_of(call[0]);
    Value out = make_sequence();
    for (std::size_t i = 0; i < items.size(); ++i) {
        Value item = items[i];
        if (to_boolean(call_for(call, call[1], item, i, call[0]))) {
            out.array()->push(std::move(item));
        }
    }
    return out;
}

Value single(const Call& call) {
    if (!call.has(0)) return {};
    const Items items = items_of(call[0]);
    bool found = false;
    Value result;
    for (std::size_t i = 0; i < items.size(); ++i) {
        Value item = items[i];
        if (call.has(1) && !to_boolean(call_for(call, call[1], item, i, call[0]))) continue;
        if (found) fail("D3138");
        found = true;
        result = std::move(item);
    }
    if (!found) fail("D3139");
    return result;
}

Value reduce(const Call& call) {
    if (!call.has(0)) return {};
    const std::size_t arity = Evaluator::arity(call[1]);
    if (arity < 2) fail("D3050", {.index = "1"});
    const Items items = items_of(call[0]);
    Value result = call[2];
    std::size_t first = 0;
    if (result.is_undefined() && items.size() > 0) {
        result = items[0];
        first = 1;
    }
    for (std::size_t i = first; i < items.size(); ++i) {
        Arguments arguments{std::move(result), items[i]};
        if (arity >= 3) arguments.push_back(Value::count(i));
        if (arity >= 4) arguments.push_back(call[0]);
        result = call.evaluator.apply(call[1], arguments, Value::null(), call.frame);
    }
    return result;
}

constexpr BuiltinRow kRows[] = {
    {"map", "<af>", 2, &map},
    {"filter", "<af>", 2, &filter},
    {"single", "<af?>", 2, &single},
    {"reduce", "<afj?:j>", 3, &reduce},
};

}  // namespace

std::span<const BuiltinRow> higher_order_functions() { return kRows; }

}  // namespace stepwell::jsonata
