#pragma once

#include <string>
#include <string_view>

namespace stepwell {

/// Percent-encoding of everything but unreserved characters (RFC 3986, section 2.3) and those in
/// `also_safe`, as AWS's SDKs write it.
std::string percent_encode(std::string_view text, std::string_view also_safe = "");

}  // namespace stepwell
