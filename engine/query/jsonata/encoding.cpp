#include "engine/query/jsonata/encoding.hpp"

#include <cstdint>
#include <optional>

#include "engine/base/base64.hpp"
#include "engine/base/json.hpp"
#include "engine/query/jsonata/utf16.hpp"

namespace stepwell::jsonata {
namespace {

constexpr std::string_view kMarks = "-_.!~*'()";
/// What encodeURI leaves as it is and decodeURI leaves encoded, beside letters, digits and marks.
constexpr std::string_view kReserved = ";/?:@&=+$,#";

bool is_letter_or_digit(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool is_in(std::string_view set, char c) { return set.find(c) != std::string_view::npos; }

Error malformed(std::string_view function, std::string_view text) {
    std::string message = "Malformed URL passed to $";
    message += function;
    message += "(): ";
    return Error("D3140", message + write_json(Json(std::string(text))));
}

void append_escape(std::string& out, unsigned char byte) {
    static constexpr char kHex[] = "0123456789ABCDEF";
    out += '%';
    out += kHex[byte >> 4U];
    out += kHex[byte & 15U];
}

Result<std::string, Error> encode(std::string_view text, std::string_view kept,
                                  std::string_view function) {
    if (has_lone_surrogate(text)) return malformed(function, repaired_utf8(text));
    std::string out;
    out.reserve(text.size());
    for (const char c : text) {
        if (is_letter_or_digit(c) || is_in(kMarks, c) || is_in(kept, c)) {
            out += c;
        } else {
            append_escape(out, static_cast<unsigned char>(c));
        }
    }
    return out;
}

std::optional<unsigned> hex_digit(char c) {
    if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
    if (c >= 'a' && c <= 'f') return static_cast<unsigned>(c - 'a' + 10);
    if (c >= 'A' && c <= 'F') return static_cast<unsigned>(c - 'A' + 10);
    return std::nullopt;
}

/// The byte of the `%xx` at `at`.
std::optional<char> escaped_byte(std::string_view text, std::size_t at) {
    if (text.size() < at + 3 || text[at] != '%') return std::nullopt;
    const auto high = hex_digit(text[at + 1]);
    const auto low = hex_digit(text[at + 2]);
    if (!high || !low) return std::nullopt;
    return static_cast<char>(*high << 4U | *low);
}

std::size_t sequence_length(char lead) {
    const auto byte = static_cast<unsigned char>(lead);
    if (byte < 0x80U) return 1;
    return byte >= 0xF0U ? 4 : byte >= 0xE0U ? 3 : 2;
}

Result<std::string, Error> decode(std::string_view text, std::string_view kept,
                                  std::string_view function) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t at = 0; at < text.size();) {
        if (text[at] != '%') {
            out += text[at++];
            continue;
        }
        std::string bytes;
        auto byte = escaped_byte(text, at);
        if (!byte) return malformed(function, text);
        const std::size_t length = sequence_length(*byte);
        for (std::size_t i = 0; i < length; ++i) {
            byte = escaped_byte(text, at + 3 * i);
            if (!byte) return malformed(function, text);
            bytes += *byte;
        }
        if (code_point_at(bytes, 0).bytes != length || has_lone_surrogate(bytes) ||
            (length == 1 && static_cast<unsigned char>(bytes[0]) >= 0x80U))
            return malformed(function, text);
        if (length == 1 && is_in(kept, bytes[0])) bytes = text.substr(at, 3);
        out += bytes;
        at += 3 * length;
    }
    return out;
}

int base64_value(char c) {
    if (c >= 'A' && c <= 'Z') return c - 'A';
    if (c >= 'a' && c <= 'z') return c - 'a' + 26;
    if (c >= '0' && c <= '9') return c - '0' + 52;
    if (c == '+' || c == '-') return 62;
    return c == '/' || c == '_' ? 63 : -1;
}

}  // namespace

std::string base64_encode_text(std::string_view text) {
    std::string bytes;
    bytes.reserve(text.size());
    for (std::size_t at = 0; at < text.size();) {
        const CodePoint point = code_point_at(text, at);
        if (point.value > 0xFFFF) {
            const char32_t above = point.value - 0x10000;
            bytes += static_cast<char>((0xD800 + (above >> 10U)) & 0xFFU);
            bytes += static_cast<char>((0xDC00 + (above & 0x3FFU)) & 0xFFU);
        } else {
            bytes += static_cast<char>(point.value & 0xFFU);
        }
        at += point.bytes;
    }
    return base64_encode(bytes);
}

std::string base64_decode_text(std::string_view text) {
    std::string out;
    std::uint32_t buffer = 0;
    unsigned bits = 0;
    for (const char c : text) {
        if (c == '=') break;
        const int value = base64_value(c);
        if (value < 0) continue;
        buffer = buffer << 6U | static_cast<std::uint32_t>(value);
        bits += 6;
        if (bits < 8) continue;
        bits -= 8;
        append_code_point(out, buffer >> bits & 0xFFU);
    }
    return out;
}

Result<std::string, Error> encode_url(std::string_view text) {
    return encode(text, kReserved, "encodeUrl");
}
Result<std::string, Error> encode_url_component(std::string_view text) {
    return encode(text, "", "encodeUrlComponent");
}
Result<std::string, Error> decode_url(std::string_view text) {
    return decode(text, kReserved, "decodeUrl");
}
Result<std::string, Error> decode_url_component(std::string_view text) {
    return decode(text, "", "decodeUrlComponent");
}

}  // namespace stepwell::jsonata
