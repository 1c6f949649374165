#include <strings.h>

#include "engine/query/java_decimal.hpp"
#include "engine/query/java_values.hpp"
#include "engine/query/jsonpath_program.hpp"

namespace stepwell::jsonpath {
namespace {

// ---- Reading
// ------------------------------------------------------------------------------------------------

CompileError invalid_filter(std::string_view text) {
    return {"Could not parse filter: " + std::string(text)};
}

std::string_view trim(std::string_view text) {
    while (!text.empty() && static_cast<unsigned char>(text.front()) <= ' ') text.remove_prefix(1);
    while (!text.empty() && static_cast<unsigned char>(text.back()) <= ' ') text.remove_suffix(1);
    return text;
}

struct Operator {
    std::string_view text;
    Comparison comparison;
};
/// In the order in which they are looked for: the first that occurs anywhere splits the criterion.
constexpr Operator kOperators[] = {
    {"==", Comparison::equal},         {">=", Comparison::greater_or_equal},
    {"<=", Comparison::less_or_equal}, {"!=", Comparison::not_equal},
    {"<", Comparison::less},           {">", Comparison::greater},
};

bool is_path(std::string_view text) { return text.starts_with('$') || text.starts_with('@'); }

Result<Path, CompileError> parse_definite_path(std::string_view text) {
    Path path = TRY(parse_path(text, FiltersAllowed::no));
    if (!path.definite)
        return CompileError{"the predicate path: " + std::string(text) + " is not definite"};
    return path;
}

Result<Operand, CompileError> parse_operand(std::string_view text) {
    if (is_path(text)) {
        const bool from_root = text.front() == '$';
        Path path = TRY(parse_definite_path(text));
        return Operand{.path = std::move(path), .from_root = from_root};
    }
    if (text.starts_with('\'') && text.ends_with('\'')) {
        if (text.size() < 2) return invalid_filter(text);
        text = text.substr(1, text.size() - 2);
    }
    return Operand{.text = std::string(text), .number = parse_java_decimal(text)};
}

Result<Criterion, CompileError> parse_criterion(std::string_view text) {
    // Parentheses do not group: those round a criterion are dropped.
    const std::size_t begin = text.find_first_not_of("[?( ");
    const std::size_t end = text.find_last_not_of(") ");
    if (begin == std::string_view::npos || end == std::string_view::npos || end < begin)
        return invalid_filter(text);
    text = text.substr(begin, end + 1 - begin);
    for (const Operator& candidate : kOperators) {
        const std::size_t at = text.find(candidate.text);
        if (at == std::string_view::npos) continue;
        std::string_view left = trim(text.substr(0, at));
        const std::string_view right = trim(text.substr(at + candidate.text.size()));
        if (left.starts_with("!@"))
            left.remove_prefix(1);  // Jayway drops it: it only counts without an operator.
        if (right.starts_with("!@")) return invalid_filter(text);
        Operand parsed_left = TRY(parse_operand(left));
        Operand parsed_right = TRY(parse_operand(right));
        return Criterion{.left = std::move(parsed_left),
                         .comparison = candidate.comparison,
                         .right = std::move(parsed_right)};
    }
    text = trim(text);
    const bool negated = text.starts_with("!@");
    if (negated) text.remove_prefix(1);
    if (!is_path(text)) return invalid_filter(text);
    Path path = TRY(parse_definite_path(text));
    return Criterion{.left = {.path = std::move(path)},
                     .comparison = negated ? Comparison::missing : Comparison::exists};
}

// ---- Evaluation
// ---------------------------------------------------------------------------------------------

/// A side of a comparison once looked up: a JSON value or, for a literal, a text.
struct Value {
    const Json* json = nullptr;
    const Operand* literal = nullptr;

