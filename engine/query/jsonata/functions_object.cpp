#include "engine/query/jsonata/clone.hpp"
#include "engine/query/jsonata/functions.hpp"
#include "engine/query/jsonata/operators.hpp"

namespace stepwell::jsonata {

namespace {

/// The names of the members, each once, in the order of their appearance.
void add_keys(ObjectNode& keys, const Value& value) {
    if (value.is_object()) {
        for_each_member(value,
                        [&](const Value& key, const Value&) { keys.set(key, Value::null()); });
    } else if (value.is_array()) {
        const Items items(value);
        for (std::size_t i = 0; i < items.size(); ++i) add_keys(keys, items[i]);
    }
}

Value keys(const Call& call) {
    Value names = make_object();
    add_keys(*names.object(), call[0]);
    Value out = make_sequence();
    for (const auto& member : *names.object()) out.array()->push(member.key);
    return out;
}

Value lookup(const Call& call) { return lookup_field(call[0], text_of(call[1])); }

Value spread_value(const Value& value) {
    if (value.is_array()) {
        Value out = make_sequence();
        const Items items(value);
        for (std::size_t i = 0; i < items.size(); ++i) {
            out = append(std::move(out), spread_value(items[i]));
        }
        return out;
    }
    if (!value.is_object()) return value;
    Value out = make_sequence();
    for_each_member(value, [&](const Value& key, const Value& member) {
        Value single = make_object();
        single.object()->set(key, member);
        out.array()->push(std::move(single));
    });
    return out;
}

Value spread(const Call& call) { return spread_value(call[0]); }

Value merge(const Call& call) {
    if (!call.has(0)) return {};
    Value out = make_object();
    const Items items = items_of(call[0]);
    for (std::size_t i = 0; i < items.size(); ++i) {
        heap().tick();
        if (!items[i].is_object()) continue;
        for_each_member(
            items[i], [&](const Value& key, const Value& value) { out.object()->set(key, value); });
    }
    return out;
}

Value each(const Call& call) {
    Value out = make_sequence();
    if (!call[0].is_object()) return out;
    for_each_member(call[0], [&](const Value& key, const Value& value) {
        Value result =
            call.evaluator.call_back(call[1], Arguments{value, key, call[0]}, call.frame);
        if (!result.is_undefined()) out.array()->push(std::move(result));
    });
    return out;
}

Value sift(const Call& call) {
    if (!call[0].is_object()) return {};
    Value out = make_object();
    for_each_member(call[0], [&](const Value& key, const Value& value) {
        if (to_boolean(
                call.evaluator.call_back(call[1], Arguments{value, key, call[0]}, call.frame))) {
            out.object()->set(key, value);
        }
    });
    return out.object()->size == 0 ? Value() : out;
}

Value clone_function(const Call& call) {
    return call.has(0) ? clone(call[0], call.evaluator.dialect()) : Value();
}

constexpr BuiltinRow kRows[] = {
    {"keys", "<x-:a<s>>", 1, &keys},
    {"lookup", "<x-s:x>", 2, &lookup},
    {"spread", "<x-:a<o>>", 1, &spread},
    {"merge", "<a<o>:o>", 1, &merge},
    {"each", "<o-f:a>", 2, &each},
    {"sift", "<o-f?:o>", 2, &sift},
    {"clone", "<(oa)-:o>", 1, &clone_function},
};

}  // namespace

std::span<const BuiltinRow> object_functions() { return kRows; }

}  // namespace stepwell::jsonata
