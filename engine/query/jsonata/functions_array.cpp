#include <algorithm>
#include <functional>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "engine/query/jsonata/functions.hpp"
#include "engine/query/jsonata/merge_sort.hpp"
#include "engine/query/jsonata/operators.hpp"
#include "engine/query/jsonata/utf16.hpp"

namespace stepwell::jsonata {

namespace {

Value append_function(const Call& call) { return append(call[0], call[1]); }

Value reverse(const Call& call) {
    const Items items = items_of(call[0]);
    if (items.size() <= 1) return call[0];
    Value out = make_array();
    out.array()->reserve(items.size());
    for (std::size_t i = items.size(); i > 0; --i) out.array()->push(items[i - 1]);
    return out;
}

Value shuffle(const Call& call) {
    const Items items = items_of(call[0]);
    if (items.size() <= 1) return call[0];
    Value out = make_array();
    ArrayNode& array = *out.array();
    array.reserve(items.size());
    for (std::size_t i = 0; i < items.size(); ++i) {
        array.push(items[i]);
        const std::size_t other = call.evaluator.environment().random->next_below(i + 1);
        array.items[i].swap(array.items[other]);
    }
    return out;
}

/// A set of texts that stay where they are, in one block: `$distinct` of a few dozen is common, and
/// a node each would take most of its time.
class TextSet {
public:
    /// Whether it was not there.
    bool insert(std::string_view text) {
        if (2 * (size_ + 1) > slots_.size()) grow();
        std::string_view& slot = slot_of(text);
        if (slot.data() != nullptr) return false;
        slot = text.data() == nullptr ? std::string_view("") : text;
        ++size_;
        return true;
    }

private:
    std::string_view& slot_of(std::string_view text) {
        const std::size_t mask = slots_.size() - 1;
        std::size_t at = std::hash<std::string_view>{}(text)&mask;
        while (slots_[at].data() != nullptr && slots_[at] != text) at = (at + 1) & mask;
        return slots_[at];
    }
    void grow() {
        constexpr std::size_t kLeast = 64;
        std::vector<std::string_view> old(std::max(kLeast, 2 * slots_.size()));
        old.swap(slots_);
        for (const std::string_view text : old) {
            if (text.data() != nullptr) slot_of(text) = text;
        }
    }

    std::vector<std::string_view> slots_;  // a power of two, at most half of them used
    std::size_t size_ = 0;
};

/// Finds what was there before: texts and numbers at once, everything else one by one.
class Seen {
public:
    bool add(const Value& value) {
        if (value.is_text()) return texts_.insert(value.text());
        if (value.is_number()) return numbers_.insert(value.number() + 0.0).second;
        for (const Value& other : others_) {
            if (equal(value, other)) return false;
        }
        others_.push_back(value);
        return true;
    }

private:
    TextSet texts_;
    std::unordered_set<double> numbers_;
    std::vector<Value> others_;
};

Value distinct(const Call& call) {
    const Items items = items_of(call[0]);
    if (items.size() <= 1) return call[0];
    const bool collapses = is_sequence(call[0]) && !call[0].array()->outer_wrapper;
    Value out = collapses ? make_sequence() : make_array();
    Seen seen;
    for (std::size_t i = 0; i < items.size(); ++i) {
        heap().tick();
        if (seen.add(items[i])) out.array()->push(items[i]);
    }
    return out;
}

bool all_texts(const std::vector<Value>& values) {
    return std::all_of(values.begin(), values.end(), [](const Value& v) { return v.is_text(); });
}
bool all_numbers(const std::vector<Value>& values) {
    return std::all_of(values.begin(), values.end(), [](const Value& v) { return is_numeric(v); });
}

/// What JavaScript takes for true.
bool is_truthy(const Value& value) {
    if (value.is_boolean()) return value.boolean();
    if (value.is_number()) return value.number() != 0 && !std::isnan(value.number());
    if (value.is_text()) return !value.text().empty();
    return !value.is_undefined() && !value.is_null();
}

Value sort(const Call& call) {
    const Items items = items_of(call[0]);
    if (items.size() <= 1) return call[0];
    heap().check_room(8 * items.size());
    std::vector<Value> values;
    values.reserve(items.size());
    for (std::size_t i = 0; i < items.size(); ++i) values.push_back(items[i]);
    if (call.has(1)) {
        merge_sort(values, [&](const Value& a, const Value& b) {
            Arguments arguments{a, b};
            return is_truthy(call.evaluator.apply(call[1], arguments, Value::null(), call.frame));
        });
    } else if (all_texts(values)) {
        std::stable_sort(values.begin(), values.end(), [](const Value& a, const Value& b) {
            return compare_utf16_units(a.text(), b.text()) < 0;
        });
    } else if (all_numbers(values)) {
        std::stable_sort(values.begin(), values.end(),
                         [](const Value& a, const Value& b) { return a.number() < b.number(); });
    } else {
        fail("D3070", {.index = "1"});
    }
    Value out = make_array();
    out.array()->reserve(values.size());
    for (Value& value : values) out.array()->push(std::move(value));
    return out;
}

Value zip(const Call& call) {
    std::size_t shortest = call.size() == 0 ? 0 : items_of(call[0]).size();
    for (std::size_t i = 1; i < call.size(); ++i) {
        shortest = std::min(shortest, items_of(call[i]).size());
    }
    Value out = make_array();
    out.array()->reserve(shortest);
    for (std::size_t i = 0; i < shortest; ++i) {
        Value row = make_array();
        row.array()->reserve(call.size());
        for (std::size_t n = 0; n < call.size(); ++n) row.array()->push(items_of(call[n])[i]);
        out.array()->push(std::move(row));
    }
    return out;
}

constexpr BuiltinRow kRows[] = {
    {"append", "<xx:a>", 2, &append_function},
    {"reverse", "<a:a>", 1, &reverse},
    {"shuffle", "<a:a>", 1, &shuffle},
    {"distinct", "<x:x>", 1, &distinct},
    {"sort", "<af?:a>", 2, &sort},
    {"zip", "<a+>", 0, &zip},
};

}  // namespace

std::span<const BuiltinRow> array_functions() { return kRows; }

}  // namespace stepwell::jsonata
