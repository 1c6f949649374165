#include "server/own_request.hpp"

#include <charconv>

namespace stepwell::server {

std::optional<std::string> percent_decoded(std::string_view text) {
    std::string out;
    while (!text.empty()) {
        if (text.front() != '%') {
            out += text.front();
            text.remove_prefix(1);
            continue;
        }
        unsigned byte = 0;
        if (text.size() < 3) return std::nullopt;
        const auto [end, failed] = std::from_chars(text.data() + 1, text.data() + 3, byte, 16);
        if (failed != std::errc() || end != text.data() + 3) return std::nullopt;
        out += static_cast<char>(byte);
        text.remove_prefix(3);
    }
    return out;
}

}  // namespace stepwell::server
