#pragma once

#include <string>
#include <string_view>

#include "integrations/http_client.hpp"

/// Checksums of request bodies. Amazon S3 User Guide, "Checking object integrity".
namespace stepwell::aws {

std::string md5_base64(std::string_view bytes);

/// Whether the request says what its body's checksum is: Content-MD5, or `x-amz-checksum-…`.
bool has_checksum(const HttpHeaders& headers);

/// Adds `x-amz-checksum-crc32` and its like, for CRC32, CRC32C, SHA1 and SHA256, unless it is
/// there. Another algorithm is left to the service to refuse.
void add_checksum(HttpHeaders& headers, std::string_view algorithm, std::string_view body);

}  // namespace stepwell::aws
