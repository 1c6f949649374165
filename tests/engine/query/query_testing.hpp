#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "engine/query/expression.hpp"

namespace stepwell::testing_query {

/// The name of a table's row.
inline constexpr auto case_name = [](const auto& info) { return std::string(info.param.name); };

/// What an expression is evaluated against; the context is the same everywhere.
struct Data {
    explicit Data(const char* input_text) : input(json(input_text)) {}

    Scope scope() { return {.input = input, .context = context, .random = random}; }

    Json input;
    LazyContext context{[] {
        return json(
            R"({"Execution":{"Name":"run-1","Input":{"k":[1,2]}},"State":{"RetryCount":0}})");
    }};
    RandomBits random{7};
};

inline std::string text_of(const StateError& error) { return error.error + ": " + error.cause; }

}  // namespace stepwell::testing_query
