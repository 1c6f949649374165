#include "integrations/models/sdk_name.hpp"

#include "engine/base/ascii.hpp"

namespace stepwell::models {

std::string sdk_name(std::string_view service_id) {
    std::string name;
    for (const char c : service_id) {
        const char small = ascii_lower(c);
        if ((small >= 'a' && small <= 'z') || (small >= '0' && small <= '9')) name += small;
    }
    for (const std::string_view prefix : {"amazon", "aws"}) {
        if (name.starts_with(prefix)) name.erase(0, prefix.size());
    }
    constexpr std::string_view kService = "service";
    if (name.ends_with(kService)) name.resize(name.size() - kService.size());
    return name;
}

}  // namespace stepwell::models
