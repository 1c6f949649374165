#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/query/java_decimal.hpp"
#include "engine/query/jsonpath.hpp"

/// The inside of JsonPath: a path is a list of steps, run one after the other. What Jayway
/// JsonPath 2.0 does is the specification here, oddities included, since that is what the service
/// shows.
namespace stepwell::jsonpath {

struct Filter;

enum class StepKind : std::uint8_t {
    property,       ///< .a or ['a']
    properties,     ///< ['a','b']: one object of those members; also the empty list that ['a]']
                    ///< amounts to
    index,          ///< [3]; a negative one is always out of bounds
    indexes,        ///< [0,2]
    from_end,       ///< [(@.length-1)]
    slice_from,     ///< [2:]
    slice_to,       ///< [:2]
    slice_between,  ///< [2:4]
    wildcard,       ///< .* or [*]
    descend,        ///< ..; never the last step
    filter,         ///< [?(…)]
};

struct Step {
    StepKind kind;
    std::vector<std::string> names = {};
    std::vector<int> numbers = {};
    std::shared_ptr<const Filter> filter =
        {};                           ///< null for the placeholder [?], which has no predicate
    std::size_t placeholders = 0;     ///< of [?,?]
    bool definite_from_here = false;  ///< neither this step nor a later one can give several values
};

struct Path {
    std::vector<Step> steps;
    bool definite = true;
};

/// More steps than any path has, fewer than the stack has room for.
inline constexpr std::size_t kMaxSteps = 512;

enum class FiltersAllowed : bool { no, yes };

/// `text` begins with `$` or `@`, both meaning the document given to the evaluation.
Result<Path, CompileError> parse_path(std::string_view text,
                                      FiltersAllowed filters = FiltersAllowed::yes);

/// Jayway's rendering of the steps from `first` on: `['a'][0]`.
std::string render_steps(const Path& path, std::size_t first);

enum class Comparison : std::uint8_t {
    equal,
    greater_or_equal,
    less_or_equal,
    not_equal,
    less,
    greater,
    exists,
    missing
};

/// One side of a comparison: a definite path, or a text, which is what every literal is.
struct Operand {
    std::optional<Path> path = {};
    bool from_root =
        false;  ///< the path began with `$`: it is meant from the document, not the item
    std::string text = {};
    /// The text read as a number, for when the other side is one.
    Result<JavaDecimal, NumberFormatError> number = NumberFormatError{};
};

struct Criterion {
    Operand left;
    Comparison comparison = Comparison::exists;
    Operand right = {};
};

/// Criteria joined by && within, by || between the groups.
struct Filter {
    std::vector<std::vector<Criterion>> any_of;

    std::size_t criteria() const {
        std::size_t count = 0;
        for (const auto& group : any_of) count += group.size();
        return count;
    }
};

/// `text` is the whole fragment: `[?(@.a == 1)]`.
Result<Filter, CompileError> parse_filter(std::string_view text);

enum class Outcome : std::uint8_t {
    found,
    not_found,  ///< a path found nothing: swallowed inside a wildcard over an array and inside a
                ///< filter
    failed,     ///< anything else, which ends the evaluation
};

/// Whether `item` passes; nullopt if that cannot be told, with Jayway's words in `message`.
std::optional<bool> accepts(const Filter& filter, const Json& item, const Json& document,
                            std::string& message);

/// Whether `['a','b']` needs every name to be there (inside a filter's test for existence) or takes
/// what is.
enum class Required : bool { no, yes };

/// The node of a definite path, without a copy and without recursion. `made` holds it where it had
/// to be put together. Says nothing about why it failed: evaluate() does.
Outcome follow(const Path& path, const Json& document, Required required, const Json*& node,
               std::optional<Json>& made);

/// Any path; the reason of a failure in Jayway's words.
Result<Selection, EvaluationFailure> evaluate(const Path& path, const Json& document,
                                              Required required = Required::no);

}  // namespace stepwell::jsonpath

namespace stepwell {

struct JsonPath::Program {
    std::string text;
    jsonpath::Path path;
};

}  // namespace stepwell
