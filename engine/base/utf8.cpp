#include "engine/base/utf8.hpp"

#include <cstddef>

namespace stepwell {
namespace {

/// How the text begins: so many bytes are a character, or the beginning of one.
struct Beginning {
    std::size_t bytes = 0;
    bool whole = false;
};

std::size_t length_of(unsigned char lead) {
    if (lead < 0x80) return 1;
    if (lead >= 0xC2 && lead < 0xE0) return 2;
    if (lead >= 0xE0 && lead < 0xF0) return 3;
    return lead >= 0xF0 && lead < 0xF5 ? 4 : 0;
}

/// Whether the second byte makes an over-long form, a surrogate or what lies beyond U+10FFFF.
bool is_wrong_second(unsigned char lead, unsigned char second) {
    return (lead == 0xE0 && second < 0xA0) || (lead == 0xED && second >= 0xA0) ||
           (lead == 0xF0 && second < 0x90) || (lead == 0xF4 && second >= 0x90);
}

Beginning beginning_of(std::string_view text) {
    const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(text[at]); };
    const std::size_t length = length_of(byte(0));
    if (length == 0) return {1, false};
    std::size_t good = 1;
    while (good < length && good < text.size() && (byte(good) & 0xC0U) == 0x80U &&
           !(good == 1 && is_wrong_second(byte(0), byte(1)))) {
        ++good;
    }
    return {good, good == length};
}

}  // namespace

bool is_utf8(std::string_view bytes) {
    while (!bytes.empty()) {
        const auto [count, whole] = beginning_of(bytes);
        if (!whole) return false;
        bytes.remove_prefix(count);
    }
    return true;
}

std::string to_valid_utf8(std::string_view bytes) {
    std::string out;
    out.reserve(bytes.size());
    while (!bytes.empty()) {
        const auto [count, whole] = beginning_of(bytes);
        out += whole ? bytes.substr(0, count) : std::string_view("\xEF\xBF\xBD");
        bytes.remove_prefix(count);
    }
    return out;
}

}  // namespace stepwell
