#include "integrations/aws/names.hpp"

#include <algorithm>
#include <vector>

#include "engine/base/ascii.hpp"

namespace stepwell::aws {
namespace {

bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return is_lower(c) || is_upper(c); }

/// A version stands alone: the `v4` of `TESTv4`, the `V2` of `ApiGatewayV2`.
bool begins_version(std::string_view text, std::size_t at) {
    if ((text[at] != 'v' && text[at] != 'V') || at < 2 || at + 1 >= text.size()) return false;
    if (!is_digit(text[at + 1])) return false;
    const auto differs = [&](char c) { return text[at] == 'v' ? !is_lower(c) : !is_upper(c); };
    return differs(text[at - 1]) && differs(text[at - 2]);
}

/// Whether a word ends before `at`.
bool begins_word(std::string_view text, std::size_t at) {
    const char before = text[at - 1];
    const char here = text[at];
    const bool has_next = at + 1 < text.size();
    const char next = has_next ? text[at + 1] : '\0';
    if (begins_version(text, at)) return true;
    if (is_lower(before) && is_upper(here)) return is_letter(next) || is_digit(next);
    if (is_upper(before) && is_upper(here)) return is_lower(next);  // the end of an acronym
    return is_digit(before) && is_letter(here);
}

std::vector<std::string> words_of(std::string_view text) {
    std::vector<std::string> words;
    bool apart = true;
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (!is_letter(text[at]) && !is_digit(text[at])) {
            apart = true;
            continue;
        }
        if (apart || begins_word(text, at)) words.emplace_back();
        apart = false;
        words.back() += text[at];
    }
    return words;
}

/// Names that Java has for itself: the SDK puts `Value` behind them.
constexpr std::string_view kTakenByJava[] = {
    "abstract",   "assert",   "boolean",   "break",     "byte",         "case",       "catch",
    "char",       "class",    "const",     "continue",  "default",      "do",         "double",
    "else",       "enum",     "equals",    "extends",   "final",        "finally",    "float",
    "for",        "getClass", "goto",      "hashCode",  "if",           "implements", "import",
    "instanceof", "int",      "interface", "long",      "native",       "new",        "notify",
    "notifyAll",  "package",  "private",   "protected", "public",       "return",     "short",
    "static",     "strictfp", "super",     "switch",    "synchronized", "this",       "throw",
    "throws",     "toString", "transient", "try",       "void",         "volatile",   "wait",
    "while"};

/// `DBInstance` → `dbInstance`: all leading capitals but one that begins a word.
std::string uncapitalized(std::string_view name) {
    std::string out(name);
    for (std::size_t at = 0; at < out.size(); ++at) {
        if (at > 0 && (!is_upper(out[at]) || (at + 1 < out.size() && is_lower(out[at + 1])))) break;
        out[at] = ascii_lower(out[at]);
    }
    return out;
}

std::string capitalized(std::string name) {
    if (!name.empty()) name.front() = ascii_upper(name.front());
    return name;
}

}  // namespace

std::string pascal_case(std::string_view text) {
    std::string out;
    for (const std::string& word : words_of(text)) {
        out += capitalized(ascii_lower(word));
    }
    return out;
}

std::string service_prefix(std::string_view service_id) {
    std::string name = pascal_case(service_id);
    for (const std::string_view prefix : {"Amazon", "Aws"}) {
        if (name.starts_with(prefix)) name.erase(0, prefix.size());
    }
    constexpr std::string_view kService = "Service";
    if (name.ends_with(kService)) name.resize(name.size() - kService.size());
    return name;
}

std::string exception_name(std::string_view shape_name) {
    constexpr std::string_view kFault = "Fault";
    constexpr std::string_view kException = "Exception";
    if (shape_name.ends_with(kFault)) shape_name.remove_suffix(kFault.size());
    std::string name = pascal_case(shape_name);
    if (!name.ends_with(kException)) name += kException;
    return name;
}

std::string action_name(std::string_view operation_name) { return uncapitalized(operation_name); }

std::string member_name(std::string_view model_name, Style style) {
    if (style == Style::optimized) return capitalized(std::string(model_name));
    if (model_name == "NULL") return "Nul";  // of DynamoDB's AttributeValue
    std::string name = uncapitalized(model_name);
    if (std::ranges::find(kTakenByJava, name) != std::end(kTakenByJava)) name += "Value";
    return capitalized(std::move(name));
}

const models::Member* find_member(const models::Shape& shape, std::string_view name) {
    for (const models::Member& member : shape.members) {
        if (member.name == name) return &member;
    }
    for (const models::Member& member : shape.members) {
        // Most names differ in more than letter case: no need to make them.
        if (equals_ignoring_case(member.name, name)
                ? member_name(member.name, Style::optimized) == name ||
                      member_name(member.name, Style::sdk) == name
                : (name == "Nul" || name.ends_with("Value")) &&
                      member_name(member.name, Style::sdk) == name)
            return &member;
    }
    return nullptr;
}

}  // namespace stepwell::aws
