#include "engine/query/jsonata/value.hpp"

#include <algorithm>
#include <cstring>
#include <functional>
#include <new>

#include "engine/query/jsonata/function_node.hpp"

namespace stepwell::jsonata {

namespace {

template <class Node>
Node* new_node(std::size_t extra = 0) {
    return new (heap().allocate(sizeof(Node) + extra)) Node();
}

/// A new block with the elements of the old one moved over.
template <class T>
T* moved_block(T* old, std::size_t size, std::size_t old_capacity, std::size_t capacity) {
    T* fresh = static_cast<T*>(heap().allocate(capacity * sizeof(T)));
    if (old != nullptr) {
        // Values may be moved by their bytes: nothing points into them.
        std::memcpy(static_cast<void*>(fresh), static_cast<const void*>(old), size * sizeof(T));
        heap().release(old, old_capacity * sizeof(T));
    }
    return fresh;
}

std::size_t hash_of(std::string_view key) { return std::hash<std::string_view>{}(key); }

constexpr std::uint32_t kLinearUpTo = 8;

}  // namespace

Value make_text(std::string_view text) { return make_text(text, {}); }

Value make_text(std::string_view first, std::string_view second) {
    const std::size_t size = first.size() + second.size();
    heap().charge(size);
    auto* node = new_node<StringNode>(size);
    node->size = static_cast<std::uint32_t>(size);
    std::copy(first.begin(), first.end(), node->data());
    std::copy(second.begin(), second.end(), node->data() + first.size());
    return Value::of(node);
}

ArrayNode* ArrayNode::make(bool is_sequence) {
    auto* node = new_node<ArrayNode>();
    node->sequence = is_sequence;
    return node;
}

void ArrayNode::reserve(std::size_t count) {
    if (count > capacity) grow(count);
}

void ArrayNode::grow(std::size_t at_least) {
    const std::size_t wanted = std::max(at_least, capacity * std::size_t{2});
    items = moved_block(items, size, capacity, wanted);
    capacity = static_cast<std::uint32_t>(wanted);
}

void ArrayNode::push_all(const Value& array) {
    const Items others(array);
    reserve(size + others.size());
    heap().charge(8 * others.size());
    for (std::size_t i = 0; i < others.size(); ++i) new (items + size++) Value(others[i]);
}

Value make_sequence(Value only) {
    Value sequence = make_sequence();
    sequence.array()->push(std::move(only));
    return sequence;
}

ObjectNode* ObjectNode::make() { return new_node<ObjectNode>(); }

void ObjectNode::reserve(std::size_t count) {
    if (count > capacity) grow(count);
}

void ObjectNode::grow(std::size_t at_least) {
    const std::size_t wanted = std::max(at_least, capacity * std::size_t{2});
    members = moved_block(members, size, capacity, wanted);
    capacity = static_cast<std::uint32_t>(wanted);
}

std::size_t ObjectNode::position(std::string_view key) const {
    if (slots == nullptr) {
        for (std::size_t i = 0; i < size; ++i) {
            if (members[i].key.text() == key) return i;
        }
        return size;
    }
    const std::size_t mask = slot_count - 1U;
    for (std::size_t slot = hash_of(key) & mask;; slot = (slot + 1) & mask) {
        if (slots[slot] == 0) return size;
        if (members[slots[slot] - 1].key.text() == key) return slots[slot] - 1;
    }
}

Value* ObjectNode::find(std::string_view key) {
    const std::size_t at = position(key);
    return at == size ? nullptr : &members[at].value;
}

void ObjectNode::set(Value key, Value value) {
    if (Value* found = find(key.text())) {
        *found = std::move(value);
    } else {
        add(std::move(key), std::move(value));
    }
}

void ObjectNode::add(Value key, Value value) {
    if (size == capacity) grow(std::max<std::size_t>(size + 1U, ArrayNode::kFirstCapacity));
    heap().charge(8);
    new (members + size) Member{std::move(key), std::move(value)};
    ++size;
    if (size <= kLinearUpTo) return;
    if (slot_count < 2 * size) {
        rebuild();
    } else {
        place(size - 1U);
    }
}

void ObjectNode::remove(std::string_view key) {
    const std::size_t at = position(key);
    if (at == size) return;
    std::rotate(members + at, members + at + 1, members + size);
    --size;
    members[size].~Member();
    heap().discharge(8);
    rebuild();
}

void ObjectNode::place(std::size_t at) {
    const std::size_t mask = slot_count - 1U;
    std::size_t slot = hash_of(members[at].key.text()) & mask;
    while (slots[slot] != 0) slot = (slot + 1) & mask;
    slots[slot] = static_cast<std::uint32_t>(at + 1);
}

void ObjectNode::rebuild() {
    if (slots != nullptr) heap().release(slots, slot_count * sizeof(*slots));
    slots = nullptr;
    slot_count = 0;
    if (size <= kLinearUpTo) return;
    std::uint32_t count = 32;
    while (count < 4 * size) count *= 2;
    slots = static_cast<std::uint32_t*>(heap().allocate(count * sizeof(*slots)));
    std::fill_n(slots, count, 0);
    slot_count = count;
    for (std::size_t i = 0; i < size; ++i) place(i);
}

std::size_t member_count(const Value& object) {
    return object.kind() == Value::Kind::json_object ? object.json().size() : object.object()->size;
}

Value member(const Value& object, std::string_view key) {
    if (object.kind() == Value::Kind::json_object) {
        const auto& members = *object.json().get_ptr<const Json::object_t*>();
        const auto found = members.find(key);
        return found == members.end() ? Value() : Value::borrow(found->second);
    }
    const Value* found = object.object()->find(key);
    return found == nullptr ? Value() : *found;
}

Frame* Frame::make(Frame* parent, const std::vector<std::string>& names) {
    auto* frame = new_node<Frame>(names.size() * sizeof(Value));
    frame->names = &names;
    frame->parent = parent;
    if (parent != nullptr) ++parent->owners;
    for (std::size_t i = 0; i < names.size(); ++i) new (frame->slots() + i) Value(Value::unset());
    return frame;
}

Value make_function(decltype(FunctionNode::body) body) {
    auto* node = new (heap().allocate(sizeof(FunctionNode))) FunctionNode{{}, std::move(body)};
    return Value::of(node);
}

namespace {

/// Takes a dead node apart. The values in it are handed to the list instead of being destroyed
/// where they stand, so a chain of any length takes no stack.
class Undertaker {
public:
    void add(Value::Kind kind, Header* node) { dead_.push_back({kind, node}); }
    void run() {
        while (!dead_.empty()) {
            const Dead next = dead_.back();
            dead_.pop_back();
            bury(next);
        }
    }
    bool running = false;

private:
    struct Dead {
        Value::Kind kind;
        Header* node;
    };

