#include "engine/query/jsonata/lexer.hpp"

#include <array>
#include <cmath>
#include <cstdint>
#include <optional>

#include "engine/query/jsonata/failure.hpp"
#include "engine/query/jsonata/number_text.hpp"
#include "engine/query/jsonata/utf16.hpp"

namespace stepwell::jsonata {

namespace {

constexpr std::string_view kBlanks = " \t\n\r\v";
constexpr std::string_view kSymbols = ".[]{}(),@#;:?+-*/%|=<>^&!~";

bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::optional<std::uint32_t> hex_value(std::string_view digits) {
    std::uint32_t value = 0;
    if (digits.size() != 4) return std::nullopt;
    for (const char c : digits) {
        const char lower = static_cast<char>(c | 0x20);
        if (!is_digit(c) && (lower < 'a' || lower > 'f')) return std::nullopt;
        value = value * 16 + static_cast<std::uint32_t>(is_digit(c) ? c - '0' : lower - 'a' + 10);
    }
    return value;
}

/// Appends a UTF-16 unit. The second half of a pair makes one character with the first.
void append_unit(std::string& out, std::uint32_t unit) {
    const bool low = unit >= 0xDC00 && unit < 0xE000;
    if (low && out.size() >= 3 && out[out.size() - 3] == '\xED') {
        const auto second = static_cast<std::uint8_t>(out[out.size() - 2]);
        if (second >= 0xA0 && second < 0xB0) {
            const auto third = static_cast<std::uint8_t>(out.back());
            const std::uint32_t high =
                0xD000U | ((second & 0x3FU) << 6U) | static_cast<std::uint32_t>(third & 0x3FU);
            out.resize(out.size() - 3);
            append_code_point(out, 0x10000U + ((high - 0xD800U) << 10U) + (unit - 0xDC00U));
            return;
        }
    }
    append_code_point(out, unit);
}

}  // namespace

std::size_t Lexer::utf16_of(std::size_t byte) const {
    if (byte < counted_bytes_) return utf16_length(text_.substr(0, byte));
    counted_units_ += utf16_length(text_.substr(counted_bytes_, byte - counted_bytes_));
    counted_bytes_ = byte;
    return counted_units_;
}

void Lexer::skip_blanks() {
    for (;;) {
        while (next_ < text_.size() && kBlanks.find(text_[next_]) != kBlanks.npos) ++next_;
        if (at(next_) != '/' || at(next_ + 1) != '*') return;
        const std::size_t close = text_.find("*/", next_ + 2);
        if (close == text_.npos) {
            fail("S0106", {.position = utf16_of(next_)});
        }
        next_ = close + 2;
    }
}

Token Lexer::next(bool operand) {
    skip_blanks();
    if (next_ >= text_.size()) return {.text = "(end)", .position = length()};
    const char c = text_[next_];
    if (c == '/' && operand) return regex_token();
    static constexpr std::array<std::string_view, 7> kPairs = {
        "..", ":=", "!=", ">=", "<=", "**", "~>"};
    const std::string_view pair = text_.substr(next_, 2);
    for (const std::string_view known : kPairs) {
        if (pair == known) return symbol(2);
    }
    if (defaults_ && (pair == "?:" || pair == "??")) return symbol(2);
    if (kSymbols.find(c) != kSymbols.npos) return symbol(1);
    if (c == '"' || c == '\'') return text_token(c);
    if (is_digit(c)) return number_token();
    if (c == '`') return quoted_name();
    return name_token();
}

Token Lexer::symbol(std::size_t bytes) {
    Token token{.kind = TokenKind::symbol, .text = std::string(text_.substr(next_, bytes))};
    next_ += bytes;
    token.position = utf16_of(next_);
    return token;
}

Token Lexer::text_token(char quote) {
    Token token{.kind = TokenKind::text, .text = {}};
    ++next_;
    while (next_ < text_.size()) {
        const char c = text_[next_];
        if (c == quote) {
            ++next_;
            token.position = utf16_of(next_);
            return token;
        }
        ++next_;
        if (c == '\\') {
            escape(token.text);
        } else {
            token.text += c;
        }
    }
    fail("S0101", {.position = length()});
}

void Lexer::escape(std::string& out) {
    static constexpr std::string_view kLetters = "\"\\/bfnrt";
    static constexpr std::string_view kMeanings = "\"\\/\b\f\n\r\t";
    const char c = at(next_);
    if (next_ < text_.size() && c == 'u') return unicode_escape(out);
    const std::size_t known = kLetters.find(c);
    if (next_ >= text_.size() || known == kLetters.npos) {
        const std::size_t bytes = next_ < text_.size() ? code_point_at(text_, next_).bytes : 0;
        fail("S0103",
             {.position = utf16_of(next_), .token = std::string(text_.substr(next_, bytes))});
    }
    out += kMeanings[known];
    ++next_;
}

void Lexer::unicode_escape(std::string& out) {
    const auto unit = hex_value(text_.substr(next_ + 1, 4));
    if (!unit) fail("S0104", {.position = utf16_of(next_)});
    append_unit(out, *unit);
    next_ += 5;
}

Token Lexer::number_token() {
    const std::size_t start = next_;
    if (at(next_) == '0') {
        ++next_;
    } else {
        while (is_digit(at(next_))) ++next_;
    }
    if (at(next_) == '.' && is_digit(at(next_ + 1))) {
        ++next_;
        while (is_digit(at(next_))) ++next_;
    }
    if (at(next_) == 'e' || at(next_) == 'E') {
        const std::size_t sign = at(next_ + 1) == '+' || at(next_ + 1) == '-' ? 1 : 0;
        if (is_digit(at(next_ + 1 + sign))) {
            next_ += 1 + sign;
            while (is_digit(at(next_))) ++next_;
        }
    }
    const std::string_view digits = text_.substr(start, next_ - start);
    const auto value = parse_decimal(digits);
    if (!value || !std::isfinite(*value)) {
        fail("S0102", {.position = utf16_of(start), .token = std::string(digits)});
    }
    return {.kind = TokenKind::number,
            .text = std::string(digits),
            .number = *value,
            .position = utf16_of(next_)};
}

Token Lexer::quoted_name() {
    const std::size_t close = text_.find('`', next_ + 1);
    if (close == text_.npos) fail("S0105", {.position = length()});
    Token token{.kind = TokenKind::name,
                .text = std::string(text_.substr(next_ + 1, close - next_ - 1))};
    next_ = close + 1;
    token.position = utf16_of(next_);
    return token;
}

Token Lexer::name_token() {
    const std::size_t start = next_;
    while (next_ < text_.size() && kBlanks.find(text_[next_]) == kBlanks.npos &&
           kSymbols.find(text_[next_]) == kSymbols.npos) {
        ++next_;
    }
    const std::string_view name = text_.substr(start, next_ - start);
    Token token{.kind = TokenKind::name, .text = std::string(name), .position = utf16_of(next_)};
    if (name.front() == '$') {
        token.kind = TokenKind::variable;
        token.text.erase(0, 1);
    } else if (name == "and" || name == "or" || name == "in") {
        token.kind = TokenKind::symbol;
    } else if (name == "true" || name == "false" || name == "null") {
        token.kind = TokenKind::constant;
    }
    return token;
}

bool Lexer::closes_regex(int depth) const {
    if (text_[next_] != '/' || depth != 0) return false;
    std::size_t backslashes = 0;
    while (text_[next_ - 1 - backslashes] == '\\') ++backslashes;
    return backslashes % 2 == 0;
}

Token Lexer::regex_token() {
    const std::size_t start = ++next_;
    // A `/` within brackets belongs to the pattern.
    for (int depth = 0; next_ < text_.size(); ++next_) {
        if (closes_regex(depth)) {
            Token token{.kind = TokenKind::regex,
                        .text = std::string(text_.substr(start, next_ - start))};
            if (token.text.empty()) {
                fail("S0301", {.position = utf16_of(next_)});
            }
            ++next_;
            for (; at(next_) == 'i' || at(next_) == 'm'; ++next_) token.flags += text_[next_];
            token.position = utf16_of(next_);
            return token;
        }
        const char c = text_[next_];
        if (text_[next_ - 1] == '\\') continue;
        if (c == '(' || c == '[' || c == '{') ++depth;
        if (c == ')' || c == ']' || c == '}') --depth;
    }
    fail("S0302", {.position = length()});
}

}  // namespace stepwell::jsonata
