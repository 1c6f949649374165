#include "integrations/items/object_store.hpp"

namespace stepwell::items {

std::string ObjectError::cause() const {
    if (status == 0) return message;
    const auto or_null = [](const std::string& text) { return text.empty() ? "null" : text; };
    return message + " (Service: Amazon S3; Status Code: " + std::to_string(status) +
           "; Error Code: " + code + "; Request ID: " + or_null(request_id) +
           "; S3 Extended Request ID: " + or_null(extended_request_id) + "; Proxy: null)";
}

}  // namespace stepwell::items
