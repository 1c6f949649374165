#include "engine/base/json_syntax.hpp"

#include <array>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

#include "engine/base/java_text.hpp"

/// AWS parses with Jackson and quotes it, so this is a second scanner with Jackson's order of
/// checks, its words and its idea of where the parser stands (jackson-core 2.10 to 2.15:
/// ReaderBasedJsonParser, ParserMinimalBase, JsonReadContext, ContentReference). It builds no
/// values and runs only on a text that has been refused.
namespace stepwell {
namespace {

/// Jackson shows that much of the text; JsonLocation.MAX_CONTENT_SNIPPET.
constexpr std::size_t kShownUnits = 500;
/// Longest part of an unknown word that is quoted; ParserBase.MAX_ERROR_TOKEN_LENGTH.
constexpr std::size_t kShownToken = 256;
constexpr const char* kAnyValue =
    "(JSON String, Number, Array, Object or token 'null', 'true' or 'false')";

bool digit(int unit) { return unit >= '0' && unit <= '9'; }

/// `'x' (code 120)`; ParserMinimalBase._getCharDesc.
std::string describe(int unit) {
    const auto code = static_cast<unsigned>(unit);
    if (java_control(code)) return "(CTRL-CHAR, code " + std::to_string(unit) + ")";
    std::string text = "'";
    const char16_t single = static_cast<char16_t>(code);
    append_utf8(text, {&single, 1});
    text += "' (code " + std::to_string(unit);
    if (code > 255) text += " / 0x" + java_hex(code);
    return text + ")";
}

enum class Duplicates { allowed, refused };

class JacksonScanner {
public:
    JacksonScanner(const JavaText& text, JsonLimits limits, Duplicates duplicates)
        : text_(text.units), malformed_(text.malformed), limits_(limits), duplicates_(duplicates) {
        scopes_.push_back({Scope::Type::root, 1, 0, 0, {}});
    }

    /// What is wrong, or nullopt if Jackson would take the text.
    std::optional<JsonSyntaxError> scan() {
        while (!error_ && !done_) next_token();
        return std::move(error_);
    }

private:
    static constexpr int kEnd = -1;

    struct Scope {
        enum class Type { root, array, object };
        Type type;
        std::size_t line;
        std::size_t column;
        std::size_t entries;
        std::unordered_set<std::u16string> names;  // only where duplicates are refused

        const char* name() const {
            return type == Type::root ? "root" : type == Type::array ? "Array" : "Object";
        }
    };

    // -- where the parser stands, and how it fails
    // ------------------------------------------------------------

    int peek() const { return at_ < text_.size() ? static_cast<int>(text_[at_]) : kEnd; }
    int take() { return at_ < text_.size() ? static_cast<int>(text_[at_++]) : kEnd; }

    std::string location(std::size_t line, std::size_t column) const {
        std::string out = "[Source: (String)\"";
        std::u16string shown;
        for (const char16_t unit : text_.substr(0, kShownUnits)) {
            if (java_control(unit) && unit != u'\r' && unit != u'\n') {
                std::array<char, 8> escaped{};
                std::snprintf(escaped.data(), escaped.size(), "\\u%04X", unsigned{unit});
                for (const char* c = escaped.data(); *c != 0; ++c)
                    shown.push_back(static_cast<unsigned char>(*c));
            } else {
                shown.push_back(unit);
            }
        }
        append_utf8(out, shown);
        out += '"';
        if (text_.size() > kShownUnits)
            out += "[truncated " + std::to_string(text_.size() - kShownUnits) + " chars]";
        return out + "; line: " + std::to_string(line) + ", column: " + std::to_string(column) +
               "]";
    }
    bool fail_at(std::string message, std::size_t line, std::size_t column) {
        if (!error_) error_ = JsonSyntaxError{std::move(message), location(line, column)};
        return false;
    }
    bool fail(std::string message) {
        return fail_at(std::move(message), line_, at_ - row_start_ + 1);
    }
    bool fail_end(const std::string& where) {
        return fail(malformed_.empty() ? "Unexpected end-of-input" + where : malformed_);
    }
    bool fail_unexpected(int unit, const std::string& comment) {
        if (unit == kEnd) return fail_end(" in a value");
        return fail("Unexpected character (" + describe(unit) + "): " + comment);
    }
    bool fail_number(int unit, const std::string& comment) {
        return fail("Unexpected character (" + describe(unit) + ") in numeric value: " + comment);
    }

    void new_line(int unit) {
        if (unit == '\r' && peek() == '\n') ++at_;
        ++line_;
        row_start_ = at_;
    }

