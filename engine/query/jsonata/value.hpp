#pragma once

#include <algorithm>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/base/json.hpp"
#include "engine/query/jsonata/heap.hpp"

/// The values of an evaluation. What comes from outside (the input, bindings, the program's texts)
/// is borrowed and never copied; what the evaluation makes lives in its Heap and counts its owners.
namespace stepwell::jsonata {

struct Builtin;
struct StringNode;
struct ArrayNode;
struct ObjectNode;
struct FunctionNode;
struct Frame;

/// What every block of the heap that a Value can own begins with.
struct Header {
    std::uint32_t owners = 0;
};

/// A JSONata value in 16 bytes.
///
/// `unset` is a variable that was never bound; `undefined` is JSONata's nothing. A `tuple` is an
/// element of a tuple stream (`@`, `#`, `%`), and seen by no function. Tail calls are `call`.
class Value {
public:
    enum class Kind : std::uint8_t {
        unset,
        undefined,
        null,
        boolean,
        number,
        text,         // borrowed
        json_array,   // borrowed
        json_object,  // borrowed
        builtin,      // borrowed
        call,         // the evaluator's pending tail call
        owned_text,   // from here on: counted
        array,
        object,
        function,
        tuple,
    };

    Value() noexcept : Value(Kind::undefined) {}
    static Value unset() { return Value(Kind::unset); }
    static Value null() { return Value(Kind::null); }
    static Value tail_call() { return Value(Kind::call); }
    static Value of(bool value) {
        Value v(Kind::boolean);
        v.as_.boolean = value;
        return v;
    }
    static Value of(double value) {
        Value v(Kind::number);
        v.as_.number = value;
        return v;
    }
    static Value count(std::size_t value) { return of(static_cast<double>(value)); }
    /// Outlives the evaluation, or is copied with make_text.
    static Value borrow(std::string_view text) {
        Value v(Kind::text);
        v.as_.text = text.data();
        v.length_ = static_cast<std::uint32_t>(text.size());
        return v;
    }
    /// A view of a JSON value that outlives the evaluation.
    static Value borrow(const Json& json);
    static Value of(const Builtin* builtin) {
        Value v(Kind::builtin);
        v.as_.builtin = builtin;
        return v;
    }
    /// Shares a node of the heap.
    static Value of(StringNode* node);
    static Value of(ArrayNode* node) { return own(Kind::array, node); }
    static Value of(ObjectNode* node) { return own(Kind::object, node); }
    static Value of(FunctionNode* node) { return own(Kind::function, node); }
    static Value of(Frame* node) { return own(Kind::tuple, node); }

    Value(const Value& other) noexcept
        : as_(other.as_), length_(other.length_), kind_(other.kind_) {
        if (is_counted()) ++header()->owners;
    }
    Value(Value&& other) noexcept : as_(other.as_), length_(other.length_), kind_(other.kind_) {
        other.kind_ = Kind::undefined;
    }
    Value& operator=(const Value& other) noexcept {
        Value copy(other);
        swap(copy);
        return *this;
    }
    Value& operator=(Value&& other) noexcept {
        Value moved(std::move(other));
        swap(moved);
        return *this;
    }
    ~Value() {
        if (is_counted() && --header()->owners == 0) free_node(*this);
    }
    void swap(Value& other) noexcept {
        std::swap(as_, other.as_);
        std::swap(length_, other.length_);
        std::swap(kind_, other.kind_);
    }

    Kind kind() const { return kind_; }
    bool is_unset() const { return kind_ == Kind::unset; }
    bool is_undefined() const { return kind_ == Kind::undefined; }
    bool is_null() const { return kind_ == Kind::null; }
    bool is_boolean() const { return kind_ == Kind::boolean; }
    bool is_number() const { return kind_ == Kind::number; }
    bool is_text() const { return kind_ == Kind::text || kind_ == Kind::owned_text; }
    bool is_array() const { return kind_ == Kind::array || kind_ == Kind::json_array; }
    bool is_object() const { return kind_ == Kind::object || kind_ == Kind::json_object; }
    bool is_function() const { return kind_ == Kind::function || kind_ == Kind::builtin; }
    bool is_tuple() const { return kind_ == Kind::tuple; }
    bool is_tail_call() const { return kind_ == Kind::call; }

