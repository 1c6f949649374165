#include "engine/base/digest.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <stdexcept>

namespace stepwell {
namespace {

struct Algorithm {
    std::string_view name;
    const EVP_MD* (*digest)();
};
constexpr Algorithm kAlgorithms[] = {
    {"MD5", EVP_md5},        {"SHA-1", EVP_sha1},     {"SHA-256", EVP_sha256},
    {"SHA-384", EVP_sha384}, {"SHA-512", EVP_sha512},
};

}  // namespace

std::optional<std::string> hex_digest(std::string_view wanted, std::string_view bytes) {
    static constexpr char kHex[] = "0123456789abcdef";
    for (const Algorithm& algorithm : kAlgorithms) {
        if (algorithm.name != wanted) continue;
        unsigned char digest[EVP_MAX_MD_SIZE];
        unsigned length = 0;
        if (EVP_Digest(bytes.data(), bytes.size(), digest, &length, algorithm.digest(), nullptr) !=
            1) {
            throw std::runtime_error("OpenSSL refused to compute " + std::string(wanted));
        }
        std::string text;
        text.reserve(2 * std::size_t{length});
        for (unsigned i = 0; i < length; ++i) {
            text.push_back(kHex[digest[i] >> 4U]);
            text.push_back(kHex[digest[i] & 15U]);
        }
        return text;
    }
    return std::nullopt;
}

std::string hmac_sha256(std::string_view key, std::string_view message) {
    unsigned char mac[EVP_MAX_MD_SIZE];
    unsigned length = 0;
    if (HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
             reinterpret_cast<const unsigned char*>(message.data()), message.size(), mac,
             &length) == nullptr) {
        throw std::runtime_error("OpenSSL refused to compute HMAC-SHA-256");
    }
    return {reinterpret_cast<const char*>(mac), length};
}

}  // namespace stepwell
