#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>

namespace stepwell::fuzz {

inline std::string_view text_of(const std::uint8_t* data, std::size_t size) {
    return {reinterpret_cast<const char*>(data), size};
}

/// What stands before the first line break, and what after it.
inline std::pair<std::string_view, std::string_view> split_line(std::string_view text) {
    const std::size_t end = text.find('\n');
    if (end == std::string_view::npos) return {text, {}};
    return {text.substr(0, end), text.substr(end + 1)};
}

}  // namespace stepwell::fuzz
