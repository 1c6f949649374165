#pragma once

#include <gmock/gmock.h>

#include <cstddef>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/json.hpp"
#include "engine/query/jsonata/expression.hpp"

namespace stepwell::jsonata {

/// What an expression gives, as a text to compare: JSON, `undefined` or `CODE: message`.
inline std::string outcome_of(std::string_view text, const Environment& given, Dialect dialect) {
    const auto expression = Expression::compile(text, dialect);
    const auto show = [](const Error& error) {
        return error.code.empty() ? error.message : error.code + ": " + error.message;
    };
    if (!expression) return show(expression.error());
    RandomBits random(7);
    Environment environment = given;
    environment.random = &random;
    const auto value = expression->evaluate(environment);
    if (!value) return show(value.error());
    return *value ? write_json(**value) : "undefined";
}

inline std::string outcome_of(std::string_view text, std::string_view input = "null",
                              Dialect dialect = Dialect::standard) {
    const Json value = json(input);
    Environment environment;
    environment.input = &value;
    return outcome_of(text, environment, dialect);
}

/// One row of a table: an expression over an input, and what it gives.
struct Row {
    const char* name;
    const char* expression;
    const char* input;
    const char* want;
};
inline std::ostream& operator<<(std::ostream& out, const Row& row) { return out << row.expression; }
inline std::string row_name(const testing::TestParamInfo<Row>& info) { return info.param.name; }

}  // namespace stepwell::jsonata
