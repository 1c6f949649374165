#include "integrations/items/object_store.hpp"

namespace stepwell::items {

std::string ObjectError::cause() const {
    if (status == 0) return message;
    const auto or_null = [](const std::string& text) { return text.empty() ? "null" : text; };
    return message + " (Service: Amazon S3; Status Code: " + std::to_string(status) +
           "; Error Code: " + code + "; Request ID: " + or_null(request_id) +
           "; S3 Extended Request ID: " + or_null(extended_request_id) + "; Proxy: null)";
}

std::optional<ObjectName> object_of_uri(std::string_view uri) {
    constexpr std::string_view kScheme = "s3://";
    if (!uri.starts_with(kScheme) && !uri.starts_with("S3://")) return std::nullopt;
    uri.remove_prefix(kScheme.size());
    const std::size_t slash = uri.find('/');
    if (slash == std::string_view::npos || slash == 0 || slash + 1 == uri.size())
        return std::nullopt;
    return ObjectName{std::string(uri.substr(0, slash)), std::string(uri.substr(slash + 1)), {}};
}

}  // namespace stepwell::items
