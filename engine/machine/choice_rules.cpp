#include <algorithm>

#include "engine/base/overloaded.hpp"
#include "engine/base/state_errors.hpp"
#include "engine/base/time.hpp"
#include "engine/machine/turn.hpp"

// ASL specification, "Choice State", "Data-test expressions".
namespace stepwell {
namespace {

using asl::Comparison;

/// Order by UTF-16 code units, as Java compares strings, of UTF-8 texts: bytes order the same way
/// but for characters above U+FFFF (0xF0 …), whose surrogates come before U+E000 … U+FFFF (0xEE,
/// 0xEF).
int compare_text(std::string_view a, std::string_view b) {
    const auto [left, right] = std::mismatch(a.begin(), a.end(), b.begin(), b.end());
    if (left == a.end() || right == b.end()) {
        return left == a.end() ? (right == b.end() ? 0 : -1) : 1;
    }
    const auto x = static_cast<unsigned char>(*left);
    const auto y = static_cast<unsigned char>(*right);
    const bool bytewise = x < y;
    const bool astral_against_private = x >= 0xEE && y >= 0xEE && (x >= 0xF0) != (y >= 0xF0);
    return bytewise != astral_against_private ? -1 : 1;
}

/// StringMatches: `*` stands for any run; `\*` and `\\` for themselves. Linear in text × stars, no
/// recursion.
bool matches_pattern(std::string_view text, std::string_view pattern) {
    std::size_t t = 0;
    std::size_t p = 0;
    std::size_t star = std::string_view::npos;
    std::size_t resume = 0;
    while (t < text.size()) {
        if (p < pattern.size() && pattern[p] == '*') {
            star = p++;
            resume = t;
            continue;
        }
        const bool escaped = p + 1 < pattern.size() && pattern[p] == '\\' &&
                             (pattern[p + 1] == '*' || pattern[p + 1] == '\\');
        const std::size_t literal = escaped ? p + 1 : p;
        if (literal < pattern.size() && pattern[literal] == text[t]) {
            p = literal + 1;
            ++t;
        } else if (star != std::string_view::npos) {
            p = star + 1;
            t = ++resume;
        } else {
            return false;
        }
    }
    while (p < pattern.size() && pattern[p] == '*') ++p;
    return p == pattern.size();
}

bool holds(Comparison comparison, int order) {
    switch (comparison) {
        case Comparison::string_equals:
        case Comparison::numeric_equals:
        case Comparison::timestamp_equals:
            return order == 0;
        case Comparison::string_less_than:
        case Comparison::numeric_less_than:
        case Comparison::timestamp_less_than:
            return order < 0;
        case Comparison::string_greater_than:
        case Comparison::numeric_greater_than:
        case Comparison::timestamp_greater_than:
            return order > 0;
        case Comparison::string_less_than_equals:
        case Comparison::numeric_less_than_equals:
        case Comparison::timestamp_less_than_equals:
            return order <= 0;
        case Comparison::string_greater_than_equals:
        case Comparison::numeric_greater_than_equals:
        case Comparison::timestamp_greater_than_equals:
            return order >= 0;
        default:
            return false;
    }
}

std::optional<TimePoint> timestamp_of(const Json& value) {
    return value.is_string() ? parse_rfc3339(value.get_ref<const std::string&>()) : std::nullopt;
}

/// A value of another type than the operator's does not match; it is no error.
bool compare(Comparison comparison, const Json& value, const Json& operand) {
    switch (comparison) {
        case Comparison::string_equals:
        case Comparison::string_less_than:
        case Comparison::string_greater_than:
        case Comparison::string_less_than_equals:
        case Comparison::string_greater_than_equals:
            return value.is_string() && operand.is_string() &&
                   holds(comparison, compare_text(value.get_ref<const std::string&>(),
                                                  operand.get_ref<const std::string&>()));
        case Comparison::numeric_equals:
        case Comparison::numeric_less_than:
        case Comparison::numeric_greater_than:
        case Comparison::numeric_less_than_equals:
        case Comparison::numeric_greater_than_equals:
            return value.is_number() && operand.is_number() &&
                   holds(comparison, value < operand ? -1 : (operand < value ? 1 : 0));
        case Comparison::timestamp_equals:
        case Comparison::timestamp_less_than:
        case Comparison::timestamp_greater_than:
        case Comparison::timestamp_less_than_equals:
        case Comparison::timestamp_greater_than_equals: {
            const auto a = timestamp_of(value);
            const auto b = timestamp_of(operand);
            return a && b && holds(comparison, *a < *b ? -1 : (*b < *a ? 1 : 0));
        }
        case Comparison::boolean_equals:
            return value.is_boolean() && operand.is_boolean() && value == operand;
        case Comparison::string_matches:
            return value.is_string() && operand.is_string() &&
                   matches_pattern(value.get_ref<const std::string&>(),
                                   operand.get_ref<const std::string&>());
        case Comparison::is_null:
            return value.is_null() == operand.get<bool>();
        case Comparison::is_numeric:
            return value.is_number() == operand.get<bool>();
        case Comparison::is_string:
            return value.is_string() == operand.get<bool>();
        case Comparison::is_boolean:
            return value.is_boolean() == operand.get<bool>();
        case Comparison::is_timestamp:
            return timestamp_of(value).has_value() == operand.get<bool>();
        case Comparison::is_present:
            return operand.get<bool>();
    }
    return false;
}

StateError invalid_reference(const Expression& path) {
    return {std::string(state_errors::kRuntime),
            "Invalid path '" + path.text() +
                "': The choice state's condition path references an invalid value."};
}

Evaluated<bool> matches_test(const asl::Test& test, const Scope& scope) {
    const auto value = test.variable.evaluate(scope);
    if (test.comparison == Comparison::is_present)
        return value.has_value() == std::get<Json>(test.operand).get<bool>();
    if (!value) return invalid_reference(test.variable);
    if (const auto* literal = std::get_if<Json>(&test.operand))
        return compare(test.comparison, value->value(), *literal);
    const auto& path = std::get<Expression>(test.operand);
    const auto operand = path.evaluate(scope);
    if (!operand) return invalid_reference(path);
    return compare(test.comparison, value->value(), operand->value());
}

/// Rules in order, as far as needed: the first that decides ends it.
Evaluated<bool> matches_some(const std::vector<asl::ChoiceRule>& rules, const Scope& scope,
                             bool decisive) {
    for (const asl::ChoiceRule& rule : rules) {
        const bool matched = TRY(matches(rule, scope));
        if (matched == decisive) return decisive;
    }
    return !decisive;
}

}  // namespace

Evaluated<bool> matches(const asl::ChoiceRule& rule, const Scope& scope) {
    return std::visit(
        Overloaded{[&](const asl::AllOf& all) { return matches_some(all.rules, scope, false); },
                   [&](const asl::AnyOf& any) { return matches_some(any.rules, scope, true); },
                   [&](const asl::NoneOf& none) -> Evaluated<bool> {
                       return !TRY(matches(*none.rule, scope));
                   },
                   [&](const asl::Test& test) { return matches_test(test, scope); }},
        rule.condition);
}

}  // namespace stepwell
