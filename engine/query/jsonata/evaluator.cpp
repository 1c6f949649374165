#include "engine/query/jsonata/evaluator.hpp"

#include <pthread.h>

#include <algorithm>
#include <utility>

#include "engine/query/jsonata/text.hpp"

namespace stepwell::jsonata {

namespace {

/// The lowest address of this thread's stack that evaluation may reach: what is below is for
/// functions that do not count their depth.
std::uintptr_t stack_floor() {
    thread_local const std::uintptr_t floor = [] {
        constexpr std::size_t kReserve = 512U << 10U;
        pthread_attr_t attributes;
        void* base = nullptr;
        std::size_t size = 0;
        if (pthread_getattr_np(pthread_self(), &attributes) == 0) {
            pthread_attr_getstack(&attributes, &base, &size);
            pthread_attr_destroy(&attributes);
        }
        return reinterpret_cast<std::uintptr_t>(base) + std::min(std::size_t{kReserve}, size / 2);
    }();
    return floor;
}

}  // namespace

Evaluator::Evaluator(const Program& program, const Environment& environment)
    : program_(program),
      environment_(environment),
      globals_(program.globals.size(), Value::unset()),
      max_depth_(environment.limits.depth),
      stack_floor_(stack_floor()) {}

Evaluator::Evaluator(const Program& program, Evaluator& outer, Frame* frame)
    : Evaluator(program, outer.environment_) {
    outer_ = &outer;
    outer_frame_ = frame;
    depth_ = outer.depth_;
    root_ = outer.root_;
}

Value as_input(const Value& value) {
    if (!value.is_array() || is_sequence(value)) return value;
    Value wrapped = make_sequence(value);
    wrapped.array()->outer_wrapper = true;
    return wrapped;
}

Value Evaluator::run(const Value& input) {
    if (outer_ == nullptr) root_ = input;
    FrameRef frame;
    if (!program_.frame_names.empty()) {
        frame = FrameRef(Frame::make(nullptr, program_.frame_names));
    }
    return evaluate(*program_.root, input, frame.get());
}

const Program& Evaluator::keep(std::shared_ptr<const Program> program) {
    if (outer_ != nullptr) return outer_->keep(std::move(program));
    kept_.push_back(std::move(program));
    return *kept_.back();
}

Value Evaluator::collapsed(Value value) {
    if (!is_sequence(value) || value.array()->tuple_stream) return value;
    const ArrayNode& sequence = *value.array();
    if (sequence.size == 0) return {};
    if (sequence.size == 1 && !sequence.keep_singleton) return Value(sequence.items[0]);
    return value;
}

Value Evaluator::evaluate(const Node& node, const Value& input, Frame* frame) {
    const Level level(*this);
    if (node.plain && node.kind == NodeKind::path && input.is_object()) {
        // A field of one object: nothing to collect.
        Value value = member(input, node.children.front()->text);
        if (!is_sequence(value)) {
            if (depth_ + 1 > max_depth_) throw stack_overflow();
            return value;
        }
    }
    Value result = evaluate_kind(node, input, frame);
    for (const NodePtr& predicate : node.predicates) result = filter(*predicate, result, frame);
    if (node.group && node.kind != NodeKind::path) {
        result = group(*node.group, result, is_tuple_stream(result), frame);
    }
    if (node.keep_array && is_sequence(result) && !result.array()->tuple_stream) {
        result.array()->keep_singleton = true;
    }
    return collapsed(std::move(result));
}

Value Evaluator::evaluate_kind(const Node& node, const Value& input, Frame* frame) {
    switch (node.kind) {
        case NodeKind::path:
            return path(node, input, frame);
        case NodeKind::literal:
            return node.constant;
        case NodeKind::name:
            return lookup_field(input, node.text);
        case NodeKind::variable:
            return variable(node, input, frame);
        case NodeKind::binary:
            return binary(node, input, frame);
        case NodeKind::call:
            if (node.tail_call) {
                tail_ = {&node, input, FrameRef(frame)};
                return Value::tail_call();
            }
            return call(node, input, frame, nullptr);
        case NodeKind::condition:
            return condition(node, input, frame);
        case NodeKind::block:
            return block(node, input, frame);
        case NodeKind::bind:
            return bind(node, input, frame);
        case NodeKind::negate:
            return negate(node, input, frame);
        case NodeKind::array:
            return array(node, input, frame);
        case NodeKind::object:
            return group(*node.members, input, is_tuple_stream(input), frame);
        case NodeKind::wildcard:
            return wildcard(input);
        case NodeKind::descendant:
            return descendants(input);
        case NodeKind::parent: {
            Value found = from_places(node, frame);
            return found.is_unset() ? Value() : found;
        }
        case NodeKind::regex:
            return make_function(Matcher{node.regex.get()});
        case NodeKind::lambda:
            return make_function(Lambda{&node, input, FrameRef(frame)});
        case NodeKind::partial:
            return partial(node, input, frame);
        case NodeKind::apply:
            return apply_operator(node, input, frame);
        case NodeKind::transform:
            return make_function(Transform{&node, FrameRef(frame)});
        default:
            return {};
    }
}

// --- variables ---

Value Evaluator::from_places(const Node& node, Frame* frame) {
    std::uint32_t hops = 0;
    for (const Place& place : node.places) {
        for (; hops < place.hops; ++hops) frame = frame->parent;
        const Value& value = frame->slots()[place.slot];
        if (!value.is_unset()) return value;
    }
    return Value::unset();
}

Value Evaluator::variable(const Node& node, const Value& input, Frame* frame) {
    if (node.text.empty()) {
        const bool wrapped = input.kind() == Value::Kind::array && input.array()->outer_wrapper;
        return wrapped ? Value(input.array()->items[0]) : input;
    }
    if (!node.places.empty()) {
        Value found = from_places(node, frame);
        if (!found.is_unset()) return found;
    }
    // Most expressions have nothing bound that could have a function's name.
    if (node.constant.is_function() && environment_.bindings.empty()) return node.constant;
    return global(node);
}

Value Evaluator::global(const Node& node) {
    if (!node.states_member.empty() && environment_.states) return states(node.states_member);
    Value& known = globals_[node.global];
    if (known.is_unset()) {
        known = outer_ == nullptr ? outside(node.text) : lookup(node.text, outer_frame_);
        if (known.is_undefined() && node.constant.is_function()) known = node.constant;
    }
    return known;
}

Value Evaluator::outside(std::string_view name) {
    if (name == "$") return root_;
    if (name == "states" && environment_.states) return states({});
    for (const Binding& binding : environment_.bindings) {
        if (binding.name == name && binding.value != nullptr) return Value::borrow(*binding.value);
    }
    return {};
}

Value Evaluator::states(std::string_view only) {
    Value object = make_object();
    for (const std::string_view member : {"input", "result", "errorOutput", "context"}) {
        if (!only.empty() && member != only) continue;
        if (const Json* value = environment_.states(member)) {
            object.object()->set(Value::borrow(member), Value::borrow(*value));
        }
    }
    return object;
}

Value Evaluator::lookup(std::string_view name, Frame* frame) {
    if (name == "$") return root_;
    for (; frame != nullptr; frame = frame->parent) {
        const auto& names = *frame->names;
        const auto found = std::find(names.rbegin(), names.rend(), name);
        if (found == names.rend()) continue;
        const Value& value = frame->slots()[names.rend() - found - 1];
        if (!value.is_unset()) return value;
    }
    if (outer_ != nullptr) return outer_->lookup(name, outer_frame_);
    Value bound = outside(name);
    if (!bound.is_undefined()) return bound;
    const Builtin* builtin = find_builtin(name, dialect());
    return builtin != nullptr ? Value::of(builtin) : bound;
}

Value Evaluator::bind(const Node& node, const Value& input, Frame* frame) {
    Value value = evaluate(*node.children[0], input, frame);
    if (node.text.empty()) return value;  // `$` is the context: nothing binds it
    for (std::uint32_t hops = 0; hops < node.target.hops; ++hops) frame = frame->parent;
    if (node.target.slot < frame->names->size()) frame->slots()[node.target.slot] = value;
    return value;
}

Value Evaluator::block(const Node& node, const Value& input, Frame* frame) {
    FrameRef own;
    if (!node.frame_names.empty()) {
        own = FrameRef(Frame::make(frame, node.frame_names));
        frame = own.get();
    }
    Value result;
    for (const NodePtr& child : node.children) result = evaluate(*child, input, frame);
    return result;
}

// --- operators ---

Value Evaluator::binary(const Node& node, const Value& input, Frame* frame) {
    const Value left = evaluate(*node.children[0], input, frame);
    if (node.op == Operator::logical_and || node.op == Operator::logical_or) {
        const bool is_and = node.op == Operator::logical_and;
        if (to_boolean(left) != is_and) return Value::of(!is_and);
        return Value::of(to_boolean(evaluate(*node.children[1], input, frame)));
    }
    const Value right = evaluate(*node.children[1], input, frame);
    try {
        return binary_operation(node.op, left, right, dialect());
    } catch (Failure& failure) {
        failure.parts.position = node.position;
        failure.parts.token = node.text;
        throw;
    }
}

Value Evaluator::negate(const Node& node, const Value& input, Frame* frame) {
    const Value operand = evaluate(*node.children[0], input, frame);
    if (operand.is_undefined()) return {};
    if (is_numeric(operand)) return Value::of(-operand.number());
    fail("D1002", {.position = node.position, .token = "-", .value = json_text(operand)});
}

Value Evaluator::array(const Node& node, const Value& input, Frame* frame) {
    Value result = make_array();
    for (const NodePtr& item : node.children) {
        Value value = evaluate(*item, input, frame);
        if (value.is_undefined()) continue;
        if (item->kind == NodeKind::array) {
            result.array()->push(std::move(value));
        } else if (result.array()->size == 0 && value.kind() == Value::Kind::array &&
                   value.is_sole_owner()) {
            result = append(std::move(value), make_array());
        } else {
            result = append(std::move(result), value);
        }
    }
    if (node.cons_array) result.array()->cons = true;
    return result;
}

Value Evaluator::condition(const Node& node, const Value& input, Frame* frame) {
    Value test = evaluate(*node.children[0], input, frame);
    if (node.op == Operator::equal) {  // `??`
        return test.is_undefined() ? evaluate(*node.children[1], input, frame) : test;
    }
    if (node.op == Operator::logical_or) {  // `?:`
        return to_boolean(test) ? test : evaluate(*node.children[1], input, frame);
    }
    if (to_boolean(test)) return evaluate(*node.children[1], input, frame);
    return node.children.size() > 2 ? evaluate(*node.children[2], input, frame) : Value();
}

}  // namespace stepwell::jsonata
