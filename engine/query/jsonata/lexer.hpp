#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace stepwell::jsonata {

enum class TokenKind { end, symbol, name, variable, text, number, constant, regex };

/// One token. `position` is where it ends, in UTF-16 units.
struct Token {
    TokenKind kind = TokenKind::end;
    std::string text;  ///< symbol, name, text; pattern of a regular expression; `true`
    std::string flags = {};
    double number = 0;
    std::size_t position = 0;

    bool is(std::string_view symbol) const { return kind == TokenKind::symbol && text == symbol; }
};

/// Cuts an expression into tokens. Throws Failure: S0101 to S0106, S0301, S0302.
class Lexer {
public:
    /// `defaults`: `?:` and `??` are operators.
    Lexer(std::string_view text, bool defaults) : text_(text), defaults_(defaults) {}

    /// The next token. `operand`: one can begin here, so a `/` opens a regular expression.
    Token next(bool operand);

    std::size_t length() const { return utf16_of(text_.size()); }

private:
    void skip_blanks();
    Token symbol(std::size_t bytes);
    Token text_token(char quote);
    void escape(std::string& out);
    void unicode_escape(std::string& out);
    Token number_token();
    Token quoted_name();
    Token name_token();
    Token regex_token();
    bool closes_regex(int depth) const;

    char at(std::size_t index) const { return index < text_.size() ? text_[index] : '\0'; }
    std::size_t utf16_of(std::size_t byte) const;

    std::string_view text_;
    bool defaults_;
    std::size_t next_ = 0;
    // Positions only grow, so each is counted from the last.
    mutable std::size_t counted_bytes_ = 0;
    mutable std::size_t counted_units_ = 0;
};

}  // namespace stepwell::jsonata