    const std::string* text() const {
        return json ? json->get_ptr<const Json::string_t*>() : &literal->text;
    }
    bool is_null() const { return json && json->is_null(); }
    /// The literal `null` is the text "null", so that text counts as one.
    bool is_nullish() const {
        const std::string* t = text();
        return is_null() || (t && *t == "null");
    }
    const bool* boolean() const { return json ? json->get_ptr<const Json::boolean_t*>() : nullptr; }
    bool is_number() const { return json && json->is_number(); }
};

enum class Compared : std::uint8_t { less, equal, greater, not_comparable, failed };

Compared compared(std::strong_ordering order) {
    return order < 0 ? Compared::less : order > 0 ? Compared::greater : Compared::equal;
}

/// Digits that are worth comparing. DIFFERS: Java reads on. docs/differences.md
constexpr std::size_t kMaxNumberLength = 4'096;

Result<JavaDecimal, NumberFormatError> to_decimal(const Value& value) {
    if (value.literal) return value.literal->number;
    const std::string text = java_text(*value.json);
    if (text.size() > kMaxNumberLength) return NumberFormatError{"Too many digits."};
    return parse_java_decimal(text);
}

Compared compare_numbers(const Value& right, const Value& left, std::string& message) {
    if (right.json && right.json->is_number_integer() && left.json->is_number_integer()) {
        if (*right.json == *left.json) return Compared::equal;
        return *right.json < *left.json ? Compared::less : Compared::greater;
    }
    const auto expected = to_decimal(right);
    if (!expected) {
        message = expected.error().message;
        return Compared::failed;
    }
    const auto actual = to_decimal(left);
    return actual ? compared(compare_decimals(*expected, *actual)) : Compared::not_comparable;
}

/// As compare_utf16; in `expected`, a backslash before a single quote does not count.
Compared compare_texts(std::string_view expected, std::string_view actual) {
    std::size_t e = 0;
    std::size_t a = 0;
    for (; e < expected.size() && a < actual.size(); ++e, ++a) {
        if (expected.substr(e).starts_with("\\'")) ++e;
        if (expected[e] != actual[a])
            return compared(compare_utf16(expected.substr(e, 1), actual.substr(a, 1)));
    }
    return compared(expected.size() - e <=> actual.size() - a);
}

/// The right side against the left, as Jayway has it; which types go together depends on the side,
/// too.
Compared compare(const Value& right, const Value& left, std::string& message) {
    if (right.json && right.json == left.json) return Compared::equal;
    if (right.is_nullish() != left.is_nullish())
        return right.is_nullish() ? Compared::less : Compared::greater;
    if (right.is_nullish()) return Compared::equal;
    const std::string* text = right.text();
    if (text && left.text()) return compare_texts(*text, *left.text());
    if ((text || right.is_number()) && left.is_number())
        return compare_numbers(right, left, message);
    if ((text || right.boolean()) && left.boolean()) {
        const bool expected = text ? strcasecmp(text->c_str(), "true") == 0 : *right.boolean();
        return compared(expected <=> *left.boolean());
    }
    return Compared::not_comparable;
}

bool holds(Comparison comparison, Compared right_to_left) {
    switch (comparison) {
        case Comparison::equal:
            return right_to_left == Compared::equal;
        case Comparison::not_equal:
            return right_to_left != Compared::equal;
        case Comparison::greater:
            return right_to_left == Compared::less;
        case Comparison::greater_or_equal:
            return right_to_left != Compared::greater;
        case Comparison::less:
            return right_to_left == Compared::greater;
        case Comparison::less_or_equal:
            return right_to_left != Compared::less;
        case Comparison::exists:
        case Comparison::missing:
            break;
    }
    return false;
}

/// Looks an operand up; where a path fails (not: finds nothing), its words go to `message`.
class Lookup {
public:
    Lookup(const Operand& operand, const Json& item, const Json& document, Required required,
           std::string& message) {
        if (!operand.path) {
            value_.literal = &operand;
            return;
        }
        const Json& from = operand.from_root ? document : item;
        outcome_ = follow(*operand.path, from, required, value_.json, made_);
        if (outcome_ != Outcome::failed) return;
        auto failure = evaluate(*operand.path, from, required);
        if (!failure) message = std::move(failure).error().message;
    }
    Outcome outcome() const { return outcome_; }
    const Value& value() const { return value_; }

private:
    Outcome outcome_ = Outcome::found;
    Value value_;
    std::optional<Json> made_;
};

std::optional<bool> test_existence(const Criterion& criterion, const Json& item,
                                   std::string& message) {
    const Lookup left(criterion.left, item, item, Required::yes, message);
    if (left.outcome() == Outcome::failed) return std::nullopt;
    const bool there = left.outcome() == Outcome::found && !left.value().is_null();
    return there == (criterion.comparison == Comparison::exists);
}

std::optional<bool> test(const Criterion& criterion, const Json& item, const Json& document,
                         std::string& message) {
    if (criterion.comparison == Comparison::exists || criterion.comparison == Comparison::missing) {
        return test_existence(criterion, item, message);
    }
    const Lookup left(criterion.left, item, document, Required::no, message);
    if (left.outcome() == Outcome::failed) return std::nullopt;
    if (left.outcome() == Outcome::not_found) return false;
    const Lookup right(criterion.right, item, document, Required::no, message);
    if (right.outcome() == Outcome::failed) return std::nullopt;
    if (right.outcome() == Outcome::not_found) return false;
    const bool ordering =
        criterion.comparison != Comparison::equal && criterion.comparison != Comparison::not_equal;
    if (ordering && right.value().is_null() != left.value().is_null()) return false;
    const Compared order = compare(right.value(), left.value(), message);
    if (order == Compared::failed) return std::nullopt;
    return order != Compared::not_comparable && holds(criterion.comparison, order);
}

}  // namespace

Result<Filter, CompileError> parse_filter(std::string_view text) {
    std::string_view rest = trim(text);
    for (const char opening : {'[', '?', '('}) {
        if (!rest.starts_with(opening)) return invalid_filter(text);
        rest = trim(rest.substr(1));
        if (opening == '[') {
            if (!rest.ends_with(']')) return invalid_filter(text);
            rest = trim(rest.substr(0, rest.size() - 1));
        }
    }
    if (!rest.ends_with(')')) return invalid_filter(text);
    rest = trim(rest.substr(0, rest.size() - 1));

    // The operators split wherever they stand, in quotes, too.
    Filter filter{.any_of = {{}}};
    while (true) {
        const std::size_t at = std::min(rest.find("&&"), rest.find("||"));
        const std::string_view criterion = trim(rest.substr(0, at));
        if (criterion.starts_with('&') || criterion.starts_with('|')) return invalid_filter(text);
        filter.any_of.back().push_back(TRY(parse_criterion(criterion)));
        if (at == std::string_view::npos) return filter;
        if (rest[at] == '|') filter.any_of.emplace_back();
        rest.remove_prefix(at + 2);
    }
}

std::optional<bool> accepts(const Filter& filter, const Json& item, const Json& document,
                            std::string& message) {
    // From the last to the first: the order shows where one of them fails.
    for (auto group = filter.any_of.rbegin(); group != filter.any_of.rend(); ++group) {
        bool all = true;
        for (auto criterion = group->rbegin(); all && criterion != group->rend(); ++criterion) {
            const auto passed = test(*criterion, item, document, message);
            if (!passed) return std::nullopt;
            all = *passed;
        }
        if (all) return true;
    }
    return false;
}

}  // namespace stepwell::jsonpath
