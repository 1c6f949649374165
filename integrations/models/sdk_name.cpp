#include "integrations/models/sdk_name.hpp"

namespace stepwell::models {

std::string sdk_name(std::string_view service_id) {
    std::string name;
    for (const char c : service_id) {
        if (c >= 'A' && c <= 'Z') {
            name += static_cast<char>(c - 'A' + 'a');
        } else if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) {
            name += c;
        }
    }
    for (const std::string_view prefix : {"amazon", "aws"}) {
        if (name.starts_with(prefix)) name.erase(0, prefix.size());
    }
    constexpr std::string_view kService = "service";
    if (name.ends_with(kService)) name.resize(name.size() - kService.size());
    return name;
}

}  // namespace stepwell::models
