#include "engine/asl/text_positions.hpp"

#include <charconv>
#include <optional>

namespace stepwell::asl {
namespace {

bool continues_character(char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; }

/// A recursive scanner that keeps count of lines and columns. Checks nothing that parse_json has
/// checked; it only never reads behind the end or deeper than the limit.
class Scanner {
public:
    Scanner(std::string_view text, std::size_t max_depth) : text_(text), max_depth_(max_depth) {}

    void value(PlacedValue& out, std::size_t depth) {
        skip_blanks();
        switch (peek()) {
            case '{':
                return container(out, '}', depth);
            case '[':
                out.array = true;
                return container(out, ']', depth);
            case '"':
                string();
                return;
            default:
                while (at_ < text_.size() && !ends_scalar(text_[at_])) step();
        }
    }
    void skip_blanks() {
        while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t' ||
                                      text_[at_] == '\r' || text_[at_] == '\n')) {
            step();
        }
    }
    TextPosition here() const { return here_; }

private:
    static bool ends_scalar(char c) {
        return c == ',' || c == '}' || c == ']' || c == ' ' || c == '\t' || c == '\r' || c == '\n';
    }
    char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
    void step() {
        if (at_ >= text_.size()) return;
        const char c = text_[at_++];
        if (c == '\n') {
            ++here_.line;
            here_.column = 1;
        } else if (!continues_character(c)) {
            ++here_.column;
        }
    }

    /// A string literal, quotes included.
    std::string_view string() {
        const std::size_t begin = at_;
        step();
        while (at_ < text_.size() && text_[at_] != '"') {
            if (text_[at_] == '\\') step();
            step();
        }
        step();
        return text_.substr(begin, at_ - begin);
    }
    static std::string decoded(std::string_view literal) {
        if (literal.size() < 2) return {};
        if (literal.find('\\') == std::string_view::npos)
            return std::string(literal.substr(1, literal.size() - 2));
        const auto value = parse_json(literal);
        return value && value->is_string() ? value->get<std::string>() : std::string();
    }

    void container(PlacedValue& out, char end, std::size_t depth) {
        if (depth >= max_depth_) {
            at_ = text_.size();
            return;
        }
        step();
        skip_blanks();
        while (at_ < text_.size() && peek() != end) {
            const std::size_t before = at_;
            PlacedValue child;
            child.position = here_;
            if (end == '}') {
                if (peek() == '"') child.key = decoded(string());
                skip_blanks();
                if (peek() == ':') step();
            }
            value(child, depth + 1);
            out.children.push_back(std::move(child));
            skip_blanks();
            if (peek() == ',') step();
            skip_blanks();
            if (at_ == before) step();
        }
        step();
    }

    std::string_view text_;
    std::size_t max_depth_;
    std::size_t at_ = 0;
    TextPosition here_;
};

/// The number behind `name` in `text`, or nullopt.
std::optional<std::size_t> number_behind(std::string_view text, std::string_view name) {
    const std::size_t found = text.rfind(name);
    if (found == std::string_view::npos) return std::nullopt;
    const char* begin = text.data() + found + name.size();
    std::size_t value = 0;
    const auto [stopped, ec] = std::from_chars(begin, text.data() + text.size(), value);
    return ec == std::errc() && stopped != begin ? std::optional(value) : std::nullopt;
}

/// `[12]` at the front of `rest`, which is cut off.
std::optional<std::size_t> take_index(std::string_view& rest) {
    if (!rest.starts_with('[')) return std::nullopt;
    std::size_t index = 0;
    const auto [stopped, ec] = std::from_chars(rest.data() + 1, rest.data() + rest.size(), index);
    if (ec != std::errc() || stopped == rest.data() + rest.size() || *stopped != ']')
        return std::nullopt;
    rest.remove_prefix(static_cast<std::size_t>(stopped - rest.data()) + 1);
    return index;
}

/// The deepest value that `rest`, the steps below `value`, leads to. A key may hold '/' and '[', so
/// each member that the text fits is tried, and the one that takes most of it wins.
struct Reached {
    const PlacedValue* value;
    std::size_t left;  ///< of the location's text
};
Reached descend(const PlacedValue& value, std::string_view rest) {
    Reached best{&value, rest.size()};
    const auto consider = [&](const Reached& reached) {
        if (reached.left < best.left) best = reached;
    };
    if (value.array) {
        const auto index = take_index(rest);
        if (index && *index < value.children.size())
            consider(descend(value.children[*index], rest));
    } else if (rest.starts_with('/')) {
        for (const PlacedValue& child : value.children) {
            const std::string_view behind = rest.substr(1);
            if (!behind.starts_with(child.key)) continue;
            const std::string_view below = behind.substr(child.key.size());
            if (below.empty() || below.front() == '/' || below.front() == '[')
                consider(descend(child, below));
        }
    }
    return best;
}

}  // namespace

PlacedValue place_json(std::string_view text, JsonLimits limits) {
    Scanner scanner(text.substr(0, limits.max_bytes), limits.max_depth);
    scanner.skip_blanks();
    PlacedValue document;
    document.position = scanner.here();
    scanner.value(document, 0);
    return document;
}

TextPosition find_location(const PlacedValue& document, std::string_view location) {
    if (location.starts_with("[Source: ")) {
        return {number_behind(location, "; line: ").value_or(1),
                number_behind(location, ", column: ").value_or(1)};
    }
    if (location.empty() || location == "/") return document.position;
    return descend(document, location).value->position;
}

}  // namespace stepwell::asl
