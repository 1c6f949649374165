#include <array>

#include "engine/base/base64.hpp"
#include "engine/query/intrinsics/arguments.hpp"

namespace stepwell::intrinsics {
namespace {

constexpr std::string_view kAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

constexpr std::array<std::int8_t, 256> make_values() {
    std::array<std::int8_t, 256> values{};
    values.fill(-1);
    for (std::size_t i = 0; i < kAlphabet.size(); ++i) {
        values[static_cast<unsigned char>(kAlphabet[i])] = static_cast<std::int8_t>(i);
    }
    return values;
}
constexpr std::array<std::int8_t, 256> kValues = make_values();

/// Without its padding, which may be missing, and its line breaks; nullopt if it is not Base64.
std::optional<std::string> decode(std::string_view text) {
    std::string digits;
    digits.reserve(text.size());
    std::size_t padding = 0;
    for (const char c : text) {
        if (c == '\r' || c == '\n') continue;  // MIME breaks its lines: RFC 2045, section 6.8.
        if (c == '=') {
            ++padding;
        } else if (padding > 0 || kValues[static_cast<unsigned char>(c)] < 0) {
            return std::nullopt;
        } else {
            digits.push_back(c);
        }
    }
    if (digits.size() % 4 == 1 || (padding > 0 && (digits.size() + padding) % 4 != 0))
        return std::nullopt;
    std::string bytes;
    bytes.reserve(digits.size() / 4 * 3 + 2);
    std::uint32_t buffer = 0;
    unsigned bits = 0;
    for (const char c : digits) {
        buffer = buffer << 6U | static_cast<std::uint32_t>(kValues[static_cast<unsigned char>(c)]);
        bits += 6;
        if (bits < 8) continue;
        bits -= 8;
        bytes.push_back(static_cast<char>(buffer >> bits & 0xFFU));
    }
    return bytes;
}

/// The length of the well-formed UTF-8 sequence at the start of `bytes`, or 0. Unicode, table 3-7.
std::size_t sequence_length(std::string_view bytes) {
    const auto byte = [bytes](std::size_t i) { return static_cast<unsigned char>(bytes[i]); };
    const unsigned char lead = byte(0);
    if (lead < 0x80U) return 1;
    const std::size_t length = lead >= 0xC2U && lead <= 0xDFU   ? 2
                               : (lead & 0xF0U) == 0xE0U        ? 3
                               : lead >= 0xF0U && lead <= 0xF4U ? 4
                                                                : 0;
    if (length == 0 || bytes.size() < length) return 0;
    for (std::size_t i = 1; i < length; ++i) {
        if ((byte(i) & 0xC0U) != 0x80U) return 0;
    }
    const unsigned char second = byte(1);
    const bool overlong = (lead == 0xE0U && second < 0xA0U) || (lead == 0xF0U && second < 0x90U);
    const bool surrogate = lead == 0xEDU && second > 0x9FU;
    const bool too_large = lead == 0xF4U && second > 0x8FU;
    return overlong || surrogate || too_large ? 0 : length;
}

/// As `new String(bytes, UTF_8)`: what is no UTF-8 becomes U+FFFD.
std::string to_text(std::string_view bytes) {
    std::string text;
    text.reserve(bytes.size());
    while (!bytes.empty()) {
        const std::size_t length = sequence_length(bytes);
        text += length == 0 ? std::string_view("\xEF\xBF\xBD") : bytes.substr(0, length);
        bytes.remove_prefix(std::max<std::size_t>(length, 1));
    }
    return text;
}

}  // namespace

Answer<Json> base64_encode(const Invocation& call) {
    return Json(stepwell::base64_encode(*TRY(bounded_string_argument(call, 0, "data"))));
}

Answer<Json> base64_decode(const Invocation& call) {
    const std::string* text = TRY(bounded_string_argument(call, 0, "data"));
    const auto bytes = decode(*text);
    if (!bytes) return Refusal{"The data must be Base64 but was: " + text->substr(0, 100)};
    return Json(to_text(*bytes));
}

}  // namespace stepwell::intrinsics
