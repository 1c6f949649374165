#include <algorithm>
#include <cmath>

#include "engine/query/jsonata/functions.hpp"

namespace stepwell::jsonata {

namespace {

template <class Combine>
double fold(const Items& items, double start, Combine combine) {
    double result = start;
    for (std::size_t i = 0; i < items.size(); ++i) {
        heap().tick();
        result = combine(result, number_of(items[i]));
    }
    return result;
}

double sum_of(const Items& items) {
    return fold(items, 0, [](double a, double b) { return a + b; });
}

Value sum(const Call& call) { return call.has(0) ? Value::of(sum_of(items_of(call[0]))) : Value(); }

Value count(const Call& call) { return Value::count(items_of(call[0]).size()); }

Value max(const Call& call) {
    const Items items = items_of(call[0]);
    if (items.size() == 0) return {};
    return Value::of(fold(items, -INFINITY, [](double a, double b) { return b > a ? b : a; }));
}

Value min(const Call& call) {
    const Items items = items_of(call[0]);
    if (items.size() == 0) return {};
    return Value::of(fold(items, INFINITY, [](double a, double b) { return b < a ? b : a; }));
}

Value average(const Call& call) {
    const Items items = items_of(call[0]);
    if (items.size() == 0) return {};
    return Value::of(sum_of(items) / static_cast<double>(items.size()));
}

constexpr BuiltinRow kRows[] = {
    {"sum", "<a<n>:n>", 1, &sum},         {"count", "<a:n>", 1, &count},
    {"max", "<a<n>:n>", 1, &max},         {"min", "<a<n>:n>", 1, &min},
    {"average", "<a<n>:n>", 1, &average},
};

}  // namespace

std::span<const BuiltinRow> aggregate_functions() { return kRows; }

}  // namespace stepwell::jsonata
