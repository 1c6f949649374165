#include "engine/machine/token.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include "engine/base/digest.hpp"

namespace stepwell {
namespace {

constexpr std::size_t kBodyBytes = 8 + 4 + 8 + 16;  // execution, frame, scheduled, random
constexpr std::size_t kMacBytes = 32;
constexpr std::size_t kTokenBytes = kBodyBytes + kMacBytes;  // 68: base64 pads it with one '='

void append_number(std::string& out, std::uint64_t number, int bytes) {
    for (int i = bytes - 1; i >= 0; --i)
        out.push_back(static_cast<char>(number >> (8U * unsigned(i))));
}

std::uint64_t take_number(std::string_view& bytes, int count) {
    std::uint64_t number = 0;
    for (int i = 0; i < count; ++i)
        number = (number << 8U) | static_cast<unsigned char>(bytes[std::size_t(i)]);
    bytes.remove_prefix(std::size_t(count));
    return number;
}

/// The bytes of a token, or nullopt for what has not the form of one.
std::optional<std::string> decode(std::string_view token) {
    constexpr std::size_t kTextBytes = 4 * ((kTokenBytes + 2) / 3);
    if (token.size() != kTextBytes) return std::nullopt;
    std::string bytes(kTextBytes / 4 * 3, '\0');
    if (EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()),
                        reinterpret_cast<const unsigned char*>(token.data()),
                        int(token.size())) < 0) {
        return std::nullopt;
    }
    bytes.resize(kTokenBytes);
    return bytes;
}

TokenTarget target_of(std::string_view bytes) {
    TokenTarget target;
    target.execution = static_cast<ExecutionKey>(take_number(bytes, 8));
    target.frame = static_cast<FrameId>(take_number(bytes, 4));
    target.scheduled = static_cast<Sequence>(take_number(bytes, 8));
    return target;
}

}  // namespace

std::string TokenMint::mac(std::string_view message) const { return hmac_sha256(key_, message); }

std::string TokenMint::make(const TokenTarget& target, RandomBits& random) const {
    std::string bytes;
    bytes.reserve(kTokenBytes);
    append_number(bytes, std::uint64_t(target.execution), 8);
    append_number(bytes, target.frame, 4);
    append_number(bytes, std::uint64_t(target.scheduled), 8);
    append_number(bytes, random.next(), 8);
    append_number(bytes, random.next(), 8);
    bytes += mac(bytes);
    std::string token(4 * ((bytes.size() + 2) / 3) + 1, '\0');
    const int length =
        EVP_EncodeBlock(reinterpret_cast<unsigned char*>(token.data()),
                        reinterpret_cast<const unsigned char*>(bytes.data()), int(bytes.size()));
    token.resize(std::size_t(length));
    return token;
}

std::optional<TokenTarget> TokenMint::read(std::string_view token) const {
    const auto bytes = decode(token);
    if (!bytes) return std::nullopt;
    const std::string_view body = std::string_view(*bytes).substr(0, kBodyBytes);
    const std::string expected = mac(body);
    if (CRYPTO_memcmp(expected.data(), bytes->data() + kBodyBytes, kMacBytes) != 0)
        return std::nullopt;
    return target_of(body);
}

std::optional<Sequence> TokenMint::entry_named_by(std::string_view token) {
    const auto bytes = decode(token);
    return bytes ? std::optional(target_of(*bytes).scheduled) : std::nullopt;
}

}  // namespace stepwell