    /// The next unit that is not white space; kEnd at the end or after a failure.
    int skip_space() {
        while (true) {
            const int unit = take();
            if (unit == ' ' || unit == '\t') continue;
            if (unit == '\n' || unit == '\r') {
                new_line(unit);
                continue;
            }
            if (unit != kEnd && unit < ' ') {
                fail("Illegal character (" + describe(unit) +
                     "): only regular white space (\\r, \\n, \\t) is allowed between tokens");
                return kEnd;
            }
            if (unit == '/') {
                fail_unexpected(
                    unit,
                    "maybe a (non-standard) comment? (not recognized as one since Feature "
                    "'ALLOW_COMMENTS' not enabled for parser)");
                return kEnd;
            }
            return unit;
        }
    }

    // -- tokens
    // -----------------------------------------------------------------------------------------------

    bool next_token() {
        int unit = skip_space();
        if (error_) return false;
        Scope& scope = scopes_.back();
        if (unit == kEnd) return end_of_text(scope);
        if (unit == ']' || unit == '}') return close_scope(unit);
        if (scope.type != Scope::Type::root && scope.entries > 0) {
            if (unit != ',') {
                return fail_unexpected(unit, std::string("was expecting comma to separate ") +
                                                 scope.name() + " entries");
            }
            unit = skip_space();
            if (error_) return false;
            if (unit == kEnd)
                return fail_end(std::string(" within/between ") + scope.name() + " entries");
        }
        if (scope.type == Scope::Type::object) {
            if (!member_name(scope, unit)) return false;
            unit = skip_colon();
            if (error_) return false;
        }
        ++scope.entries;
        return value(unit);
    }

    bool end_of_text(const Scope& scope) {
        done_ = true;
        if (!malformed_.empty()) return fail(malformed_);
        if (scope.type != Scope::Type::root) {
            return fail_end(std::string(": expected close marker for ") + scope.name() +
                            " (start marker at " + location(scope.line, scope.column) + ")");
        }
        // Token locations start at column 0 before there is a token.
        if (scope.entries == 0) return fail_at("No content to map due to end-of-input", 1, 0);
        return true;
    }

    bool close_scope(int unit) {
        const Scope& scope = scopes_.back();
        const auto wanted = unit == ']' ? Scope::Type::array : Scope::Type::object;
        if (scope.type != wanted) {
            return fail(std::string("Unexpected close marker '") + static_cast<char>(unit) +
                        "': expected '" + (unit == ']' ? '}' : ']') + "' (for " + scope.name() +
                        " starting at " + location(scope.line, scope.column) + ")");
        }
        scopes_.pop_back();
        return true;
    }

    bool open_scope(Scope::Type type) {
        if (scopes_.size() > limits_.max_depth) {
            return fail("Document nesting depth (" + std::to_string(scopes_.size()) +
                        ") exceeds the maximum allowed (" + std::to_string(limits_.max_depth) +
                        ", from `StreamReadConstraints.getMaxNestingDepth()`)");
        }
        scopes_.push_back({type, line_, at_ - row_start_, 0, {}});
        return true;
    }

    bool member_name(Scope& scope, int unit) {
        if (unit != '"')
            return fail_unexpected(unit, "was expecting double-quote to start field name");
        std::u16string name;
        if (!string(" in field name", "name", duplicates_ == Duplicates::refused ? &name : nullptr))
            return false;
        if (duplicates_ == Duplicates::refused && !scope.names.insert(name).second) {
            std::string message = "Duplicate field '";
            append_utf8(message, name);
            return fail(message + "'");
        }
        return true;
    }

    int skip_colon() {
        int unit = skip_space();
        if (error_) return kEnd;
        if (unit == ':') {
            unit = skip_space();
            if (error_ || unit != kEnd) return unit;
        }
        if (unit == kEnd) {
            fail_end(std::string(" within/between ") + scopes_.back().name() + " entries");
        } else {
            fail_unexpected(unit, "was expecting a colon to separate field name and value");
        }
        return kEnd;
    }

    bool value(int unit) {
        const Scope& scope = scopes_.back();
        const bool trailing = scope.type == Scope::Type::root && scope.entries > 1;
        const std::size_t line = line_;
        const std::size_t column = at_ - row_start_;
        const char* type = "";
        if (!value_token(unit, type)) return false;
        if (!trailing) return true;
        return fail_at(std::string("Trailing token (of type ") + type +
                           ") found after value (bound as "
                           "`com.fasterxml.jackson.databind.JsonNode`): not allowed as per "
                           "`DeserializationFeature.FAIL_ON_TRAILING_TOKENS`",
                       line, column);
    }

