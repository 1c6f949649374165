#pragma once

#include <optional>
#include <stdexcept>
#include <string>
#include <variant>
#include <vector>

#include "engine/asl/model.hpp"
#include "engine/machine/question.hpp"

/// What the states written in JSONata make of their fields' values. Used by engine/machine alone.
namespace stepwell {

template <class T>
using Queried = Result<T, QueryFailure>;

/// An integer, also one that is written as a double: JSONata has no others.
std::optional<std::int64_t> integer_of(const Json& value);

/// A failure that the value of this field is.
QueryFailure in_field(const JsonataValue& field, std::string cause);

/// The fields of a state that are asked for together, in order.
class Asked {
public:
    /// What is absent, a literal, or looked up otherwise is not asked.
    template <class... Ts>
    void add(const std::variant<Ts...>& field) {
        if (const auto* value = std::get_if<JsonataValue>(&field)) add(*value);
    }
    template <class T>
    void add(const std::optional<T>& field) {
        if (field) add(*field);
    }
    void add(const JsonataValue& field) { fields.push_back(&field); }

    bool nothing() const { return fields.empty(); }
    /// What the answer has for a field that was asked.
    Json& value_of(const JsonataValue& field, std::vector<Json>& values) const {
        for (std::size_t i = 0; i < fields.size(); ++i) {
            if (fields[i] == &field) return values[i];
        }
        throw std::logic_error("a field that was not asked");
    }

    std::vector<const JsonataValue*> fields;
};

}  // namespace stepwell