    bool boolean() const { return as_.boolean; }
    double number() const { return as_.number; }
    std::string_view text() const;
    const Json& json() const { return *as_.json; }
    const Builtin* builtin() const { return as_.builtin; }
    ArrayNode* array() const { return static_cast<ArrayNode*>(as_.node); }
    ObjectNode* object() const { return static_cast<ObjectNode*>(as_.node); }
    FunctionNode* function() const { return static_cast<FunctionNode*>(as_.node); }
    Frame* tuple() const { return static_cast<Frame*>(as_.node); }

    /// Whether this is the only owner, so that the node may be changed.
    bool is_sole_owner() const { return is_counted() && header()->owners == 1; }
    /// The same node or borrowed value: a shortcut for equality.
    bool is_same(const Value& other) const {
        return kind_ == other.kind_ && kind_ >= Kind::json_array && as_.node == other.as_.node;
    }

private:
    explicit Value(Kind kind) noexcept : length_(0), kind_(kind) { as_.node = nullptr; }
    static Value own(Kind kind, void* node) {
        Value v(kind);
        v.as_.node = node;
        ++v.header()->owners;
        return v;
    }
    bool is_counted() const { return kind_ >= Kind::owned_text; }
    Header* header() const { return static_cast<Header*>(as_.node); }
    static void free_node(Value& last) noexcept;

    union {
        bool boolean;
        double number;
        const char* text;
        const Json* json;
        const Builtin* builtin;
        void* node;
    } as_;
    std::uint32_t length_;
    Kind kind_;
};
static_assert(sizeof(Value) == 16);

struct StringNode : Header {
    std::uint32_t size = 0;
    char* data() { return reinterpret_cast<char*>(this + 1); }
};

inline Value Value::of(StringNode* node) {
    Value v = own(Kind::owned_text, node);
    v.length_ = node->size;
    return v;
}
inline std::string_view Value::text() const {
    if (kind_ == Kind::text) return {as_.text, length_};
    return {static_cast<StringNode*>(as_.node)->data(), length_};
}

inline Value Value::borrow(const Json& json) {
    switch (json.type()) {
        case Json::value_t::null:
            return null();
        case Json::value_t::boolean:
            return of(*json.get_ptr<const Json::boolean_t*>());
        case Json::value_t::number_integer:
            return of(static_cast<double>(*json.get_ptr<const Json::number_integer_t*>()));
        case Json::value_t::number_unsigned:
            return of(static_cast<double>(*json.get_ptr<const Json::number_unsigned_t*>()));
        case Json::value_t::number_float:
            return of(*json.get_ptr<const Json::number_float_t*>());
        case Json::value_t::string:
            return borrow(std::string_view(*json.get_ptr<const Json::string_t*>()));
        default:
            break;
    }
    Value v(json.is_array() ? Kind::json_array : Kind::json_object);
    v.as_.json = &json;
    return v;
}

/// A text of the heap.
Value make_text(std::string_view text);
/// The text of two in a row.
Value make_text(std::string_view first, std::string_view second);

/// An array of the heap, with what JSONata needs to know of how it came about.
struct ArrayNode : Header {
    /// Of one that grows an element at a time.
    static constexpr std::size_t kFirstCapacity = 4;
    /// Made by a path or a function that collects: of one item it is that item.
    bool sequence = false;
    /// `[]`: stays an array with one item, too.
    bool keep_singleton = false;
    /// Made by an array constructor in a path: not flattened into the sequence around it.
    bool cons = false;
    /// The elements are tuples.
    bool tuple_stream = false;
    /// The array around an input that is an array.
    bool outer_wrapper = false;
    std::uint32_t size = 0;
    std::uint32_t capacity = 0;
    Value* items = nullptr;

