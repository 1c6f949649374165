#include "engine/query/jsonata/utf16.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>

namespace stepwell::jsonata {
namespace {

constexpr char32_t kReplacement = 0xFFFD;

unsigned char byte_at(std::string_view text, std::size_t at) {
    return static_cast<unsigned char>(text[at]);
}
bool is_continuation(unsigned char byte) { return (byte & 0xC0U) == 0x80U; }
bool is_surrogate(char32_t value) { return value >= 0xD800 && value <= 0xDFFF; }

/// How a byte ranks among those that begin a code point: U+E000 to U+FFFF (EE, EF) come last.
unsigned utf16_rank(unsigned char lead) {
    return lead == 0xEEU || lead == 0xEFU ? lead + 0x10U : lead;
}

}  // namespace

CodePoint code_point_at(std::string_view text, std::size_t at) {
    const unsigned char lead = byte_at(text, at);
    if (lead < 0x80U) return {lead, 1};
    const std::size_t bytes = lead >= 0xF0U ? 4 : lead >= 0xE0U ? 3 : 2;
    if (lead < 0xC2U || lead > 0xF4U || text.size() - at < bytes) return {kReplacement, 1};
    char32_t value = lead & (0xFFU >> (bytes + 1));
    for (std::size_t i = 1; i < bytes; ++i) {
        const unsigned char next = byte_at(text, at + i);
        if (!is_continuation(next)) return {kReplacement, 1};
        value = value << 6U | (next & 0x3FU);
    }
    const bool overlong = (bytes == 3 && value < 0x800) || (bytes == 4 && value < 0x10000);
    if (overlong || value > 0x10FFFF) return {kReplacement, 1};
    return {value, bytes};
}

void append_code_point(std::string& text, char32_t code_point) {
    const auto put = [&text](char32_t byte) { text.push_back(static_cast<char>(byte)); };
    if (code_point < 0x80) {
        put(code_point);
        return;
    }
    if (code_point < 0x800) {
        put(0xC0 | code_point >> 6U);
    } else {
        if (code_point < 0x10000) {
            put(0xE0 | code_point >> 12U);
        } else {
            put(0xF0 | code_point >> 18U);
            put(0x80 | (code_point >> 12U & 0x3F));
        }
        put(0x80 | (code_point >> 6U & 0x3F));
    }
    put(0x80 | (code_point & 0x3F));
}

std::size_t code_point_count(std::string_view text) {
    return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
        return !is_continuation(static_cast<unsigned char>(c));
    }));
}

std::size_t code_point_offset(std::string_view text, std::size_t index) {
    std::size_t at = 0;
    for (; at < text.size(); ++at) {
        if (is_continuation(byte_at(text, at))) continue;
        if (index == 0) break;
        --index;
    }
    return at;
}

std::string_view code_point_substring(std::string_view text, std::size_t first, std::size_t count) {
    text.remove_prefix(code_point_offset(text, first));
    return text.substr(0, code_point_offset(text, count));
}

std::size_t utf16_length(std::string_view text) {
    std::size_t units = 0;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        units += static_cast<std::size_t>(!is_continuation(byte)) + (byte >= 0xF0U ? 1 : 0);
    }
    return units;
}

std::size_t byte_of_utf16(std::string_view text, std::size_t units) {
    std::size_t at = 0;
    for (; at < text.size(); ++at) {
        const unsigned char byte = byte_at(text, at);
        if (is_continuation(byte)) continue;
        if (units == 0) break;
        units -= std::min<std::size_t>(units, byte >= 0xF0U ? 2 : 1);
    }
    return at;
}

std::strong_ordering compare_utf16_units(std::string_view a, std::string_view b) {
    const auto [in_a, in_b] = std::mismatch(a.begin(), a.end(), b.begin(), b.end());
    if (in_a == a.end() || in_b == b.end()) return a.size() <=> b.size();
    return utf16_rank(static_cast<unsigned char>(*in_a)) <=>
           utf16_rank(static_cast<unsigned char>(*in_b));
}

bool is_js_space(char32_t c) {
    return c == ' ' || (c >= '\t' && c <= '\r') || c == 0xA0 || c == 0x1680 ||
           (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 || c == 0x202F ||
           c == 0x205F || c == 0x3000 || c == 0xFEFF;
}

bool is_decodable(std::string_view text) {
    for (std::size_t at = 0; at < text.size();) {
        std::uint64_t word = 0;
        if (text.size() - at >= sizeof word) {
            std::memcpy(&word, text.data() + at, sizeof word);
            if ((word & 0x8080'8080'8080'8080U) == 0) {  // eight characters of ASCII
                at += sizeof word;
                continue;
            }
        }
        const CodePoint point = code_point_at(text, at);
        if (point.bytes == 1 && point.value == kReplacement) return false;
        at += point.bytes;
    }
    return true;
}

bool has_lone_surrogate(std::string_view text) {
    // Most texts are short and ASCII: then a call of memchr costs more than looking at all of it.
    constexpr std::size_t kShort = 24;
    if (text.size() <= kShort) {
        unsigned char all = 0;
        for (const char c : text) all |= static_cast<unsigned char>(c);
        if (all < 0x80U) return false;
    }
    // U+D800 to U+DFFF are ED A0 80 to ED BF BF.
    for (std::size_t at = text.find('\xED'); at < text.size(); at = text.find('\xED', at + 1)) {
        if (at + 1 < text.size() && byte_at(text, at + 1) >= 0xA0U) return true;
    }
    return false;
}

std::string repaired_utf8(std::string_view bytes) {
    std::string text;
    text.reserve(bytes.size());
    for (std::size_t at = 0; at < bytes.size();) {
        const CodePoint point = code_point_at(bytes, at);
        append_code_point(text, is_surrogate(point.value) ? kReplacement : point.value);
        at += point.bytes;
    }
    return text;
}

}  // namespace stepwell::jsonata
