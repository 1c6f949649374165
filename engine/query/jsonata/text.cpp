#include "engine/query/jsonata/text.hpp"

#include <charconv>
#include <cmath>
#include <cstdint>
#include <utility>

#include "engine/query/jsonata/failure.hpp"
#include "engine/query/jsonata/number_text.hpp"
#include "engine/query/jsonata/utf16.hpp"

namespace stepwell::jsonata {

namespace {

/// Nested arrays and objects of a value. Deeper ones can be made but not written or returned.
constexpr int kMaxDepth = 500;

bool is_small_integer(double value) { return std::abs(value) < 1e15 && std::trunc(value) == value; }

/// A JSON string literal, a lone surrogate (three bytes) as its escape.
void append_quoted(std::string& out, std::string_view text) {
    if (text.find('\xED') == text.npos) return append_json_string(out, text);
    static constexpr std::string_view kHex = "0123456789abcdef";
    std::string literal;
    append_json_string(literal, text);
    for (std::size_t i = 0; i < literal.size(); ++i) {
        const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(literal[at]); };
        if (literal[i] != '\xED' || i + 2 >= literal.size() || byte(i + 1) < 0xA0) {
            out += literal[i];
            continue;
        }
        const unsigned unit = 0xD000U | ((byte(i + 1) & 0x3FU) << 6U) | (byte(i + 2) & 0x3FU);
        out += "\\u";
        for (int shift = 12; shift >= 0; shift -= 4) {
            out += kHex[(unit >> static_cast<unsigned>(shift)) & 15U];
        }
        i += 2;
    }
}

/// JSON.stringify with the reference implementation's treatment of numbers and functions.
class Writer {
public:
    enum class Precision { full, fifteen, fifteen_of_fractions };
    Writer(Precision precision, Layout layout) : precision_(precision), layout_(layout) {}

    void write(const Value& value) {
        heap().tick();
        if (value.is_text()) {
            literal_.clear();
            append_quoted(literal_, value.text());
            out_.add(literal_);
        } else if (value.is_number()) {
            number(value.number());
        } else if (value.is_boolean()) {
            out_.add(value.boolean() ? "true" : "false");
        } else if (value.is_array()) {
            array(value);
        } else if (value.is_object()) {
            object(value);
        } else {
            out_.add(value.is_function() ? "\"\"" : "null");
        }
    }
    TextBuilder& out() { return out_; }

private:
    void number(double value) {
        if (!std::isfinite(value)) return out_.add("null");
        char digits[24];
        if (is_small_integer(value)) {
            const auto end =
                std::to_chars(digits, digits + sizeof digits, static_cast<std::int64_t>(value));
            return out_.add({digits, static_cast<std::size_t>(end.ptr - digits)});
        }
        const bool rounds =
            precision_ == Precision::fifteen ||
            (precision_ == Precision::fifteen_of_fractions && std::trunc(value) != value);
        literal_.clear();
        append_number_text(literal_, rounds ? round_to_15_digits(value) : value);
        out_.add(literal_);
    }

    void array(const Value& value) {
        const Items items(value);
        if (items.size() == 0) return out_.add("[]");
        enter();
        out_.add("[");
        for (std::size_t i = 0; i < items.size(); ++i) {
            if (i > 0) out_.add(",");
            new_line();
            write(items[i]);
        }
        leave();
        out_.add("]");
    }

    void object(const Value& value) {
        if (member_count(value) == 0) return out_.add("{}");
        enter();
        bool first = true;
        out_.add("{");
        for_each_member(value, [&](const Value& key, const Value& member) {
            if (member.is_undefined()) return;
            if (!std::exchange(first, false)) out_.add(",");
            new_line();
            write(key);
            out_.add(layout_ == Layout::pretty ? ": " : ":");
            write(member);
        });
        leave();
        out_.add("}");
    }

    void enter() {
        if (++depth_ > kMaxDepth) throw stack_overflow();
    }
    void leave() {
        --depth_;
        new_line();
    }
    void new_line() {
        if (layout_ != Layout::pretty) return;
        out_.add("\n");
        for (int i = 0; i < depth_; ++i) out_.add("  ");
    }

    Precision precision_;
    Layout layout_;
    int depth_ = 0;
    std::string literal_;
    TextBuilder out_;
};

/// A value as JSON. Shared parts multiply, so the result counts against the limit as it grows.
class Exporter {
public:
    explicit Exporter(Dialect dialect) : dialect_(dialect) {}

    Json make(const Value& value) {
        heap().tick();
        if (value.is_text()) {
            count(value.text().size());
            return Json(exported(value.text()));
        }
        if (value.is_number()) return number(value.number());
        if (value.is_boolean()) return Json(value.boolean());
        if (value.is_function()) return Json("");
        if (value.kind() == Value::Kind::json_array || value.kind() == Value::Kind::json_object) {
            Json copy = value.json();
            normalize(copy);
            return copy;
        }
        if (value.is_array()) return array(value);
        return value.is_object() ? object(value) : Json(nullptr);
    }

private:
    /// DIFFERS: half a surrogate pair, which only an expression's escape can make, is U+FFFD
    /// outside of the evaluation: UTF-8 has no such thing. docs/differences.md
    static std::string exported(std::string_view text) {
        return has_lone_surrogate(text) ? repaired_utf8(text) : std::string(text);
    }