    static ArrayNode* make(bool is_sequence);
    void reserve(std::size_t count);
    void push(Value value) {
        if (size == capacity) grow(std::max<std::size_t>(size + 1U, kFirstCapacity));
        heap().charge(8);
        new (items + size) Value(std::move(value));
        ++size;
    }
    /// The elements of another array.
    void push_all(const Value& array);
    Value* begin() { return items; }
    Value* end() { return items + size; }

private:
    void grow(std::size_t at_least);
};

/// A sequence or an array under construction.
inline Value make_array() { return Value::of(ArrayNode::make(false)); }
inline Value make_sequence() { return Value::of(ArrayNode::make(true)); }
Value make_sequence(Value only);

inline bool is_sequence(const Value& v) {
    return v.kind() == Value::Kind::array && v.array()->sequence;
}
inline bool is_tuple_stream(const Value& v) {
    return v.kind() == Value::Kind::array && v.array()->tuple_stream;
}

/// The elements of an array, wherever it lives. Borrows it.
class Items {
public:
    explicit Items(const Value& array) {
        if (array.kind() == Value::Kind::array) {
            owned_ = array.array()->items;
            size_ = array.array()->size;
        } else {
            json_ = array.json().get_ptr<const Json::array_t*>()->data();
            size_ = array.json().size();
        }
    }
    std::size_t size() const { return size_; }
    Value operator[](std::size_t at) const {
        return json_ != nullptr ? Value::borrow(json_[at]) : owned_[at];
    }

private:
    const Value* owned_ = nullptr;
    const Json* json_ = nullptr;
    std::size_t size_ = 0;
};

/// An object of the heap: keeps the order of insertion; from nine members on an open-addressing
/// table finds them. A removed member leaves no trace.
struct ObjectNode : Header {
    struct Member {
        Value key;
        Value value;
    };
    std::uint32_t size = 0;
    std::uint32_t capacity = 0;
    Member* members = nullptr;
    std::uint32_t slot_count = 0;
    std::uint32_t* slots = nullptr;  // position + 1, 0 where free

    static ObjectNode* make();
    void reserve(std::size_t count);
    Value* find(std::string_view key);
    /// Replaces a member in its place, or adds one. `key` is a text.
    void set(Value key, Value value);
    /// Adds a member whose key is known not to be there.
    void add(Value key, Value value);
    void remove(std::string_view key);
    Member* begin() { return members; }
    Member* end() { return members + size; }

private:
    void grow(std::size_t at_least);
    void rebuild();
    void place(std::size_t at);
    std::size_t position(std::string_view key) const;
};

inline Value make_object() { return Value::of(ObjectNode::make()); }

/// The members of an object, wherever it lives.
std::size_t member_count(const Value& object);
/// The member's value, undefined if there is none.
Value member(const Value& object, std::string_view key);
template <class Each>  // void(Value key, Value value)
void for_each_member(const Value& object, Each each) {
    if (object.kind() == Value::Kind::json_object) {
        for (const auto& [key, value] : *object.json().get_ptr<const Json::object_t*>()) {
            each(Value::borrow(std::string_view(key)), Value::borrow(value));
        }
        return;
    }
    const Value holder = object;  // `each` may let go of it
    for (std::uint32_t i = 0; i < holder.object()->size; ++i) {
        each(holder.object()->members[i].key, holder.object()->members[i].value);
    }
}

/// The variables of a block, a call or a tuple. Counted, so that a function can keep it.
struct Frame : Header {
    const std::vector<std::string>* names = nullptr;  // of the slots; belongs to the program
    Frame* parent = nullptr;                          // owned
    Value context;                                    // a tuple's `@`
    Value* slots() { return reinterpret_cast<Value*>(this + 1); }

    /// All slots unset.
    static Frame* make(Frame* parent, const std::vector<std::string>& names);
};

/// Holds a frame.
class FrameRef {
public:
    FrameRef() = default;
    explicit FrameRef(Frame* frame) : frame_(frame) {
        if (frame_ != nullptr) ++frame_->owners;
    }
    FrameRef(const FrameRef& other) : FrameRef(other.frame_) {}
    FrameRef(FrameRef&& other) noexcept : frame_(std::exchange(other.frame_, nullptr)) {}
    /// Takes over an owner's count.
    static FrameRef adopt(Frame* frame) {
        FrameRef ref;
        ref.frame_ = frame;
        return ref;
    }
    FrameRef& operator=(FrameRef other) noexcept {
        std::swap(frame_, other.frame_);
        return *this;
    }
    ~FrameRef();
    Frame* get() const { return frame_; }
    Frame* operator->() const { return frame_; }

private:
    Frame* frame_ = nullptr;
};

/// Lets go of a node that nobody owns any more, and of all that only it owned, without recursion.
void free_frame(Frame* frame) noexcept;

inline FrameRef::~FrameRef() {
    if (frame_ != nullptr && --frame_->owners == 0) free_frame(frame_);
}

}  // namespace stepwell::jsonata