    bool value_token(int unit, const char*& type) {
        switch (unit) {
            case '"':
                type = "VALUE_STRING";
                return string(": was expecting closing quote for a string value", "string value",
                              nullptr);
            case '[':
                type = "START_ARRAY";
                return open_scope(Scope::Type::array);
            case '{':
                type = "START_OBJECT";
                return open_scope(Scope::Type::object);
            case '}':
                return fail_unexpected(unit, "expected a value");
            case 't':
                type = "VALUE_TRUE";
                return word(u"true");
            case 'f':
                type = "VALUE_FALSE";
                return word(u"false");
            case 'n':
                type = "VALUE_NULL";
                return word(u"null");
            case 'N':
                return odd_word(u"NaN", "NaN");
            case 'I':
                return odd_word(u"Infinity", "Infinity");
            case '+':
                if (peek() == kEnd) return fail_end(" in a Number value");
                ++at_;
                return fail_number(
                    '+',
                    "JSON spec does not allow numbers to have plus signs: enable "
                    "`JsonReadFeature.ALLOW_LEADING_PLUS_SIGN_FOR_NUMBERS` to allow");
            default:
                break;
        }
        type = "VALUE_NUMBER";
        if (unit == '-' || digit(unit)) return number(unit);
        if (java_identifier_start(static_cast<unsigned>(unit)))
            return fail_word(std::u16string(1, static_cast<char16_t>(unit)));
        return fail_unexpected(unit, std::string("expected a valid value ") + kAnyValue);
    }

    // -- words
    // ------------------------------------------------------------------------------------------------

    /// Quotes what has matched so far and what follows as if it were a Java identifier.
    bool fail_word(std::u16string seen) {
        while (peek() != kEnd && java_identifier_part(static_cast<unsigned>(peek()))) {
            seen.push_back(static_cast<char16_t>(take()));
            if (seen.size() >= kShownToken) {
                seen += u"...";
                break;
            }
        }
        std::string message = "Unrecognized token '";
        append_utf8(message, seen);
        return fail(message + "': was expecting " + kAnyValue);
    }

    bool word(std::u16string_view wanted) {
        for (std::size_t i = 1; i < wanted.size(); ++i) {
            if (peek() != static_cast<int>(wanted[i]))
                return fail_word(std::u16string(wanted.substr(0, i)));
            ++at_;
        }
        const int next = peek();
        if (next >= '0' && next != ']' && next != '}' &&
            java_identifier_part(static_cast<unsigned>(next))) {
            return fail_word(std::u16string(wanted));
        }
        return true;
    }

    bool odd_word(std::u16string_view wanted, const char* name) {
        if (!word(wanted)) return false;
        return fail(std::string("Non-standard token '") + name +
                    "': enable `JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS` to allow");
    }

    // -- numbers
    // ----------------------------------------------------------------------------------------------

    /// Jackson reads a number that another character follows without moving on until it is
    /// complete, so errors in it are placed behind its first character; at the end of the text it
    /// goes along.
    bool number(int first) {
        const std::size_t start = at_ - 1;
        std::size_t ptr = at_;
        if (first == '-') {
            if (ptr >= text_.size()) return fail_end("No digit following minus sign");
            first = static_cast<int>(text_[ptr++]);
            if (!digit(first)) {
                at_ = ptr;
                return fail_number(
                    first, "expected digit (0-9) to follow minus sign, for valid numeric value");
            }
        }
        const auto unit_at = [this](std::size_t i) {
            return i < text_.size() ? static_cast<int>(text_[i]) : kEnd;
        };
        if (first == '0' && digit(unit_at(ptr))) {
            at_ = ptr;
            return fail("Invalid numeric value: Leading zeroes not allowed");
        }
        while (digit(unit_at(ptr))) ++ptr;
        bool fraction = false;
        if (unit_at(ptr) == '.') {
            fraction = true;
            if (!digit(unit_at(++ptr)))
                return fail_in_number(ptr, '.', "Decimal point not followed by a digit");
            while (digit(unit_at(ptr))) ++ptr;
        }
        if (unit_at(ptr) == 'e' || unit_at(ptr) == 'E') {
            fraction = true;
            ++ptr;
            if (unit_at(ptr) == '-' || unit_at(ptr) == '+') ++ptr;
            if (!digit(unit_at(ptr))) {
                if (ptr >= text_.size()) {
                    at_ = ptr;
                    return fail_end("expected a digit for number exponent");
                }
                return fail_in_number(ptr, kEnd, "Exponent indicator not followed by a digit");
            }
            while (digit(unit_at(ptr))) ++ptr;
        }
        at_ = ptr;
        if (scopes_.back().type == Scope::Type::root && !root_space()) return false;
        return !fraction || in_range(start, ptr);
    }

    bool fail_in_number(std::size_t ptr, int at_end, const char* comment) {
        if (ptr < text_.size()) return fail_number(static_cast<int>(text_[ptr]), comment);
        at_ = ptr;
        return malformed_.empty() ? fail_number(at_end, comment) : fail(malformed_);
    }

