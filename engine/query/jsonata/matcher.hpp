#pragma once

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

#include "engine/query/jsonata/builtin.hpp"
#include "engine/query/jsonata/function_node.hpp"
#include "engine/query/jsonata/regex.hpp"
#include "engine/query/jsonata/value.hpp"

/// Matches: of regular expressions, and of any function that answers as one does, with
/// `{match, start, end, groups, next}`.
namespace stepwell::jsonata {

/// Calls a regular expression as a function, or the `next` of a match.
Value apply_matcher(const decltype(FunctionNode::body)& body, const Arguments& arguments);

/// One match. Offsets are bytes of the subject.
struct Match {
    std::size_t begin = 0;
    std::size_t end = 0;
    Value text;
    std::vector<Value> groups;  ///< undefined where a group took no part
    Value object;               ///< what the function gave; undefined for a regular expression
};

/// The matches of a function in a text, one after the other.
class Matches {
public:
    Matches(const Call& call, const Value& matcher, const Value& subject);
    /// The next one. T1010 if the function gives something else; D1004 for a regular expression
    /// that goes on matching nothing.
    std::optional<Match> next();
    /// The object of a match that next() gave, as the function's own.
    Value object_of(const Match& match) const;

private:
    std::optional<Match> from_regex();
    std::optional<Match> from_function();

    const Call& call_;
    Value matcher_;
    Value subject_;
    const Regex* regex_ = nullptr;
    bool is_first_ = true;
    std::size_t from_ = 0;
    // Offsets in UTF-16 units, counted from the last one.
    mutable std::size_t counted_bytes_ = 0;
    mutable std::size_t counted_units_ = 0;

    std::size_t units_at(std::size_t byte) const;
    friend Value match_summary(const Matches& matches, const Match& match);
};

/// What `$match` gives for a match: `{match, index, groups}`.
Value match_summary(const Matches& matches, const Match& match);

}  // namespace stepwell::jsonata
