#pragma once

#include <cstddef>
#include <cstdint>
#include <variant>
#include <vector>

#include "engine/query/jsonata/value.hpp"

namespace stepwell::jsonata {

struct Node;
class Regex;

/// `function($x) { … }` with what it closes over.
struct Lambda {
    const Node* node;
    Value input;
    FrameRef frame;
};
/// `$f(?, 1)`. Placeholders are unset.
struct PartialCall {
    Value function;
    Value arguments;  ///< an array
};
/// `$f ~> $g`.
struct Composition {
    Value first;
    Value second;
};
/// `|pattern|update, deletion|`.
struct Transform {
    const Node* node;
    FrameRef frame;
};
/// `/a+/`: text -> match. It belongs to the program.
struct Matcher {
    const Regex* regex;
};
/// `next` of a match.
struct NextMatch {
    const Regex* regex;
    Value text;
    std::size_t offset;  ///< bytes
};

/// A function that an expression made.
struct FunctionNode : Header {
    std::variant<Lambda, PartialCall, Composition, Transform, Matcher, NextMatch> body;
};

Value make_function(decltype(FunctionNode::body) body);

}  // namespace stepwell::jsonata
