#include "integrations/items/json_elements.hpp"

#include <algorithm>
#include <variant>

#include "engine/base/json.hpp"

namespace stepwell::items {

namespace {

constexpr std::string_view kNotIterable = "Attempting to map over non-iterable node.";
constexpr std::size_t kMaxDepth = 512;

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

bool ends_scalar(char c) { return is_space(c) || c == ',' || c == ']' || c == '}' || c == ':'; }

using Skipped = std::monostate;

/// Moves over the tokens of a text that may end anywhere.
class Scanner {
public:
    Scanner(std::string_view text, Rest rest) : text_(text), more_(rest == Rest::more) {}

    std::size_t at() const { return at_; }
    void move_to(std::size_t at) { at_ = at; }
    void take() { ++at_; }

    /// The next character that is no white space, or the text's end.
    std::optional<char> peek() {
        while (at_ < text_.size() && is_space(text_[at_])) ++at_;
        if (at_ == text_.size()) return std::nullopt;
        return text_[at_];
    }

    /// Moves behind the value that begins here, which is not looked at closely.
    Awaited<Skipped> skip_value() {
        std::size_t depth = 0;
        do {
            const auto c = peek();
            if (!c) return ended<Skipped>();
            if (*c == '"') {
                if (!skip_string()) return ended<Skipped>();
            } else if (*c == '[' || *c == '{') {
                if (++depth > kMaxDepth) return FormatError{"is nested too deeply"};
                ++at_;
            } else if (*c == ']' || *c == '}') {
                if (depth == 0) return unexpected(*c);
                --depth;
                ++at_;
            } else if (*c == ',' || *c == ':') {
                if (depth == 0) return unexpected(*c);
                ++at_;
            } else {
                while (at_ < text_.size() && !ends_scalar(text_[at_])) ++at_;
                if (at_ == text_.size() && more_) return std::optional<Skipped>();
            }
        } while (depth > 0);
        return std::optional(Skipped());
    }

    /// The string that begins here, with its quotes; nullopt where the text ends in it.
    std::optional<std::string_view> take_string() {
        const std::size_t begin = at_;
        if (!skip_string()) return std::nullopt;
        return text_.substr(begin, at_ - begin);
    }

    /// What it means that there is no more text.
    template <class T>
    Awaited<T> ended() const {
        if (more_) return std::optional<T>();
        return FormatError{"ends in the middle of a value"};
    }

    static FormatError unexpected(char c) {
        return FormatError{std::string("has a '") + c + "' where a value is expected"};
    }

private:
    bool skip_string() {
        for (std::size_t i = at_ + 1; i < text_.size(); ++i) {
            if (text_[i] == '\\') {
                ++i;
            } else if (text_[i] == '"') {
                at_ = i + 1;
                return true;
            }
        }
        return false;
    }

