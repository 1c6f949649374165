#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/query/jsonata/expression.hpp"
#include "engine/query/jsonata/signature.hpp"
#include "engine/query/jsonata/value.hpp"

/// What an expression is made of: first as it is written (parse), then as it is meant (shape: paths
/// made of steps, ancestors labelled, tail calls marked), then with its names bound to places
/// (resolve).
namespace stepwell::jsonata {

struct Node;
using NodePtr = std::unique_ptr<Node>;

enum class NodeKind : std::uint8_t {
    literal,  // Node::constant
    name,     // Node::text
    variable,
    wildcard,
    descendant,
    parent,
    regex,
    binary,     // children: left, right
    negate,     // children: operand
    array,      // children: items
    object,     // members
    block,      // children: expressions
    condition,  // children: condition, then, else if there is one
    lambda,     // parameters; children: body
    call,       // children: procedure, arguments
    partial,    // the same, with placeholders among the arguments
    placeholder,
    apply,      // `~>`; children: left, right
    bind,       // `:=`; children: value
    transform,  // children: pattern, update, deletion if there is one
    path,       // children: steps
    sort,       // a step; terms
    // As written, gone once shaped:
    dot,
    predicate,
    keep_array_mark,
    group_by,
    order_by,
    focus_bind,
    index_bind,
    symbol,  // and, or, in in the place of a name
    end,
};

enum class Operator : std::uint8_t {
    none,
    add,
    subtract,
    multiply,
    divide,
    modulo,
    equal,
    not_equal,
    less,
    less_equal,
    greater,
    greater_equal,
    concatenate,
    range,
    in,
    logical_and,
    logical_or,
};
std::string_view operator_text(Operator op);

/// Where `%` finds the value that its label stands for. Shared by the `%` and the step it means.
struct Ancestor {
    std::string label;
    int level = 1;
};
using AncestorPtr = std::shared_ptr<Ancestor>;

/// `[…]` or `#$i` after a step.
struct Stage {
    NodePtr filter;     // null: an index
    std::string index;  // the variable's name
    std::uint32_t index_slot = 0;
    std::size_t position = 0;
};

/// `{key: value, …}`
struct Group {
    std::vector<std::pair<NodePtr, NodePtr>> pairs;
    std::size_t position = 0;
};

struct SortTerm {
    NodePtr expression;
    bool descending = false;
};

/// A place that a variable may be bound at: a slot of the frame so many hops outwards.
struct Place {
    std::uint32_t hops = 0;
    std::uint32_t slot = 0;
};

struct Node {
    NodeKind kind;
    Operator op = Operator::none;
    std::uint16_t height = 1;  ///< of the tree below; bounds every recursion over it
    /// The array constructor is a step of its own: not flattened.
    bool cons_array = false;
    bool keep_array = false;
    /// A path: one of its steps is marked with `[]`.
    bool keep_singleton = false;
    /// This step makes tuples; a path or block: its value is the tuple stream.
    bool tuple = false;
    /// A call in the place where a function's value is made.
    bool tail_call = false;
    /// A name without predicates, grouping or marks, or a path of nothing but one such.
    bool plain = false;
    /// A step with `:=` outside any block or function: binds in a frame of its own.
    bool binds = false;
    std::size_t position = 0;

    std::string text;  ///< name, variable, operator as written
    Value constant;    ///< literal: its value (texts borrow `text`); variable: a built-in function
    std::vector<NodePtr> children;
    /// `[…]` that filters what the node gives, before it is collected.
    std::vector<NodePtr> predicates;
    /// `[…]` and `#$i` after a step of a path: on what the step collects for one item.
    std::vector<Stage> stages;
    std::unique_ptr<Group> group;    ///< `{…}` after the node
    std::unique_ptr<Group> members;  ///< of an object
    std::vector<SortTerm> terms;
    std::vector<std::string> parameters;
    std::shared_ptr<const Signature> signature;
    std::shared_ptr<const class Regex> regex;

    std::string focus;
    std::string index;
    AncestorPtr ancestor;              ///< of a step: what it is labelled as; of `%`: its own
    std::vector<AncestorPtr> seeking;  ///< ancestors that are still to be found further out
    // Resolved:
    /// Of a variable or `%`: where it may be bound, the innermost first.
    std::vector<Place> places;
    /// Of a variable that may be bound at no place: its number among Program::globals.
    std::uint32_t global = 0;
    Place target;  ///< of a bind
    /// Names of the variables that the node makes a frame for: a block, a function, a path's
    /// tuples.
    std::vector<std::string> frame_names;
    std::uint32_t focus_slot = 0;
    std::uint32_t index_slot = 0;
    std::uint32_t ancestor_slot = 0;
    /// Of a path: the first step that makes tuples.
    std::size_t first_tuple = kNever;
    /// Of a step that gives tuples itself: the path's slot for each of its own.
    std::vector<std::uint32_t> merged_slots;
    /// `$states.input`: the only member of `$states` that is needed.
    std::string states_member;

    static constexpr std::size_t kNever = ~std::size_t{0};

    Node(NodeKind k, std::size_t at) : kind(k), position(at) {}

    /// Adds a child; the tree must not grow beyond kMaxHeight (Failure).
    void add(NodePtr child);
    void add_height_of(const Node& child);
    static constexpr std::uint16_t kMaxHeight = 1000;
};

inline NodePtr make_node(NodeKind kind, std::size_t position) {
    return std::make_unique<Node>(kind, position);
}

/// A compiled expression.
struct Program {
    std::string text;
    Dialect dialect = Dialect::standard;
    /// Evaluated by `$eval`: sees the variables of the place that it is called from.
    bool nested = false;
    NodePtr root;
    References references;
    /// Names looked up outside the expression, by Node::global.
    std::vector<std::string> globals;
    /// Variables bound outside any block.
    std::vector<std::string> frame_names;
};

/// The tree as written. Throws Failure.
NodePtr parse(std::string_view text, Dialect dialect);
/// The tree as meant. Throws Failure.
NodePtr shape(NodePtr written);
/// Binds the names of `program.root`.
void resolve(Program& program);

}  // namespace stepwell::jsonata