    Json number(double value) const {
        if (!std::isfinite(value)) {
            // OBSERVED: AWS answers `[1/0]` with ["Infinity"]. docs/observed.md
            return dialect_ == Dialect::aws ? Json(number_text(value)) : Json(nullptr);
        }
        // Whole numbers are integers to JSON, as far as they are exact; -0 is none but to AWS.
        if (std::trunc(value) == value && std::abs(value) <= 9007199254740992.0 &&
            (dialect_ == Dialect::aws || value != 0 || !std::signbit(value))) {
            return Json(static_cast<std::int64_t>(value));
        }
        return Json(value);
    }

    static bool is_exact_integer(const Json& json) {
        constexpr std::int64_t kMax = std::int64_t{1} << 53U;
        if (json.is_number_unsigned()) {
            return json.get<std::uint64_t>() <= static_cast<std::uint64_t>(kMax);
        }
        if (!json.is_number_integer()) return false;
        const auto value = json.get<std::int64_t>();
        return value >= -kMax && value <= kMax;
    }

    /// Makes the numbers of a copy what they would be if it had passed through the evaluation.
    void normalize(Json& json) {
        if (json.is_number()) {
            if (!is_exact_integer(json)) json = number(json.get<double>());
        } else if (json.is_string()) {
            count(json.get_ptr<const Json::string_t*>()->size());
        } else if (json.is_structured()) {
            heap().tick();
            enter(json.size());
            for (Json& element : json) normalize(element);
            --depth_;
        }
    }

    Json array(const Value& value) {
        const Items items(value);
        enter(items.size());
        Json out = Json::array();
        auto& elements = *out.get_ptr<Json::array_t*>();
        elements.reserve(items.size());
        for (std::size_t i = 0; i < items.size(); ++i) elements.push_back(make(items[i]));
        --depth_;
        return out;
    }

    Json object(const Value& value) {
        enter(member_count(value));
        Json out = Json::object();
        auto& members = *out.get_ptr<Json::object_t*>();
        members.reserve(member_count(value));
        for_each_member(value, [&](const Value& key, const Value& member) {
            if (!member.is_undefined()) members.emplace(exported(key.text()), make(member));
        });
        --depth_;
        return out;
    }

    void enter(std::size_t elements) {
        if (++depth_ > kMaxDepth) throw stack_overflow();
        count(8 * elements);
    }
    void count(std::size_t bytes) {
        bytes_ += bytes;
        // What is borrowed, such as the input itself, is not charged to the evaluation: the result
        // may be that large once more.
        if (bytes_ > kMaxBytes) throw memory_exceeded();
    }

    static constexpr std::size_t kMaxBytes = 16U << 20U;
    Dialect dialect_;
    int depth_ = 0;
    std::size_t bytes_ = 0;
};

}  // namespace

void TextBuilder::check(std::size_t more) {
    // Asked for as the text doubles, not with every piece.
    checked_ = 2 * (text_.size() + more);
    heap().check_room(text_.size() + more);
}

Value to_text(const Value& value, Dialect dialect, Layout layout) {
    if (value.is_undefined() || value.is_text()) return value;
    if (value.is_function()) return Value::borrow(std::string_view());
    if (value.is_number() && !std::isfinite(value.number())) {
        fail("D3001", {.value = number_text(value.number())});
    }
    Writer writer(dialect == Dialect::aws ? Writer::Precision::fifteen
                                          : Writer::Precision::fifteen_of_fractions,
                  layout);
    if (value.kind() == Value::Kind::array && value.array()->outer_wrapper) {
        writer.write(value.array()->items[0]);
    } else {
        writer.write(value);
    }
    return writer.out().make();
}

std::string json_text(const Value& value) {
    constexpr std::size_t kMaxBytes = 1000;
    if (value.is_undefined()) return "undefined";
    Writer writer(Writer::Precision::full, Layout::compact);
    writer.write(value);
    std::string text = std::move(writer.out().text());
    if (text.size() > kMaxBytes) {
        std::size_t end = kMaxBytes;
        while ((static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
        text.resize(end);
        text += "…";
    }
    return text;
}

std::optional<Json> to_json(const Value& value, Dialect dialect) {
    if (value.is_undefined()) return std::nullopt;
    if (value.is_function()) {
        throw Failure(Error(std::string(kUnsupportedResult), "The result is a function"));
    }
    // OBSERVED: AWS fails where `1/0` is the whole result. docs/observed.md
    if (dialect == Dialect::aws && value.is_number() && !std::isfinite(value.number()))
        throw Failure(Error(std::string(kUnsupportedResult), "The result is no finite number"));
    return Exporter(dialect).make(value);
}

Value from_json(const Json& json) {
    if (json.is_string()) return make_text(*json.get_ptr<const Json::string_t*>());
    if (json.is_array()) {
        Value array = make_array();
        array.array()->reserve(json.size());
        for (const Json& element : json) array.array()->push(from_json(element));
        return array;
    }
    if (json.is_object()) {
        Value object = make_object();
        object.object()->reserve(json.size());
        for (const auto& [key, value] : *json.get_ptr<const Json::object_t*>()) {
            object.object()->set(make_text(key), from_json(value));
        }
        return object;
    }
    return Value::borrow(json);
}

}  // namespace stepwell::jsonata