    bool root_space() {
        const int next = peek();
        if (next == kEnd || next == ' ' || next == '\t' || next == '\n' || next == '\r')
            return true;
        ++at_;
        return fail_unexpected(next, "Expected space separating root-level values");
    }

    /// DIFFERS: Jackson makes infinity of 1e400; our Json has no such number. docs/differences.md
    bool in_range(std::size_t start, std::size_t end) {
        std::string digits;
        append_utf8(digits, text_.substr(start, end - start));
        if (std::isfinite(std::strtod(digits.c_str(), nullptr))) return true;
        return fail("Numeric value (" + digits.substr(0, kShownToken) +
                    ") out of range of `double`");
    }

    // -- strings
    // ----------------------------------------------------------------------------------------------

    /// `at_end` is what is said of a missing quote, `kind` what an unescaped control character
    /// stands in.
    bool string(const char* at_end, const char* kind, std::u16string* content) {
        unsigned open = 0;  // first half of a surrogate pair, escaped
        while (true) {
            int unit = take();
            bool escaped = false;
            if (unit == kEnd) return fail_end(at_end);
            if (unit == '\\') {
                unit = escape();
                escaped = true;
                if (error_) return false;
            } else if (unit == '"' && open == 0) {
                return true;
            } else if (unit < ' ') {
                return fail("Illegal unquoted character (" + describe(unit) +
                            "): has to be escaped using backslash to be included in " + kind);
            }
            // DIFFERS: Jackson keeps half a surrogate pair; in UTF-8 there is no such thing.
            // docs/differences.md
            const auto code = static_cast<unsigned>(unit);
            const bool second = escaped && low_surrogate(code);
            if (open != 0 && !second)
                return fail("Unmatched first part of surrogate pair (0x" + java_hex(open) + ")");
            if (open == 0 && second)
                return fail("Unmatched second part of surrogate pair (0x" + java_hex(code) + ")");
            open = escaped && high_surrogate(code) ? code : 0;
            if (content != nullptr) content->push_back(static_cast<char16_t>(unit));
        }
    }

    int escape() {
        const int unit = take();
        switch (unit) {
            case kEnd:
                fail_end(" in character escape sequence");
                return kEnd;
            case 'b':
                return '\b';
            case 't':
                return '\t';
            case 'n':
                return '\n';
            case 'f':
                return '\f';
            case 'r':
                return '\r';
            case '"':
            case '/':
            case '\\':
                return unit;
            case 'u':
                return hex_escape();
            default:
                fail("Unrecognized character escape " + describe(unit));
                return kEnd;
        }
    }

    int hex_escape() {
        int code = 0;
        for (int i = 0; i < 4; ++i) {
            const int unit = take();
            if (unit == kEnd) {
                fail_end(" in character escape sequence");
                return kEnd;
            }
            const int lower = unit | 0x20;
            if (digit(unit)) {
                code = code * 16 + (unit - '0');
            } else if (unit < 0x80 && lower >= 'a' && lower <= 'f') {
                code = code * 16 + (lower - 'a' + 10);
            } else {
                fail_unexpected(unit, "expected a hex-digit for character escape sequence");
                return kEnd;
            }
        }
        return code;
    }

    std::u16string_view text_;
    std::string malformed_;
    JsonLimits limits_;
    Duplicates duplicates_;
    std::vector<Scope> scopes_;
    std::size_t at_ = 0;
    std::size_t line_ = 1;
    std::size_t row_start_ = 0;
    bool done_ = false;
    std::optional<JsonSyntaxError> error_;
};

}  // namespace

JsonSyntaxError describe_json_syntax_error(std::string_view text, JsonLimits limits) {
    if (text.size() > limits.max_bytes) {
        return {"Document length (" + std::to_string(text.size()) +
                    ") exceeds the maximum allowed (" + std::to_string(limits.max_bytes) +
                    ", from `StreamReadConstraints.getMaxDocumentLength()`)",
                "[Source: (String); line: 1, column: 1]"};
    }
    const JavaText decoded = to_java(text);
    auto error = JacksonScanner(decoded, limits, Duplicates::allowed).scan();
    // The two parsers disagree: say so rather than nothing.
    if (!error) return {"The text is not valid JSON", "[Source: (String); line: 1, column: 1]"};
    return *std::move(error);
}

std::size_t utf16_length(std::string_view text) {
    std::size_t units = 0;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if ((byte & 0xC0U) != 0x80) units += byte >= 0xF0 ? 2 : 1;
    }
    return units;
}

std::optional<JsonSyntaxError> describe_duplicate_key(std::string_view text, JsonLimits limits) {
    const JavaText decoded = to_java(text);
    return JacksonScanner(decoded, limits, Duplicates::refused).scan();
}

}  // namespace stepwell
