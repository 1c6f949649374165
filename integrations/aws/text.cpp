#include "integrations/aws/text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstdio>

#include "engine/base/percent.hpp"

namespace stepwell::aws {
namespace {

void append_unicode_escape(std::string& out, unsigned unit) {
    std::array<char, 12> text{};
    std::snprintf(text.data(), text.size(), "\\u%04x", unit);
    out += text.data();
}

/// One character of well-formed UTF-8, and the bytes it takes.
struct CodePoint {
    std::uint32_t value;
    std::size_t bytes;
};
CodePoint code_point_at(std::string_view text, std::size_t at) {
    const auto byte = [&](std::size_t i) {
        return i < text.size() ? static_cast<std::uint32_t>(static_cast<unsigned char>(text[i]))
                               : 0U;
    };
    const std::uint32_t first = byte(at);
    const auto rest = [&](std::size_t i) { return byte(at + i) & 0x3FU; };
    if (first < 0x80) return {first, 1};
    if (first < 0xE0) return {(first & 0x1FU) << 6U | rest(1), 2};
    if (first < 0xF0) return {(first & 0x0FU) << 12U | rest(1) << 6U | rest(2), 3};
    return {(first & 0x07U) << 18U | rest(1) << 12U | rest(2) << 6U | rest(3), 4};
}

void append_string(std::string& out, std::string_view text) {
    out += '"';
    for (std::size_t at = 0; at < text.size();) {
        const auto [point, bytes] = code_point_at(text, at);
        at += bytes;
        switch (point) {
            case '"':
                out += "\\\"";
                break;
            case '\\':
                out += "\\\\";
                break;
            case '\n':
                out += "\\n";
                break;
            case '\r':
                out += "\\r";
                break;
            case '\t':
                out += "\\t";
                break;
            case '\f':
                out += "\\f";
                break;
            case '\b':
                out += "\\b";
                break;
            default:
                if (point >= 0x20 && point < 0x7F) {
                    out += static_cast<char>(point);
                } else if (point < 0x10000) {
                    append_unicode_escape(out, point);
                } else {
                    append_unicode_escape(out, 0xD800U + ((point - 0x10000U) >> 10U));
                    append_unicode_escape(out, 0xDC00U + ((point - 0x10000U) & 0x3FFU));
                }
        }
    }
    out += '"';
}

/// The shortest digits that give the number again, as Python's repr lays them out.
std::string double_text(double value) {
    std::array<char, 40> text{};
    const auto [end, ec] =
        std::to_chars(text.data(), text.data() + text.size(), value, std::chars_format::scientific);
    const std::string_view written(text.data(), static_cast<std::size_t>(end - text.data()));
    const std::size_t e = written.find('e');
    int exponent = 0;
    const char* digits = written.data() + e + (written[e + 1] == '+' ? 2 : 1);
    std::from_chars(digits, written.data() + written.size(), exponent);
    if (exponent < -4 || exponent >= 16) return std::string(written);
    const auto fixed_text = [&](int precision) {
        std::array<char, 64> fixed{};
        const auto done = std::to_chars(fixed.data(), fixed.data() + fixed.size(), value,
                                        std::chars_format::fixed, precision);
        return std::string(fixed.data(), done.ptr);
    };
    const std::string_view mantissa = written.substr(0, e);
    const std::size_t dot = mantissa.find('.');
    const int fraction =
        dot == std::string_view::npos ? 0 : static_cast<int>(mantissa.size() - dot - 1);
    return fixed_text(std::max(fraction - exponent, 1));
}

void append(std::string& out, const Json& value, std::string_view comma, std::string_view colon) {
    if (value.is_object()) {
        out += '{';
        bool first = true;
        for (const auto& [name, member] : value.get_ref<const Json::object_t&>()) {
            if (!first) out += comma;
            first = false;
            append_string(out, name);
            out += colon;
            append(out, member, comma, colon);
        }
        out += '}';
    } else if (value.is_array()) {
        out += '[';
        bool first = true;
        for (const Json& item : value.get_ref<const Json::array_t&>()) {
            if (!first) out += comma;
            first = false;
            append(out, item, comma, colon);
        }
        out += ']';
    } else if (value.is_string()) {
        append_string(out, value.get_ref<const std::string&>());
    } else {
        out += value.is_null() ? "null" : scalar_text(value);
    }
}

}  // namespace

std::string to_wire_json(const Json& value) {
    std::string out;
    append(out, value, ", ", ": ");
    return out;
}

std::string to_compact_json(const Json& value) {
    std::string out;
    append(out, value, ",", ":");
    return out;
}

std::string scalar_text(const Json& value) {
    if (value.is_boolean()) return value.get<bool>() ? "true" : "false";
    if (value.is_number_unsigned()) return std::to_string(value.get<std::uint64_t>());
    if (value.is_number_integer()) return std::to_string(value.get<std::int64_t>());
    if (value.is_number_float()) return double_text(value.get<double>());
    return value.is_string() ? value.get<std::string>() : std::string();
}

std::string form_encode(std::string_view text) {
    std::string out = percent_encode(text, " ");
    std::ranges::replace(out, ' ', '+');
    return out;
}

}  // namespace stepwell::aws
