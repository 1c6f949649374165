#include "engine/query/jsonata/unicode_case.hpp"

#include <algorithm>
#include <iterator>
#include <span>

#include "engine/query/jsonata/unicode_case_tables.hpp"
#include "engine/query/jsonata/utf16.hpp"

namespace stepwell::jsonata {

namespace {

char32_t mapped(char32_t c, std::span<const CaseRange> ranges) {
    const auto after = std::upper_bound(
        ranges.begin(), ranges.end(), c,
        [](char32_t value, const CaseRange& range) { return value < range.first; });
    if (after == ranges.begin()) return c;
    // Ranges of every second character interlace with at most one other.
    for (auto range = std::prev(after);; --range) {
        if (c <= range->last && (c - range->first) % range->stride == 0) {
            return static_cast<char32_t>(static_cast<std::int32_t>(c) + range->delta);
        }
        if (range == ranges.begin() || std::prev(after) - range >= 2) return c;
    }
}

void append_mapped(std::string& out, char32_t c, std::span<const CaseRange> ranges,
                   std::span<const CaseExpansion> expansions) {
    const auto found = std::lower_bound(
        expansions.begin(), expansions.end(), c,
        [](const CaseExpansion& e, char32_t value) { return e.character < value; });
    if (found != expansions.end() && found->character == c) {
        out += found->text;
    } else {
        append_code_point(out, mapped(c, ranges));
    }
}

bool is_cased(char32_t c) { return mapped(c, kToUpper) != c || mapped(c, kToLower) != c; }

/// Characters that stand within a word without being letters; the common ones of Case_Ignorable.
bool is_case_ignorable(char32_t c) {
    return c == '\'' || c == '.' || c == ':' || c == '^' || c == '`' || c == 0xAD || c == 0xB7 ||
           c == 0x2019 || (c >= 0x300 && c <= 0x36F);
}

/// SpecialCasing.txt, Final_Sigma: a cased letter stands before, none behind.
bool is_final_sigma(std::string_view text, std::size_t at, std::size_t bytes) {
    bool before = false;
    for (std::size_t i = 0; i < at;) {
        const CodePoint c = code_point_at(text, i);
        if (!is_case_ignorable(c.value)) before = is_cased(c.value);
        i += c.bytes;
    }
    for (std::size_t i = at + bytes; before && i < text.size();) {
        const CodePoint c = code_point_at(text, i);
        if (!is_case_ignorable(c.value)) return !is_cased(c.value);
        i += c.bytes;
    }
    return before;
}

}  // namespace

std::string to_lower_case(std::string_view text) {
    constexpr char32_t kSigma = 0x3A3;
    constexpr char32_t kFinalSigma = 0x3C2;
    // A word is short: what lies further away does not decide.
    constexpr std::size_t kWindow = 256;
    std::string out;
    out.reserve(text.size());
    for (std::size_t at = 0; at < text.size();) {
        const CodePoint c = code_point_at(text, at);
        if (c.value < 0x80) {
            const bool is_upper = c.value >= 'A' && c.value <= 'Z';
            out += static_cast<char>(is_upper ? c.value + 32 : c.value);
        } else if (c.value == kSigma) {
            const std::size_t start = at < kWindow ? 0 : at - kWindow;
            const std::string_view around = text.substr(start, at - start + kWindow);
            const bool is_final = is_final_sigma(around, at - start, c.bytes);
            append_code_point(out, is_final ? kFinalSigma : mapped(c.value, kToLower));
        } else {
            append_mapped(out, c.value, kToLower, kToLowerExpansions);
        }
        at += c.bytes;
    }
    return out;
}

std::string to_upper_case(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t at = 0; at < text.size();) {
        const CodePoint c = code_point_at(text, at);
        if (c.value < 0x80) {
            const bool is_lower = c.value >= 'a' && c.value <= 'z';
            out += static_cast<char>(is_lower ? c.value - 32 : c.value);
        } else {
            append_mapped(out, c.value, kToUpper, kToUpperExpansions);
        }
        at += c.bytes;
    }
    return out;
}

}  // namespace stepwell::jsonata
