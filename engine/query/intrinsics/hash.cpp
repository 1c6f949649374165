#include <openssl/evp.h>

#include <stdexcept>

#include "engine/query/intrinsics/arguments.hpp"

namespace stepwell::intrinsics {
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

Answer<Json> hash(const Invocation& call) {
    static constexpr char kHex[] = "0123456789abcdef";
    const std::string* data = TRY(bounded_string_argument(call, 0, "data"));
    const std::string* wanted = TRY(string_argument(call, 1, "algorithm"));
    for (const Algorithm& algorithm : kAlgorithms) {
        if (algorithm.name != *wanted) continue;
        unsigned char digest[EVP_MAX_MD_SIZE];
        unsigned length = 0;
        if (EVP_Digest(data->data(), data->size(), digest, &length, algorithm.digest(), nullptr) !=
            1) {
            throw std::runtime_error("OpenSSL refused to compute " + *wanted);
        }
        std::string text;
        text.reserve(2 * std::size_t{length});
        for (unsigned i = 0; i < length; ++i) {
            text.push_back(kHex[digest[i] >> 4U]);
            text.push_back(kHex[digest[i] & 15U]);
        }
        return Json(std::move(text));
    }
    return Refusal{
        "The algorithm must be one of [MD5, SHA-1, SHA-256, SHA-384, SHA-512] but was: " +
        wanted->substr(0, 100)};
}

}  // namespace stepwell::intrinsics
