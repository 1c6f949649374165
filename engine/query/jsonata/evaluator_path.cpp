#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "engine/query/jsonata/evaluator.hpp"
#include "engine/query/jsonata/merge_sort.hpp"
#include "engine/query/jsonata/text.hpp"
#include "engine/query/jsonata/utf16.hpp"

/// Paths: each step maps the items of the one before and collects what it gives.
namespace stepwell::jsonata {

namespace {

bool is_cons(const Value& value) {
    return value.kind() == Value::Kind::array && value.array()->cons;
}

bool is_nothing(const Value& value) {
    return value.is_undefined() || (value.is_array() && Items(value).size() == 0);
}

/// Whether step `at` of a path takes one item to one value: a field, and nothing that asks for an
/// array around it.
bool is_single(const Node& path, std::size_t at) {
    return path.children[at]->plain && at < path.first_tuple &&
           !(path.keep_singleton && at + 1 == path.children.size());
}

bool is_bare_variable(const Node& step) {
    return step.kind == NodeKind::variable && step.predicates.empty() && step.stages.empty() &&
           !step.group && !step.keep_array && !step.tuple && !step.binds;
}

/// Whether a predicate's value is never a position: it selects an item by what the item is, alone.
bool is_test(const Node& predicate) {
    if (predicate.kind != NodeKind::binary || !predicate.predicates.empty() || predicate.group)
        return false;
    switch (predicate.op) {
        case Operator::equal:
        case Operator::not_equal:
        case Operator::less:
        case Operator::less_equal:
        case Operator::greater:
        case Operator::greater_equal:
        case Operator::in:
        case Operator::logical_and:
        case Operator::logical_or:
            return true;
        default:
            return false;
    }
}

/// How many of a step's stages, from its first, are tests of single items.
std::size_t leading_tests(const Node& step) {
    const auto other = std::ranges::find_if_not(
        step.stages, [](const Stage& stage) { return stage.filter && is_test(*stage.filter); });
    return static_cast<std::size_t>(other - step.stages.begin());
}

void push_flattened(ArrayNode& out, const Value& value) {
    if (!value.is_array()) return out.push(value);
    const Items items(value);
    for (std::size_t i = 0; i < items.size(); ++i) push_flattened(out, items[i]);
}

void push_descendants(ArrayNode& out, const Value& value, int depth) {
    constexpr int kMaxDepth = 500;
    if (depth > kMaxDepth) throw stack_overflow();
    heap().tick();
    if (value.is_array()) {
        const Items items(value);
        for (std::size_t i = 0; i < items.size(); ++i) push_descendants(out, items[i], depth + 1);
        return;
    }
    out.push(value);
    if (!value.is_object()) return;
    for_each_member(value, [&](const Value&, const Value& member) {
        push_descendants(out, member, depth + 1);
    });
}

/// A position that a predicate gives, counted from the end if negative; nullopt outside.
std::size_t position_of(double index, std::size_t size) {
    const double floored = std::floor(index);
    const double position = floored < 0 ? static_cast<double>(size) + floored : floored;
    const bool inside = position >= 0 && position < static_cast<double>(size);
    return inside ? static_cast<std::size_t>(position) : size;
}

/// Whether a predicate's value selects the item: one of its numbers is the position, or it is true.
bool selects(const Value& value, std::size_t index, std::size_t size) {
    if (value.is_boolean()) return value.boolean();
    if (is_numeric(value)) return position_of(value.number(), size) == index;
    if (!value.is_array()) return to_boolean(value);
    const Items items(value);
    bool all_numbers = items.size() > 0;
    for (std::size_t i = 0; i < items.size() && all_numbers; ++i) {
        all_numbers = is_numeric(items[i]);
    }
    if (!all_numbers) return to_boolean(value);
    for (std::size_t i = 0; i < items.size(); ++i) {
        if (position_of(items[i].number(), size) == index) return true;
    }
    return false;
}

}  // namespace

FrameRef tuple_frame(const Value& tuple, Frame* frame) {
    Frame* made = tuple.tuple();
    if (made->parent == frame) return FrameRef(made);
    FrameRef copy(Frame::make(frame, *made->names));
    copy->context = made->context;
    for (std::size_t i = 0; i < made->names->size(); ++i) copy->slots()[i] = made->slots()[i];
    return copy;
}

Value Evaluator::wildcard(const Value& input) {
    Value results = make_sequence();
    const auto add = [&results](const Value& value) {
        if (!value.is_array()) return results.array()->push(value);
        // Appending gives a plain array: one element does not collapse.
        push_flattened(*results.array(), value);
        results.array()->sequence = false;
    };
    if (input.is_object()) {
        for_each_member(input, [&](const Value&, const Value& value) { add(value); });
    } else if (input.is_array()) {
        const bool wrapped = input.kind() == Value::Kind::array && input.array()->outer_wrapper;
        const Value array = wrapped ? input.array()->items[0] : input;
        const Items items(array);
        for (std::size_t i = 0; i < items.size(); ++i) add(items[i]);
    }
    return results;
}

Value Evaluator::descendants(const Value& input) {
    if (input.is_undefined()) return {};
    Value results = make_sequence();
    push_descendants(*results.array(), input, 0);
    return results;
}

// --- paths ---

Value Evaluator::path(const Node& node, const Value& input, Frame* frame) {
    const auto& steps = node.children;
    Value current;
    Value tuples;  // undefined before the first step that makes them
    std::size_t i = 0;
    // `$states.input` without the object around the input.
    const Node& first = *steps.front();
    if (!first.states_member.empty() && environment_.states && is_single(node, 1)) {
        const Json* value = environment_.states(first.states_member);
        current = value != nullptr ? Value::borrow(*value) : Value();
        i = 2;
    } else if (steps.size() > 1 && is_bare_variable(first) && node.first_tuple > 0) {
        // One value, evaluated once. An array that a constructor made is an item.
        current = evaluate(first, input, frame);
        if (is_cons(current)) current = make_sequence(std::move(current));
        i = 1;
    }
    for (; i < steps.size(); ++i) {
        const Node& current_step = *steps[i];
        const Value& source = i == 0 ? input : current;
        if (source.is_object() && is_single(node, i)) {
            // A field of one object: nothing to collect. A field that the evaluation has made may
            // be a sequence.
            Value found = member(source, current_step.text);
            if (found.kind() != Value::Kind::array) {
                if (depth_ + 1 > max_depth_) throw stack_overflow();
                heap().tick();
                current = std::move(found);
                continue;
            }
        }
        if (i == 0) {
            // A variable is evaluated once, whatever the context is.
            current = input.is_array() && current_step.kind != NodeKind::variable
                          ? input
                          : make_sequence(input);
        }
        // An array constructor that a path begins with is evaluated once, whatever the context is.
        const bool constructs = i == 0 && current_step.cons_array;
        if (!constructs && is_nothing(current)) break;
        Value result;
        if (constructs) {
            result = evaluate(current_step, current, frame);
        } else if (i >= node.first_tuple) {
            tuples = tuple_step(node, current_step, current, tuples, frame);
            continue;
        } else {
            result = step(current_step, current, frame, i + 1 == steps.size());
        }
        current = std::move(result);
    }
    // Steps from nothing, an empty array for one, give nothing: but one that a constructor made, at
    // the path's beginning, stays what it is.
    const bool stays = i == 1 && first.cons_array && node.first_tuple > 0;
    const bool streams = node.first_tuple != Node::kNever && !(stays && steps.size() > 1);
    Value result = i < steps.size() && !stays ? make_sequence() : std::move(current);
    if (streams) {
        if (tuples.is_undefined()) {
            tuples = make_sequence();  // a step before them gave nothing
            tuples.array()->tuple_stream = true;
        }
        if (node.tuple) {
            result = tuples;
        } else {
            result = make_sequence();
            for (const Value& tuple : *tuples.array()) {
                result.array()->push(tuple.tuple()->context);
            }
        }
    }
    if (node.keep_singleton) {
        // A plain array is one anyway; one that a constructor made is an item.
        if (is_cons(result) && !is_sequence(result)) result = make_sequence(result);
        if (is_sequence(result)) result.array()->keep_singleton = true;
    }
    if (!node.group) return result;
    return group(*node.group, streams ? tuples : result, streams, frame);
}

Value Evaluator::step_result(const Node& node, const Value& item, Frame* frame) {
    Value result = evaluate(node, item, frame);
    for (const Stage& stage : node.stages) result = filter(*stage.filter, result, frame);
    return result;
}

Value Evaluator::field(const Node& name, const Value& item) {
    heap().tick();
    if (item.is_object()) return collapsed(member(item, name.text));
    return item.is_array() ? collapsed(lookup_field(item, name.text)) : Value();
}

Value Evaluator::step(const Node& node, const Value& input, Frame* frame, bool is_last) {
    const Value inputs = as_sequence(input);
    if (node.kind == NodeKind::sort) return stages(node, sort(node, inputs, frame), frame);
    const Items items(inputs);
    if (node.plain && depth_ + 1 > max_depth_) throw stack_overflow();
    Value out = make_sequence();
    ArrayNode& sequence = *out.array();
    Value only;  // the first result is kept as it is until there is a second
    bool is_first = true;
    const auto flatten = [&sequence](const Value& value) {
        if (value.is_array() && !is_cons(value)) {
            sequence.push_all(value);
        } else {
            sequence.push(value);
        }
    };
    for (std::size_t i = 0; i < items.size(); ++i) {
        Value result = node.plain ? field(node, items[i]) : step_result(node, items[i], frame);
        if (result.is_undefined()) continue;
        if (std::exchange(is_first, false)) {
            only = std::move(result);
            continue;
        }
        if (!only.is_undefined()) flatten(std::exchange(only, Value()));
        flatten(result);
    }
    if (is_first) return out;
    if (!only.is_undefined()) {
        if (is_last && only.is_array() && !is_sequence(only)) return only;
        flatten(only);
    }
    return out;
}

Value Evaluator::stages(const Node& node, Value result, Frame* frame, std::size_t first) {
    for (; first < node.stages.size(); ++first) {
        const Stage& stage = node.stages[first];
        if (stage.filter) {
            result = filter(*stage.filter, result, frame);
        } else if (is_tuple_stream(result)) {
            // The tuples of a stage are this stream's own: the number goes into each.
            std::size_t at = 0;
            for (Value& tuple : *result.array()) {
                tuple.tuple()->slots()[stage.index_slot] = Value::count(at++);
            }
        }
    }
    return result;
}

// --- tuples ---

Value Evaluator::tuple_step(const Node& path, const Node& node, const Value& input,
                            const Value& tuples, Frame* frame) {
    if (node.kind == NodeKind::sort) {
        return stages(node, sorted_tuples(path, node, input, tuples, frame), frame);
    }
    // A join makes many tuples and keeps few: each is tested before the next is made.
    const std::size_t tests = leading_tests(node);
    Value out = make_sequence();
    out.array()->tuple_stream = true;
    const auto extend = [&](const Value& tuple) {
        FrameRef own = tuple_frame(tuple, frame);
        if (node.binds) {  // what it binds is its own
            own = FrameRef(Frame::make(frame, path.frame_names));
            for (std::size_t i = 0; i < path.frame_names.size(); ++i) {
                own->slots()[i] = tuple.tuple()->slots()[i];
            }
        }
        const Value result = evaluate(node, tuple.tuple()->context, own.get());
        if (!result.is_undefined())
            push_tuples(path, node, tuple.tuple(), result, tests, out, frame);
    };
    if (tuples.is_undefined()) {
        const Value inputs = as_sequence(input);
        const Items items(inputs);
        for (std::size_t i = 0; i < items.size(); ++i) {
            Frame* tuple = Frame::make(frame, path.frame_names);
            tuple->context = items[i];
            extend(Value::of(tuple));
        }
    } else {
        for (const Value& tuple : *tuples.array()) extend(tuple);
    }
    return stages(node, std::move(out), frame, tests);
}

/// One tuple for each item of a step's result: what `tuple` has, and what the step binds. Only of
/// those that pass the first `tests` of the step's stages.
void Evaluator::push_tuples(const Node& path, const Node& node, Frame* tuple, const Value& result,
                            std::size_t tests, Value& out, Frame* frame) {
    const bool merges = is_tuple_stream(result);
    const Value items_value = as_sequence(result);
    const Items items(items_value);
    const std::size_t count = path.frame_names.size();
    for (std::size_t i = 0; i < items.size(); ++i) {
        heap().tick();
        Frame* made = Frame::make(frame, path.frame_names);
        const Value holder = Value::of(made);
        for (std::size_t n = 0; n < count; ++n) made->slots()[n] = tuple->slots()[n];
        const Value item = items[i];
        if (merges) {
            Frame* inner = item.tuple();
            made->context = inner->context;
            for (std::size_t n = 0; n < node.merged_slots.size(); ++n) {
                const Value& value = inner->slots()[n];
                if (node.merged_slots[n] < count && !value.is_unset()) {
                    made->slots()[node.merged_slots[n]] = value;
                }
            }
        } else {
            made->context = node.focus.empty() ? item : tuple->context;
            if (!node.focus.empty()) made->slots()[node.focus_slot] = item;
            if (!node.index.empty()) made->slots()[node.index_slot] = Value::count(i);
            if (node.ancestor) made->slots()[node.ancestor_slot] = tuple->context;
        }
        bool passes = true;
        for (std::size_t n = 0; n < tests && passes; ++n)
            passes = to_boolean(evaluate(*node.stages[n].filter, made->context, made));
        if (passes) out.array()->push(holder);
    }
}

Value Evaluator::sorted_tuples(const Node& path, const Node& node, const Value& input,
                               const Value& tuples, Frame* frame) {
    if (!tuples.is_undefined()) return sort(node, tuples, frame);
    const Value sorted = sort(node, as_sequence(input), frame);
    Value out = make_sequence();
    out.array()->tuple_stream = true;
    const Items items(sorted);
    for (std::size_t i = 0; i < items.size(); ++i) {
        Frame* made = Frame::make(frame, path.frame_names);
        made->context = items[i];
        if (!node.index.empty()) made->slots()[node.index_slot] = Value::count(i);
        out.array()->push(Value::of(made));
    }
    return out;
}

// --- predicates ---

Value Evaluator::filter(const Node& predicate, const Value& input, Frame* frame) {
    Value out = make_sequence();
    const Value inputs = as_sequence(input);
    const bool streams = is_tuple_stream(inputs);
    out.array()->tuple_stream = streams;
    const Items items(inputs);
    if (predicate.kind == NodeKind::literal && predicate.constant.is_number() &&
        predicate.predicates.empty()) {
        const std::size_t at = position_of(predicate.constant.number(), items.size());
        if (at == items.size()) return out;
        Value item = items[at];
        if (item.is_array()) return item;
        if (!item.is_undefined()) out.array()->push(std::move(item));
        return out;
    }
    for (std::size_t i = 0; i < items.size(); ++i) {
        Value item = items[i];
        bool selected = false;
        if (streams) {
            const FrameRef own = tuple_frame(item, frame);
            selected = selects(evaluate(predicate, own->context, own.get()), i, items.size());
        } else {
            selected = selects(evaluate(predicate, item, frame), i, items.size());
        }
        if (selected) out.array()->push(std::move(item));
    }
    return out;
}

// --- order-by ---

bool Evaluator::sorts_after(const Node& node, const Value& a, const Value& b, Frame* frame) {
    const auto key_of = [&](const SortTerm& term, const Value& item) {
        if (!item.is_tuple()) return evaluate(*term.expression, item, frame);
        const FrameRef own = tuple_frame(item, frame);
        return evaluate(*term.expression, own->context, own.get());
    };
    const auto orderable = [](const Value& v) { return v.is_text() || v.is_number(); };
    for (const SortTerm& term : node.terms) {
        const Value left = key_of(term, a);
        const Value right = key_of(term, b);
        // What has no key comes last, whatever the direction.
        if (left.is_undefined() && right.is_undefined()) continue;
        if (left.is_undefined()) return true;
        if (right.is_undefined()) return false;
        if (!orderable(left) || !orderable(right)) {
            fail("T2008",
                 {.position = node.position, .value = json_text(orderable(left) ? right : left)});
        }
        if (left.is_text() != right.is_text()) {
            fail("T2007",
                 {.position = node.position, .value = json_text(left), .value2 = json_text(right)});
        }
        if (left.is_text()) {
            const auto order = compare_utf16_units(left.text(), right.text());
            if (order != 0) return term.descending ? order < 0 : order > 0;
        } else if (left.number() != right.number()) {
            const bool less = left.number() < right.number();
            return term.descending ? less : !less;
        }
    }
    return false;
}

Value Evaluator::sort(const Node& node, const Value& input, Frame* frame) {
    const Items items(input);
    std::vector<Value> values;
    values.reserve(items.size());
    heap().check_room(8 * items.size());
    for (std::size_t i = 0; i < items.size(); ++i) values.push_back(items[i]);
    merge_sort(values,
               [&](const Value& a, const Value& b) { return sorts_after(node, a, b, frame); });
    Value out = items.size() <= 1 && is_sequence(input) ? make_sequence() : make_array();
    if (is_tuple_stream(input)) out.array()->sequence = out.array()->tuple_stream = true;
    out.array()->reserve(values.size());
    for (Value& value : values) out.array()->push(std::move(value));
    return out;
}

}  // namespace stepwell::jsonata
