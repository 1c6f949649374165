#include "integrations/aws/checksum.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <boost/crc.hpp>
#include <cstdint>

#include "engine/base/ascii.hpp"
#include "integrations/base64.hpp"

namespace stepwell::aws {
namespace {

std::string digest(const EVP_MD* algorithm, std::string_view bytes) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> out{};
    unsigned size = 0;
    EVP_Digest(bytes.data(), bytes.size(), out.data(), &size, algorithm, nullptr);
    return {reinterpret_cast<const char*>(out.data()), size};
}

std::string big_endian(std::uint32_t value) {
    std::string out;
    for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(value >> shift & 0xFFU);
    return out;
}

}  // namespace

std::string md5_base64(std::string_view bytes) { return base64::encode(digest(EVP_md5(), bytes)); }

bool has_checksum(const HttpHeaders& headers) {
    return std::ranges::any_of(headers, [](const HttpHeader& header) {
        const std::string name = ascii_lower(header.name);
        return name == "content-md5" || name.starts_with("x-amz-checksum-");
    });
}

void add_checksum(HttpHeaders& headers, std::string_view algorithm, std::string_view body) {
    const std::string name = ascii_lower(algorithm);
    const std::string header = "x-amz-checksum-" + name;
    if (find_header(headers, header) != nullptr) return;
    std::string sum;
    if (name == "crc32") {
        boost::crc_32_type crc;
        crc.process_bytes(body.data(), body.size());
        sum = big_endian(crc.checksum());
    } else if (name == "crc32c") {
        boost::crc_optimal<32, 0x1EDC6F41, 0xFFFFFFFF, 0xFFFFFFFF, true, true> crc;
        crc.process_bytes(body.data(), body.size());
        sum = big_endian(static_cast<std::uint32_t>(crc.checksum()));
    } else if (name == "sha1") {
        sum = digest(EVP_sha1(), body);
    } else if (name == "sha256") {
        sum = digest(EVP_sha256(), body);
    } else {
        return;
    }
    headers.push_back({header, base64::encode(sum)});
}

}  // namespace stepwell::aws
