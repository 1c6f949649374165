#include "engine/query/jsonata/operators.hpp"

#include <cmath>
#include <cstdint>
#include <utility>

#include "engine/query/jsonata/failure.hpp"
#include "engine/query/jsonata/number_text.hpp"
#include "engine/query/jsonata/text.hpp"
#include "engine/query/jsonata/utf16.hpp"

namespace stepwell::jsonata {

namespace {

constexpr int kMaxDepth = 500;

bool equal_at(const Value& a, const Value& b, int depth);

bool equal_arrays(const Value& a, const Value& b, int depth) {
    const Items left(a);
    const Items right(b);
    if (left.size() != right.size()) return false;
    for (std::size_t i = 0; i < left.size(); ++i) {
        if (!equal_at(left[i], right[i], depth)) return false;
    }
    return true;
}

bool equal_objects(const Value& a, const Value& b, int depth) {
    if (member_count(a) != member_count(b)) return false;
    bool same = true;
    for_each_member(a, [&](const Value& key, const Value& value) {
        if (!same) return;
        const Value other = member(b, key.text());
        same = other.is_undefined() ? value.is_undefined() : equal_at(value, other, depth);
    });
    return same;
}

bool equal_at(const Value& a, const Value& b, int depth) {
    heap().tick();
    if (depth > kMaxDepth) throw stack_overflow();
    if (a.is_same(b)) return true;
    if (a.is_text()) return b.is_text() && a.text() == b.text();
    if (a.is_number()) return b.is_number() && a.number() == b.number();
    if (a.is_boolean()) return b.is_boolean() && a.boolean() == b.boolean();
    if (a.is_array()) return b.is_array() && equal_arrays(a, b, depth + 1);
    if (a.is_object()) return b.is_object() && equal_objects(a, b, depth + 1);
    return a.kind() == b.kind() && (a.is_null() || a.is_undefined());
}

double remainder_of(double a, double b) {
    // fmod() counts down bit by bit; most operands are small and whole. -0 is its own remainder.
    constexpr double kSmall = 4'294'967'296;
    if (a >= 0 && a < kSmall && b >= 1 && b < kSmall && !std::signbit(a)) {
        const auto whole_a = static_cast<std::uint32_t>(a);
        const auto whole_b = static_cast<std::uint32_t>(b);
        if (whole_a == a && whole_b == b) return whole_a % whole_b;
    }
    return std::fmod(a, b);
}

Value numeric(Operator op, const Value& left, const Value& right) {
    const auto token = [op] { return std::string(operator_text(op)); };
    if (!left.is_undefined() && !is_numeric(left)) {
        fail("T2001", {.token = token(), .value = json_text(left)});
    }
    if (!right.is_undefined() && !is_numeric(right)) {
        fail("T2002", {.token = token(), .value = json_text(right)});
    }
    if (left.is_undefined() || right.is_undefined()) return {};
    const double a = left.number();
    const double b = right.number();
    switch (op) {
        case Operator::add:
            return Value::of(a + b);
        case Operator::subtract:
            return Value::of(a - b);
        case Operator::multiply:
            return Value::of(a * b);
        case Operator::divide:
            return Value::of(a / b);
        default:
            return Value::of(remainder_of(a, b));
    }
}

Value compare(Operator op, const Value& left, const Value& right) {
    const auto comparable = [](const Value& v) {
        return v.is_undefined() || v.is_text() || v.is_number();
    };
    const auto token = [op] { return std::string(operator_text(op)); };
    if (!comparable(left) || !comparable(right)) {
        fail("T2010", {.token = token(), .value = json_text(comparable(left) ? right : left)});
    }
    if (left.is_undefined() || right.is_undefined()) return {};
    if (left.is_text() != right.is_text()) {
        fail("T2009", {.token = token(), .value = json_text(left), .value2 = json_text(right)});
    }
    const std::partial_ordering order =
        left.is_text() ? std::partial_ordering(compare_utf16_units(left.text(), right.text()))
                       : left.number() <=> right.number();
    switch (op) {
        case Operator::less:
            return Value::of(order < 0);
        case Operator::less_equal:
            return Value::of(order <= 0);
        case Operator::greater:
            return Value::of(order > 0);
        default:
            return Value::of(order >= 0);
    }
}

Value concatenate(const Value& left, const Value& right, Dialect dialect) {
    const Value a = to_text(left, dialect);
    const Value b = to_text(right, dialect);
    if (a.is_undefined()) return b.is_undefined() ? Value::borrow(std::string_view()) : b;
    if (b.is_undefined()) return a;
    heap().check_room(a.text().size() + b.text().size());
    return make_text(a.text(), b.text());
}

Value range(const Value& left, const Value& right) {
    constexpr double kMaxSize = 1e7;
    const auto is_integer = [](const Value& v) {
        return v.is_number() && std::trunc(v.number()) == v.number() && std::isfinite(v.number());
    };
    if (!left.is_undefined() && !is_integer(left)) fail("T2003", {.value = json_text(left)});
    if (!right.is_undefined() && !is_integer(right)) fail("T2004", {.value = json_text(right)});
    if (left.is_undefined() || right.is_undefined()) return {};
    const double from = left.number();
    const double to = right.number();
    if (from > to) return {};
    const double size = to - from + 1;
    if (size > kMaxSize) fail("D2014", {.value = number_text(size)});
    heap().check_room(8 * static_cast<std::size_t>(size));
    Value sequence = make_sequence();
    sequence.array()->reserve(static_cast<std::size_t>(size));
    for (double i = 0; i < size; ++i) sequence.array()->push(Value::of(from + i));
    return sequence;
}

/// As `===` of JavaScript: an array or an object is the same only as itself, unlike under `=`.
bool identical(const Value& a, const Value& b) {
    return a.is_array() || a.is_object() ? a.is_same(b) : equal(a, b);
}

bool is_in(const Value& left, const Value& right) {
    if (left.is_undefined() || right.is_undefined()) return false;
    if (!right.is_array()) return identical(left, right);
    const Items items(right);
    for (std::size_t i = 0; i < items.size(); ++i) {
        if (identical(left, items[i])) return true;
    }
    return false;
}

}  // namespace

bool to_boolean(const Value& value) {
    if (value.is_boolean()) return value.boolean();
    if (value.is_number()) return value.number() != 0 && !std::isnan(value.number());
    if (value.is_text()) return !value.text().empty();
    if (value.is_object()) return member_count(value) > 0;
    if (!value.is_array()) return false;
    // An array of one is its element; of more, any that is true.
    const Items items(value);
    for (std::size_t i = 0; i < items.size(); ++i) {
        heap().tick();
        if (to_boolean(items[i])) return true;
    }
    return false;
}

bool equal(const Value& a, const Value& b) { return equal_at(a, b, 0); }

bool is_numeric(const Value& value) {
    if (!value.is_number() || std::isnan(value.number())) return false;
    if (!std::isfinite(value.number())) fail("D1001", {.value = "null"});
    return true;
}

Value binary_operation(Operator op, const Value& left, const Value& right, Dialect dialect) {
    switch (op) {
        case Operator::add:
        case Operator::subtract:
        case Operator::multiply:
        case Operator::divide:
        case Operator::modulo:
            return numeric(op, left, right);
        case Operator::equal:
            return Value::of(!left.is_undefined() && !right.is_undefined() && equal(left, right));
        case Operator::not_equal:
            return Value::of(!left.is_undefined() && !right.is_undefined() && !equal(left, right));
        case Operator::concatenate:
            return concatenate(left, right, dialect);
        case Operator::range:
            return range(left, right);
        case Operator::in:
            return Value::of(is_in(left, right));
        default:
            return compare(op, left, right);
    }
}

Value append(Value first, const Value& second) {
    if (first.is_undefined()) return second;
    if (second.is_undefined()) return first;
    Value out;
    if (first.kind() == Value::Kind::array && first.is_sole_owner()) {
        out = std::move(first);
        ArrayNode& node = *out.array();
        node.sequence = node.keep_singleton = node.cons = node.outer_wrapper = false;
    } else {
        out = make_array();
        if (first.is_array()) {
            out.array()->push_all(first);
        } else {
            out.array()->push(std::move(first));
        }
    }
    if (second.is_array()) {
        out.array()->push_all(second);
    } else {
        out.array()->push(second);
    }
    return out;
}

Value lookup_field(const Value& input, std::string_view name) {
    if (input.is_object()) return member(input, name);
    if (!input.is_array()) return {};
    Value found = make_sequence();
    const Items items(input);
    for (std::size_t i = 0; i < items.size(); ++i) {
        heap().tick();
        const Value value = lookup_field(items[i], name);
        if (value.is_undefined()) continue;
        if (!value.is_array()) {
            found.array()->push(value);
            continue;
        }
        found.array()->push_all(value);
    }
    return found;
}

}  // namespace stepwell::jsonata
