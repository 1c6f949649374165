#include "engine/base/java_text.hpp"

#include <array>
#include <cstdio>

namespace stepwell {

std::string java_hex(unsigned value) {
    std::array<char, 12> buffer{};
    std::snprintf(buffer.data(), buffer.size(), "%x", value);
    return buffer.data();
}

JavaText to_java(std::string_view text) {
    JavaText out;
    out.units.reserve(text.size());
    for (std::size_t i = 0; i < text.size();) {
        const auto first = static_cast<unsigned char>(text[i]);
        if (first < 0x80) {
            out.units.push_back(first);
            ++i;
            continue;
        }
        const std::size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
        if (first < 0xC2 || first > 0xF4) {
            out.malformed = "Invalid UTF-8 start byte 0x" + java_hex(first);
            return out;
        }
        unsigned code = first & (0xFFU >> (length + 1));
        for (std::size_t k = 1; k < length; ++k) {
            const unsigned next = i + k < text.size() ? static_cast<unsigned char>(text[i + k]) : 0;
            if ((next & 0xC0U) != 0x80) {
                out.malformed = "Invalid UTF-8 middle byte 0x" + java_hex(next);
                return out;
            }
            code = code << 6U | (next & 0x3FU);
        }
        constexpr std::array<unsigned, 5> kLeast{0, 0, 0x80, 0x800, 0x10000};
        if (code < kLeast.at(length) || code > 0x10FFFF || high_surrogate(code) ||
            low_surrogate(code)) {
            out.malformed = "Invalid UTF-8 start byte 0x" + java_hex(first);
            return out;
        }
        if (code >= 0x10000) {
            out.units.push_back(static_cast<char16_t>(0xD800 + ((code - 0x10000) >> 10U)));
            out.units.push_back(static_cast<char16_t>(0xDC00 + ((code - 0x10000) & 0x3FFU)));
        } else {
            out.units.push_back(static_cast<char16_t>(code));
        }
        i += length;
    }
    return out;
}

void append_utf8(std::string& out, std::u16string_view units) {
    for (std::size_t i = 0; i < units.size(); ++i) {
        unsigned code = units[i];
        if (high_surrogate(code) && i + 1 < units.size() && low_surrogate(units[i + 1])) {
            code = 0x10000 + ((code - 0xD800) << 10U) + (units[++i] - 0xDC00U);
        } else if (high_surrogate(code) || low_surrogate(code)) {
            code = '?';
        }
        if (code < 0x80) {
            out.push_back(static_cast<char>(code));
        } else if (code < 0x800) {
            out.push_back(static_cast<char>(0xC0U | code >> 6U));
            out.push_back(static_cast<char>(0x80U | (code & 0x3FU)));
        } else {
            if (code < 0x10000) {
                out.push_back(static_cast<char>(0xE0U | code >> 12U));
            } else {
                out.push_back(static_cast<char>(0xF0U | code >> 18U));
                out.push_back(static_cast<char>(0x80U | (code >> 12U & 0x3FU)));
            }
            out.push_back(static_cast<char>(0x80U | (code >> 6U & 0x3FU)));
            out.push_back(static_cast<char>(0x80U | (code & 0x3FU)));
        }
    }
}

bool java_identifier_start(unsigned unit) {
    if (unit < 0x80) {
        return (unit >= 'a' && unit <= 'z') || (unit >= 'A' && unit <= 'Z') || unit == '_' ||
               unit == '$';
    }
    struct Range {
        unsigned first;
        unsigned last;
    };
    static constexpr Range kLetters[] = {
        {0xA2, 0xA5},     {0xAA, 0xAA},     {0xB5, 0xB5},     {0xBA, 0xBA},     {0xC0, 0xD6},
        {0xD8, 0xF6},     {0xF8, 0x2C1},    {0x370, 0x1FFF},  {0x203F, 0x2040}, {0x20A0, 0x20CF},
        {0x2C00, 0x2DFF}, {0x3005, 0x3007}, {0x3031, 0x31FF}, {0x3400, 0x4DBF}, {0x4E00, 0xD7FF},
        {0xF900, 0xFDFF}, {0xFE70, 0xFEFC}, {0xFF21, 0xFF3A}, {0xFF41, 0xFF5A}, {0xFF66, 0xFFDC}};
    for (const Range& range : kLetters) {
        if (unit >= range.first && unit <= range.last) return true;
    }
    return false;
}

bool java_identifier_part(unsigned unit) {
    return java_identifier_start(unit) || (unit >= '0' && unit <= '9') || unit <= 0x08 ||
           (unit >= 0x0E && unit <= 0x1B) || (unit >= 0x7F && unit <= 0x9F) ||
           (unit >= 0x300 && unit <= 0x36F);
}

}  // namespace stepwell
