#include <string>
#include <utility>

#include "engine/query/jsonata/evaluator.hpp"
#include "engine/query/jsonata/matcher.hpp"
#include "engine/query/jsonata/text.hpp"

/// Functions: calls, closures, partial application and `~>`.
namespace stepwell::jsonata {

namespace {

/// What the procedure of a call is called in the expression.
std::string_view procedure_name(const Node& procedure) {
    if (procedure.kind == NodeKind::variable) return procedure.text;
    const bool is_name = procedure.kind == NodeKind::path && !procedure.children.empty();
    return is_name ? std::string_view(procedure.children.front()->text) : std::string_view();
}

/// An error without a place is the call's, and the function's name is its token.
void locate(Failure& failure, const Node& call, std::size_t position) {
    failure.parts.position = position;
    if (failure.parts.token.empty()) {
        failure.parts.token = procedure_name(*call.children.front());
    }
}

}  // namespace

Value Evaluator::call(const Node& node, const Value& input, Frame* frame, const Value* first) {
    const Node& procedure = *node.children.front();
    const Value function = evaluate(procedure, input, frame);
    if (function.is_undefined() && procedure.kind == NodeKind::path &&
        !lookup(procedure_name(procedure), frame).is_undefined()) {
        fail("T1005", {.position = node.position, .token = std::string(procedure_name(procedure))});
    }
    Arguments arguments;
    if (first != nullptr) arguments.push_back(*first);
    for (std::size_t i = 1; i < node.children.size(); ++i) {
        arguments.push_back(evaluate(*node.children[i], input, frame));
    }
    try {
        return apply(function, arguments, input, frame);
    } catch (Failure& failure) {
        locate(failure, node, node.position);
        throw;
    }
}

Value Evaluator::apply(const Value& function, Arguments& arguments, const Value& input,
                       Frame* frame) {
    Value result = apply_once(function, arguments, input, frame);
    while (result.is_tail_call()) {
        const TailCall next = std::move(tail_);
        const Node& procedure = *next.node->children.front();
        const Value callee = evaluate(procedure, next.input, next.frame.get());
        Arguments own;
        for (std::size_t i = 1; i < next.node->children.size(); ++i) {
            own.push_back(evaluate(*next.node->children[i], next.input, next.frame.get()));
        }
        try {
            result = apply_once(callee, own, input, frame);
        } catch (Failure& failure) {
            locate(failure, *next.node, procedure.position);
            throw;
        }
    }
    return result;
}

Value Evaluator::apply_once(const Value& function, Arguments& arguments, const Value& input,
                            Frame* frame) {
    if (function.kind() == Value::Kind::builtin) {
        const Builtin& builtin = *function.builtin();
        if (builtin.signature) builtin.signature->validate(arguments, input);
        return builtin.call({*this, arguments, input, frame});
    }
    if (!function.is_function()) fail("T1006");
    auto& body = function.function()->body;
    if (const auto* lambda = std::get_if<Lambda>(&body)) {
        const Value holder = function;  // a variable may be bound anew in the body
        return apply_lambda(*lambda, arguments, input);
    }
    if (const auto* partial = std::get_if<PartialCall>(&body)) {
        Arguments filled;
        std::size_t next = 0;
        for (const Value& given : *partial->arguments.array()) {
            if (!given.is_unset()) {
                filled.push_back(given);
            } else {
                filled.push_back(next < arguments.size() ? arguments[next] : Value());
                ++next;
            }
        }
        const Level level(*this);
        if (partial->function.kind() == Value::Kind::builtin) {
            return partial->function.builtin()->call({*this, filled, input, frame});
        }
        return apply(partial->function, filled, input, frame);
    }
    if (const auto* chain = std::get_if<Composition>(&body)) {
        const Level level(*this);
        Arguments inner{arguments.empty() ? Value() : arguments[0]};
        Arguments outer{apply(chain->first, inner, input, frame)};
        return apply(chain->second, outer, input, frame);
    }
    if (const auto* change = std::get_if<Transform>(&body)) {
        return transform(*change, arguments, input);
    }
    return apply_matcher(body, arguments);
}

Value Evaluator::apply_lambda(const Lambda& lambda, Arguments& arguments, const Value& input) {
    const Node& node = *lambda.node;
    if (node.signature) node.signature->validate(arguments, input);
    if (node.frame_names.empty()) {
        return evaluate(*node.children.front(), lambda.input, lambda.frame.get());
    }
    const FrameRef own(Frame::make(lambda.frame.get(), node.frame_names));
    for (std::size_t i = 0; i < node.parameters.size(); ++i) {
        own->slots()[i] = i < arguments.size() ? arguments[i] : Value();
    }
    return evaluate(*node.children.front(), lambda.input, own.get());
}

Value Evaluator::call_back(const Value& function, Arguments arguments, Frame* frame) {
    const std::size_t count = std::max<std::size_t>(1, arity(function));
    if (count < arguments.size()) arguments.resize(count);
    return apply(function, arguments, Value::null(), frame);
}

std::size_t Evaluator::arity(const Value& function) {
    if (function.kind() == Value::Kind::builtin) return function.builtin()->arity;
    if (!function.is_function()) return 0;
    const auto& body = function.function()->body;
    if (const auto* lambda = std::get_if<Lambda>(&body)) return lambda->node->parameters.size();
    if (const auto* partial = std::get_if<PartialCall>(&body)) {
        std::size_t open = 0;
        for (const Value& given : *partial->arguments.array()) open += given.is_unset() ? 1U : 0U;
        return open;
    }
    if (std::holds_alternative<NextMatch>(body)) return 0;
    return std::holds_alternative<Matcher>(body) ? 2 : 1;
}

Value Evaluator::partial(const Node& node, const Value& input, Frame* frame) {
    PartialCall made{.function = {}, .arguments = make_array()};
    for (std::size_t i = 1; i < node.children.size(); ++i) {
        const Node& argument = *node.children[i];
        made.arguments.array()->push(argument.kind == NodeKind::placeholder
                                         ? Value::unset()
                                         : evaluate(argument, input, frame));
    }
    const Node& procedure = *node.children.front();
    made.function = evaluate(procedure, input, frame);
    if (made.function.is_function()) return make_function(std::move(made));
    const std::string name(procedure_name(procedure));
    const bool meant = made.function.is_undefined() && procedure.kind == NodeKind::path &&
                       !lookup(name, frame).is_undefined();
    fail(meant ? "T1007" : "T1008", {.position = node.position, .token = name});
}

Value Evaluator::apply_operator(const Node& node, const Value& input, Frame* frame) {
    const Node& right = *node.children[1];
    const Value left = evaluate(*node.children[0], input, frame);
    if (right.kind == NodeKind::call) {
        // An invocation gets the left side as its first argument.
        const Level level(*this);
        return call(right, input, frame, &left);
    }
    const Value function = evaluate(right, input, frame);
    if (!function.is_function()) {
        fail("T2006", {.position = node.position, .value = json_text(function)});
    }
    if (left.is_function()) return make_function(Composition{left, function});
    Arguments arguments{left};
    return apply(function, arguments, Value::null(), frame);
}

}  // namespace stepwell::jsonata