    std::string_view text_;
    bool more_;
    std::size_t at_ = 0;
};

std::optional<std::string> text_of(std::string_view quoted) {
    const auto parsed = parse_json(quoted);
    if (!parsed || !parsed->is_string()) return std::nullopt;
    return parsed->get<std::string>();
}

/// What a step of the pointer has led to: the value is there, or is not.
enum class Step { there, missing };

/// Moves to the value of the member `name` of the object that begins here.
Awaited<Step> enter_member(Scanner& scanner, const std::string& name) {
    scanner.take();  // {
    for (;;) {
        const auto c = scanner.peek();
        if (!c) return scanner.ended<Step>();
        if (*c == '}') return std::optional(Step::missing);
        if (*c != '"') return Scanner::unexpected(*c);
        const auto key = scanner.take_string();
        if (!key) return scanner.ended<Step>();
        const auto colon = scanner.peek();
        if (!colon) return scanner.ended<Step>();
        if (*colon != ':') return Scanner::unexpected(*colon);
        scanner.take();
        if (text_of(*key) == name) return std::optional(Step::there);
        const std::optional<Skipped> skipped = TRY(scanner.skip_value());
        if (!skipped) return std::optional<Step>();
        if (scanner.peek() == ',') scanner.take();
    }
}

/// Moves to the element `index` of the array that begins here.
Awaited<Step> enter_element(Scanner& scanner, const std::string& index) {
    const bool number =
        !index.empty() && index.size() <= 9 &&
        std::all_of(index.begin(), index.end(), [](char c) { return c >= '0' && c <= '9'; }) &&
        (index.size() == 1 || index.front() != '0');
    if (!number) return std::optional(Step::missing);
    scanner.take();  // [
    for (std::size_t left = std::stoul(index);; --left) {
        const auto c = scanner.peek();
        if (!c) return scanner.ended<Step>();
        if (*c == ']') return std::optional(Step::missing);
        if (left == 0) return std::optional(Step::there);
        const std::optional<Skipped> skipped = TRY(scanner.skip_value());
        if (!skipped) return std::optional<Step>();
        if (scanner.peek() == ',') scanner.take();
    }
}

}  // namespace

Result<std::vector<std::string>, FormatError> parse_json_pointer(std::string_view pointer) {
    std::vector<std::string> tokens;
    if (pointer.empty()) return tokens;
    if (pointer.front() != '/') return FormatError{"is not a JSON Pointer: it begins with no '/'"};
    for (std::size_t i = 0; i < pointer.size(); ++i) {
        const char c = pointer[i];
        if (c == '/') {
            tokens.emplace_back();
        } else if (c != '~') {
            tokens.back() += c;
        } else if (const char code = i + 1 < pointer.size() ? pointer[i + 1] : '\0';
                   code == '0' || code == '1') {
            tokens.back() += code == '0' ? '~' : '/';
            ++i;
        } else {
            return FormatError{"is not a JSON Pointer: '~' stands before neither 0 nor 1"};
        }
    }
    return tokens;
}

Awaited<ArrayStart> find_json_array(std::string_view text, const std::vector<std::string>& pointer,
                                    Rest rest) {
    if (text.size() < 3 && rest == Rest::more) return std::optional<ArrayStart>();
    Scanner scanner(text, rest);
    scanner.move_to(byte_order_mark(text));
    for (const std::string& token : pointer) {
        const auto c = scanner.peek();
        if (!c) return scanner.ended<ArrayStart>();
        if (*c != '{' && *c != '[') return FormatError{std::string(kNotIterable)};
        const std::optional<Step> step =
            TRY(*c == '{' ? enter_member(scanner, token) : enter_element(scanner, token));
        if (!step) return std::optional<ArrayStart>();
        if (*step == Step::missing) return FormatError{std::string(kNotIterable)};
    }
    const auto c = scanner.peek();
    if (!c) return scanner.ended<ArrayStart>();
    if (*c != '[') return FormatError{std::string(kNotIterable)};
    scanner.take();
    const auto first = scanner.peek();
    if (!first) return scanner.ended<ArrayStart>();
    return std::optional(ArrayStart{scanner.at(), *first == ']'});
}

Awaited<JsonElement> cut_json_element(std::string_view text, Rest rest) {
    Scanner scanner(text, rest);
    if (!scanner.peek()) return scanner.ended<JsonElement>();
    const std::size_t begin = scanner.at();
    const std::optional<Skipped> skipped = TRY(scanner.skip_value());
    if (!skipped) return std::optional<JsonElement>();
    const std::string_view value = text.substr(begin, scanner.at() - begin);
    const auto after = scanner.peek();
    if (!after) return scanner.ended<JsonElement>();
    if (*after != ',' && *after != ']') {
        return FormatError{std::string("has a '") + *after + "' where ',' or ']' is expected"};
    }
    scanner.take();
    return std::optional(JsonElement{value, scanner.at(), *after == ']'});
}

std::optional<TextLine> cut_line(std::string_view text, Rest rest) {
    const std::size_t end = text.find('\n');
    if (end == std::string_view::npos) {
        if (rest == Rest::more || text.empty()) return std::nullopt;
        return TextLine{text, text.size()};
    }
    const std::string_view line = text.substr(0, end);
    return TextLine{line.ends_with('\r') ? line.substr(0, line.size() - 1) : line, end + 1};
}

bool is_json_blank(std::string_view text) {
    return std::all_of(text.begin(), text.end(), is_space);
}

std::size_t byte_order_mark(std::string_view text) {
    return text.starts_with("\xEF\xBB\xBF") ? 3 : 0;
}

}  // namespace stepwell::items
