#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "engine/query/jsonata/builtin.hpp"
#include "engine/query/jsonata/failure.hpp"
#include "engine/query/jsonata/function_node.hpp"
#include "engine/query/jsonata/heap.hpp"
#include "engine/query/jsonata/operators.hpp"
#include "engine/query/jsonata/syntax.hpp"
#include "engine/query/jsonata/value.hpp"

namespace stepwell::jsonata {

/// Walks a resolved tree once, for one input. Needs a HeapScope around it. Throws Failure.
class Evaluator {
public:
    Evaluator(const Program& program, const Environment& environment);
    /// For `$eval`: within `outer`, at that frame.
    Evaluator(const Program& program, Evaluator& outer, Frame* frame);

    /// The value of the program for an input (as_input).
    Value run(const Value& input);

    Value evaluate(const Node& node, const Value& input, Frame* frame);

    /// Calls a function, and what it ends in calling, as long as there is such. `input` is the
    /// context that signatures fill in.
    Value apply(const Value& function, Arguments& arguments, const Value& input, Frame* frame);
    /// Calls a function that takes functions' argument with as many of `arguments` as it has
    /// parameters for, at least one.
    Value call_back(const Value& function, Arguments arguments, Frame* frame);
    /// How many parameters a function has.
    static std::size_t arity(const Value& function);

    Dialect dialect() const { return program_.dialect; }
    const Environment& environment() const { return environment_; }
    /// Keeps a program that was compiled within this evaluation until it ends.
    const Program& keep(std::shared_ptr<const Program> program);
    /// The variable as seen from a frame, then outside; undefined if there is none.
    Value lookup(std::string_view name, Frame* frame);

private:
    // evaluator.cpp
    Value evaluate_kind(const Node& node, const Value& input, Frame* frame);
    Value variable(const Node& node, const Value& input, Frame* frame);
    Value from_places(const Node& node, Frame* frame);
    Value global(const Node& node);
    Value outside(std::string_view name);
    Value states(std::string_view only);
    Value binary(const Node& node, const Value& input, Frame* frame);
    Value negate(const Node& node, const Value& input, Frame* frame);
    Value array(const Node& node, const Value& input, Frame* frame);
    Value block(const Node& node, const Value& input, Frame* frame);
    Value condition(const Node& node, const Value& input, Frame* frame);
    Value bind(const Node& node, const Value& input, Frame* frame);

    // evaluator_path.cpp
    static Value wildcard(const Value& input);
    static Value descendants(const Value& input);
    Value path(const Node& node, const Value& input, Frame* frame);
    Value step(const Node& node, const Value& input, Frame* frame, bool is_last);
    /// What evaluating a plain name gives.
    static Value field(const Node& name, const Value& item);
    static Value collapsed(Value value);
    Value step_result(const Node& node, const Value& item, Frame* frame);
    Value tuple_step(const Node& path, const Node& node, const Value& input, const Value& tuples,
                     Frame* frame);
    void push_tuples(const Node& path, const Node& node, Frame* tuple, const Value& result,
                     std::size_t tests, Value& out, Frame* frame);
    Value sorted_tuples(const Node& path, const Node& node, const Value& input, const Value& tuples,
                        Frame* frame);
    /// Those from `first` on.
    Value stages(const Node& node, Value result, Frame* frame, std::size_t first = 0);
    Value filter(const Node& predicate, const Value& input, Frame* frame);
    Value sort(const Node& node, const Value& input, Frame* frame);
    bool sorts_after(const Node& node, const Value& a, const Value& b, Frame* frame);

    // evaluator_group.cpp
    Value group(const Group& group, const Value& input, bool reduces, Frame* frame);

    // evaluator_call.cpp
    Value call(const Node& node, const Value& input, Frame* frame, const Value* first);
    Value partial(const Node& node, const Value& input, Frame* frame);
    Value apply_operator(const Node& node, const Value& input, Frame* frame);
    Value apply_once(const Value& function, Arguments& arguments, const Value& input, Frame* frame);
    Value apply_lambda(const Lambda& lambda, Arguments& arguments, const Value& input);

    // evaluator_transform.cpp
    Value transform(const Transform& transform, Arguments& arguments, const Value& input);
    Value transform_shared(const Node& node, const Value& document, Frame* frame);
    void update(const Node& node, const Value& match, Frame* frame);

    /// One level of evaluation: bounds the depth, the stack and the time.
    class Level {
    public:
        explicit Level(Evaluator& evaluator) : depth_(evaluator.depth_) {
            if (++depth_ > evaluator.max_depth_ ||
                reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0)) <
                    evaluator.stack_floor_) {
                --depth_;
                throw stack_overflow();
            }
            heap().tick();
        }
        ~Level() { --depth_; }
        Level(const Level&) = delete;
        Level& operator=(const Level&) = delete;

    private:
        std::size_t& depth_;
    };

    /// A call in the place of a function's value, waiting for `apply` to make it.
    struct TailCall {
        const Node* node = nullptr;
        Value input;
        FrameRef frame;
    };

    const Program& program_;
    const Environment& environment_;
    Evaluator* outer_ = nullptr;
    Frame* outer_frame_ = nullptr;
    Value root_;                  ///< `$$`
    std::vector<Value> globals_;  ///< by Node::global; unset: not looked up yet
    std::size_t depth_ = 0;
    std::size_t max_depth_;
    std::uintptr_t stack_floor_;
    TailCall tail_;
    std::vector<std::shared_ptr<const Program>> kept_;
};

/// An array is one input, not many: it is wrapped, so that no path maps over it.
Value as_input(const Value& value);

/// What a step maps over: an array as it is, anything else as the only one.
inline Value as_sequence(const Value& input) {
    return input.is_array() ? input : make_sequence(input);
}

/// The frame of a tuple as seen from `frame`: itself, or a copy where it was made elsewhere.
FrameRef tuple_frame(const Value& tuple, Frame* frame);

}  // namespace stepwell::jsonata
