#include "engine/query/jsonata/regex_syntax.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>
#include <vector>

#include "engine/query/jsonata/utf16.hpp"

namespace stepwell::jsonata {
namespace {

/// PCRE2's largest count of a repetition.
constexpr unsigned long kMaxRepeat = 65535;

// The contents of classes. \d and \w are ASCII in both; PCRE2's \s is too, JavaScript's is not.
constexpr std::string_view kSpaces =
    "\\x{9}-\\x{d}\\x{20}\\x{a0}\\x{1680}\\x{2000}-\\x{200a}\\x{2028}\\x{2029}\\x{202f}\\x{205f}"
    "\\x{3000}\\x{feff}";
constexpr std::string_view kNoSpaces =
    "\\x{0}-\\x{8}\\x{e}-\\x{1f}\\x{21}-\\x{9f}\\x{a1}-\\x{167f}\\x{1681}-\\x{1fff}\\x{200b}-"
    "\\x{2027}\\x{202a}-\\x{202e}\\x{2030}-\\x{205e}\\x{2060}-\\x{2fff}\\x{3001}-\\x{fefe}"
    "\\x{ff00}-\\x{10ffff}";
constexpr std::string_view kNoLineEnd = "[^\\n\\r\\x{2028}\\x{2029}]";

bool is_decimal(char c) { return c >= '0' && c <= '9'; }
bool is_octal(char c) { return c >= '0' && c <= '7'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

void append_hex(std::string& out, char32_t point) {
    char text[12];
    const auto end =
        std::to_chars(text, text + sizeof text, static_cast<std::uint32_t>(point), 16).ptr;
    out += "\\x{";
    out.append(text, end);
    out += '}';
}

void append_literal(std::string& out, char32_t point) {
    if (point < 0x80 &&
        (is_decimal(static_cast<char>(point)) || is_letter(static_cast<char>(point)))) {
        out += static_cast<char>(point);
    } else if (point > 0x20 && point < 0x7F) {
        out += '\\';
        out += static_cast<char>(point);
    } else {
        append_hex(out, point);
    }
}

using Failure = RegexSyntaxError;

struct Groups {
    std::size_t count = 0;
    std::vector<std::pair<std::string_view, std::size_t>> names;
};

/// Numbers and names of the groups, which references may precede.
Groups find_groups(std::string_view pattern) {
    Groups groups;
    bool in_class = false;
    for (std::size_t at = 0; at < pattern.size(); ++at) {
        const char c = pattern[at];
        if (c == '\\') {
            ++at;
        } else if (in_class) {
            in_class = c != ']';
        } else if (c == '[') {
            in_class = true;
        } else if (c == '(') {
            const std::string_view rest = pattern.substr(at + 1);
            const bool named =
                rest.starts_with("?<") && !rest.starts_with("?<=") && !rest.starts_with("?<!");
            if (rest.starts_with('?') && !named) continue;
            ++groups.count;
            if (named) groups.names.emplace_back(rest.substr(2, rest.find('>') - 2), groups.count);
        }
    }
    return groups;
}

class Translator {
public:
    Translator(std::string_view pattern, bool multiline)
        : pattern_(pattern), multiline_(multiline), groups_(find_groups(pattern)) {}

    Result<PcrePattern, Failure> run() {
        while (at_ < pattern_.size()) {
            if (auto failure = term()) return *std::move(failure);
        }
        if (!open_.empty()) return Failure{"Unterminated group"};
        return PcrePattern{std::move(out_), groups_.count};
    }

private:
    using Outcome = std::optional<Failure>;
    enum class Quantifiable { no, yes };

    char peek(std::size_t ahead = 0) const {
        return at_ + ahead < pattern_.size() ? pattern_[at_ + ahead] : '\0';
    }
    bool starts_with(std::string_view text) const { return pattern_.substr(at_).starts_with(text); }
    bool take(std::string_view text) {
        if (!starts_with(text)) return false;
        at_ += text.size();
        return true;
    }
    void emit(std::string_view text, Quantifiable quantifiable) {
        out_ += text;
        quantifiable_ = quantifiable == Quantifiable::yes;
    }
    void emit_literal(char32_t point) {
        append_literal(out_, point);
        quantifiable_ = true;
    }
    char32_t take_code_point() {
        const CodePoint point = code_point_at(pattern_, at_);
        at_ += point.bytes;
        return point.value;
    }

    Outcome term() {
        switch (peek()) {
            case '^':
                ++at_;
                emit(multiline_ ? "(?<!" + std::string(kNoLineEnd) + ")" : "\\A", Quantifiable::no);
                return std::nullopt;
            case '$':
                ++at_;
                emit(multiline_ ? "(?!" + std::string(kNoLineEnd) + ")" : "\\z", Quantifiable::no);
                return std::nullopt;
            case '|':
                ++at_;
                emit("|", Quantifiable::no);
                return std::nullopt;
            case '.':
                ++at_;
                emit(kNoLineEnd, Quantifiable::yes);
                return std::nullopt;
            case '(':
                return open_group();
            case ')':
                return close_group();
            case '[':
                return character_class();
            case '\\':
                return escape();
            case '*':
            case '+':
            case '?':
                return quantifier();
            case '{':
                if (is_counted_repeat()) return quantifier();
                [[fallthrough]];
            default:
                emit_literal(take_code_point());
                return std::nullopt;
        }
    }

    // --- groups ---

    Outcome open_group() {
        // PCRE2 compiles by recursion; deeper ones it would refuse itself.
        if (open_.size() >= 200) return Failure{"Regular expression too large"};
        ++at_;
        if (take("?:")) return open("(?:", Quantifiable::yes);
        if (take("?=")) return open("(?=", Quantifiable::yes);
        if (take("?!")) return open("(?!", Quantifiable::yes);
        if (take("?<=")) return open("(?<=", Quantifiable::no);
        if (take("?<!")) return open("(?<!", Quantifiable::no);
        if (take("?<")) {
            const std::size_t end = pattern_.find('>', at_);
            const std::string_view name =
                end == std::string_view::npos ? "" : pattern_.substr(at_, end - at_);
            if (!is_group_name(name)) return Failure{"Invalid capture group name"};
            const auto same = [name](const auto& known) { return known.first == name; };
            if (std::count_if(groups_.names.begin(), groups_.names.end(), same) > 1)
                return Failure{"Duplicate capture group name"};
            at_ = end + 1;
        } else if (peek() == '?') {
            return Failure{"Invalid group"};
        }
        return open("(", Quantifiable::yes);
    }
    Outcome open(std::string_view text, Quantifiable whole) {
        open_.push_back(whole);
        emit(text, Quantifiable::no);
        return std::nullopt;
    }
    Outcome close_group() {
        if (open_.empty()) return Failure{"Unmatched ')'"};
        ++at_;
        emit(")", open_.back());
        open_.pop_back();
        return std::nullopt;
    }
    static bool is_group_name(std::string_view name) {
        const auto fits = [](char c) {
            return is_letter(c) || is_decimal(c) || c == '_' || c == '$' ||
                   static_cast<unsigned char>(c) >= 0x80U;
        };
        return !name.empty() && !is_decimal(name[0]) && std::all_of(name.begin(), name.end(), fits);
    }

    // --- repetitions ---

    struct Repeat {
        std::string_view least;
        std::optional<std::string_view> most;  ///< empty: no bound; nullopt: as `least`
        std::size_t length = 0;
    };

    /// `{2}`, `{2,}`, `{2,3}` at the current place; anything else that begins with `{` is text.
    std::optional<Repeat> counted_repeat() const {
        const auto digits_from = [this](std::size_t from) {
            std::size_t end = from;
            while (end < pattern_.size() && is_decimal(pattern_[end])) ++end;
            return pattern_.substr(from, end - from);
        };
        Repeat repeat;
        repeat.least = digits_from(at_ + 1);
        if (repeat.least.empty()) return std::nullopt;
        std::size_t end = at_ + 1 + repeat.least.size();
        if (end < pattern_.size() && pattern_[end] == ',') {
            repeat.most = digits_from(end + 1);
            end += 1 + repeat.most->size();
        }
        if (end >= pattern_.size() || pattern_[end] != '}') return std::nullopt;
        repeat.length = end + 1 - at_;
        return repeat;
    }
    bool is_counted_repeat() const { return counted_repeat().has_value(); }

    static unsigned long number(std::string_view digits) {
        unsigned long value = 0;
        const auto error = std::from_chars(digits.data(), digits.data() + digits.size(), value).ec;
        return error == std::errc() ? value : static_cast<unsigned long>(-1);
    }

    Outcome quantifier() {
        if (!quantifiable_) return Failure{"Nothing to repeat"};
        std::string text(1, peek());
        if (peek() == '{') {
            const Repeat repeat = *counted_repeat();
            const unsigned long least = number(repeat.least);
            if (least > kMaxRepeat) return Failure{"Regular expression too large"};
            text += std::to_string(least);
            if (repeat.most) {
                const unsigned long most = number(*repeat.most);
                if (!repeat.most->empty() && most < least)
                    return Failure{"numbers out of order in {} quantifier"};
                text += ',';
                if (!repeat.most->empty() && most <= kMaxRepeat) text += std::to_string(most);
            }
            text += '}';
            at_ += repeat.length;
        } else {
            ++at_;
        }
        if (take("?")) text += '?';
        emit(text, Quantifiable::no);
        return std::nullopt;
    }

    // --- escapes ---

    std::optional<char32_t> hex_digits(std::size_t from, std::size_t count) const {
        if (from + count > pattern_.size()) return std::nullopt;
        std::uint32_t value = 0;
        const char* begin = pattern_.data() + from;
        const auto [end, error] = std::from_chars(begin, begin + count, value, 16);
        if (error != std::errc() || end != begin + count) return std::nullopt;
        return value;
    }

    /// What stands after `\x` and `\u`; those letters themselves if it is no number.
    char32_t hex_escape(char letter) {
        const std::size_t count = letter == 'x' ? 2 : 4;
        const auto value = hex_digits(at_, count);
        if (!value) return static_cast<unsigned char>(letter);
        at_ += count;
        if (*value < 0xD800 || *value > 0xDBFF || !starts_with("\\u")) return *value;
        const auto low = hex_digits(at_ + 2, 4);
        if (!low || *low < 0xDC00 || *low > 0xDFFF) return *value;
        at_ += 6;
        return 0x10000 + ((*value - 0xD800) << 10U) + (*low - 0xDC00);
    }

    /// Up to three octal digits, at most \377.
    char32_t octal_escape() {
        char32_t value = 0;
        for (int i = 0; i < 3 && is_octal(peek()) && value * 8 <= 0377; ++i)
            value = value * 8 + static_cast<char32_t>(pattern_[at_++] - '0');
        return value;
    }

    /// The character that an escape stands for; `\` has been taken.
    char32_t character_escape(bool in_class) {
        const char c = peek();
        if (is_octal(c)) return octal_escape();
        const bool control =
            is_letter(peek(1)) || (in_class && (is_decimal(peek(1)) || peek(1) == '_'));
        if (c == 'c' && !control) return U'\\';  // and the c is text
        const char32_t point = take_code_point();
        switch (point) {
            case U'f':
                return U'\f';
            case U'n':
                return U'\n';
            case U'r':
                return U'\r';
            case U't':
                return U'\t';
            case U'v':
                return U'\v';
            case U'c':
                return static_cast<char32_t>(pattern_[at_++] & 0x1F);
            case U'x':
                return hex_escape('x');
            case U'u':
                return hex_escape('u');
            default:
                return point;
        }
    }

    Outcome escape() {
        ++at_;
        if (at_ >= pattern_.size()) return Failure{"\\ at end of pattern"};
        const char c = peek();
        switch (c) {
            case 'b':
            case 'B':
                ++at_;
                emit(c == 'b' ? "\\b" : "\\B", Quantifiable::no);
                return std::nullopt;
            case 'd':
            case 'D':
            case 'w':
            case 'W':
                ++at_;
                emit(std::string{'\\', c}, Quantifiable::yes);
                return std::nullopt;
            case 's':
            case 'S':
                ++at_;
                emit((c == 's' ? "[" : "[^") + std::string(kSpaces) + "]", Quantifiable::yes);
                return std::nullopt;
            case 'k':
                if (!groups_.names.empty()) return named_reference();
                break;
            default:
                break;
        }
        if (c >= '1' && c <= '9' && reference()) return std::nullopt;
        emit_literal(character_escape(false));
        return std::nullopt;
    }

    /// `\12` if there are as many groups.
    bool reference() {
        std::size_t end = at_;
        while (end < pattern_.size() && is_decimal(pattern_[end])) ++end;
        const unsigned long group = number(pattern_.substr(at_, end - at_));
        if (group > groups_.count) return false;
        at_ = end;
        emit_reference(group);
        return true;
    }

    /// In a group of its own: 10.42's machine code does not match a repeated reference to a group
    /// that has matched nothing.
    void emit_reference(std::size_t group) {
        emit("(?:\\g{" + std::to_string(group) + "})", Quantifiable::yes);
    }

    Outcome named_reference() {
        ++at_;
        const std::size_t end = take("<") ? pattern_.find('>', at_) : std::string_view::npos;
        if (end == std::string_view::npos) return Failure{"Invalid named reference"};
        const std::string_view name = pattern_.substr(at_, end - at_);
        const auto found = std::find_if(groups_.names.begin(), groups_.names.end(),
                                        [name](const auto& known) { return known.first == name; });
        if (found == groups_.names.end()) return Failure{"Invalid named capture referenced"};
        at_ = end + 1;
        emit_reference(found->second);
        return std::nullopt;
    }

    // --- classes ---

    /// A member of a class: a character, or the contents of another class.
    struct Member {
        char32_t point = 0;
        std::string_view contents = {};
    };

    Result<Member, Failure> class_member() {
        if (peek() != '\\') return Member{take_code_point()};
        ++at_;
        if (at_ >= pattern_.size()) return Failure{"\\ at end of pattern"};
        const auto contents = [this](std::string_view text) {
            ++at_;
            return Member{0, text};
        };
        switch (peek()) {
            case 'd':
                return contents("\\d");
            case 'D':
                return contents("\\D");
            case 'w':
                return contents("\\w");
            case 'W':
                return contents("\\W");
            case 's':
                return contents(kSpaces);
            case 'S':
                return contents(kNoSpaces);
            case 'b':
                ++at_;
                return Member{U'\b'};
            default:
                return Member{character_escape(true)};
        }
    }

    void emit_member(const Member& member) {
        if (member.contents.empty()) {
            append_hex(out_, member.point);
        } else {
            out_ += member.contents;
        }
    }

    void emit_range(char32_t first, char32_t last) {
        append_hex(out_, first);
        out_ += '-';
        append_hex(out_, last);
        // To JavaScript such a range contains both halves of all the characters beyond.
        if (first < 0xD800 && last >= 0xDFFF && last <= 0xFFFF) out_ += "\\x{10000}-\\x{10ffff}";
    }

    Outcome character_class() {
        ++at_;
        const bool negated = take("^");
        if (take("]")) {
            emit(negated ? "[\\x{0}-\\x{10ffff}]" : "(?!)", Quantifiable::yes);
            return std::nullopt;
        }
        out_ += negated ? "[^" : "[";
        while (at_ < pattern_.size() && peek() != ']') {
            const Member first = TRY(class_member());
            if (peek() != '-' || peek(1) == ']' || at_ + 1 >= pattern_.size()) {
                emit_member(first);
                continue;
            }
            ++at_;
            const Member last = TRY(class_member());
            if (first.contents.empty() && last.contents.empty()) {
                if (first.point > last.point)
                    return Failure{"Range out of order in character class"};
                emit_range(first.point, last.point);
            } else {
                emit_member(first);
                emit_member(Member{U'-'});
                emit_member(last);
            }
        }
        if (!take("]")) return Failure{"Unterminated character class"};
        emit("]", Quantifiable::yes);
        return std::nullopt;
    }

    std::string_view pattern_;
    bool multiline_;
    Groups groups_;
    std::size_t at_ = 0;
    std::string out_;
    std::vector<Quantifiable> open_;
    bool quantifiable_ = false;  ///< whether what has been emitted last may be repeated
};

}  // namespace

Result<PcrePattern, RegexSyntaxError> translate_regex(std::string_view pattern, bool multiline) {
    return Translator(pattern, multiline).run();
}

}  // namespace stepwell::jsonata