    static void destroy(Value* values, std::size_t count) {
        for (std::size_t i = 0; i < count; ++i) values[i].~Value();
    }

    static void bury(Dead dead) {
        switch (dead.kind) {
            case Value::Kind::owned_text: {
                auto* text = static_cast<StringNode*>(dead.node);
                heap().discharge(text->size);
                heap().release(text, sizeof(StringNode) + text->size);
                break;
            }
            case Value::Kind::array: {
                auto* array = static_cast<ArrayNode*>(dead.node);
                heap().discharge(8U * array->size);
                destroy(array->items, array->size);
                if (array->items != nullptr) {
                    heap().release(array->items, array->capacity * sizeof(Value));
                }
                heap().release(array, sizeof(ArrayNode));
                break;
            }
            case Value::Kind::object: {
                auto* object = static_cast<ObjectNode*>(dead.node);
                heap().discharge(8U * object->size);
                for (auto& member : *object) member.~Member();
                if (object->members != nullptr) {
                    heap().release(object->members, object->capacity * sizeof(ObjectNode::Member));
                }
                if (object->slots != nullptr) {
                    heap().release(object->slots, object->slot_count * sizeof(*object->slots));
                }
                heap().release(object, sizeof(ObjectNode));
                break;
            }
            case Value::Kind::function: {
                auto* function = static_cast<FunctionNode*>(dead.node);
                function->~FunctionNode();
                heap().release(function, sizeof(FunctionNode));
                break;
            }
            default: {
                auto* frame = static_cast<Frame*>(dead.node);
                const std::size_t count = frame->names->size();
                destroy(frame->slots(), count);
                const FrameRef parent = FrameRef::adopt(frame->parent);
                frame->~Frame();
                heap().release(frame, sizeof(Frame) + count * sizeof(Value));
                break;
            }
        }
    }

    std::vector<Dead> dead_;
};

/// Whether none of these values is a node of the heap. Of a few: looking at all of many would be a
/// second way through them.
bool owns_nothing(const Value* values, std::size_t count) {
    constexpr std::size_t kFew = 8;
    if (count > kFew) return false;
    return std::none_of(values, values + count,
                        [](const Value& v) { return v.kind() >= Value::Kind::owned_text; });
}

thread_local Undertaker undertaker;

void bury(Value::Kind kind, Header* node) {
    undertaker.add(kind, node);
    if (undertaker.running) return;
    undertaker.running = true;
    undertaker.run();
    undertaker.running = false;
}

}  // namespace

// Most nodes that die hold nothing that dies with them: those need no list.

void Value::free_node(Value& last) noexcept {
    if (last.kind_ == Kind::owned_text) {
        auto* text = static_cast<StringNode*>(last.header());
        heap().discharge(text->size);
        return heap().release(text, sizeof(StringNode) + text->size);
    }
    if (last.kind_ == Kind::array) {
        ArrayNode* array = last.array();
        if (owns_nothing(array->items, array->size)) {
            heap().discharge(8U * array->size);
            if (array->items != nullptr)
                heap().release(array->items, array->capacity * sizeof(Value));
            return heap().release(array, sizeof(ArrayNode));
        }
    }
    bury(last.kind_, last.header());
}

void free_frame(Frame* frame) noexcept {
    const std::size_t count = frame->names->size();
    const bool alone = frame->parent == nullptr || frame->parent->owners > 1;
    if (!alone || !owns_nothing(&frame->context, 1) || !owns_nothing(frame->slots(), count))
        return bury(Value::Kind::tuple, frame);
    if (frame->parent != nullptr) --frame->parent->owners;
    heap().release(frame, sizeof(Frame) + count * sizeof(Value));
}

}  // namespace stepwell::jsonata
