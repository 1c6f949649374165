#include "engine/asl/fields.hpp"

#include <algorithm>
#include <cmath>

namespace stepwell::asl {
namespace {

constexpr double kBeyondIntegers = 9.3e18;

/// `99999999`, or `1.0` as Java prints a double.
template <class Number>
std::string bound(Number value) {
    if constexpr (std::is_floating_point_v<Number>) {
        std::string text;
        append_java_double(text, value);
        return text;
    } else {
        return std::to_string(value);
    }
}

template <class Number>
bool in_range(Number value, Number least, Number most, const Location& where, Problems& problems) {
    if (value < least) {
        problems.schema("Minimum value is " + bound(least), where);
        return false;
    }
    if (value > most) {
        problems.schema("Maximum value is " + bound(most), where);
        return false;
    }
    return true;
}

std::string wrong_type(std::string_view expected) {
    return "Expected value of type " + std::string(expected);
}

}  // namespace

std::string_view language_name(QueryLanguage language) {
    return language == QueryLanguage::json_path ? "JSONPath" : "JSONata";
}

bool is_jsonata(std::string_view text) {
    return text.size() >= 4 && text.starts_with("{%") && text.ends_with("%}");
}

std::optional<Fields> Fields::of(const Json& value, const Location& where, QueryLanguage language,
                                 Problems& problems) {
    if (!value.is_object()) {
        problems.schema(wrong_type("Object"), where);
        return std::nullopt;
    }
    return Fields(value.get_ref<const Json::object_t&>(), where, language, problems);
}

const Json* Fields::find(std::string_view name) const {
    const auto found = object_->find(name);
    return found == object_->end() ? nullptr : &found->second;
}

bool Fields::is_expression(std::string_view name) const {
    const Json* value = find(name);
    return value != nullptr && language_ == QueryLanguage::jsonata && value->is_string() &&
           is_jsonata(value->get_ref<const std::string&>());
}

const Json* Fields::literal(std::string_view name) const {
    return is_expression(name) ? nullptr : find(name);
}

const std::string* Fields::string(std::string_view name) const {
    const Json* value = find(name);
    if (value == nullptr) return nullptr;
    if (!value->is_string()) {
        problems_->schema(wrong_type("String"), at(name));
        return nullptr;
    }
    return &value->get_ref<const std::string&>();
}

std::optional<std::int64_t> Fields::integer(std::string_view name, IntegerRange range) const {
    const Json* value = literal(name);
    if (value == nullptr) return std::nullopt;
    const Location where = at(name);
    if (value->is_number_float()) {
        // An integer of more than 64 bits is a double here; a number with a fraction or an exponent
        // is none at all.
        const double number = value->get<double>();
        if (std::abs(number) < kBeyondIntegers) {
            problems_->schema(wrong_type("Integer"), where);
        } else {
            in_range(number > 0 ? INT64_MAX : INT64_MIN, range.least, range.most, where,
                     *problems_);
        }
        return std::nullopt;
    }
    if (!value->is_number_integer()) {
        problems_->schema(wrong_type("Integer"), where);
        return std::nullopt;
    }
    const bool huge = value->is_number_unsigned() && value->get<std::uint64_t>() > INT64_MAX;
    const std::int64_t number = huge ? INT64_MAX : value->get<std::int64_t>();
    if (!in_range(number, range.least, range.most, where, *problems_)) return std::nullopt;
    return number;
}

std::optional<double> Fields::number(std::string_view name, double least, double most) const {
    const Json* value = literal(name);
    if (value == nullptr) return std::nullopt;
    const Location where = at(name);
    if (!value->is_number()) {
        problems_->schema(wrong_type("Number"), where);
        return std::nullopt;
    }
    const double number = value->get<double>();
    if (!in_range(number, least, most, where, *problems_)) return std::nullopt;
    return number;
}

std::optional<bool> Fields::boolean(std::string_view name) const {
    const Json* value = find(name);
    if (value == nullptr) return std::nullopt;
    if (!value->is_boolean()) {
        problems_->schema(wrong_type("Boolean"), at(name));
        return std::nullopt;
    }
    return value->get<bool>();
}

const Json::array_t* Fields::array(std::string_view name) const {
    const Json* value = find(name);
    if (value == nullptr) return nullptr;
    if (!value->is_array()) {
        problems_->schema(wrong_type("Array"), at(name));
        return nullptr;
    }
    return &value->get_ref<const Json::array_t&>();
}

const Json::array_t* Fields::filled_array(std::string_view name) const {
    const Json::array_t* items = array(name);
    if (items != nullptr && items->empty()) {
        problems_->schema("Value cannot be empty", at(name));
        return nullptr;
    }
    return items;
}

const std::string* Fields::one_of(std::string_view name,
                                  std::initializer_list<std::string_view> values) const {
    const std::string* text = string(name);
    if (text == nullptr || std::find(values.begin(), values.end(), *text) != values.end())
        return text;
    problems_->schema("Value should be one of the following: " + listed(values), at(name));
    return nullptr;
}

void Fields::allow_only(const FieldRule* rules, std::size_t count) const {
    const auto other =
        language_ == QueryLanguage::json_path ? FieldRule::In::jsonata : FieldRule::In::json_path;
    for (const auto& [name, value] : *object_) {
        const FieldRule* rule = std::find_if(
            rules, rules + count, [&key = name](const FieldRule& r) { return r.name == key; });
        if (rule == rules + count) {
            problems_->schema("Field '" + name + "' is not supported", *where_);
        } else if (rule->in == other) {
            const auto wanted = language_ == QueryLanguage::json_path ? QueryLanguage::jsonata
                                                                      : QueryLanguage::json_path;
            std::string message = "The QueryLanguage is set to '";
            message.append(language_name(language_)).append("', but field '").append(name);
            message.append("' is only supported for the '")
                .append(language_name(wanted))
                .append("' QueryLanguage");
            problems_->schema(std::move(message), *where_);
        }
    }
}

void Fields::require(std::initializer_list<std::string_view> names) const {
    std::vector<std::string_view> missing;
    for (const std::string_view name : names) {
        if (!has(name)) missing.push_back(name);
    }
    if (!missing.empty())
        problems_->schema("These fields are required: " + listed(missing), *where_);
}

std::optional<std::string_view> Fields::at_most_one(
    std::initializer_list<std::string_view> names) const {
    std::optional<std::string_view> present;
    std::size_t count = 0;
    for (const std::string_view name : names) {
        if (!has(name)) continue;
        present = name;
        ++count;
    }
    if (count <= 1) return present;
    problems_->schema("There should only be one of the following fields: " + listed(names),
                      *where_);
    return std::nullopt;
}

std::optional<std::string_view> Fields::exactly_one(
    std::initializer_list<std::string_view> names) const {
    if (std::none_of(names.begin(), names.end(),
                     [this](std::string_view name) { return has(name); })) {
        problems_->schema(
            "This object should have only one of the following fields: " + listed(names), *where_);
        return std::nullopt;
    }
    return at_most_one(names);
}

}  // namespace stepwell::asl
