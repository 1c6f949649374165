#include <cstddef>
#include <utility>
#include <vector>

#include "engine/query/jsonata/evaluator.hpp"
#include "engine/query/jsonata/text.hpp"

/// Grouping, `{key: value, …}` behind a path: what its items have in common makes an object.
namespace stepwell::jsonata {

namespace {

/// Names by which the reference implementation knows functions: refused since 2.2.
bool is_reserved(std::string_view key) {
    return key == "_jsonata_lambda" || key == "_jsonata_function";
}

/// Several tuples as one: each variable has the values of all.
FrameRef reduced(const std::vector<Value>& tuples, Frame* frame) {
    const FrameRef first = tuple_frame(tuples.front(), frame);
    if (tuples.size() == 1) return first;
    FrameRef all(Frame::make(frame, *first->names));
    all->context = first->context;
    for (std::size_t i = 1; i < tuples.size(); ++i) {
        all->context = append(std::move(all->context), tuples[i].tuple()->context);
    }
    for (std::size_t n = 0; n < first->names->size(); ++n) {
        Value& slot = all->slots()[n];
        for (const Value& tuple : tuples) {
            const Value& value = tuple.tuple()->slots()[n];
            if (value.is_unset()) continue;
            slot = slot.is_unset() ? value : append(std::move(slot), value);
        }
    }
    return all;
}

}  // namespace

Value Evaluator::group(const Group& group, const Value& input, bool reduces, Frame* frame) {
    struct Entry {
        std::size_t pair;
        Value items;                // what was grouped, when it is no stream of tuples
        std::vector<Value> tuples;  // when it is
    };
    Value inputs = as_sequence(input);
    // Nothing still makes a literal object.
    if (Items(inputs).size() == 0) inputs = make_sequence(Value());
    Value keys = make_object();  // key -> number of its entry
    std::vector<Entry> entries;
    const Items items(inputs);
    for (std::size_t i = 0; i < items.size(); ++i) {
        const Value item = items[i];
        const bool is_tuple = reduces && item.is_tuple();
        const FrameRef own = is_tuple ? tuple_frame(item, frame) : FrameRef();
        for (std::size_t p = 0; p < group.pairs.size(); ++p) {
            const Value key = is_tuple ? evaluate(*group.pairs[p].first, own->context, own.get())
                                       : evaluate(*group.pairs[p].first, item, frame);
            if (key.is_undefined()) continue;
            if (!key.is_text()) {
                fail("T1003", {.position = group.position, .value = json_text(key)});
            }
            if (dialect() == Dialect::standard && is_reserved(key.text())) {
                fail("D1013", {.position = group.position, .value = json_text(key)});
            }
            Entry* entry = nullptr;
            if (const Value* known = keys.object()->find(key.text())) {
                entry = &entries[static_cast<std::size_t>(known->number())];
                if (entry->pair != p) {
                    fail("D1009", {.position = group.position, .value = json_text(key)});
                }
                if (!is_tuple) entry->items = append(std::move(entry->items), item);
            } else {
                keys.object()->set(key, Value::count(entries.size()));
                entries.push_back({p, item, {}});
                entry = &entries.back();
            }
            if (is_tuple) entry->tuples.push_back(item);
        }
    }
    Value result = make_object();
    for (std::size_t e = 0; e < entries.size(); ++e) {
        const Value key = keys.object()->members[e].key;
        Entry& entry = entries[e];
        const Node& expression = *group.pairs[entry.pair].second;
        Value value;
        if (entry.tuples.empty()) {
            value = evaluate(expression, entry.items, frame);
        } else {
            const FrameRef all = reduced(entry.tuples, frame);
            value = evaluate(expression, all->context, all.get());
        }
        if (!value.is_undefined()) result.object()->set(key, std::move(value));
    }
    return result;
}

}  // namespace stepwell::jsonata
