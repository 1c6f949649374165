#include "engine/query/jsonata/clone.hpp"

#include <cmath>

#include "engine/query/jsonata/failure.hpp"
#include "engine/query/jsonata/number_text.hpp"

namespace stepwell::jsonata {

namespace {

/// Whether rounding to 15 digits changes nothing, seen without making any digits: a number with at
/// most four decimals that has no more than 15 digits is its own nearest double.
bool has_few_digits(double value) {
    const double scaled = value * 1e4;
    const double whole = std::nearbyint(scaled);
    return std::abs(whole) < 1e15 && whole / 1e4 == value;
}

Value clone_number(double value, Dialect dialect) {
    if (!std::isfinite(value)) return Value::null();
    const bool rounds = dialect == Dialect::aws || std::trunc(value) != value;
    return Value::of(rounds && !has_few_digits(value) ? round_to_15_digits(value) : value);
}

constexpr int kMaxDepth = 500;

bool is_own_clone_at(const Json& json, Dialect dialect, int depth) {
    if (json.is_number()) {
        const double value = Value::borrow(json).number();
        const Value copy = clone_number(value, dialect);
        return copy.is_number() && copy.number() == value;
    }
    if (!json.is_structured()) return true;
    heap().tick();
    if (depth > kMaxDepth) throw stack_overflow();
    for (const Json& element : json) {
        if (!is_own_clone_at(element, dialect, depth + 1)) return false;
    }
    return true;
}

Value clone_at(const Value& value, Dialect dialect, int depth) {
    heap().tick();
    if (depth > kMaxDepth) throw stack_overflow();
    if (value.is_number()) return clone_number(value.number(), dialect);
    if (value.is_function()) return Value::borrow(std::string_view());
    if (value.is_array()) {
        Value copy = make_array();
        const Items items(value);
        copy.array()->reserve(items.size());
        for (std::size_t i = 0; i < items.size(); ++i) {
            copy.array()->push(clone_at(items[i], dialect, depth + 1));
        }
        return copy;
    }
    if (value.is_object()) {
        Value copy = make_object();
        copy.object()->reserve(member_count(value));
        for_each_member(value, [&](const Value& key, const Value& member) {
            if (!member.is_undefined()) {
                copy.object()->add(key, clone_at(member, dialect, depth + 1));
            }
        });
        return copy;
    }
    return value;
}

}  // namespace

Value clone(const Value& value, Dialect dialect) { return clone_at(value, dialect, 0); }

bool is_own_clone(const Json& document, Dialect dialect) {
    return is_own_clone_at(document, dialect, 0);
}

}  // namespace stepwell::jsonata
