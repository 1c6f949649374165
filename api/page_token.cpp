#include "api/page_token.hpp"

#include <openssl/crypto.h>

#include <chrono>
#include <cstdint>
#include <optional>

#include "engine/base/digest.hpp"

namespace stepwell::api {
namespace {

constexpr std::chrono::hours kLifetime{24};
constexpr std::size_t kTimeBytes = 8;
constexpr std::size_t kMacBytes = 16;
constexpr std::string_view kDigits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

// RFC 4648, section 5, without padding.
std::string to_base64url(std::string_view bytes) {
    std::string text;
    text.reserve((bytes.size() * 4 + 2) / 3);
    std::uint32_t bits = 0;
    int count = 0;
    for (const char byte : bytes) {
        bits = (bits << 8U) | static_cast<unsigned char>(byte);
        for (count += 8; count >= 6; count -= 6)
            text.push_back(kDigits[(bits >> (count - 6)) & 63U]);
    }
    if (count > 0) text.push_back(kDigits[(bits << (6 - count)) & 63U]);
    return text;
}

std::optional<std::string> from_base64url(std::string_view text) {
    std::string bytes;
    std::uint32_t bits = 0;
    int count = 0;
    for (const char c : text) {
        const std::size_t digit = kDigits.find(c);
        if (digit == std::string_view::npos) return std::nullopt;
        bits = (bits << 6U) | static_cast<std::uint32_t>(digit);
        count += 6;
        if (count >= 8) {
            count -= 8;
            bytes.push_back(static_cast<char>((bits >> count) & 0xFFU));
        }
    }
    return bytes;
}

/// Over question and content; the leading words keep it apart from whatever else is signed under
/// the same key.
std::string mac_of(std::string_view key, std::string_view question, std::string_view content) {
    std::string message = "stepwell page token";
    message.push_back('\0');
    message.append(std::to_string(question.size())).push_back('\0');
    message.append(question).append(content);
    return hmac_sha256(key, message).substr(0, kMacBytes);
}

std::string time_bytes(TimePoint time) {
    auto value = static_cast<std::uint64_t>(time.time_since_epoch().count());
    std::string bytes(kTimeBytes, '\0');
    for (std::size_t i = kTimeBytes; i-- > 0; value >>= 8U)
        bytes[i] = static_cast<char>(value & 0xFFU);
    return bytes;
}

TimePoint time_of(std::string_view bytes) {
    std::uint64_t value = 0;
    for (const char byte : bytes.substr(0, kTimeBytes))
        value = (value << 8U) | static_cast<unsigned char>(byte);
    return TimePoint(Milliseconds(static_cast<std::int64_t>(value)));
}

}  // namespace

std::string PageTokens::issue(std::string_view question, std::string_view position) const {
    std::string content = time_bytes(clock_.now() + kLifetime);
    content += position;
    const std::string mac = mac_of(store_.token_key(), question, content);
    return to_base64url(mac + content);
}

Checked<std::string> PageTokens::read(std::string_view question, std::string_view token) const {
    const auto bytes = from_base64url(token);
    if (!bytes || bytes->size() < kMacBytes + kTimeBytes) return error(ErrorKind::invalid_token);
    const std::string_view content = std::string_view(*bytes).substr(kMacBytes);
    const std::string mac = mac_of(store_.token_key(), question, content);
    if (CRYPTO_memcmp(mac.data(), bytes->data(), kMacBytes) != 0)
        return error(ErrorKind::invalid_token);
    if (time_of(content) <= clock_.now()) return error(ErrorKind::invalid_token);
    return std::string(content.substr(kTimeBytes));
}

}  // namespace stepwell::api
