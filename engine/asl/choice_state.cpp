#include <algorithm>
#include <array>
#include <memory>

#include "engine/asl/assign.hpp"
#include "engine/asl/expressions.hpp"
#include "engine/asl/states.hpp"

namespace stepwell::asl {
namespace {

/// What the value of an operator must be.
enum class Operand { text, number, timestamp, boolean, path };

struct Operator {
    std::string_view name;
    Comparison comparison;
    Operand operand;
};

/// ASL specification, "Data-test expressions": the 39 operators.
constexpr std::array kOperators{
    Operator{"StringEquals", Comparison::string_equals, Operand::text},
    Operator{"StringEqualsPath", Comparison::string_equals, Operand::path},
    Operator{"StringLessThan", Comparison::string_less_than, Operand::text},
    Operator{"StringLessThanPath", Comparison::string_less_than, Operand::path},
    Operator{"StringGreaterThan", Comparison::string_greater_than, Operand::text},
    Operator{"StringGreaterThanPath", Comparison::string_greater_than, Operand::path},
    Operator{"StringLessThanEquals", Comparison::string_less_than_equals, Operand::text},
    Operator{"StringLessThanEqualsPath", Comparison::string_less_than_equals, Operand::path},
    Operator{"StringGreaterThanEquals", Comparison::string_greater_than_equals, Operand::text},
    Operator{"StringGreaterThanEqualsPath", Comparison::string_greater_than_equals, Operand::path},
    Operator{"StringMatches", Comparison::string_matches, Operand::text},
    Operator{"NumericEquals", Comparison::numeric_equals, Operand::number},
    Operator{"NumericEqualsPath", Comparison::numeric_equals, Operand::path},
    Operator{"NumericLessThan", Comparison::numeric_less_than, Operand::number},
    Operator{"NumericLessThanPath", Comparison::numeric_less_than, Operand::path},
    Operator{"NumericGreaterThan", Comparison::numeric_greater_than, Operand::number},
    Operator{"NumericGreaterThanPath", Comparison::numeric_greater_than, Operand::path},
    Operator{"NumericLessThanEquals", Comparison::numeric_less_than_equals, Operand::number},
    Operator{"NumericLessThanEqualsPath", Comparison::numeric_less_than_equals, Operand::path},
    Operator{"NumericGreaterThanEquals", Comparison::numeric_greater_than_equals, Operand::number},
    Operator{"NumericGreaterThanEqualsPath", Comparison::numeric_greater_than_equals,
             Operand::path},
    Operator{"BooleanEquals", Comparison::boolean_equals, Operand::boolean},
    Operator{"BooleanEqualsPath", Comparison::boolean_equals, Operand::path},
    Operator{"TimestampEquals", Comparison::timestamp_equals, Operand::timestamp},
    Operator{"TimestampEqualsPath", Comparison::timestamp_equals, Operand::path},
    Operator{"TimestampLessThan", Comparison::timestamp_less_than, Operand::timestamp},
    Operator{"TimestampLessThanPath", Comparison::timestamp_less_than, Operand::path},
    Operator{"TimestampGreaterThan", Comparison::timestamp_greater_than, Operand::timestamp},
    Operator{"TimestampGreaterThanPath", Comparison::timestamp_greater_than, Operand::path},
    Operator{"TimestampLessThanEquals", Comparison::timestamp_less_than_equals, Operand::timestamp},
    Operator{"TimestampLessThanEqualsPath", Comparison::timestamp_less_than_equals, Operand::path},
    Operator{"TimestampGreaterThanEquals", Comparison::timestamp_greater_than_equals,
             Operand::timestamp},
    Operator{"TimestampGreaterThanEqualsPath", Comparison::timestamp_greater_than_equals,
             Operand::path},
    Operator{"IsNull", Comparison::is_null, Operand::boolean},
    Operator{"IsPresent", Comparison::is_present, Operand::boolean},
    Operator{"IsNumeric", Comparison::is_numeric, Operand::boolean},
    Operator{"IsString", Comparison::is_string, Operand::boolean},
    Operator{"IsBoolean", Comparison::is_boolean, Operand::boolean},
    Operator{"IsTimestamp", Comparison::is_timestamp, Operand::boolean},
};
static_assert(kOperators.size() == 39);

constexpr auto kBoth = FieldRule::In::both;
constexpr auto kPath = FieldRule::In::json_path;
constexpr auto kJsonata = FieldRule::In::jsonata;

/// The fields of a rule: first what only a rule at the top of Choices has, then those of all.
constexpr std::array kRuleFields = [] {
    std::array<FieldRule, 9 + kOperators.size()> out{
        FieldRule{"Next", kBoth},        FieldRule{"Assign", kBoth},
        FieldRule{"Output", kJsonata},   FieldRule{"Comment", kBoth},
        FieldRule{"And", kPath},         FieldRule{"Or", kPath},
        FieldRule{"Not", kPath},         FieldRule{"Variable", kPath},
        FieldRule{"Condition", kJsonata}};
    for (std::size_t i = 0; i < kOperators.size(); ++i) out[9 + i] = {kOperators[i].name, kPath};
    return out;
}();
constexpr std::size_t kTopOnly = 3;

enum class Place { top, nested };

ChoiceRule read_rule(const Fields& fields, Place place);

std::vector<ChoiceRule> read_rules(const Fields& fields, std::string_view name) {
    std::vector<ChoiceRule> out;
    const Json::array_t* items = fields.filled_array(name);
    if (items == nullptr) return out;
    for (std::size_t i = 0; i < items->size(); ++i) {
        const Location where(fields.where(), name, i);
        const auto rule = Fields::of((*items)[i], where, fields.language(), fields.problems());
        if (rule) out.push_back(read_rule(*rule, Place::nested));
    }
    return out;
}

/// The literal operand; null after a report.
Json read_literal(const Fields& fields, const Operator& op) {
    const Location where = fields.at(op.name);
    const Json& value = *fields.find(op.name);
    const char* expected = nullptr;
    switch (op.operand) {
        case Operand::text:
            expected = value.is_string() ? nullptr : "String";
            break;
        case Operand::timestamp:
            if (!value.is_string()) {
                expected = "String";
            } else if (!parse_rfc3339(value.get_ref<const std::string&>())) {
                fields.problems().schema("String does not match RFC3339 timestamp", where);
            }
            break;
        case Operand::number:
            expected = value.is_number() ? nullptr : "Number";
            break;
        case Operand::boolean:
            expected = value.is_boolean() ? nullptr : "Boolean";
            break;
        case Operand::path:
            break;
    }
    if (expected == nullptr) return value;
    fields.problems().schema(std::string("Expected value of type ") + expected, where);
    return nullptr;
}

std::vector<const Operator*> operators_of(const Fields& fields) {
    std::vector<const Operator*> out;
    for (const auto& [name, unused] : fields.members()) {
        const auto* found =
            std::find_if(kOperators.begin(), kOperators.end(),
                         [&key = name](const Operator& op) { return op.name == key; });
        if (found != kOperators.end()) out.push_back(found);
    }
    return out;
}

void report_operator_count(const Fields& fields, std::size_t count) {
    std::vector<std::string_view> names;
    for (const Operator& op : kOperators) names.push_back(op.name);
    fields.problems().schema(
        (count == 0 ? "This object should have only one of the following fields: "
                    : "There should only be one of the following fields: ") +
            listed(names),
        fields.where());
}

/// `Variable` and its operator.
std::optional<Test> read_test(const Fields& fields) {
    auto variable = choice_path(fields, "Variable");
    const auto operators = operators_of(fields);
    if (operators.size() != 1) {
        report_operator_count(fields, operators.size());
        return std::nullopt;
    }
    const Operator& op = *operators.front();
    std::variant<Json, Expression> operand;
    if (op.operand == Operand::path) {
        auto path = choice_path(fields, op.name);
        if (!path) return std::nullopt;
        operand = *std::move(path);
    } else {
        operand = read_literal(fields, op);
    }
    if (!variable) return std::nullopt;
    return Test{*std::move(variable), op.comparison, std::string(op.name), std::move(operand)};
}

/// Operators beside And, Or or Not would be ignored.
void refuse_operators(const Fields& fields) {
    for (const Operator* op : operators_of(fields)) {
        fields.problems().schema("Field '" + std::string(op->name) + "' is not supported",
                                 fields.where());
    }
}

ChoiceRule read_condition(const Fields& fields, std::string_view selector) {
    if (selector == "Variable") {
        auto test = read_test(fields);
        return test ? ChoiceRule{*std::move(test)} : ChoiceRule{};
    }
    refuse_operators(fields);
    if (selector == "And") return ChoiceRule{AllOf{read_rules(fields, "And")}};
    if (selector == "Or") return ChoiceRule{AnyOf{read_rules(fields, "Or")}};
    const Location where = fields.at("Not");
    const auto inner = Fields::of(*fields.find("Not"), where, fields.language(), fields.problems());
    if (!inner) return {};
    return ChoiceRule{NoneOf{std::make_unique<ChoiceRule>(read_rule(*inner, Place::nested))}};
}

ChoiceRule read_rule(const Fields& fields, Place place) {
    const std::size_t skipped = place == Place::top ? 0 : kTopOnly;
    fields.allow_only(kRuleFields.data() + skipped, kRuleFields.size() - skipped);
    fields.string("Comment");
    constexpr std::string_view kSelectors[] = {"And", "Or", "Not", "Variable", "Condition"};
    std::vector<std::string_view> present;
    for (const std::string_view selector : kSelectors) {
        if (fields.has(selector)) present.push_back(selector);
    }
    if (present.size() != 1) {
        fields.problems().schema(
            "The object must have only one of the following fields, " + listed(kSelectors),
            fields.where());
        return {};
    }
    if (fields.language() == QueryLanguage::json_path) {
        return present.front() == "Condition" ? ChoiceRule{}
                                              : read_condition(fields, present.front());
    }
    const Json* condition = fields.find("Condition");
    if (condition != nullptr && !condition->is_string()) fields.boolean("Condition");
    return {};
}

}  // namespace

ChoiceState read_choice(const StateReader& state) {
    ChoiceState out;
    state.fields.require({"Choices"});
    const Json::array_t* choices = state.fields.filled_array("Choices");
    for (std::size_t i = 0; choices != nullptr && i < choices->size(); ++i) {
        const Location where(state.fields.where(), "Choices", i);
        const auto rule =
            Fields::of((*choices)[i], where, state.fields.language(), state.problems());
        if (!rule) continue;
        rule->require({"Next"});
        const std::string path = "Choices[" + std::to_string(i) + "]";
        Choice choice;
        choice.assign = read_assign(state, *rule, path + "/Assign", StatesMembers::plain);
        choice.output = jsonata_value(*rule, "Output", path + "/Output");
        choice.rule = read_rule(*rule, Place::top);
        if (auto condition = jsonata_value(*rule, "Condition", path + "/Condition"))
            choice.rule = *std::move(condition);
        choice.next = state.target(*rule, "Next").value_or(0);
        out.choices.push_back(std::move(choice));
    }
    out.default_next = state.target(state.fields, "Default");
    return out;
}

}  // namespace stepwell::asl
