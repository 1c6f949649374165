#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/asl/model.hpp"
#include "engine/asl/problems.hpp"
#include "engine/base/json.hpp"

namespace stepwell::asl {

std::string_view language_name(QueryLanguage language);

/// A field that an object may have, and in which query language.
struct FieldRule {
    enum class In { both, json_path, jsonata };
    std::string_view name;
    In in = In::both;
};

struct IntegerRange {
    std::int64_t least = 0;
    std::int64_t most = INT32_MAX;
};

/// One JSON object of a definition with its place. A getter whose field has a wrong value reports
/// it and answers as if the field were absent; so the caller reads on, and all problems of a
/// definition are found at once.
///
/// In a JSONata state a number may be a `{% … %}` expression instead, which integer() and number()
/// pass over: who calls them compiles it.
class Fields {
public:
    /// `object` and `where` must outlive this.
    Fields(const Json::object_t& object, const Location& where, QueryLanguage language,
           Problems& problems)
        : object_(&object), where_(&where), language_(language), problems_(&problems) {}

    /// Of a value that must be an object: nullopt, and a report, if it is none.
    static std::optional<Fields> of(const Json& value, const Location& where,
                                    QueryLanguage language, Problems& problems);

    const Json::object_t& members() const { return *object_; }
    const Location& where() const { return *where_; }
    QueryLanguage language() const { return language_; }
    Problems& problems() const { return *problems_; }

    const Json* find(std::string_view name) const;
    bool has(std::string_view name) const { return find(name) != nullptr; }
    Location at(std::string_view name) const { return Location(*where_, name); }
    /// Whether the field is a `{% … %}` of a JSONata state.
    bool is_expression(std::string_view name) const;

    const std::string* string(std::string_view name) const;
    std::optional<std::int64_t> integer(std::string_view name, IntegerRange range) const;
    std::optional<double> number(std::string_view name, double least, double most) const;
    std::optional<bool> boolean(std::string_view name) const;
    const Json::array_t* array(std::string_view name) const;
    /// Also reports an array without elements.
    const Json::array_t* filled_array(std::string_view name) const;
    /// One of `values`: reports `Value should be one of the following: […]`.
    const std::string* one_of(std::string_view name,
                              std::initializer_list<std::string_view> values) const;

    /// Reports members that no rule names (`Field 'x' is not supported`) or that belong to the
    /// other query language.
    void allow_only(const FieldRule* rules, std::size_t count) const;
    template <std::size_t N>
    void allow_only(const FieldRule (&rules)[N]) const {
        allow_only(rules, N);
    }
    /// `These fields are required: [States, StartAt]`.
    void require(std::initializer_list<std::string_view> names) const;
    /// At most one of `names`: else `There should only be one of the following fields: […]`. The
    /// present one, if alone.
    std::optional<std::string_view> at_most_one(
        std::initializer_list<std::string_view> names) const;
    /// Exactly one: also reports none (`This object should have only one of the following fields:
    /// […]`).
    std::optional<std::string_view> exactly_one(
        std::initializer_list<std::string_view> names) const;

private:
    /// The field if it is there and is not a JSONata expression.
    const Json* literal(std::string_view name) const;

    const Json::object_t* object_;
    const Location* where_;
    QueryLanguage language_;
    Problems* problems_;
};

/// Whether `text` is `{% … %}`.
bool is_jsonata(std::string_view text);

/// `[a, b, c]`, as AWS lists names.
template <class Names>
std::string listed(const Names& names) {
    std::string out = "[";
    for (const auto& name : names) {
        if (out.size() > 1) out += ", ";
        out += name;
    }
    return out + "]";
}

}  // namespace stepwell::asl
